#include <string.h>

#include "pipeline/stage_functions.h"
#include "support/fc_photo.h"
#include "support/fc_test.h"
#include "support/patterns.h"

static const fc_models one_thread = { 0 };

/* A portrait that waits for its JPEG. */
static void make(fc_photo *photo, fc_portrait *portrait, fc_image *flat, int32_t max_jpeg_kb)
{
    *photo = (fc_photo){ .params = fc_params_default(),
                         .outputs = FC_OUTPUT_JPEG,
                         .models = &one_thread };
    photo->params.max_jpeg_kb = max_jpeg_kb;
    *portrait = (fc_portrait){ .photo = photo, .flat = flat };
}

static void a_jpeg_that_looks_well_in_99_kb_has_no_more(void **state)
{
    (void)state;
    static fc_photo photo;
    static fc_portrait portrait;
    fc_error err = { 0 };
    fc_stage_report report = { 0 };
    make(&photo, &portrait, fc_pattern_zone_plate((fc_size){ 648, 648 }, 12), 0);
    ASSERT_OK(fc_stage_encode(&portrait, &report, &err), err);
    assert_in_range(portrait.jpeg.size, 1000, 99 << 10);
    assert_in_range(portrait.jpeg_quality, 50, 95);
    assert_int_equal(portrait.warnings.count, 0);
    fc_portrait_clear(&portrait);
}

/* Noise is the worst that there is: 99 KB would be quality 3 or none at all. */
static void a_jpeg_that_would_look_bad_gets_more_and_says_so(void **state)
{
    (void)state;
    static const int32_t SIDES[] = { 900, 2200 };
    for (size_t i = 0; i < sizeof SIDES / sizeof SIDES[0]; i++) {
        static fc_photo photo;
        static fc_portrait portrait;
        fc_error err = { 0 };
        fc_stage_report report = { 0 };
        const fc_size size = { SIDES[i], SIDES[i] };
        make(&photo, &portrait, fc_pattern_noise(size, 3, 7), 0);
        ASSERT_OK(fc_stage_encode(&portrait, &report, &err), err);
        assert_true(portrait.jpeg.size > 99 << 10);
        assert_in_range(portrait.jpeg_quality, 50, 95);
        assert_int_equal(portrait.warnings.count, 1);
        assert_non_null(strstr(portrait.warnings.items[0], "more than the usual 99"));
        fc_portrait_clear(&portrait);
    }
}

/* Whoever asks for a limit gets it, or is told why not. */
static void a_limit_that_is_asked_for_is_kept(void **state)
{
    (void)state;
    static fc_photo photo;
    static fc_portrait portrait;
    fc_error err = { 0 };
    fc_stage_report report = { 0 };
    make(&photo, &portrait, fc_pattern_noise((fc_size){ 400, 400 }, 3, 7), 30);
    ASSERT_OK(fc_stage_encode(&portrait, &report, &err), err);
    assert_in_range(portrait.jpeg.size, 1000, 30 << 10);
    assert_in_range(portrait.jpeg_quality, 1, 49);
    assert_int_equal(portrait.warnings.count, 0);
    fc_portrait_clear(&portrait);
}

static void a_smallest_size_is_reached_with_and_without_a_largest(void **state)
{
    (void)state;
    static const int32_t LARGEST[] = { 0, 310 };
    for (size_t i = 0; i < sizeof LARGEST / sizeof LARGEST[0]; i++) {
        static fc_photo photo;
        static fc_portrait portrait;
        fc_error err = { 0 };
        fc_stage_report report = { 0 };
        make(&photo, &portrait, fc_pattern_zone_plate((fc_size){ 300, 300 }, 12), LARGEST[i]);
        photo.params.min_jpeg_kb = 300;
        ASSERT_OK(fc_stage_encode(&portrait, &report, &err), err);
        assert_in_range(portrait.jpeg.size, 300 << 10, 310 << 10);
        assert_int_equal(portrait.warnings.count, 0);
        fc_portrait_clear(&portrait);
    }
}

static void a_smallest_size_above_the_largest_is_refused(void **state)
{
    (void)state;
    static fc_photo photo;
    static fc_portrait portrait;
    fc_error err = { 0 };
    fc_stage_report report = { 0 };
    make(&photo, &portrait, fc_pattern_zone_plate((fc_size){ 64, 64 }, 12), 20);
    photo.params.min_jpeg_kb = 21;
    ASSERT_FAILS(FC_INVALID_ARGUMENT, fc_stage_encode(&portrait, &report, &err), err);
    assert_non_null(strstr(err.text, "min_jpeg_kb is 21"));
    fc_portrait_clear(&portrait);
}

/* Beside the PNG, which is made and dropped. */
static void a_jpeg_that_cannot_fit_is_refused(void **state)
{
    (void)state;
    static fc_photo photo;
    static fc_portrait portrait;
    fc_error err = { 0 };
    fc_stage_report report = { 0 };
    make(&photo, &portrait, fc_pattern_noise((fc_size){ 1000, 1000 }, 3, 7), 4);
    photo.params.use_oval_mask = false;
    photo.outputs |= FC_OUTPUT_PNG;
    FC_AUTO(fc_crew) crew = NULL;
    fc_crew_member self;
    ASSERT_OK(fc_crew_new(2, 2, &crew, &err), err);
    fc_crew_join(crew, &self);
    ASSERT_FAILS(FC_LIMIT_EXCEEDED, fc_stage_encode(&portrait, &report, &err), err);
    fc_crew_leave(&self);
    assert_int_equal(portrait.png.size, 0);
    fc_portrait_clear(&portrait);
}

/* A request pays for what it asks for. */
static void nothing_is_encoded_that_nobody_asked_for(void **state)
{
    (void)state;
    static const uint32_t KINDS[] = { FC_OUTPUT_PNG, FC_OUTPUT_JPEG, FC_OUTPUT_WEBP };
    for (uint32_t asked = 0; asked < 8; asked++) {
        static fc_photo photo;
        static fc_portrait portrait;
        fc_error err = { 0 };
        fc_stage_report report = { 0 };
        make(&photo, &portrait, fc_pattern_zone_plate((fc_size){ 64, 64 }, 12), 0);
        photo.params.use_oval_mask = false;
        photo.outputs = 0;
        for (uint32_t i = 0; i < 3; i++) {
            photo.outputs |= (asked >> i & 1) != 0 ? KINDS[i] : 0;
        }
        ASSERT_OK(fc_stage_encode(&portrait, &report, &err), err);
        assert_int_equal(portrait.png.size > 0, (asked & 1) != 0);
        assert_int_equal(portrait.jpeg.size > 0, (asked & 2) != 0);
        assert_int_equal(portrait.webp.size > 0, (asked & 4) != 0);
        fc_portrait_clear(&portrait);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_jpeg_that_looks_well_in_99_kb_has_no_more),
        cmocka_unit_test(a_jpeg_that_would_look_bad_gets_more_and_says_so),
        cmocka_unit_test(a_limit_that_is_asked_for_is_kept),
        cmocka_unit_test(a_smallest_size_is_reached_with_and_without_a_largest),
        cmocka_unit_test(a_smallest_size_above_the_largest_is_refused),
        cmocka_unit_test(a_jpeg_that_cannot_fit_is_refused),
        cmocka_unit_test(nothing_is_encoded_that_nobody_asked_for),
    };
    return cmocka_run_group_tests_name("pipeline/stage_encode", tests, NULL, NULL);
}

/* The face is never see-through: portraits and cut-outs of blurred, dark, faded and old photos, all
 * made from the two public ones. Skips where the model files are not fetched. */
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "engine/engine.h"
#include "image/encode.h"
#include "ops/outline.h"
#include "ops/resample.h"
#include "pipeline/face_outline.h"
#include "support/degrade.h"
#include "support/fc_photo.h"
#include "support/fc_test.h"
#include "support/photo_file.h"
#include "support/test_engine.h"

typedef struct subject {
    const char *path;
    double face_px; /* at the size that is used */
    fc_size size;
} subject;

static const subject SUBJECTS[] = {
    { "tests/data/astronaut.png", 98, { 512, 512 } },
    { "tests/data/official_portrait.jpg", 142, { 500, 625 } },
};

/* Blur in hundredths of the face, else as the functions take it. */
typedef enum harm { SOUND, BLUR, DARK, FADED, GREY, BROWN } harm;

typedef struct harmed {
    harm kind;
    double strength;
} harmed;

static const harmed SERIES[] = {
    { SOUND, 0 },  { BLUR, 2 },  { BLUR, 4 },  { BLUR, 6 },  { BLUR, 8 },   { BLUR, 10 },
    { DARK, 1 },   { DARK, 3 },  { DARK, 5 },  { FADED, 4 }, { FADED, 2 },  { FADED, 1 },
    { GREY, 0.1 }, { GREY, 15 }, { GREY, 30 }, { BROWN, 1 }, { BROWN, 12 }, { BROWN, 25 },
};
#define SERIES_COUNT (sizeof SERIES / sizeof SERIES[0])

/* What is kept of a portrait. */
typedef struct seen {
    double see_through; /* share of the face */
    bool uncut;
    int32_t warnings; /* but for a blurred face's points and a small photo */
} seen;

static void do_harm(fc_image *image, harmed how, double face_px)
{
    switch (how.kind) {
    case SOUND:
        break;
    case BLUR:
        fc_degrade_blur(image, how.strength * face_px / 100);
        break;
    case DARK:
        fc_degrade_expose(image, -how.strength, 3, 1);
        break;
    case FADED:
        fc_degrade_fade(image, how.strength / 10);
        break;
    case GREY:
    case BROWN:
        fc_degrade_age(image, how.kind == BROWN, how.strength, 1);
        break;
    }
}

/* A photo file; release with fc_buffer_clear. */
static fc_buffer make_photo(const subject *of, harmed how)
{
    fc_error err = { 0 };
    FC_AUTO(fc_image) photo = fc_photo_read(of->path);
    FC_AUTO(fc_image) sized = NULL;
    const fc_box all = { 0, 0, photo->size.width, photo->size.height };
    ASSERT_OK(fc_resample(photo, all, of->size, &sized, &err), err);
    do_harm(sized, how, of->face_px);
    fc_buffer file = FC_BUFFER((size_t)16 << 20);
    ASSERT_OK(fc_encode_png(sized, &file, &err), err);
    return file;
}

/* Share of what lies inside the outline that is not there. */
static double share_missing(const fc_image *rgba, const fc_outline *outline)
{
    fc_error err = { 0 };
    FC_AUTO(fc_plane) alpha = NULL;
    ASSERT_OK(fc_plane_new(rgba->size, &alpha, &err), err);
    for (int32_t y = 0; y < rgba->size.height; y++) {
        for (int32_t x = 0; x < rgba->size.width; x++) {
            fc_plane_row(alpha, y)[x] = (float)fc_image_row(rgba, y)[4 * x + 3] / 255.0F;
        }
    }
    return 1 - fc_outline_mean(alpha, outline, 0);
}

static int32_t count_warnings(const fc_warnings *warnings)
{
    int32_t count = 0;
    for (int32_t i = 0; i < warnings->count; i++) {
        count += strstr(warnings->items[i], "points of the face") == NULL &&
                 strstr(warnings->items[i], "low_resolution") == NULL;
    }
    return count;
}

static fc_status keep(void *context, fc_portrait *portrait, int32_t number, int32_t count,
                      fc_error *err)
{
    (void)number;
    (void)count;
    (void)err;
    const fc_face *face = &portrait->photo->faces.items[portrait->face_index];
    const fc_outline in_photo = fc_face_outline(face, portrait->landmarks);
    const fc_outline outline =
        fc_outline_apply(fc_similarity_invert(portrait->frame.to_photo), &in_photo);
    *(seen *)context = (seen){ share_missing(portrait->cutout, &outline), portrait->uncut,
                               count_warnings(&portrait->warnings) };
    return FC_OK;
}

static fc_status make_portrait(const subject *of, harmed how, fc_choice quality, seen *out)
{
    fc_photo photo = { .params = fc_params_default(), .outputs = FC_OUTPUT_PNG };
    photo.params.use_oval_mask = false;
    photo.params.enhance_face = false;
    photo.params.matte_quality = quality;
    fc_error err = { 0 };
    fc_buffer file = make_photo(of, how);
    const fc_status status =
        fc_engine_process(fc_test_engine, &photo, fc_buffer_bytes(&file), NULL, keep, out, &err);
    fc_photo_clear(&photo);
    fc_buffer_clear(&file);
    return status;
}

static void no_portrait_has_a_see_through_face(void **state)
{
    (void)state;
    if (fc_test_engine == NULL) {
        skip();
    }
    int32_t made = 0;
    int32_t uncut = 0;
    for (size_t i = 0; i < 2 * SERIES_COUNT; i++) {
        const harmed how = SERIES[i / 2];
        seen result = { 0 };
        const fc_status status = make_portrait(&SUBJECTS[i % 2], how,
                                               i % 4 < 2 ? FC_MATTE_FINE : FC_MATTE_FAST, &result);
        if (status != FC_OK) {
            assert_int_equal(status, FC_NO_FACE); /* the detector's limit */
            continue;
        }
        assert_true(result.see_through < 0.005);
        assert_int_equal(result.warnings, result.uncut ? 1 : 0);
        made++;
        uncut += result.uncut ? 1 : 0;
    }
    print_message("%d portraits, %d of them not cut out\n", made, uncut);
    assert_true(made >= 34);
    assert_true(uncut <= 2);
}

static void a_sound_photo_is_cut_out_without_a_word(void **state)
{
    (void)state;
    if (fc_test_engine == NULL) {
        skip();
    }
    for (int32_t i = 0; i < 2; i++) {
        seen result = { 0 };
        assert_int_equal(make_portrait(&SUBJECTS[i], SERIES[0], FC_MATTE_FINE, &result), FC_OK);
        assert_false(result.uncut);
        assert_int_equal(result.warnings, 0);
    }
}

/* A cut-out of which the face would be missing is none. */
static void no_cutout_has_a_see_through_face(void **state)
{
    (void)state;
    if (fc_test_engine == NULL) {
        skip();
    }
    int32_t made = 0;
    for (size_t i = 0; i < 2 * SERIES_COUNT; i++) {
        fc_error err = { 0 };
        fc_photo photo = { .params = fc_params_default(), .outputs = FC_OUTPUT_CUTOUT };
        photo.plan.format = FC_CUTOUT_PNG;
        photo.plan.keep_alpha = true;
        fc_buffer file = make_photo(&SUBJECTS[i % 2], SERIES[i / 2]);
        const fc_status status = fc_engine_process(fc_test_engine, &photo, fc_buffer_bytes(&file),
                                                   NULL, keep, NULL, &err);
        if (status == FC_OK && photo.faces.count > 0) {
            FC_AUTO(fc_raster) cutout = NULL;
            fc_photo_facts facts = { 0 };
            ASSERT_OK(fc_decode_probe(fc_buffer_bytes(&photo.cutout.file), &fc_photo_limits, &facts,
                                      &err),
                      err);
            const fc_decode_request onto_black = { .shrink = 1 };
            const fc_decode_request onto_white = { .shrink = 1, .background = { 255, 255, 255 } };
            FC_AUTO(fc_raster) white = NULL;
            ASSERT_OK(
                fc_decode(fc_buffer_bytes(&photo.cutout.file), &facts, &onto_black, &cutout, &err),
                err);
            ASSERT_OK(
                fc_decode(fc_buffer_bytes(&photo.cutout.file), &facts, &onto_white, &white, &err),
                err);
            const fc_point nose = photo.faces.items[0].keypoints[FC_KEYPOINT_NOSE];
            const size_t at = 3 * (size_t)nose.x;
            const int32_t difference = fc_image_row(white->pixels, (int32_t)nose.y)[at] -
                                       fc_image_row(cutout->pixels, (int32_t)nose.y)[at];
            assert_in_range(difference, 0, 3);
            made++;
        } else if (status != FC_OK) {
            assert_int_equal(status, FC_NO_FACE);
        }
        fc_photo_clear(&photo);
        fc_buffer_clear(&file);
    }
    print_message("%d cut-outs\n", made);
    assert_true(made >= 30);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_portrait_has_a_see_through_face),
        cmocka_unit_test(a_sound_photo_is_cut_out_without_a_word),
        cmocka_unit_test(no_cutout_has_a_see_through_face),
    };
    return cmocka_run_group_tests_name("engine/solid_faces", tests, fc_test_engine_setup,
                                       fc_test_engine_teardown);
}

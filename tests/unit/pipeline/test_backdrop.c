#include "pipeline/backdrop.h"

#include "base/memory.h"
#include "support/fc_photo.h"
#include "support/fc_test.h"

static void a_picture_covers_the_canvas_from_its_middle(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_mapping) file = fc_photo_open("orientation_6.jpg");
    const fc_size sizes[] = { { 40, 40 }, { 64, 20 }, { 20, 64 }, { 300, 200 } };
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        FC_AUTO(fc_image) picture = NULL;
        ASSERT_OK(fc_backdrop_load(file->bytes, &fc_photo_limits, sizes[i], &picture, &err), err);
        assert_int_equal(picture->size.width, sizes[i].width);
        assert_int_equal(picture->size.height, sizes[i].height);
        fc_photo_assert_quadrants(picture, 40);
    }
}

static void what_is_no_picture_and_what_is_too_large_is_refused(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_image *picture = NULL;
    const fc_size canvas = { 8, 8 };
    FC_AUTO(fc_mapping) file = fc_photo_open("orientation_1.jpg");
    fc_decode_limits small = fc_photo_limits;
    small.pixels_max = 10;
    ASSERT_FAILS(FC_INVALID_ARGUMENT,
                 fc_backdrop_load((fc_bytes){ 0 }, &fc_photo_limits, canvas, &picture, &err), err);
    ASSERT_FAILS(FC_UNSUPPORTED_FORMAT,
                 fc_backdrop_load((fc_bytes){ (const uint8_t *)"words", 5 }, &fc_photo_limits,
                                  canvas, &picture, &err),
                 err);
    ASSERT_FAILS(FC_LIMIT_EXCEEDED, fc_backdrop_load(file->bytes, &small, canvas, &picture, &err),
                 err);
    assert_null(picture);
}

static void its_memory_is_told_from_the_header(void **state)
{
    (void)state;
    FC_AUTO(fc_mapping) file = fc_photo_open("orientation_1.jpg");
    fc_error err = { 0 };
    fc_photo_facts facts = { 0 };
    ASSERT_OK(fc_decode_probe(file->bytes, &fc_photo_limits, &facts, &err), err);
    assert_true(fc_backdrop_estimate(file->bytes, &fc_photo_limits) >=
                facts.decoded_bytes + (int64_t)file->bytes.size);
    assert_int_equal(fc_backdrop_estimate((fc_bytes){ 0 }, &fc_photo_limits), 0);
    assert_int_equal(
        fc_backdrop_estimate((fc_bytes){ (const uint8_t *)"words", 5 }, &fc_photo_limits), 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_picture_covers_the_canvas_from_its_middle),
        cmocka_unit_test(what_is_no_picture_and_what_is_too_large_is_refused),
        cmocka_unit_test(its_memory_is_told_from_the_header),
    };
    return cmocka_run_group_tests_name("pipeline/backdrop", tests, NULL, NULL);
}

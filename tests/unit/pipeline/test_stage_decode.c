/* Probing and the preview belong together: one picture goes through both. */
#include <math.h>

#include "pipeline/stage_functions.h"
#include "support/fc_test.h"
#include "support/rings.h"

static void a_small_photo_is_decoded_as_it_is(void **state)
{
    (void)state;
    fc_buffer file = fc_rings_file((fc_size){ 900, 600 });
    fc_photo photo = fc_rings_photo(&file);
    fc_rings_decode(&photo);
    assert_int_equal(photo.preview->pixels->size.width, 900);
    assert_true(fabs(fc_similarity_scale(photo.preview->to_photo) - 1) < 1e-9);
    fc_photo_clear(&photo);
    fc_buffer_clear(&file);
}

static void a_large_photo_is_reduced_but_not_below_the_preview(void **state)
{
    (void)state;
    fc_buffer file = fc_rings_file((fc_size){ 3000, 2000 });
    fc_photo photo = fc_rings_photo(&file);
    fc_rings_decode(&photo);
    assert_int_equal(photo.preview->pixels->size.width, 1500);
    assert_int_equal(photo.preview->pixels->size.height, 1000);
    assert_true(fabs(fc_similarity_scale(photo.preview->to_photo) - 2) < 1e-2);
    fc_photo_clear(&photo);
    fc_buffer_clear(&file);
}

static void a_photo_beyond_the_limits_is_refused_before_decoding(void **state)
{
    (void)state;
    fc_buffer file = fc_rings_file((fc_size){ 900, 600 });
    fc_photo photo = fc_rings_photo(&file);
    photo.limits.pixels_max = 500000;
    fc_stage_report report = { 0 };
    fc_error err = { 0 };
    ASSERT_FAILS(FC_LIMIT_EXCEEDED, fc_stage_probe(&photo, &report, &err), err);
    assert_null(photo.preview);
    fc_buffer_clear(&file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_small_photo_is_decoded_as_it_is),
        cmocka_unit_test(a_large_photo_is_reduced_but_not_below_the_preview),
        cmocka_unit_test(a_photo_beyond_the_limits_is_refused_before_decoding),
    };
    return cmocka_run_group_tests_name("pipeline/stage_decode", tests, NULL, NULL);
}

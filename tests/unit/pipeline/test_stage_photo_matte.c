#include "base/memory.h"
#include "pipeline/stage_functions.h"
#include "support/fc_photo.h"
#include "support/fc_test.h"

/* With networks: tests/contract/cli_matte.sh. */

static fc_photo photo_of(fc_size size)
{
    return (fc_photo){ .params = fc_params_default(),
                       .facts = { .size = size },
                       .outputs = FC_OUTPUT_MATTE };
}

static void a_portrait_that_is_not_cut_out_keeps_the_whole_photo(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_photo photo = photo_of((fc_size){ 70, 50 });
    fc_portrait portrait = { .photo = &photo, .uncut = true };
    fc_stage_report report = { 0 };
    ASSERT_OK(fc_stage_photo_matte(&portrait, &report, &err), err);
    assert_string_equal(report.note, "not cut out");
    assert_null(report.model); /* no network ran */
    FC_AUTO(fc_raster) mask = fc_photo_decode(fc_buffer_bytes(&portrait.matte_png));
    assert_int_equal(mask->pixels->size.width, 70);
    assert_int_equal(mask->pixels->size.height, 50);
    for (int32_t y = 0; y < 50; y++) {
        for (int32_t x = 0; x < 70; x++) {
            fc_photo_assert_colour(mask->pixels, x, y, (const uint8_t[]){ 255, 255, 255 }, 0);
        }
    }
    fc_portrait_clear(&portrait);
}

static void a_mask_that_memory_has_no_room_for_is_refused(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_photo photo = photo_of((fc_size){ 70, 50 });
    fc_portrait portrait = { .photo = &photo, .uncut = true };
    fc_stage_report report = { 0 };
    fc_memory_fail_after(1);
    const fc_status status = fc_stage_photo_matte(&portrait, &report, &err);
    fc_memory_fail_after(0);
    assert_int_equal(status, FC_OUT_OF_MEMORY);
    assert_int_equal(portrait.matte_png.size, 0);
    fc_portrait_clear(&portrait);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_portrait_that_is_not_cut_out_keeps_the_whole_photo),
        cmocka_unit_test(a_mask_that_memory_has_no_room_for_is_refused),
    };
    return cmocka_run_group_tests_name("pipeline/stage_photo_matte", tests, NULL, NULL);
}

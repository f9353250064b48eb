#include "ops/sheet_draw.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "support/fc_test.h"
#include "support/patterns.h"

static fc_sheet sheet;

static bool is_white(const uint8_t *px)
{
    return px[0] == 255 && px[1] == 255 && px[2] == 255;
}

static void pictures_lie_where_they_belong_turned_by_a_quarter(void **state)
{
    (void)state;
    fc_error err = { 0 };
    const fc_sheet_wish wish = { 40, 30, 30, 40, 0, 0, 0, true };
    FC_AUTO(fc_image) picture = fc_pattern_noise((fc_size){ 300, 400 }, 3, 7);
    FC_AUTO(fc_image) drawn = NULL;
    ASSERT_OK(fc_sheet_lay_out(&wish, &sheet, &err), err);
    ASSERT_OK(fc_sheet_draw(&sheet, &wish, picture, 254, &drawn, &err), err);
    assert_int_equal(drawn->size.width, 400);
    assert_int_equal(drawn->size.height, 300);
    assert_int_equal(drawn->dpi, 254);
    assert_memory_equal(fc_image_row(drawn, 0), fc_image_row(picture, 399), 3);
    assert_memory_equal(fc_image_row(drawn, 0) + 3 * 399, fc_image_row(picture, 0), 3);
    assert_memory_equal(fc_image_row(drawn, 299) + 3 * 399, fc_image_row(picture, 0) + 3 * 299, 3);
}

static void marks_are_dark_and_all_else_is_white(void **state)
{
    (void)state;
    fc_error err = { 0 };
    const fc_sheet_wish wish = { 64, 40, 30, 30, 2, 1, 0, true };
    FC_AUTO(fc_image) picture = fc_pattern_flat((fc_size){ 300, 300 }, 3, 255);
    FC_AUTO(fc_image) drawn = NULL;
    ASSERT_OK(fc_sheet_lay_out(&wish, &sheet, &err), err);
    ASSERT_OK(fc_sheet_draw(&sheet, &wish, picture, 254, &drawn, &err), err);
    int dark = 0;
    for (int32_t y = 0; y < 400; y++) {
        for (int32_t x = 0; x < 640; x++) {
            dark += is_white(fc_image_row(drawn, y) + 3 * x) ? 0 : 1;
        }
    }
    /* 8 marks of 4 mm above and below; 4 of 1 mm at the sides and 4 of 2 mm, two on two, between.
     */
    assert_true(abs(dark - (8 * 40 + 4 * 10 + 2 * 20)) <= 12);
    assert_false(is_white(fc_image_row(drawn, 30) + 3 * 310));
    assert_true(is_white(fc_image_row(drawn, 200) + 3 * 320));
}

static void a_sheet_that_is_too_large_is_refused(void **state)
{
    (void)state;
    fc_error err = { 0 };
    const fc_sheet_wish wish = { 1200, 1200, 30, 30, 2, 1, 0, false };
    FC_AUTO(fc_image) picture = fc_pattern_flat((fc_size){ 4, 4 }, 3, 0);
    fc_image *drawn = NULL;
    ASSERT_OK(fc_sheet_lay_out(&wish, &sheet, &err), err);
    ASSERT_FAILS(FC_LIMIT_EXCEEDED, fc_sheet_draw(&sheet, &wish, picture, 2400, &drawn, &err), err);
    assert_null(drawn);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pictures_lie_where_they_belong_turned_by_a_quarter),
        cmocka_unit_test(marks_are_dark_and_all_else_is_white),
        cmocka_unit_test(a_sheet_that_is_too_large_is_refused),
    };
    return cmocka_run_group_tests_name("ops/sheet_draw", tests, NULL, NULL);
}

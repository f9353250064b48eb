#include "ops/gradient.h"

#include "base/memory.h"
#include "support/fc_test.h"

static const uint8_t RED[3] = { 200, 0, 0 };
static const uint8_t BLUE[3] = { 0, 0, 100 };

static void it_goes_from_the_top_row_to_the_bottom_row(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_image) picture = NULL;
    ASSERT_OK(fc_gradient((fc_size){ 5, 11 }, RED, BLUE, false, &picture, &err), err);
    for (int32_t y = 0; y < 11; y++) {
        for (int32_t x = 0; x < 5; x++) {
            const uint8_t *px = fc_image_row(picture, y) + 3 * x;
            assert_int_equal(px[0], 200 - 20 * y);
            assert_int_equal(px[2], 10 * y);
        }
    }
}

static void radial_goes_from_the_middle_to_the_corners(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_image) picture = NULL;
    ASSERT_OK(fc_gradient((fc_size){ 41, 21 }, RED, BLUE, true, &picture, &err), err);
    assert_memory_equal(fc_image_row(picture, 10) + 3 * 20, RED, 3);
    int last = -1;
    for (int32_t i = 0; i <= 10; i++) {
        const int blue = (fc_image_row(picture, 10 - i) + (ptrdiff_t)3 * (20 - 2 * i))[2];
        assert_true(blue > last);
        last = blue;
    }
    assert_true(last >= 95);
    assert_memory_equal(fc_image_row(picture, 0), fc_image_row(picture, 20), 41 * 3);
}

static void one_row_has_the_first_colour(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_image) picture = NULL;
    ASSERT_OK(fc_gradient((fc_size){ 1, 1 }, RED, BLUE, false, &picture, &err), err);
    assert_memory_equal(picture->data, RED, 3);
}

static void an_empty_one_is_refused(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_image *picture = NULL;
    ASSERT_FAILS(FC_INVALID_ARGUMENT,
                 fc_gradient((fc_size){ 0, 1 }, RED, BLUE, false, &picture, &err), err);
    assert_null(picture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_goes_from_the_top_row_to_the_bottom_row),
        cmocka_unit_test(radial_goes_from_the_middle_to_the_corners),
        cmocka_unit_test(one_row_has_the_first_colour),
        cmocka_unit_test(an_empty_one_is_refused),
    };
    return cmocka_run_group_tests_name("ops/gradient", tests, NULL, NULL);
}

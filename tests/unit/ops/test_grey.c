#include "ops/grey.h"

#include <string.h>

#include "base/memory.h"
#include "support/fc_test.h"

static fc_image *make_row(int32_t width, int32_t channels)
{
    fc_error err = { 0 };
    fc_image *image = NULL;
    ASSERT_OK(fc_image_new((fc_size){ width, 1 }, channels, &image, &err), err);
    return image;
}

/* Values of cvtColor(BGR2GRAY), OpenCV 5.0.0. The shares add up to 1, so white stays white. */
static void grey_is_that_of_opencv(void **state)
{
    (void)state;
    static const uint8_t COLOURS[][4] = {
        /* R, G, B, grey */
        { 0, 0, 0, 0 },    { 255, 255, 255, 255 }, { 255, 0, 0, 76 },   { 0, 255, 0, 150 },
        { 0, 0, 255, 29 }, { 12, 200, 7, 122 },    { 90, 33, 250, 75 }, { 1, 2, 3, 2 }
    };
    const int32_t count = sizeof COLOURS / sizeof COLOURS[0];
    fc_error err = { 0 };
    FC_AUTO(fc_image) rgb = make_row(count, 3);
    for (int32_t x = 0; x < count; x++) {
        memcpy(rgb->data + 3 * x, COLOURS[x], 3);
    }
    FC_AUTO(fc_image) grey = NULL;
    ASSERT_OK(fc_grey(rgb, &grey, &err), err);
    assert_int_equal(grey->channels, 1);
    assert_int_equal(grey->size.width, count);
    for (int32_t x = 0; x < count; x++) {
        assert_int_equal(grey->data[x], COLOURS[x][3]);
    }
}

static void alpha_is_ignored(void **state)
{
    (void)state;
    static const uint8_t PIXELS[] = { 12, 200, 7, 0, 12, 200, 7, 255 };
    fc_error err = { 0 };
    FC_AUTO(fc_image) rgba = make_row(2, 4);
    memcpy(rgba->data, PIXELS, sizeof PIXELS);
    FC_AUTO(fc_image) grey = NULL;
    ASSERT_OK(fc_grey(rgba, &grey, &err), err);
    assert_int_equal(grey->data[0], 122);
    assert_int_equal(grey->data[1], 122);
}

static void grey_survives_every_allocation_failure(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_image) rgb = make_row(5, 3);
    memset(rgb->data, 9, 15);
    FC_AUTO(fc_image) grey = NULL;
    SWEEP_ALLOCATIONS(fc_grey(rgb, &grey, &err), grey == NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(grey_is_that_of_opencv),
        cmocka_unit_test(alpha_is_ignored),
        cmocka_unit_test(grey_survives_every_allocation_failure),
    };
    return cmocka_run_group_tests_name("ops/grey", tests, NULL, NULL);
}

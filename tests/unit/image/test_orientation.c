#include "image/orientation.h"

#include "support/fc_test.h"

static const fc_size UPRIGHT = { 30, 20 };

/* Where the stored first pixel is seen, by the EXIF standard: its row 0 and column 0. */
static void first_stored_pixel_lands_in_its_corner(void **state)
{
    (void)state;
    static const fc_box CORNERS[] = { { 0, 0, 1, 1 },   { 29, 0, 1, 1 }, { 29, 19, 1, 1 },
                                      { 0, 19, 1, 1 },  { 0, 0, 1, 1 },  { 29, 0, 1, 1 },
                                      { 29, 19, 1, 1 }, { 0, 19, 1, 1 } };
    for (int32_t exif = 1; exif <= 8; exif++) {
        const fc_orientation orientation = fc_orientation_lookup(exif);
        assert_int_equal(orientation.transpose, exif >= 5);
        const fc_box seen =
            fc_orientation_box_to_upright(orientation, UPRIGHT, (fc_box){ 0, 0, 1, 1 });
        assert_memory_equal(&seen, &CORNERS[exif - 1], sizeof seen);
    }
}

static void boxes_come_back(void **state)
{
    (void)state;
    const fc_box box = { 3, 5, 10, 7 };
    for (int32_t exif = 1; exif <= 8; exif++) {
        const fc_orientation orientation = fc_orientation_lookup(exif);
        const fc_box stored = fc_orientation_box_to_stored(orientation, UPRIGHT, box);
        const fc_box back = fc_orientation_box_to_upright(orientation, UPRIGHT, stored);
        assert_memory_equal(&back, &box, sizeof box);
        const fc_size size = fc_orientation_turn_size(orientation, UPRIGHT);
        assert_true(stored.x >= 0 && stored.x + stored.width <= size.width);
        assert_true(stored.y >= 0 && stored.y + stored.height <= size.height);
    }
}

static void values_outside_the_standard_mean_upright(void **state)
{
    (void)state;
    static const int32_t ODD[] = { 0, -1, 9, INT32_MAX, INT32_MIN };
    for (size_t i = 0; i < sizeof ODD / sizeof ODD[0]; i++) {
        const fc_orientation orientation = fc_orientation_lookup(ODD[i]);
        assert_false(orientation.transpose || orientation.flip_x || orientation.flip_y);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(first_stored_pixel_lands_in_its_corner),
        cmocka_unit_test(boxes_come_back),
        cmocka_unit_test(values_outside_the_standard_mean_upright),
    };
    return cmocka_run_group_tests_name("image/orientation", tests, NULL, NULL);
}

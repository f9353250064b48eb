#include "ops/turn.h"

#include "base/memory.h"
#include "support/fc_test.h"
#include "support/patterns.h"

static const int32_t CHANNELS[] = { 1, 3, 4 };

/* Pixel (x, y) of the result of one clockwise turn was at (y, height - 1 - x). */
static void one_turn_puts_the_left_column_on_top(void **state)
{
    (void)state;
    fc_error err = { 0 };
    for (size_t i = 0; i < 3; i++) {
        FC_AUTO(fc_image) source = fc_pattern_noise((fc_size){ 77, 45 }, CHANNELS[i], 7);
        FC_AUTO(fc_image) turned = NULL;
        ASSERT_OK(fc_turn(source, 1, &turned, &err), err);
        assert_int_equal(turned->size.width, 45);
        assert_int_equal(turned->size.height, 77);
        assert_int_equal(turned->channels, CHANNELS[i]);
        for (int32_t y = 0; y < 77; y++) {
            for (int32_t x = 0; x < 45; x++) {
                assert_memory_equal(fc_image_row(turned, y) + x * CHANNELS[i],
                                    fc_image_row(source, 44 - x) + y * CHANNELS[i],
                                    (size_t)CHANNELS[i]);
            }
        }
    }
}

static void turns_add_up(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_image) source = fc_pattern_noise((fc_size){ 33, 70 }, 3, 3);
    FC_AUTO(fc_image) once = NULL;
    FC_AUTO(fc_image) twice = NULL;
    FC_AUTO(fc_image) thrice = NULL;
    FC_AUTO(fc_image) half = NULL;
    FC_AUTO(fc_image) back = NULL;
    FC_AUTO(fc_image) whole = NULL;
    ASSERT_OK(fc_turn(source, 1, &once, &err), err);
    ASSERT_OK(fc_turn(once, 1, &twice, &err), err);
    ASSERT_OK(fc_turn(twice, 1, &thrice, &err), err);
    ASSERT_OK(fc_turn(source, 2, &half, &err), err);
    ASSERT_OK(fc_turn(source, -1, &back, &err), err);
    ASSERT_OK(fc_turn(source, -4, &whole, &err), err);
    fc_pattern_assert_alike(twice, half, 0);
    fc_pattern_assert_alike(thrice, back, 0);
    fc_pattern_assert_alike(source, whole, 0);
}

static void one_pixel_can_be_turned(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_image) source = fc_pattern_noise((fc_size){ 1, 1 }, 4, 9);
    for (int32_t turns = INT32_MIN; turns < INT32_MIN + 4; turns++) {
        FC_AUTO(fc_image) turned = NULL;
        ASSERT_OK(fc_turn(source, turns, &turned, &err), err);
        fc_pattern_assert_alike(source, turned, 0);
    }
}

static void a_turned_raster_tells_where_its_pixels_lie(void **state)
{
    (void)state;
    fc_error err = { 0 };
    const fc_similarity to_photo = { 2, 0, 10, 20 };
    for (int32_t turns = -1; turns < 4; turns++) {
        FC_AUTO(fc_image) given = fc_pattern_noise((fc_size){ 7, 4 }, 3, 5);
        fc_raster raster = { .to_photo = to_photo };
        ASSERT_OK(fc_turn(given, 0, &raster.pixels, &err), err);
        ASSERT_OK(fc_turn_raster(&raster, turns, &err), err);
        const fc_similarity to_given =
            fc_similarity_compose(fc_similarity_invert(to_photo), raster.to_photo);
        for (int32_t y = 0; y < raster.pixels->size.height; y++) {
            for (int32_t x = 0; x < raster.pixels->size.width; x++) {
                const fc_point at = fc_similarity_apply(to_given, (fc_point){ x + 0.5, y + 0.5 });
                assert_memory_equal(fc_image_row(raster.pixels, y) + x * 3,
                                    fc_image_row(given, (int32_t)at.y) + (int32_t)at.x * 3, 3);
            }
        }
        fc_image_free(raster.pixels);
    }
}

static void turn_survives_every_allocation_failure(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_image) source = fc_pattern_noise((fc_size){ 8, 5 }, 3, 1);
    FC_AUTO(fc_image) turned = NULL;
    SWEEP_ALLOCATIONS(fc_turn(source, 1, &turned, &err), turned == NULL);
    fc_raster raster = { .pixels = turned, .to_photo = FC_SIMILARITY_IDENTITY };
    turned = NULL;
    SWEEP_ALLOCATIONS(fc_turn_raster(&raster, 1, &err),
                      raster.pixels->size.width == 5 && raster.to_photo.a == 1);
    fc_image_free(raster.pixels);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_turn_puts_the_left_column_on_top),
        cmocka_unit_test(turns_add_up),
        cmocka_unit_test(one_pixel_can_be_turned),
        cmocka_unit_test(a_turned_raster_tells_where_its_pixels_lie),
        cmocka_unit_test(turn_survives_every_allocation_failure),
    };
    return cmocka_run_group_tests_name("ops/turn", tests, NULL, NULL);
}

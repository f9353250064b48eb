#include "check/wall_colour.h"

#include "config/background.h"
#include "support/fc_test.h"

static fc_lab lab_of(uint8_t red, uint8_t green, uint8_t blue)
{
    const uint8_t colour[3] = { red, green, blue };
    fc_srgb_table srgb;
    fc_srgb_table_init(&srgb);
    return fc_lab_from_linear(fc_srgb_decode(&srgb, colour));
}

/* The table of presets does not contradict itself. */
static void what_a_preset_lays_is_a_wall_that_it_allows(void **state)
{
    (void)state;
    int seen = 0;
    for (int32_t i = 1; i <= fc_presets_count(); i++) {
        const fc_preset *preset = fc_preset_at(i);
        if (preset->walls != 0) {
            fc_background laid = { 0 };
            assert_true(fc_background_parse(preset->background, &laid));
            const fc_lab colour = lab_of(laid.red, laid.green, laid.blue);
            assert_true(fc_wall_colour_distance(colour, preset->walls) == 0);
            seen++;
        }
    }
    assert_true(seen > 50);
}

static void a_wall_is_as_far_as_from_the_nearest_kind(void **state)
{
    (void)state;
    const fc_lab grey = { 74, 0, 0 };
    assert_true(fc_wall_colour_distance(grey, FC_WALL_WHITE) == 10);
    assert_true(fc_wall_colour_distance(grey, FC_WALL_WHITE | FC_WALL_GREY) == 0);
    const fc_lab blue = { 80, 3 + 3, -28 - 4 };
    assert_true(fc_wall_colour_distance(blue, FC_WALL_BLUE) == 5);
}

static void white_is_no_light_grey_and_grass_is_nothing(void **state)
{
    (void)state;
    assert_true(fc_wall_colour_distance(lab_of(255, 255, 255), FC_WALL_GREY | FC_WALL_BLUE) > 6);
    const uint32_t all =
        FC_WALL_WHITE | FC_WALL_CREAM | FC_WALL_GREY | FC_WALL_BLUE | FC_WALL_LIGHT | FC_WALL_RED;
    assert_true(fc_wall_colour_distance(lab_of(70, 120, 40), all) > 12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_preset_lays_is_a_wall_that_it_allows),
        cmocka_unit_test(a_wall_is_as_far_as_from_the_nearest_kind),
        cmocka_unit_test(white_is_no_light_grey_and_grass_is_nothing),
    };
    return cmocka_run_group_tests_name("check/wall_colour", tests, NULL, NULL);
}

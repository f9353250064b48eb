#include "config/presets.h"

#include <string.h>

#include "config/background.h"
#include "support/fc_test.h"

static void in_order(fc_range range)
{
    assert_true(range.min >= 0 && range.max >= 0);
    assert_true(range.min <= 0 || range.max <= 0 || range.min < range.max);
}

/* What the rest of the program takes for granted. */
static void every_row_makes_sense(void **state)
{
    (void)state;
    assert_true(fc_presets_count() > 80);
    for (int32_t i = 1; i <= fc_presets_count(); i++) {
        const fc_preset *preset = fc_preset_at(i);
        const double height = preset->height_mm > 0 ? preset->height_mm : 100;
        assert_int_equal(fc_preset_number(preset->name), i); /* and so no name is there twice */
        assert_true(strlen(preset->name) <= 32 && preset->document[0] != '\0');
        assert_true(preset->country[0] == '\0' || strlen(preset->country) == 2);
        assert_in_range(preset->width, 64, 4096);
        assert_in_range(preset->height, 64, 4096);
        assert_true((preset->width_mm > 0) == (preset->height_mm > 0));
        assert_true((preset->dpi > 0) == (preset->height_mm > 0));
        in_order(preset->head);
        in_order(preset->eye_line);
        in_order(preset->top);
        assert_true(preset->head.max < height && preset->eye_line.max < height);
        assert_true(preset->kb_max == 0 || preset->kb_min <= preset->kb_max);
        assert_true(preset->source[0] != '\0' && preset->note != NULL && preset->ground != NULL);
        assert_true((preset->confidence == FC_CONFIDENCE_OWN) == (preset->seen[0] == '\0'));
        fc_background background;
        assert_true(fc_background_parse(preset->background, &background));
    }
}

/* Millimetres become px at the preset's own density. */
static void print_sizes_are_exact(void **state)
{
    (void)state;
    const fc_preset *german = fc_preset_at(fc_preset_number("de-passport"));
    assert_int_equal(german->width, 827); /* 35 mm at 600 dpi */
    assert_int_equal(german->height, 1063);
    assert_string_equal(fc_preset_unit(german), "mm");
    assert_string_equal(fc_preset_unit(fc_preset_at(fc_preset_number("sa-evisa"))), "%");
    assert_int_equal(fc_preset_at(fc_preset_number("pl-passport"))->dpi, 357); /* 633 px on 45 mm */
}

static void an_unknown_name_has_its_nearest(void **state)
{
    (void)state;
    char text[128];
    assert_int_equal(fc_preset_number("us-pasport"), -1);
    fc_preset_nearest("visa-us", text, sizeof text);
    assert_memory_equal(text, "us-visa,", 8);
    fc_preset_nearest("", text, sizeof text);
    assert_true(text[0] != '\0');
    fc_preset_nearest("a name that is much longer than all that there are", text, sizeof text);
    assert_true(text[0] != '\0');
}

static void words_have_their_names(void **state)
{
    (void)state;
    assert_string_equal(fc_confidence_name(FC_CONFIDENCE_CONFLICTING), "conflicting");
    assert_string_equal(fc_crown_name(FC_CROWN_FOREHEAD), "forehead");
    assert_string_equal(fc_edits_name(FC_EDITS_NONE), "no_edits");
    assert_string_equal(fc_preset_background(fc_preset_at(fc_preset_number("us-visa"))), "keep");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_makes_sense),
        cmocka_unit_test(print_sizes_are_exact),
        cmocka_unit_test(an_unknown_name_has_its_nearest),
        cmocka_unit_test(words_have_their_names),
    };
    return cmocka_run_group_tests_name("config/presets", tests, NULL, NULL);
}

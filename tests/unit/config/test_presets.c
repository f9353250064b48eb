#include "config/presets.h"

#include <string.h>

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

static fc_status set(fc_params *params, const char *name, const char *value, fc_error *err)
{
    return fc_option_set(fc_option_lookup(fc_params_options(), name), params, value, err);
}

static void a_preset_sets_size_file_and_look(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_params params = fc_params_default();
    ASSERT_OK(set(&params, "preset", "US-Visa", &err), err);
    assert_string_equal(fc_preset_of(&params)->name, "us-visa");
    assert_int_equal(params.width, 600);
    assert_int_equal(params.height, 600);
    assert_int_equal(params.dpi, 300);
    assert_int_equal(params.max_jpeg_kb, 240);
    assert_false(params.use_oval_mask);
    /* Altered photos are refused there. */
    assert_int_equal(params.enhance_photo, FC_ENHANCE_OFF);
    assert_int_equal(params.background.kind, FC_BACKGROUND_KEEP);
    ASSERT_OK(set(&params, "preset", "es-dni", &err), err);
    assert_int_equal(params.max_jpeg_kb, 0);
    assert_int_equal(params.enhance_photo, FC_ENHANCE_NATURAL);
    assert_false(params.enhance_face);
    assert_int_equal(params.background.red, 255);
    ASSERT_OK(set(&params, "preset", "none", &err), err);
    assert_int_equal(params.width, 648);
    assert_true(params.use_oval_mask);
    assert_null(fc_preset_of(&params));
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

static void what_was_chosen_beside_a_preset_stays_and_is_named(void **state)
{
    (void)state;
    fc_error err = { 0 };
    const fc_option *changed[FC_PRESET_OPTIONS_MAX];
    fc_params params = fc_params_default();
    assert_int_equal(fc_preset_changes(&params, changed), 0);
    ASSERT_OK(set(&params, "preset", "us-passport", &err), err);
    assert_int_equal(fc_preset_changes(&params, changed), 0);
    ASSERT_OK(set(&params, "width", "500", &err), err);
    ASSERT_OK(set(&params, "background", "white", &err), err);
    ASSERT_OK(set(&params, "preset", "us-passport", &err), err); /* again: nothing happens */
    assert_int_equal(fc_preset_changes(&params, changed), 2);
    assert_string_equal(changed[0]->name, "width");
    assert_string_equal(changed[1]->name, "background");
}

static void an_unknown_name_is_told_the_nearest(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_params params = fc_params_default();
    ASSERT_FAILS(FC_INVALID_ARGUMENT, set(&params, "preset", "us-pasport", &err), err);
    assert_non_null(strstr(err.text, "\"us-pasport\""));
    assert_non_null(strstr(err.text, "nearest are us-passport,"));
    assert_int_equal(params.preset, 0);
    char text[128];
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
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_makes_sense),
        cmocka_unit_test(a_preset_sets_size_file_and_look),
        cmocka_unit_test(print_sizes_are_exact),
        cmocka_unit_test(what_was_chosen_beside_a_preset_stays_and_is_named),
        cmocka_unit_test(an_unknown_name_is_told_the_nearest),
        cmocka_unit_test(words_have_their_names),
    };
    return cmocka_run_group_tests_name("config/presets", tests, NULL, NULL);
}

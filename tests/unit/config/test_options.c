#define _GNU_SOURCE /* setenv */
#include "config/options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "config/presets.h"
#include "support/fc_test.h"

static fc_status set(fc_params *params, const char *name, const char *text, fc_error *err)
{
    const fc_option *option = fc_option_lookup(fc_params_options(), name);
    assert_non_null(option);
    return fc_option_set(option, params, text, err);
}

static void check_table(fc_options options, void *target)
{
    fc_error err = { 0 };
    for (size_t i = 0; i < options.count; i++) {
        const fc_option *row = &options.rows[i];
        assert_ptr_equal(fc_option_lookup(options, row->name), row);
        for (size_t k = 0; k < i; k++) {
            assert_string_not_equal(row->name, options.rows[k].name);
            assert_string_not_equal(row->variable, options.rows[k].variable);
        }
        assert_true(row->help[0] >= 'A' && row->help[0] <= 'Z');
        assert_int_not_equal(row->help[strlen(row->help) - 1], '.');
        assert_true(row->min <= row->max);
        assert_true((row->choices != NULL) == (row->kind == FC_OPTION_CHOICE));
        ASSERT_OK(fc_option_set(row, target, row->initial, &err), err);

        /* What is printed is taken back and printed again the same. */
        char first[FC_OPTION_TEXT_SIZE] = "";
        char second[FC_OPTION_TEXT_SIZE] = "";
        fc_option_print(row, target, first, sizeof first);
        ASSERT_OK(fc_option_set(row, target, first, &err), err);
        fc_option_print(row, target, second, sizeof second);
        assert_string_equal(first, second);
    }
}

static void all_tables_are_in_order(void **state)
{
    (void)state;
    fc_params params = fc_params_default();
    fc_settings settings = fc_settings_default();
    check_table(fc_params_options(), &params);
    fc_server_settings server = fc_server_settings_default();
    check_table(fc_settings_options(), &settings);
    check_table(fc_server_options(), &server);
}

/* A variable sets one option, in whichever table. */
static void tables_do_not_share_names(void **state)
{
    (void)state;
    const fc_options tables[] = { fc_params_options(), fc_settings_options(), fc_server_options() };
    for (size_t a = 0; a < 3; a++) {
        for (size_t b = a + 1; b < 3; b++) {
            for (size_t i = 0; i < tables[a].count; i++) {
                assert_null(fc_option_lookup(tables[b], tables[a].rows[i].name));
                for (size_t k = 0; k < tables[b].count; k++) {
                    assert_string_not_equal(tables[a].rows[i].variable, tables[b].rows[k].variable);
                }
            }
        }
    }
}

static const fc_option *find_variable(const char *variable)
{
    const fc_options tables[] = { fc_params_options(), fc_settings_options(), fc_server_options() };
    for (size_t i = 0; i < 3; i++) {
        for (size_t k = 0; k < tables[i].count; k++) {
            if (strcmp(tables[i].rows[k].variable, variable) == 0) {
                return &tables[i].rows[k];
            }
        }
    }
    return NULL;
}

/* The variables of the old service, with the values it had. An empty folder is one that is looked
 * for. */
static void the_old_variables_keep_their_defaults(void **state)
{
    (void)state;
    static const struct {
        const char *variable;
        const char *initial;
    } CONTRACT[] = {
        { "HOST", "0.0.0.0" },
        { "PORT", "8000" },
        { "WORKERS", "1" },
        { "DEBUG", "false" },
        { "LOG_LEVEL", "INFO" },
        { "DEVICE", "auto" },
        { "MODELS_DIR", "" },
        { "PREDICTOR_PATH", "" },
        { "CODEFORMER_PATH", "" },
        { "DEFAULT_WIDTH", "648" },
        { "DEFAULT_HEIGHT", "648" },
        { "DEFAULT_BACKGROUND_R", "240" },
        { "DEFAULT_BACKGROUND_G", "240" },
        { "DEFAULT_BACKGROUND_B", "240" },
        { "DEFAULT_FACE_MARGIN", "0.3" },
        { "DEFAULT_OVAL_MASK", "true" },
        { "DEFAULT_ENHANCE_FIDELITY", "0.7" },
        { "UPLOAD_DIR", "/app/uploads" },
        { "OUTPUT_DIR", "/app/processed" },
        { "MAX_UPLOAD_SIZE_MB", "20" },
        { "CLEANUP_AGE_HOURS", "24" },
        { "MAX_CONCURRENT_JOBS", "4" },
        { "BATCH_MAX_FILES", "50" },
        { "CORS_ORIGINS", "*" },
        { "API_KEY", "" },
    };
    for (size_t i = 0; i < sizeof CONTRACT / sizeof CONTRACT[0]; i++) {
        const fc_option *option = find_variable(CONTRACT[i].variable);
        if (option == NULL) {
            fail_msg("%s is missing", CONTRACT[i].variable);
        }
        assert_string_equal(option->initial, CONTRACT[i].initial);
    }
}

static void a_secret_is_never_shown(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_server_settings server = fc_server_settings_default();
    const fc_option *option = fc_option_lookup(fc_server_options(), "api_key");
    char text[64] = "x";
    fc_option_print(option, &server, text, sizeof text);
    assert_string_equal(text, "");
    ASSERT_OK(fc_option_set(option, &server, "hush", &err), err);
    assert_string_equal(server.api_key, "hush");
    fc_option_print(option, &server, text, sizeof text);
    assert_string_equal(text, FC_SECRET_MASK);
    char long_key[FC_OPTION_TEXT_SIZE + 1];
    memset(long_key, 'k', sizeof long_key - 1);
    long_key[sizeof long_key - 1] = '\0';
    ASSERT_FAILS(FC_INVALID_ARGUMENT, fc_option_set(option, &server, long_key, &err), err);
    assert_null(strstr(err.text, "kkk"));
    assert_string_equal(server.api_key, "hush");
}

static void defaults_are_those_of_the_contract(void **state)
{
    (void)state;
    const fc_params params = fc_params_default();
    assert_int_equal(params.width, 648);
    assert_int_equal(params.height, 648);
    assert_int_equal(params.background.red, 240);
    assert_int_equal(params.background.green, 240);
    assert_int_equal(params.background.blue, 240);
    assert_int_equal(params.background.kind, FC_BACKGROUND_COLOUR);
    assert_true(params.face_margin == 0.3);
    assert_true(params.use_oval_mask);
    assert_true(params.enhance_face);
    assert_int_equal(params.face, FC_FACE_LARGEST);
    assert_int_equal(params.matte_quality, FC_MATTE_FINE);
    assert_int_equal(params.enhance_photo, FC_ENHANCE_NATURAL);
    assert_int_equal(params.max_jpeg_kb, 0); /* the usual 99, where they suffice */
    assert_int_equal(fc_settings_default().max_megapixels, 100);
}

static void names_are_found_with_either_stroke(void **state)
{
    (void)state;
    const fc_option *option = fc_option_lookup(fc_params_options(), "face_margin");
    assert_non_null(option);
    assert_ptr_equal(fc_option_lookup(fc_params_options(), "face-margin"), option);
    assert_null(fc_option_lookup(fc_params_options(), "face_margi"));
    assert_null(fc_option_lookup(fc_params_options(), "face_margins"));
    assert_null(fc_option_lookup(fc_params_options(), ""));
    assert_null(fc_option_lookup(fc_settings_options(), "width"));
}

static void colours_are_read_as_people_write_them(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_params params = fc_params_default();
    ASSERT_OK(set(&params, "background", "#0Aff7f", &err), err);
    assert_int_equal(params.background.red, 10);
    assert_int_equal(params.background.green, 255);
    assert_int_equal(params.background.blue, 127);
    ASSERT_OK(set(&params, "background", "1,2,3", &err), err);
    assert_int_equal(params.background.red, 1);
    assert_int_equal(params.background.blue, 3);
    ASSERT_OK(set(&params, "background_g", "77", &err), err);
    assert_int_equal(params.background.green, 77);
    ASSERT_OK(set(&params, "background", "transparent", &err), err);
    assert_int_equal(params.background.kind, FC_BACKGROUND_TRANSPARENT);
    ASSERT_OK(set(&params, "background", "#000000", &err), err);
    assert_int_equal(params.background.kind, FC_BACKGROUND_COLOUR);
    static const char *const SAME[] = {
        "white",    "#fff", "255, 255, 255", "rgb(255, 255, 255)", "rgb(100% 100% 100% / 1)",
        "#ffffffff"
    };
    for (size_t i = 0; i < sizeof SAME / sizeof SAME[0]; i++) {
        ASSERT_OK(set(&params, "background", "#000000", &err), err);
        ASSERT_OK(set(&params, "background", SAME[i], &err), err);
        assert_int_equal(params.background.red, 255);
        assert_int_equal(params.background.blue, 255);
        assert_int_equal(params.background.kind, FC_BACKGROUND_COLOUR);
    }
    ASSERT_OK(set(&params, "background", "rgba(1,2,3,0)", &err), err);
    assert_int_equal(params.background.kind, FC_BACKGROUND_TRANSPARENT);
}

static void a_face_is_chosen_by_word_or_number(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_params params = fc_params_default();
    ASSERT_OK(set(&params, "face", "all", &err), err);
    assert_int_equal(params.face, FC_FACE_ALL);
    ASSERT_OK(set(&params, "face", "3", &err), err);
    assert_int_equal(params.face, -3);
    ASSERT_OK(set(&params, "face", "centre", &err), err);
    assert_int_equal(params.face, FC_FACE_CENTRE);
}

static void a_box_is_four_parts_of_the_photo_or_none(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_params params = fc_params_default();
    assert_false(fc_part_box_is_given(params.face_box));
    ASSERT_OK(set(&params, "face_box", "0.25,0,.5,1", &err), err);
    assert_true(fc_part_box_is_given(params.face_box));
    assert_true(params.face_box.x == 0.25 && params.face_box.width == 0.5);
    char text[64];
    const fc_option *option = fc_option_lookup(fc_params_options(), "face_box");
    fc_option_print(option, &params, text, sizeof text);
    assert_string_equal(text, "0.25,0,0.5,1");
    ASSERT_OK(set(&params, "face_box", "None", &err), err);
    fc_option_print(option, &params, text, sizeof text);
    assert_string_equal(text, "none");
}

static void a_refused_value_says_what_is_allowed_and_changes_nothing(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        const char *text;
        const char *says;
    } CASES[] = {
        { "width", "63", "64" },
        { "width", "4097", "4096" },
        { "width", "648.0", "whole number" },
        { "width", "", "width" },
        { "width", "99999999999999999999", "4096" },
        { "face_margin", "1.01", "0 to 1" },
        { "face_margin", "-0.1", "0 to 1" },
        { "face_margin", "nan", "number" },
        { "use_oval_mask", "maybe", "true or false" },
        { "background", "#12345", "#rrggbb" },
        { "background", "#1234567", "#rrggbb" },
        { "background", "#12345g", "#rrggbb" },
        { "background", "1,2", "r,g,b" },
        { "background", "1,2,3,4", "r,g,b" },
        { "background", "1,2,256", "0..255" },
        { "background", "1,,3", "r,g,b" },
        { "background", "1,2,3,", "r,g,b" },
        { "background", "00000001,2,3", "r,g,b" },
        { "background", "reddish", "a name of CSS" },
        { "background", "fff", "#rrggbb" },
        { "background", "#ffffff80", "transparent" },
        { "background", "rgb(1,2)", "rgb(r,g,b)" },
        { "background", "blur:0", "blur[:1..100]" },
        { "background", "gradient:#fff", "gradient:#from,#to" },
        { "background", "photo.jpg", "or picture" },
        { "background_r", "256", "255" },
        { "background_r", "-1", "255" },
        { "face", "0", "largest" },
        { "face", "101", "largest" },
        { "face", "#", "largest" },
        { "face", "larg", "largest" },
        { "face", "", "largest" },
        { "zoom", "0.2", "0.25 to 4" },
        { "turn", "46", "-45 to 45" },
        { "face_box", "", "none, or x,y,width,height" },
        { "face_box", "0.1,0.2,0.3", "x,y,width,height" },
        { "face_box", "0.1,0.2,0.3,0.4,0.5", "x,y,width,height" },
        { "face_box", "0.1,0.2,0.3,", "x,y,width,height" },
        { "face_box", "0.1,0.2,0.3,0", "x,y,width,height" },
        { "face_box", "0.8,0.2,0.3,0.4", "within the photo" },
        { "face_box", "0.1,-0.2,0.3,0.4", "from 0 to 1" },
        { "face_box", "0.1,0.2,nan,0.4", "from 0 to 1" },
        { "face_box", "0.10000000000000000000000000000001,0,0.3,0.4", "x,y,width,height" },
        { "matte_quality", "1", "fast|fine" },
        { "enhance_photo", "natural|strong", "off|natural|strong" },
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        fc_error err = { 0 };
        fc_params params = fc_params_default();
        const fc_params before = params;
        ASSERT_FAILS(FC_INVALID_ARGUMENT, set(&params, CASES[i].name, CASES[i].text, &err), err);
        if (strstr(err.text, CASES[i].says) == NULL || strstr(err.text, CASES[i].name) == NULL) {
            fail_msg("\"%s\" should say \"%s\"", err.text, CASES[i].says);
        }
        assert_memory_equal(&params, &before, sizeof params);
    }
}

static void texts_have_a_longest_length(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_settings settings = fc_settings_default();
    const fc_option *option = fc_option_lookup(fc_settings_options(), "models_dir");
    char text[FC_OPTION_TEXT_SIZE + 1];
    memset(text, 'a', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    ASSERT_FAILS(FC_INVALID_ARGUMENT, fc_option_set(option, &settings, text, &err), err);
    assert_string_equal(settings.models_dir, "");
    text[FC_OPTION_TEXT_SIZE - 1] = '\0';
    ASSERT_OK(fc_option_set(option, &settings, text, &err), err);
    assert_string_equal(settings.models_dir, text);
}

static void printing_is_cut_where_the_room_ends(void **state)
{
    (void)state;
    const fc_params params = fc_params_default();
    char text[4] = "xyz";
    fc_option_print(fc_option_lookup(fc_params_options(), "background"), &params, text,
                    sizeof text);
    assert_string_equal(text, "#f0");
}

static void words_of_a_choice_are_in_the_order_of_its_constants(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        const char *word;
        fc_choice constant;
    } WORDS[] = {
        { "face", "all", FC_FACE_ALL },
        { "matte", "u2net", FC_MATTE_U2NET },
        { "matte_quality", "fast", FC_MATTE_FAST },
        { "enhance_photo", "strong", FC_ENHANCE_STRONG },
        { "restore", "always", FC_RESTORE_ALWAYS },
    };
    for (size_t i = 0; i < sizeof WORDS / sizeof WORDS[0]; i++) {
        fc_error err = { 0 };
        fc_params params = fc_params_default();
        const fc_option *option = fc_option_lookup(fc_params_options(), WORDS[i].name);
        ASSERT_OK(fc_option_set(option, &params, WORDS[i].word, &err), err);
        assert_int_equal(*(fc_choice *)((char *)&params + option->offset), WORDS[i].constant);
    }
    assert_string_equal(fc_option_lookup(fc_params_options(), "face")->choices,
                        "largest|centre|left|right|all|#");
}

/* What is kept of a face must not outlive a change of what it was made with. */
static void each_param_counts_in_its_column_and_in_no_other(void **state)
{
    (void)state;
    const fc_options options = fc_params_options();
    const fc_params usual = fc_params_default();
    for (size_t i = 0; i < options.count; i++) {
        const fc_option *option = &options.rows[i];
        fc_params other = usual;
        ((uint8_t *)&other)[option->offset] ^= 1;
        assert_false(fc_option_equal(option, &usual, &other));
        for (int affects = FC_AFFECTS_DETECT; affects <= FC_AFFECTS_ENCODE; affects++) {
            assert_int_equal(fc_params_match(&usual, &other, (fc_option_affects)affects),
                             affects != (int)option->affects);
        }
        assert_int_not_equal(option->affects, FC_AFFECTS_NOTHING);
    }
}

static void texts_are_equal_as_texts(void **state)
{
    (void)state;
    fc_server_settings a = fc_server_settings_default();
    fc_server_settings b = fc_server_settings_default();
    const fc_option *option = fc_option_lookup(fc_server_options(), "host");
    b.host[sizeof b.host - 1] = 'x'; /* behind the end */
    assert_true(fc_option_equal(option, &a, &b));
    b.host[0] = 'x';
    assert_false(fc_option_equal(option, &a, &b));
}

static void channels_have_the_default_of_their_colour(void **state)
{
    (void)state;
    const fc_options options = fc_params_options();
    const fc_params usual = fc_params_default();
    for (size_t i = 0; i < options.count; i++) {
        char text[FC_OPTION_TEXT_SIZE];
        fc_option_print(&options.rows[i], &usual, text, sizeof text);
        if (options.rows[i].kind == FC_OPTION_CHANNEL) {
            assert_string_equal(options.rows[i].initial, text);
        }
    }
}

static void plain_is_the_photo_as_it_is(void **state)
{
    (void)state;
    fc_params params = fc_params_default();
    const fc_params before = params;
    fc_params_settle(&params);
    assert_memory_equal(&params, &before, sizeof params);
    params.plain = true;
    fc_params_settle(&params);
    assert_int_equal(params.background.kind, FC_BACKGROUND_KEEP);
    assert_false(params.use_oval_mask);
    assert_false(params.enhance_face);
    assert_int_equal(params.enhance_photo, FC_ENHANCE_OFF);
}

static void a_preset_sets_size_file_and_look(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_params params = fc_params_default();
    ASSERT_OK(set(&params, "preset", "US-Visa", &err), err);
    assert_string_equal(fc_preset_at(params.preset)->name, "us-visa");
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
    assert_null(fc_preset_at(params.preset));
}

static void what_was_chosen_beside_a_preset_stays_and_is_named(void **state)
{
    (void)state;
    fc_error err = { 0 };
    const fc_option *changed[FC_PRESET_OPTIONS_MAX];
    fc_params params = fc_params_default();
    assert_int_equal(fc_params_preset_changes(&params, changed), 0);
    ASSERT_OK(set(&params, "preset", "us-passport", &err), err);
    assert_int_equal(fc_params_preset_changes(&params, changed), 0);
    ASSERT_OK(set(&params, "width", "500", &err), err);
    ASSERT_OK(set(&params, "background", "white", &err), err);
    ASSERT_OK(set(&params, "preset", "us-passport", &err), err); /* again: nothing happens */
    assert_int_equal(fc_params_preset_changes(&params, changed), 2);
    assert_string_equal(changed[0]->name, "width");
    assert_string_equal(changed[1]->name, "background");
}

static void an_unknown_preset_is_told_the_nearest(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_params params = fc_params_default();
    ASSERT_FAILS(FC_INVALID_ARGUMENT, set(&params, "preset", "us-pasport", &err), err);
    assert_non_null(strstr(err.text, "\"us-pasport\""));
    assert_non_null(strstr(err.text, "nearest are us-passport,"));
    assert_int_equal(params.preset, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_is_the_photo_as_it_is),
        cmocka_unit_test(all_tables_are_in_order),
        cmocka_unit_test(tables_do_not_share_names),
        cmocka_unit_test(the_old_variables_keep_their_defaults),
        cmocka_unit_test(a_secret_is_never_shown),
        cmocka_unit_test(defaults_are_those_of_the_contract),
        cmocka_unit_test(names_are_found_with_either_stroke),
        cmocka_unit_test(colours_are_read_as_people_write_them),
        cmocka_unit_test(a_face_is_chosen_by_word_or_number),
        cmocka_unit_test(a_box_is_four_parts_of_the_photo_or_none),
        cmocka_unit_test(a_refused_value_says_what_is_allowed_and_changes_nothing),
        cmocka_unit_test(texts_have_a_longest_length),
        cmocka_unit_test(printing_is_cut_where_the_room_ends),
        cmocka_unit_test(words_of_a_choice_are_in_the_order_of_its_constants),
        cmocka_unit_test(each_param_counts_in_its_column_and_in_no_other),
        cmocka_unit_test(texts_are_equal_as_texts),
        cmocka_unit_test(channels_have_the_default_of_their_colour),
        cmocka_unit_test(a_preset_sets_size_file_and_look),
        cmocka_unit_test(what_was_chosen_beside_a_preset_stays_and_is_named),
        cmocka_unit_test(an_unknown_preset_is_told_the_nearest),
    };
    return cmocka_run_group_tests_name("config/options", tests, NULL, NULL);
}

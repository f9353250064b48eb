/* What each check finds: tests/contract/cli_doctor.sh, one scene a fault. */
#include "cli/doctor.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/environment.h"
#include "support/fc_test.h"

static fc_doctor *doctor;

static int make_doctor(void **state)
{
    (void)state;
    static fc_doctor made;
    made = (fc_doctor){ .params = fc_params_default(),
                        .settings = fc_settings_default(),
                        .server = fc_server_settings_default() };
    doctor = &made;
    return 0;
}

static bool has_line(fc_doctor_grade grade, const char *text)
{
    for (size_t i = 0; i < doctor->count; i++) {
        if (doctor->lines[i].grade == grade && strstr(doctor->lines[i].text, text) != NULL) {
            return true;
        }
    }
    return false;
}

static void lines_beyond_the_last_are_dropped(void **state)
{
    (void)state;
    for (int i = 0; i < FC_DOCTOR_LINES_MAX + 5; i++) {
        fc_doctor_note(doctor, FC_DOCTOR_OK, "subject", NULL, "line %d", i);
    }
    assert_int_equal(doctor->count, FC_DOCTOR_LINES_MAX);
}

static void every_bad_variable_is_found_and_the_good_ones_count(void **state)
{
    (void)state;
    assert_int_equal(setenv("FACECRAFT_DEFAULT_WIDTH", "wide", 1), 0);
    assert_int_equal(setenv("FACECRAFT_THREADS", "none", 1), 0);
    assert_int_equal(setenv("FACECRAFT_PORT", "8123", 1), 0);
    assert_int_equal(setenv("FACECRAFT_TREADS", "2", 1), 0);
    fc_doctor_examine(doctor, "settings");
    assert_true(has_line(FC_DOCTOR_FAULT, "FACECRAFT_DEFAULT_WIDTH"));
    assert_true(has_line(FC_DOCTOR_FAULT, "FACECRAFT_THREADS"));
    assert_true(has_line(FC_DOCTOR_WARNING, "did you mean FACECRAFT_THREADS?"));
    assert_int_equal(doctor->server.port, 8123);
    assert_int_equal(doctor->params.width, fc_params_default().width);
}

static void more_memory_than_there_is_is_a_warning(void **state)
{
    (void)state;
    doctor->server.memory_budget_mb = 1 << 20;
    fc_doctor_examine(doctor, "machine");
    assert_true(has_line(FC_DOCTOR_WARNING, "photos may take 1048576 MB together"));
}

static void libraries_tell_their_versions(void **state)
{
    (void)state;
    fc_doctor_examine(doctor, "libraries");
    assert_true(has_line(FC_DOCTOR_OK, "ONNX Runtime 1."));
    assert_true(has_line(FC_DOCTOR_OK, "jpeg: libjpeg-turbo "));
    assert_true(has_line(FC_DOCTOR_OK, "SQLite 3."));
}

static void set_cache(const char *folder)
{
    (void)snprintf(doctor->settings.cache_dir, sizeof doctor->settings.cache_dir, "%s", folder);
}

/* The tests run in the repository's root. */
static void a_cache_folder_that_was_asked_for_is_missed(void **state)
{
    (void)state;
    set_cache("VERSION");
    fc_doctor_examine(doctor, "folders");
    assert_true(has_line(FC_DOCTOR_WARNING, "cache folder VERSION: not a folder"));
    set_cache("VERSION/models/kept/");
    fc_doctor_examine(doctor, "folders");
    assert_true(has_line(FC_DOCTOR_WARNING, "kept/: missing, and it cannot be made"));
    set_cache("/tmp/no/such/folder");
    fc_doctor_examine(doctor, "folders");
    assert_true(has_line(FC_DOCTOR_OK, "cache folder /tmp/no/such/folder: will be made, "));
}

static void a_cache_folder_that_nobody_asked_for_is_not_missed(void **state)
{
    (void)state;
    assert_int_equal(setenv("XDG_CACHE_HOME", "/no/such", 1), 0);
    fc_cache_folder_from_environment();
    fc_doctor_examine(doctor, "folders");
    assert_false(has_line(FC_DOCTOR_FAULT, "cache folder"));
    assert_int_equal(setenv("XDG_CACHE_HOME", "relative", 1), 0);
    assert_int_equal(unsetenv("HOME"), 0);
    fc_cache_folder_from_environment();
    fc_doctor_examine(doctor, "folders");
    assert_true(has_line(FC_DOCTOR_OK, "cache folder: none, neither"));
}

static void without_an_engine_no_provider_is_reported(void **state)
{
    (void)state;
    fc_doctor_examine(doctor, "providers");
    assert_int_equal(doctor->count, 1);
    assert_true(has_line(FC_DOCTOR_WARNING, "not chosen: the models are not loaded"));
}

static void without_an_engine_no_portrait_is_tried(void **state)
{
    (void)state;
    fc_doctor_examine(doctor, "portrait");
    assert_true(has_line(FC_DOCTOR_FAULT, "not tried"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(lines_beyond_the_last_are_dropped, make_doctor),
        cmocka_unit_test_setup(more_memory_than_there_is_is_a_warning, make_doctor),
        cmocka_unit_test_setup(libraries_tell_their_versions, make_doctor),
        cmocka_unit_test_setup(a_cache_folder_that_was_asked_for_is_missed, make_doctor),
        cmocka_unit_test_setup(a_cache_folder_that_nobody_asked_for_is_not_missed, make_doctor),
        cmocka_unit_test_setup(without_an_engine_no_provider_is_reported, make_doctor),
        cmocka_unit_test_setup(without_an_engine_no_portrait_is_tried, make_doctor),
        cmocka_unit_test_setup(every_bad_variable_is_found_and_the_good_ones_count, make_doctor),
    };
    return cmocka_run_group_tests_name("cli/doctor", tests, NULL, NULL);
}

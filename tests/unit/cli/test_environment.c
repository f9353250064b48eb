#include "cli/environment.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "engine/runtime_plan.h"
#include "support/fc_test.h"

static void words_are_taken_in_any_case(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_server_settings server = fc_server_settings_default();
    assert_int_equal(server.log_level, FC_LOG_INFO);
    (void)setenv("FACECRAFT_LOG_LEVEL", "warning", 1);
    ASSERT_OK(fc_server_settings_from_environment(&server, &err), err);
    assert_int_equal(server.log_level, FC_LOG_WARNING);
    (void)setenv("FACECRAFT_LOG_LEVEL", "loud", 1);
    ASSERT_FAILS(FC_INVALID_ARGUMENT, fc_server_settings_from_environment(&server, &err), err);
    assert_non_null(strstr(err.text, "FACECRAFT_LOG_LEVEL"));
    (void)unsetenv("FACECRAFT_LOG_LEVEL");
}

static void the_environment_is_taken_and_checked(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_params params = fc_params_default();
    fc_settings settings = fc_settings_default();
    (void)setenv("FACECRAFT_DEFAULT_WIDTH", "300", 1);
    (void)setenv("FACECRAFT_THREADS", "3", 1);
    ASSERT_OK(fc_options_from_environment(&params, &settings, &err), err);
    assert_int_equal(params.width, 300);
    assert_int_equal(settings.threads, 3);

    (void)setenv("FACECRAFT_THREADS", "65", 1);
    ASSERT_FAILS(FC_INVALID_ARGUMENT, fc_options_from_environment(&params, &settings, &err), err);
    assert_non_null(strstr(err.text, "FACECRAFT_THREADS"));
    assert_int_equal(settings.threads, 3);
    (void)unsetenv("FACECRAFT_DEFAULT_WIDTH");
    (void)unsetenv("FACECRAFT_THREADS");
}

static void the_cache_is_where_the_settings_or_the_user_keep_theirs(void **state)
{
    (void)state;
    char path[FC_CACHE_PATH_SIZE];
    fc_settings settings = fc_settings_default();
    assert_int_equal(setenv("XDG_CACHE_HOME", "/var/x", 1), 0);
    assert_int_equal(setenv("HOME", "/srv/y", 1), 0);
    fc_cache_folder_from_environment();
    fc_cache_folder(&settings, path);
    assert_string_equal(path, "/var/x/facecraft");
    assert_int_equal(setenv("XDG_CACHE_HOME", "relative", 1), 0);
    fc_cache_folder_from_environment();
    fc_cache_folder(&settings, path);
    assert_string_equal(path, "/srv/y/.cache/facecraft");
    assert_int_equal(unsetenv("XDG_CACHE_HOME"), 0);
    assert_int_equal(setenv("HOME", "/", 1), 0);
    fc_cache_folder_from_environment();
    fc_cache_folder(&settings, path);
    assert_string_equal(path, "");
    (void)snprintf(settings.cache_dir, sizeof settings.cache_dir, "here");
    fc_cache_folder_from_environment();
    fc_cache_folder(&settings, path);
    assert_string_equal(path, "here");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_are_taken_in_any_case),
        cmocka_unit_test(the_environment_is_taken_and_checked),
        cmocka_unit_test(the_cache_is_where_the_settings_or_the_user_keep_theirs),
    };
    return cmocka_run_group_tests_name("cli/environment", tests, NULL, NULL);
}

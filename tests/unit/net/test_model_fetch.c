/* The transfer itself: tests/contract/cli_models_fetch.py, against a mirror on this machine. */
#include "net/model_fetch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support/fc_test.h"

static fc_settings settings_with_folder(const char *folder)
{
    fc_settings settings = fc_settings_default();
    (void)snprintf(settings.models_dir, sizeof settings.models_dir, "%s", folder);
    return settings;
}

static void a_mirror_is_https_or_on_this_machine(void **state)
{
    (void)state;
    fc_error err = { 0 };
    const fc_settings settings = settings_with_folder("/nowhere");
    static const char *const REFUSED[] = { "http://192.0.2.1/",
                                           "http://localhost.example/",
                                           "http://127.0.0.1.example/",
                                           "file:///tmp",
                                           "mirror",
                                           "https://" };
    for (size_t i = 0; i < sizeof REFUSED / sizeof REFUSED[0]; i++) {
        ASSERT_FAILS(FC_INVALID_ARGUMENT,
                     fc_model_fetch(FC_MODEL_FILE_selfie, &settings, REFUSED[i], NULL, NULL, &err),
                     err);
        assert_non_null(strstr(err.text, "allowed: https"));
    }
}

static void what_comes_in_a_package_is_told(void **state)
{
    (void)state;
    fc_error err = { 0 };
    const fc_settings settings = settings_with_folder("/nowhere");
    ASSERT_FAILS(FC_INVALID_ARGUMENT,
                 fc_model_fetch(FC_MODEL_FILE_selfie, &settings, "", NULL, NULL, &err), err);
    assert_non_null(strstr(err.text, "Python package mediapipe"));
}

static void what_the_licence_forbids_is_not_fetched(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_settings settings = settings_with_folder("/nowhere");
    settings.commercial_only = true;
    ASSERT_FAILS(FC_MODEL_UNAVAILABLE,
                 fc_model_fetch(FC_MODEL_FILE_codeformer, &settings, "", NULL, NULL, &err), err);
    assert_non_null(strstr(err.text, "refused: "));
}

static void a_mirror_that_is_not_there_leaves_nothing_behind(void **state)
{
    (void)state;
    fc_error err = { 0 };
    char folder[] = "/tmp/facecraft-fetch-XXXXXX";
    assert_non_null(mkdtemp(folder));
    const fc_settings settings = settings_with_folder(folder);
    ASSERT_FAILS(
        FC_IO,
        fc_model_fetch(FC_MODEL_FILE_selfie, &settings, "http://127.0.0.1:1", NULL, NULL, &err),
        err);
    assert_int_equal(rmdir(folder), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_mirror_is_https_or_on_this_machine),
        cmocka_unit_test(what_comes_in_a_package_is_told),
        cmocka_unit_test(what_the_licence_forbids_is_not_fetched),
        cmocka_unit_test(a_mirror_that_is_not_there_leaves_nothing_behind),
    };
    return cmocka_run_group_tests_name("net/model_fetch", tests, NULL, NULL);
}

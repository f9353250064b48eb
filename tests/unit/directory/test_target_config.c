#define _GNU_SOURCE /* setenv, mkstemp */
#include "directory/target_config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "support/fc_test.h"
#include "support/targets.h"

static fc_target_config config;
static fc_error err;

static void settings_have_a_limit(void **state)
{
    (void)state;
    fc_target_config_clear(&config);
    while (config.count < FC_TARGET_SETTINGS_MAX) {
        ASSERT_OK(fc_target_config_add(&config, "x", "y", &err), err);
    }
    ASSERT_FAILS(FC_LIMIT_EXCEEDED, fc_target_config_add(&config, "x", "y", &err), err);
    config.count--;
    fc_memory_free(config.settings[config.count].name);
    fc_memory_free(config.settings[config.count].value);
    SWEEP_ALLOCATIONS(fc_target_config_add(&config, "x", "y", &err),
                      config.count == FC_TARGET_SETTINGS_MAX - 1);
    fc_target_config_clear(&config);
    assert_int_equal(config.count, 0);
}

static void assert_secret(const char *text, const char *expected)
{
    FC_AUTO_BUFFER(secret, FC_TARGET_SECRET_MAX);
    fc_targets_parse(text, &config);
    ASSERT_OK(fc_target_config_secret(&config, "password", &secret, &err), err);
    assert_string_equal(fc_buffer_text(&secret), expected);
}

static void assert_no_secret(const char *text, fc_status expected)
{
    FC_AUTO_BUFFER(secret, FC_TARGET_SECRET_MAX);
    fc_targets_parse(text, &config);
    ASSERT_FAILS(expected, fc_target_config_secret(&config, "password", &secret, &err), err);
}

static void secrets_come_from_a_file_or_a_variable(void **state)
{
    (void)state;
    char path[] = "/tmp/test_target_secret_XXXXXX";
    char text[128];
    (void)close(mkstemp(path));
    (void)snprintf(text, sizeof text, "[ldap]\nurl=x\npassword_file = %s", path);
    ASSERT_OK(fc_file_write(path, (fc_bytes){ (const uint8_t *)" a b\r\n", 6 }, &err), err);
    assert_secret(text, " a b");
    ASSERT_OK(fc_file_write(path, (fc_bytes){ (const uint8_t *)"\n", 1 }, &err), err);
    assert_no_secret(text, FC_INVALID_ARGUMENT);
    ASSERT_OK(fc_file_write(path, (fc_bytes){ (const uint8_t *)"a\0b", 3 }, &err), err);
    assert_no_secret(text, FC_INVALID_ARGUMENT);
    (void)unlink(path);
    assert_no_secret(text, FC_IO);

    assert_int_equal(setenv("FC_TEST_SECRET", "aus der Umgebung", 1), 0);
    assert_secret("[ldap]\nurl=x\npassword_env=FC_TEST_SECRET", "aus der Umgebung");
    assert_no_secret("[ldap]\nurl=x\npassword_env=FC_TEST_NO_SECRET", FC_INVALID_ARGUMENT);
    assert_no_secret("[ldap]\nurl=x", FC_INVALID_ARGUMENT);
    assert_no_secret("[ldap]\nurl=x\npassword_env=FC_TEST_SECRET\npassword_file=/x",
                     FC_INVALID_ARGUMENT);
}

static void what_was_not_given_has_a_standard(void **state)
{
    (void)state;
    fc_targets_parse("[ldap]\nurl=x", &config);
    assert_string_equal(fc_target_config_get_or(&config, "url", "standard"), "x");
    assert_string_equal(fc_target_config_get_or(&config, "base", "standard"), "standard");
    assert_null(fc_target_config_get_or(&config, "base", NULL));
}

static void numbers_have_limits(void **state)
{
    (void)state;
    int32_t value = 0;
    fc_targets_parse("[ldap]\nurl=x\ntimeout_s=7", &config);
    ASSERT_OK(fc_target_config_number(&config, "timeout_s", 3, 1, 10, &value, &err), err);
    assert_int_equal(value, 7);
    ASSERT_OK(fc_target_config_number(&config, "other", 3, 1, 10, &value, &err), err);
    assert_int_equal(value, 3);
    ASSERT_FAILS(FC_INVALID_ARGUMENT,
                 fc_target_config_number(&config, "timeout_s", 3, 1, 6, &value, &err), err);
    fc_targets_parse("[ldap]\nurl=x\ntimeout_s=7s", &config);
    ASSERT_FAILS(FC_INVALID_ARGUMENT,
                 fc_target_config_number(&config, "timeout_s", 3, 1, 10, &value, &err), err);
}

static int end(void **state)
{
    (void)state;
    fc_target_config_clear(&config);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(settings_have_a_limit),
        cmocka_unit_test(secrets_come_from_a_file_or_a_variable),
        cmocka_unit_test(what_was_not_given_has_a_standard),
        cmocka_unit_test(numbers_have_limits),
    };
    return cmocka_run_group_tests(tests, NULL, end);
}

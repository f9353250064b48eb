#define _GNU_SOURCE /* mkstemp */
#include "directory/target_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "support/fc_test.h"

static fc_target_config configs[FC_TARGETS_MAX];
static size_t count;
static fc_error err;

static void clear(void)
{
    for (size_t i = 0; i < FC_TARGETS_MAX; i++) {
        fc_target_config_clear(&configs[i]);
    }
    count = 0;
}

static fc_status parse(const char *text)
{
    clear();
    return fc_target_file_parse((fc_bytes){ (const uint8_t *)text, strlen(text) }, configs, &count,
                                &err);
}

static void assert_refused(const char *text, const char *word)
{
    ASSERT_FAILS(FC_INVALID_ARGUMENT, parse(text), err);
    if (strstr(err.text, word) == NULL) {
        fail_msg("\"%s\" does not say \"%s\"", err.text, word);
    }
}

static const char *value_of(size_t target, const char *name)
{
    const char *value = fc_target_config_get(&configs[target], name);
    assert_non_null(value);
    return value;
}

static void test_sections_become_targets(void **state)
{
    (void)state;
    ASSERT_OK(parse("# where pictures go\n"
                    "[badges]\n"
                    "kind = \"folder\"\n"
                    "profile = \"badge\"\n"
                    "folder = \"/srv/badges\" # a comment\n"
                    "\n"
                    "[ldap]\n"
                    "url = 'ldaps://dc1.example.org'\n"),
              err);
    assert_int_equal(count, 2);
    assert_string_equal(configs[0].name, "badges");
    assert_string_equal(configs[0].kind, "folder");
    assert_string_equal(configs[0].profile, "badge");
    assert_string_equal(value_of(0, "folder"), "/srv/badges");
    assert_string_equal(configs[1].kind, "ldap");
    assert_null(configs[1].profile);
    assert_string_equal(value_of(1, "url"), "ldaps://dc1.example.org");
}

static void test_what_windows_and_ini_files_look_like_is_read(void **state)
{
    (void)state;
    ASSERT_OK(parse("\xEF\xBB\xBF; comment\r\n [ ldap ] \r\n  url=ldap://a\r\n"
                    "\tfilter = (&(a=b)(c=\"d\"))  \r\n"),
              err);
    assert_string_equal(value_of(0, "url"), "ldap://a");
    assert_string_equal(value_of(0, "filter"), "(&(a=b)(c=\"d\"))");
}

static void test_quotes_and_backslashes_are_unescaped(void **state)
{
    (void)state;
    ASSERT_OK(parse("[ldap]\nurl = \"a\\\"b\\\\c\\d\"\nbase = 'x\\\"y'"), err);
    assert_string_equal(value_of(0, "url"), "a\"b\\c\\d");
    assert_string_equal(value_of(0, "base"), "x\\\"y");
}

static void test_what_is_wrong_is_named_with_its_line(void **state)
{
    (void)state;
    assert_refused("", "no section");
    assert_refused("url = \"x\"", "line 1");
    assert_refused("[ldap]\nurl", "line 2");
    assert_refused("[ldap]\n= x", "line 2");
    assert_refused("[ldap]\nurl = \"x", "not closed");
    assert_refused("[ldap]\nurl = \"x\" y", "not closed");
    assert_refused("[ldap]\nurl = \"\"", "empty");
    assert_refused("[ldap\nurl = x", "line 1");
    assert_refused("[]\n", "line 1");
    assert_refused("[a b]\n", "line 1");
    assert_refused("[ldap]\nurl=x\n[ldap]", "second section");
    assert_refused("[ldap]\nurl=x\nurl=y", "second \"url\"");
    assert_refused("[ldap]\nkind=ldap\nkind=ldap", "second \"kind\"");
}

static void test_what_no_target_takes_is_refused(void **state)
{
    (void)state;
    assert_refused("[pigeon]\nurl = x", "pigeon");
    assert_refused("[ldap]\nurl = x\ncolour = red", "colour");
    assert_refused("[ldap]\nbase = x", "url");
    char many[(FC_TARGETS_MAX + 1) * 32] = "";
    for (int i = 0; i <= FC_TARGETS_MAX; i++) {
        (void)snprintf(many + strlen(many), 32, "[t%d]\nkind=ldap\nurl=x\n", i);
    }
    ASSERT_FAILS(FC_LIMIT_EXCEEDED, parse(many), err);
}

static void test_a_secret_does_not_stand_in_the_file(void **state)
{
    (void)state;
    assert_refused("[ldap]\nurl = x\npassword = geheim", "password_file");
    assert_null(strstr(err.text, "geheim"));
}

static void test_long_lines_and_zero_bytes_are_refused(void **state)
{
    (void)state;
    char *text = NULL;
    ASSERT_OK(fc_memory_new(FC_TARGET_LINE_MAX + 100, 1, (void **)&text, &err), err);
    (void)snprintf(text, 32, "[ldap]\nurl = x\nbase = ");
    memset(text + strlen(text), 'x', FC_TARGET_LINE_MAX);
    text[strlen("[ldap]\nurl = x\n") + FC_TARGET_LINE_MAX] = '\0';
    ASSERT_OK(parse(text), err);
    text[strlen(text) + 1] = '\0';
    text[strlen(text)] = 'x';
    assert_refused(text, "line 3");
    fc_memory_free(text);
    clear();
    ASSERT_FAILS(FC_INVALID_ARGUMENT,
                 fc_target_file_parse((fc_bytes){ (const uint8_t *)"[ldap]\nurl = \0x\n", 16 },
                                      configs, &count, &err),
                 err);
}

static void test_memory_may_run_out_anywhere(void **state)
{
    (void)state;
    SWEEP_ALLOCATIONS(parse("[a]\nkind=ldap\nurl=x\nprofile=ad\n[b]\nkind=ldap\nurl=y"), true);
}

static void test_a_file_is_read_and_named_in_refusals(void **state)
{
    (void)state;
    char path[] = "/tmp/test_target_file_XXXXXX";
    const int handle = mkstemp(path);
    assert_true(handle >= 0);
    (void)close(handle);
    static const char TEXT[] = "[ldap]\nurl = x\n";
    ASSERT_OK(fc_file_write(path, (fc_bytes){ (const uint8_t *)TEXT, sizeof TEXT - 1 }, &err), err);
    clear();
    ASSERT_OK(fc_target_file_read(path, configs, &count, &err), err);
    assert_int_equal(count, 1);
    ASSERT_OK(fc_file_write(path, (fc_bytes){ (const uint8_t *)"x\n", 2 }, &err), err);
    clear();
    ASSERT_FAILS(FC_INVALID_ARGUMENT, fc_target_file_read(path, configs, &count, &err), err);
    assert_non_null(strstr(err.text, path));
    (void)unlink(path);
    ASSERT_FAILS(FC_IO, fc_target_file_read(path, configs, &count, &err), err);
}

static fc_status read_word(const char *to, fc_target_config *config, fc_error *error)
{
    fc_target_config all[FC_TARGETS_MAX] = { 0 };
    size_t found = 0;
    const fc_status status = fc_target_configs_read(to, all, &found, error);
    *config = all[0];
    return status;
}

static void test_a_kind_and_a_place_are_a_target(void **state)
{
    (void)state;
    fc_target_config config;
    ASSERT_OK(read_word("folder:a:b", &config, &err), err);
    assert_string_equal(config.kind, "folder");
    assert_string_equal(config.name, "folder");
    assert_string_equal(fc_target_config_get(&config, "folder"), "a:b");
    assert_null(fc_target_config_get(&config, "pattern"));
    assert_null(config.profile);
    fc_target_config_clear(&config);
}

static void test_what_is_no_target_is_refused(void **state)
{
    (void)state;
    static const char *const BAD[] = { "pigeon:x", "folder:" };
    for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++) {
        fc_target_config config;
        ASSERT_FAILS(FC_INVALID_ARGUMENT, read_word(BAD[i], &config, &err), err);
        fc_target_config_clear(&config);
    }
}

static int end(void **state)
{
    (void)state;
    clear();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sections_become_targets),
        cmocka_unit_test(test_what_windows_and_ini_files_look_like_is_read),
        cmocka_unit_test(test_quotes_and_backslashes_are_unescaped),
        cmocka_unit_test(test_what_is_wrong_is_named_with_its_line),
        cmocka_unit_test(test_what_no_target_takes_is_refused),
        cmocka_unit_test(test_a_secret_does_not_stand_in_the_file),
        cmocka_unit_test(test_long_lines_and_zero_bytes_are_refused),
        cmocka_unit_test(test_memory_may_run_out_anywhere),
        cmocka_unit_test(test_a_file_is_read_and_named_in_refusals),
        cmocka_unit_test(test_a_kind_and_a_place_are_a_target),
        cmocka_unit_test(test_what_is_no_target_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, end);
}

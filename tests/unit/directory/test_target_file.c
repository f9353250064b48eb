#define _GNU_SOURCE /* mkstemp */
#include "directory/target_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "support/fc_test.h"

static fc_target_file file;
static fc_error err;

static void clear(void)
{
    fc_target_file_clear(&file);
}

static fc_status parse(const char *text)
{
    clear();
    return fc_target_file_parse((fc_bytes){ (const uint8_t *)text, strlen(text) }, &file, &err);
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
    const char *value = fc_target_config_get(&file.targets[target], name);
    assert_non_null(value);
    return value;
}

static void sections_become_targets(void **state)
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
    assert_int_equal(file.target_count, 2);
    assert_string_equal(file.targets[0].name, "badges");
    assert_string_equal(file.targets[0].kind, "folder");
    assert_string_equal(file.targets[0].profile, "badge");
    assert_string_equal(value_of(0, "folder"), "/srv/badges");
    assert_string_equal(file.targets[1].kind, "ldap");
    assert_null(file.targets[1].profile);
    assert_string_equal(value_of(1, "url"), "ldaps://dc1.example.org");
}

static void what_windows_and_ini_files_look_like_is_read(void **state)
{
    (void)state;
    ASSERT_OK(parse("\xEF\xBB\xBF; comment\r\n [ ldap ] \r\n  url=ldap://a\r\n"
                    "\tfilter = (&(a=b)(c=\"d\"))  \r\n"),
              err);
    assert_string_equal(value_of(0, "url"), "ldap://a");
    assert_string_equal(value_of(0, "filter"), "(&(a=b)(c=\"d\"))");
}

static void quotes_and_backslashes_are_unescaped(void **state)
{
    (void)state;
    ASSERT_OK(parse("[ldap]\nurl = \"a\\\"b\\\\c\\d\"\nbase = 'x\\\"y'"), err);
    assert_string_equal(value_of(0, "url"), "a\"b\\c\\d");
    assert_string_equal(value_of(0, "base"), "x\\\"y");
}

static void what_is_wrong_is_named_with_its_line(void **state)
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

static void what_no_target_takes_is_refused(void **state)
{
    (void)state;
    assert_refused("[pigeon]\nurl = x", "pigeon");
    assert_refused("[ldap]\nurl = x\ncolour = red",
                   "line 1: target ldap has no setting \"colour\"");
    assert_refused("#\n[ldap]\nurl = x\nprofile = mine", "line 2: [ldap]: there is no profile");
    assert_refused("[ldap]\nbase = x", "url");
    char many[(FC_TARGETS_MAX + 1) * 32] = "";
    for (int i = 0; i <= FC_TARGETS_MAX; i++) {
        (void)snprintf(many + strlen(many), 32, "[t%d]\nkind=ldap\nurl=x\n", i);
    }
    ASSERT_FAILS(FC_LIMIT_EXCEEDED, parse(many), err);
}

static const fc_profile *profile_of(const char *name)
{
    const fc_profile *found = NULL;
    ASSERT_OK(fc_profile_find(&file.profiles, name, &found, &err), err);
    return found;
}

static void a_section_may_be_a_profile_that_targets_take(void **state)
{
    (void)state;
    ASSERT_OK(parse("[badges]\n"
                    "kind = \"folder\"\n"
                    "folder = \"x\"\n"
                    "profile = \"intranet\"\n"
                    "[profile.intranet] # for all\n"
                    "width = 300\n"
                    "height = \"400\"\n"
                    "max_jpeg_kb = 40\n"
                    "background = \"white\"\n"
                    "use_oval_mask = true\n"
                    "[profile.visa]\n"
                    "preset = \"us-visa\"\n"),
              err);
    assert_int_equal(file.target_count, 1);
    assert_int_equal(file.profiles.count, 2);
    assert_string_equal(fc_target_profile(&file.targets[0]), "intranet");
    assert_int_equal(profile_of("intranet")->height, 400);
    assert_int_equal(profile_of("intranet")->bytes_max, 40 << 10);
    assert_int_equal(profile_of("visa")->width, 600);
    assert_int_equal(profile_of("ad")->width, 96);
}

static void what_is_wrong_with_a_profile_is_named_with_its_line(void **state)
{
    (void)state;
    assert_refused("[profile.a]\nheight = 3\n", "line 2: height is \"3\"");
    assert_refused("[profile.a]\nwidth = 300\nwidht = 3\n",
                   "line 3: a profile has no \"widht\"; did");
    assert_refused("[profile.a]\nwidth = 300\nwidth = 301\n", "line 3: a second \"width\"");
    assert_refused("#\n[profile.a]\nwidth = 300\n", "line 2: profile a: write width and height");
    assert_refused("[profile.a]\nwidth = 300\n[ldap]\nurl = x", "line 1: profile a");
    assert_refused("[profile.a]\nbackground = picture\n", "line 2: a profile cannot have");
    assert_refused("[profile.a]\ngrey = true\npreset = us-visa\n", "line 3: preset");
    assert_refused("[profile.ad]\n", "line 1: Facecraft itself has a profile \"ad\"");
    assert_refused("[profile.a]\nwidth=99\nheight=99\n[profile.a]", "line 4: a second profile");
    assert_refused("[profile.]\n", "line 1: no name");
    assert_refused("[profile.a.b]\n", "line 1: no name");
    assert_refused("[profile.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa]\n", "line 1");
}

static void a_secret_does_not_stand_in_the_file(void **state)
{
    (void)state;
    assert_refused("[ldap]\nurl = x\npassword = geheim", "password_file");
    assert_null(strstr(err.text, "geheim"));
}

static void long_lines_and_zero_bytes_are_refused(void **state)
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
    ASSERT_FAILS(
        FC_INVALID_ARGUMENT,
        fc_target_file_parse((fc_bytes){ (const uint8_t *)"[ldap]\nurl = \0x\n", 16 }, &file, &err),
        err);
}

static void memory_may_run_out_anywhere(void **state)
{
    (void)state;
    SWEEP_ALLOCATIONS(parse("[a]\nkind=ldap\nurl=x\nprofile=ad\n[b]\nkind=ldap\nurl=y\n"
                            "[profile.p]\nwidth=64\nheight=64"),
                      true);
}

static void a_file_is_read_and_named_in_refusals(void **state)
{
    (void)state;
    char path[] = "/tmp/test_target_file_XXXXXX";
    const int handle = mkstemp(path);
    assert_true(handle >= 0);
    (void)close(handle);
    static const char TEXT[] = "[ldap]\nurl = x\n";
    ASSERT_OK(fc_file_write(path, (fc_bytes){ (const uint8_t *)TEXT, sizeof TEXT - 1 }, &err), err);
    clear();
    ASSERT_OK(fc_target_file_read(path, &file, &err), err);
    assert_int_equal(file.target_count, 1);
    ASSERT_OK(fc_file_write(path, (fc_bytes){ (const uint8_t *)"x\n", 2 }, &err), err);
    clear();
    ASSERT_FAILS(FC_INVALID_ARGUMENT, fc_target_file_read(path, &file, &err), err);
    assert_non_null(strstr(err.text, path));
    (void)unlink(path);
    ASSERT_FAILS(FC_IO, fc_target_file_read(path, &file, &err), err);
}

static fc_status read_word(const char *to, fc_target_config *config, fc_error *error)
{
    fc_target_file read = { 0 };
    const fc_status status = fc_target_file_of(to, &read, error);
    *config = read.targets[0];
    return status;
}

static void a_kind_and_a_place_are_a_target(void **state)
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

static void what_is_no_target_is_refused(void **state)
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
        cmocka_unit_test(sections_become_targets),
        cmocka_unit_test(what_windows_and_ini_files_look_like_is_read),
        cmocka_unit_test(quotes_and_backslashes_are_unescaped),
        cmocka_unit_test(what_is_wrong_is_named_with_its_line),
        cmocka_unit_test(what_no_target_takes_is_refused),
        cmocka_unit_test(a_section_may_be_a_profile_that_targets_take),
        cmocka_unit_test(what_is_wrong_with_a_profile_is_named_with_its_line),
        cmocka_unit_test(a_secret_does_not_stand_in_the_file),
        cmocka_unit_test(long_lines_and_zero_bytes_are_refused),
        cmocka_unit_test(memory_may_run_out_anywhere),
        cmocka_unit_test(a_file_is_read_and_named_in_refusals),
        cmocka_unit_test(a_kind_and_a_place_are_a_target),
        cmocka_unit_test(what_is_no_target_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, end);
}

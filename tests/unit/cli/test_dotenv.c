#define _GNU_SOURCE /* setenv, mkstemp */
#include "cli/dotenv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "support/fc_test.h"

static char path[] = "/tmp/fc_dotenv_XXXXXX";

static void write_file(const char *text)
{
    fc_error err = { 0 };
    ASSERT_OK(fc_file_write(path, (fc_bytes){ (const uint8_t *)text, strlen(text) }, &err), err);
}

static fc_status collect(void *context, const char *name, const char *value, fc_error *err)
{
    return fc_buffer_print(context, err, "%s=%s;", name, value);
}

static fc_status parse(const char *text, fc_buffer *out, fc_error *err)
{
    return fc_dotenv_parse((fc_bytes){ (const uint8_t *)text, strlen(text) }, collect, out, err);
}

static void lines_are_read_as_shells_and_compose_write_them(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *read;
    } CASES[] = {
        { "", "" },
        { "\n\n  # comment\n", "" },
        { "A=1", "A=1;" },
        { "A=1\r\nB=2\r\n", "A=1;B=2;" },
        { "  export A_9 = x y  ", "A_9=x y;" },
        { "exported=1", "exported=1;" },
        { "A=", "A=;" },
        { "A=# none", "A=;" },
        { "A=a#b # c", "A=a#b;" },
        { "A='x # $y \\n' # c", "A=x # $y \\n;" },
        { "A=\"x\\ty\\\"\\\\\\$\\q\"", "A=x\ty\"\\$\\q;" },
        { "A=\"\"", "A=;" },
        { "A=a=b", "A=a=b;" },
        { "A=it's", "A=it's;" },
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        fc_error err = { 0 };
        FC_AUTO_BUFFER(out, 1000);
        ASSERT_OK(parse(CASES[i].text, &out, &err), err);
        assert_string_equal(fc_buffer_text(&out), CASES[i].read);
    }
}

static void a_wrong_line_is_named(void **state)
{
    (void)state;
    static const char *const WRONG[] = { "A=1\nnonsense", "A=1\n=x", "A=1\nA-B=x", "A=1\nB=\"x",
                                         "A=1\nB='x' y",  "A=1\nB",  "A=1\nexport" };
    for (size_t i = 0; i < sizeof WRONG / sizeof WRONG[0]; i++) {
        fc_error err = { 0 };
        FC_AUTO_BUFFER(out, 1000);
        ASSERT_FAILS(FC_INVALID_ARGUMENT, parse(WRONG[i], &out, &err), err);
        assert_non_null(strstr(err.text, "line 2"));
    }
    fc_error err = { 0 };
    FC_AUTO_BUFFER(out, 1000);
    static const uint8_t ZERO[] = { 'A', '=', 0, 'x' };
    ASSERT_FAILS(FC_INVALID_ARGUMENT,
                 fc_dotenv_parse((fc_bytes){ ZERO, sizeof ZERO }, collect, &out, &err), err);
    static char lengthy[5000];
    memset(lengthy, 'A', sizeof lengthy - 1);
    ASSERT_FAILS(FC_INVALID_ARGUMENT, parse(lengthy, &out, &err), err);
}

static void the_real_environment_wins(void **state)
{
    (void)state;
    fc_error err = { 0 };
    (void)setenv("FACECRAFT_TEST_B", "real", 1);
    (void)unsetenv("FACECRAFT_TEST_A");
    write_file("FACECRAFT_TEST_A=file\nFACECRAFT_TEST_B=file\nFC_TEST_FOREIGN=1\n");
    ASSERT_OK(fc_dotenv_load(path, &err), err);
    assert_string_equal(getenv("FACECRAFT_TEST_A"), "file");
    assert_string_equal(getenv("FACECRAFT_TEST_B"), "real");
    assert_null(getenv("FC_TEST_FOREIGN"));
    (void)unsetenv("FACECRAFT_TEST_A");
    (void)unsetenv("FACECRAFT_TEST_B");
}

static void a_bad_file_changes_nothing_and_a_missing_one_is_fine(void **state)
{
    (void)state;
    fc_error err = { 0 };
    write_file("FACECRAFT_TEST_A=file\nwhat is this\n");
    ASSERT_FAILS(FC_INVALID_ARGUMENT, fc_dotenv_load(path, &err), err);
    assert_null(getenv("FACECRAFT_TEST_A"));
    ASSERT_OK(fc_dotenv_load("/nowhere/.env", &err), err);
    ASSERT_FAILS(FC_IO, fc_dotenv_load("/tmp", &err), err);
    FC_AUTO_BUFFER(large, 1 << 20);
    for (int i = 0; i < 5000; i++) {
        ASSERT_OK(fc_buffer_print(&large, &err, "FACECRAFT_TEST_A=1\n"), err);
    }
    write_file(fc_buffer_text(&large));
    ASSERT_FAILS(FC_LIMIT_EXCEEDED, fc_dotenv_load(path, &err), err);
    assert_null(getenv("FACECRAFT_TEST_A"));
}

static void a_secret_comes_from_a_file(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_server_settings server = fc_server_settings_default();
    ASSERT_OK(fc_secrets_load(&server, &err), err);
    assert_string_equal(server.api_key, "");
    write_file("key one,key two\r\n\n");
    (void)setenv("FACECRAFT_API_KEY_FILE", path, 1);
    ASSERT_OK(fc_secrets_load(&server, &err), err);
    assert_string_equal(server.api_key, "key one,key two");

    (void)setenv("FACECRAFT_API_KEY", "another", 1);
    ASSERT_FAILS(FC_INVALID_ARGUMENT, fc_secrets_load(&server, &err), err);
    assert_null(strstr(err.text, "another"));
    (void)unsetenv("FACECRAFT_API_KEY");

    static char lengthy[2000];
    memset(lengthy, 'k', sizeof lengthy - 1);
    write_file(lengthy);
    ASSERT_FAILS(FC_INVALID_ARGUMENT, fc_secrets_load(&server, &err), err);
    (void)setenv("FACECRAFT_API_KEY_FILE", "/nowhere/key", 1);
    ASSERT_FAILS(FC_IO, fc_secrets_load(&server, &err), err);
    assert_string_equal(server.api_key, "key one,key two");
    (void)unsetenv("FACECRAFT_API_KEY_FILE");
}

static int make_file(void **state)
{
    (void)state;
    const int descriptor = mkstemp(path);
    return descriptor >= 0 ? close(descriptor) : -1;
}

static int remove_file(void **state)
{
    (void)state;
    return unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_are_read_as_shells_and_compose_write_them),
        cmocka_unit_test(a_wrong_line_is_named),
        cmocka_unit_test(the_real_environment_wins),
        cmocka_unit_test(a_bad_file_changes_nothing_and_a_missing_one_is_fine),
        cmocka_unit_test(a_secret_comes_from_a_file),
    };
    return cmocka_run_group_tests_name("cli/dotenv", tests, make_file, remove_file);
}

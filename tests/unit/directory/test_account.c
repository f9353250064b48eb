#include "directory/account.h"

#include <string.h>

#include "support/fc_test.h"
#include "support/targets.h"

static void assert_name(const char *text, const char *wanted)
{
    char name[FC_ACCOUNT_FILE_NAME_SIZE];
    fc_account_file_name(text, name);
    assert_string_equal(name, wanted);
}

static void harmless_texts_stay(void **state)
{
    (void)state;
    assert_name("jdoe", "jdoe");
    assert_name("Anna.M\xc3\xbcller@example.org", "Anna.M\xc3\xbcller@example.org");
    assert_name("a b-c_d", "a b-c_d");
    assert_name("", "");
}

static void what_means_something_in_a_path_is_spelled_out(void **state)
{
    (void)state;
    assert_name("../../etc/passwd", "%2E.%2F..%2Fetc%2Fpasswd");
    assert_name(".", "%2E");
    assert_name("..", "%2E%2E");
    assert_name("CORP\\jdoe", "CORP%5Cjdoe");
    assert_name("a%2Fb", "a%252Fb");
    assert_name("a\nb\x7f", "a%0Ab%7F");
    assert_name(" x ", "%20x%20");
    assert_name("M\xfcller", "M%FCller");
}

static void long_texts_end_in_their_digest(void **state)
{
    (void)state;
    char text[2000];
    char first[FC_ACCOUNT_FILE_NAME_SIZE];
    char second[FC_ACCOUNT_FILE_NAME_SIZE];
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    fc_account_file_name(text, first);
    text[sizeof text - 2] = 'y';
    fc_account_file_name(text, second);
    assert_true(strlen(first) < 200);
    assert_string_not_equal(first, second);
    memset(text, '/', sizeof text - 1);
    fc_account_file_name(text, first);
    assert_true(strlen(first) < 200);
}

static void a_service_knows_an_account_by_the_first_that_it_has(void **state)
{
    (void)state;
    fc_account account = fc_targets_user("key", "a@x", "b@x");
    assert_string_equal(fc_account_known_by(&account, FC_ACCOUNT_MAIL, FC_ACCOUNT_UPN), "a@x");
    account.columns[FC_ACCOUNT_MAIL] = "";
    assert_string_equal(fc_account_known_by(&account, FC_ACCOUNT_MAIL, FC_ACCOUNT_UPN), "b@x");
    account.columns[FC_ACCOUNT_UPN] = "";
    assert_string_equal(fc_account_known_by(&account, FC_ACCOUNT_MAIL, FC_ACCOUNT_UPN), "key");
}

static void columns_are_known_by_their_names(void **state)
{
    (void)state;
    fc_account account = FC_ACCOUNT_NOBODY;
    account.columns[FC_ACCOUNT_ID] = "7";
    for (int i = 0; i < FC_ACCOUNT_COLUMNS_COUNT; i++) {
        const char *name = fc_account_column_name((fc_account_column)i);
        assert_ptr_equal(fc_account_value(&account, name, strlen(name)), account.columns[i]);
    }
    assert_string_equal(fc_account_value(&account, "id}.jpg", 2), "7");
    assert_string_equal(fc_account_value(&account, "name", 4), "");
    assert_null(fc_account_value(&account, "colour", 6));
    assert_null(fc_account_value(&account, "", 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(harmless_texts_stay),
        cmocka_unit_test(what_means_something_in_a_path_is_spelled_out),
        cmocka_unit_test(long_texts_end_in_their_digest),
        cmocka_unit_test(columns_are_known_by_their_names),
        cmocka_unit_test(a_service_knows_an_account_by_the_first_that_it_has),
    };
    return cmocka_run_group_tests_name("directory/account", tests, NULL, NULL);
}

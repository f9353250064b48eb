#include <stdio.h>
#include <string.h>

#include "directory/target.h"
#include "support/fc_test.h"
#include "support/targets.h"

#define CLASS fc_target_ldif

static fc_target *open_it(const char *dn)
{
    fc_error err = { 0 };
    fc_target *target = NULL;
    const char *const pairs[] = { "folder", fc_targets_path("out"), dn != NULL ? "dn" : NULL, dn,
                                  NULL };
    fc_target_config config = fc_targets_config("ldif", pairs);
    ASSERT_OK(CLASS.open(&config, &target, &err), err);
    fc_target_config_clear(&config);
    return target;
}

static fc_delivery_state deliver(fc_target *target, const fc_account *account)
{
    fc_error err = { 0 };
    fc_delivery result = { .state = FC_DELIVERY_LOST };
    const fc_target_picture picture = fc_targets_picture("new");
    ASSERT_OK(CLASS.deliver(target, account, &picture, &result, &err), err);
    return result.state;
}

static void a_record_replaces_the_picture(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_target *target = open_it(NULL);
    fc_account account = fc_targets_account("a", "A");
    account.columns[FC_ACCOUNT_DN] = "CN=A,DC=x";
    assert_int_equal(deliver(target, &account), FC_DELIVERY_DONE);
    assert_string_equal(fc_targets_read(fc_targets_path("out/pictures-00001.ldif")), "");
    ASSERT_OK(CLASS.finish(target, &err), err);
    assert_string_equal(fc_targets_read(fc_targets_path("out/pictures-00001.ldif")),
                        "version: 1\n\ndn: CN=A,DC=x\nchangetype: modify\n"
                        "replace: thumbnailPhoto\nthumbnailPhoto:: bmV3\n-\n\n");
    ASSERT_OK(CLASS.finish(target, &err), err); /* nothing more to write */
    assert_string_equal(fc_targets_read(fc_targets_path("out/pictures-00002.ldif")), "");
    CLASS.close(target);
}

static void names_are_escaped_and_folded(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_target *target = open_it("CN={name},OU=Staff,DC=example,DC=org");
    const fc_account plain = fc_targets_account("a", "Doe, John \"J\" + Co");
    const fc_account other = fc_targets_account("b", "M\xc3\xbcller");
    const fc_account nameless = fc_targets_account("c", "");
    assert_int_equal(deliver(target, &plain), FC_DELIVERY_DONE);
    assert_int_equal(deliver(target, &other), FC_DELIVERY_DONE);
    assert_int_equal(deliver(target, &nameless), FC_DELIVERY_REFUSED);
    ASSERT_OK(CLASS.finish(target, &err), err);
    const char *text = fc_targets_read(fc_targets_path("out/pictures-00001.ldif"));
    assert_non_null(
        strstr(text, "\ndn: CN=Doe\\, John \\\"J\\\" \\+ Co,OU=Staff,DC=example,DC=org\n"));
    assert_non_null(strstr(text, "\ndn:: Q049TcO8bGxlcixPVT1TdGFmZixEQz1leGFtcGxlLERDPW9yZw==\n"));
    CLASS.close(target);
}

static void half_a_name_is_nobodys(void **state)
{
    (void)state;
    fc_error err = { 0 };
    char longest[5000];
    memset(longest, '+', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    fc_target *target = open_it("CN={name},DC=example");
    const fc_account by_pattern = fc_targets_account("a", longest);
    fc_account by_column = fc_targets_account("b", "B");
    by_column.columns[FC_ACCOUNT_DN] = longest;
    assert_int_equal(deliver(target, &by_pattern), FC_DELIVERY_REFUSED);
    assert_int_equal(deliver(target, &by_column), FC_DELIVERY_REFUSED);
    ASSERT_OK(CLASS.finish(target, &err), err);
    assert_string_equal(fc_targets_read(fc_targets_path("out/pictures-00001.ldif")), "");
    CLASS.close(target);
    const char *const pairs[] = { "folder", fc_targets_path("out"), "attribute", longest, NULL };
    fc_target_config config = fc_targets_config("ldif", pairs);
    ASSERT_FAILS(FC_INVALID_ARGUMENT, CLASS.open(&config, &target, &err), err);
    fc_target_config_clear(&config);
}

static void files_of_earlier_runs_stay(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_account account = fc_targets_account("a", "A");
    account.columns[FC_ACCOUNT_DN] = "CN=A";
    for (int i = 0; i < 2; i++) {
        fc_target *target = open_it(NULL);
        assert_int_equal(deliver(target, &account), FC_DELIVERY_DONE);
        ASSERT_OK(CLASS.finish(target, &err), err);
        CLASS.close(target);
    }
    assert_string_not_equal(fc_targets_read(fc_targets_path("out/pictures-00001.ldif")), "");
    assert_string_not_equal(fc_targets_read(fc_targets_path("out/pictures-00002.ldif")), "");
}

static void what_was_there_before_is_not_known(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_delivery result = { 0 };
    char text[256];
    fc_target *target = open_it(NULL);
    fc_account account = fc_targets_account("a", "A");
    account.columns[FC_ACCOUNT_DN] = "CN=A";
    ASSERT_OK(CLASS.deliver(target, &account, NULL, &result, &err), err);
    assert_int_equal(result.state, FC_DELIVERY_REFUSED);
    ASSERT_OK(CLASS.check(target, text, sizeof text, &err), err);
    CLASS.close(target);
    const char *const pairs[] = { "folder", "/proc/no/such", NULL };
    fc_target_config config = fc_targets_config("ldif", pairs);
    ASSERT_FAILS(FC_IO, CLASS.open(&config, &target, &err), err);
    fc_target_config_clear(&config);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FC_TARGETS_TEST(a_record_replaces_the_picture),
        FC_TARGETS_TEST(names_are_escaped_and_folded),
        FC_TARGETS_TEST(half_a_name_is_nobodys),
        FC_TARGETS_TEST(files_of_earlier_runs_stay),
        FC_TARGETS_TEST(what_was_there_before_is_not_known),
    };
    return cmocka_run_group_tests_name("directory/target_ldif", tests, NULL, NULL);
}

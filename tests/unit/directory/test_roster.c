#include "directory/roster.h"

#include <string.h>

#include "base/memory.h"
#include "support/fc_test.h"

static fc_status parse(const char *text, const char *map, fc_roster *out, fc_error *err)
{
    return fc_roster_parse((fc_bytes){ (const uint8_t *)text, strlen(text) }, map, out, err);
}

static void columns_are_known_by_any_of_their_names(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_roster roster;
    ASSERT_OK(parse("SamAccountName;E-Mail;Employee_ID;Display Name;DistinguishedName;x\n"
                    " jdoe ;j@example.org;0047;Doe, John;\"CN=J,DC=x\";1\n\n;;;;;\n;m@x;;;;\n",
                    "", &roster, &err),
              err);
    assert_int_equal(roster.count, 2);
    assert_int_equal(roster.separator, ';');
    const fc_account *first = &roster.accounts[0];
    assert_string_equal(first->key, "jdoe");
    assert_string_equal(first->columns[FC_ACCOUNT_MAIL], "j@example.org");
    assert_string_equal(first->columns[FC_ACCOUNT_ID], "0047");
    assert_string_equal(first->columns[FC_ACCOUNT_NAME], "Doe, John");
    assert_string_equal(first->columns[FC_ACCOUNT_DN], "CN=J,DC=x");
    assert_string_equal(first->columns[FC_ACCOUNT_PHOTO], "");
    assert_int_equal(first->row, 2);
    assert_string_equal(roster.accounts[1].key, "m@x");
    assert_int_equal(roster.accounts[1].row, 5);
    fc_roster_clear(&roster);
}

static void a_map_names_other_columns(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_roster roster;
    ASSERT_OK(parse("Kennung,Bilddatei,mail,email\nx,a.jpg,m@1,m@2\n",
                    "account=kennung,photo=Bilddatei,mail=email", &roster, &err),
              err);
    assert_string_equal(roster.accounts[0].key, "x");
    assert_string_equal(roster.accounts[0].columns[FC_ACCOUNT_PHOTO], "a.jpg");
    assert_string_equal(roster.accounts[0].columns[FC_ACCOUNT_MAIL], "m@2");
    fc_roster_clear(&roster);
}

static void nothing_is_guessed(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *map;
        const char *words;
    } BAD[] = {
        { "", "", "empty" },
        { "\n\n", "", "empty" },
        { "name,photo\nx,y\n", "", "names accounts" },
        { "mail,email\na,b\n", "", "may both be the mail" },
        { "account\nx\n", "photo=Bild", "no column \"Bild\"" },
        { "account\nx\n", "colour=Bild", "no part of a map" },
        { "account\n\"x\n", "", "never closed" },
    };
    for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++) {
        fc_error err = { 0 };
        fc_roster roster;
        ASSERT_FAILS(FC_INVALID_ARGUMENT, parse(BAD[i].text, BAD[i].map, &roster, &err), err);
        assert_non_null(strstr(err.text, BAD[i].words));
        assert_int_equal(roster.count, 0);
    }
    fc_error err = { 0 };
    fc_roster roster = { 0 };
    ASSERT_FAILS(FC_IO, fc_roster_read("no/such/file.csv", "", &roster, &err), err);
}

static void accounts_of_a_target_are_copied(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_roster roster = { 0 };
    char upn[] = "x@example.org";
    fc_account account = FC_ACCOUNT_NOBODY;
    account.columns[FC_ACCOUNT_UPN] = upn;
    for (int i = 0; i < 40; i++) {
        ASSERT_OK(fc_roster_add(&roster, &account, &err), err);
    }
    memset(upn, 'z', sizeof upn - 1);
    assert_int_equal(roster.count, 40);
    assert_string_equal(roster.accounts[39].key, "x@example.org");
    SWEEP_ALLOCATIONS(fc_roster_add(&roster, &account, &err), roster.count == 40);
    fc_roster_clear(&roster);
}

static void no_allocation_leaks(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_roster roster;
    SWEEP_ALLOCATIONS(parse("account\nx\n", "", &roster, &err), roster.accounts == NULL);
    fc_roster_clear(&roster);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_are_known_by_any_of_their_names),
        cmocka_unit_test(a_map_names_other_columns),
        cmocka_unit_test(nothing_is_guessed),
        cmocka_unit_test(accounts_of_a_target_are_copied),
        cmocka_unit_test(no_allocation_leaks),
    };
    return cmocka_run_group_tests_name("directory/roster", tests, NULL, NULL);
}

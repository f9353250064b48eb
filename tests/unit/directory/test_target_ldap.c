/* What needs no server; the rest is in contract/directory_ldap. */
#include "support/fc_test.h"
#include "support/targets.h"

static fc_error err;
static fc_target_config config;

static void all_words_of_a_directory_may_be_named(void **state)
{
    (void)state;
    fc_targets_parse(
        "[ldap]\nurl = ldaps://127.0.0.1:1\nbase = dc=x\nfilter = (a=b)\nattribute = jpegPhoto\n"
        "account_attribute = uid\nupn_attribute = u\nmail_attribute = m\nid_attribute = i\n"
        "name_attribute = cn\nuser = cn=x\npassword_file = /x\nca_file = /x\ntimeout_s = 3\n"
        "certificate_file = /x\nkey_file = /x\nsasl = external\ntls = off",
        &config);
    assert_int_equal(config.count, 17);
}

static void without_a_server_nothing_is_opened(void **state)
{
    (void)state;
    fc_target *target = NULL;
    fc_targets_parse("[ldap]\nurl = ldaps://127.0.0.1:1\n", &config);
    ASSERT_FAILS(FC_IO, fc_target_ldap.open(&config, &target, &err), err);
    assert_null(target);
    fc_target_ldap.close(NULL);
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
        cmocka_unit_test(all_words_of_a_directory_may_be_named),
        cmocka_unit_test(without_a_server_nothing_is_opened),
    };
    return cmocka_run_group_tests(tests, NULL, end);
}

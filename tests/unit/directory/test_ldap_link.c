/* What needs no server; the rest is in contract/directory_ldap. */
#include "directory/ldap_link.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "support/fc_test.h"
#include "support/targets.h"

static fc_target_config config;
static fc_error err;

static void configure(const char *settings)
{
    char text[256];
    (void)snprintf(text, sizeof text, "[ldap]\n%s", settings);
    fc_targets_parse(text, &config);
}

static void assert_refused(const char *settings, fc_status status, const char *word)
{
    fc_ldap_link link = { 0 };
    configure(settings);
    ASSERT_FAILS(status, fc_ldap_link_open(&config, &link, &err), err);
    fc_ldap_link_close(&link);
    if (strstr(err.text, word) == NULL) {
        fail_msg("\"%s\" does not say \"%s\"", err.text, word);
    }
}

static void settings_that_mean_nothing_are_refused(void **state)
{
    (void)state;
    assert_refused("url = http://a", FC_INVALID_ARGUMENT, "ldaps://");
    assert_refused("url = ldaps://127.0.0.1:1\ntls = perhaps", FC_INVALID_ARGUMENT, "tls");
    assert_refused("url = ldaps://127.0.0.1:1\ntimeout_s = 0", FC_INVALID_ARGUMENT, "timeout_s");
    assert_refused("url = ldaps://127.0.0.1:1\nca_file = /nowhere", FC_INVALID_ARGUMENT, "ca_file");
}

static void a_port_where_nobody_answers_is_told(void **state)
{
    (void)state;
    assert_refused("url = ldaps://127.0.0.1:1", FC_IO, "no server answers");
    assert_refused("url = ldapi://%2Fnowhere", FC_IO, "no server answers");
}

/* It accepts, and says nothing. */
static void a_silent_server_is_left_in_time(void **state)
{
    (void)state;
    const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in place = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
    socklen_t size = sizeof place;
    assert_int_equal(bind(listener, (struct sockaddr *)&place, size), 0);
    assert_int_equal(listen(listener, 8), 0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&place, &size), 0);
    static const char *const SCHEMES[] = { "ldaps", "ldap" };
    for (size_t i = 0; i < 2; i++) {
        char settings[64];
        (void)snprintf(settings, sizeof settings, "url = %s://127.0.0.1:%d\ntimeout_s = 1",
                       SCHEMES[i], ntohs(place.sin_port));
        assert_refused(settings, FC_IO, "no answer within 1 s");
    }
    (void)close(listener);
}

static void the_end_of_a_connection_is_told_from_answers(void **state)
{
    (void)state;
    assert_true(fc_ldap_is_lost(LDAP_SERVER_DOWN));
    assert_true(fc_ldap_is_lost(LDAP_TIMEOUT));
    assert_false(fc_ldap_is_lost(LDAP_SUCCESS));
    assert_false(fc_ldap_is_lost(LDAP_INSUFFICIENT_ACCESS));
    assert_false(fc_ldap_is_lost(LDAP_FILTER_ERROR));
}

static void words_are_one_line(void **state)
{
    (void)state;
    fc_ldap_link link = { .timeout_s = 7 };
    char text[FC_LDAP_WORDS_SIZE];
    assert_int_equal(ldap_initialize(&link.ldap, "ldap://127.0.0.1"), 0);
    assert_int_equal(
        ldap_set_option(link.ldap, LDAP_OPT_DIAGNOSTIC_MESSAGE, "00002098: no\n right\n"), 0);
    fc_ldap_words(&link, LDAP_INSUFFICIENT_ACCESS, text);
    assert_string_equal(text, "Insufficient access: 00002098: no  right");
    fc_ldap_words(&link, LDAP_TIMEOUT, text);
    assert_string_equal(text, "no answer within 7 s");
    fc_ldap_link_close(&link);
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
        cmocka_unit_test(settings_that_mean_nothing_are_refused),
        cmocka_unit_test(a_port_where_nobody_answers_is_told),
        cmocka_unit_test(a_silent_server_is_left_in_time),
        cmocka_unit_test(the_end_of_a_connection_is_told_from_answers),
        cmocka_unit_test(words_are_one_line),
    };
    return cmocka_run_group_tests(tests, NULL, end);
}

#include "net/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

#include "support/fc_test.h"

static struct sockaddr_storage address_of(const char *text, uint16_t port)
{
    struct sockaddr_storage storage = { 0 };
    struct sockaddr_in four = { .sin_family = AF_INET, .sin_port = htons(port) };
    struct sockaddr_in6 six = { .sin6_family = AF_INET6, .sin6_port = htons(port) };
    if (inet_pton(AF_INET, text, &four.sin_addr) == 1) {
        memcpy(&storage, &four, sizeof four);
    } else {
        assert_int_equal(inet_pton(AF_INET6, text, &six.sin6_addr), 1);
        memcpy(&storage, &six, sizeof six);
    }
    return storage;
}

static bool is_public(const char *text)
{
    const struct sockaddr_storage address = address_of(text, 80);
    return fc_address_is_public((const struct sockaddr *)&address);
}

static void addresses_of_the_internet_are_public(void **state)
{
    (void)state;
    static const char *const PUBLIC[] = {
        "1.1.1.1",         "8.8.8.8",        "9.255.255.255",   "11.0.0.0",
        "100.63.255.255",  "100.128.0.0",    "126.255.255.255", "128.0.0.0",
        "169.253.255.255", "172.15.255.255", "172.32.0.0",      "192.0.1.0",
        "192.167.255.255", "198.17.255.255", "198.20.0.0",      "223.255.255.255",
        "2606:4700::1111", "2a00:1450::1",   "2001:4860::8888", "2001:200::1",
    };
    for (size_t i = 0; i < sizeof PUBLIC / sizeof PUBLIC[0]; i++) {
        if (!is_public(PUBLIC[i])) {
            fail_msg("%s is public", PUBLIC[i]);
        }
    }
}

static void all_others_are_not(void **state)
{
    (void)state;
    static const char *const OTHERS[] = {
        "0.0.0.0",
        "0.1.2.3",
        "10.0.0.1",
        "10.255.255.255",
        "100.64.0.1",
        "100.127.255.255",
        "127.0.0.1",
        "127.255.255.255",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.1",
        "192.0.2.1",
        "192.88.99.1",
        "192.168.0.1",
        "192.168.255.255",
        "198.18.0.1",
        "198.19.255.255",
        "198.51.100.1",
        "203.0.113.1",
        "224.0.0.1",
        "239.1.1.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::7f00:1",
        "::ffff:127.0.0.1",
        "::ffff:8.8.8.8",
        "64:ff9b::7f00:1",
        "64:ff9b:1::1",
        "100::1",
        "2001::1",
        "2001:10::1",
        "2001:20::1",
        "2001:db8::1",
        "2002:7f00:1::",
        "3fff::1",
        "fc00::1",
        "fd12:3456::1",
        "fe80::1",
        "fec0::1",
        "ff02::1",
        "4000::1",
    };
    for (size_t i = 0; i < sizeof OTHERS / sizeof OTHERS[0]; i++) {
        if (is_public(OTHERS[i])) {
            fail_msg("%s is not public", OTHERS[i]);
        }
    }
}

static void another_family_is_never_public(void **state)
{
    (void)state;
    const struct sockaddr local = { .sa_family = AF_UNIX };
    assert_false(fc_address_is_public(&local));
    assert_false(fc_address_in_list(&local, "127.0.0.1:80"));
}

static void list_names_address_and_port(void **state)
{
    (void)state;
    const struct sockaddr_storage four = address_of("127.0.0.1", 8080);
    const struct sockaddr_storage six = address_of("fd00::1", 81);
    const struct sockaddr *first = (const struct sockaddr *)&four;
    const struct sockaddr *second = (const struct sockaddr *)&six;
    assert_true(fc_address_in_list(first, "127.0.0.1:8080"));
    assert_true(fc_address_in_list(first, "10.0.0.1:80, 127.0.0.1:8080"));
    assert_true(fc_address_in_list(second, "127.0.0.1:8080,[fd00::1]:81"));
    assert_false(fc_address_in_list(first, "127.0.0.1:80808"));
    assert_false(fc_address_in_list(first, "127.0.0.1:808"));
    assert_false(fc_address_in_list(first, "127.0.0.1"));
    assert_false(fc_address_in_list(first, ""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_of_the_internet_are_public),
        cmocka_unit_test(all_others_are_not),
        cmocka_unit_test(another_family_is_never_public),
        cmocka_unit_test(list_names_address_and_port),
    };
    return cmocka_run_group_tests_name("net/address", tests, NULL, NULL);
}

#include "base/digest.h"

#include <string.h>

#include "support/fc_test.h"

static fc_bytes bytes_of(const char *text)
{
    return (fc_bytes){ (const uint8_t *)text, strlen(text) };
}

/* The examples of FIPS 180-4. */
static void digests_are_those_of_the_standard(void **state)
{
    (void)state;
    char text[FC_DIGEST_SIZE];
    fc_digest_of(bytes_of("abc"), text);
    assert_string_equal(text, "ba7816bf8f01cfea414140de5dae2223"
                              "b00361a396177a9cb410ff61f20015ad");
    fc_digest_of((fc_bytes){ 0 }, text);
    assert_string_equal(text, "e3b0c44298fc1c149afbf4c8996fb924"
                              "27ae41e4649b934ca495991b7852b855");
}

static void runs_count_as_one(void **state)
{
    (void)state;
    char whole[FC_DIGEST_SIZE];
    char parts[FC_DIGEST_SIZE];
    fc_digest_of(bytes_of("facecraft"), whole);
    fc_digest digest;
    fc_digest_start(&digest);
    fc_digest_add(&digest, bytes_of("face"));
    fc_digest_add(&digest, (fc_bytes){ 0 });
    fc_digest_add(&digest, bytes_of("craft"));
    fc_digest_finish(&digest, parts);
    assert_string_equal(parts, whole);
}

/* Test case 2 of RFC 4231. */
static void a_code_is_that_of_the_standard(void **state)
{
    (void)state;
    static const uint8_t EXPECTED[FC_MAC_BYTES] = {
        0x5b, 0xdc, 0xc1, 0x46, 0xbf, 0x60, 0x75, 0x4e, 0x6a, 0x04, 0x24,
        0x26, 0x08, 0x95, 0x75, 0xc7, 0x5a, 0x00, 0x3f, 0x08, 0x9d, 0x27,
        0x39, 0x83, 0x9d, 0xec, 0x58, 0xb9, 0x64, 0xec, 0x38, 0x43,
    };
    uint8_t mac[FC_MAC_BYTES];
    uint8_t other[FC_MAC_BYTES];
    fc_digest_mac(bytes_of("Jefe"), bytes_of("what do ya want for nothing?"), mac);
    assert_memory_equal(mac, EXPECTED, sizeof mac);
    fc_digest_mac(bytes_of("Jefe"), (fc_bytes){ 0 }, other);
    assert_memory_not_equal(mac, other, sizeof mac);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(digests_are_those_of_the_standard),
        cmocka_unit_test(runs_count_as_one),
        cmocka_unit_test(a_code_is_that_of_the_standard),
    };
    return cmocka_run_group_tests_name("base/digest", tests, NULL, NULL);
}

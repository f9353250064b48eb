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

/* RFC 4231, test cases 1, 2 and 6: a key of 20 bytes, of 4, and one that is longer than a block. */
static void hmacs_are_those_of_the_standard(void **state)
{
    (void)state;
    static uint8_t long_key[131];
    static uint8_t short_key[20];
    memset(long_key, 0xaa, sizeof long_key);
    memset(short_key, 0x0b, sizeof short_key);
    const struct {
        fc_bytes key;
        const char *text;
        uint8_t first[4];
    } cases[] = {
        { { short_key, sizeof short_key }, "Hi There", { 0xb0, 0x34, 0x4c, 0x61 } },
        { bytes_of("Jefe"), "what do ya want for nothing?", { 0x5b, 0xdc, 0xc1, 0x46 } },
        { { long_key, sizeof long_key },
          "Test Using Larger Than Block-Size Key - Hash Key First",
          { 0x60, 0xe4, 0x31, 0x59 } },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint8_t mac[SHA256_DIGEST_SIZE];
        fc_hmac_of(cases[i].key, bytes_of(cases[i].text), mac);
        assert_memory_equal(mac, cases[i].first, 4);
    }
}

static void bytes_are_equal_or_not(void **state)
{
    (void)state;
    const uint8_t a[3] = { 1, 2, 3 };
    const uint8_t b[3] = { 1, 2, 4 };
    assert_true(fc_bytes_equal_secretly(a, a, 3));
    assert_true(fc_bytes_equal_secretly(a, b, 2));
    assert_false(fc_bytes_equal_secretly(a, b, 3));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(digests_are_those_of_the_standard),
        cmocka_unit_test(runs_count_as_one),
        cmocka_unit_test(hmacs_are_those_of_the_standard),
        cmocka_unit_test(bytes_are_equal_or_not),
    };
    return cmocka_run_group_tests_name("base/digest", tests, NULL, NULL);
}

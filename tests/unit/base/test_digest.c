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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(digests_are_those_of_the_standard),
        cmocka_unit_test(runs_count_as_one),
    };
    return cmocka_run_group_tests_name("base/digest", tests, NULL, NULL);
}

#include "base/sha256.h"

#include <string.h>

#include "support/fc_test.h"

static void the_examples_of_the_standard_hold(void **state)
{
    (void)state;
    static const char *const CASES[][2] = {
        { "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
        { "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
        { "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
          "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1" },
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        char text[FC_SHA256_TEXT_SIZE];
        fc_sha256_text((fc_bytes){ (const uint8_t *)CASES[i][0], strlen(CASES[i][0]) }, text);
        assert_string_equal(text, CASES[i][1]);
    }
}

static void pieces_give_the_same_as_the_whole(void **state)
{
    (void)state;
    static uint8_t content[300];
    for (size_t i = 0; i < sizeof content; i++) {
        content[i] = (uint8_t)(i * 31);
    }
    for (size_t size = 0; size <= sizeof content; size++) {
        uint8_t whole[FC_SHA256_SIZE];
        uint8_t pieces[FC_SHA256_SIZE];
        fc_sha256 hash = fc_sha256_start();
        fc_sha256_feed(&hash, content, size);
        fc_sha256_end(&hash, whole);
        hash = fc_sha256_start();
        for (size_t at = 0; at < size; at += 7) {
            fc_sha256_feed(&hash, content + at, size - at < 7 ? size - at : 7);
        }
        fc_sha256_end(&hash, pieces);
        assert_memory_equal(whole, pieces, sizeof whole);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_examples_of_the_standard_hold),
        cmocka_unit_test(pieces_give_the_same_as_the_whole),
    };
    return cmocka_run_group_tests_name("base/sha256", tests, NULL, NULL);
}

#include "base/suggest.h"

#include "support/fc_test.h"

static const char *nearest(const char *word)
{
    static const char *const KNOWN[] = { "process", "options", "version", "face_margin" };
    fc_suggestion suggestion = { .word = word };
    for (int i = 0; i < 4; i++) {
        fc_suggestion_offer(&suggestion, KNOWN[i]);
    }
    return suggestion.best != NULL ? suggestion.best : "";
}

static void slips_find_their_word(void **state)
{
    (void)state;
    assert_string_equal(nearest("proces"), "process");
    assert_string_equal(nearest("porcess"), "process");
    assert_string_equal(nearest("optons"), "options");
    assert_string_equal(nearest("face-margn"), "face_margin");
}

static void other_words_find_nothing(void **state)
{
    (void)state;
    assert_string_equal(nearest("zebra"), "");
    assert_string_equal(nearest(""), "");
    assert_string_equal(nearest("a word that is far too long to be compared with anything"), "");
}

static void distance_counts_letters(void **state)
{
    (void)state;
    assert_int_equal(fc_word_distance("us-visa", "us_visa"), 0);
    assert_int_equal(fc_word_distance("visa", "vista"), 1);
    assert_int_equal(fc_word_distance("", "visa"), 4);
    assert_int_equal(fc_word_distance("a word that is far too long to be compared", "visa"),
                     FC_SUGGEST_LENGTH_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(slips_find_their_word),
        cmocka_unit_test(other_words_find_nothing),
        cmocka_unit_test(distance_counts_letters),
    };
    return cmocka_run_group_tests_name("base/suggest", tests, NULL, NULL);
}

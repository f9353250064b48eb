#include "directory/fold.h"

#include <string.h>

#include "base/memory.h"
#include "support/fc_test.h"

static void assert_same(const char *a, const char *b, bool same)
{
    fc_error err = { 0 };
    FC_AUTO_BUFFER(first, 1 << 16);
    FC_AUTO_BUFFER(second, 1 << 16);
    ASSERT_OK(fc_fold(a, &first, &err), err);
    ASSERT_OK(fc_fold(b, &second, &err), err);
    assert_int_equal(strcmp(fc_buffer_text(&first), fc_buffer_text(&second)) == 0, same);
}

static void case_and_ways_to_write_a_letter_do_not_count(void **state)
{
    (void)state;
    assert_same("JDoe", "jdoe", true);
    assert_same("M\xc3\xbcLLER", "mu\xcc\x88ller", true); /* one letter; u and a mark */
    assert_same("STRASSE",
                "stra\xc3\x9f"
                "e",
                true);
    assert_same("\xce\xa3\xce\x91\xce\xa3", "\xcf\x83\xce\xb1\xcf\x82", true); /* final sigma */
    assert_same(" jdoe\r\n", "jdoe", true);
    assert_same("muller", "m\xc3\xbcller", false);
    assert_same("jdoe", "jdoe2", false);
}

static void what_is_no_utf8_is_taken_as_it_is(void **state)
{
    (void)state;
    assert_same("M\xfcLLER", "M\xfcLLER", true);
    assert_same("M\xfcLLER", "m\xfcller", false);
    char wide[2 * FC_FOLD_CHARACTERS_MAX];
    memset(wide, 'A', sizeof wide - 1);
    wide[sizeof wide - 1] = '\0';
    assert_same(wide, wide, true);
}

static void a_full_buffer_is_refused(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO_BUFFER(small, 3);
    ASSERT_FAILS(FC_LIMIT_EXCEEDED, fc_fold("abcd", &small, &err), err);
    FC_AUTO_BUFFER(out, 64);
    SWEEP_ALLOCATIONS(fc_fold("abcd", &out, &err), out.size < 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(case_and_ways_to_write_a_letter_do_not_count),
        cmocka_unit_test(what_is_no_utf8_is_taken_as_it_is),
        cmocka_unit_test(a_full_buffer_is_refused),
    };
    return cmocka_run_group_tests_name("directory/fold", tests, NULL, NULL);
}

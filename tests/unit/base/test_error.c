#include "base/error.h"

#include <string.h>

#include "support/fc_test.h"

static void the_table_has_unique_slugs_and_a_meaning_in_every_row(void **state)
{
    (void)state;
    for (int i = 0; i < fc_status_count(); i++) {
        const fc_status_info *row = fc_status_lookup((fc_status)i);
        assert_true(row->name[0] != '\0');
        assert_true(row->meaning[0] != '\0');
        assert_in_range(row->exit_code, 0, 255);
        assert_int_equal(strspn(row->slug, "abcdefghijklmnopqrstuvwxyz_"), strlen(row->slug));
        for (int k = 0; k < i; k++) {
            const fc_status_info *other = fc_status_lookup((fc_status)k);
            assert_string_not_equal(row->slug, other->slug);
            assert_int_not_equal(row->exit_code, other->exit_code);
        }
    }
}

static void success_is_zero_everywhere(void **state)
{
    (void)state;
    assert_int_equal(FC_OK, 0);
    assert_int_equal(fc_status_lookup(FC_OK)->exit_code, 0);
}

static void a_failure_carries_its_status_and_one_line(void **state)
{
    (void)state;
    fc_error err = { 0 };
    assert_int_equal(fc_fail(&err, FC_NO_FACE, "%d faces, at least %s", 0, "one"), FC_NO_FACE);
    assert_int_equal(err.status, FC_NO_FACE);
    assert_string_equal(err.text, "0 faces, at least one");
}

static void a_long_text_is_cut_and_ended(void **state)
{
    (void)state;
    fc_error err = { 0 };
    char text[FC_ERROR_TEXT_SIZE * 2];
    memset(text, 'a', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    assert_int_equal(fc_fail(&err, FC_IO, "%s", text), FC_IO);
    assert_int_equal(strlen(err.text), FC_ERROR_TEXT_SIZE - 1);
}

static void nobody_has_to_want_the_text(void **state)
{
    (void)state;
    assert_int_equal(fc_fail(NULL, FC_IO, "unheard"), FC_IO);
}

static fc_status pass_on(fc_status first, int *reached)
{
    FC_TRY(first);
    *reached += 1;
    return FC_OK;
}

static void try_returns_at_the_first_failure(void **state)
{
    (void)state;
    int reached = 0;
    assert_int_equal(pass_on(FC_CANCELLED, &reached), FC_CANCELLED);
    assert_int_equal(reached, 0);
    assert_int_equal(pass_on(FC_OK, &reached), FC_OK);
    assert_int_equal(reached, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_table_has_unique_slugs_and_a_meaning_in_every_row),
        cmocka_unit_test(success_is_zero_everywhere),
        cmocka_unit_test(a_failure_carries_its_status_and_one_line),
        cmocka_unit_test(a_long_text_is_cut_and_ended),
        cmocka_unit_test(nobody_has_to_want_the_text),
        cmocka_unit_test(try_returns_at_the_first_failure),
    };
    return cmocka_run_group_tests_name("base/error", tests, NULL, NULL);
}

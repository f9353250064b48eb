#include "jobs/job_id.h"

#include <string.h>

#include "support/fc_test.h"

static void ids_are_32_digits_and_never_the_same(void **state)
{
    (void)state;
    fc_error err = { 0 };
    char ids[100][FC_JOB_ID_SIZE];
    for (int i = 0; i < 100; i++) {
        ASSERT_OK(fc_job_id_new(ids[i], &err), err);
        assert_true(fc_job_id_valid(ids[i]));
        for (int k = 0; k < i; k++) {
            assert_string_not_equal(ids[i], ids[k]);
        }
    }
}

static void everything_else_is_no_id(void **state)
{
    (void)state;
    static const char *const WRONG[] = {
        "",
        "..",
        "0123456789abcdef0123456789abcde",
        "0123456789abcdef0123456789abcdef0",
        "0123456789ABCDEF0123456789abcdef",
        "0123456789abcdef0123456789abcdeg",
        "../../../../../../../../etc/pass",
        " 123456789abcdef0123456789abcdef",
        "0123456789abcdef0123456789abcde\n",
    };
    assert_true(fc_job_id_valid("0123456789abcdef0123456789abcdef"));
    assert_false(fc_job_id_valid(NULL));
    for (size_t i = 0; i < sizeof WRONG / sizeof WRONG[0]; i++) {
        assert_false(fc_job_id_valid(WRONG[i]));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ids_are_32_digits_and_never_the_same),
        cmocka_unit_test(everything_else_is_no_id),
    };
    return cmocka_run_group_tests_name("jobs/job_id", tests, NULL, NULL);
}

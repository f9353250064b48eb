#include "jobs/job_state.h"

#include "support/fc_test.h"

static void three_of_five_states_are_final(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        bool final;
    } EXPECTED[FC_JOB_STATES_COUNT] = {
        { "queued", false }, { "running", false },  { "succeeded", true },
        { "failed", true },  { "cancelled", true },
    };
    for (int i = 0; i < FC_JOB_STATES_COUNT; i++) {
        assert_string_equal(fc_job_state_name((fc_job_state)i), EXPECTED[i].name);
        assert_int_equal(fc_job_state_final((fc_job_state)i), EXPECTED[i].final);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(three_of_five_states_are_final),
    };
    return cmocka_run_group_tests_name("jobs/job_state", tests, NULL, NULL);
}

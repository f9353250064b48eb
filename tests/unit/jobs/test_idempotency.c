#include "jobs/idempotency.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/memory.h"
#include "support/fc_test.h"

#define ID_A "0000000000000000000000000000000a"
#define ID_B "0000000000000000000000000000000b"

static fc_claim claim(fc_idempotency *table, const char *owner, const char *key, const char *print,
                      const char *offered, char job_id[FC_JOB_ID_SIZE])
{
    fc_error err = { 0 };
    fc_claim found = FC_CLAIM_NEW;
    (void)snprintf(job_id, FC_JOB_ID_SIZE, "%s", offered);
    ASSERT_OK(fc_idempotency_claim(table, owner, key, print, job_id, &found, &err), err);
    return found;
}

static fc_idempotency *open_table(size_t entries_max, int64_t keep_s)
{
    fc_error err = { 0 };
    fc_idempotency *table = NULL;
    ASSERT_OK(fc_idempotency_new(entries_max, keep_s, &table, &err), err);
    return table;
}

static void a_repeated_request_gets_the_first_job(void **state)
{
    (void)state;
    char id[FC_JOB_ID_SIZE];
    FC_AUTO(fc_idempotency) table = open_table(8, 60);
    assert_int_equal(claim(table, "me", "key", "f1", ID_A, id), FC_CLAIM_NEW);
    assert_int_equal(claim(table, "me", "key", "f1", ID_B, id), FC_CLAIM_RUNNING);
    assert_string_equal(id, ID_A);
    fc_idempotency_finish(table, ID_A);
    assert_int_equal(claim(table, "me", "key", "f1", ID_B, id), FC_CLAIM_REPEAT);
    assert_string_equal(id, ID_A);
}

static void another_body_under_the_same_key_is_a_conflict(void **state)
{
    (void)state;
    char id[FC_JOB_ID_SIZE];
    FC_AUTO(fc_idempotency) table = open_table(8, 60);
    assert_int_equal(claim(table, "me", "key", "f1", ID_A, id), FC_CLAIM_NEW);
    assert_int_equal(claim(table, "me", "key", "f2", ID_B, id), FC_CLAIM_CONFLICT);
    assert_string_equal(id, ID_B);
}

static void owners_do_not_share_keys(void **state)
{
    (void)state;
    char id[FC_JOB_ID_SIZE];
    FC_AUTO(fc_idempotency) table = open_table(8, 60);
    assert_int_equal(claim(table, "a", "bc", "f1", ID_A, id), FC_CLAIM_NEW);
    assert_int_equal(claim(table, "ab", "c", "f1", ID_B, id), FC_CLAIM_NEW);
}

static void a_released_key_is_new_again(void **state)
{
    (void)state;
    char id[FC_JOB_ID_SIZE];
    FC_AUTO(fc_idempotency) table = open_table(8, 60);
    assert_int_equal(claim(table, "", "key", "f1", ID_A, id), FC_CLAIM_NEW);
    fc_idempotency_release(table, ID_B); /* unknown */
    fc_idempotency_release(table, ID_A);
    fc_idempotency_finish(table, ID_A); /* no longer known */
    assert_int_equal(claim(table, "", "key", "f2", ID_B, id), FC_CLAIM_NEW);
}

static void finished_entries_expire(void **state)
{
    (void)state;
    char id[FC_JOB_ID_SIZE];
    FC_AUTO(fc_idempotency) table = open_table(8, 0);
    assert_int_equal(claim(table, "", "key", "f1", ID_A, id), FC_CLAIM_NEW);
    assert_int_equal(claim(table, "", "key", "f1", ID_B, id), FC_CLAIM_RUNNING);
    fc_idempotency_finish(table, ID_A);
    assert_int_equal(claim(table, "", "key", "f2", ID_B, id), FC_CLAIM_NEW);
}

static void a_full_table_forgets_the_oldest_finished_only(void **state)
{
    (void)state;
    fc_error err = { 0 };
    char id[FC_JOB_ID_SIZE];
    char running[] = ID_A;
    fc_claim found = FC_CLAIM_REPEAT;
    FC_AUTO(fc_idempotency) table = open_table(2, 60);
    assert_int_equal(claim(table, "", "one", "f", ID_A, id), FC_CLAIM_NEW);
    assert_int_equal(claim(table, "", "two", "f", ID_B, id), FC_CLAIM_NEW);
    ASSERT_FAILS(FC_BUSY, fc_idempotency_claim(table, "", "three", "f", running, &found, &err),
                 err);
    assert_int_equal(found, FC_CLAIM_REPEAT);
    fc_idempotency_finish(table, ID_B);
    assert_int_equal(claim(table, "", "three", "f", "0000000000000000000000000000000c", id),
                     FC_CLAIM_NEW);
    assert_int_equal(claim(table, "", "one", "f", ID_B, id), FC_CLAIM_RUNNING);
}

static void keys_of_an_earlier_process_are_taken_in(void **state)
{
    (void)state;
    char id[FC_JOB_ID_SIZE];
    char key[3][FC_DIGEST_SIZE];
    char print[FC_DIGEST_SIZE];
    FC_AUTO(fc_idempotency) before = open_table(8, 60);
    static const char *const KEYS[] = { "done", "running", "old" };
    static const char *const IDS[] = { ID_A, ID_B, "0000000000000000000000000000000c" };
    for (int i = 0; i < 3; i++) {
        assert_int_equal(claim(before, "me", KEYS[i], "f", IDS[i], id), FC_CLAIM_NEW);
        assert_true(fc_idempotency_lookup(before, IDS[i], key[i], print));
        assert_string_equal(print, "f");
    }
    assert_false(fc_idempotency_lookup(before, "0000000000000000000000000000000d", key[0], print));
    assert_string_equal(key[0], "");
    assert_true(fc_idempotency_lookup(before, ID_A, key[0], print));

    FC_AUTO(fc_idempotency) table = open_table(4, 60);
    fc_idempotency_restore(table, key[0], "f", IDS[0], 59);
    fc_idempotency_restore(table, key[1], "f", IDS[1], -1);
    fc_idempotency_restore(table, key[2], "f", IDS[2], 60);
    fc_idempotency_restore(table, key[0], "other", IDS[2], 1); /* there is one already */
    assert_int_equal(claim(table, "me", "done", "f", ID_B, id), FC_CLAIM_REPEAT);
    assert_string_equal(id, ID_A);
    assert_int_equal(claim(table, "me", "running", "f", ID_A, id), FC_CLAIM_RUNNING);
    assert_string_equal(id, ID_B);
    assert_int_equal(claim(table, "me", "old", "other", ID_A, id), FC_CLAIM_NEW);
    fc_idempotency_finish(table, ID_B);
    assert_int_equal(claim(table, "me", "running", "f", ID_A, id), FC_CLAIM_REPEAT);
}

static void a_full_table_takes_nothing_in(void **state)
{
    (void)state;
    char id[FC_JOB_ID_SIZE];
    FC_AUTO(fc_idempotency) table = open_table(1, 60);
    assert_int_equal(claim(table, "", "key", "f", ID_A, id), FC_CLAIM_NEW);
    fc_idempotency_finish(table, ID_A);
    fc_idempotency_restore(table, "some digest", "f", ID_B, 1);
    assert_int_equal(claim(table, "", "key", "f", ID_B, id), FC_CLAIM_REPEAT);
}

static void a_table_survives_every_allocation_failure(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_idempotency) table = NULL;
    SWEEP_ALLOCATIONS(fc_idempotency_new(4, 60, &table, &err), table == NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_repeated_request_gets_the_first_job),
        cmocka_unit_test(another_body_under_the_same_key_is_a_conflict),
        cmocka_unit_test(owners_do_not_share_keys),
        cmocka_unit_test(a_released_key_is_new_again),
        cmocka_unit_test(finished_entries_expire),
        cmocka_unit_test(a_full_table_forgets_the_oldest_finished_only),
        cmocka_unit_test(keys_of_an_earlier_process_are_taken_in),
        cmocka_unit_test(a_full_table_takes_nothing_in),
        cmocka_unit_test(a_table_survives_every_allocation_failure),
    };
    return cmocka_run_group_tests_name("jobs/idempotency", tests, NULL, NULL);
}

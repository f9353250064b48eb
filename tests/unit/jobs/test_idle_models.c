#define _GNU_SOURCE /* usleep */

#include "jobs/idle_models.h"

#include <unistd.h>

#include "base/memory.h"
#include "infer/session.h"
#include "support/fc_test.h"

static void nothing_is_watched_where_nothing_is_to_be_released(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_runtime) runtime = NULL;
    ASSERT_OK(fc_runtime_new(1, &runtime, &err), err);
    fc_idle_models *idle = (fc_idle_models *)runtime;
    ASSERT_OK(fc_idle_models_start(runtime, 0, &idle, &err), err);
    assert_null(idle);
    fc_idle_models_free(idle);
}

static void the_watch_ends_at_once(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_runtime) runtime = NULL;
    ASSERT_OK(fc_runtime_new(1, &runtime, &err), err);
    FC_AUTO(fc_idle_models) idle = NULL;
    SWEEP_ALLOCATIONS(fc_idle_models_start(runtime, 60000000, &idle, &err), idle == NULL);
    assert_non_null(idle);
}

/* Waits as long as it takes: on a busy machine the watch may come late. */
static void what_nobody_uses_is_released_and_comes_back_when_it_is_used(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_runtime) runtime = NULL;
    FC_AUTO(fc_session) session = NULL;
    FC_AUTO(fc_idle_models) idle = NULL;
    const char *names[2] = { NULL };
    ASSERT_OK(fc_runtime_new(1, &runtime, &err), err);
    ASSERT_OK(
        fc_session_open(runtime, "net", "tests/data/onnx/sum_and_product.onnx", &session, &err),
        err);
    ASSERT_OK(fc_idle_models_start(runtime, 20000, &idle, &err), err);
    for (int round = 0; round < 2; round++) {
        while (fc_runtime_unloaded(runtime, names, 2) == 0) {
            (void)usleep(2000);
        }
        assert_string_equal(names[0], "net");
        ASSERT_OK(fc_session_warm(session, &err), err);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_watched_where_nothing_is_to_be_released),
        cmocka_unit_test(the_watch_ends_at_once),
        cmocka_unit_test(what_nobody_uses_is_released_and_comes_back_when_it_is_used),
    };
    return cmocka_run_group_tests_name("jobs/idle_models", tests, NULL, NULL);
}

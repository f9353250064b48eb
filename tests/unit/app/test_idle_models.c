#include "app/idle_models.h"

#include "base/memory.h"
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
    SWEEP_ALLOCATIONS(fc_idle_models_start(runtime, 1, &idle, &err), idle == NULL);
    assert_non_null(idle);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_watched_where_nothing_is_to_be_released),
        cmocka_unit_test(the_watch_ends_at_once),
    };
    return cmocka_run_group_tests_name("app/idle_models", tests, NULL, NULL);
}

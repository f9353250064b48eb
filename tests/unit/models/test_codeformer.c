#include "models/codeformer.h"

#include "support/fc_test.h"

static void a_missing_file_is_refused(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_runtime) runtime = NULL;
    fc_codeformer *model = NULL;
    ASSERT_OK(fc_runtime_new(1, &runtime, &err), err);
    ASSERT_FAILS(FC_MODEL_UNAVAILABLE,
                 fc_codeformer_new(runtime, "no/such/codeformer.onnx", &model, &err), err);
    assert_null(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_missing_file_is_refused),
    };
    return cmocka_run_group_tests_name("models/codeformer", tests, NULL, NULL);
}

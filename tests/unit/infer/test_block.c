#include "infer/block.h"

#include "infer/runtime.h"
#include "support/fc_test.h"

static void a_block_has_a_multiple_of_4_channels_or_is_none(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_runtime) runtime = NULL;
    ASSERT_OK(fc_runtime_new(1, &runtime, &err), err);
    const int32_t block = fc_runtime_block(runtime);
    assert_true(block == 1 || (block >= 4 && block <= 64 && block % 4 == 0));
}

static void asking_again_gives_the_same(void **state)
{
    (void)state;
    fc_error err = { 0 };
    int32_t block = 0;
    FC_AUTO(fc_runtime) runtime = NULL;
    ASSERT_OK(fc_runtime_new(1, &runtime, &err), err);
    ASSERT_OK(fc_block_ask(runtime, &block, &err), err);
    assert_int_equal(block, fc_runtime_block(runtime));
}

#ifdef __x86_64__
/* Every processor with x86-64 has them. If this fails, ONNX Runtime knows the question no longer,
 * and networks run several times slower than they could. */
static void x86_64_has_blocks(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_runtime) runtime = NULL;
    ASSERT_OK(fc_runtime_new(1, &runtime, &err), err);
    assert_true(fc_runtime_block(runtime) > 1);
}
#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_block_has_a_multiple_of_4_channels_or_is_none),
        cmocka_unit_test(asking_again_gives_the_same),
#ifdef __x86_64__
        cmocka_unit_test(x86_64_has_blocks),
#endif
    };
    return cmocka_run_group_tests_name("infer/block", tests, NULL, NULL);
}

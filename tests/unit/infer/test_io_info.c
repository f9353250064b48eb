#include "infer/io_info.h"

#include "support/fc_test.h"

/* What ONNX Runtime leaves behind that has no memory even for its report: neither a failure nor a
 * network. */
static void a_network_that_is_not_there_is_want_of_memory(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_io_info ports = { 0 };
    ASSERT_FAILS(FC_OUT_OF_MEMORY, fc_io_info_read("model", NULL, &ports, &err), err);
    assert_string_equal(err.text, "model: no memory for the network");
    fc_io_info_clear(&ports);
}

static void what_is_not_there_is_want_of_memory(void **state)
{
    (void)state;
    fc_error err = { 0 };
    ASSERT_OK(fc_ort_there("model", &err, &err), err);
    ASSERT_FAILS(FC_OUT_OF_MEMORY, fc_ort_there("model", NULL, &err), err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_network_that_is_not_there_is_want_of_memory),
        cmocka_unit_test(what_is_not_there_is_want_of_memory),
    };
    return cmocka_run_group_tests_name("infer/io_info", tests, NULL, NULL);
}

#include "infer/device.h"

#include "support/fc_test.h"

static fc_device parse(const char *text)
{
    fc_error err = { 0 };
    fc_device device = { 0 };
    ASSERT_OK(fc_device_parse(text, &device, &err), err);
    return device;
}

static void devices_are_read_from_their_names(void **state)
{
    (void)state;
    assert_int_equal(parse("auto").kind, FC_DEVICE_AUTO);
    assert_int_equal(parse("cpu").kind, FC_DEVICE_PROCESSOR);
    assert_int_equal(parse("cuda").kind, FC_DEVICE_GPU);
    assert_int_equal(parse("cuda").gpu, 0);
    assert_int_equal(parse("cuda:0").gpu, 0);
    assert_int_equal(parse("cuda:63").gpu, 63);
}

static void other_names_are_refused(void **state)
{
    (void)state;
    static const char *const ODD[] = {
        "", "gpu", "CPU", "cuda:", "cuda:-1", "cuda:64", "cuda:1x", "cuda 0", "cuda:1:2", "cpu:0",
    };
    for (size_t i = 0; i < sizeof ODD / sizeof ODD[0]; i++) {
        fc_error err = { 0 };
        fc_device device = { FC_DEVICE_GPU, 7 };
        ASSERT_FAILS(FC_INVALID_ARGUMENT, fc_device_parse(ODD[i], &device, &err), err);
        assert_int_equal(device.gpu, 7);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(devices_are_read_from_their_names),
        cmocka_unit_test(other_names_are_refused),
    };
    return cmocka_run_group_tests_name("infer/device", tests, NULL, NULL);
}

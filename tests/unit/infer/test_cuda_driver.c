#include "infer/cuda_driver.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support/fc_test.h"

/* tests/fakes/cuda_driver.c, beside this program. */
static const char *fake_driver(void)
{
    static char path[PATH_MAX + 32];
    char program[PATH_MAX] = "";
    assert_true(readlink("/proc/self/exe", program, sizeof program - 1) > 0);
    *strrchr(program, '/') = '\0';
    (void)snprintf(path, sizeof path, "%s/fake_cuda_driver.so", program);
    return path;
}

static void a_gpu_tells_its_name_and_version(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_gpu gpu = { 0 };
    ASSERT_OK(fc_cuda_driver_look(fake_driver(), 1, &gpu, &err), err);
    assert_string_equal(gpu.name, "Fake GPU 41");
    assert_int_equal(gpu.cuda_version, 13010);
}

static void what_is_missing_is_named(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_gpu gpu = { 0 };
    ASSERT_FAILS(FC_MODEL_UNAVAILABLE, fc_cuda_driver_look("libno.so.1", 0, &gpu, &err), err);
    assert_string_equal(err.text, "no NVIDIA driver: libno.so.1");
    ASSERT_FAILS(FC_MODEL_UNAVAILABLE, fc_cuda_driver_look("libm.so.6", 0, &gpu, &err), err);
    assert_string_equal(err.text, "libm.so.6 is no CUDA driver");
    ASSERT_FAILS(FC_MODEL_UNAVAILABLE, fc_cuda_driver_look(fake_driver(), 2, &gpu, &err), err);
    assert_string_equal(err.text, "no GPU cuda:2, the driver knows 2");
    assert_int_equal(setenv("FAKE_CUDA_INIT", "100", 1), 0);
    ASSERT_FAILS(FC_MODEL_UNAVAILABLE, fc_cuda_driver_look(fake_driver(), 0, &gpu, &err), err);
    assert_non_null(strstr(err.text, "cuInit says 100"));
    assert_int_equal(unsetenv("FAKE_CUDA_INIT"), 0);
    assert_int_equal(gpu.cuda_version, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_gpu_tells_its_name_and_version),
        cmocka_unit_test(what_is_missing_is_named),
    };
    return cmocka_run_group_tests_name("infer/cuda_driver", tests, NULL, NULL);
}

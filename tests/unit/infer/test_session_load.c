#include <glob.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "infer/session.h"
#include "support/fc_test.h"

#define MODEL "tests/data/onnx/weights_outside.onnx"

static char cache[64];

static int make_cache(void **state)
{
    (void)state;
    (void)snprintf(cache, sizeof cache, "/tmp/fc_session_load_XXXXXX");
    return mkdtemp(cache) != NULL ? 0 : -1;
}

static fc_runtime *start(const char *cache_dir)
{
    const fc_runtime_plan plan = { .threads = 1,
                                   .processors = 1,
                                   .provider = FC_PROVIDER_CPU,
                                   .device = "cpu",
                                   .openvino_dir = "",
                                   .cache_dir = cache_dir };
    fc_error err = { 0 };
    fc_runtime *runtime = NULL;
    ASSERT_OK(fc_runtime_start(&plan, &runtime, &err), err);
    return runtime;
}

/* Opens the model, looks whether it reckons as it should, and closes it. */
static void assert_works(const char *cache_dir)
{
    fc_error err = { 0 };
    FC_AUTO(fc_runtime) runtime = start(cache_dir);
    FC_AUTO(fc_session) session = NULL;
    ASSERT_OK(fc_session_open(runtime, "scale", MODEL, &session, &err), err);
    assert_string_equal(fc_session_device(session), "cpu");
    float x[4] = { 1, 1, 2, 2 };
    float y[4] = { 0 };
    const fc_tensor in = { .data = x, .shape = { 2, 2 }, .rank = 2 };
    const fc_tensor out = { .data = y, .shape = { 2, 2 }, .rank = 2 };
    ASSERT_OK(fc_session_run(session, &in, 1, &out, 1, &err), err);
    const float wanted[4] = { 11, 22, 12, 24 };
    assert_memory_equal(y, wanted, sizeof y);
}

/* The one kept network. */
static struct stat find_kept(char path[PATH_MAX])
{
    char pattern[PATH_MAX];
    glob_t found = { 0 };
    struct stat facts = { 0 };
    (void)snprintf(pattern, sizeof pattern, "%s/cpu/*/model.onnx", cache);
    assert_int_equal(glob(pattern, 0, NULL, &found), 0);
    assert_int_equal(found.gl_pathc, 1);
    assert_non_null(strstr(found.gl_pathv[0], "/scale-f32-"));
    (void)snprintf(path, PATH_MAX, "%s", found.gl_pathv[0]);
    assert_int_equal(stat(path, &facts), 0);
    globfree(&found);
    return facts;
}

static void a_network_that_fits_the_processor_is_kept(void **state)
{
    (void)state;
    char path[PATH_MAX];
    assert_works(cache);
    const struct stat first = find_kept(path);
    assert_works(cache);
    const struct stat second = find_kept(path);
    assert_int_equal(first.st_ino, second.st_ino);
    assert_int_equal(first.st_mtim.tv_nsec, second.st_mtim.tv_nsec);
}

static void what_is_damaged_is_made_anew(void **state)
{
    (void)state;
    fc_error err = { 0 };
    char path[PATH_MAX];
    assert_works(cache);
    (void)find_kept(path);
    const fc_bytes nonsense = { (const uint8_t *)"nonsense", 8 };
    ASSERT_OK(fc_file_write(path, nonsense, &err), err);
    assert_works(cache);
    assert_true(find_kept(path).st_size > 8);
}

static void a_cache_that_cannot_be_used_costs_only_time(void **state)
{
    (void)state;
    assert_works("/dev/null/cache");
    assert_works("");
}

static void loading_survives_every_allocation_failure(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_runtime) runtime = start(cache);
    FC_AUTO(fc_session) session = NULL;
    SWEEP_ALLOCATIONS(fc_session_open(runtime, "scale", MODEL, &session, &err), session == NULL);
}

static int remove_cache(void **state)
{
    (void)state;
    char path[PATH_MAX];
    (void)find_kept(path);
    static const char *const NAMES[] = { "model.onnx", "weights", "checksum", "" };
    char *name = strrchr(path, '/') + 1;
    for (size_t i = 0; i < sizeof NAMES / sizeof NAMES[0]; i++) {
        (void)snprintf(name, 16, "%s", NAMES[i]);
        (void)remove(path);
    }
    (void)snprintf(path, sizeof path, "%s/cpu", cache);
    (void)rmdir(path);
    return rmdir(cache);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_network_that_fits_the_processor_is_kept),
        cmocka_unit_test(what_is_damaged_is_made_anew),
        cmocka_unit_test(a_cache_that_cannot_be_used_costs_only_time),
        cmocka_unit_test(loading_survives_every_allocation_failure),
    };
    return cmocka_run_group_tests_name("infer/session_load", tests, make_cache, remove_cache);
}

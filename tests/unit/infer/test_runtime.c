#include "infer/runtime.h"

#include <dirent.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "infer/runtime_private.h"
#include "infer/session.h"
#include "support/fc_test.h"

#define OUTSIDE "tests/data/onnx/weights_outside.onnx"

static fc_runtime_plan plan_of(const char *device, int provider)
{
    return (fc_runtime_plan){
        .threads = 1,
        .processors = 2,
        .provider = provider,
        .device = device,
        .openvino_dir = "",
        .cache_dir = "",
    };
}

static void assert_refused(const fc_runtime_plan *plan, fc_status status, const char *why)
{
    fc_error err = { 0 };
    fc_runtime *runtime = NULL;
    ASSERT_FAILS(status, fc_runtime_start(plan, &runtime, &err), err);
    assert_null(runtime);
    if (strstr(err.text, why) == NULL) {
        fail_msg("\"%s\" does not say \"%s\"", err.text, why);
    }
}

static void what_is_asked_for_by_name_is_had_or_refused(void **state)
{
    (void)state;
    fc_runtime_plan plan = plan_of("auto", FC_PROVIDER_OPENVINO);
    plan.openvino_dir = "/nowhere";
    assert_refused(&plan, FC_MODEL_UNAVAILABLE,
                   "openvino cannot be used: the OpenVINO plug-in is not installed");
    if (!fc_runtime_has_cuda()) {
        plan = plan_of("cuda:1", FC_PROVIDER_AUTO);
        assert_refused(&plan, FC_MODEL_UNAVAILABLE,
                       "cuda cannot be used: this ONNX Runtime was built without CUDA");
        plan = plan_of("auto", FC_PROVIDER_CUDA);
        assert_refused(&plan, FC_MODEL_UNAVAILABLE, "cuda cannot be used");
    }
}

static void a_plug_in_that_is_none_is_refused(void **state)
{
    (void)state;
    fc_error err = { 0 };
    char folder[] = "/tmp/fc_runtime_XXXXXX";
    assert_non_null(mkdtemp(folder));
    char path[128];
    (void)snprintf(path, sizeof path, "%s/libonnxruntime_providers_openvino_plugin.so", folder);
    ASSERT_OK(fc_file_write(path, (fc_bytes){ (const uint8_t *)"no library", 10 }, &err), err);
    fc_runtime_plan plan = plan_of("cpu", FC_PROVIDER_OPENVINO);
    plan.openvino_dir = folder;
    assert_refused(&plan, FC_MODEL_UNAVAILABLE, "openvino cannot be used: OpenVINO: ");
    assert_int_equal(unlink(path), 0);
    assert_int_equal(rmdir(folder), 0);
}

static void settings_that_contradict_each_other_are_refused(void **state)
{
    (void)state;
    fc_runtime_plan plan = plan_of("cpu", FC_PROVIDER_CUDA);
    assert_refused(&plan, FC_INVALID_ARGUMENT, "device is cpu but provider cuda");
    plan = plan_of("cuda:0", FC_PROVIDER_OPENVINO);
    assert_refused(&plan, FC_INVALID_ARGUMENT, "device is cuda:0 but provider openvino");
    plan = plan_of("gpu", FC_PROVIDER_AUTO);
    assert_refused(&plan, FC_INVALID_ARGUMENT, "device is \"gpu\"");
}

static void what_is_left_to_choose_is_explained(void **state)
{
    (void)state;
    fc_error err = { 0 };
    const fc_runtime_plan plan = plan_of("auto", FC_PROVIDER_AUTO);
    FC_AUTO(fc_runtime) runtime = NULL;
    ASSERT_OK(fc_runtime_start(&plan, &runtime, &err), err);
    int used = 0;
    for (int i = 0; i < FC_PROVIDERS_COUNT; i++) {
        const fc_provider_report *report = fc_runtime_report(runtime, (fc_provider)i);
        used += report->used ? 1 : 0;
        assert_true(report->text[0] != '\0');
        assert_true(report->version[0] != '\0' || !report->used);
    }
    assert_int_equal(used, 1);
}

static void a_processor_alone_asks_for_nothing_else(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_runtime) runtime = NULL;
    ASSERT_OK(fc_runtime_new(1, &runtime, &err), err);
    assert_true(fc_runtime_report(runtime, FC_PROVIDER_CPU)->used);
    assert_string_equal(fc_runtime_report(runtime, FC_PROVIDER_CPU)->text, "used, asked for");
    assert_string_equal(fc_runtime_report(runtime, FC_PROVIDER_CUDA)->text,
                        "not used, not asked for");
}

static void run_once(fc_session *session)
{
    fc_error err = { 0 };
    float x[2] = { 1, 2 };
    float y[2] = { 0 };
    const fc_tensor in = { .data = x, .shape = { 1, 2 }, .rank = 2 };
    const fc_tensor out = { .data = y, .shape = { 1, 2 }, .rank = 2 };
    ASSERT_OK(fc_session_run(session, &in, 1, &out, 1, &err), err);
    assert_float_equal(y[0], 11.0F, 1e-6F);
    assert_float_equal(y[1], 24.0F, 1e-6F);
}

static void idle_networks_are_released_and_come_back(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_runtime) runtime = NULL;
    ASSERT_OK(fc_runtime_new(1, &runtime, &err), err);
    FC_AUTO(fc_session) session = NULL;
    ASSERT_OK(fc_session_open(runtime, "m", OUTSIDE, &session, &err), err);
    const int64_t hour_us = INT64_C(3600000000);
    assert_int_equal(fc_runtime_release_idle(runtime, hour_us), 0);
    assert_true(fc_session_loaded(session));
    const char *names[2] = { NULL };
    assert_int_equal(fc_runtime_unloaded(runtime, names, 2), 0);
    assert_int_equal(fc_runtime_release_idle(runtime, 0), 1);
    assert_false(fc_session_loaded(session));
    assert_int_equal(fc_runtime_unloaded(runtime, names, 0), 0);
    assert_int_equal(fc_runtime_unloaded(runtime, names, 2), 1);
    assert_string_equal(names[0], "m");
    assert_int_equal(fc_runtime_release_idle(runtime, 0), 0);
    run_once(session);
    assert_true(fc_session_loaded(session));
    assert_int_equal(fc_runtime_unloaded(runtime, names, 2), 0);
    ASSERT_OK(fc_session_warm(session, &err), err);
}

static void a_network_that_cannot_come_back_says_so(void **state)
{
    (void)state;
    fc_error err = { 0 };
    char folder[] = "/tmp/fc_runtime_XXXXXX";
    assert_non_null(mkdtemp(folder));
    char path[64];
    (void)snprintf(path, sizeof path, "%s/m.onnx", folder);
    FC_AUTO_BUFFER(model, 0);
    ASSERT_OK(fc_file_read("tests/data/onnx/sum_and_product.onnx", 1 << 20, &model, &err), err);
    ASSERT_OK(fc_file_write(path, fc_buffer_bytes(&model), &err), err);
    FC_AUTO(fc_runtime) runtime = NULL;
    ASSERT_OK(fc_runtime_new(1, &runtime, &err), err);
    FC_AUTO(fc_session) session = NULL;
    ASSERT_OK(fc_session_open(runtime, "m", path, &session, &err), err);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(rmdir(folder), 0);
    assert_int_equal(fc_runtime_release_idle(runtime, 0), 1);
    ASSERT_FAILS(FC_MODEL_UNAVAILABLE, fc_session_warm(session, &err), err);
    assert_memory_equal(err.text, "m: ", 3);
}

/* The larger network that only the owner's machine has, else a small one. */
static fc_session *open_portrait_net(fc_runtime *runtime)
{
    fc_error err = { 0 };
    fc_session *session = NULL;
    const char *path = fc_test_shared_file("golden/u2net/u2netp_soft.onnx");
    if (path == NULL) {
        skip();
    }
    ASSERT_OK(fc_session_open(runtime, "u2netp", path, &session, &err), err);
    return session;
}

enum { SIDE = 320, PIXELS = SIDE * SIDE };

static float *run_portrait_net(fc_session *session)
{
    fc_error err = { 0 };
    static float input[3 * PIXELS];
    for (int i = 0; i < 3 * PIXELS; i++) {
        input[i] = (float)(i % 977) / 488.0F - 1.0F;
    }
    float *map = NULL;
    ASSERT_OK(fc_memory_new(PIXELS, sizeof *map, (void **)&map, &err), err);
    const fc_tensor in = { .data = input, .shape = { 1, 3, SIDE, SIDE }, .rank = 4 };
    const fc_tensor out = { .data = map, .shape = { 1, 1, SIDE, SIDE }, .rank = 4 };
    ASSERT_OK(fc_session_run(session, &in, 1, &out, 1, &err), err);
    return map;
}

static float *run_on(const fc_runtime_plan *plan, const char *device)
{
    fc_error err = { 0 };
    FC_AUTO(fc_runtime) runtime = NULL;
    ASSERT_OK(fc_runtime_start(plan, &runtime, &err), err);
    FC_AUTO(fc_session) session = open_portrait_net(runtime);
    assert_string_equal(fc_session_device(session), device);
    return run_portrait_net(session);
}

static void assert_same_map(const float *a, const float *b, double tolerance)
{
    double worst = 0;
    for (int i = 0; i < PIXELS; i++) {
        worst = fmax(worst, fabs((double)a[i] - (double)b[i]));
    }
    if (!(worst <= tolerance)) {
        fail_msg("maps differ by %g, at most %g is fine", worst, tolerance);
    }
}

/* OpenVINO's thread library loads another one in a way (RTLD_DEEPBIND) at which the address
 * sanitizer ends the program. */
#if defined __SANITIZE_ADDRESS__
#define UNDER_SANITIZER true
#elif defined __has_feature
#define UNDER_SANITIZER __has_feature(address_sanitizer)
#else
#define UNDER_SANITIZER false
#endif

static void need_openvino(void)
{
    if (UNDER_SANITIZER) {
        print_message("OpenVINO cannot be loaded under the address sanitizer\n");
        skip();
    }
    assert_string_equal(fc_openvino_precision(true), "f32");
    const fc_runtime_plan plan = plan_of("cpu", FC_PROVIDER_OPENVINO);
    fc_error err = { 0 };
    FC_AUTO(fc_runtime) runtime = NULL;
    if (fc_runtime_start(&plan, &runtime, &err) != FC_OK &&
        strstr(err.text, "plug-in is not installed") != NULL) {
        print_message("the OpenVINO plug-in is not installed: tools/fetch --with openvino\n");
        skip();
    }
}

static void openvino_gives_what_the_processor_gives(void **state)
{
    (void)state;
    need_openvino();
    const fc_runtime_plan processor = plan_of("cpu", FC_PROVIDER_CPU);
    const fc_runtime_plan plug_in = plan_of("cpu", FC_PROVIDER_OPENVINO);
    char device[32];
    (void)snprintf(device, sizeof device, "cpu:openvino-%s", fc_openvino_precision(false));
    FC_AUTO(fc_floats) wanted = run_on(&processor, "cpu");
    FC_AUTO(fc_floats) found = run_on(&plug_in, device);
    assert_same_map(wanted, found, strcmp(fc_openvino_precision(false), "f32") == 0 ? 1e-4 : 0.2);
}

/* The one name in a folder. */
static void step_into_only(char path[PATH_MAX])
{
    DIR *list = opendir(path);
    assert_non_null(list);
    char found[256] = "";
    for (const struct dirent *entry = NULL; (entry = readdir(list)) != NULL;) {
        if (entry->d_name[0] != '.') {
            assert_string_equal(found, "");
            (void)snprintf(found, sizeof found, "%s", entry->d_name);
        }
    }
    (void)closedir(list);
    assert_true(found[0] != '\0');
    const size_t length = strlen(path);
    (void)snprintf(path + length, PATH_MAX - length, "/%s", found);
}

static time_t time_of(const char *folder)
{
    struct stat facts = { 0 };
    assert_int_equal(stat(folder, &facts), 0);
    return facts.st_mtim.tv_sec * 1000000 + facts.st_mtim.tv_nsec / 1000;
}

static void compiled_networks_are_kept_and_made_anew_when_damaged(void **state)
{
    (void)state;
    need_openvino();
    char kept_in[] = "/tmp/fc_cache_XXXXXX";
    assert_non_null(mkdtemp(kept_in));
    char cache[PATH_MAX];
    (void)snprintf(cache, sizeof cache, "%s", kept_in);
    fc_runtime_plan plan = plan_of("cpu", FC_PROVIDER_OPENVINO);
    plan.cache_dir = kept_in;
    char device[32];
    (void)snprintf(device, sizeof device, "cpu:openvino-%s", fc_openvino_precision(false));

    FC_AUTO(fc_floats) compiled = run_on(&plan, device);
    step_into_only(cache); /* openvino */
    step_into_only(cache); /* u2netp-f32-KEY */
    const time_t made = time_of(cache);
    FC_AUTO(fc_floats) kept = run_on(&plan, device);
    assert_same_map(compiled, kept, 0.0);
    assert_true(time_of(cache) == made);

    char blob[PATH_MAX];
    (void)snprintf(blob, sizeof blob, "%.4000s/model_OpenVINOExecutionProvider.bin", cache);
    assert_int_equal(truncate(blob, 1000), 0);
    FC_AUTO(fc_floats) again = run_on(&plan, device);
    assert_same_map(compiled, again, 0.0);
    assert_true(time_of(cache) != made);
}

static void a_runtime_does_not_report_to_its_makers(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_runtime) runtime = NULL;
    (void)unsetenv("ORT_DISABLE_TELEMETRY");
    ASSERT_OK(fc_runtime_new(1, &runtime, &err), err);
    assert_string_equal(getenv("ORT_DISABLE_TELEMETRY"), "1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_asked_for_by_name_is_had_or_refused),
        cmocka_unit_test(a_plug_in_that_is_none_is_refused),
        cmocka_unit_test(settings_that_contradict_each_other_are_refused),
        cmocka_unit_test(what_is_left_to_choose_is_explained),
        cmocka_unit_test(a_runtime_does_not_report_to_its_makers),
        cmocka_unit_test(a_processor_alone_asks_for_nothing_else),
        cmocka_unit_test(idle_networks_are_released_and_come_back),
        cmocka_unit_test(a_network_that_cannot_come_back_says_so),
        cmocka_unit_test(openvino_gives_what_the_processor_gives),
        cmocka_unit_test(compiled_networks_are_kept_and_made_anew_when_damaged),
    };
    return cmocka_run_group_tests_name("infer/runtime", tests, NULL, NULL);
}

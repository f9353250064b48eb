/*
 * A heavy network through each provider that is there: one line of JSON a provider and number of
 * threads, each measured in a process of its own.
 *
 *   bench_heavy MODEL.onnx [CACHE_FOLDER]
 *
 * The model has one input; axes of any length become 1. Times are medians: of the clock, and of the
 * processor, which is steadier on a busy machine. With a cache folder OpenVINO is measured twice:
 * compiling the network, and loading what it has kept.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "engine/system_limits.h"
#include "infer/session.h"

#define RUNS 5

typedef struct moment {
    double wall_ms;
    double cpu_ms;
} moment;

static moment look(void)
{
    struct rusage usage = { 0 };
    (void)getrusage(RUSAGE_SELF, &usage);
    return (moment){ (double)fc_clock_us() / 1000,
                     (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000 +
                         (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1000 };
}

static moment since(moment start)
{
    const moment now = look();
    return (moment){ now.wall_ms - start.wall_ms, now.cpu_ms - start.cpu_ms };
}

static int compare(const void *a, const void *b)
{
    const double x = *(const double *)a;
    const double y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *values)
{
    qsort(values, RUNS, sizeof *values, compare);
    return values[RUNS / 2];
}

static void check(fc_status status, const fc_error *err, const char *name)
{
    if (status != FC_OK) {
        printf("{\"name\": \"%s\", \"not_measured\": \"%s\"}\n", name, err->text);
        (void)fflush(stdout);
        _exit(0);
    }
}

static void measure(const char *model, const fc_runtime_plan *plan, const char *name)
{
    fc_error err = { 0 };
    fc_runtime *runtime = NULL;
    fc_session *session = NULL;
    check(fc_runtime_start(plan, &runtime, &err), &err, name);
    moment start = look();
    check(fc_session_open(runtime, "bench", model, &session, &err), &err, name);
    const moment load = since(start);
    start = look();
    check(fc_session_warm(session, &err), &err, name);
    const moment first = since(start);
    double wall[RUNS];
    double cpu[RUNS];
    for (int i = 0; i < RUNS; i++) {
        start = look();
        check(fc_session_warm(session, &err), &err, name);
        const moment took = since(start);
        wall[i] = took.wall_ms;
        cpu[i] = took.cpu_ms;
    }
    struct rusage usage = { 0 };
    (void)getrusage(RUSAGE_SELF, &usage);
    printf("{\"name\": \"%s\", \"threads\": %d, \"device\": \"%s\", \"load_ms\": %.0f, "
           "\"load_cpu_ms\": %.0f, \"first_ms\": %.0f, \"run_ms\": %.0f, \"run_cpu_ms\": %.0f, "
           "\"runs\": %d, \"peak_mb\": %ld}\n",
           name, (int)plan->threads, fc_session_device(session), load.wall_ms, load.cpu_ms,
           first.wall_ms, median(wall), median(cpu), RUNS, usage.ru_maxrss / 1024);
    (void)fflush(stdout);
    fc_session_free(session);
    fc_runtime_free(runtime);
}

/* In a child: memory that one provider has taken does not count for the next. */
static void measure_alone(const char *model, const fc_runtime_plan *plan, const char *name)
{
    const pid_t child = fork();
    if (child == 0) {
        measure(model, plan, name);
        _exit(0);
    }
    int status = 0;
    if (child < 0 || waitpid(child, &status, 0) != child || status != 0) {
        (void)fprintf(stderr, "bench_heavy: %s did not end well\n", name);
        exit(1);
    }
}

int main(int argc, char **argv)
{
    if (argc < 2 || argc > 3) {
        (void)fprintf(stderr, "usage: bench_heavy MODEL.onnx [CACHE_FOLDER]\n");
        return 2;
    }
    const int32_t processors = fc_system_limits_read("").processors;
    fc_runtime_plan plan = {
        .processors = processors,
        .device = "auto",
        .openvino_dir = "",
        .cache_dir = "",
    };
    for (plan.threads = 1; plan.threads <= processors && plan.threads <= 2; plan.threads++) {
        plan.provider = FC_PROVIDER_CPU;
        measure_alone(argv[1], &plan, "cpu");
        plan.provider = FC_PROVIDER_OPENVINO;
        measure_alone(argv[1], &plan, "openvino");
    }
    plan.threads = 1;
    plan.provider = FC_PROVIDER_CUDA;
    measure_alone(argv[1], &plan, "cuda");
    if (argc == 3) {
        plan.provider = FC_PROVIDER_OPENVINO;
        plan.cache_dir = argv[2];
        measure_alone(argv[1], &plan, "openvino/compiled");
        measure_alone(argv[1], &plan, "openvino/kept");
    }
    return 0;
}

#define _GNU_SOURCE /* fields of rusage */
#include "cli/measure.h"

#include <stdlib.h>
#include <sys/resource.h>

#include "base/assert.h"
#include "base/clock.h"
#include "base/limits.h"
#include "base/memory.h"
#include "cli/batch.h"

#define WHOLE FC_STAGES_MAX /* the row of the whole way in `times` */

/* Times of every run in ms, a row a stage; and what the last run said of itself. */
typedef struct series {
    const fc_measure_plan *plan;
    fc_measure *out;
    double times[FC_STAGES_MAX + 1][FC_MEASURE_RUNS_MAX];
    int32_t run;
} series;

FC_DEFINE_CLEANUP(series, fc_memory_free)
FC_DEFINE_CLEANUP(fc_photo, fc_memory_free)

static void add_reports(series *self, const fc_stage_report *reports)
{
    for (int i = 0; i < FC_STAGES_MAX; i++) {
        if (reports[i].name == NULL || !reports[i].ran) {
            continue;
        }
        fc_measure_stage *stage = &self->out->stages[i];
        stage->name = reports[i].name;
        stage->model = reports[i].model;
        stage->device = reports[i].device;
        self->times[i][self->run] += (double)reports[i].time_us / 1000;
    }
}

/* An fc_portrait_sink. */
static fc_status take_portrait(void *context, fc_portrait *portrait, int32_t number, int32_t count,
                               fc_error *err)
{
    (void)number;
    (void)err;
    series *self = context;
    add_reports(self, portrait->reports);
    self->out->portraits = count;
    return FC_OK;
}

/* An fc_portrait_sink. */
static fc_status drop_portrait(void *context, fc_portrait *portrait, int32_t number, int32_t count,
                               fc_error *err)
{
    (void)context;
    (void)portrait;
    (void)number;
    (void)count;
    (void)err;
    return FC_OK;
}

static fc_status process(const fc_measure_plan *plan, fc_photo *photo, fc_portrait_sink sink,
                         void *context, fc_error *err)
{
    photo->params = plan->params;
    photo->outputs = FC_MEASURE_OUTPUTS;
    return fc_engine_process(plan->engine, photo, plan->file, plan->cancel, sink, context, err);
}

static fc_status run_alone(series *self, fc_error *err)
{
    FC_AUTO(fc_photo) photo = NULL;
    FC_TRY(fc_memory_new_zeroed(1, sizeof *photo, (void **)&photo, err));
    for (int i = 0; i <= FC_STAGES_MAX; i++) {
        self->times[i][self->run] = 0;
    }
    const int64_t start_us = fc_clock_us();
    const fc_status status = process(self->plan, photo, take_portrait, self, err);
    self->times[WHOLE][self->run] = (double)(fc_clock_us() - start_us) / 1000;
    add_reports(self, photo->reports);
    self->out->photo = photo->facts.size;
    fc_photo_clear(photo);
    return status;
}

static int by_size(const void *a, const void *b)
{
    const double x = *(const double *)a;
    const double y = *(const double *)b;
    return (x > y) - (x < y);
}

static void summarise(double *times, int32_t runs, fc_measure_stage *out)
{
    qsort(times, (size_t)runs, sizeof *times, by_size);
    out->median_ms = times[runs / 2];
    out->least_ms = times[0];
    out->most_ms = times[runs - 1];
}

static fc_status measure_alone(const fc_measure_plan *plan, fc_measure *out, fc_error *err)
{
    FC_AUTO(series) self = NULL;
    FC_TRY(fc_memory_new_zeroed(1, sizeof *self, (void **)&self, err));
    self->plan = plan;
    self->out = out;
    FC_TRY(run_alone(self, err)); /* pages and caches warm up; the first run overwrites it */
    for (self->run = 0; self->run < plan->runs; self->run++) {
        FC_TRY(run_alone(self, err));
    }
    for (int i = 0; i < FC_STAGES_MAX; i++) {
        summarise(self->times[i], plan->runs, &out->stages[i]);
    }
    summarise(self->times[WHOLE], plan->runs, &out->all);
    return FC_OK;
}

/* A job of the batch. */
static void work(void *context, size_t index, fc_job_report *report)
{
    (void)index;
    FC_AUTO(fc_photo) photo = NULL;
    if (fc_memory_new_zeroed(1, sizeof *photo, (void **)&photo, &report->failure) == FC_OK) {
        /* The outcome is in the report's failure. */
        (void)process(context, photo, drop_portrait, NULL, &report->failure);
        fc_photo_clear(photo);
    }
}

static fc_status pass_failure(void *context, size_t index, const fc_job_report *report,
                              fc_error *err)
{
    (void)context;
    (void)index;
    *err = report->failure;
    return report->failure.status;
}

static void tick(void *context)
{
    (void)context;
}

static double cpu_ms(const struct rusage *usage)
{
    return (double)(usage->ru_utime.tv_sec + usage->ru_stime.tv_sec) * 1000 +
           (double)(usage->ru_utime.tv_usec + usage->ru_stime.tv_usec) / 1000;
}

static fc_status measure_crowd(const fc_measure_plan *plan, fc_measure *out, fc_error *err)
{
    fc_measure_plan given = *plan;
    const fc_batch batch = {
        .count = (size_t)plan->runs * (size_t)plan->jobs,
        .threads = plan->jobs,
        .cancel = plan->cancel,
        .work = work,
        .report = pass_failure,
        .tick = tick,
        .context = &given,
    };
    struct rusage before = { 0 };
    struct rusage after = { 0 };
    (void)getrusage(RUSAGE_SELF, &before);
    const int64_t start_us = fc_clock_us();
    FC_TRY(fc_batch_run(&batch, err));
    const double seconds = (double)(fc_clock_us() - start_us) / 1e6;
    (void)getrusage(RUSAGE_SELF, &after);
    out->photos_per_s = (double)batch.count / seconds;
    out->cpu_ms = (cpu_ms(&after) - cpu_ms(&before)) / (double)batch.count;
    out->peak_mb = (double)after.ru_maxrss / 1024;
    return FC_OK;
}

fc_status fc_measure_run(const fc_measure_plan *plan, fc_measure *out, fc_error *err)
{
    FC_ASSERT(plan != NULL);
    FC_ASSERT(plan->runs >= 1 && plan->runs <= FC_MEASURE_RUNS_MAX);
    FC_ASSERT(plan->jobs >= 1 && plan->jobs <= FC_JOBS_MAX);
    FC_ASSERT(out != NULL);

    fc_measure measured = { 0 };
    FC_TRY(measure_alone(plan, &measured, err));
    FC_TRY(measure_crowd(plan, &measured, err));
    *out = measured;
    return FC_OK;
}

#include <stdio.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/memory.h"
#include "cli/command.h"
#include "cli/environment.h"
#include "cli/interrupt.h"
#include "cli/measure.h"
#include "cli/page.h"
#include "cli/parallel.h"
#include "engine/system_limits.h"
#include "image/decode.h"
#include "report/json.h"

FC_DEFINE_CLEANUP(fc_photo, fc_memory_free)

typedef struct bench_flags {
    int32_t runs;
    int32_t jobs;
    bool json;
} bench_flags;

static const fc_option FLAGS[] = {
    FC_FLAG_INT(bench_flags, runs, 15, 1, FC_MEASURE_RUNS_MAX, "How often the photo is worked on"),
    FC_FLAG_INT(bench_flags, jobs, 0, 0, FC_JOBS_MAX,
                "Photos at once in the second part, as memory allows; 0: one for each processor"),
    FC_FLAG_BOOL(bench_flags, json, "Print one line of JSON for each photo"),
};

static const char *or_dash(const char *text)
{
    return text != NULL ? text : "-";
}

static void add_row(fc_page *page, const fc_measure_stage *stage)
{
    fc_page_raw(page, "  %-12s %8.1f %8.1f %8.1f  %-34s %s\n", stage->name, stage->median_ms,
                stage->least_ms, stage->most_ms, or_dash(stage->model), or_dash(stage->device));
}

static void add_table(fc_page *page, const char *path, const fc_measure_plan *plan,
                      const fc_measure *found)
{
    fc_page_raw(page, "%s: %d x %d px, %zu KB, portraits: %d\n", path, found->photo.width,
                found->photo.height, plan->file.size / 1024, found->portraits);
    fc_page_raw(page, "  %-12s %8s %8s %8s  %-34s %s\n", "stage", "ms", "least", "most", "model",
                "device");
    for (int i = 0; i < FC_STAGES_MAX; i++) {
        if (found->stages[i].name != NULL) {
            add_row(page, &found->stages[i]);
        }
    }
    fc_measure_stage all = found->all;
    all.name = "all";
    add_row(page, &all);
    fc_page_raw(page,
                "  %d at once: %.1f photos/s, %.0f ms of processor time each; "
                "peak memory %.0f MB\n",
                plan->jobs, found->photos_per_s, found->cpu_ms, found->peak_mb);
}

static json_t *stage_json(const fc_measure_stage *stage)
{
    return json_pack(
        "{s:o, s:o, s:o, s:s?, s:s?}", "median_ms", fc_json_rounded(stage->median_ms, 2),
        "least_ms", fc_json_rounded(stage->least_ms, 2), "most_ms",
        fc_json_rounded(stage->most_ms, 2), "model", stage->model, "device", stage->device);
}

static json_t *stages_json(const fc_measure *found)
{
    json_t *stages = json_object();
    for (int i = 0; i < FC_STAGES_MAX; i++) {
        const fc_measure_stage *stage = &found->stages[i];
        if (stage->name != NULL &&
            json_object_set_new(stages, stage->name, stage_json(stage)) != 0) {
            json_decref(stages);
            return NULL;
        }
    }
    return stages;
}

static fc_status add_line(fc_page *page, const char *path, const fc_measure_plan *plan,
                          const fc_measure *found, fc_error *err)
{
    json_t *line =
        json_pack("{s:o, s:i, s:i, s:i, s:i, s:i, s:o, s:o, s:o, s:o, s:o}", "photo",
                  fc_json_text(path), "width", found->photo.width, "height", found->photo.height,
                  "portraits", found->portraits, "runs", plan->runs, "jobs", plan->jobs, "all",
                  stage_json(&found->all), "stages", stages_json(found), "photos_per_s",
                  fc_json_rounded(found->photos_per_s, 2), "cpu_ms_per_photo",
                  fc_json_rounded(found->cpu_ms, 1), "peak_mb", fc_json_rounded(found->peak_mb, 1));
    return fc_json_write_line(line, &page->text, err);
}

static fc_status choose_jobs(const fc_engine *engine, const bench_flags *flags,
                             const fc_params *params, fc_bytes file, int32_t *jobs, fc_error *err)
{
    FC_AUTO(fc_photo) photo = NULL;
    FC_TRY(fc_memory_new_zeroed(1, sizeof *photo, (void **)&photo, err));
    photo->params = *params;
    photo->outputs = FC_MEASURE_OUTPUTS;
    int64_t bytes = 0;
    FC_TRY(fc_engine_estimate(engine, photo, file, &bytes, err));
    fc_photo_end_decoding(photo);
    const fc_system_limits container = fc_system_limits_here();
    *jobs = fc_parallel_jobs_in_memory(
        &container, fc_parallel_jobs(&container, flags->jobs, FC_JOBS_MAX), bytes);
    return FC_OK;
}

static fc_status bench_photo(const fc_engine *engine, const bench_flags *flags,
                             const fc_params *params, const fc_settings *settings, const char *path,
                             fc_error *err)
{
    FC_AUTO_BUFFER(file, 0);
    FC_TRY(fc_file_read(path, (size_t)settings->max_file_mb << 20, &file, err));
    int32_t jobs = 1;
    FC_TRY(choose_jobs(engine, flags, params, fc_buffer_bytes(&file), &jobs, err));
    const fc_measure_plan plan = {
        .engine = engine,
        .file = fc_buffer_bytes(&file),
        .params = *params,
        .runs = flags->runs,
        .jobs = jobs,
        .cancel = fc_interrupt_cancel(),
    };
    fc_measure found = { 0 };
    FC_TRY(fc_measure_run(&plan, &found, err));
    FC_AUTO_PAGE(page, FC_PAGE_PLAIN);
    if (flags->json) {
        FC_TRY(add_line(&page, path, &plan, &found, err));
    } else {
        add_table(&page, path, &plan, &found);
    }
    return fc_page_print(&page, err);
}

static fc_status run(const fc_command_line *line, int *exit_code, fc_error *err)
{
    (void)exit_code;
    bench_flags flags = { 0 };
    fc_options_set_defaults(fc_command_bench.flags, &flags);
    fc_params params = fc_params_default();
    fc_settings settings = fc_settings_default();
    FC_TRY(fc_options_from_environment(&params, &settings, err));
    fc_arguments arguments = {
        .groups = { { fc_command_bench.flags, &flags },
                    { fc_params_options(), &params },
                    { fc_settings_options(), &settings } },
        .group_count = 3,
    };
    FC_TRY(fc_arguments_parse(&arguments, line->count, line->arguments, err));
    fc_params_settle(&params);
    if (arguments.operand_count == 0) {
        return fc_fail(err, FC_INVALID_ARGUMENT, "bench needs a photo");
    }
    fc_interrupt_start();
    FC_AUTO(fc_engine) engine = NULL;
    FC_TRY(fc_engine_new_for(&settings, &params, &engine, err));
    for (int i = 0; i < arguments.operand_count; i++) {
        FC_TRY(bench_photo(engine, &flags, &params, &settings, arguments.operands[i], err));
    }
    return FC_OK;
}

static const char *const DETAILS[] = {
    "Works on each photo again and again, with the options given, and writes no portrait: first "
    "alone, for the time of each stage (median, least and most), then on several at once, for "
    "photos per second, processor time and memory. The peak of the memory is that of the whole "
    "run up to there.",
    NULL,
};

static const char *const EXAMPLES[] = {
    "facecraft bench photo.jpg",
    "facecraft bench photo.jpg --runs 50 --jobs 4 --json",
    NULL,
};

const fc_command fc_command_bench = {
    .name = "bench",
    .operands = "PHOTO...",
    .purpose = "Measure the time of each stage on this machine",
    .details = DETAILS,
    .examples = EXAMPLES,
    .flags = { FLAGS, sizeof FLAGS / sizeof FLAGS[0] },
    .takes_options = true,
    .run = run,
};

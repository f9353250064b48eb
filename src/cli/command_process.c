#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/assert.h"
#include "base/brief.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/memory.h"
#include "cli/batch.h"
#include "cli/command.h"
#include "cli/console.h"
#include "cli/decoders.h"
#include "cli/environment.h"
#include "cli/inputs.h"
#include "cli/interrupt.h"
#include "cli/job.h"
#include "cli/outputs.h"
#include "cli/parallel.h"
#include "cli/progress.h"
#include "config/profile.h"
#include "directory/target_file.h"
#include "engine/engine.h"
#include "engine/runtime_plan.h"
#include "engine/system_limits.h"
#include "image/decode.h"
#include "image/format.h"
#include "sandbox/sandbox.h"

typedef struct process_flags {
    char output[FC_OPTION_TEXT_SIZE];
    char png[FC_OPTION_TEXT_SIZE];
    char jpeg[FC_OPTION_TEXT_SIZE];
    char matte_out[FC_OPTION_TEXT_SIZE];
    char profile[FC_OPTION_TEXT_SIZE];
    char profiles[FC_OPTION_TEXT_SIZE];
    char background_file[FC_OPTION_TEXT_SIZE];
    fc_choice format;
    int32_t jobs;
    bool recursive;
    bool json;
    bool trace;
    bool quiet;
} process_flags;

static const fc_option FLAGS[] = {
    FC_FLAG_TEXT(process_flags, output, "FILE|FOLDER", "Where the portraits go"),
    FC_FLAG_CHOICE(process_flags, format, "auto", FC_WORD_LIST(FC_WRITE_FORMATS),
                   "Which pictures are written; auto: by the name of -o, else both"),
    FC_FLAG_TEXT(process_flags, png, "FILE", "Write the PNG here"),
    FC_FLAG_TEXT(process_flags, jpeg, "FILE", "Write the JPEG here"),
    FC_FLAG_TEXT(process_flags, matte_out, "FILE",
                 "Write the mask of the whole photo: grey PNG, white is the person"),
    FC_FLAG_TEXT(process_flags, profile, "NAME",
                 "The JPEG that a kind of directory takes: ad, graph, badge...; other flags are "
                 "stronger"),
    FC_FLAG_TEXT(process_flags, profiles, "FILE",
                 "Profiles of your own that --profile takes as well: [profile.NAME] of a file of "
                 "targets"),
    FC_FLAG_TEXT(
        process_flags, background_file, "FILE",
        "A picture that covers the portrait behind the person; --background takes it, too"),
    FC_FLAG_BOOL(process_flags, recursive, "Take the photos in folders, and in theirs"),
    FC_FLAG_INT(process_flags, jobs, 0, 0, FC_JOBS_MAX,
                "Photos worked on at a time, as memory allows; 0: one for each processor"),
    FC_FLAG_BOOL(process_flags, json, "Print one line of JSON for each portrait or failure"),
    FC_FLAG_BOOL(process_flags, trace, "Show what each stage did and how long it took"),
    FC_FLAG_BOOL(process_flags, quiet, "Print failures only"),
};

/** A run of the command, for the batch. */
typedef struct process_run {
    const process_flags *flags;
    fc_engine *engine;
    fc_job_plan plan;
    fc_progress progress;
    fc_warnings warned; /* each warning is shown once a run */
    fc_status last_failure;
    bool stdout_taken; /* by a picture */
} process_run;

static void work(void *context, size_t index, fc_job_report *report)
{
    const process_run *self = context;
    fc_job_run(&self->plan, index, report);
}

static void tick(void *context)
{
    const process_run *self = context;
    fc_progress_draw(&self->progress);
}

static void show_warnings(process_run *self, const fc_warnings *warnings)
{
    for (int32_t i = 0; i < warnings->count; i++) {
        bool known = false;
        for (int32_t j = 0; j < self->warned.count && !known; j++) {
            known = strcmp(warnings->items[i], self->warned.items[j]) == 0;
        }
        if (!known) {
            fc_warn(&self->warned, "%s", warnings->items[i]);
            fc_console_say("note: %s", warnings->items[i]);
        }
    }
}

/* Results go to standard output unless a picture does; so does the trace, unless JSON does. */
static fc_status print_report(const process_run *self, const fc_job_report *report, fc_error *err)
{
    const bool taken = self->stdout_taken;
    if (report->results.size > 0 && !taken && (self->flags->json || !self->flags->quiet)) {
        FC_TRY(fc_file_write("-", fc_buffer_bytes(&report->results), err));
    }
    if (report->trace.size > 0 && (taken || self->flags->json)) {
        (void)fputs(fc_buffer_text(&report->trace), stderr);
    } else if (report->trace.size > 0) {
        FC_TRY(fc_file_write("-", fc_buffer_bytes(&report->trace), err));
    }
    return FC_OK;
}

static fc_status report(void *context, size_t index, const fc_job_report *done, fc_error *err)
{
    process_run *self = context;
    FC_TRY(fc_engine_wait(self->engine, err)); /* without models it is no failure of the photo */
    if (done->failure.status == FC_CANCELLED) {
        return fc_fail(err, FC_CANCELLED, "interrupted after %zu of %zu photos", index,
                       self->progress.total);
    }
    fc_progress_erase(&self->progress);
    if (!self->flags->quiet) {
        show_warnings(self, &done->warnings);
    }
    if (done->failure.status != FC_OK) {
        self->last_failure = done->failure.status;
        self->progress.failed++;
        fc_console_failure(self->plan.inputs->items[index].path, &done->failure);
    }
    self->progress.done++;
    FC_TRY(print_report(self, done, err));
    fc_progress_draw(&self->progress);
    return FC_OK;
}

static fc_status check_stdout(const process_flags *flags, const fc_outputs *outputs, fc_error *err)
{
    if (fc_outputs_use_stdout(outputs) && flags->json) {
        return fc_fail(err, FC_INVALID_ARGUMENT,
                       "the picture and --json both go to standard output; name a file with -o");
    }
    if (fc_outputs_use_stdout(outputs) && isatty(STDOUT_FILENO) == 1) {
        return fc_fail(err, FC_INVALID_ARGUMENT,
                       "standard output is a terminal; name a file with -o, or use a pipe");
    }
    return FC_OK;
}

static int exit_code_of(const process_run *self)
{
    if (self->progress.failed == 0) {
        return 0;
    }
    const bool single = self->progress.total == 1 && !self->plan.inputs->folders;
    return single ? fc_status_lookup(self->last_failure)->exit_code : 1;
}

static void tell_providers(const fc_engine *engine)
{
    for (int i = 0; i < FC_PROVIDERS_COUNT; i++) {
        const fc_provider_report *report =
            fc_runtime_report(fc_engine_runtime(engine), (fc_provider)i);
        fc_console_say("heavy models by %s: %s", report->name, report->text);
    }
}

static void tell_decoders(void)
{
    const fc_sandbox_report report = fc_sandbox_look();
    fc_console_say("decoders %s: %s",
                   report.is_on ? "in processes of their own" : "in this process", report.text);
}

/* After one photo the program ends, and all memory with it: taking the networks apart piece by
 * piece would take a twentieth of its time. Here checks for lost memory find them. */
static fc_engine *volatile left_behind;

static fc_status run_batch(const process_flags *flags, const fc_settings *settings,
                           const fc_job_plan *plan, int *exit_code, fc_error *err)
{
    const size_t count = plan->inputs->count;
    const fc_system_limits container = fc_system_limits_here();
    const int32_t parallel = fc_parallel_jobs(&container, flags->jobs, count);
    fc_settings shared = *settings;
    shared.threads = fc_threads_share(settings->threads, parallel);
    if (count == 1) {
        fc_memory_start_once();
    }
    FC_AUTO(fc_engine) engine = NULL;
    FC_TRY(fc_engine_begin(&shared, &plan->params, &engine, err)); /* which takes longest */
    FC_TRY(fc_decoders_start(settings, count > 1 ? parallel : 0,
                             flags->quiet ? FC_DECODERS_QUIET : FC_DECODERS_TELL, err));
    if (flags->trace) {
        FC_TRY(fc_engine_wait(engine, err));
        tell_providers(engine);
        tell_decoders();
    }
    process_run self = { .flags = flags, .engine = engine, .plan = *plan };
    fc_memory_share memory;
    fc_memory_share_start(&memory, &container);
    self.plan.engine = engine;
    self.plan.memory = &memory;
    self.stdout_taken = fc_outputs_use_stdout(plan->outputs);
    fc_progress_init(&self.progress, count, !flags->quiet && count > 1);
    fc_progress_draw(&self.progress);
    const fc_batch batch = {
        .count = count,
        .threads = parallel,
        .cancel = fc_interrupt_cancel(),
        .work = work,
        .report = report,
        .tick = tick,
        .context = &self,
    };
    const fc_status status = fc_batch_run(&batch, err);
    fc_memory_share_end(&memory);
    fc_progress_erase(&self.progress);
    if (status == FC_OK && count > 1 && self.progress.failed > 0) {
        fc_console_say("%zu of %zu photos gave no portrait", self.progress.failed, count);
    }
    *exit_code = exit_code_of(&self);
    /* Loading may still go on after an interruption, and the settings here end with this. */
    if (count == 1 && fc_engine_wait(engine, NULL) == FC_OK) {
        left_behind = FC_STEAL(engine);
    }
    return status;
}

static fc_status collect(const process_flags *flags, const fc_settings *settings,
                         const fc_arguments *arguments, fc_inputs *inputs, fc_error *err)
{
    if (arguments->operand_count == 0) {
        return fc_fail(err, FC_INVALID_ARGUMENT, "process needs a photo");
    }
    fc_inputs_request request = { .recursive = flags->recursive };
    request.excluded = flags->output[0] != '\0' ? flags->output : NULL;
    FC_TRY(fc_formats_parse(settings->formats, &request.formats, err));
    FC_TRY(fc_inputs_collect(arguments->operands, arguments->operand_count, &request, inputs, err));
    if (inputs->count == 0) {
        return fc_fail(err, FC_UNSUPPORTED_FORMAT, "no picture in %s; %zu other files skipped",
                       fc_brief_of(arguments->operands[0]).text, inputs->skipped);
    }
    if (inputs->skipped > 0 && !flags->quiet) {
        const bool one = inputs->skipped == 1;
        fc_console_say("note: %zu %s no accepted picture %s skipped", inputs->skipped,
                       one ? "file that is" : "files that are", one ? "is" : "are");
    }
    return FC_OK;
}

/* The picture behind the person, which all portraits share. */
static fc_status read_backdrop(const process_flags *flags, const fc_settings *settings,
                               fc_params *params, fc_buffer *out, fc_error *err)
{
    fc_params_settle(params);
    FC_TRY(fc_params_check(params, err));
    const fc_background_kind kind = params->background.kind;
    if (flags->background_file[0] == '\0') {
        return kind == FC_BACKGROUND_PICTURE
                   ? fc_fail(err, FC_INVALID_ARGUMENT,
                             "background is \"picture\": name its file, --background FILE")
                   : FC_OK;
    }
    if (params->plain) {
        return fc_fail(err, FC_INVALID_ARGUMENT,
                       "--plain keeps the photo's own background; leave out --background-file");
    }
    params->background = fc_background_of(FC_BACKGROUND_PICTURE);
    return fc_file_read(flags->background_file, (size_t)settings->max_file_mb << 20, out, err);
}

static fc_status plan_and_run(const process_flags *flags, const fc_params *params,
                              const fc_settings *settings, const fc_inputs *inputs,
                              fc_bytes backdrop, int *exit_code, fc_error *err)
{
    const fc_outputs_request request = {
        .output = flags->output,
        .png = flags->png,
        .jpeg = flags->jpeg,
        .matte = flags->matte_out,
        .format = flags->format,
        .numbered = params->face == FC_FACE_ALL,
    };
    fc_outputs outputs = { 0 };
    FC_TRY(fc_outputs_plan(&request, inputs, &outputs, err));
    FC_TRY(check_stdout(flags, &outputs, err));
    const fc_job_plan plan = {
        .inputs = inputs,
        .outputs = &outputs,
        .cancel = fc_interrupt_cancel(),
        .params = *params,
        .backdrop = backdrop,
        .file_bytes_max = (size_t)settings->max_file_mb << 20,
        .json = flags->json,
        .trace = flags->trace,
    };
    return run_batch(flags, settings, &plan, exit_code, err);
}

typedef char *argument;
FC_DEFINE_CLEANUP(argument, fc_memory_free)

/* A profile is weaker than flags and has to be known before them: a copy of the line is looked
 * through first, as looking reorders it. */
static fc_status take_profile(const fc_command_line *line, const fc_arguments *arguments,
                              process_flags *flags, fc_params *params, fc_error *err)
{
    const fc_params before = *params;
    fc_arguments looked = *arguments;
    FC_AUTO(argument) copy = NULL;
    FC_TRY(fc_memory_new((size_t)line->count, sizeof *copy, (void **)&copy, err));
    for (int i = 0; i < line->count; i++) {
        copy[i] = line->arguments[i];
    }
    FC_TRY(fc_arguments_parse(&looked, line->count, copy, err));
    *params = before;
    if (flags->profile[0] == '\0') {
        return FC_OK;
    }
    const fc_profile *profile = NULL;
    __attribute__((cleanup(fc_target_file_clear))) fc_target_file file = { 0 };
    FC_TRY(flags->profiles[0] != '\0' ? fc_target_file_read(flags->profiles, &file, err) : FC_OK);
    fc_error why = { 0 };
    if (fc_profile_find(&file.profiles, flags->profile, &profile, &why) != FC_OK) {
        return fc_fail(err, FC_INVALID_ARGUMENT, "--profile: %s", why.text);
    }
    fc_profile_apply(profile, params);
    const bool named = flags->png[0] != '\0' || flags->jpeg[0] != '\0' ||
                       fc_format_of_name(flags->output) != FC_FORMAT_UNKNOWN;
    flags->format = flags->format == FC_WRITE_AUTO && !named ? FC_WRITE_JPEG : flags->format;
    return FC_OK;
}

static fc_status run(const fc_command_line *line, int *exit_code, fc_error *err)
{
    process_flags flags = { 0 };
    fc_options_set_defaults(fc_command_process.flags, &flags);
    fc_params params = fc_params_default();
    fc_settings settings = fc_settings_default();
    FC_TRY(fc_options_from_environment(&params, &settings, err));
    fc_arguments arguments = {
        .groups = { { fc_command_process.flags, &flags },
                    { fc_params_options(), &params },
                    { fc_settings_options(), &settings } },
        .group_count = 3,
    };
    FC_TRY(take_profile(line, &arguments, &flags, &params, err));
    FC_TRY(fc_arguments_parse(&arguments, line->count, line->arguments, err));
    FC_AUTO_BUFFER(backdrop, 0);
    FC_TRY(read_backdrop(&flags, &settings, &params, &backdrop, err));
    fc_interrupt_start();
    fc_inputs inputs = { 0 };
    fc_status status = collect(&flags, &settings, &arguments, &inputs, err);
    if (status == FC_OK) {
        status = plan_and_run(&flags, &params, &settings, &inputs, fc_buffer_bytes(&backdrop),
                              exit_code, err);
    }
    fc_inputs_clear(&inputs);
    return status;
}

static const char *const DETAILS[] = {
    "Finds the face in each photo, levels the eyes, crops, removes the background, enhances, and "
    "writes a PNG and a JPEG. A photo is a JPEG, PNG, WebP, BMP, GIF, TIFF, HEIC or AVIF file, "
    "recognised by its content; `-` is standard input, and with -r a folder stands for the photos "
    "in it (hidden files and folders that are symbolic links are left out; a file with the name "
    "of a picture that is not one counts as a photo that failed).",
    "Without -o the portraits of photo.jpg are photo_portrait.png and photo_portrait.jpg next to "
    "it. -o portrait.png or -o portrait.jpg writes that one file; with --format both also the "
    "other one next to it. -o FOLDER writes into the folder; with -r it is needed and the folders "
    "below are mirrored in it. -o - writes one picture to standard output, a PNG unless --format "
    "is jpg; that is also what a photo from standard input does without -o. --png, --jpeg and "
    "--matte-out name one file each and, without -o, are all that is written. With --face all "
    "the portraits are numbered from the left: photo_portrait_1.png. Missing folders are made.",
    "An existing portrait is replaced, completely or not at all; a photo never is. Two photos "
    "whose portraits would have the same name are refused before any work.",
    "The names of the written files are printed on standard output, failures on standard error. "
    "One bad photo does not stop the others. Of a photo that fails after some of its files were "
    "written (a later face, a full disk) those stay, and the failure says so. Ctrl-C stops between "
    "two steps and leaves no half "
    "file; a second one ends the program at once.",
    NULL,
};

static const char *const EXAMPLES[] = {
    "facecraft process photo.jpg",
    "facecraft process photo.heic -o portrait.png --size 600x800 --background '#ffffff' --no-oval",
    "facecraft process photo.jpg --plain --size 826x1062 -o passport.jpg",
    "facecraft process photo.jpg --background office.jpg --no-oval",
    "facecraft process -r photos -o portraits --jobs 4 --json",
    "curl -s https://example.org/photo.jpg | facecraft process - > portrait.png",
    NULL,
};

const fc_command fc_command_process = {
    .name = "process",
    .operands = "PHOTO...",
    .purpose = "Turn photos into portraits",
    .details = DETAILS,
    .examples = EXAMPLES,
    .flags = { FLAGS, sizeof FLAGS / sizeof FLAGS[0] },
    .takes_options = true,
    .decodes = true,
    .run = run,
};

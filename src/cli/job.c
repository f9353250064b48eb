#include "cli/job.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/assert.h"
#include "base/brief.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/memory.h"
#include "cli/trace.h"
#include "report/answer.h"
#include "sandbox/sandbox.h"

/** One run of a job, for the sink. */
typedef struct job {
    const fc_job_plan *plan;
    const fc_input *input;
    fc_job_report *report;
    int64_t start_us;
    size_t written; /* files, whose last one is `last` */
    fc_brief last;
} job;

FC_DEFINE_CLEANUP(fc_photo, fc_memory_free)

static fc_status write_file(job *self, const char *path, const fc_buffer *content, fc_error *err)
{
    if (path[0] == '\0') {
        return FC_OK;
    }
    if (strcmp(path, "-") != 0) {
        if (fc_inputs_contain(self->plan->inputs, path)) {
            return fc_fail(err, FC_INVALID_ARGUMENT,
                           "%s is one of the photos; choose another name for the portrait",
                           fc_brief_of(path).text);
        }
        FC_TRY(fc_folder_make_above(path, 0777, err));
    }
    FC_TRY(fc_file_write(path, fc_buffer_bytes(content), err));
    self->written++;
    self->last = fc_brief_of(path);
    return FC_OK;
}

static fc_status write_files(job *self, const fc_portrait *portrait, const fc_output_names *names,
                             fc_error *err)
{
    FC_TRY(write_file(self, names->png, &portrait->png, err));
    FC_TRY(write_file(self, names->jpeg, &portrait->jpeg, err));
    return write_file(self, names->matte, &portrait->matte_png, err);
}

static const char *or_null(const char *text)
{
    return text[0] != '\0' ? text : NULL;
}

static fc_status report_answer(const job *self, const fc_portrait *portrait,
                               const fc_output_names *names, int32_t number, int32_t count,
                               fc_error *err)
{
    const fc_answer_facts facts = {
        .input = self->input->path,
        .png_path = or_null(names->png),
        .jpeg_path = or_null(names->jpeg),
        .matte_path = or_null(names->matte),
        .time_us = fc_clock_us() - self->start_us,
        .number = number,
        .count = count,
    };
    return fc_answer_portrait(portrait, &facts, &self->report->results, err);
}

static fc_status report_names(const job *self, const fc_output_names *names, fc_error *err)
{
    const char *const all[] = { names->png, names->jpeg, names->matte };
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        if (all[i][0] != '\0') {
            FC_TRY(fc_buffer_print(&self->report->results, err, "%s\n", all[i]));
        }
    }
    return FC_OK;
}

static void keep_warnings(const job *self, const fc_warnings *warnings)
{
    for (int32_t i = 0; i < warnings->count; i++) {
        fc_warn(&self->report->warnings, "%s", warnings->items[i]);
    }
}

/* An fc_portrait_sink: write the portrait, then say so. */
static fc_status take_portrait(void *context, fc_portrait *portrait, int32_t number, int32_t count,
                               fc_error *err)
{
    job *self = context;
    fc_output_names names;
    if (number == count && self->plan->inputs->count == 1) {
        fc_sandbox_close(); /* nothing is decoded any more */
    }
    FC_TRY(fc_outputs_name(self->plan->outputs, self->input, number, &names, err));
    FC_TRY(write_files(self, portrait, &names, err));
    keep_warnings(self, &portrait->warnings);
    if (self->plan->trace) {
        FC_TRY(fc_trace_portrait(portrait, self->input->path, number, count, &self->report->trace,
                                 err));
    }
    return self->plan->json ? report_answer(self, portrait, &names, number, count, err)
                            : report_names(self, &names, err);
}

static fc_status read_photo(const job *self, fc_buffer *file, fc_error *err)
{
    const char *path = self->input->path;
    struct stat facts = { 0 };
    if (self->input->kind == FC_INPUT_SHUT) {
        return fc_fail(err, FC_IO, "%s: the folder cannot be read: %s", fc_brief_of(path).text,
                       strerror(self->input->reason));
    }
    if (strcmp(path, "-") == 0 && isatty(STDIN_FILENO) == 1) {
        return fc_fail(err, FC_IO, "standard input is a terminal; a photo must come through it");
    }
    if (stat(path, &facts) == 0 && S_ISDIR(facts.st_mode)) {
        return fc_fail(err, FC_IO, "%s: a folder, not a file; -r takes the photos in it",
                       fc_brief_of(path).text);
    }
    FC_TRY(fc_file_read(path, self->plan->file_bytes_max, file, err));
    if (file->size == 0) {
        return fc_fail(err, FC_UNSUPPORTED_FORMAT, "%s: the file is empty", fc_brief_of(path).text);
    }
    return FC_OK;
}

static fc_status process(job *self, fc_photo *photo, fc_error *err)
{
    const fc_job_plan *plan = self->plan;
    FC_AUTO_BUFFER(file, 0);
    FC_TRY(read_photo(self, &file, err));
    photo->params = plan->params;
    photo->outputs = plan->outputs->mask;
    photo->plan.backdrop = plan->backdrop;
    int64_t bytes = 0;
    FC_TRY(fc_engine_estimate(plan->engine, photo, fc_buffer_bytes(&file), &bytes, err));
    fc_status status = fc_memory_share_take(plan->memory, bytes, plan->cancel, err);
    if (status == FC_OK) {
        status = fc_engine_process(plan->engine, photo, fc_buffer_bytes(&file), plan->cancel,
                                   take_portrait, self, err);
        fc_memory_share_return(plan->memory, bytes);
    }
    fc_photo_end_decoding(photo); /* before the file is released */
    return status;
}

/* Several files may come of a photo. Each is whole or not there; what is there stays, as it does of
 * the photos before one that fails, and is told. */
static fc_status fail_after(const job *self, const fc_error *why, fc_error *err)
{
    const bool one = self->written == 1;
    return fc_fail(err, why->status,
                   "%s (%zu %s of this photo %s written before it, the last one %s)", why->text,
                   self->written, one ? "file" : "files", one ? "was" : "were", self->last.text);
}

/* The answer of a failed photo; a failure to write even that takes its place. */
static void report_failure(const job *self, const fc_photo *photo)
{
    const fc_answer_facts facts = { .input = self->input->path,
                                    .time_us = fc_clock_us() - self->start_us };
    fc_error worse = { 0 };
    if (fc_answer_failure(photo, &self->report->failure, &facts, &self->report->results, &worse) !=
        FC_OK) {
        self->report->failure = worse;
    }
}

void fc_job_run(const fc_job_plan *plan, size_t index, fc_job_report *report)
{
    FC_ASSERT(index < plan->inputs->count);

    job self = { plan, &plan->inputs->items[index], report, fc_clock_us(), 0, { "" } };
    report->results = FC_BUFFER(FC_REPORT_BYTES_MAX);
    report->trace = FC_BUFFER(FC_REPORT_BYTES_MAX);
    FC_AUTO(fc_photo) photo = NULL;
    fc_status status = fc_memory_new_zeroed(1, sizeof *photo, (void **)&photo, &report->failure);
    if (status == FC_OK) {
        status = process(&self, photo, &report->failure);
    }
    if (status != FC_OK && self.written > 0) {
        const fc_error why = report->failure;
        status = fail_after(&self, &why, &report->failure);
    }
    if (status != FC_OK && plan->json && status != FC_CANCELLED) {
        report_failure(&self, photo);
    }
    if (fc_warnings_told(status)) {
        keep_warnings(&self, &photo->warnings);
    }
    fc_photo_clear(photo);
}

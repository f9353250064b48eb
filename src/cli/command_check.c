#include <stdio.h>
#include <string.h>

#include "base/brief.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/memory.h"
#include "cli/command.h"
#include "cli/console.h"
#include "cli/decoders.h"
#include "cli/environment.h"
#include "cli/interrupt.h"
#include "engine/engine.h"
#include "report/check_answer.h"
#include "report/json.h"

FC_DEFINE_CLEANUP(fc_photo, fc_memory_free)

/* One photo of the command. */
typedef struct checked {
    const char *path;
    bool json;
    bool failed;       /* a face of it does not suit */
    fc_buffer results; /* lines for standard output */
} checked;

/* "yaw  fail  -12.3 degrees  Turn your face straight to the camera." */
static fc_status print_item(checked *self, const fc_check *check, int index, fc_error *err)
{
    const fc_measure_row *row = fc_measure_lookup((fc_measure_id)index);
    const fc_check_item *item = &check->items[index];
    if (item->state == FC_CHECK_NOT_CHECKED) {
        return FC_OK;
    }
    char value[32];
    (void)snprintf(value, sizeof value, "%.4g %s", item->value, row->unit);
    const bool advised = item->state != FC_CHECK_PASS;
    const char *mends = advised ? fc_check_mends_name(item->mends) : NULL;
    return fc_buffer_print(&self->results, err, "  %-17s %-5s %-16s %s%s%s%s\n", row->id,
                           fc_check_state_name(item->state), value, advised ? row->advice : "",
                           mends != NULL ? " (mended by: " : "", mends != NULL ? mends : "",
                           mends != NULL ? ")" : "");
}

static fc_status print_text(checked *self, const fc_check *check, int32_t number, int32_t count,
                            fc_error *err)
{
    FC_TRY(fc_buffer_print(&self->results, err, "%s", self->path));
    if (count > 1) {
        FC_TRY(fc_buffer_print(&self->results, err, ", face %d", number));
    }
    FC_TRY(fc_buffer_print(&self->results, err, ": %s\n", fc_check_state_name(check->overall)));
    for (int i = 0; i < FC_MEASURES_COUNT; i++) {
        FC_TRY(print_item(self, check, i, err));
    }
    FC_TRY(fc_buffer_print(&self->results, err, "  not checked:"));
    for (int i = 0; i < FC_MEASURES_COUNT; i++) {
        if (check->items[i].state == FC_CHECK_NOT_CHECKED) {
            FC_TRY(fc_buffer_print(&self->results, err, " %s",
                                   fc_measure_lookup((fc_measure_id)i)->id));
        }
    }
    return fc_buffer_print(&self->results, err, "\n");
}

static fc_status print_json(checked *self, json_t *check, int32_t faces, int32_t number,
                            const fc_error *failure, fc_error *err)
{
    return fc_json_write_line(
        json_pack("{s:o, s:b, s:i, s:i, s:o, s:o, s:o}", "input", fc_json_text(self->path),
                  "success", failure == NULL, "face_count", faces, "number", number, "check", check,
                  "error",
                  fc_json_text(failure != NULL ? fc_status_lookup(failure->status)->slug : NULL),
                  "error_message", fc_json_text(failure != NULL ? failure->text : NULL)),
        &self->results, err);
}

/* An fc_portrait_sink. */
static fc_status take(void *context, fc_portrait *portrait, int32_t number, int32_t count,
                      fc_error *err)
{
    checked *self = context;
    const fc_check *check = &portrait->check;
    self->failed = self->failed || check->overall == FC_CHECK_FAIL;
    return self->json ? print_json(self, fc_check_json(check, "en"), portrait->photo->faces.count,
                                   number, NULL, err)
                      : print_text(self, check, number, count, err);
}

static fc_status check_photo(const fc_engine *engine, const fc_params *params, size_t bytes_max,
                             checked *self, fc_error *err)
{
    FC_AUTO_BUFFER(file, 0);
    FC_AUTO(fc_photo) photo = NULL;
    FC_TRY(fc_file_read(self->path, bytes_max, &file, err));
    FC_TRY(fc_memory_new_zeroed(1, sizeof *photo, (void **)&photo, err));
    photo->params = *params;
    photo->outputs = FC_OUTPUT_CHECK;
    const fc_status status = fc_engine_process(engine, photo, fc_buffer_bytes(&file),
                                               fc_interrupt_cancel(), take, self, err);
    if (fc_warnings_told(status)) {
        fc_console_warnings(&photo->warnings);
    }
    fc_photo_clear(photo);
    return status;
}

/* The photo's lines; a failure is told and remembered, only an end of the output is passed on. */
static fc_status report_photo(checked *self, fc_status status, const fc_error *why, fc_error *err)
{
    if (status != FC_OK) {
        fc_console_failure(self->path, why);
    }
    if (status != FC_OK && self->json) {
        fc_buffer_clear(&self->results);
        self->results = FC_BUFFER(FC_REPORT_BYTES_MAX);
        FC_TRY(print_json(self, json_null(), 0, 0, why, err));
    }
    return self->results.size > 0 ? fc_file_write("-", fc_buffer_bytes(&self->results), err)
                                  : FC_OK;
}

static fc_status check_all(const fc_arguments *arguments, const fc_params *params,
                           const fc_settings *settings, bool json, int *exit_code, fc_error *err)
{
    FC_AUTO(fc_engine) engine = NULL;
    FC_TRY(fc_decoders_start(settings, 0, FC_DECODERS_TELL, err));
    FC_TRY(fc_engine_new_for(settings, params, &engine, err));
    for (int i = 0; i < arguments->operand_count; i++) {
        checked self = { .path = arguments->operands[i],
                         .json = json,
                         .results = FC_BUFFER(FC_REPORT_BYTES_MAX) };
        fc_error why = { 0 };
        const fc_status status =
            check_photo(engine, params, (size_t)settings->max_file_mb << 20, &self, &why);
        if (status == FC_CANCELLED) {
            fc_buffer_clear(&self.results);
            return fc_fail(err, status, "%s", why.text);
        }
        const fc_status told = report_photo(&self, status, &why, err);
        fc_buffer_clear(&self.results);
        FC_TRY(told);
        if (status != FC_OK || self.failed) {
            const bool single = arguments->operand_count == 1 && status != FC_OK;
            *exit_code = single ? fc_status_lookup(status)->exit_code : 1;
        }
    }
    return FC_OK;
}

static fc_status run(const fc_command_line *line, int *exit_code, fc_error *err)
{
    fc_json_flag flags = { 0 };
    fc_params params = fc_params_default();
    fc_settings settings = fc_settings_default();
    FC_TRY(fc_options_from_environment(&params, &settings, err));
    fc_arguments arguments = {
        .groups = { { fc_command_check.flags, &flags },
                    { fc_params_options(), &params },
                    { fc_settings_options(), &settings } },
        .group_count = 3,
    };
    FC_TRY(fc_arguments_parse(&arguments, line->count, line->arguments, err));
    if (arguments.operand_count == 0) {
        return fc_fail(err, FC_INVALID_ARGUMENT, "check needs a photo");
    }
    params.check = true;
    params.enhance_face = false; /* its network is not needed */
    fc_interrupt_start();
    return check_all(&arguments, &params, &settings, flags.json, exit_code, err);
}

static const char *const DETAILS[] = {
    "Tells how well each photo suits a document: how the head is held, whether the eyes are open "
    "and the mouth is closed, light, colour, sharpness, background and file. Each measure "
    "passes, warns or fails and says what to do; docs/check.md has their limits and where these "
    "come from. Nothing is written, and the photo is not changed.",
    "The photo fails as a whole only for what crop, new background or another file cannot mend; "
    "a new background mends nothing where the preset's office refuses altered photos. "
    "What a program cannot see, such as head coverings, is listed as not checked. No office is "
    "bound by this.",
    "Exit code 1 when a photo fails, or one of several cannot be read.",
    NULL,
};

static const char *const EXAMPLES[] = {
    "facecraft check photo.jpg",
    "facecraft check *.jpg --json",
    NULL,
};

const fc_command fc_command_check = {
    .name = "check",
    .operands = "PHOTO...",
    .purpose = "Check how well photos suit a document",
    .details = DETAILS,
    .examples = EXAMPLES,
    .flags = FC_JSON_FLAGS,
    .takes_options = true,
    .decodes = true,
    .run = run,
};

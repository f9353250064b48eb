#include <math.h>
#include <stdio.h>

#include "api/routes.h"
#include "base/memory.h"
#include "config/paper.h"
#include "jobs/analysis_store.h"
#include "service/analysis_view.h"
#include "service/job_result.h"
#include "service/process_request.h"
#include "service/service.h"
#include "service/sheet_print.h"

/* Shortest side of a preview: below, there is nothing to see. */
#define PREVIEW_SIDE_MIN 16

/* What the worker needs, also when the client has left. */
typedef struct rendering {
    const fc_service *service;
    fc_analysis *analysis;
} rendering;

static fc_status estimate(const void *context, fc_photo *photo, fc_bytes file, int64_t *bytes,
                          fc_error *err)
{
    (void)file;
    (void)err;
    const rendering *self = context;
    *bytes = fc_analysis_estimate(self->analysis, photo);
    return FC_OK;
}

static fc_status render(const void *context, fc_photo *photo, fc_bytes file,
                        const fc_cancel *cancel, fc_portrait_sink sink, void *sink_context,
                        fc_error *err)
{
    (void)file;
    const rendering *self = context;
    return fc_analysis_render(self->analysis, photo, cancel, sink, sink_context, err);
}

static void rendering_free(rendering *self)
{
    fc_analysis_unref(self->analysis);
    fc_memory_free(self);
}

static void ended(void *context, fc_task *task, fc_job_state state)
{
    (void)task;
    rendering *self = context;
    const fc_service *service = self->service;
    if (state == FC_JOB_SUCCEEDED) {
        fc_statistics_render(service->statistics);
    }
    rendering_free(self);
    fc_analysis_store_resize(service->analyses);
}

static fc_status submit(const fc_service *service, const fc_http_request *request,
                        const fc_process_request *order, fc_analysis *analysis, fc_task **task,
                        fc_error *err)
{
    rendering *self = NULL;
    FC_TRY(fc_memory_new_zeroed(1, sizeof *self, (void **)&self, err));
    self->service = service;
    self->analysis = fc_analysis_ref(analysis);
    fc_task_request wanted = {
        .work = { estimate, render, self },
        .params = order->form.params,
        .outputs = fc_form_outputs(&order->form),
        .deadline_us = order->deadline_us,
        .ended = ended,
        .context = self,
    };
    const fc_status status =
        fc_photo_submit(service, request, (fc_bytes){ 0 }, order->backdrop, &wanted, task, err);
    if (status != FC_OK) {
        rendering_free(self);
    }
    return status;
}

static int32_t reduce(int32_t side, double share)
{
    const int32_t reduced = (int32_t)lround(side * share);
    return reduced > PREVIEW_SIDE_MIN ? reduced : PREVIEW_SIDE_MIN;
}

static void prepare(fc_form *form)
{
    if (form->format == FC_FORM_JSON) {
        form->format = FC_FORM_PNG;
    }
    form->params.width = reduce(form->params.width, form->preview);
    form->params.height = reduce(form->params.height, form->preview);
}

/* What `sheet` asks for, told before any work. The portrait is made as a PNG, which loses nothing.
 */
static fc_status plan_sheet(fc_form *form, fc_sheet_options *sheet, fc_error *err)
{
    const fc_preset *preset = fc_preset_at(form->params.preset);
    const double mm = form->params.dpi > 0 ? FC_INCH_MM / form->params.dpi : 0;
    fc_paper paper = { 0 };
    fc_options_set_defaults(fc_sheet_option_rows(), sheet);
    if (!fc_paper_parse(form->sheet, &paper)) {
        return fc_fail(err, FC_INVALID_ARGUMENT, "sheet is \"%.40s\", allowed: %s", form->sheet,
                       FC_PAPER_FORMS);
    }
    if (form->format == FC_FORM_WEBP) {
        return fc_fail(err, FC_INVALID_ARGUMENT, "a sheet is pdf, jpg or png; format is webp");
    }
    (void)snprintf(sheet->paper, sizeof sheet->paper, "%s", form->sheet);
    sheet->cut_lines = true;
    sheet->format = form->format == FC_FORM_PNG    ? FC_SHEET_PNG
                    : form->format == FC_FORM_JPEG ? FC_SHEET_JPEG
                                                   : FC_SHEET_PDF;
    form->format = FC_FORM_PNG;
    sheet->dpi = form->params.dpi > 0 ? form->params.dpi : sheet->dpi;
    sheet->size[0] = '\0';
    if (preset != NULL) {
        return fc_sheet_options_take_preset(preset, sheet, err);
    }
    (void)snprintf(sheet->size, sizeof sheet->size, "%.2fx%.2fmm", form->params.width * mm,
                   form->params.height * mm);
    return mm > 0 ? FC_OK
                  : fc_fail(err, FC_INVALID_ARGUMENT,
                            "a sheet needs a preset whose size is in mm, or dpi");
}

static fc_status print(const fc_service *service, const fc_http_request *request,
                       const fc_task_result *result, const fc_sheet_options *sheet,
                       fc_http_response *response, fc_error *err)
{
    if (result->failure.status != FC_OK) {
        return FC_OK; /* which is told already */
    }
    return fc_sheet_print(service, request, fc_buffer_bytes(&result->portraits[0].png), sheet,
                          response, err);
}

static fc_status tell(const fc_process_request *order, const fc_task_result *result,
                      fc_http_response *response, fc_error *err)
{
    const fc_job_result outcome = { .result = result,
                                    .form = &order->form,
                                    .job_id = order->job_id };
    return fc_job_result_describe_picture(&outcome, response, err);
}

static fc_status process(const fc_service *service, const fc_http_request *request,
                         const fc_process_request *order, const fc_sheet_options *sheet,
                         fc_http_response *response, fc_error *err)
{
    FC_AUTO(fc_analysis) analysis = NULL;
    const fc_analysis_state state = fc_analysis_store_get(
        service->analyses, request->key_name, fc_http_path_param(request, "token"), &analysis);
    if (state != FC_ANALYSIS_THERE) {
        fc_analysis_refuse(response, state);
        return FC_OK;
    }
    FC_AUTO(fc_task) task = NULL;
    FC_TRY(submit(service, request, order, analysis, &task, err));
    FC_TRY(fc_photo_wait(request, task, err));
    FC_TRY(tell(order, fc_task_outcome(task), response, err));
    return order->form.sheet[0] == '\0'
               ? FC_OK
               : print(service, request, fc_task_outcome(task), sheet, response, err);
}

fc_status fc_handle_render(void *context, const fc_http_request *request,
                           fc_http_response *response, fc_error *err)
{
    const fc_service *service = context;
    fc_process_request order = { .form = fc_form_start(&service->defaults) };
    bool refused = false;
    fc_error why = { 0 };
    if (request->file_count > 0 && fc_http_file_lookup(request, "background_file") == NULL) {
        fc_http_refuse(response, 400, "a file in the field \"%.40s\", allowed: background_file",
                       request->files[0].field);
        return FC_OK;
    }
    fc_status status =
        fc_process_request_read(service, request, NULL, &order, response, &refused, &why);
    fc_sheet_options sheet = { 0 };
    if (status == FC_OK && !refused && order.form.sheet[0] != '\0') {
        status = plan_sheet(&order.form, &sheet, &why);
    }
    if (status == FC_OK && !refused) {
        prepare(&order.form);
        status = process(service, request, &order, &sheet, response, &why);
    }
    return status == FC_OK ? FC_OK : fc_service_refuse(service, &why, response, err);
}

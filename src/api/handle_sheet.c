#include "api/routes.h"
#include "config/sheet_options.h"
#include "pipeline/sheet.h"
#include "service/process_request.h"
#include "service/service.h"

/* What the worker needs. It lies with the handler, which stays until the task has ended. */
typedef struct printing {
    const fc_service *service;
    fc_sheet_options options;
    fc_buffer *sheet;
    fc_sheet_facts *facts;
} printing;

static fc_status estimate(const void *context, fc_photo *photo, fc_bytes file, int64_t *bytes,
                          fc_error *err)
{
    (void)photo;
    const printing *self = context;
    const fc_decode_limits *limits = fc_engine_limits(self->service->engine);
    return fc_sheet_estimate(file, &self->options, limits, bytes, err);
}

static fc_status make(const void *context, fc_photo *photo, fc_bytes file, const fc_cancel *cancel,
                      fc_portrait_sink sink, void *sink_context, fc_error *err)
{
    (void)photo;
    (void)cancel;
    (void)sink;
    (void)sink_context;
    const printing *self = context;
    const fc_decode_limits *limits = fc_engine_limits(self->service->engine);
    return fc_sheet_make(file, &self->options, limits, self->sheet, self->facts, err);
}

static fc_status take_pairs(const char *place, fc_http_pairs pairs, fc_sheet_options *options,
                            json_t *problems, fc_error *err)
{
    for (size_t i = 0; i < pairs.count; i++) {
        const fc_option *option = fc_option_lookup(fc_sheet_option_rows(), pairs.items[i].name);
        if (option != NULL) {
            FC_TRY(fc_form_set_row(option, options, place, pairs.items[i].value, problems, err));
        }
    }
    return FC_OK;
}

static fc_status take_fields(const fc_http_request *request, fc_sheet_options *options,
                             json_t *problems, fc_error *err)
{
    if (problems == NULL) {
        return fc_fail(err, FC_OUT_OF_MEMORY, "no memory for an answer");
    }
    FC_TRY(take_pairs("query", request->query, options, problems, err));
    FC_TRY(take_pairs("body", request->fields, options, problems, err));
    return fc_http_file_lookup(request, "file") != NULL
               ? FC_OK
               : fc_form_miss("body", "file", problems, err);
}

static const char *type_of(fc_choice format)
{
    return format == FC_SHEET_PDF    ? "application/pdf"
           : format == FC_SHEET_JPEG ? "image/jpeg"
                                     : "image/png";
}

static fc_status print(const fc_service *service, const fc_http_request *request, printing *self,
                       fc_error *err)
{
    const fc_http_file *file = fc_http_file_lookup(request, "file");
    FC_TRY(fc_service_admit(service, request, err));
    FC_TRY(fc_photo_check(service, file->bytes, err));
    fc_task_request wanted = {
        .work = { estimate, make, self },
        .deadline_us = fc_photo_deadline_us(service, request),
    };
    FC_AUTO(fc_task) task = NULL;
    FC_TRY(fc_photo_submit(service, request, file->bytes, (fc_bytes){ 0 }, &wanted, &task, err));
    FC_TRY(fc_photo_wait_for_end(request, task, err));
    const fc_error *failure = &fc_task_outcome(task)->failure;
    return failure->status == FC_OK ? FC_OK : fc_fail(err, failure->status, "%s", failure->text);
}

static fc_status process(const fc_service *service, const fc_http_request *request, printing *self,
                         fc_http_response *response, fc_error *err)
{
    FC_AUTO_BUFFER(sheet, 0);
    fc_sheet_facts facts = { 0 };
    self->sheet = &sheet;
    self->facts = &facts;
    FC_TRY(print(service, request, self, err));
    fc_http_set_body(response, type_of(self->options.format), &sheet);
    fc_http_set_header(response, "X-Pictures", "%d", facts.pictures);
    return FC_OK;
}

fc_status fc_handle_sheet(void *context, const fc_http_request *request, fc_http_response *response,
                          fc_error *err)
{
    const fc_service *service = context;
    printing self = { .service = service };
    fc_options_set_defaults(fc_sheet_option_rows(), &self.options);
    json_t *problems = json_array();
    fc_error why = { 0 };
    fc_status status = take_fields(request, &self.options, problems, &why);
    if (status == FC_OK && json_array_size(problems) > 0) {
        fc_http_refuse_fields(response, problems);
        return FC_OK;
    }
    json_decref(problems);
    status = status == FC_OK ? process(service, request, &self, response, &why) : status;
    return status == FC_OK ? FC_OK : fc_service_refuse(service, &why, response, err);
}

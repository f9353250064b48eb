#include "service/sheet_print.h"

#include "base/assert.h"
#include "pipeline/sheet.h"
#include "service/process_request.h"

/* What the worker needs. It lies with the caller, who stays until the task has ended. */
typedef struct printing {
    const fc_service *service;
    const fc_sheet_options *options;
    fc_buffer *sheet;
    fc_sheet_facts *facts;
} printing;

static fc_status estimate(const void *context, fc_photo *photo, fc_bytes file, int64_t *bytes,
                          fc_error *err)
{
    (void)photo;
    const printing *self = context;
    const fc_decode_limits *limits = fc_engine_limits(self->service->engine);
    return fc_sheet_estimate(file, self->options, limits, bytes, err);
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
    return fc_sheet_make(file, self->options, limits, self->sheet, self->facts, err);
}

static const char *type_of(fc_choice format)
{
    return format == FC_SHEET_PDF    ? "application/pdf"
           : format == FC_SHEET_JPEG ? "image/jpeg"
                                     : "image/png";
}

static fc_status print(const fc_http_request *request, fc_bytes portrait, printing *self,
                       fc_error *err)
{
    fc_task_request wanted = {
        .work = { estimate, make, self },
        .deadline_us = fc_photo_deadline_us(self->service, request),
    };
    FC_AUTO(fc_task) task = NULL;
    FC_TRY(fc_photo_submit(self->service, request, portrait, (fc_bytes){ 0 }, &wanted, &task, err));
    FC_TRY(fc_photo_wait_for_end(request, task, err));
    const fc_error *failure = &fc_task_outcome(task)->failure;
    return failure->status == FC_OK ? FC_OK : fc_fail(err, failure->status, "%s", failure->text);
}

fc_status fc_sheet_print(const fc_service *service, const fc_http_request *request,
                         fc_bytes portrait, const fc_sheet_options *options,
                         fc_http_response *response, fc_error *err)
{
    FC_ASSERT(service != NULL && options != NULL && response != NULL);
    FC_AUTO_BUFFER(sheet, 0);
    fc_sheet_facts facts = { 0 };
    printing self = { .service = service, .options = options, .sheet = &sheet, .facts = &facts };
    FC_TRY(print(request, portrait, &self, err));
    fc_http_set_body(response, type_of(options->format), &sheet);
    fc_http_set_header(response, "X-Pictures", "%d", facts.pictures);
    return FC_OK;
}

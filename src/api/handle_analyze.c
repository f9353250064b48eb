#include "api/routes.h"
#include "base/clock.h"
#include "engine/analysis.h"
#include "jobs/analysis_store.h"
#include "service/analysis_view.h"
#include "service/process_request.h"
#include "service/service.h"

/* What the worker needs. It lies with the handler, which stays until the task has ended. */
typedef struct look {
    const fc_service *service;
    fc_analysis **made;
} look;

static fc_status estimate(const void *context, fc_photo *photo, fc_bytes file, int64_t *bytes,
                          fc_error *err)
{
    const look *self = context;
    return fc_engine_estimate(self->service->engine, photo, file, bytes, err);
}

static fc_status analyse(const void *context, fc_photo *photo, fc_bytes file,
                         const fc_cancel *cancel, fc_portrait_sink sink, void *sink_context,
                         fc_error *err)
{
    const look *self = context;
    return fc_analysis_make(self->service->engine, photo, file, cancel, sink, sink_context,
                            self->made, err);
}

static fc_status run(const look *self, const fc_http_request *request,
                     const fc_process_request *order, fc_task **task, fc_error *err)
{
    const fc_http_file *file = fc_http_file_lookup(request, "file");
    fc_task_request wanted = {
        .work = { estimate, analyse, self },
        .params = order->form.params,
        .outputs = fc_form_outputs(&order->form),
        .deadline_us = order->deadline_us,
    };
    FC_TRY(
        fc_photo_submit(self->service, request, file->bytes, (fc_bytes){ 0 }, &wanted, task, err));
    return fc_photo_wait_for_end(request, *task, err);
}

static fc_status answer(const fc_service *service, const fc_http_request *request,
                        const fc_process_request *order, const fc_task_result *result,
                        fc_http_response *response, fc_error *err)
{
    const fc_status status = result->failure.status;
    if (status != FC_OK && status != FC_NO_FACE) {
        return fc_fail(err, status, "%s", result->failure.text);
    }
    const fc_analysis_facts facts = {
        .result = result,
        .token = status == FC_OK ? order->job_id : NULL,
        .expires_in_s = service->server.analysis_minutes * 60,
        .time_us = fc_clock_us() - request->received_us,
    };
    return fc_http_set_json(response, 200, fc_analysis_view(&facts), err);
}

/* Kept is only what somebody has the token of: nothing for a client that has left. */
static fc_status keep(const fc_service *service, const fc_http_request *request,
                      const fc_process_request *order, fc_analysis *analysis, fc_error *err)
{
    if (analysis == NULL) {
        return FC_OK;
    }
    if (fc_http_client_gone(request)) {
        return fc_fail(err, FC_CANCELLED, "the client has left");
    }
    return fc_analysis_store_put(service->analyses, request->key_name, order->job_id, analysis,
                                 err);
}

static fc_status process(const fc_service *service, const fc_http_request *request,
                         const fc_process_request *order, fc_http_response *response, fc_error *err)
{
    FC_TRY(fc_photo_check(service, fc_http_file_lookup(request, "file")->bytes, err));
    FC_AUTO(fc_analysis) analysis = NULL;
    FC_AUTO(fc_task) task = NULL;
    const look self = { service, &analysis };
    FC_TRY(run(&self, request, order, &task, err));
    FC_TRY(keep(service, request, order, analysis, err));
    return answer(service, request, order, fc_task_outcome(task), response, err);
}

fc_status fc_handle_analyze(void *context, const fc_http_request *request,
                            fc_http_response *response, fc_error *err)
{
    const fc_service *service = context;
    fc_process_request order = { .form = fc_form_start(&service->defaults) };
    bool refused = false;
    fc_error why = { 0 };
    fc_status status =
        fc_process_request_read(service, request, "file", &order, response, &refused, &why);
    if (status == FC_OK && !refused) {
        status = process(service, request, &order, response, &why);
    }
    return status == FC_OK ? FC_OK : fc_service_refuse(service, &why, response, err);
}

fc_status fc_handle_forget_analysis(void *context, const fc_http_request *request,
                                    fc_http_response *response, fc_error *err)
{
    const fc_service *service = context;
    const fc_analysis_state state = fc_analysis_store_drop(service->analyses, request->key_name,
                                                           fc_http_path_param(request, "token"));
    if (state != FC_ANALYSIS_THERE) {
        fc_analysis_refuse(response, state);
        return FC_OK;
    }
    return fc_http_set_json(response, 200, json_pack("{s:s}", "message", "Analysis deleted"), err);
}

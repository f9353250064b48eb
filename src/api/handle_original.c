#include "api/routes.h"
#include "jobs/analysis_store.h"
#include "service/analysis_view.h"
#include "service/process_request.h"
#include "service/service.h"

/* What the worker needs. It lies with the handler, which stays until the task has ended. */
typedef struct showing {
    fc_analysis *analysis;
    fc_buffer *jpeg;
} showing;

static fc_status estimate(const void *context, fc_photo *photo, fc_bytes file, int64_t *bytes,
                          fc_error *err)
{
    (void)file;
    (void)err;
    const showing *self = context;
    *bytes = fc_analysis_estimate(self->analysis, photo);
    return FC_OK;
}

static fc_status make(const void *context, fc_photo *photo, fc_bytes file, const fc_cancel *cancel,
                      fc_portrait_sink sink, void *sink_context, fc_error *err)
{
    (void)photo;
    (void)file;
    (void)cancel;
    (void)sink;
    (void)sink_context;
    const showing *self = context;
    return fc_analysis_original(self->analysis, self->jpeg, err);
}

static fc_status show(const fc_service *service, const fc_http_request *request, showing *self,
                      fc_error *err)
{
    fc_task_request wanted = {
        .work = { estimate, make, self },
        .params = service->defaults,
        .deadline_us = fc_photo_deadline_us(service, request),
    };
    FC_TRY(fc_service_admit(service, request, err));
    FC_AUTO(fc_task) task = NULL;
    FC_TRY(fc_worker_pool_submit(service->pool, &wanted, &task, err));
    FC_TRY(fc_photo_wait_for_end(request, task, err));
    const fc_error *failure = &fc_task_outcome(task)->failure;
    return failure->status == FC_OK ? FC_OK : fc_fail(err, failure->status, "%s", failure->text);
}

fc_status fc_handle_original(void *context, const fc_http_request *request,
                             fc_http_response *response, fc_error *err)
{
    const fc_service *service = context;
    FC_AUTO(fc_analysis) analysis = NULL;
    const fc_analysis_state state = fc_analysis_store_get(
        service->analyses, request->key_name, fc_http_path_param(request, "token"), &analysis);
    if (state != FC_ANALYSIS_THERE) {
        fc_analysis_refuse(response, state);
        return FC_OK;
    }
    FC_AUTO_BUFFER(jpeg, FC_ORIGINAL_BYTES_MAX);
    showing self = { analysis, &jpeg };
    fc_error why = { 0 };
    if (show(service, request, &self, &why) != FC_OK) {
        return fc_service_refuse(service, &why, response, err);
    }
    fc_http_set_body(response, "image/jpeg", &jpeg);
    return FC_OK;
}

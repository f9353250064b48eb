#include "api/routes.h"
#include "service/async_job.h"
#include "service/batch.h"
#include "service/job_result.h"
#include "service/replay.h"
#include "service/service.h"
#include "service/webhook.h"

static fc_status run_now(fc_photo_batch *batch, const fc_http_request *request,
                         fc_http_response *response, fc_error *err)
{
    FC_TRY(fc_photo_batch_run(batch, request, err));
    FC_TRY(fc_photo_batch_finish(batch, err));
    fc_idempotency_finish(batch->service->idempotency, batch->job.id);
    FC_AUTO_BUFFER(answer, FC_ANSWER_BYTES_MAX);
    FC_TRY(fc_photo_batch_answer(batch, batch->form.return_base64, &answer, err));
    fc_http_set_body(response, "application/json", &answer);
    fc_http_set_header(response, "X-Job-Id", "%s", batch->job.id);
    return FC_OK;
}

static fc_status process_now(fc_service *service, const fc_http_request *request,
                             const fc_process_request *order, fc_http_response *response,
                             fc_error *err)
{
    FC_AUTO(fc_photo_batch) batch = NULL;
    FC_TRY(fc_photo_batch_new(service, request, order, &batch, err));
    const fc_status status = run_now(batch, request, response, err);
    if (status != FC_OK) { /* nobody knows its id */
        (void)(fc_job_store_delete(service->store, order->job_id, NULL) == FC_OK);
    }
    return status;
}

static fc_status process(fc_service *service, const fc_http_request *request,
                         const fc_process_request *order, fc_http_response *response, fc_error *err)
{
    fc_status status = FC_OK;
    if (order->asynchronous) {
        status = fc_async_jobs_accept(service, request, order, true, err);
    } else {
        status = process_now(service, request, order, response, err);
    }
    if (status != FC_OK) {
        fc_idempotency_release(service->idempotency, order->job_id);
    }
    return status;
}

fc_status fc_handle_batch(void *context, const fc_http_request *request, fc_http_response *response,
                          fc_error *err)
{
    fc_service *service = context;
    fc_process_request order = { .form = fc_form_start(&service->defaults) };
    bool answered = false;
    fc_error why = { 0 };
    order.form.return_base64 = true;
    fc_status status =
        fc_process_request_read(service, request, "files", &order, response, &answered, &why);
    if (status == FC_OK && !answered) {
        FC_TRY(fc_webhook_admit(service, order.form.callback_url, order.asynchronous, err));
        status = fc_replay(service, request, &order, response, &answered, &why);
    }
    if (status == FC_OK && !answered) {
        status = process(service, request, &order, response, &why);
        if (status == FC_OK && order.asynchronous) {
            status = fc_answer_accepted(service, request, order.job_id, response, &why);
        }
    }
    return status == FC_OK ? FC_OK : fc_service_refuse(service, &why, response, err);
}

#include "api/routes.h"
#include "base/clock.h"
#include "service/async_job.h"
#include "service/job_result.h"
#include "service/process_request.h"
#include "service/replay.h"
#include "service/service.h"
#include "service/webhook.h"

/* No face is an answer, not a failure: it is told with 200, or with 400 where the picture itself
 * was asked for. */
static fc_status tell(const fc_job_result *outcome, fc_http_response *response, fc_error *err)
{
    const bool found = outcome->result->failure.status == FC_OK;
    if (outcome->form->format == FC_FORM_JSON) {
        FC_AUTO_BUFFER(answer, FC_ANSWER_BYTES_MAX);
        FC_TRY(fc_job_result_answer(outcome, outcome->form->return_base64, &answer, err));
        fc_http_set_body(response, "application/json", &answer);
    } else if (found) {
        FC_TRY(fc_job_result_picture(outcome, response, err));
    } else {
        fc_http_refuse(response, 400, "%s", fc_status_lookup(FC_NO_FACE)->slug);
    }
    fc_http_set_header(response, "X-Job-Id", "%s", outcome->job_id);
    fc_job_result_timing(outcome, response);
    return FC_OK;
}

/* Nobody knows the id of this job, and nobody will ask for it again. */
static bool is_for_nobody(const fc_http_request *request)
{
    return fc_http_client_gone(request) && fc_http_header(request, "Idempotency-Key") == NULL;
}

static fc_status save_and_tell(const fc_service *service, const fc_http_request *request,
                               const fc_process_request *order, const fc_http_file *file,
                               const fc_task_result *result, fc_http_response *response,
                               fc_error *err)
{
    if (!fc_job_result_repeats(result)) {
        return fc_fail(err, result->failure.status, "%s", result->failure.text);
    }
    if (is_for_nobody(request)) {
        return fc_fail(err, FC_CANCELLED, "the client has left");
    }
    const fc_job_state state = result->failure.status == FC_OK ? FC_JOB_SUCCEEDED : FC_JOB_FAILED;
    const fc_job job = fc_job_start(service, request, order->job_id, file->name, state);
    const fc_job_result outcome = {
        .result = result,
        .form = &order->form,
        .job_id = order->job_id,
        .name = file->name,
        .time_us = fc_clock_us() - request->received_us,
        .links = fc_job_store_keeps(service->store),
    };
    FC_TRY(fc_job_result_save(service->store, &outcome, &job, state, err));
    fc_idempotency_finish(service->idempotency, order->job_id);
    return tell(&outcome, response, err);
}

static fc_status process_now(const fc_service *service, const fc_http_request *request,
                             const fc_process_request *order, const fc_http_file *file,
                             fc_http_response *response, fc_error *err)
{
    fc_task_request wanted = { .params = order->form.params,
                               .outputs = fc_form_outputs(&order->form),
                               .deadline_us = order->deadline_us };
    FC_AUTO(fc_task) task = NULL;
    FC_TRY(fc_photo_submit(service, request, file->bytes, order->backdrop, &wanted, &task, err));
    FC_TRY(fc_photo_wait(request, task, err));
    return save_and_tell(service, request, order, file, fc_task_outcome(task), response, err);
}

static fc_status process(fc_service *service, const fc_http_request *request,
                         const fc_process_request *order, fc_http_response *response, fc_error *err)
{
    fc_status status = FC_OK;
    if (order->asynchronous) {
        status = fc_async_jobs_accept(service, request, order, false, err);
    } else {
        const fc_http_file *file = fc_http_file_lookup(request, "file");
        status = process_now(service, request, order, file, response, err);
    }
    if (status != FC_OK) {
        fc_idempotency_release(service->idempotency, order->job_id);
    }
    return status;
}

fc_status fc_handle_process(void *context, const fc_http_request *request,
                            fc_http_response *response, fc_error *err)
{
    fc_service *service = context;
    fc_process_request order = { .form = fc_form_start(&service->defaults) };
    bool answered = false;
    fc_error why = { 0 };
    fc_status status =
        fc_process_request_read(service, request, "file", &order, response, &answered, &why);
    if (status == FC_OK && !answered) {
        const fc_http_file *file = fc_http_file_lookup(request, "file");
        FC_TRY(fc_webhook_admit(service, order.form.callback_url, order.asynchronous, err));
        FC_TRY(fc_photo_check(service, file->bytes, err));
        status = fc_replay(service, request, &order, response, &answered, &why);
        if (status == FC_OK && !answered) {
            status = process(service, request, &order, response, &why);
            if (status == FC_OK && order.asynchronous) {
                status = fc_answer_accepted(service, request, order.job_id, response, &why);
            }
        }
    }
    return status == FC_OK ? FC_OK : fc_service_refuse(service, &why, response, err);
}

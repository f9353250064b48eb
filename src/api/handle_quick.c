/* One photo, and its picture at once: /process/quick and /profiles/{name}. */
#include "api/routes.h"
#include "config/profile.h"
#include "service/job_result.h"
#include "service/process_request.h"
#include "service/service.h"

static fc_status tell(const fc_process_request *order, const fc_task_result *result,
                      fc_http_response *response, fc_error *err)
{
    if (result->failure.status == FC_NO_FACE) {
        fc_http_refuse(response, 400, "%s", fc_status_lookup(FC_NO_FACE)->slug);
        return FC_OK;
    }
    const fc_job_result outcome = { .result = result,
                                    .form = &order->form,
                                    .job_id = order->job_id };
    return fc_job_result_describe_picture(&outcome, response, err);
}

static fc_status process(const fc_service *service, const fc_http_request *request,
                         const fc_process_request *order, fc_http_response *response, fc_error *err)
{
    const fc_http_file *file = fc_http_file_lookup(request, "file");
    FC_TRY(fc_photo_check(service, file->bytes, err));
    fc_task_request wanted = { .params = order->form.params,
                               .outputs = fc_form_outputs(&order->form),
                               .deadline_us = order->deadline_us };
    FC_AUTO(fc_task) task = NULL;
    FC_TRY(fc_photo_submit(service, request, file->bytes, order->backdrop, &wanted, &task, err));
    FC_TRY(fc_photo_wait(request, task, err));
    return tell(order, fc_task_outcome(task), response, err);
}

fc_status fc_handle_quick(void *context, const fc_http_request *request, fc_http_response *response,
                          fc_error *err)
{
    fc_service *service = context;
    fc_process_request order = { .form = fc_form_start(&service->defaults) };
    bool refused = false;
    fc_error why = { 0 };
    fc_status status =
        fc_process_request_read(service, request, "file", &order, response, &refused, &why);
    if (status == FC_OK && !refused) {
        if (order.form.format == FC_FORM_JSON) {
            order.form.format = FC_FORM_PNG;
        }
        if (order.form.params.preset == 0) { /* a preset has a size of its own */
            order.form.params.width = order.form.size;
            order.form.params.height = order.form.size;
        }
        status = process(service, request, &order, response, &why);
    }
    return status == FC_OK ? FC_OK : fc_service_refuse(service, &why, response, err);
}

/* What the profile says is stronger than a field of the same name. */
static fc_status process_profile(const fc_service *service, const fc_http_request *request,
                                 const fc_profile *profile, fc_http_response *response,
                                 fc_error *err)
{
    fc_process_request order = { .form = fc_form_start(&service->defaults) };
    bool refused = false;
    FC_TRY(fc_process_request_read(service, request, "file", &order, response, &refused, err));
    fc_profile_apply(profile, &order.form.params);
    fc_params_settle(&order.form.params);
    order.form.format = FC_FORM_JPEG;
    return refused ? FC_OK : process(service, request, &order, response, err);
}

fc_status fc_handle_profile(void *context, const fc_http_request *request,
                            fc_http_response *response, fc_error *err)
{
    const fc_service *service = context;
    const fc_profile *profile = NULL;
    fc_error why = { 0 };
    fc_status status =
        fc_profile_find(service->profiles, fc_http_path_param(request, "name"), &profile, &why);
    if (status == FC_OK) {
        status = process_profile(service, request, profile, response, &why);
    }
    return status == FC_OK ? FC_OK : fc_service_refuse(service, &why, response, err);
}

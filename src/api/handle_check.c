#include "api/routes.h"
#include "base/clock.h"
#include "report/answer.h"
#include "report/check_answer.h"
#include "report/json.h"
#include "service/process_request.h"
#include "service/service.h"

static const fc_schema_field ANSWER[] = {
    { "success", "boolean", "true when there is a face" },
    { "face_count", "count", NULL },
    { "check", "Check or null", "of the first face that was asked for" },
    { "checks", "list of Check", "one for each face that `face` asks for" },
    { "warnings", "list of string", NULL },
    { "processing_time_ms", "count", NULL },
    { "error", "string or null", NULL },
    { "error_message", "string or null", NULL },
    { 0 },
};

const fc_schema fc_check_answer_schemas[] = {
    { "CheckAnswer", ANSWER },
    { 0 },
};

static json_t *pack_checks(const fc_task_result *result, const char *language)
{
    json_t *list = json_array();
    for (int32_t i = 0; i < result->portrait_count; i++) {
        list = fc_json_append(list, fc_check_json(&result->portraits[i].check, language));
    }
    return list;
}

/* No face is an answer, as it is for portraits. */
static fc_status answer(const fc_task_result *result, const char *language, int64_t time_us,
                        fc_http_response *response, fc_error *err)
{
    const fc_status status = result->failure.status;
    if (status != FC_OK && status != FC_NO_FACE) {
        return fc_fail(err, status, "%s", result->failure.text);
    }
    const bool found = status == FC_OK;
    return fc_http_set_json(
        response, 200,
        json_pack("{s:b, s:i, s:o, s:o, s:o, s:I, s:o, s:o}", "success", found, "face_count",
                  result->photo.faces.count, "check",
                  found ? fc_check_json(&result->portraits[0].check, language) : json_null(),
                  "checks", pack_checks(result, language), "warnings",
                  fc_answer_append_warnings(json_array(), &result->photo.warnings),
                  "processing_time_ms", (json_int_t)(time_us / 1000), "error",
                  fc_json_text(found ? NULL : fc_status_lookup(status)->slug), "error_message",
                  fc_json_text(found ? NULL : result->failure.text)),
        err);
}

static fc_status check(const fc_service *service, const fc_http_request *request,
                       const fc_process_request *order, fc_http_response *response, fc_error *err)
{
    const fc_http_file *file = fc_http_file_lookup(request, "file");
    FC_TRY(fc_photo_check(service, file->bytes, err));
    fc_task_request wanted = { .params = order->form.params,
                               .outputs = FC_OUTPUT_CHECK,
                               .deadline_us = order->deadline_us };
    FC_AUTO(fc_task) task = NULL;
    FC_TRY(fc_photo_submit(service, request, file->bytes, (fc_bytes){ 0 }, &wanted, &task, err));
    FC_TRY(fc_photo_wait(request, task, err));
    return answer(fc_task_outcome(task), fc_form_language(&order->form),
                  fc_clock_us() - request->received_us, response, err);
}

fc_status fc_handle_check(void *context, const fc_http_request *request, fc_http_response *response,
                          fc_error *err)
{
    const fc_service *service = context;
    fc_process_request order = { .form = fc_form_start(&service->defaults) };
    bool refused = false;
    fc_error why = { 0 };
    fc_status status =
        fc_process_request_read(service, request, "file", &order, response, &refused, &why);
    if (status == FC_OK && !refused) {
        status = check(service, request, &order, response, &why);
    }
    return status == FC_OK ? FC_OK : fc_service_refuse(service, &why, response, err);
}

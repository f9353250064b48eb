/* rembg's server: POST /api/remove with a file, GET /api/remove?url=... */
#include "compat/handlers.h"
#include "compat/rembg_fields.h"
#include "service/cutout_request.h"
#include "service/form.h"
#include "service/service.h"

/* `fetched` is what the photo lies in; NULL: in the request. */
static fc_status work(const fc_service *service, const fc_http_request *request,
                      const fc_rembg_order *order, fc_bytes photo, fc_buffer *fetched,
                      fc_http_response *response, fc_error *err)
{
    fc_cutout_request wish = {
        .plan = order->plan, .params = service->defaults, .photo = photo, .fetched_photo = fetched
    };
    if (order->coarse) {
        wish.params.matte_quality = FC_MATTE_FAST;
    }
    if (order->u2net && fc_engine_model_loaded(service->engine, FC_MODEL_FILE_u2net)) {
        wish.params.matte = FC_MATTE_U2NET;
    }
    FC_AUTO(fc_task) task = NULL;
    FC_TRY(fc_cutout_order(service, request, &wish, &task, err));
    const fc_task_result *result = fc_task_outcome(task);
    if (result->failure.status != FC_OK) {
        return fc_fail(err, result->failure.status, "%s", result->failure.text);
    }
    FC_TRY(fc_cutout_answer(&result->photo.cutout, response, err));
    fc_cutout_describe_run(result, response);
    return FC_OK;
}

/* Read the fields; *refused says that the response has a refusal. `missing` is the name of the
 * source where it is not there, else NULL; it belongs in `place`. */
static fc_status read_fields(const fc_http_request *request, const char *place, const char *missing,
                             fc_rembg_order *order, fc_http_response *response, bool *refused,
                             fc_error *err)
{
    json_t *problems = json_array();
    fc_status status = fc_rembg_read(request, order, problems, err);
    if (status == FC_OK && missing != NULL) {
        status = fc_form_miss(place, missing, problems, err);
    }
    *refused = status == FC_OK && json_array_size(problems) > 0;
    if (*refused) {
        fc_http_refuse_fields(response, problems);
    } else {
        json_decref(problems);
    }
    return status;
}

fc_status fc_handle_rembg(void *context, const fc_http_request *request, fc_http_response *response,
                          fc_error *err)
{
    const fc_service *service = context;
    const fc_http_file *file = fc_http_file_lookup(request, "file");
    fc_rembg_order order = { 0 };
    bool refused = false;
    fc_error why = { 0 };
    FC_TRY(read_fields(request, "body", file == NULL ? "file" : NULL, &order, response, &refused,
                       err));
    if (refused) {
        return FC_OK;
    }
    const fc_status status = work(service, request, &order, file->bytes, NULL, response, &why);
    return status == FC_OK ? FC_OK : fc_service_refuse(service, &why, response, err);
}

fc_status fc_handle_rembg_url(void *context, const fc_http_request *request,
                              fc_http_response *response, fc_error *err)
{
    const fc_service *service = context;
    const char *url = fc_http_pairs_lookup(request->query, "url");
    fc_rembg_order order = { 0 };
    bool refused = false;
    fc_error why = { 0 };
    FC_TRY(
        read_fields(request, "query", url == NULL ? "url" : NULL, &order, response, &refused, err));
    if (refused) {
        return FC_OK;
    }
    FC_AUTO_BUFFER(photo, 0);
    const fc_fetch_rules rules = fc_service_fetch_rules(service);
    if (fc_fetch(&rules, url, &photo, &why) != FC_OK) {
        if (why.status == FC_BUSY) {
            return fc_service_refuse(service, &why, response, err);
        }
        fc_http_refuse(response, 400, "%s", why.text);
        return FC_OK;
    }
    const fc_status status =
        work(service, request, &order, fc_buffer_bytes(&photo), &photo, response, &why);
    return status == FC_OK ? FC_OK : fc_service_refuse(service, &why, response, err);
}

#include "http/routes.h"
#include "http/service.h"

/* Neither of these waits for anything: an answer says that the process lives. */
fc_status fc_handle_health(void *context, const fc_http_request *request,
                           fc_http_response *response, fc_error *err)
{
    (void)context;
    (void)request;
    return fc_http_set_json(response, 200, json_pack("{s:s}", "status", "healthy"), err);
}

fc_status fc_handle_ready(void *context, const fc_http_request *request, fc_http_response *response,
                          fc_error *err)
{
    (void)request;
    const fc_service *service = context;
    const bool ready = fc_service_ready(service);
    return fc_http_set_json(
        response, ready ? 200 : 503,
        json_pack("{s:b, s:b}", "ready", ready, "models_loaded", service->engine != NULL), err);
}

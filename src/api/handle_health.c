#include "api/routes.h"
#include "report/json.h"
#include "service/service.h"

static const fc_schema_field HEALTH[] = {
    { "status", "one of healthy", NULL },
    { 0 },
};

static const fc_schema_field READY[] = {
    { "ready", "boolean", NULL },
    { "models_loaded", "boolean", NULL },
    { "reason?", "string", "why not" },
    { 0 },
};

const fc_schema fc_health_schemas[] = {
    { "Health", HEALTH },
    { "Ready", READY },
    { 0 },
};

/* An answer says that the process lives: nothing is waited for. */
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
    fc_error why = { 0 };
    const bool ready = fc_service_ready(service, &why);
    return fc_http_set_json(response, ready ? 200 : 503,
                            json_pack("{s:b, s:b, s:o*}", "ready", ready, "models_loaded",
                                      service->engine != NULL, "reason",
                                      ready ? NULL : fc_json_text(why.text)),
                            err);
}

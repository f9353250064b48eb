#include "api/routes.h"
#include "report/catalogue.h"
#include "service/service.h"

fc_status fc_handle_models(void *context, const fc_http_request *request,
                           fc_http_response *response, fc_error *err)
{
    (void)request;
    const fc_service *service = context;
    return fc_http_set_json(response, 200,
                            fc_catalogue_pack_models(&service->settings, service->engine), err);
}

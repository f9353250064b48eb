#include "api/routes.h"
#include "report/documents.h"

fc_status fc_handle_presets(void *context, const fc_http_request *request,
                            fc_http_response *response, fc_error *err)
{
    (void)context;
    (void)request;
    return fc_http_set_json(response, 200, fc_documents_pack_presets(NULL), err);
}

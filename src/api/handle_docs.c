#include <string.h>

#include "api/assets.h"
#include "api/routes.h"
#include "base/digest.h"
#include "http/response.h"
#include "service/service.h"

/* The page runs nothing but its own two scripts and talks to nobody but this service. Swagger UI
 * sets styles on its elements and brings its icons as data. */
#define POLICY                                                                                     \
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "                    \
    "img-src 'self' data: blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; "        \
    "frame-ancestors 'none'"

typedef struct asset {
    const char *name;
    const char *type;
    const uint8_t *start;
    const uint8_t *end;
} asset;

static const asset PAGE = { "index.html", "text/html; charset=utf-8", fc_asset_index_html,
                            fc_asset_index_html_end };

static const asset FILES[] = {
    { "init.js", "text/javascript; charset=utf-8", fc_asset_init_js, fc_asset_init_js_end },
    { "swagger-ui.css", "text/css; charset=utf-8", fc_asset_swagger_ui_css,
      fc_asset_swagger_ui_css_end },
    { "swagger-ui-bundle.js", "text/javascript; charset=utf-8", fc_asset_swagger_ui_js,
      fc_asset_swagger_ui_js_end },
};

static fc_status answer_with(const fc_http_request *request, const asset *file,
                             fc_http_response *response, fc_error *err)
{
    const fc_bytes packed = { file->start, (size_t)(file->end - file->start) };
    char digest[FC_DIGEST_SIZE];
    fc_digest_of(packed, digest);
    fc_http_set_header(response, "Content-Security-Policy", "%s", POLICY);
    fc_http_set_header(response, "Cache-Control", "no-cache");
    return fc_http_set_packed(request, response, file->type, packed, digest, err);
}

fc_status fc_handle_docs(void *context, const fc_http_request *request, fc_http_response *response,
                         fc_error *err)
{
    (void)context;
    return answer_with(request, &PAGE, response, err);
}

fc_status fc_handle_docs_asset(void *context, const fc_http_request *request,
                               fc_http_response *response, fc_error *err)
{
    (void)context;
    const char *name = fc_http_path_param(request, "file");
    for (size_t i = 0; i < sizeof FILES / sizeof FILES[0]; i++) {
        if (strcmp(FILES[i].name, name) == 0) {
            return answer_with(request, &FILES[i], response, err);
        }
    }
    fc_http_refuse(response, 404, "Not Found");
    return FC_OK;
}

fc_status fc_handle_openapi(void *context, const fc_http_request *request,
                            fc_http_response *response, fc_error *err)
{
    (void)request;
    (void)err;
    const fc_service *service = context;
    char digest[FC_DIGEST_SIZE];
    fc_digest_of(fc_buffer_bytes(&service->openapi), digest);
    fc_http_set_constant(response, "application/json", fc_buffer_bytes(&service->openapi));
    fc_http_set_header(response, "Cache-Control", "no-cache");
    fc_http_set_etag(response, digest);
    return FC_OK;
}

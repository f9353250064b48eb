#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "api/page_assets.h"
#include "api/routes.h"
#include "base/assert.h"
#include "http/headers.h"
#include "http/response.h"
#include "service/service.h"

/* The page runs its own script, talks to this service alone, and cannot be framed. Pictures that
 * it shows come from here or from the photos that its user chose (blob:). */
#define POLICY                                                                                     \
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; "              \
    "connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; "               \
    "frame-ancestors 'none'; "                                                                     \
    "require-trusted-types-for 'script'"

/* Of what a browser could lend, only the camera. */
#define PERMISSIONS                                                                                \
    "camera=(self), accelerometer=(), autoplay=(), display-capture=(), encrypted-media=(), "       \
    "fullscreen=(), geolocation=(), gyroscope=(), magnetometer=(), microphone=(), midi=(), "       \
    "payment=(), picture-in-picture=(), publickey-credentials-get=(), screen-wake-lock=(), "       \
    "usb=(), xr-spatial-tracking=()"

static fc_status answer_with(const fc_http_request *request, const fc_page_asset *file,
                             const char *caching, fc_http_response *response, fc_error *err)
{
    FC_ASSERT(file != NULL); /* English is always among the pages */
    const fc_bytes packed = { file->start, (size_t)(file->end - file->start) };
    fc_http_set_header(response, "Content-Security-Policy", "%s", POLICY);
    fc_http_set_header(response, "Cache-Control", "%s", caching);
    return fc_http_set_packed(request, response, file->type, packed, file->digest, err);
}

static const fc_page_asset *page_in(const char *language, size_t size)
{
    for (size_t i = 0; i < fc_page_assets_count; i++) {
        const char *known = fc_page_assets[i].language;
        if (known != NULL && strlen(known) == size && strncasecmp(known, language, size) == 0) {
            return &fc_page_assets[i];
        }
    }
    return NULL;
}

/* The first language that we have: browsers list them as their user prefers them. "de-AT" is
 * German. */
static const fc_page_asset *choose_page(const char *languages)
{
    for (const char *at = languages; at != NULL && *at != '\0';) {
        char tag[32];
        at += strspn(at, " \t,");
        (void)snprintf(tag, sizeof tag, "%.*s", (int)strcspn(at, " \t,;"), at);
        const fc_page_asset *page = page_in(tag, strcspn(tag, "-"));
        if (page != NULL && fc_http_quality(at, tag) > 0) {
            return page;
        }
        at += strcspn(at, ",");
    }
    return page_in("en", 2);
}

fc_status fc_handle_root(void *context, const fc_http_request *request, fc_http_response *response,
                         fc_error *err)
{
    const fc_service *service = context;
    fc_http_set_header(response, "Vary", "Accept, Accept-Language");
    if (!service->server.ui || !fc_http_lists(request, "Accept", "text/html")) {
        response->code = 307;
        fc_http_set_header(response, "Location", "docs"); /* there may be a prefix before it */
        return FC_OK;
    }
    const fc_page_asset *page = choose_page(fc_http_header(request, "Accept-Language"));
    FC_TRY(answer_with(request, page, "no-cache", response, err));
    fc_http_set_header(response, "Content-Language", "%s", page->language);
    fc_http_set_header(response, "Permissions-Policy", "%s", PERMISSIONS);
    fc_http_set_header(response, "Cross-Origin-Opener-Policy", "same-origin");
    return FC_OK;
}

fc_status fc_handle_page_file(void *context, const fc_http_request *request,
                              fc_http_response *response, fc_error *err)
{
    const fc_service *service = context;
    const char *name = fc_http_path_param(request, "file");
    for (size_t i = 0; service->server.ui && i < fc_page_assets_count; i++) {
        const fc_page_asset *file = &fc_page_assets[i];
        if (file->name != NULL && strcmp(file->name, name) == 0) {
            return answer_with(request, file, "public, max-age=31536000, immutable", response, err);
        }
    }
    fc_http_refuse(response, 404, "Not Found");
    return FC_OK;
}

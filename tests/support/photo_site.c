#include "support/photo_site.h"

#include <stdio.h>

#include "support/fc_test.h"

atomic_int fc_photo_site_asked;
atomic_int fc_photo_site_pause_ms;
static fc_http_server *site;

static fc_status answer(void *context, const fc_http_request *request, fc_http_response *response,
                        fc_error *err)
{
    (void)context;
    (void)err;
    const char what = fc_http_path_param(request, "what")[0];
    (void)atomic_fetch_add(&fc_photo_site_asked, 1);
    fc_stub_sleep_ms(atomic_load(&fc_photo_site_pause_ms));
    if (what >= 'a' && what <= 'z') {
        fc_http_set_constant(response, "image/jpeg", fc_stub_photo(what));
    } else {
        fc_http_refuse(response, 404, "no such photo");
    }
    return FC_OK;
}

void fc_photo_site_start(fc_service *service)
{
    static const fc_http_route ROUTE = { .method = FC_HTTP_GET,
                                         .pattern = "/{what}",
                                         .handler = answer,
                                         .open = true,
                                         .name = "photo" };
    fc_http_settings settings = fc_http_settings_default();
    fc_error err = { 0 };
    settings.connections_per_address_max = 0;
    atomic_store(&fc_photo_site_asked, 0);
    atomic_store(&fc_photo_site_pause_ms, 0);
    ASSERT_OK(fc_http_server_new(&settings, (fc_http_routes){ .rows = &ROUTE, .count = 1 }, NULL,
                                 &site, &err),
              err);
    service->server.fetch_urls = FC_FETCH_HTTP;
    (void)snprintf(service->server.fetch_allow, sizeof service->server.fetch_allow, "127.0.0.1:%d",
                   fc_http_server_port(site));
}

void fc_photo_site_stop(void)
{
    fc_http_server_free(site);
    site = NULL;
}

const char *fc_photo_site_url(char what)
{
    static char url[64];
    (void)snprintf(url, sizeof url, "http://127.0.0.1:%d/%c", fc_http_server_port(site), what);
    return url;
}

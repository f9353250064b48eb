#include <string.h>
#include <time.h>

#include "api/routes.h"
#include "base/assert.h"
#include "service/images.h"
#include "service/service.h"

/* What is signed: the path as it came, from the slash behind the signature on. */
static const char *signed_part(const fc_http_request *request)
{
    const char *signature = strchr(request->path + 1, '/');
    const char *rest = signature != NULL ? strchr(signature + 1, '/') : NULL;
    FC_ASSERT(rest != NULL); /* it has four parts */
    return rest;
}

/* For as long as the cache takes it as right; then both look again. */
static void tell_age(const fc_service *service, const fc_web_image *image,
                     fc_http_response *response)
{
    const int64_t age_s = (int64_t)time(NULL) - image->picture.stored_s;
    const int64_t left_s = service->server.image_max_age_s - (age_s > 0 ? age_s : 0);
    if (left_s > 0) {
        fc_http_set_header(response, "Cache-Control", "public, max-age=%lld", (long long)left_s);
    } else {
        fc_http_set_header(response, "Cache-Control", "public, no-cache");
    }
}

static void tell(const fc_service *service, fc_web_image *image, fc_http_response *response)
{
    image->etag[32] = '\0';
    fc_http_set_body(response, image->picture.type, &image->picture.bytes);
    fc_http_set_etag(response, image->etag);
    fc_http_set_header(response, "X-Face-Count", "%d", image->picture.faces);
    fc_http_set_header(response, "X-Image", "%s", fc_image_way_name(image->way));
    tell_age(service, image, response);
}

static fc_status answer(const fc_service *service, const fc_http_request *request,
                        fc_image_order *order, fc_http_response *response, fc_error *err)
{
    FC_TRY(fc_image_options_read(fc_http_path_param(request, "options"), &order->form, err));
    FC_TRY(fc_image_address_read(fc_http_path_param(request, "address"), &order->address, err));
    fc_web_image image = { 0 };
    const fc_status status = fc_images_get(service->images, request, order, &image, err);
    if (status == FC_OK) {
        tell(service, &image, response);
    }
    fc_web_image_clear(&image);
    return status;
}

fc_status fc_handle_image(void *context, const fc_http_request *request, fc_http_response *response,
                          fc_error *err)
{
    const fc_service *service = context;
    if (service->images == NULL) {
        fc_http_refuse(response, 404,
                       "images by address are off; the operator can allow them by "
                       "FACECRAFT_IMAGE_KEY");
        return FC_OK;
    }
    bool valid = false;
    FC_TRY(fc_image_signed(service->server.image_key, fc_http_path_param(request, "signature"),
                           signed_part(request), &valid, err));
    if (!valid) {
        fc_http_refuse(response, 403, "the signature is not that of this path");
        return FC_OK;
    }
    fc_image_order order = { .form = fc_form_start(&service->defaults) };
    fc_error why = { 0 };
    const fc_status status = answer(service, request, &order, response, &why);
    fc_buffer_clear(&order.address);
    return status == FC_OK ? FC_OK : fc_service_refuse(service, &why, response, err);
}

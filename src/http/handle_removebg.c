#include <stdlib.h>
#include <string.h>

#include "http/cutout_order.h"
#include "http/removebg_answer.h"
#include "http/removebg_fields.h"
#include "http/routes.h"
#include "http/service.h"

/* Credits of an account here: nobody counts, but clients that ask shall go on. */
#define CREDITS 1000000

/* The two pictures of a request. */
typedef struct sources {
    fc_bytes photo;
    fc_bytes backdrop;
} sources;

static fc_bytes file_of(const fc_http_request *request, const char *field)
{
    const fc_http_file *file = fc_http_file_lookup(request, field);
    return file != NULL ? file->bytes : (fc_bytes){ NULL, 0 };
}

static bool has_field(const fc_http_request *request, const char *name)
{
    const char *value = fc_http_pairs_lookup(request->fields, name);
    return value != NULL && value[0] != '\0';
}

/* False when it was refused. */
static bool find_photo(const fc_http_request *request, fc_bytes *out, fc_http_response *response)
{
    const fc_bytes file = file_of(request, "image_file");
    const fc_bytes text = file_of(request, "image_file_b64");
    const bool url = has_field(request, "image_url");
    switch ((file.size > 0) + (text.size > 0) + url) {
    case 0:
        fc_removebg_refuse(response, "missing_source",
                           "No image given: image_file, image_file_b64 or image_url");
        return false;
    case 1:
        break;
    default:
        fc_removebg_refuse(response, "multiple_sources",
                           "Multiple image sources given: only one of image_file, image_file_b64 "
                           "and image_url is allowed");
        return false;
    }
    if (url) {
        fc_removebg_refuse(response, "invalid_image_url", "image_url is not supported here");
        return false;
    }
    *out = file.size > 0 ? file : text;
    return true;
}

static bool find_backdrop(const fc_http_request *request, bool has_colour, fc_bytes *out,
                          fc_http_response *response)
{
    const fc_bytes file = file_of(request, "bg_image_file");
    const bool url = has_field(request, "bg_image_url");
    if ((file.size > 0) + url + has_colour > 1) {
        fc_removebg_refuse(response, "multiple_bg_sources",
                           "Only one of bg_color, bg_image_url and bg_image_file is allowed");
        return false;
    }
    if (url) {
        fc_removebg_refuse(response, "invalid_bg_image_url", "bg_image_url is not supported here");
        return false;
    }
    *out = file;
    return true;
}

static fc_status work(const fc_service *service, const fc_http_request *request,
                      const fc_removebg_order *order, const sources *from,
                      fc_http_response *response, fc_error *err)
{
    FC_AUTO(fc_task) task = NULL;
    fc_error why = { 0 };
    const fc_status status =
        fc_cutout_order(service, request, &order->plan, from->photo, from->backdrop, &task, &why);
    if (status != FC_OK) {
        return fc_removebg_fail(&why, FC_CUTOUT_SOUND, response, err);
    }
    const fc_task_result *result = fc_task_outcome(task);
    return result->failure.status != FC_OK
               ? fc_removebg_fail(&result->failure, result->photo.cutout.fault, response, err)
               : fc_removebg_answer(order, request, result, response, err);
}

fc_status fc_handle_removebg(void *context, const fc_http_request *request,
                             fc_http_response *response, fc_error *err)
{
    static const char *const SIZES[] = { "preview", "full", "auto" };
    const fc_service *service = context;
    fc_removebg_order order = { 0 };
    sources from = { 0 };
    const fc_removebg_problem problem =
        fc_removebg_read(request->fields, SIZES[service->server.removebg_size], &order);
    if (!find_photo(request, &from.photo, response)) {
        return FC_OK;
    }
    if (problem.code != NULL) {
        fc_removebg_refuse(response, problem.code,
                           "Invalid value for parameter \"%s\"; allowed: %s", problem.name,
                           problem.allowed);
        return FC_OK;
    }
    if (!find_backdrop(request, order.has_colour, &from.backdrop, response)) {
        return FC_OK;
    }
    fc_error why = { 0 };
    const fc_status status = work(service, request, &order, &from, response, &why);
    return status == FC_OK ? FC_OK : fc_service_refuse(service, &why, response, err);
}

fc_status fc_handle_removebg_account(void *context, const fc_http_request *request,
                                     fc_http_response *response, fc_error *err)
{
    (void)context;
    (void)request;
    fc_removebg_limits(response);
    /* Exactly these: one key more or less makes the Ruby client fail. */
    return fc_http_set_json(response, 200,
                            json_pack("{s:{s:{s:{s:i, s:i, s:i, s:i}, s:{s:i, s:s}}}}", "data",
                                      "attributes", "credits", "total", CREDITS, "subscription", 0,
                                      "payg", CREDITS, "enterprise", 0, "api", "free_calls",
                                      CREDITS, "sizes", "all"),
                            err);
}

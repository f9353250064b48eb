#include "compat/handlers.h"
#include "compat/removebg_answer.h"
#include "compat/removebg_fields.h"
#include "compat/removebg_sources.h"
#include "service/cutout_request.h"
#include "service/service.h"

/* Credits of an account here: nobody counts, but clients that ask must go on. */
#define CREDITS 1000000

static fc_status work(const fc_service *service, const fc_http_request *request,
                      const fc_removebg_order *order, fc_removebg_sources *from,
                      fc_http_response *response, fc_error *err)
{
    const fc_cutout_request wish = { .plan = order->plan,
                                     .params = service->defaults,
                                     .photo = from->photo,
                                     .backdrop = from->backdrop,
                                     .fetched_photo = &from->fetched_photo,
                                     .fetched_backdrop = &from->fetched_backdrop };
    FC_AUTO(fc_task) task = NULL;
    fc_error why = { 0 };
    if (fc_cutout_order(service, request, &wish, &task, &why) != FC_OK) {
        return fc_removebg_fail(&why, FC_CUTOUT_SOUND, response, err);
    }
    const fc_task_result *result = fc_task_outcome(task);
    return result->failure.status != FC_OK
               ? fc_removebg_fail(&result->failure, result->photo.cutout.fault, response, err)
               : fc_removebg_answer(order, request, result, response, err);
}

static fc_status serve(const fc_service *service, const fc_http_request *request,
                       const fc_removebg_order *order, fc_http_response *response, fc_error *err)
{
    const fc_fetch_rules rules = fc_service_fetch_rules(service);
    fc_removebg_sources from = { 0 };
    bool refused = false;
    fc_status status = fc_removebg_find_sources(&rules, request, order->has_colour, &from, response,
                                                &refused, err);
    if (status == FC_OK && !refused) {
        status = work(service, request, order, &from, response, err);
    }
    fc_removebg_sources_clear(&from);
    return status;
}

fc_status fc_handle_removebg(void *context, const fc_http_request *request,
                             fc_http_response *response, fc_error *err)
{
    static const char *const SIZES[] = {
        [FC_REMOVEBG_PREVIEW] = "preview",
        [FC_REMOVEBG_FULL] = "full",
        [FC_REMOVEBG_AUTO] = "auto",
    };
    const fc_service *service = context;
    fc_removebg_order order = { 0 };
    const fc_removebg_problem problem =
        fc_removebg_read(request->fields, SIZES[service->server.removebg_size], &order);
    if (problem.code != NULL) {
        fc_removebg_refuse(response, problem.code,
                           "Invalid value for parameter \"%s\"; allowed: %s", problem.name,
                           problem.allowed);
        return FC_OK;
    }
    fc_error why = { 0 };
    const fc_status status = serve(service, request, &order, response, &why);
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

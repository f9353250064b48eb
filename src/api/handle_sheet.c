#include "api/routes.h"
#include "config/sheet_options.h"
#include "service/process_request.h"
#include "service/service.h"
#include "service/sheet_print.h"

static fc_status take_pairs(const char *place, fc_http_pairs pairs, fc_sheet_options *options,
                            json_t *problems, fc_error *err)
{
    for (size_t i = 0; i < pairs.count; i++) {
        const fc_option *option = fc_option_lookup(fc_sheet_option_rows(), pairs.items[i].name);
        if (option != NULL) {
            FC_TRY(fc_form_set_row(option, options, place, pairs.items[i].value, problems, err));
        }
    }
    return FC_OK;
}

static fc_status take_fields(const fc_http_request *request, fc_sheet_options *options,
                             json_t *problems, fc_error *err)
{
    if (problems == NULL) {
        return fc_fail(err, FC_OUT_OF_MEMORY, "no memory for an answer");
    }
    FC_TRY(take_pairs("query", request->query, options, problems, err));
    FC_TRY(take_pairs("body", request->fields, options, problems, err));
    return fc_http_file_lookup(request, "file") != NULL
               ? FC_OK
               : fc_form_miss("body", "file", problems, err);
}

static fc_status process(const fc_service *service, const fc_http_request *request,
                         const fc_sheet_options *options, fc_http_response *response, fc_error *err)
{
    const fc_bytes portrait = fc_http_file_lookup(request, "file")->bytes;
    FC_TRY(fc_service_admit(service, request, err));
    FC_TRY(fc_photo_check(service, portrait, err));
    return fc_sheet_print(service, request, portrait, options, response, err);
}

fc_status fc_handle_sheet(void *context, const fc_http_request *request, fc_http_response *response,
                          fc_error *err)
{
    const fc_service *service = context;
    fc_sheet_options options = { 0 };
    fc_options_set_defaults(fc_sheet_option_rows(), &options);
    json_t *problems = json_array();
    fc_error why = { 0 };
    fc_status status = take_fields(request, &options, problems, &why);
    if (status == FC_OK && json_array_size(problems) > 0) {
        fc_http_refuse_fields(response, problems);
        return FC_OK;
    }
    json_decref(problems);
    status = status == FC_OK ? process(service, request, &options, response, &why) : status;
    return status == FC_OK ? FC_OK : fc_service_refuse(service, &why, response, err);
}

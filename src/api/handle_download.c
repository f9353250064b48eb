#include <stdio.h>
#include <string.h>
#include <time.h>

#include "api/routes.h"
#include "base/number.h"
#include "http/date.h"
#include "service/job_view.h"
#include "service/service.h"
#include "service/zip_stream.h"

/* What is downloaded of a job. */
typedef struct wish {
    bool zip;
    fc_picture_type type;
    int32_t number;
} wish;

static bool read_wish(const fc_http_request *request, wish *out)
{
    const char *format = fc_http_path_param(request, "format");
    const char *number = fc_http_pairs_lookup(request->query, "number");
    int64_t parsed = 1;
    if (number != NULL &&
        (!fc_parse_integer(number, &parsed) || parsed < 1 || parsed > FC_FACES_MAX)) {
        parsed = 0; /* there is no such portrait */
    }
    out->number = (int32_t)parsed;
    out->zip = strcmp(format, "zip") == 0;
    for (int type = 0; type < FC_PICTURE_TYPES_COUNT && !out->zip; type++) {
        if (strcmp(format, fc_picture_type_name((fc_picture_type)type)) == 0) {
            out->type = (fc_picture_type)type;
            return true;
        }
    }
    return out->zip;
}

static void set_headers(const fc_job *job, const char *extension, fc_http_response *response)
{
    const int64_t left_s = job->expires_s - (int64_t)time(NULL);
    fc_http_set_header(response, "Cache-Control", "private, immutable, max-age=%lld",
                       (long long)(left_s > 0 ? left_s : 0));
    fc_http_set_header(response, "Content-Disposition", "attachment; filename=\"%s.%s\"", job->id,
                       extension);
}

static fc_status send_picture(const fc_service *service, const fc_job *job, const wish *wanted,
                              fc_http_response *response, fc_error *err)
{
    fc_stored_picture picture = { 0 };
    int descriptor = -1;
    FC_TRY(fc_job_store_open_picture(service->store, job->id, wanted->type, wanted->number,
                                     &descriptor, &picture, err));
    FC_TRY(fc_http_set_file(response, fc_picture_type_media(wanted->type), descriptor, err));
    fc_http_set_etag(response, picture.digest);
    char when[FC_HTTP_DATE_SIZE];
    fc_http_date_print(picture.saved_s, when);
    fc_http_set_header(response, "Last-Modified", "%s", when);
    set_headers(job, fc_picture_type_name(wanted->type), response);
    return FC_OK;
}

static fc_status send_wish(const fc_service *service, const fc_http_request *request,
                           const wish *wanted, fc_http_response *response, fc_error *err)
{
    fc_job job = { 0 };
    const char *id = fc_http_path_param(request, "job_id");
    if (wanted->number < 1) {
        return fc_fail(err, FC_NOT_FOUND, "Job not found");
    }
    FC_TRY(fc_job_find(service, request->key_name, id, &job, NULL, err));
    if (!wanted->zip) {
        return send_picture(service, &job, wanted, response, err);
    }
    FC_TRY(fc_zip_stream_start(service, job.id, response, err));
    set_headers(&job, "zip", response);
    return FC_OK;
}

fc_status fc_handle_download(void *context, const fc_http_request *request,
                             fc_http_response *response, fc_error *err)
{
    wish wanted = { 0 };
    if (!read_wish(request, &wanted)) {
        fc_http_refuse(response, 400, "Invalid format. Use 'png' or 'jpg'");
        return FC_OK;
    }
    fc_error why = { 0 };
    const fc_status status = send_wish(context, request, &wanted, response, &why);
    if (status == FC_NOT_FOUND) {
        fc_http_refuse(response, 404, "Job not found");
        return FC_OK;
    }
    return status == FC_OK ? FC_OK : fc_fail(err, status, "%s", why.text);
}

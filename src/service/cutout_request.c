#include "service/cutout_request.h"

#include <time.h>

#include "base/assert.h"
#include "base/crc32.h"
#include "service/job_result.h"
#include "service/process_request.h"
#include "service/zip.h"

/* NULL: what was not fetched lies in the request. */
static fc_buffer take(fc_buffer *fetched)
{
    const fc_buffer taken = fetched != NULL ? *fetched : FC_BUFFER(0);
    if (fetched != NULL) {
        *fetched = FC_BUFFER(0);
    }
    return taken;
}

/* What was fetched for the background goes to the task; without memory for that nothing does. */
static fc_status share_fetched(fc_buffer *fetched, fc_task_request *wanted, fc_error *err)
{
    const fc_status status =
        fetched != NULL ? fc_shared_new(fetched, &wanted->backdrop, err) : FC_OK;
    if (status != FC_OK) {
        fc_buffer_clear(&wanted->photo);
    }
    return status;
}

fc_status fc_cutout_order(const fc_service *service, const fc_http_request *request,
                          const fc_cutout_request *wish, fc_task **out, fc_error *err)
{
    FC_ASSERT(service != NULL && request != NULL);
    FC_ASSERT(wish != NULL && out != NULL);
    FC_TRY(fc_service_admit(service, request, err));
    FC_TRY(fc_photo_check(service, wish->photo, err));
    fc_task_request wanted = {
        .photo = take(wish->fetched_photo),
        .params = wish->params,
        .outputs = FC_OUTPUT_CUTOUT,
        .plan = wish->plan,
        .deadline_us = fc_photo_deadline_us(service, request),
    };
    FC_AUTO(fc_task) task = NULL;
    FC_TRY(share_fetched(wish->fetched_backdrop, &wanted, err));
    FC_TRY(fc_photo_submit(service, request, wish->photo, wish->backdrop, &wanted, &task, err));
    FC_TRY(fc_photo_wait(request, task, err));
    *out = FC_STEAL(task);
    return FC_OK;
}

/* ---- answers --------------------------------------------------------------------------------- */

static fc_status add_member(fc_zip *zip, const char *name, const fc_buffer *file, fc_buffer *out,
                            fc_error *err)
{
    FC_TRY(fc_zip_add(zip, name, (int64_t)file->size, fc_crc32(0, fc_buffer_bytes(file)),
                      (int64_t)time(NULL), out, err));
    return fc_buffer_append(out, file->data, file->size, err);
}

static fc_status join_pair(const fc_cutout *cutout, fc_buffer *out, fc_error *err)
{
    FC_AUTO(fc_zip) zip = NULL;
    FC_TRY(fc_zip_new(&zip, err));
    FC_TRY(add_member(zip, "color.jpg", &cutout->file, out, err));
    FC_TRY(add_member(zip, "alpha.png", &cutout->alpha_file, out, err));
    return fc_zip_end(zip, out, err);
}

static const char *type_of(fc_cutout_format format)
{
    switch (format) {
    case FC_CUTOUT_JPEG:
        return "image/jpeg";
    case FC_CUTOUT_WEBP:
        return "image/webp";
    case FC_CUTOUT_PAIR:
        return "application/zip";
    case FC_CUTOUT_AUTO:
    case FC_CUTOUT_PNG:
        break;
    }
    return "image/png";
}

fc_status fc_cutout_answer(const fc_cutout *cutout, fc_http_response *response, fc_error *err)
{
    FC_ASSERT(cutout != NULL && cutout->file.size > 0);
    FC_AUTO_BUFFER(body, 2 * FC_CUTOUT_BYTES_MAX);
    FC_TRY(cutout->format == FC_CUTOUT_PAIR
               ? join_pair(cutout, &body, err)
               : fc_buffer_append(&body, cutout->file.data, cutout->file.size, err));
    fc_http_set_body(response, type_of(cutout->format), &body);
    return FC_OK;
}

void fc_cutout_describe_run(const fc_task_result *result, fc_http_response *response)
{
    FC_ASSERT(result != NULL);
    for (int i = 0; i < FC_STAGES_MAX; i++) {
        const fc_stage_report *report = &result->photo.reports[i];
        if (report->ran && report->model != NULL) { /* the last one made the mask */
            fc_http_set_header(response, "X-Facecraft-Model", "%s", report->model);
            fc_http_set_header(response, "X-Facecraft-Device", "%s", report->device);
        }
    }
    fc_job_result_timing(&(fc_job_result){ .result = result }, response);
}

#include "service/job_view.h"

#include <stdio.h>
#include <string.h>

#include "base/assert.h"
#include "base/memory.h"
#include "report/json.h"
#include "service/job_result.h"

/* Where a job stands at this moment. */
typedef struct job_status {
    fc_job_state state;
    double share;
    size_t photos; /* of a batch; 0: it is none */
} job_status;

void fc_job_path(const char *id, char path[FC_JOB_PATH_SIZE])
{
    (void)snprintf(path, FC_JOB_PATH_SIZE, "/api/v1/jobs/%s", id);
}

fc_status fc_job_find(const fc_service *service, const char *owner, const char *id, fc_job *out,
                      fc_buffer *answer, fc_error *err)
{
    fc_job job = { 0 };
    FC_TRY(fc_job_store_read(service->store, id, &job, answer, err));
    if (strcmp(job.owner, owner) != 0) {
        return fc_fail(err, FC_NOT_FOUND, "Job not found");
    }
    *out = job;
    return FC_OK;
}

static const fc_schema_field JOB[] = {
    { "id", "string", NULL },
    { "status", "one of queued, running, succeeded, failed, cancelled", NULL },
    { "progress", "share", NULL },
    { "photos", "count", NULL },
    { "created", "time or null", NULL },
    { "finished", "time or null", NULL },
    { "expires", "time or null", NULL },
    { "error", "string or null", NULL },
    { "error_message", "string or null", NULL },
    { "links", "map of string", NULL },
    { "callback?", "Callback", "where `callback_url` asked for one" },
    { "result?", "Answer or BatchAnswer or null", NULL },
    { 0 },
};

static const fc_schema_field CALLBACK[] = {
    { "status", "one of waiting, delivered, failed", NULL },
    { "tries", "count", NULL },
    { "next", "time or null", "null before the job has ended, and when there is no next try" },
    { "error", "string or null", "why the last try failed" },
    { 0 },
};

const fc_schema fc_job_schemas[] = {
    { "Job", JOB },
    { "Callback", CALLBACK },
    { 0 },
};

static fc_status read_batch_status(const fc_service *service, const fc_job *job, job_status *out,
                                   fc_error *err)
{
    fc_job *items = NULL;
    size_t count = 0;
    FC_TRY(fc_job_store_items(service->store, job->id, &items, &count, err));
    size_t done = 0;
    bool begun = false;
    for (size_t i = 0; i < count; i++) {
        done += fc_job_state_final(items[i].state) ? 1 : 0;
        begun = begun || items[i].state != FC_JOB_QUEUED;
    }
    fc_memory_free(items);
    out->photos = count;
    out->share = count > 0 ? (double)done / (double)count : 0.0;
    if (begun && out->state == FC_JOB_QUEUED) {
        out->state = FC_JOB_RUNNING;
    }
    return FC_OK;
}

/* `task` was looked for before the job was read: a job that ends in between is seen as ended, never
 * as one that waits again. */
static fc_status read_job_status(const fc_service *service, const fc_job *job, fc_task *task,
                                 job_status *out, fc_error *err)
{
    *out = (job_status){ .state = job->state };
    FC_TRY(read_batch_status(service, job, out, err));
    if (fc_job_state_final(job->state)) {
        out->share = 1.0;
        return FC_OK;
    }
    if (task != NULL) {
        const fc_task_progress progress = fc_task_read_progress(task);
        /* A task may have ended while its result is still being saved. */
        out->state = fc_job_state_final(progress.state) ? FC_JOB_RUNNING : progress.state;
        out->share = progress.share;
    }
    return FC_OK;
}

static bool set_link(json_t *links, const char *name, const char *link)
{
    return json_object_set_new(links, name, json_string(link)) == 0;
}

static fc_status add_pictures(const fc_service *service, const fc_job *job, bool batch,
                              json_t *links, fc_error *err)
{
    fc_stored_picture *pictures = NULL;
    size_t count = 0;
    FC_TRY(fc_job_store_pictures(service->store, job->id, &pictures, &count, err));
    char link[FC_LINK_SIZE];
    bool fits = true;
    for (size_t i = 0; i < count && !batch; i++) {
        if (pictures[i].number == 1) {
            fc_job_result_link(job->id, pictures[i].type, 1, link);
            fits = fits && set_link(links, fc_picture_type_name(pictures[i].type), link);
        }
    }
    if (count > 0) {
        (void)snprintf(link, sizeof link, "/api/v1/download/%s/zip", job->id);
        fits = fits && set_link(links, "zip", link);
    }
    fc_memory_free(pictures);
    return fits ? FC_OK : fc_fail(err, FC_OUT_OF_MEMORY, "no memory for an answer");
}

static json_t *pack_links(const fc_job *job)
{
    char self[FC_JOB_PATH_SIZE];
    char events[FC_JOB_PATH_SIZE + 8];
    fc_job_path(job->id, self);
    (void)snprintf(events, sizeof events, "%s/events", self);
    return json_pack("{s:s, s:s}", "self", self, "events", events);
}

/* Only where there is one. */
static fc_status add_callback(const fc_service *service, const fc_job *job, json_t *view,
                              fc_error *err)
{
    fc_callback callback = { 0 };
    const fc_status status = fc_job_store_callback(service->store, job->id, &callback, err);
    if (status != FC_OK) {
        return status == FC_NOT_FOUND ? FC_OK : status;
    }
    const bool waits = callback.state == FC_CALLBACK_WAITING;
    json_t *told =
        json_pack("{s:s, s:i, s:o, s:o}", "status", fc_callback_state_name(callback.state), "tries",
                  callback.tries, "next", fc_json_time(waits ? callback.due_s : 0), "error",
                  fc_json_text(callback.error[0] != '\0' ? callback.error : NULL));
    return json_object_set_new(view, "callback", told) == 0
               ? FC_OK
               : fc_fail(err, FC_OUT_OF_MEMORY, "no memory for an answer");
}

/* `links` is taken over. */
static json_t *pack_job(const fc_job *job, const job_status *at, json_t *links)
{
    return json_pack(
        "{s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "id", job->id, "status",
        fc_job_state_name(at->state), "progress", fc_json_rounded(at->share, 3), "photos",
        at->photos > 0 ? json_integer((json_int_t)at->photos) : json_integer(1), "created",
        fc_json_time(job->created_s), "finished", fc_json_time(job->finished_s), "expires",
        fc_json_time(job->expires_s), "error",
        fc_json_text(job->error[0] != '\0' ? job->error : NULL), "error_message",
        fc_json_text(job->message[0] != '\0' ? job->message : NULL), "links", links);
}

static fc_status build(const fc_service *service, const fc_job *job, const job_status *at,
                       json_t **out, fc_error *err)
{
    json_t *links = pack_links(job);
    const fc_status status = links != NULL
                                 ? add_pictures(service, job, at->photos > 0, links, err)
                                 : fc_fail(err, FC_OUT_OF_MEMORY, "no memory for an answer");
    if (status != FC_OK) {
        json_decref(links);
        return status;
    }
    json_t *view = pack_job(job, at, links);
    if (view == NULL) {
        return fc_fail(err, FC_OUT_OF_MEMORY, "no memory for an answer");
    }
    const fc_status added = add_callback(service, job, view, err);
    if (added != FC_OK) {
        json_decref(view);
        return added;
    }
    *out = view;
    return FC_OK;
}

fc_status fc_job_view(const fc_service *service, const char *owner, const char *id, bool whole,
                      json_t **out, bool *ended, fc_error *err)
{
    FC_ASSERT(out != NULL);
    FC_ASSERT(ended != NULL);

    fc_job job = { 0 };
    job_status at = { 0 };
    json_t *view = NULL;
    FC_AUTO_BUFFER(answer, FC_ANSWER_BYTES_MAX);
    FC_AUTO(fc_task) task = fc_worker_pool_lookup(service->pool, id);
    FC_TRY(fc_job_find(service, owner, id, &job, whole ? &answer : NULL, err));
    FC_TRY(read_job_status(service, &job, task, &at, err));
    FC_TRY(build(service, &job, &at, &view, err));
    if (whole) {
        json_t *result = answer.size > 0
                             ? json_loadb((const char *)answer.data, answer.size, 0, NULL)
                             : json_null();
        if (json_object_set_new(view, "result", result) != 0) {
            json_decref(view);
            return fc_fail(err, FC_OUT_OF_MEMORY, "no memory for an answer");
        }
    }
    *out = view;
    *ended = fc_job_state_final(job.state);
    return FC_OK;
}

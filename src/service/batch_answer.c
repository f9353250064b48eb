#include "base/assert.h"
#include "base/clock.h"
#include "http/base64.h"
#include "report/json.h"
#include "service/batch.h"
#include "service/job_result.h"

/* The picture as text, null where there is none; NULL when memory ran out. */
static json_t *pack_base64(const fc_buffer *picture)
{
    FC_AUTO_BUFFER(text, 2 * FC_PORTRAIT_BYTES_MAX);
    if (picture == NULL || picture->size == 0) {
        return json_null();
    }
    if (fc_base64_encode(fc_buffer_bytes(picture), &text, NULL) != FC_OK) {
        return NULL;
    }
    return json_string(fc_buffer_text(&text));
}

static json_t *pack_link(const fc_photo_batch *batch, const fc_batch_item *item)
{
    char link[FC_LINK_SIZE];
    if (item->failure.status != FC_OK || !fc_job_store_keeps(batch->service->store)) {
        return json_null();
    }
    fc_job_result_link(item->job.id, item->has_png ? FC_PICTURE_PNG : FC_PICTURE_JPEG, 1, link);
    return json_string(link);
}

static json_t *pack_item(const fc_photo_batch *batch, const fc_batch_item *item, bool base64)
{
    const bool failed = item->failure.status != FC_OK;
    const fc_portrait *portrait = NULL;
    if (base64 && !failed && item->task != NULL) {
        portrait = &fc_task_outcome(item->task)->portraits[0];
    }
    return json_pack(
        "{s:o, s:b, s:o, s:o, s:o, s:s, s:o, s:o}", "filename", fc_json_text(item->job.name),
        "success", !failed, "download_url", pack_link(batch, item), "error",
        fc_json_text(failed ? fc_status_lookup(item->failure.status)->slug : NULL), "error_message",
        fc_json_text(failed ? item->failure.text : NULL), "job_id", item->job.id, "png_base64",
        pack_base64(portrait != NULL ? &portrait->png : NULL), "jpg_base64",
        pack_base64(portrait != NULL ? &portrait->jpeg : NULL));
}

static size_t count_successes(const fc_photo_batch *batch)
{
    size_t count = 0;
    for (size_t i = 0; i < batch->count; i++) {
        count += batch->items[i].failure.status == FC_OK ? 1 : 0;
    }
    return count;
}

fc_status fc_photo_batch_answer(const fc_photo_batch *batch, bool base64, fc_buffer *out,
                                fc_error *err)
{
    FC_ASSERT(batch != NULL);

    json_t *results = json_array();
    for (size_t i = 0; i < batch->count; i++) {
        results = fc_json_append(results, pack_item(batch, &batch->items[i], base64));
    }
    const size_t successes = count_successes(batch);
    const bool kept = fc_job_store_keeps(batch->service->store) && successes > 0;
    return fc_json_write_line(
        json_pack("{s:s, s:I, s:I, s:I, s:I, s:o, s:o}", "job_id", batch->job.id, "total",
                  (json_int_t)batch->count, "successful", (json_int_t)successes, "failed",
                  (json_int_t)(batch->count - successes), "processing_time_ms",
                  (json_int_t)(batch->time_us / 1000), "results", results, "zip_url",
                  kept ? json_sprintf("/api/v1/download/%s/zip", batch->job.id) : json_null()),
        out, err);
}

fc_status fc_photo_batch_finish(fc_photo_batch *batch, fc_error *err)
{
    FC_ASSERT(batch != NULL);
    batch->time_us = fc_clock_us() - batch->received_us; /* once: all answers tell the same */
    FC_AUTO_BUFFER(answer, FC_ANSWER_BYTES_MAX);
    FC_TRY(fc_photo_batch_answer(batch, false, &answer, err));
    const fc_job_ending ending = {
        .state = count_successes(batch) > 0 ? FC_JOB_SUCCEEDED : FC_JOB_FAILED,
        .answer = fc_buffer_bytes(&answer),
    };
    fc_job job = batch->job;
    job.state = ending.state;
    return batch->accepted ? fc_job_store_finish(batch->service->store, job.id, &ending, err)
                           : fc_job_store_save(batch->service->store, &job, &ending, err);
}

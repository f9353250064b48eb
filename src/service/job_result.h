/**
 * Job result: the result of one photo, for the client and for the store. The same answer is given
 * at once, later under the job's id, and for a repeated request. Any thread.
 */
#pragma once

#include <jansson.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/bytes.h"
#include "base/error.h"
#include "http/response.h"
#include "jobs/task.h"
#include "report/schema.h"
#include "service/form.h"
#include "store/job_store.h"

/** Bytes of an answer: facts of a hundred faces and, when asked for, their pictures in base64. */
#define FC_ANSWER_BYTES_MAX ((size_t)1 << 30)

/** The result of a task, and the job that it belongs to. */
typedef struct fc_job_result {
    const fc_task_result *result;
    const fc_form *form;
    const char *job_id;
    const char *name; /* of the uploaded file */
    int64_t time_us;  /* from the request to the end of the work */
    bool links;       /* the pictures are kept and can be downloaded */
} fc_job_result;

/** /api/v1/download/... of a portrait; `number` counts from 1. */
#define FC_LINK_SIZE 96
void fc_job_result_link(const char *job_id, fc_picture_type type, int32_t number,
                        char link[FC_LINK_SIZE]);

/**
 * Append the answer as one line of JSON: of the first portrait, with those of all as `portraits`
 * where every face was asked for.
 *
 * base64   put the pictures in, whatever the form says
 *
 * Errors: FC_OUT_OF_MEMORY, FC_LIMIT_EXCEEDED.
 */
FC_MUST_CHECK fc_status fc_job_result_answer(const fc_job_result *outcome, bool base64,
                                             fc_buffer *out, fc_error *err);

/** The file of a portrait; empty where it was not made. */
const fc_buffer *fc_portrait_picture(const fc_portrait *portrait, fc_picture_type type);

/** The first portrait itself, in the format of the form, with its facts as headers. */
FC_MUST_CHECK fc_status fc_job_result_picture(const fc_job_result *outcome,
                                              fc_http_response *response, fc_error *err);

/** Set the headers of the picture again, from its kept answer. */
void fc_outcome_repeat_headers(const json_t *kept, fc_http_response *response);

/** Server-Timing: the queue and each stage. */
void fc_job_result_timing(const fc_job_result *outcome, fc_http_response *response);

/** The first portrait and its stage times as the whole answer; a failure becomes the error. */
FC_MUST_CHECK fc_status fc_job_result_describe_picture(const fc_job_result *outcome,
                                                       fc_http_response *response, fc_error *err);

/**
 * Keep answer and pictures. When job->state is final, the job was not begun before and is recorded
 * whole; else it is finished as `state`.
 *
 * Errors: those of the store.
 */
FC_MUST_CHECK fc_status fc_job_result_save(fc_job_store *store, const fc_job_result *outcome,
                                           const fc_job *job, fc_job_state state, fc_error *err);

/** Whether a repeated request under the same key may get this result: it would come out the same.
 */
bool fc_job_result_repeats(const fc_task_result *result);

/** Schemas of the parts that the service adds to the answers of report/answer.h. */
extern const fc_schema fc_job_result_schemas[];

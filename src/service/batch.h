/**
 * Batch: several photos of one request, worked on in parallel. Each is a job of its own, with its
 * own result and links; the batch is the job above them. Few are in the queue at a time, so that a
 * large batch does not keep others out.
 *
 * This file has the batch whose client waits, run by one thread, and the answer of every batch.
 * Batches that are answered later are in service/async_job.h.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/attributes.h"
#include "base/bytes.h"
#include "base/error.h"
#include "http/request.h"
#include "jobs/task.h"
#include "report/schema.h"
#include "service/form.h"
#include "service/process_request.h"
#include "service/service.h"
#include "store/job_store.h"

typedef struct fc_batch_item {
    fc_job job;
    fc_bytes photo;   /* in the request, or in: */
    fc_buffer taken;  /* from the request, before the queue has it */
    fc_task *task;    /* while it waits or runs; longer where its pictures are told */
    fc_error failure; /* once it has ended; status FC_OK: there is a portrait */
    bool ended;
    bool has_png;
} fc_batch_item;

typedef struct fc_photo_batch {
    fc_service *service;
    fc_form form;
    fc_shared *backdrop; /* the picture behind each person, or NULL */
    fc_job job;
    int64_t received_us;
    int64_t time_us; /* from the request to the end of the work; 0 before */
    fc_batch_item *items;
    size_t count;
    size_t next;  /* first item that is not in the queue yet */
    size_t ended; /* items */
    bool keep_tasks;
    bool accepted; /* it is in the store */
} fc_photo_batch;

/** Prepare the photos of a request, which must outlive the batch. Errors: FC_IO (no random
 *  numbers), FC_OUT_OF_MEMORY. */
FC_MUST_CHECK fc_status fc_photo_batch_new(fc_service *service, const fc_http_request *request,
                                           const fc_process_request *order, fc_photo_batch **out,
                                           fc_error *err);

/** Read an accepted batch (service/async_job.h) with the results of its photos, to answer and to
 * finish it. Errors: FC_NOT_FOUND when it has ended or was deleted; FC_IO, FC_OUT_OF_MEMORY. */
FC_MUST_CHECK fc_status fc_photo_batch_read(fc_service *service, const char *id,
                                            fc_photo_batch **out, fc_error *err);

/** Cancel photos that are left and release the batch. Records stay. NULL is fine. */
void fc_photo_batch_free(fc_photo_batch *batch);
FC_DEFINE_CLEANUP(fc_photo_batch, fc_photo_batch_free)

/**
 * Work on all photos and save the results. After a failure some may have been saved; they are
 * deleted with the batch.
 *
 * request   of the client that waits
 *
 * Errors: FC_BUSY (the queue is full before the first photo), FC_STOPPING, FC_CANCELLED (the client
 * has left), FC_OUT_OF_MEMORY.
 */
FC_MUST_CHECK fc_status fc_photo_batch_run(fc_photo_batch *batch, const fc_http_request *request,
                                           fc_error *err);

/** Append the answer as one line of JSON. Errors: FC_OUT_OF_MEMORY, FC_LIMIT_EXCEEDED. */
FC_MUST_CHECK fc_status fc_photo_batch_answer(const fc_photo_batch *batch, bool base64,
                                              fc_buffer *out, fc_error *err);

/** Record that the batch is done, with its answer: as a new job, or, where it was accepted, as the
 *  end of that one. Errors: those of the store. */
FC_MUST_CHECK fc_status fc_photo_batch_finish(fc_photo_batch *batch, fc_error *err);

/** Schemas of BatchAnswer and its parts. */
extern const fc_schema fc_batch_schemas[];

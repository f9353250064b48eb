/**
 * Batch: several photos of one request, worked on in parallel. Each is a job of its own, with its
 * own result and links; the batch is the job above them. Few are in the queue at a time, so that a
 * large batch does not keep others out.
 *
 * One thread runs a batch.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "app/job_store.h"
#include "app/task.h"
#include "base/attributes.h"
#include "base/bytes.h"
#include "base/error.h"
#include "http/form.h"
#include "http/order.h"
#include "http/request.h"
#include "http/service.h"

typedef struct fc_batch_item {
    fc_job job;
    fc_bytes photo;
    fc_buffer own_photo; /* what `photo` points to, when the request is gone */
    fc_task *task;       /* while it waits or runs; longer where its pictures are told */
    fc_error failure;    /* once it has ended; status FC_OK: there is a portrait */
    bool ended;
    bool has_png;
} fc_batch_item;

typedef struct fc_photo_batch {
    fc_service *service;
    fc_form form;
    fc_job job;
    int64_t received_us;
    int64_t time_us; /* from the request to the end of the work; 0 before */
    fc_batch_item *items;
    size_t count;
    size_t next;  /* first item that is not in the queue yet */
    size_t ended; /* items */
    bool keep_tasks;
} fc_photo_batch;

/**
 * Prepare the photos of a request and record their jobs.
 *
 * own   copy the photos: the batch will outlive the request
 *
 * Errors: FC_IO, FC_OUT_OF_MEMORY; then nothing is recorded.
 */
FC_MUST_CHECK fc_status fc_photo_batch_new(fc_service *service, const fc_http_request *request,
                                           const fc_order *order, bool own, fc_photo_batch **out,
                                           fc_error *err);

/** Cancel what is left, forget the rest. Records stay. NULL is fine. */
void fc_photo_batch_free(fc_photo_batch *batch);
FC_DEFINE_CLEANUP(fc_photo_batch, fc_photo_batch_free)

/**
 * Work on all photos and save what comes of them.
 *
 * request   of the client that waits; NULL when nobody does
 *
 * Errors: FC_BUSY (the queue is full before the first photo), FC_CANCELLED (the client has left,
 * or the batch was cancelled), FC_IO, FC_OUT_OF_MEMORY.
 */
FC_MUST_CHECK fc_status fc_photo_batch_run(fc_photo_batch *batch, const fc_http_request *request,
                                           fc_error *err);

/** Append the answer as one line of JSON. Errors: FC_OUT_OF_MEMORY, FC_LIMIT_EXCEEDED. */
FC_MUST_CHECK fc_status fc_photo_batch_answer(const fc_photo_batch *batch, bool base64,
                                              fc_buffer *out, fc_error *err);

/** Record that the batch is done, with its answer. Errors: those of the store. */
FC_MUST_CHECK fc_status fc_photo_batch_finish(fc_photo_batch *batch, fc_error *err);

/**
 * Graph batch: requests of several threads to Microsoft Graph. While a call is under way, those
 * that come wait together, and go as one JSON batch
 * (https://learn.microsoft.com/graph/json-batching); who is alone goes plainly. One call at a time.
 * Any thread.
 */
#pragma once

#include <stdint.h>

#include "base/attributes.h"
#include "base/bytes.h"
#include "base/error.h"
#include "directory/cloud.h"

/** Requests that Graph takes in one batch. */
#define FC_GRAPH_BATCH_MAX 20

typedef struct fc_graph_request {
    const char *method;    /* GET, PUT, DELETE */
    const char *path;      /* "/users/ID/photo/$value" */
    const fc_bytes *photo; /* JPEG; NULL: no body */
    fc_buffer *answer;     /* where the body of 200 to 299 is appended; NULL: nowhere */
    int32_t status;        /* found: of HTTP */
    fc_delivery result;    /* found, as fc_cloud_send has it */
} fc_graph_request;

typedef struct fc_graph_batch fc_graph_batch;

/**
 * cloud      used by the batch alone, while it is there; outlives it
 * root       borrowed: "https://graph.microsoft.com/v1.0"
 * size_max   requests in one call, 1 to FC_GRAPH_BATCH_MAX
 *
 * Errors: FC_OUT_OF_MEMORY.
 */
FC_MUST_CHECK fc_status fc_graph_batch_new(fc_cloud *cloud, const char *root, int32_t size_max,
                                           fc_graph_batch **out, fc_error *err);

/** Nobody waits any more. NULL is fine. */
void fc_graph_batch_free(fc_graph_batch *batch);

/**
 * Send a request, and wait for its answer. What is wrong with one of a batch is its result alone.
 *
 * Errors: those of fc_cloud_send, for all that were under way together.
 */
FC_MUST_CHECK fc_status fc_graph_batch_send(fc_graph_batch *batch, fc_graph_request *request,
                                            fc_error *err);

/**
 * Cloud: calls to a service that gives tokens by OAuth 2 (RFC 6749), as those of Microsoft and
 * Google do. Tokens are renewed a minute before they end, and once when one is refused. One thread
 * at a time.
 */
#pragma once

#include <stdint.h>

#include "base/attributes.h"
#include "base/bytes.h"
#include "base/error.h"
#include "directory/target.h"
#include "net/caller.h"

/** Append the form of a token request. */
typedef fc_status (*fc_cloud_form)(void *context, fc_buffer *form, fc_error *err);

typedef struct fc_cloud {
    fc_caller *caller;
    char *token_url; /* set before the first form is written */
    fc_cloud_form write_form;
    void *context; /* of write_form */
    fc_buffer token;
    int64_t token_until_us;
    fc_call_answer answer; /* to the last call */
} fc_cloud;

/** Settings that a cloud reads. */
#define FC_CLOUD_KEYS                                                                              \
    { "ca_file", "certificates that are trusted, in PEM, instead of the system's", false },        \
    {                                                                                              \
        "timeout_s", "longest wait for an answer, 1 to 600; 60", false                             \
    }

/**
 * Make ready, and get a first token.
 *
 * out   zeroed. Owner: caller, release with fc_cloud_close, also after a failure
 *
 * Errors: FC_INVALID_ARGUMENT (settings), FC_IO (no connection, or no token, in the service's
 * words), FC_OUT_OF_MEMORY, those of write_form.
 */
FC_MUST_CHECK fc_status fc_cloud_open(const fc_target_config *config, const char *token_url,
                                      fc_cloud_form write_form, void *context, fc_cloud *out,
                                      fc_error *err);

void fc_cloud_close(fc_cloud *cloud);

/**
 * One call, with a token; `answer` of the cloud has what came.
 *
 * result   FC_DELIVERY_DONE: 200 to 299. FC_DELIVERY_LATER: 429, 502, 503, 504, or 403 for too many
 *          calls (Google), with the wait that the service asks for. FC_DELIVERY_LOST: no answer.
 *          FC_DELIVERY_REFUSED: all else, in the service's words
 *
 * Errors: FC_IO (no token any more), FC_INVALID_ARGUMENT (the URL), FC_OUT_OF_MEMORY.
 */
FC_MUST_CHECK fc_status fc_cloud_send(fc_cloud *cloud, fc_call *call, fc_delivery *result,
                                      fc_error *err);

/** What an answer means: state, wait and words of `result`, as fc_cloud_send has them. */
void fc_cloud_judge(const fc_call_answer *answer, fc_delivery *result);

/** The same as a status, for those who read: FC_OK (200 to 299), FC_NOT_FOUND (404), FC_BUSY (asked
 *  to wait), FC_IO (all else), in the service's words. `status`: of HTTP. */
FC_MUST_CHECK fc_status fc_cloud_read_status(const fc_delivery *result, int32_t status,
                                             fc_error *err);

/** GET what is there: `answer` of the cloud has it. Errors: those of fc_cloud_send and
 *  fc_cloud_read_status. */
FC_MUST_CHECK fc_status fc_cloud_read(fc_cloud *cloud, const char *url, fc_error *err);

/** PUT a body in place of the current content; NULL: DELETE. Result and errors: those of
 *  fc_cloud_send. */
FC_MUST_CHECK fc_status fc_cloud_write(fc_cloud *cloud, const char *url, const char *content_type,
                                       const fc_bytes *body, fc_delivery *result, fc_error *err);

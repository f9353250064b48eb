/**
 * Caller: requests to a service that the operator has named, over a connection that is kept.
 *
 * Only https, and http to this machine. Certificates are verified. Redirects are not followed, so a
 * token cannot leak to another host. Proxies are those of the environment. A caller belongs to one
 * thread at a time.
 */
#pragma once

#include <stdint.h>

#include "base/attributes.h"
#include "base/bytes.h"
#include "base/error.h"

/** Longest wait that a service may ask for; longer ones are cut to it. */
#define FC_CALLER_WAIT_MAX_MS ((int64_t)3600 * 1000)

typedef struct fc_caller fc_caller;

typedef struct fc_call {
    const char *method; /* GET, PUT, POST, DELETE */
    const char *url;
    const char *token;        /* for "Authorization: Bearer"; NULL: none */
    const char *content_type; /* of the body; NULL: there is none */
    fc_bytes body;
} fc_call;

typedef struct fc_call_answer {
    int32_t status;  /* 200..599 */
    int64_t wait_ms; /* of Retry-After, seconds or a date; 0: not said */
    fc_buffer body;  /* owner: caller of fc_caller_send; starts with a limit */
} fc_call_answer;

/**
 * ca_file     certificates that are trusted; NULL: the system's
 * timeout_s   of a whole call
 *
 * Errors: FC_OUT_OF_MEMORY.
 */
FC_MUST_CHECK fc_status fc_caller_new(const char *ca_file, int32_t timeout_s, fc_caller **out,
                                      fc_error *err);

void fc_caller_free(fc_caller *caller);
FC_DEFINE_CLEANUP(fc_caller, fc_caller_free)

/**
 * Send a request and wait for the whole answer. A refusal by status code is an answer, too.
 *
 * answer   its body is cleared first
 *
 * Errors: FC_INVALID_ARGUMENT (the URL), FC_IO (no connection, a certificate that is not trusted,
 * no answer in time: with libcurl's words), FC_LIMIT_EXCEEDED (the body), FC_OUT_OF_MEMORY.
 */
FC_MUST_CHECK fc_status fc_caller_send(fc_caller *caller, const fc_call *call,
                                       fc_call_answer *answer, fc_error *err);

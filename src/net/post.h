/**
 * Post: small messages to addresses from clients, several under way at a time on one thread, so
 * that a slow receiver delays no other. The rules of net/guard.h apply; a redirect is an answer
 * like any other. All calls from one thread, but fc_poster_wake.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/bytes.h"
#include "base/error.h"

/** Messages that may be under way. */
#define FC_POSTS_MAX 16

/** Headers of one message. */
#define FC_POST_HEADERS_MAX 8

/** Which hosts may be posted to. Constant. */
typedef struct fc_post_rules {
    /* With commas: NAME of a host, *.NAME for all below it, * for all: each by https, where its
     * address is public; ADDRESS:PORT: this one by http as well, public or not. Borrowed. */
    const char *allow;
    int32_t timeout_s; /* of one message, from the name to the end of the answer */
} fc_post_rules;

/**
 * Check whether an address may be posted to, by its text. The address that it resolves to is
 * checked when the connection is made.
 *
 * Errors: FC_INVALID_ARGUMENT (no address, another scheme, with a name or password, a host that is
 * not allowed), FC_OUT_OF_MEMORY.
 */
FC_MUST_CHECK fc_status fc_post_check(const fc_post_rules *rules, const char *url, fc_error *err);

typedef struct fc_poster fc_poster;

/** Errors: FC_OUT_OF_MEMORY. `rules` is copied, its texts are borrowed. */
FC_MUST_CHECK fc_status fc_poster_new(const fc_post_rules *rules, fc_poster **out, fc_error *err);

/** Drop the messages under way, whether received or not. NULL is fine. */
void fc_poster_free(fc_poster *poster);
FC_DEFINE_CLEANUP(fc_poster, fc_poster_free)

/** Result of a message. */
typedef struct fc_post_outcome {
    void *context;
    int code;     /* of the answer; 0: none came */
    fc_error why; /* FC_OK: a code of 200 to 299; else in one line what came instead */
} fc_post_outcome;

/**
 * Send a message.
 *
 * headers   "Name: value", up to FC_POST_HEADERS_MAX; copied
 * body      copied
 * context   comes back with the outcome
 *
 * Errors: those of fc_post_check, FC_BUSY (FC_POSTS_MAX are under way), FC_OUT_OF_MEMORY.
 */
FC_MUST_CHECK fc_status fc_poster_send(fc_poster *poster, const char *url,
                                       const char *const *headers, size_t header_count,
                                       fc_bytes body, void *context, fc_error *err);

/** Wait for a result, for at most the given time, or until woken. False: there is none. */
bool fc_poster_wait(fc_poster *poster, int32_t time_ms, fc_post_outcome *out);

/** Messages under way. */
size_t fc_poster_count(const fc_poster *poster);

/** End a wait, also the next one. Any thread. */
void fc_poster_wake(fc_poster *poster);

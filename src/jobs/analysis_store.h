/**
 * Analysis store: analyses that clients come back to, under tokens that cannot be guessed. In
 * memory only, with three bounds: age, number and bytes. The least recently used one makes room:
 * first its pixels, which are decoded again at the next use, then the whole. Dropped analyses are
 * overwritten as soon as the last render from them has ended.
 *
 * A thread of the store drops analyses that are too old and returns their memory to the system. Any
 * thread; new and free by one.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/error.h"
#include "base/random.h"
#include "engine/analysis.h"

/** An owner is the name of an API key (http/request.h), or "". */
#define FC_ANALYSIS_OWNER_SIZE 17

typedef struct fc_analysis_store fc_analysis_store;

typedef struct fc_analysis_limits {
    int32_t count_max;       /* 1..FC_ANALYSES_MAX */
    int64_t bytes_max;       /* of all analyses together */
    int64_t keep_us;         /* from the analysis on, however often it is used */
    int64_t (*now_us)(void); /* the clock; NULL: fc_clock_us, and the store looks at it by itself */
} fc_analysis_limits;

/** State of a token. */
typedef enum fc_analysis_state {
    FC_ANALYSIS_THERE,
    FC_ANALYSIS_GONE,    /* it was there: too old, deleted, or made room */
    FC_ANALYSIS_UNKNOWN, /* never seen, another owner's, or gone long ago */
} fc_analysis_state;

/** The store at this moment. */
typedef struct fc_analysis_load {
    int32_t count;
    int64_t bytes;
} fc_analysis_load;

/** Errors: FC_OUT_OF_MEMORY, also when its thread cannot be started. */
FC_MUST_CHECK fc_status fc_analysis_store_new(const fc_analysis_limits *limits,
                                              fc_analysis_store **out, fc_error *err);
/** Drops everything. NULL is fine. */
void fc_analysis_store_free(fc_analysis_store *store);
FC_DEFINE_CLEANUP(fc_analysis_store, fc_analysis_store_free)

/**
 * Keep an analysis.
 *
 * token      drawn for it with fc_random_name
 * analysis   the store takes a reference of its own
 *
 * Errors: FC_LIMIT_EXCEEDED (larger than all that is allowed).
 */
FC_MUST_CHECK fc_status fc_analysis_store_put(fc_analysis_store *store, const char *owner,
                                              const char *token, fc_analysis *analysis,
                                              fc_error *err);

/**
 * Find an analysis, and note that it was used.
 *
 * token   any text from a client
 * out     a reference for the caller when it is there, else untouched
 */
FC_MUST_CHECK fc_analysis_state fc_analysis_store_get(fc_analysis_store *store, const char *owner,
                                                      const char *token, fc_analysis **out);

/** Measure all analyses again, after a render has added to one; others may have to make room. */
void fc_analysis_store_resize(fc_analysis_store *store);

/** Drop an analysis. Returns its state before. */
fc_analysis_state fc_analysis_store_drop(fc_analysis_store *store, const char *owner,
                                         const char *token);

/** Drop the analyses that are too old. */
void fc_analysis_store_expire(fc_analysis_store *store);

fc_analysis_load fc_analysis_store_stats(fc_analysis_store *store);

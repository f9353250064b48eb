/**
 * Parallel: how many photos the command line works on at the same time. Processors and memory count
 * as the container allows them, not as the machine has them.
 */
#pragma once

#include <pthread.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/error.h"
#include "engine/system_limits.h"
#include "pipeline/stages.h"

/**
 * Threads for this many photos: one for each processor, or as many as were asked for.
 *
 * asked    0: as the container allows
 * photos   at least 1
 *
 * Returns 1..FC_JOBS_MAX, and never more than there are photos.
 */
int32_t fc_parallel_jobs(const fc_system_limits *container, int32_t asked, size_t photos);

/** How many of `jobs` fit into half of the memory together if each takes `bytes`; at least 1.
 */
int32_t fc_parallel_jobs_in_memory(const fc_system_limits *container, int32_t jobs, int64_t bytes);

/** Memory that all photos in work may take together. Any thread. */
typedef struct fc_memory_share {
    pthread_mutex_t lock;
    pthread_cond_t room;
    int64_t bytes_max; /* of all together; one that is alone may take more, up to: */
    int64_t alone_max;
    int64_t used;
    uint64_t next_ticket; /* memory is given in the order of asking */
    uint64_t called;
} fc_memory_share;

/** Half of what the container has, as in the service; all of it for a photo that is alone. */
void fc_memory_share_start(fc_memory_share *share, const fc_system_limits *container);
void fc_memory_share_end(fc_memory_share *share);

/**
 * Wait until there is room for this many bytes, after earlier callers.
 *
 * cancel   looked at about ten times a second
 *
 * Errors: FC_LIMIT_EXCEEDED (more than the machine or the container has), FC_CANCELLED. On success
 * give them back with fc_memory_share_return.
 */
FC_MUST_CHECK fc_status fc_memory_share_take(fc_memory_share *share, int64_t bytes,
                                             const fc_cancel *cancel, fc_error *err);
void fc_memory_share_return(fc_memory_share *share, int64_t bytes);

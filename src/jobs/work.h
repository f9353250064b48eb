/** Work: the two functions that the worker pool calls for a photo, so that tests of the pool need
 * no models. Any thread. */
#pragma once

#include <stdint.h>

#include "base/bytes.h"
#include "base/error.h"
#include "engine/engine.h"
#include "pipeline/portrait.h"
#include "pipeline/stages.h"

/** Both functions may be called by many threads at once. */
typedef struct fc_work {
    /** As fc_engine_estimate. */
    fc_status (*estimate)(const void *context, fc_photo *photo, fc_bytes file, int64_t *bytes,
                          fc_error *err);

    /** As fc_engine_process. */
    fc_status (*process)(const void *context, fc_photo *photo, fc_bytes file,
                         const fc_cancel *cancel, fc_portrait_sink sink, void *sink_context,
                         fc_error *err);

    const void *context;
} fc_work;

/** The work of an engine, which must outlive its users. */
fc_work fc_work_of_engine(const fc_engine *engine);

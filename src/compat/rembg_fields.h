/**
 * The fields of rembg's server, /api/remove: their names, their values, and our meaning of them.
 * They may stand in the form and in the query; people try both. Any thread.
 */
#pragma once

#include <jansson.h>

#include "base/attributes.h"
#include "base/error.h"
#include "config/options.h"
#include "http/request.h"
#include "pipeline/cutout.h"

typedef struct fc_rembg_order {
    fc_cutout_plan plan;
    bool u2net;  /* the model that was named is u2net: ask for it where it is installed */
    bool coarse; /* the model that was named is one of the small ones: work fast */
} fc_rembg_order;

/**
 * Every field at its default, then those of the query, then those of the body.
 *
 * problems   a list; values that are not allowed are appended in the shape of FastAPI's validation
 *            errors
 *
 * Errors: FC_OUT_OF_MEMORY.
 */
FC_MUST_CHECK fc_status fc_rembg_read(const fc_http_request *request, fc_rembg_order *out,
                                      json_t *problems, fc_error *err);

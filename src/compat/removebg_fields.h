/**
 * The fields of remove.bg's POST /v1.0/removebg: their names, their values, and our meaning of
 * them. Any thread.
 */
#pragma once

#include <stdbool.h>

#include "base/attributes.h"
#include "http/request.h"
#include "pipeline/cutout.h"

/** What one request asks for. */
typedef struct fc_removebg_order {
    fc_cutout_plan plan;
    bool has_colour; /* bg_color was given */
    bool tells_type; /* type_level is not "none" */
} fc_removebg_order;

/** A value that is not allowed. */
typedef struct fc_removebg_problem {
    const char *code; /* "invalid_size"; NULL: there is none */
    const char *name;
    const char *allowed;
} fc_removebg_problem;

/**
 * Every field at its default, then those of the body. Empty values count as absent, and unknown
 * names are ignored, as are the options for cars.
 *
 * size   value of the field `size` where a request has none: "preview", "full" or "auto"
 *
 * The problem is the first one, in the order of the table.
 */
FC_MUST_CHECK fc_removebg_problem fc_removebg_read(fc_http_pairs fields, const char *size,
                                                   fc_removebg_order *out);

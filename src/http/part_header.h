/** Part header: what the headers of one part of a multipart body say. One thread at a time. */
#pragma once

#include <stdbool.h>

#include "base/attributes.h"
#include "base/bytes.h"
#include "base/error.h"
#include "http/parameters.h"

typedef struct fc_http_part_header {
    fc_http_parameters disposition; /* what the others point into */
    fc_bytes name;
    fc_bytes file_name; /* as given, or empty */
    bool is_file;
} fc_http_part_header;

/**
 * Read the headers of a part. The result points into itself: do not copy it.
 *
 * text   the lines without the empty one at the end; changed in place
 *
 * Errors: FC_INVALID_ARGUMENT (no form-data with a name; nested multipart; an encoding other than
 * none; folded lines, control bytes).
 */
FC_MUST_CHECK fc_status fc_http_part_header_parse(char *text, fc_http_part_header *out,
                                                  fc_error *err);

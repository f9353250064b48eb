/** Files that come as text: a field whose name ends in "_b64" is a file in base64, in whatever kind
 *  of body. One thread at a time. */
#pragma once

#include <stdbool.h>

#include "base/attributes.h"
#include "base/bytes.h"
#include "base/error.h"
#include "http/content.h"

/** Is a field of this name a file in base64? */
bool fc_http_names_base64(fc_bytes name);

/** Bytes that a file of so many may have in base64. */
size_t fc_http_base64_size_max(size_t file_bytes_max);

/**
 * Decode a field and add it as a file; an empty field whose name tells of base64 is no file.
 *
 * text   base64, perhaps behind "data:image/jpeg;base64,", as a browser's FileReader gives it
 *
 * Errors: those of fc_base64_decode and fc_http_content_begin_file.
 */
FC_MUST_CHECK fc_status fc_http_add_base64(fc_http_content *content, fc_bytes field, fc_bytes text,
                                           fc_error *err);

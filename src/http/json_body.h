/** JSON body: an object whose members are fields, and files in base64. Any thread. */
#pragma once

#include "base/attributes.h"
#include "base/bytes.h"
#include "base/error.h"
#include "http/content.h"

/**
 * Take a whole body apart.
 *
 * Texts, numbers and truth values are fields; null is as if it were not there. "image" (or "file")
 * is a file in base64, "files" a list of such; a "data:...;base64," in front is skipped.
 *
 * body   its long texts are changed in place
 *
 * Errors: FC_INVALID_ARGUMENT (not an object, a member twice, another list or object, more values
 * than fields and files can be, not base64), those of fc_http_content_add_field and
 * fc_http_content_begin_file. Memory: the files, and not more than some MB whatever the body is.
 */
FC_MUST_CHECK fc_status fc_http_json_parse(fc_buffer *body, fc_http_content *content,
                                           fc_error *err);

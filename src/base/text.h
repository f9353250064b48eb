/** Text: copies of texts, each in a block of its own, and texts made fit for a log line or an
 * address. Any thread. */
#pragma once

#include "base/attributes.h"
#include "base/bytes.h"
#include "base/error.h"

/** Copy a text. Release with fc_memory_free. Errors: FC_OUT_OF_MEMORY; then `out` is unchanged. */
FC_MUST_CHECK fc_status fc_text_copy(const char *text, char **out, fc_error *err);

/** Copy bytes as a text: a zero byte is added. Otherwise as above. */
FC_MUST_CHECK fc_status fc_text_copy_bytes(fc_bytes bytes, char **out, fc_error *err);

/** Make one line of a text, in place: control characters become spaces, and blanks at its end are
 *  cut off. */
void fc_text_make_line(char *text);

/** Append a text as one part of a path, a query or a form: all but letters, digits and "-._~" as
 *  %XX (RFC 3986, section 2). Errors: those of fc_buffer_append. */
FC_MUST_CHECK fc_status fc_text_percent_encode(const char *text, fc_buffer *out, fc_error *err);

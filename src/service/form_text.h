/** Form as text: one line "name=value" for each field, to be read by this process or a later one.
 * Any thread, each form by one at a time. */
#pragma once

#include "base/attributes.h"
#include "base/bytes.h"
#include "base/error.h"
#include "service/form.h"

/** Bytes of such a text. */
#define FC_FORM_TEXT_BYTES_MAX ((size_t)64 << 10)

/** Append the text. Errors: FC_OUT_OF_MEMORY, FC_LIMIT_EXCEEDED. */
FC_MUST_CHECK fc_status fc_form_write_text(const fc_form *form, fc_buffer *out, fc_error *err);

/**
 * Read it into a form that has its defaults. A field that is not known any more is left out, one
 * that is missing keeps its default.
 *
 * Errors: FC_INVALID_ARGUMENT for a line without "=", or a value that is not allowed.
 */
FC_MUST_CHECK fc_status fc_form_read_text(const char *text, fc_form *form, fc_error *err);

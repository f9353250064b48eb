/**
 * Fold: texts that differ in case or in Unicode's ways to write a letter only become the same:
 * canonical caseless matching of the Unicode standard (3.13, D145), normalised to NFC. Any thread.
 */
#pragma once

#include "base/attributes.h"
#include "base/bytes.h"
#include "base/error.h"

/** Characters of a text that is folded; a name is never longer. */
#define FC_FOLD_CHARACTERS_MAX 1024

/**
 * Append the folded text and a zero byte. Spaces around the text are left out.
 *
 * text   UTF-8; what is none, or is longer than FC_FOLD_CHARACTERS_MAX, is taken byte by byte
 *
 * Errors: FC_OUT_OF_MEMORY, FC_LIMIT_EXCEEDED (out->size_max).
 */
FC_MUST_CHECK fc_status fc_fold(const char *text, fc_buffer *out, fc_error *err);

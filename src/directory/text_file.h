/**
 * Text file: the bytes of a table that people export from spreadsheets and directories, as UTF-8.
 * Any thread.
 */
#pragma once

#include "base/attributes.h"
#include "base/bytes.h"
#include "base/error.h"

/** How the bytes were read. */
typedef enum fc_text_encoding {
    FC_TEXT_UTF8,
    FC_TEXT_UTF16,        /* with a byte order mark */
    FC_TEXT_WINDOWS_1252, /* no byte order mark, and not UTF-8 */
    FC_TEXT_ENCODINGS_COUNT,
} fc_text_encoding;

/** "UTF-8", for people. */
const char *fc_text_encoding_name(fc_text_encoding encoding);

/**
 * Append as UTF-8, without a byte order mark.
 *
 * Errors: FC_INVALID_ARGUMENT (UTF-16 with half a character; a zero byte, which no text has),
 * FC_LIMIT_EXCEEDED (out->size_max), FC_OUT_OF_MEMORY.
 */
FC_MUST_CHECK fc_status fc_text_to_utf8(fc_bytes file, fc_buffer *out, fc_text_encoding *encoding,
                                        fc_error *err);

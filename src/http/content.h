/**
 * Content: the fields and files of a body, whatever its type.
 *
 * One thread at a time.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/attributes.h"
#include "base/bytes.h"
#include "base/error.h"
#include "http/limits.h"
#include "http/request.h"

/** Start with fc_http_content_init; release with fc_http_content_clear. */
typedef struct fc_http_content {
    fc_http_pair fields[FC_HTTP_FIELDS_MAX];
    size_t field_count;
    fc_http_file *files; /* room for files_max */
    fc_buffer *buffers;  /* what the files are made of */
    size_t file_count;
    size_t files_max;
    size_t file_bytes_max;
} fc_http_content;

/** Empty content with limits for files and their bytes. Allocates nothing yet. */
void fc_http_content_init(fc_http_content *content, size_t files_max, size_t file_bytes_max);

void fc_http_content_clear(fc_http_content *content);

/**
 * Add a field; both texts are copied.
 *
 * Errors: FC_INVALID_ARGUMENT (a name twice, or empty, or too long; text that is not UTF-8 or has
 * zero bytes), FC_LIMIT_EXCEEDED (value too long, too many fields), FC_OUT_OF_MEMORY.
 */
FC_MUST_CHECK fc_status fc_http_content_add_field(fc_http_content *content, fc_bytes name,
                                                  fc_bytes value, fc_error *err);

/**
 * Begin a file: append its bytes to `out`, then call fc_http_content_end_file.
 *
 * field       as for fields, but it may come again
 * file_name   as the client gave it, any bytes; what is kept is its last part, without folders, as
 *             UTF-8: control bytes, quotes and broken characters are "_", cut at a character to
 *             FC_HTTP_FILE_NAME_MAX bytes
 * out         bounded by file_bytes_max; owner: the content
 *
 * Errors: FC_INVALID_ARGUMENT (the field's name, too many files), FC_OUT_OF_MEMORY.
 */
FC_MUST_CHECK fc_status fc_http_content_begin_file(fc_http_content *content, fc_bytes field,
                                                   fc_bytes file_name, fc_buffer **out,
                                                   fc_error *err);

/** The last file is complete. */
void fc_http_content_end_file(fc_http_content *content);

/** Memory of all files. */
size_t fc_http_content_memory(const fc_http_content *content);

/** Take over the bytes of a file, which is then empty. A buffer without data when the file is not
 * from this content. */
fc_buffer fc_http_content_take(fc_http_content *content, const fc_http_file *file);

/* ---- base64 file ----------------------------------------------------------------------------- */

/* Files sent as text: a field whose name ends in "_b64" is a file in base64, in any kind of body.
 * One thread at a time. */

/** Whether a field of this name is a file in base64. */
bool fc_http_names_base64(fc_bytes name);

/** Most bytes of base64 for a file of this size. */
size_t fc_http_base64_size_max(size_t file_bytes_max);

/**
 * Decode a field and add it as a file; an empty field named "..._b64" is ignored.
 *
 * text   base64, perhaps behind "data:image/jpeg;base64,", as a browser's FileReader gives it
 *
 * Errors: those of fc_base64_decode and fc_http_content_begin_file.
 */
FC_MUST_CHECK fc_status fc_http_add_base64(fc_http_content *content, fc_bytes field, fc_bytes text,
                                           fc_error *err);

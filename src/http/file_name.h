/** File names of clients: made harmless before anyone sees them. Any thread. */
#pragma once

#include "base/bytes.h"
#include "http/limits.h"

/**
 * The last part of a name that a client gave, without its folders.
 *
 * given   any bytes
 * name    UTF-8; control bytes and quotes are "_", broken characters too; cut at a character
 */
void fc_http_file_name_clean(fc_bytes given, char name[FC_HTTP_FILE_NAME_MAX + 1]);

#include "http/file_name.h"

#include <string.h>

#include "base/assert.h"
#include "base/utf8.h"

/* Browsers of old sent whole paths, of Windows as well. */
static size_t last_part(fc_bytes given)
{
    size_t start = 0;
    for (size_t i = 0; i < given.size; i++) {
        if (given.data[i] == '/' || given.data[i] == '\\') {
            start = i + 1;
        }
    }
    return start;
}

void fc_http_file_name_clean(fc_bytes given, char name[FC_HTTP_FILE_NAME_MAX + 1])
{
    FC_ASSERT(given.data != NULL || given.size == 0);
    size_t length = 0;
    for (size_t at = last_part(given); at < given.size;) {
        const char *text = (const char *)given.data + at;
        const size_t size = fc_utf8_character(text, given.size - at);
        const unsigned char first = (unsigned char)*text;
        const size_t taken = size == 0 ? 1 : size;
        if (length + taken > FC_HTTP_FILE_NAME_MAX) {
            break;
        }
        if (size == 0 || first < 0x20 || first == 0x7f || first == '"') {
            name[length++] = '_';
        } else {
            memcpy(name + length, text, size);
            length += size;
        }
        at += taken;
    }
    name[length] = '\0';
}

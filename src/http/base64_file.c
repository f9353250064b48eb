#define _GNU_SOURCE /* memmem */
#include "http/base64_file.h"

#include <string.h>
#include <strings.h>

#include "base/assert.h"
#include "http/base64.h"

bool fc_http_names_base64(fc_bytes name)
{
    static const char ENDING[] = "_b64";
    const size_t size = strlen(ENDING);
    return name.size > size && memcmp(name.data + name.size - size, ENDING, size) == 0;
}

size_t fc_http_base64_size_max(size_t file_bytes_max)
{
    const size_t characters = file_bytes_max + file_bytes_max / 3; /* four for three bytes */
    return characters + characters / 32 + 256;                     /* line ends */
}

static fc_bytes skip_data_url(fc_bytes text)
{
    static const char MARK[] = ";base64,";
    while (text.size > 0 && memchr(" \t\r\n", text.data[0], 4) != NULL) {
        text = (fc_bytes){ text.data + 1, text.size - 1 };
    }
    if (text.size < 5 || strncasecmp((const char *)text.data, "data:", 5) != 0) {
        return text;
    }
    const size_t looked_at = text.size < 128 ? text.size : 128;
    const uint8_t *mark = memmem(text.data, looked_at, MARK, strlen(MARK));
    if (mark == NULL) {
        return text;
    }
    const uint8_t *start = mark + strlen(MARK);
    return (fc_bytes){ start, text.size - (size_t)(start - text.data) };
}

fc_status fc_http_add_base64(fc_http_content *content, fc_bytes field, fc_bytes text, fc_error *err)
{
    FC_ASSERT(content != NULL);
    if (text.size == 0 && fc_http_names_base64(field)) {
        return FC_OK;
    }
    fc_buffer *file = NULL;
    FC_TRY(fc_http_content_begin_file(content, field, (fc_bytes){ NULL, 0 }, &file, err));
    FC_TRY(fc_base64_decode(skip_data_url(text), file, err));
    fc_http_content_end_file(content);
    return FC_OK;
}

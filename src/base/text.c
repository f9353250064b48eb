#include "base/text.h"

#include <string.h>

#include "base/assert.h"
#include "base/memory.h"

fc_status fc_text_copy(const char *text, char **out, fc_error *err)
{
    FC_ASSERT(text != NULL);
    return fc_text_copy_bytes((fc_bytes){ (const uint8_t *)text, strlen(text) }, out, err);
}

fc_status fc_text_copy_bytes(fc_bytes bytes, char **out, fc_error *err)
{
    FC_ASSERT(bytes.data != NULL || bytes.size == 0);
    FC_ASSERT(out != NULL);
    void *block = NULL;
    FC_TRY(fc_memory_new(bytes.size + 1, 1, &block, err));
    char *copy = block;
    if (bytes.size > 0) {
        memcpy(copy, bytes.data, bytes.size);
    }
    copy[bytes.size] = '\0';
    *out = copy;
    return FC_OK;
}

void fc_text_make_line(char *text)
{
    FC_ASSERT(text != NULL);
    size_t length = 0;
    for (size_t i = 0; text[i] != '\0'; i++) {
        text[i] = (unsigned char)text[i] < ' ' || text[i] == 0x7F ? ' ' : text[i];
        length = text[i] != ' ' ? i + 1 : length;
    }
    text[length] = '\0';
}

fc_status fc_text_percent_encode(const char *text, fc_buffer *out, fc_error *err)
{
    static const char PLAIN[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    FC_ASSERT(text != NULL);
    FC_ASSERT(out != NULL);
    for (const char *at = text; *at != '\0'; at++) {
        FC_TRY(strchr(PLAIN, *at) != NULL
                   ? fc_buffer_append(out, at, 1, err)
                   : fc_buffer_print(out, err, "%%%02X", (unsigned)(unsigned char)*at));
    }
    return FC_OK;
}

#include "base/utf8.h"

#include <stdint.h>
#include <string.h>

#include "base/assert.h"

/* First byte, second byte and length of each kind of character (Unicode 15, table 3-7). */
typedef struct form {
    uint8_t first_min;
    uint8_t first_max;
    uint8_t second_min;
    uint8_t second_max;
    uint8_t length;
} form;

static const form FORMS[] = {
    { 0xc2, 0xdf, 0x80, 0xbf, 2 }, { 0xe0, 0xe0, 0xa0, 0xbf, 3 }, { 0xe1, 0xec, 0x80, 0xbf, 3 },
    { 0xed, 0xed, 0x80, 0x9f, 3 }, { 0xee, 0xef, 0x80, 0xbf, 3 }, { 0xf0, 0xf0, 0x90, 0xbf, 4 },
    { 0xf1, 0xf3, 0x80, 0xbf, 4 }, { 0xf4, 0xf4, 0x80, 0x8f, 4 },
};

size_t fc_utf8_character(const char *text, size_t size)
{
    FC_ASSERT(text != NULL || size == 0);
    const uint8_t *bytes = (const uint8_t *)text;
    if (size == 0 || bytes[0] < 0x80) {
        return size == 0 ? 0 : 1;
    }
    for (size_t i = 0; i < sizeof FORMS / sizeof FORMS[0]; i++) {
        const form *row = &FORMS[i];
        if (bytes[0] < row->first_min || bytes[0] > row->first_max || size < row->length) {
            continue;
        }
        if (bytes[1] < row->second_min || bytes[1] > row->second_max) {
            continue;
        }
        for (size_t k = 2; k < row->length; k++) {
            if ((bytes[k] & 0xc0) != 0x80) {
                return 0;
            }
        }
        return row->length;
    }
    return 0;
}

size_t fc_utf8_cut(const char *text, size_t size_max)
{
    FC_ASSERT(text != NULL);
    const size_t size = strlen(text);
    size_t end = 0;
    while (end < size) {
        const size_t whole = fc_utf8_character(text + end, size - end);
        const size_t taken = whole > 0 ? whole : 1;
        if (end + taken > size_max) {
            break;
        }
        end += taken;
    }
    return end;
}

#include "compat/lengths.h"

#include <string.h>

#include "base/assert.h"
#include "base/number.h"

static bool ends_with(const char *text, size_t length, const char *ending)
{
    const size_t size = strlen(ending);
    return length > size && memcmp(text + length - size, ending, size) == 0;
}

static bool parse_one(const char *text, size_t length, fc_length *out)
{
    char number[FC_NUMBER_LENGTH_MAX];
    const bool percent = ends_with(text, length, "%");
    const size_t unit = percent ? 1 : ends_with(text, length, "px") ? 2 : 0;
    if (length - unit >= sizeof number) {
        return false;
    }
    memcpy(number, text, length - unit);
    number[length - unit] = '\0';
    double value = 0;
    if (!fc_parse_real(number, &value) || value < 0) {
        return false;
    }
    *out = (fc_length){ value, percent };
    return true;
}

bool fc_lengths_parse(const char *text, size_t most, fc_length *out, size_t *count)
{
    FC_ASSERT(text != NULL && out != NULL && count != NULL);
    size_t found = 0;
    text += strspn(text, " ");
    while (*text != '\0') {
        const size_t length = strcspn(text, " ");
        if (found == most || !parse_one(text, length, &out[found])) {
            return false;
        }
        found++;
        text += length;
        text += strspn(text, " ");
    }
    *count = found;
    return found > 0;
}

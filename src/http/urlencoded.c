#include "http/urlencoded.h"

#include <stdbool.h>
#include <string.h>

#include "base/assert.h"
#include "base/utf8.h"

static int hexadecimal(char digit)
{
    if (digit >= '0' && digit <= '9') {
        return digit - '0';
    }
    const char lower = (char)(digit | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

static bool is_utf8(const char *text)
{
    size_t left = strlen(text);
    while (left > 0) {
        const size_t size = fc_utf8_character(text, left);
        if (size == 0) {
            return false;
        }
        text += size;
        left -= size;
    }
    return true;
}

/* `kept` is a character that must not come encoded, or 0. */
static fc_status decode(char *text, bool plus_is_space, char kept, fc_error *err)
{
    char *to = text;
    for (const char *from = text; *from != '\0'; from++) {
        if (*from == '+' && plus_is_space) {
            *to++ = ' ';
            continue;
        }
        if (*from != '%') {
            *to++ = *from;
            continue;
        }
        const int high = hexadecimal(from[1]);
        const int low = high < 0 ? -1 : hexadecimal(from[2]);
        if (low < 0) {
            return fc_fail(err, FC_INVALID_ARGUMENT, "a \"%%\" without two hexadecimal digits");
        }
        const char byte = (char)(high * 16 + low);
        if (byte == '\0' || (kept != '\0' && byte == kept)) {
            return fc_fail(err, FC_INVALID_ARGUMENT, "an encoded byte that is not allowed there");
        }
        *to++ = byte;
        from += 2;
    }
    *to = '\0';
    if (!is_utf8(text)) {
        return fc_fail(err, FC_INVALID_ARGUMENT, "text that is not UTF-8");
    }
    return FC_OK;
}

fc_status fc_http_percent_decode(char *text, fc_error *err)
{
    FC_ASSERT(text != NULL);
    return decode(text, false, '\0', err);
}

fc_status fc_http_path_decode(char *path, fc_error *err)
{
    FC_ASSERT(path != NULL);
    if (path[0] != '/') {
        return fc_fail(err, FC_INVALID_ARGUMENT, "a path that does not begin with \"/\"");
    }
    FC_TRY(decode(path, false, '/', err));
    for (const char *at = path; *at != '\0'; at++) {
        if ((unsigned char)*at < 0x20 || *at == 0x7f || *at == '\\') {
            return fc_fail(err, FC_INVALID_ARGUMENT, "a control byte or backslash in the path");
        }
        const size_t dots = *at == '/' ? strspn(at + 1, ".") : 0;
        const char after = at[1 + dots];
        if ((dots == 1 || dots == 2) && (after == '/' || after == '\0')) {
            return fc_fail(err, FC_INVALID_ARGUMENT, "a path with a part \".\" or \"..\"");
        }
    }
    return FC_OK;
}

fc_status fc_http_urlencoded_parse(char *text, fc_http_pair *pairs, size_t pairs_max, size_t *count,
                                   fc_error *err)
{
    FC_ASSERT(text != NULL);
    FC_ASSERT(pairs != NULL && count != NULL);
    size_t found = 0;
    char *rest = text;
    while (rest != NULL && *rest != '\0') {
        char *name = strsep(&rest, "&");
        if (*name == '\0') {
            continue;
        }
        if (found == pairs_max) {
            return fc_fail(err, FC_LIMIT_EXCEEDED, "more than %zu names", pairs_max);
        }
        char *equals = strchr(name, '=');
        char *value = equals == NULL ? name + strlen(name) : equals + 1;
        if (equals != NULL) {
            *equals = '\0';
        }
        FC_TRY(decode(name, true, '\0', err));
        FC_TRY(decode(value, true, '\0', err));
        pairs[found++] = (fc_http_pair){ name, value };
    }
    *count = found;
    return FC_OK;
}

#include "directory/fold.h"

#include <string.h>
#include <utf8proc.h>

#include "base/assert.h"

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static fc_bytes trim(const char *text)
{
    size_t size = strlen(text);
    while (size > 0 && is_space(text[size - 1])) {
        size--;
    }
    while (size > 0 && is_space(*text)) {
        text++;
        size--;
    }
    return (fc_bytes){ (const uint8_t *)text, size };
}

fc_status fc_fold(const char *text, fc_buffer *out, fc_error *err)
{
    FC_ASSERT(text != NULL);
    FC_ASSERT(out != NULL);
    const utf8proc_option_t how = UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_CASEFOLD;
    const fc_bytes bare = trim(text);
    utf8proc_int32_t letters[FC_FOLD_CHARACTERS_MAX + 1]; /* in place, as UTF-8 at last */
    utf8proc_ssize_t size = utf8proc_decompose(bare.data, (utf8proc_ssize_t)bare.size, letters,
                                               FC_FOLD_CHARACTERS_MAX, how);
    const bool folds = size >= 0 && size <= FC_FOLD_CHARACTERS_MAX;
    size = folds ? utf8proc_reencode(letters, size, how) : 0;
    if (!folds || size < 0) {
        FC_TRY(fc_buffer_append(out, bare.data, bare.size, err));
    } else {
        FC_TRY(fc_buffer_append(out, letters, (size_t)size, err));
    }
    return fc_buffer_append(out, "", 1, err);
}

#include "infer/onnx_data.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <xxhash.h>

#include "base/assert.h"
#include "base/number.h"

static bool is_word(fc_bytes text, const char *word)
{
    return text.size == strlen(word) && memcmp(text.data, word, text.size) == 0;
}

bool fc_onnx_data_set(fc_onnx_data *data, fc_bytes key, fc_bytes value)
{
    FC_ASSERT(data != NULL);
    if (key.data == NULL || value.data == NULL) {
        return false;
    }
    if (is_word(key, "checksum")) {
        return true; /* nobody reads it */
    }
    fc_bytes *const field = is_word(key, "location") ? &data->location
                            : is_word(key, "offset") ? &data->offset
                            : is_word(key, "length") ? &data->length
                                                     : NULL;
    if (field == NULL || field->data != NULL) {
        return false;
    }
    *field = value;
    return true;
}

static bool is_plain_name(fc_bytes text)
{
    if (text.data == NULL || text.size == 0 || text.size > NAME_MAX || text.data[0] == '.') {
        return false;
    }
    for (size_t i = 0; i < text.size; i++) {
        const uint8_t letter = text.data[i];
        if (letter < 0x20 || letter == 0x7f || letter == '/' || letter == '\\') {
            return false;
        }
    }
    return true;
}

static bool read_number(fc_bytes text, int64_t *out)
{
    char digits[FC_NUMBER_LENGTH_MAX] = "";
    if (text.data == NULL || text.size >= sizeof digits) {
        return false;
    }
    memcpy(digits, text.data, text.size);
    return strlen(digits) == text.size && fc_parse_integer(digits, out) && *out >= 0;
}

fc_status fc_onnx_data_check(const char *name, const fc_onnx_data *data, const char *folder,
                             uint64_t *stamp, fc_error *err)
{
    FC_ASSERT(name != NULL);
    FC_ASSERT(data != NULL);
    FC_ASSERT(folder != NULL);
    FC_ASSERT(stamp != NULL);

    if (!is_plain_name(data->location)) {
        return fc_fail(err, FC_MODEL_UNAVAILABLE,
                       "%s: its data has to be in a file of the same folder, by a plain name",
                       name);
    }
    const int size = (int)data->location.size;
    const char *file = (const char *)data->location.data;
    int64_t offset = 0;
    int64_t length = 0;
    if ((data->offset.data != NULL && !read_number(data->offset, &offset)) ||
        !read_number(data->length, &length)) {
        return fc_fail(err, FC_MODEL_UNAVAILABLE,
                       "%s: no offset and length for the data in '%.*s', whole numbers are needed",
                       name, size, file);
    }
    char path[PATH_MAX];
    const int written = snprintf(path, sizeof path, "%s/%.*s", folder, size, file);
    struct stat facts = { 0 };
    if (written < 0 || (size_t)written >= sizeof path || lstat(path, &facts) != 0 ||
        !S_ISREG(facts.st_mode)) {
        return fc_fail(err, FC_MODEL_UNAVAILABLE,
                       "%s: no data file '%.*s' next to it; it has to be a plain file, not a link",
                       name, size, file);
    }
    if (offset > facts.st_size || length > facts.st_size - offset) {
        return fc_fail(err, FC_MODEL_UNAVAILABLE,
                       "%s: %" PRId64 " bytes at %" PRId64 " of '%.*s', which has %" PRId64, name,
                       length, offset, size, file, (int64_t)facts.st_size);
    }
    const int64_t identity[] = { (int64_t)facts.st_size, (int64_t)facts.st_mtim.tv_sec,
                                 (int64_t)facts.st_mtim.tv_nsec, (int64_t)facts.st_ino };
    *stamp = XXH3_64bits_withSeed(identity, sizeof identity, *stamp);
    return FC_OK;
}

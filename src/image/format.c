#include "image/format.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/assert.h"

static const char *const NAMES[FC_FORMAT_COUNT] = {
    [FC_FORMAT_UNKNOWN] = "unknown", [FC_FORMAT_JPEG] = "jpeg", [FC_FORMAT_PNG] = "png",
    [FC_FORMAT_WEBP] = "webp",       [FC_FORMAT_BMP] = "bmp",   [FC_FORMAT_GIF] = "gif",
    [FC_FORMAT_TIFF] = "tiff",       [FC_FORMAT_HEIC] = "heic", [FC_FORMAT_AVIF] = "avif",
};

/* ISO base media files name their kind in the ftyp box: 4 bytes of brand each. */
#define BRAND_SIZE 4
/* Compatible brands looked at; real files list fewer than ten. */
#define BRANDS_MAX 32

const char *fc_format_name(fc_format format)
{
    FC_ASSERT(format >= FC_FORMAT_UNKNOWN && format < FC_FORMAT_COUNT);
    return NAMES[format];
}

static bool has(fc_bytes file, size_t offset, const char *magic, size_t size)
{
    return file.size >= offset + size && memcmp(file.data + offset, magic, size) == 0;
}

static fc_format brand_format(const uint8_t *brand)
{
    static const char HEIC[][BRAND_SIZE + 1] = { "heic", "heix", "heim", "heis" };
    if (memcmp(brand, "avif", BRAND_SIZE) == 0) {
        return FC_FORMAT_AVIF;
    }
    for (size_t i = 0; i < sizeof HEIC / sizeof HEIC[0]; i++) {
        if (memcmp(brand, HEIC[i], BRAND_SIZE) == 0) {
            return FC_FORMAT_HEIC;
        }
    }
    return FC_FORMAT_UNKNOWN;
}

/* Box layout: size (4, big endian), "ftyp", major brand, version (4), compatible brands. */
static fc_format sniff_heif(fc_bytes file)
{
    if (!has(file, 4, "ftyp", 4) || file.size < 16) {
        return FC_FORMAT_UNKNOWN;
    }
    const fc_format major = brand_format(file.data + 8);
    if (major != FC_FORMAT_UNKNOWN) {
        return major;
    }
    const size_t box = (size_t)file.data[0] << 24 | (size_t)file.data[1] << 16 |
                       (size_t)file.data[2] << 8 | file.data[3];
    const size_t end = box < file.size ? box : file.size;
    for (size_t i = 0; i < BRANDS_MAX && 16 + (i + 1) * BRAND_SIZE <= end; i++) {
        const fc_format format = brand_format(file.data + 16 + i * BRAND_SIZE);
        if (format != FC_FORMAT_UNKNOWN) {
            return format;
        }
    }
    return FC_FORMAT_UNKNOWN;
}

fc_format fc_format_sniff(fc_bytes file)
{
    FC_ASSERT(file.data != NULL || file.size == 0);

    if (has(file, 0, "\xff\xd8\xff", 3)) {
        return FC_FORMAT_JPEG;
    }
    if (has(file, 0, "\x89PNG\r\n\x1a\n", 8)) {
        return FC_FORMAT_PNG;
    }
    if (has(file, 0, "RIFF", 4) && has(file, 8, "WEBP", 4)) {
        return FC_FORMAT_WEBP;
    }
    if (has(file, 0, "BM", 2)) {
        return FC_FORMAT_BMP;
    }
    if (has(file, 0, "GIF87a", 6) || has(file, 0, "GIF89a", 6)) {
        return FC_FORMAT_GIF;
    }
    /* Classic and big TIFF, in both byte orders. */
    if (has(file, 0, "II*\0", 4) || has(file, 0, "MM\0*", 4) || has(file, 0, "II+\0", 4) ||
        has(file, 0, "MM\0+", 4)) {
        return FC_FORMAT_TIFF;
    }
    return sniff_heif(file);
}

static fc_format lookup_name(const char *name, size_t length)
{
    for (fc_format format = FC_FORMAT_JPEG; format < FC_FORMAT_COUNT; format++) {
        if (strlen(NAMES[format]) == length && memcmp(NAMES[format], name, length) == 0) {
            return format;
        }
    }
    return FC_FORMAT_UNKNOWN;
}

fc_status fc_formats_parse(const char *list, uint32_t *formats, fc_error *err)
{
    FC_ASSERT(list != NULL);
    FC_ASSERT(formats != NULL);

    uint32_t bits = 0;
    for (const char *word = list;; word++) {
        word += strspn(word, " ");
        const size_t room = strcspn(word, ",");
        size_t length = room;
        while (length > 0 && word[length - 1] == ' ') {
            length--;
        }
        const fc_format format = lookup_name(word, length);
        if (format == FC_FORMAT_UNKNOWN) {
            char known[FC_FORMATS_TEXT_SIZE];
            fc_formats_print(UINT32_MAX, known);
            return fc_fail(err, FC_INVALID_ARGUMENT, "picture type \"%.*s\" is not one of %s",
                           (int)(length < 32 ? length : 32), word, known);
        }
        bits |= FC_FORMAT_BIT(format);
        word += room;
        if (*word == '\0') {
            break;
        }
    }
    *formats = bits;
    return FC_OK;
}

void fc_formats_print(uint32_t formats, char *text)
{
    FC_ASSERT(text != NULL);

    size_t used = 0;
    text[0] = '\0';
    for (fc_format format = FC_FORMAT_JPEG; format < FC_FORMAT_COUNT; format++) {
        if ((formats & FC_FORMAT_BIT(format)) != 0) {
            const int length = snprintf(text + used, FC_FORMATS_TEXT_SIZE - used, "%s%s",
                                        used > 0 ? ", " : "", NAMES[format]);
            FC_ASSERT(length > 0 && used + (size_t)length < FC_FORMATS_TEXT_SIZE);
            used += (size_t)length;
        }
    }
}

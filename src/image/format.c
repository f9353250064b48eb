#include "image/format.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/assert.h"
#include "base/byte_order.h"

/* ISO base media files name their kind in the ftyp box: 4 bytes of brand each. */
#define BRAND_SIZE 4
/* Compatible brands looked at; real files list fewer than ten. */
#define BRANDS_MAX 32

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
    const size_t box = fc_big32(file.data);
    const size_t end = box < file.size ? box : file.size;
    for (size_t i = 0; i < BRANDS_MAX && 16 + (i + 1) * BRAND_SIZE <= end; i++) {
        const fc_format format = brand_format(file.data + 16 + i * BRAND_SIZE);
        if (format != FC_FORMAT_UNKNOWN) {
            return format;
        }
    }
    return FC_FORMAT_UNKNOWN;
}

static bool is_jpeg(fc_bytes file)
{
    return has(file, 0, "\xff\xd8\xff", 3);
}

static bool is_png(fc_bytes file)
{
    return has(file, 0, "\x89PNG\r\n\x1a\n", 8);
}

static bool is_webp(fc_bytes file)
{
    return has(file, 0, "RIFF", 4) && has(file, 8, "WEBP", 4);
}

static bool is_bmp(fc_bytes file)
{
    return has(file, 0, "BM", 2);
}

static bool is_gif(fc_bytes file)
{
    return has(file, 0, "GIF87a", 6) || has(file, 0, "GIF89a", 6);
}

/* Classic and big TIFF, in both byte orders. */
static bool is_tiff(fc_bytes file)
{
    return has(file, 0, "II*\0", 4) || has(file, 0, "MM\0*", 4) || has(file, 0, "II+\0", 4) ||
           has(file, 0, "MM\0+", 4);
}

static bool is_heic(fc_bytes file)
{
    return sniff_heif(file) == FC_FORMAT_HEIC;
}

static bool is_avif(fc_bytes file)
{
    return sniff_heif(file) == FC_FORMAT_AVIF;
}

static bool is_unknown(fc_bytes file)
{
    (void)file;
    return false;
}

static const struct {
    const char *name;
    bool (*tell)(fc_bytes file);
    const char *endings;
} FORMATS[FC_FORMAT_COUNT] = {
    [FC_FORMAT_UNKNOWN] = { "unknown", is_unknown, "" },
#define FC_FORMAT(type, name, tell, codec, endings) [FC_FORMAT_##type] = { name, tell, endings },
#include "image/formats.def"
#undef FC_FORMAT
};

const char *fc_format_name(fc_format format)
{
    FC_ASSERT(format >= FC_FORMAT_UNKNOWN && format < FC_FORMAT_COUNT);
    return FORMATS[format].name;
}

fc_format fc_format_sniff(fc_bytes file)
{
    FC_ASSERT(file.data != NULL || file.size == 0);
    for (fc_format format = FC_FORMAT_UNKNOWN + 1; format < FC_FORMAT_COUNT; format++) {
        if (FORMATS[format].tell(file)) {
            return format;
        }
    }
    return FC_FORMAT_UNKNOWN;
}

static bool lists(const char *endings, const char *ending)
{
    const size_t length = strlen(ending);
    for (const char *at = endings; *at != '\0'; at += strspn(at, " ")) {
        const size_t size = strcspn(at, " ");
        if (size == length && strncasecmp(at, ending, length) == 0) {
            return true;
        }
        at += size;
    }
    return false;
}

fc_format fc_format_of_name(const char *name)
{
    FC_ASSERT(name != NULL);
    const char *ending = strrchr(name, '.');
    for (fc_format format = FC_FORMAT_UNKNOWN + 1; format < FC_FORMAT_COUNT; format++) {
        if (ending != NULL && lists(FORMATS[format].endings, ending)) {
            return format;
        }
    }
    return FC_FORMAT_UNKNOWN;
}

static fc_format lookup_name(const char *name, size_t length)
{
    for (fc_format format = FC_FORMAT_UNKNOWN + 1; format < FC_FORMAT_COUNT; format++) {
        if (strlen(FORMATS[format].name) == length &&
            memcmp(FORMATS[format].name, name, length) == 0) {
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
    for (fc_format format = FC_FORMAT_UNKNOWN + 1; format < FC_FORMAT_COUNT; format++) {
        if ((formats & FC_FORMAT_BIT(format)) != 0) {
            const int length = snprintf(text + used, FC_FORMATS_TEXT_SIZE - used, "%s%s",
                                        used > 0 ? ", " : "", FORMATS[format].name);
            FC_ASSERT(length > 0 && used + (size_t)length < FC_FORMATS_TEXT_SIZE);
            used += (size_t)length;
        }
    }
}

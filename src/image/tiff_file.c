#include "image/tiff_file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/assert.h"

static tmsize_t read_bytes(thandle_t handle, void *to, tmsize_t size)
{
    fc_tiff_file *file = handle;
    const uint64_t left = file->at < file->bytes.size ? file->bytes.size - file->at : 0;
    const size_t count = size < 0 ? 0 : (uint64_t)size < left ? (size_t)size : (size_t)left;
    if (count > 0) {
        memcpy(to, file->bytes.data + file->at, count);
        file->at += count;
    }
    return (tmsize_t)count;
}

static tmsize_t write_bytes(thandle_t handle, void *from, tmsize_t size)
{
    (void)handle;
    (void)from;
    (void)size;
    return 0;
}

static toff_t seek_bytes(thandle_t handle, toff_t offset, int whence)
{
    fc_tiff_file *file = handle;
    const uint64_t start = whence == SEEK_CUR   ? file->at
                           : whence == SEEK_END ? file->bytes.size
                                                : 0;
    file->at = start + offset; /* past the end there is nothing to read */
    return file->at;
}

static int close_bytes(thandle_t handle)
{
    (void)handle;
    return 0;
}

static toff_t count_bytes(thandle_t handle)
{
    return ((const fc_tiff_file *)handle)->bytes.size;
}

/* The library only reads what it maps, but its interface is older than const. */
static int map_bytes(thandle_t handle, void **base, toff_t *size)
{
    const fc_tiff_file *file = handle;
    *base = (void *)(uintptr_t)file->bytes.data;
    *size = file->bytes.size;
    return 1;
}

static void unmap_bytes(thandle_t handle, void *base, toff_t size)
{
    (void)handle;
    (void)base;
    (void)size;
}

static int take_error(TIFF *tiff, void *user, const char *module, const char *format,
                      va_list arguments)
{
    (void)tiff;
    (void)module;
    fc_tiff_file *file = user;
    if (file->text[0] == '\0') {
        (void)vsnprintf(file->text, sizeof file->text, format, arguments);
        for (char *c = file->text; *c != '\0'; c++) {
            *c = *c < ' ' || *c > '~' ? ' ' : *c;
        }
    }
    return 1; /* nobody else is told */
}

/* Warnings where the library goes on with pixels that the file does not hold: a JPEG that ends too
 * soon is filled with grey, one smaller than its strip leaves the rest of the block as it was. */
static int take_warning(TIFF *tiff, void *user, const char *module, const char *format,
                        va_list arguments)
{
    (void)tiff;
    (void)module;
    static const char *const DAMAGE[] = { "Premature end",
                                          "premature end",
                                          "bad Huffman",
                                          "instead of RST",
                                          "Improper JPEG strip/tile size",
                                          "Inconsistent progression",
                                          "arithmetic" };
    fc_tiff_file *file = user;
    char text[FC_TIFF_TEXT_SIZE];
    (void)vsnprintf(text, sizeof text, format, arguments);
    for (size_t i = 0; i < sizeof DAMAGE / sizeof DAMAGE[0]; i++) {
        if (strstr(text, DAMAGE[i]) != NULL) {
            file->is_damaged = true;
            (void)snprintf(file->text, sizeof file->text, "%s", text);
        }
    }
    return 1;
}

static TIFF *open_client(fc_tiff_file *file, TIFFOpenOptions *options)
{
    /* h: no directory is read yet; which one is wanted is known. */
    return TIFFClientOpenExt("TIFF", "rh", file, read_bytes, write_bytes, seek_bytes, close_bytes,
                             count_bytes, map_bytes, unmap_bytes, options);
}

fc_status fc_tiff_open_file(fc_tiff_file *file, fc_bytes bytes, uint64_t offset, int64_t bytes_max,
                            fc_error *err)
{
    FC_ASSERT(file != NULL);
    FC_ASSERT(bytes_max > 0);

    *file = (fc_tiff_file){ .bytes = bytes };
    fc_tiff_begin(file);
    TIFFOpenOptions *options = TIFFOpenOptionsAlloc();
    if (options == NULL) {
        return fc_fail(err, FC_OUT_OF_MEMORY, "no memory for reading a TIFF");
    }
    TIFFOpenOptionsSetMaxSingleMemAlloc(options, bytes_max);
    TIFFOpenOptionsSetErrorHandlerExtR(options, take_error, file);
    TIFFOpenOptionsSetWarningHandlerExtR(options, take_warning, file);
    file->tiff = open_client(file, options);
    TIFFOpenOptionsFree(options);
    FC_TRY(fc_tiff_check(file, file->tiff != NULL, err));
    return fc_tiff_check(file, TIFFSetSubDirectory(file->tiff, offset) != 0, err);
}

void fc_tiff_close(fc_tiff_file *file)
{
    if (file->tiff != NULL) {
        TIFFClose(file->tiff);
        file->tiff = NULL;
    }
}

void fc_tiff_begin(fc_tiff_file *file)
{
    file->text[0] = '\0';
    file->is_damaged = false;
    errno = 0;
}

/* By the words of the library, which has no numbers for its errors. */
static fc_status status_of(const char *text)
{
    static const struct {
        const char *words;
        fc_status status;
    } MEANINGS[] = {
        { "is beyond the", FC_LIMIT_EXCEEDED }, /* of memory */
        { "disabled since above", FC_LIMIT_EXCEEDED },
        { "memory", FC_OUT_OF_MEMORY },
        { "No space", FC_OUT_OF_MEMORY },
        { "annot allocate", FC_OUT_OF_MEMORY },
        { "malloc", FC_OUT_OF_MEMORY },
        { "annot handle", FC_UNSUPPORTED_FORMAT },
        { "can not handle", FC_UNSUPPORTED_FORMAT },
        { "not configured", FC_UNSUPPORTED_FORMAT },
        { "not supported", FC_UNSUPPORTED_FORMAT },
        { "not implemented", FC_UNSUPPORTED_FORMAT },
    };
    for (size_t i = 0; i < sizeof MEANINGS / sizeof MEANINGS[0]; i++) {
        if (strstr(text, MEANINGS[i].words) != NULL) {
            return MEANINGS[i].status;
        }
    }
    return FC_CORRUPT_IMAGE;
}

fc_status fc_tiff_check(const fc_tiff_file *file, bool is_ok, fc_error *err)
{
    /* The library lets some blocks that it could not get pass in silence, or calls that damage. */
    if (errno == ENOMEM) {
        return fc_fail(err, FC_OUT_OF_MEMORY, "no memory for reading a TIFF");
    }
    if (is_ok && !file->is_damaged) {
        return FC_OK;
    }
    const char *text = file->text[0] != '\0' ? file->text : "no reason given";
    const fc_status status = file->is_damaged ? FC_CORRUPT_IMAGE : status_of(text);
    const char *what = status == FC_UNSUPPORTED_FORMAT ? "a TIFF of a kind that is not read"
                       : status == FC_OUT_OF_MEMORY    ? "no memory for reading a TIFF"
                       : status == FC_LIMIT_EXCEEDED   ? "a TIFF past the decoder's limits"
                                                       : "a damaged TIFF";
    return fc_fail(err, status, "%s (%s)", what, text);
}

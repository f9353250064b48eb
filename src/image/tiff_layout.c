#include "image/tiff_layout.h"

#include <string.h>

#include "base/assert.h"
#include "base/limits.h"

/* More are pictures of satellites and microscopes. */
#define SAMPLES_MAX 16

/* Tiles may be larger than their picture. Bounds what is multiplied here to 64 bits. */
#define BLOCK_SIDE_MAX FC_IMAGE_SIDE_MAX

/* Bytes of a pixel that the library has converted. */
#define CONVERTED_BYTES 4

/* What the page says, with the defaults of the specification. */
typedef struct tiff_tags {
    uint16_t compression;
    uint16_t photometric;
    uint16_t bits;
    uint16_t samples;
    uint16_t format;
    uint16_t planar;
    uint16_t extra_count;
    const uint16_t *extra;
} tiff_tags;

typedef struct tiff_name {
    uint16_t number;
    const char *name;
} tiff_name;

/* Compressions that are read, where the library was built with them. */
static const tiff_name COMPRESSIONS[] = {
    { COMPRESSION_NONE, "none" },           { COMPRESSION_CCITTRLE, "CCITT RLE" },
    { COMPRESSION_CCITTRLEW, "CCITT RLE" }, { COMPRESSION_CCITTFAX3, "CCITT fax" },
    { COMPRESSION_CCITTFAX4, "CCITT fax" }, { COMPRESSION_LZW, "LZW" },
    { COMPRESSION_JPEG, "JPEG" },           { COMPRESSION_ADOBE_DEFLATE, "deflate" },
    { COMPRESSION_DEFLATE, "deflate" },     { COMPRESSION_PACKBITS, "PackBits" },
    { COMPRESSION_LZMA, "LZMA" },           { COMPRESSION_ZSTD, "Zstandard" },
    { COMPRESSION_WEBP, "WebP" },
};

/* And those that are not, by name. */
static const tiff_name OTHER_COMPRESSIONS[] = {
    { COMPRESSION_OJPEG, "JPEG of the kind before 1995" },
    { COMPRESSION_NEXT, "NeXT" },
    { COMPRESSION_THUNDERSCAN, "ThunderScan" },
    { COMPRESSION_PIXARLOG, "PixarLog" },
    { COMPRESSION_SGILOG, "LogLuv" },
    { COMPRESSION_SGILOG24, "LogLuv" },
    { COMPRESSION_JBIG, "JBIG" },
    { COMPRESSION_JP2000, "JPEG 2000" },
    { 33003, "JPEG 2000" },
    { 33004, "JPEG 2000" },
    { 33005, "JPEG 2000" },
    { COMPRESSION_LERC, "LERC" },
    { 50002, "JPEG XL" },
    { 52546, "JPEG XL" },
    { 22610, "JPEG XR" },
    { 34934, "JPEG XR" },
};

static const tiff_name PHOTOMETRICS[] = {
    { PHOTOMETRIC_MASK, "a mask" },       { PHOTOMETRIC_ICCLAB, "Lab by ICC" },
    { PHOTOMETRIC_ITULAB, "Lab by ITU" }, { PHOTOMETRIC_LOGL, "LogL" },
    { PHOTOMETRIC_LOGLUV, "LogLuv" },
};

static const char *name_in(const tiff_name *names, size_t count, uint16_t number)
{
    for (size_t i = 0; i < count; i++) {
        if (names[i].number == number) {
            return names[i].name;
        }
    }
    return NULL;
}

#define NAME_IN(names, number) name_in(names, sizeof(names) / sizeof((names)[0]), number)

static bool is_fax(uint16_t compression)
{
    return compression == COMPRESSION_CCITTRLE || compression == COMPRESSION_CCITTRLEW ||
           compression == COMPRESSION_CCITTFAX3 || compression == COMPRESSION_CCITTFAX4;
}

static void read_tags(TIFF *tiff, tiff_tags *tags)
{
    uint16_t *extra = NULL;
    (void)TIFFGetFieldDefaulted(tiff, TIFFTAG_COMPRESSION, &tags->compression);
    (void)TIFFGetFieldDefaulted(tiff, TIFFTAG_BITSPERSAMPLE, &tags->bits);
    (void)TIFFGetFieldDefaulted(tiff, TIFFTAG_SAMPLESPERPIXEL, &tags->samples);
    (void)TIFFGetFieldDefaulted(tiff, TIFFTAG_SAMPLEFORMAT, &tags->format);
    (void)TIFFGetFieldDefaulted(tiff, TIFFTAG_PLANARCONFIG, &tags->planar);
    if (TIFFGetFieldDefaulted(tiff, TIFFTAG_EXTRASAMPLES, &tags->extra_count, &extra) == 0) {
        tags->extra_count = 0;
    }
    tags->extra = extra;
    if (TIFFGetField(tiff, TIFFTAG_PHOTOMETRIC, &tags->photometric) == 0) {
        tags->photometric = is_fax(tags->compression) ? PHOTOMETRIC_MINISWHITE
                            : tags->samples >= 3      ? PHOTOMETRIC_RGB
                                                      : PHOTOMETRIC_MINISBLACK;
    }
}

static fc_status check_compression(const tiff_tags *tags, fc_error *err)
{
    const char *known = NAME_IN(COMPRESSIONS, tags->compression);
    if (known != NULL && TIFFIsCODECConfigured(tags->compression) != 0) {
        return FC_OK;
    }
    const char *name = known != NULL ? known : NAME_IN(OTHER_COMPRESSIONS, tags->compression);
    return fc_fail(err, FC_UNSUPPORTED_FORMAT,
                   "a TIFF with the compression %u (%s); LZW, deflate, PackBits and JPEG are "
                   "accepted, among others",
                   tags->compression, name != NULL ? name : "not known");
}

static bool are_floats(const tiff_tags *tags)
{
    return tags->bits == 32 && tags->format == SAMPLEFORMAT_IEEEFP &&
           tags->photometric == PHOTOMETRIC_RGB;
}

static fc_status check_samples(const tiff_tags *tags, fc_error *err)
{
    if (tags->samples == 0 || tags->samples > SAMPLES_MAX) {
        return fc_fail(err, FC_UNSUPPORTED_FORMAT,
                       "a TIFF of %u samples a pixel, at most %d are accepted", tags->samples,
                       SAMPLES_MAX);
    }
    const bool is_whole = tags->format == SAMPLEFORMAT_UINT || tags->format == SAMPLEFORMAT_VOID;
    const bool are_few = tags->bits == 1 || tags->bits == 2 || tags->bits == 4;
    if (are_floats(tags) || (is_whole && (are_few || tags->bits == 8 || tags->bits == 16))) {
        return FC_OK;
    }
    static const char *const FORMATS[] = { "", "",         "signed ", "floating-point ",
                                           "", "complex ", "complex " };
    const size_t count = sizeof FORMATS / sizeof FORMATS[0];
    return fc_fail(err, FC_UNSUPPORTED_FORMAT,
                   "a TIFF of %s%u-bit samples; up to 16 bits, and 32-bit floats in RGB are "
                   "accepted",
                   tags->format < count ? FORMATS[tags->format] : "", tags->bits);
}

/* Colours of those kinds whose samples are taken as they are; 0: not one of them. */
static int32_t plain_colours(const tiff_tags *tags)
{
    switch (tags->photometric) {
    case PHOTOMETRIC_MINISBLACK:
    case PHOTOMETRIC_MINISWHITE:
        return 1;
    case PHOTOMETRIC_RGB:
    case PHOTOMETRIC_CIELAB:
        return 3;
    case PHOTOMETRIC_SEPARATED:
        return 4;
    default:
        return 0;
    }
}

static fc_colour_model model_of(const tiff_tags *tags)
{
    const int32_t colours = plain_colours(tags);
    return tags->photometric == PHOTOMETRIC_CIELAB ? FC_COLOUR_LAB
           : colours == 1                          ? FC_COLOUR_GREY
           : colours == 4                          ? FC_COLOUR_CMYK
                                                   : FC_COLOUR_RGB;
}

/* libjpeg converts by itself, where all samples of a pixel are together. */
static bool is_converted_by_jpeg(const tiff_tags *tags)
{
    return tags->photometric == PHOTOMETRIC_YCBCR && tags->compression == COMPRESSION_JPEG &&
           tags->planar == PLANARCONFIG_CONTIG && tags->samples == 3 && tags->bits == 8;
}

static fc_status check_colours(TIFF *tiff, const tiff_tags *tags, fc_error *err)
{
    const char *name = NAME_IN(PHOTOMETRICS, tags->photometric);
    const bool is_other =
        tags->photometric == PHOTOMETRIC_PALETTE || tags->photometric == PHOTOMETRIC_YCBCR;
    const int32_t colours = plain_colours(tags);
    if (colours == 0 && !is_other) {
        return fc_fail(err, FC_UNSUPPORTED_FORMAT,
                       "a TIFF with the colours %u (%s); grey, RGB, CMYK, Lab, YCbCr and "
                       "palettes are accepted",
                       tags->photometric, name != NULL ? name : "not known");
    }
    uint16_t inks = INKSET_CMYK;
    (void)TIFFGetFieldDefaulted(tiff, TIFFTAG_INKSET, &inks);
    if (tags->photometric == PHOTOMETRIC_SEPARATED && inks != INKSET_CMYK) {
        return fc_fail(err, FC_UNSUPPORTED_FORMAT, "a TIFF of other inks than CMYK");
    }
    if (tags->samples < colours) {
        return fc_fail(err, FC_CORRUPT_IMAGE, "a TIFF of %u samples a pixel, which needs %d",
                       tags->samples, colours);
    }
    if (tags->bits < 8 && tags->photometric == PHOTOMETRIC_CIELAB) {
        return fc_fail(err, FC_UNSUPPORTED_FORMAT, "a TIFF of %u-bit samples as Lab", tags->bits);
    }
    if (tags->bits == 16 && is_other) {
        return fc_fail(err, FC_UNSUPPORTED_FORMAT,
                       "a TIFF of 16-bit samples in a palette or as YCbCr");
    }
    return FC_OK;
}

/* The first sample behind the colours that is declared to be alpha. Others have any meaning. */
static void find_alpha(const tiff_tags *tags, int32_t colours, fc_tiff_layout *layout)
{
    for (uint16_t i = 0; i < tags->extra_count && colours + i < tags->samples; i++) {
        if (tags->extra[i] == EXTRASAMPLE_ASSOCALPHA || tags->extra[i] == EXTRASAMPLE_UNASSALPHA) {
            layout->alpha_at = colours + i;
            layout->is_multiplied = tags->extra[i] == EXTRASAMPLE_ASSOCALPHA;
            return;
        }
    }
}

static fc_tiff_way find_way(const tiff_tags *tags, const fc_tiff_layout *layout)
{
    if (tags->bits < 8 || (plain_colours(tags) == 0 && !is_converted_by_jpeg(tags))) {
        return FC_TIFF_CONVERTED;
    }
    return layout->is_tiled || layout->is_planar ? FC_TIFF_BLOCKS : FC_TIFF_LINES;
}

/* The library must see the page as tiff_pages.c did: all memory is measured by that. */
static fc_status check_size(TIFF *tiff, fc_size size, fc_error *err)
{
    uint32_t width = 0;
    uint32_t height = 0;
    (void)TIFFGetField(tiff, TIFFTAG_IMAGEWIDTH, &width);
    (void)TIFFGetField(tiff, TIFFTAG_IMAGELENGTH, &height);
    if (width != (uint32_t)size.width || height != (uint32_t)size.height) {
        return fc_fail(err, FC_CORRUPT_IMAGE, "a TIFF whose page has two sizes");
    }
    return FC_OK;
}

/* Uncompressed samples that the whole file has no room for. */
static fc_status check_bytes(const tiff_tags *tags, fc_size size, size_t file_size, fc_error *err)
{
    const int64_t pixels = (int64_t)size.width * size.height;
    const int64_t wanted = pixels * tags->samples / 8 * tags->bits;
    if (tags->compression == COMPRESSION_NONE && tags->photometric != PHOTOMETRIC_YCBCR &&
        wanted > 0 && (uint64_t)wanted > file_size) {
        return fc_fail(err, FC_CORRUPT_IMAGE, "a TIFF cut short in its pixels");
    }
    return FC_OK;
}

static fc_status read_block(TIFF *tiff, fc_tiff_layout *layout, fc_error *err)
{
    uint32_t width = (uint32_t)layout->size.width;
    uint32_t height = (uint32_t)layout->size.height;
    uint32_t rows = height;
    if (layout->is_tiled) {
        (void)TIFFGetField(tiff, TIFFTAG_TILEWIDTH, &width);
        (void)TIFFGetField(tiff, TIFFTAG_TILELENGTH, &rows);
    } else {
        (void)TIFFGetFieldDefaulted(tiff, TIFFTAG_ROWSPERSTRIP, &rows);
        rows = rows < height ? rows : height;
    }
    if (width == 0 || rows == 0) {
        return fc_fail(err, FC_CORRUPT_IMAGE, "a TIFF in pieces of %u x %u px", width, rows);
    }
    if (width > BLOCK_SIDE_MAX || rows > BLOCK_SIDE_MAX) {
        return fc_fail(err, FC_LIMIT_EXCEEDED,
                       "a TIFF in pieces of %u x %u px, at most %d a side are accepted", width,
                       rows, BLOCK_SIDE_MAX);
    }
    layout->block = (fc_size){ (int32_t)width, (int32_t)rows };
    return FC_OK;
}

/* Codecs that unpack into memory of their own as much as a strip holds. */
static bool keeps_its_strip(uint16_t compression)
{
    return compression == COMPRESSION_LZMA || compression == COMPRESSION_ZSTD ||
           compression == COMPRESSION_WEBP;
}

static int64_t count_kept(const tiff_tags *tags, const fc_tiff_layout *layout)
{
    const int64_t across =
        ((int64_t)layout->size.width + layout->block.width - 1) / layout->block.width;
    const int64_t block = (int64_t)layout->block.width * layout->block.height;
    const int64_t together = layout->is_planar ? 1 : tags->samples;
    const int64_t block_bytes = (block * together * tags->bits + 7) / 8;
    const int64_t own = keeps_its_strip(tags->compression) ? block_bytes : 0;
    switch (layout->way) {
    case FC_TIFF_LINES:
        return own;
    case FC_TIFF_BLOCKS:
        return own + block_bytes * across * (layout->is_planar ? fc_tiff_channels(layout) : 1);
    case FC_TIFF_CONVERTED:
        break;
    }
    const int64_t planes = layout->is_planar ? tags->samples : 1;
    return own + block_bytes * planes +
           (int64_t)layout->size.width * layout->block.height * CONVERTED_BYTES;
}

fc_status fc_tiff_read_layout(fc_tiff_file *file, fc_size size, fc_tiff_layout *out, fc_error *err)
{
    FC_ASSERT(file != NULL && file->tiff != NULL);
    FC_ASSERT(out != NULL);

    TIFF *tiff = file->tiff;
    tiff_tags tags = { 0 };
    read_tags(tiff, &tags);
    FC_TRY(check_size(tiff, size, err));
    FC_TRY(check_bytes(&tags, size, file->bytes.size, err));
    FC_TRY(check_compression(&tags, err));
    FC_TRY(check_samples(&tags, err));
    FC_TRY(check_colours(tiff, &tags, err));
    fc_tiff_layout layout = { .size = size,
                              .bits = tags.bits < 8 ? 8 : tags.bits,
                              .samples = tags.samples,
                              .alpha_at = -1,
                              .is_tiled = TIFFIsTiled(tiff) != 0,
                              .is_planar =
                                  tags.planar == PLANARCONFIG_SEPARATE && tags.samples > 1 };
    layout.way = find_way(&tags, &layout);
    const int32_t colours = plain_colours(&tags);
    layout.model = model_of(&tags);
    if (layout.way == FC_TIFF_CONVERTED) {
        layout.bits = 8;
        layout.model = colours == 1 ? FC_COLOUR_GREY : FC_COLOUR_RGB;
    } else {
        layout.is_inverted = tags.photometric == PHOTOMETRIC_MINISWHITE;
        find_alpha(&tags, colours, &layout);
        if (layout.is_multiplied && layout.model == FC_COLOUR_LAB) {
            return fc_fail(err, FC_UNSUPPORTED_FORMAT,
                           "a TIFF of Lab that alpha is multiplied into");
        }
    }
    if (is_converted_by_jpeg(&tags)) {
        (void)TIFFSetField(tiff, TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB);
    }
    FC_TRY(read_block(tiff, &layout, err));
    layout.kept_bytes = count_kept(&tags, &layout);
    *out = layout;
    return FC_OK;
}

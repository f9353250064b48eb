#include <jerror.h>
#include <limits.h>
#include <stdbool.h>

#include "base/assert.h"
#include "base/bytes.h"
#include "base/limits.h"
#include "base/memory.h"
#include "image/codecs.h"
#include "image/jpeg_guard.h"
#include "image/jpeg_scan.h"

typedef struct jpeg_reader {
    fc_jpeg_guard guard;
    struct jpeg_decompress_struct codec;
    struct jpeg_source_mgr input;
    fc_bytes file; /* up to the end of the picture */
    fc_jpeg_frame frame;
    int64_t bytes_max; /* for coefficients */
    int32_t zeros;     /* that were given beyond the end of arithmetic coding */
} jpeg_reader;

/* An arithmetic coder drops the zeros at its end, one or two by chance, and its decoder reads two
 * bytes ahead. Whoever wants more misses pixels; libjpeg would go on with zeros without a word. */
#define ZEROS_MAX 4

static void input_start(j_decompress_ptr codec)
{
    const jpeg_reader *reader = codec->client_data;
    codec->src->next_input_byte = reader->file.data;
    codec->src->bytes_in_buffer = reader->file.size;
}

/* Beyond the end of the picture: an end marker, upon which libjpeg warns where it wants more
 * pixels. For arithmetic coding the warning is ours; in a single scan, that is, which nothing else
 * follows.
 */
static boolean input_refill(j_decompress_ptr codec)
{
    static const JOCTET ZERO[] = { 0 };
    static const JOCTET END[] = { 0xff, JPEG_EOI };
    jpeg_reader *reader = codec->client_data;
    const fc_jpeg_frame *frame = &reader->frame;
    const bool wants_zeros = frame->arithmetic && frame->scans == 1 && !frame->progressive;
    if (wants_zeros && reader->zeros < ZEROS_MAX) {
        reader->zeros++;
        codec->src->next_input_byte = ZERO;
        codec->src->bytes_in_buffer = sizeof ZERO;
        return TRUE;
    }
    if (wants_zeros) {
        WARNMS(codec, JWRN_HIT_MARKER);
    }
    codec->src->next_input_byte = END;
    codec->src->bytes_in_buffer = sizeof END;
    return TRUE;
}

static void input_skip(j_decompress_ptr codec, long count)
{
    if (count > 0) {
        const size_t left = codec->src->bytes_in_buffer;
        const size_t step = (size_t)count < left ? (size_t)count : left;
        codec->src->next_input_byte += step;
        codec->src->bytes_in_buffer -= step;
    }
}

static void input_end(j_decompress_ptr codec)
{
    (void)codec;
}

/* Get ready for the first step.
 *
 * reader   all zero; stays where it is until it is cleared
 * file     whole; must outlive the reader
 * frame    what fc_jpeg_scan found in it */
static void init_reader(jpeg_reader *reader, fc_bytes file, const fc_jpeg_frame *frame,
                        int64_t bytes_max)
{
    FC_ASSERT(reader != NULL);
    FC_ASSERT(frame != NULL && frame->end <= file.size);

    reader->file = (fc_bytes){ file.data, frame->end };
    reader->frame = *frame;
    reader->bytes_max = bytes_max;
    reader->input = (struct jpeg_source_mgr){ .init_source = input_start,
                                              .fill_input_buffer = input_refill,
                                              .skip_input_data = input_skip,
                                              .resync_to_restart = jpeg_resync_to_restart,
                                              .term_source = input_end };
    reader->codec.err = fc_jpeg_guard_init(&reader->guard);
    reader->codec.client_data = reader;
}

/* A step for fc_jpeg_guard_run, on a reader: up to the pixels. Cost: none of them is decoded. */
static void read_header(void *reader)
{
    jpeg_reader *self = reader;
    j_decompress_ptr codec = &self->codec;
    jpeg_create_decompress(codec);
    codec->mem->max_memory_to_use = self->bytes_max < LONG_MAX ? (long)self->bytes_max : LONG_MAX;
    codec->src = &self->input;
    (void)jpeg_read_header(codec, TRUE);
}

/* Release what libjpeg holds. Fine for a reader that is all zero, or whose step was given up. */
static void clear_reader(jpeg_reader *reader)
{
    jpeg_destroy_decompress(&reader->codec);
}

#define DAMAGED "a damaged JPEG file"
#define CUT_SHORT "the JPEG is damaged or cut short"

/* Bytes that libjpeg has read and not used yet, and a few that are zero by chance. */
#define READ_AHEAD_MAX 16

/* libjpeg scales by so many eighths. */
#define SCALE_DENOMINATOR 8

typedef struct jpeg_source {
    fc_source source;
    fc_bytes file;
    fc_jpeg_frame frame;
    int64_t bytes_max; /* for coefficients */
    fc_buffer profile;
} jpeg_source;

typedef struct jpeg_rows {
    fc_rows rows;
    jpeg_reader reader;
    int32_t shrink;
    int32_t height; /* of the whole picture, shrunk */
    fc_rect part;
    bool to_end;    /* of the file: no marker is known to follow */
    int32_t left;   /* px of a decoded line before the part */
    uint8_t *lines; /* two, as decoded: from `left` px before the part on */
    uint8_t *line;  /* that is decoded next */
} jpeg_rows;

/* A step. Shrinking is by libjpeg's own, smaller transforms. Nothing is smoothed: detail that the
 * file does not hold is not made up. */
static void start(void *context)
{
    jpeg_rows *self = context;
    j_decompress_ptr codec = &self->reader.codec;
    read_header(&self->reader);
    codec->scale_num = SCALE_DENOMINATOR / (unsigned)self->shrink;
    codec->scale_denom = SCALE_DENOMINATOR;
    codec->do_block_smoothing = FALSE;
    static const J_COLOR_SPACE SPACES[] = { [1] = JCS_GRAYSCALE, [3] = JCS_RGB, [4] = JCS_CMYK };
    codec->out_color_space = SPACES[codec->num_components];
    (void)jpeg_start_decompress(codec);
}

/* Before release 3.0 libjpeg-turbo forgets when it cuts columns off that a component may be shrunk
 * less than the others (that of 4:1:0, shrunk by 2), and then leaves pixels of it unset. */
static bool can_crop(j_decompress_ptr codec)
{
    const int step = codec->max_h_samp_factor * codec->min_DCT_scaled_size;
    for (int i = 0; i < codec->num_components; i++) {
        const jpeg_component_info *component = &codec->comp_info[i];
        if (component->DCT_scaled_size != codec->min_DCT_scaled_size &&
            component->DCT_scaled_size * component->h_samp_factor != step) {
            return false;
        }
    }
    return true;
}

/* A step. Only columns around the part are decoded, with a block more on each side, so that the
 * colours at the part's edges have the neighbours that they are interpolated from. */
static void crop(void *context)
{
    jpeg_rows *self = context;
    j_decompress_ptr codec = &self->reader.codec;
    const JDIMENSION whole = codec->output_width;
    const JDIMENSION block = (JDIMENSION)(codec->max_h_samp_factor * codec->min_DCT_scaled_size);
    const JDIMENSION begin = (JDIMENSION)self->part.x;
    const JDIMENSION end = begin + (JDIMENSION)self->part.width;
    JDIMENSION x = begin > block ? begin - block : 0;
    JDIMENSION width = (end + block < whole ? end + block : whole) - x;
    if (width == whole || !can_crop(codec)) {
        self->left = self->part.x;
        return;
    }
    jpeg_crop_scanline(codec, &x, &width);
    self->left = (int32_t)(begin - x);
}

/* A step. Of the lines above the part the last ones are decoded, for the same reason. */
static void skip(void *context)
{
    jpeg_rows *self = context;
    j_decompress_ptr codec = &self->reader.codec;
    const int32_t block = codec->max_v_samp_factor * codec->min_DCT_scaled_size;
    if (self->part.y > block) {
        (void)jpeg_skip_scanlines(codec, (JDIMENSION)(self->part.y - block));
    }
}

/* A step. */
static void read_line(void *context)
{
    jpeg_rows *self = context;
    JSAMPROW line = self->line;
    (void)jpeg_read_scanlines(&self->reader.codec, &line, 1);
}

/* CMYK is stored inverted, as Adobe's programs began to do it; others write it so without Adobe's
 * marker. */
static void invert(uint8_t *line, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        line[i] = (uint8_t)(255 - line[i]);
    }
}

static fc_status decode_line(jpeg_rows *self, uint8_t *line, fc_error *err)
{
    const JDIMENSION before = self->reader.codec.output_scanline;
    self->line = line;
    if (!fc_jpeg_guard_run(&self->reader.guard, read_line, self)) {
        return fc_jpeg_guard_fail(&self->reader.guard, CUT_SHORT, err);
    }
    if (self->reader.codec.output_scanline == before) {
        return fc_fail(err, FC_CORRUPT_IMAGE, CUT_SHORT);
    }
    return FC_OK;
}

/* A file whose end was never written, as of a copy that broke off, is zeros from there on. Those
 * are codes like any others: libjpeg makes pixels of them and warns of nothing. So a picture may
 * not end amid zeros that go on to the end of the file. */
static bool ran_into_zeros(const jpeg_reader *reader)
{
    const fc_bytes file = reader->file;
    size_t zeros = 0;
    while (zeros < file.size && file.data[file.size - 1 - zeros] == 0) {
        zeros++;
    }
    return zeros > reader->codec.src->bytes_in_buffer + READ_AHEAD_MAX;
}

/* libjpeg rounds up when it shrinks, and its last line is none of ours. It is decoded all the same:
 * whether a picture is damaged must not depend on the scale. */
static fc_status decode_rest(jpeg_rows *self, fc_error *err)
{
    const struct jpeg_decompress_struct *codec = &self->reader.codec;
    while (codec->output_scanline < codec->output_height) {
        FC_TRY(decode_line(self, self->lines + codec->output_width * (size_t)self->rows.channels,
                           err));
    }
    return self->to_end && ran_into_zeros(&self->reader) ? fc_fail(err, FC_CORRUPT_IMAGE, CUT_SHORT)
                                                         : FC_OK;
}

static fc_status read_row(fc_rows *rows, int32_t y, const void **pixels, fc_error *err)
{
    jpeg_rows *self = (jpeg_rows *)rows;
    const struct jpeg_decompress_struct *codec = &self->reader.codec;
    const int32_t wanted = self->part.y + y;
    while (codec->output_scanline <= (JDIMENSION)wanted) {
        FC_TRY(decode_line(self, self->lines, err));
    }
    if (wanted == self->height - 1) {
        FC_TRY(decode_rest(self, err));
    }
    uint8_t *part = self->lines + (size_t)self->left * (size_t)rows->channels;
    if (codec->out_color_space == JCS_CMYK) {
        invert(part, (size_t)self->part.width * (size_t)rows->channels);
    }
    *pixels = part;
    return FC_OK;
}

static void free_rows(fc_rows *rows)
{
    jpeg_rows *self = (jpeg_rows *)rows;
    clear_reader(&self->reader);
    fc_memory_free(self->lines);
    fc_memory_free(self);
}

static fc_status begin(jpeg_rows *self, fc_error *err)
{
    fc_jpeg_guard *guard = &self->reader.guard;
    if (!fc_jpeg_guard_run(guard, start, self) || !fc_jpeg_guard_run(guard, crop, self)) {
        return fc_jpeg_guard_fail(guard, CUT_SHORT, err);
    }
    const struct jpeg_decompress_struct *codec = &self->reader.codec;
    FC_TRY(fc_memory_new(2 * (size_t)codec->output_width, (size_t)codec->output_components,
                         (void **)&self->lines, err));
    if (!fc_jpeg_guard_run(guard, skip, self)) {
        return fc_jpeg_guard_fail(guard, CUT_SHORT, err);
    }
    return FC_OK;
}

static int32_t shrunk(int32_t side, int32_t shrink)
{
    return side >= shrink ? side / shrink : 1;
}

static fc_status new_rows(fc_source *source, int32_t shrink, fc_rect part, fc_rows **out,
                          fc_error *err)
{
    FC_ASSERT(shrink == 1 || shrink == 2 || shrink == 4 || shrink == 8);
    FC_ASSERT(part.x >= 0 && part.width > 0);
    FC_ASSERT(part.width <= shrunk(source->size.width, shrink) - part.x);
    FC_ASSERT(part.y >= 0 && part.height > 0);
    FC_ASSERT(part.height <= shrunk(source->size.height, shrink) - part.y);
    FC_ASSERT(out != NULL);

    const jpeg_source *from = (const jpeg_source *)source;
    void *block = NULL;
    FC_TRY(fc_memory_new_zeroed(1, sizeof(jpeg_rows), &block, err));
    jpeg_rows *self = block;
    self->rows = (fc_rows){ .size = { part.width, part.height },
                            .channels = fc_colour_space_channels(&source->space),
                            .bits = 8,
                            .read = read_row,
                            .free = free_rows };
    self->shrink = shrink;
    self->height = shrunk(source->size.height, shrink);
    self->part = part;
    self->to_end = from->frame.end == from->file.size && from->frame.scans == 1 &&
                   !from->frame.progressive; /* else libjpeg looks for one more scan */
    init_reader(&self->reader, from->file, &from->frame, from->bytes_max);
    FC_AUTO(fc_rows) rows = &self->rows;
    FC_TRY(begin(self, err));
    *out = FC_STEAL(rows);
    return FC_OK;
}

static void free_source(fc_source *source)
{
    fc_buffer_clear(&((jpeg_source *)source)->profile);
    fc_memory_free(source);
}

/* Coefficients of 16 bits, of all blocks, where the picture comes in more than one scan. */
static int64_t coefficient_bytes(const struct jpeg_decompress_struct *codec)
{
    int64_t blocks = 0;
    for (int i = 0; i < codec->num_components; i++) {
        const jpeg_component_info *component = &codec->comp_info[i];
        const int64_t h = component->h_samp_factor;
        const int64_t v = component->v_samp_factor;
        blocks += ((int64_t)component->width_in_blocks + h - 1) / h * h *
                  (((int64_t)component->height_in_blocks + v - 1) / v * v);
    }
    return blocks * DCTSIZE2 * (int64_t)sizeof(JCOEF);
}

static fc_status read_facts(jpeg_source *self, fc_error *err)
{
    static const fc_colour_model MODELS[] = {
        [1] = FC_COLOUR_GREY, [3] = FC_COLOUR_RGB, [4] = FC_COLOUR_CMYK
    };
    __attribute__((cleanup(clear_reader))) jpeg_reader reader = { 0 };
    init_reader(&reader, self->file, &self->frame, self->bytes_max);
    if (!fc_jpeg_guard_run(&reader.guard, read_header, &reader)) {
        return fc_jpeg_guard_fail(&reader.guard, DAMAGED, err);
    }
    /* Both have read the same header: one that they read differently is no header. */
    if (reader.codec.image_width != (JDIMENSION)self->frame.width ||
        reader.codec.image_height != (JDIMENSION)self->frame.height ||
        reader.codec.num_components != self->frame.components) {
        return fc_fail(err, FC_CORRUPT_IMAGE, DAMAGED);
    }
    self->source.kept_bytes =
        jpeg_has_multiple_scans(&reader.codec) ? coefficient_bytes(&reader.codec) : 0;
    self->source.space.model = MODELS[self->frame.components];
    return FC_OK;
}

static fc_status check_limits(const jpeg_source *self, const fc_source_limits *limits,
                              fc_error *err)
{
    FC_TRY(fc_source_check_pixels((fc_size){ self->frame.width, self->frame.height },
                                  limits->pixels_max, err));
    return fc_source_check_bytes(self->source.kept_bytes, "JPEG", limits->bytes_max, err);
}

static fc_status open_jpeg(fc_bytes file, const fc_source_limits *limits, fc_source **out,
                           fc_error *err)
{
    FC_ASSERT(limits != NULL);
    FC_ASSERT(out != NULL);

    fc_jpeg_frame frame = { 0 };
    FC_TRY(fc_jpeg_scan(file, &frame, err));
    void *block = NULL;
    FC_TRY(fc_memory_new_zeroed(1, sizeof(jpeg_source), &block, err));
    jpeg_source *self = block;
    *self = (jpeg_source){ .source = { .size = { frame.width, frame.height },
                                       .orientation = fc_jpeg_orientation(file),
                                       .bits = 8,
                                       .shrinks = true,
                                       .rows = new_rows,
                                       .free = free_source },
                           .file = file,
                           .frame = frame,
                           .bytes_max = limits->bytes_max,
                           .profile = FC_BUFFER(FC_PROFILE_BYTES_MAX) };
    FC_AUTO(fc_source) source = &self->source;
    FC_TRY(read_facts(self, err));
    FC_TRY(check_limits(self, limits, err));
    FC_TRY(fc_jpeg_profile(file, &self->profile, &self->source.space.lost_profile, err));
    self->source.space.profile = fc_buffer_bytes(&self->profile);
    *out = FC_STEAL(source);
    return FC_OK;
}

#define TEXT_OF(version) #version
#define TEXT_OF_MACRO(macro) TEXT_OF(macro)

/* libjpeg-turbo knows its version when it is built against, and tells no other. */
static const char *library_version(void)
{
    return TEXT_OF_MACRO(LIBJPEG_TURBO_VERSION);
}

const fc_codec fc_jpeg_codec = { FC_FORMAT_JPEG, "libjpeg-turbo", library_version, open_jpeg };

#include <pthread.h>
#include <string.h>

#include <libde265/de265.h>

#include "base/assert.h"
#include "base/limits.h"
#include "base/memory.h"
#include "image/colour_space.h"
#include "image/heif_box.h"
#include "image/heif_codec.h"
#include "image/heif_frame.h"
#include "image/rows.h"

/* 'hvcC': where what counts lies, ISO/IEC 14496-15 8.3.3.1. */
enum { CHROMA_AT = 16, LUMA_BITS_AT = 17, CHROMA_BITS_AT = 18, LENGTH_AT = 21, SETS_AT = 22 };

/*
 * What libde265 holds beside the frame, measured for each px: 0.9 bytes for the modes, motion and
 * flags of every block, and the luma once more while its edges are smoothed.
 */
static int64_t work_bytes(fc_size size, int32_t bits)
{
    const int64_t pixels = (int64_t)size.width * size.height;
    return pixels + pixels / 4 + pixels * (bits > 8 ? 2 : 1);
}

typedef struct decoding {
    fc_heif_frames frames;
    fc_heif_frame frame;
    fc_size coded;
    fc_rect seen;              /* the part of the coded frame that is the picture */
    fc_heif_sampling sampling; /* of the frame, as its own header says */
} decoding;

static fc_heif_sampling sampling_of(uint32_t chroma, int32_t bits)
{
    return (fc_heif_sampling){ .bits = bits,
                               .is_grey = chroma == de265_chroma_mono,
                               .shift_x = chroma == de265_chroma_420 || chroma == de265_chroma_422,
                               .shift_y = chroma == de265_chroma_420 };
}

static fc_status frame_new(decoding *self, const struct de265_image_spec *spec,
                           const struct de265_image *image)
{
    const int32_t bits = de265_get_bits_per_pixel(image, 0);
    const fc_heif_sampling sampling = sampling_of(de265_get_chroma_format(image), bits);
    if (bits < 8 || bits > 16 ||
        (!sampling.is_grey && de265_get_bits_per_pixel(image, 1) != bits)) {
        return fc_fail(&self->frames.refusal, FC_UNSUPPORTED_FORMAT,
                       "a HEIC picture of different depths in luma and chroma");
    }
    const fc_size coded = { spec->width, spec->height };
    FC_TRY(fc_heif_frame_new(&self->frames, coded, sampling, &self->frame));
    self->coded = coded;
    self->seen =
        (fc_rect){ spec->crop_left, spec->crop_top, spec->visible_width, spec->visible_height };
    self->sampling = sampling;
    fc_heif_noise_fill(&self->frame, sampling);
    return FC_OK;
}

/*
 * Memory of a frame: the library calls get_buffer, which returns 1 when there is some, and
 * release_buffer. Functions that a decoder is given are asked only for frames that are not smoothed
 * by sample adaptive offset; for those that are, the library takes its default functions, and gives
 * them the user data of the decoder none the less. So the default ones are exchanged for ours, once
 * for the process; a decoder that is not ours has no user data and gets what was there before.
 */
static struct de265_image_allocation defaults;

static int get_buffer(de265_decoder_context *context, struct de265_image_spec *spec,
                      struct de265_image *image, void *user)
{
    decoding *self = user;
    if (self == NULL) {
        return defaults.get_buffer(context, spec, image, user);
    }
    self->frames.refusal.status = frame_new(self, spec, image);
    if (self->frames.refusal.status != FC_OK) {
        return 0;
    }
    for (int i = 0; i < 3; i++) {
        de265_set_image_plane(image, i, self->frame.planes[i], (int)self->frame.strides[i],
                              self->frame.block);
    }
    return 1;
}

static void release_buffer(de265_decoder_context *context, struct de265_image *image, void *user)
{
    decoding *self = user;
    if (self == NULL) {
        defaults.release_buffer(context, image, user);
    } else {
        fc_heif_frame_release(&self->frames, de265_get_image_plane_user_data(image, 0));
    }
}

/* Also keeps the library's tables, which it would else make again for each tile. */
static void start_library(void)
{
    (void)de265_init();
    const struct de265_image_allocation *theirs = de265_get_default_image_allocation_functions();
    defaults = *theirs;
    /* The library's own variable, which it hands out as const. */
    *(struct de265_image_allocation *)(uintptr_t)theirs =
        (struct de265_image_allocation){ get_buffer, release_buffer };
}

static fc_status corrupt(fc_error *err, const char *what)
{
    return fc_fail(err, FC_CORRUPT_IMAGE, "a damaged HEIC picture: %s", what);
}

/* Units of a run: their length in `length_size` bytes, then that many. */
static fc_status push_units(de265_decoder_context *context, fc_heif_reader *from, uint64_t count,
                            size_t length_size, fc_error *err)
{
    for (uint64_t i = 0; i < count && from->rest.size > 0; i++) {
        const fc_bytes unit = fc_heif_take(from, fc_heif_read(from, length_size));
        if (from->failed || unit.size > INT32_MAX) {
            return corrupt(err, "its data is cut short");
        }
        if (unit.size > 0 &&
            de265_push_NAL(context, unit.data, (int)unit.size, 0, NULL) != DE265_OK) {
            return fc_fail(err, FC_OUT_OF_MEMORY, "no memory for the data of a HEIC picture");
        }
    }
    return FC_OK;
}

/* The parameter sets of the header, then the picture. */
static fc_status push_stream(de265_decoder_context *context, const fc_heif_stream *stream,
                             fc_error *err)
{
    fc_heif_reader sets = { .rest = stream->config };
    (void)fc_heif_take(&sets, SETS_AT);
    const uint64_t arrays = fc_heif_read(&sets, 1);
    for (uint64_t i = 0; i < arrays; i++) {
        (void)fc_heif_read(&sets, 1); /* their type */
        const uint64_t count = fc_heif_read(&sets, 2);
        FC_TRY(push_units(context, &sets, count, 2, err));
    }
    if (sets.failed) {
        return corrupt(err, "its header is cut short");
    }
    fc_heif_reader data = { .rest = stream->data };
    FC_TRY(push_units(context, &data, UINT64_MAX, (stream->config.data[LENGTH_AT] & 3) + 1U, err));
    if (de265_flush_data(context) != DE265_OK) {
        return corrupt(err, "its data ends too early");
    }
    return FC_OK;
}

/* Warnings that say nothing of the pixels; every other one is about damage. */
static bool is_harmless(de265_error warning)
{
    return warning == DE265_WARNING_NO_WPP_CANNOT_USE_MULTITHREADING ||
           warning == DE265_WARNING_NUMBER_OF_THREADS_LIMITED_TO_MAXIMUM ||
           warning == DE265_WARNING_SPS_MISSING_CANNOT_DECODE_SEI ||
           warning == DE265_ERROR_CANNOT_PROCESS_SEI;
}

static fc_status check_warnings(de265_decoder_context *context, fc_error *err)
{
    for (;;) {
        const de265_error warning = de265_get_warning(context);
        if (warning == DE265_OK) {
            return FC_OK;
        }
        if (!is_harmless(warning)) {
            return corrupt(err, de265_get_error_text(warning));
        }
    }
}

static fc_status decode_failed(decoding *self, de265_error code, fc_error *err)
{
    if (self->frames.refusal.status != FC_OK) {
        return fc_fail(err, self->frames.refusal.status, "%s", self->frames.refusal.text);
    }
    if (code == DE265_ERROR_OUT_OF_MEMORY) {
        return fc_fail(err, FC_OUT_OF_MEMORY, "no memory to decode a HEIC picture");
    }
    return corrupt(err, de265_get_error_text(code));
}

/* The first picture that comes out. */
static fc_status decode_picture(decoding *self, de265_decoder_context *context,
                                const struct de265_image **out, fc_error *err)
{
    for (int more = 1; more != 0;) {
        more = 0;
        const de265_error code = de265_decode(context, &more);
        if (code != DE265_OK || self->frames.refusal.status != FC_OK) {
            return decode_failed(self, code, err);
        }
        *out = de265_get_next_picture(context);
        if (*out != NULL) {
            FC_TRY(check_warnings(context, err));
            if (de265_get_image_plane_user_data(*out, 0) != self->frame.block) {
                return fc_fail(err, FC_UNSUPPORTED_FORMAT,
                               "HEIC pictures cannot be decoded safely with libde265 %s",
                               de265_get_version());
            }
            return !fc_heif_noise_is_left(&self->frame, self->coded, self->sampling)
                       ? FC_OK
                       : corrupt(err, "part of its data is missing");
        }
    }
    FC_TRY(check_warnings(context, err));
    return corrupt(err, "its data holds no picture");
}

/* The picture goes on living in the frame that it was decoded into. Luma alone of which nothing is
 * said is taken as it is, as everyone does, though the standard would have it of limited range. */
static fc_status keep_picture(decoding *self, const struct de265_image *image, fc_size size,
                              fc_heif_picture **out, fc_error *err)
{
    if (self->seen.x < 0 || self->seen.width < size.width || self->seen.y < 0 ||
        self->seen.height < size.height) {
        return corrupt(err, "it is smaller than its header says");
    }
    fc_heif_picture *picture = NULL;
    FC_TRY(fc_memory_new_zeroed(1, sizeof(fc_heif_picture), (void **)&picture, err));
    picture->size = size;
    picture->sampling = self->sampling;
    picture->points = (fc_heif_code_points){ de265_get_image_colour_primaries(image),
                                             de265_get_image_transfer_characteristics(image),
                                             de265_get_image_matrix_coefficients(image),
                                             self->sampling.is_grey ||
                                                 de265_get_image_full_range_flag(image) != 0 };
    for (int i = 0; i < (self->sampling.is_grey ? 1 : 3); i++) {
        const size_t x = (size_t)self->seen.x >> (i > 0 ? self->sampling.shift_x : 0);
        const size_t y = (size_t)self->seen.y >> (i > 0 ? self->sampling.shift_y : 0);
        picture->planes[i] = self->frame.planes[i] + y * self->frame.strides[i] +
                             x * (self->sampling.bits > 8 ? 2 : 1);
        picture->strides[i] = self->frame.strides[i];
    }
    picture->block = self->frame.block;
    self->frames.kept = self->frame.block;
    *out = picture;
    return FC_OK;
}

static fc_status decode(decoding *self, de265_decoder_context *context,
                        const fc_heif_stream *stream, fc_heif_picture **out, fc_error *err)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    (void)pthread_once(&once, start_library);
    struct de265_image_allocation memory = { get_buffer, release_buffer };
    de265_set_image_allocation_functions(context, &memory, self);
    de265_set_parameter_bool(context, DE265_DECODER_PARAM_SUPPRESS_FAULTY_PICTURES, 1);
    de265_set_parameter_bool(context, DE265_DECODER_PARAM_BOOL_SEI_CHECK_HASH, 1);
    FC_TRY(push_stream(context, stream, err));
    const struct de265_image *image = NULL;
    FC_TRY(decode_picture(self, context, &image, err));
    return keep_picture(self, image, stream->size, out, err);
}

static fc_status probe(const fc_heif_stream *stream, fc_heif_stream_facts *out, fc_error *err)
{
    FC_ASSERT(stream != NULL);
    FC_ASSERT(out != NULL);

    if (stream->config.size <= SETS_AT) {
        return corrupt(err, "its header is cut short");
    }
    const uint8_t *config = stream->config.data;
    const uint32_t chroma = config[CHROMA_AT] & 3;
    const int32_t bits = 8 + (config[LUMA_BITS_AT] & 7);
    if (chroma != de265_chroma_mono && 8 + (config[CHROMA_BITS_AT] & 7) != bits) {
        return fc_fail(err, FC_UNSUPPORTED_FORMAT,
                       "a HEIC picture of different depths in luma and chroma");
    }
    *out = (fc_heif_stream_facts){ .sampling = sampling_of(chroma, bits),
                                   .points = { FC_CICP_UNSPECIFIED, FC_CICP_UNSPECIFIED,
                                               FC_CICP_UNSPECIFIED, false },
                                   .frames = 1,
                                   .work_bytes = work_bytes(stream->size, bits) };
    return FC_OK;
}

static fc_status decode_stream(const fc_heif_stream *stream, const fc_heif_stream_facts *facts,
                               fc_heif_picture **out, fc_error *err)
{
    FC_ASSERT(stream != NULL);
    FC_ASSERT(facts != NULL);
    FC_ASSERT(out != NULL);

    const fc_size largest = { stream->size.width + FC_HEIF_PADDING_MAX,
                              stream->size.height + FC_HEIF_PADDING_MAX };
    decoding self = { .frames = { .size = stream->size,
                                  .bytes_left = fc_heif_frame_bytes(largest, facts->sampling) } };
    de265_decoder_context *context = de265_new_decoder();
    if (context == NULL) {
        return fc_fail(err, FC_OUT_OF_MEMORY, "no memory for a HEIC decoder");
    }
    const fc_status status = decode(&self, context, stream, out, err);
    (void)de265_free_decoder(context); /* releases every frame but the kept one */
    return status;
}

const fc_heif_codec fc_heif_hevc = { FC_HEIF_TYPE('h', 'v', 'c', 'C'), probe, decode_stream };

#include <errno.h>
#include <limits.h>

#include <dav1d/dav1d.h>

#include "base/assert.h"
#include "base/limits.h"
#include "base/memory.h"
#include "image/heif_box.h"
#include "image/heif_codec.h"

/* 'av1C': four bytes, then the sequence header, which may be missing. */
#define CONFIG_HEAD_SIZE 4

/* What dav1d holds beside the frames, measured: half a byte for each px. */
#define PIXELS_A_WORK_BYTE 2

/* Turns of the loop that gives data and asks for a picture; one picture takes two or three. */
#define TURNS_MAX 64

static fc_status corrupt(fc_error *err, const char *what)
{
    return fc_fail(err, FC_CORRUPT_IMAGE, "a damaged AVIF picture: %s", what);
}

static fc_bytes config_obus(const fc_heif_stream *stream)
{
    if (stream->config.size <= CONFIG_HEAD_SIZE) {
        return (fc_bytes){ NULL, 0 };
    }
    return (fc_bytes){ stream->config.data + CONFIG_HEAD_SIZE,
                       stream->config.size - CONFIG_HEAD_SIZE };
}

/* The sequence header lies with the picture, or else in its properties. */
static bool read_sequence(const fc_heif_stream *stream, Dav1dSequenceHeader *out, bool *in_config)
{
    *in_config = false;
    if (dav1d_parse_sequence_header(out, stream->data.data, stream->data.size) == 0) {
        return true;
    }
    const fc_bytes config = config_obus(stream);
    *in_config = true;
    return config.size > 0 && dav1d_parse_sequence_header(out, config.data, config.size) == 0;
}

static fc_heif_sampling sampling_of(enum Dav1dPixelLayout layout, int32_t bits)
{
    return (fc_heif_sampling){ .bits = bits,
                               .is_grey = layout == DAV1D_PIXEL_LAYOUT_I400,
                               .shift_x = layout == DAV1D_PIXEL_LAYOUT_I420 ||
                                          layout == DAV1D_PIXEL_LAYOUT_I422,
                               .shift_y = layout == DAV1D_PIXEL_LAYOUT_I420 };
}

static fc_heif_code_points points_of(const Dav1dSequenceHeader *sequence)
{
    return (fc_heif_code_points){ (int32_t)sequence->pri, (int32_t)sequence->trc,
                                  (int32_t)sequence->mtrx, sequence->color_range != 0 };
}

static int get_picture_memory(Dav1dPicture *picture, void *user)
{
    fc_heif_frames *frames = user;
    fc_heif_frame frame = { 0 };
    const fc_status status =
        fc_heif_frame_new(frames, (fc_size){ picture->p.w, picture->p.h },
                          sampling_of(picture->p.layout, picture->p.bpc), &frame);
    if (status != FC_OK) {
        return status == FC_OUT_OF_MEMORY ? DAV1D_ERR(ENOMEM) : DAV1D_ERR(ERANGE);
    }
    for (int i = 0; i < 3; i++) {
        picture->data[i] = frame.planes[i];
    }
    picture->stride[0] = (ptrdiff_t)frame.strides[0];
    picture->stride[1] = (ptrdiff_t)frame.strides[1];
    picture->allocator_data = frame.block;
    return 0;
}

static void release_picture_memory(Dav1dPicture *picture, void *user)
{
    fc_heif_frame_release(user, picture->allocator_data);
}

/* The data is the caller's. */
static void keep_data(const uint8_t *data, void *user)
{
    (void)data;
    (void)user;
}

static fc_status decode_failed(const fc_heif_frames *frames, int code, fc_error *err)
{
    if (frames->refusal.status != FC_OK) {
        return fc_fail(err, frames->refusal.status, "%s", frames->refusal.text);
    }
    if (code == DAV1D_ERR(ENOMEM)) {
        return fc_fail(err, FC_OUT_OF_MEMORY, "no memory to decode an AVIF picture");
    }
    return corrupt(err, code == DAV1D_ERR(ERANGE)   ? "its pixels are more than its header says"
                        : code == DAV1D_ERR(EAGAIN) ? "its data is cut short"
                                                    : "its data cannot be decoded");
}

/* Give all data; the first picture that comes out. No picture: EAGAIN. */
static int decode_picture(Dav1dContext *context, Dav1dData *data, Dav1dPicture *picture)
{
    int code = DAV1D_ERR(EAGAIN);
    for (int turn = 0; turn < TURNS_MAX; turn++) {
        const bool is_drained = data->sz == 0;
        if (!is_drained) {
            code = dav1d_send_data(context, data);
            if (code < 0 && code != DAV1D_ERR(EAGAIN)) {
                return code;
            }
        }
        code = dav1d_get_picture(context, picture);
        if (code != DAV1D_ERR(EAGAIN) || is_drained) {
            return code;
        }
    }
    return code;
}

static int give_config(Dav1dContext *context, fc_bytes config)
{
    Dav1dData data = { 0 };
    int code = dav1d_data_wrap(&data, config.data, config.size, keep_data, NULL);
    if (code == 0) {
        code = dav1d_send_data(context, &data);
    }
    if (data.sz > 0) {
        dav1d_data_unref(&data);
    }
    return code;
}

static fc_status keep_picture(fc_heif_frames *frames, const Dav1dPicture *decoded, fc_size size,
                              fc_heif_picture **out, fc_error *err)
{
    if (decoded->p.w < size.width || decoded->p.h < size.height) {
        return corrupt(err, "it is smaller than its header says");
    }
    fc_heif_picture *picture = NULL;
    FC_TRY(fc_memory_new_zeroed(1, sizeof(fc_heif_picture), (void **)&picture, err));
    *picture = (fc_heif_picture){
        .size = size,
        .sampling = sampling_of(decoded->p.layout, decoded->p.bpc),
        .points = points_of(decoded->seq_hdr),
        .block = decoded->allocator_data,
    };
    for (int i = 0; i < (picture->sampling.is_grey ? 1 : 3); i++) {
        picture->planes[i] = decoded->data[i];
        picture->strides[i] = (size_t)decoded->stride[i > 0];
    }
    frames->kept = decoded->allocator_data;
    *out = picture;
    return FC_OK;
}

static fc_status decode(fc_heif_frames *frames, Dav1dContext *context, const fc_heif_stream *stream,
                        fc_heif_picture **out, fc_error *err)
{
    Dav1dSequenceHeader sequence;
    bool in_config = false;
    int code = 0;
    if (read_sequence(stream, &sequence, &in_config) && in_config) {
        code = give_config(context, config_obus(stream));
    }
    Dav1dData data = { 0 };
    if (code == 0) {
        code = dav1d_data_wrap(&data, stream->data.data, stream->data.size, keep_data, NULL);
    }
    Dav1dPicture picture = { 0 };
    if (code == 0) {
        code = decode_picture(context, &data, &picture);
    }
    if (data.sz > 0) {
        dav1d_data_unref(&data);
    }
    if (code < 0) {
        return decode_failed(frames, code, err);
    }
    const fc_status status = keep_picture(frames, &picture, stream->size, out, err);
    dav1d_picture_unref(&picture);
    return status;
}

static fc_status probe(const fc_heif_stream *stream, fc_heif_stream_facts *out, fc_error *err)
{
    FC_ASSERT(stream != NULL);
    FC_ASSERT(out != NULL);

    Dav1dSequenceHeader sequence;
    bool in_config = false;
    if (stream->data.size == 0 || !read_sequence(stream, &sequence, &in_config)) {
        return corrupt(err, "it has no sequence header");
    }
    if (sequence.max_width - FC_HEIF_PADDING_MAX > stream->size.width ||
        sequence.max_height - FC_HEIF_PADDING_MAX > stream->size.height) {
        return fc_fail(err, FC_CORRUPT_IMAGE,
                       "a damaged AVIF picture: its pixels are coded as %d x %d, its header says "
                       "%d x %d",
                       sequence.max_width, sequence.max_height, (int)stream->size.width,
                       (int)stream->size.height);
    }
    /* Film grain is added in a frame of its own. */
    *out = (fc_heif_stream_facts){
        .sampling = sampling_of(sequence.layout, 8 + 2 * sequence.hbd),
        .points = points_of(&sequence),
        .frames = stream->layers + (sequence.film_grain_present != 0 ? 1 : 0),
        .work_bytes = (int64_t)stream->size.width * stream->size.height / PIXELS_A_WORK_BYTE,
    };
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
    fc_heif_frames frames = {
        .size = stream->size,
        .bytes_left = facts->frames * fc_heif_frame_bytes(largest, facts->sampling),
    };
    const int64_t pixels = (int64_t)largest.width * largest.height;
    Dav1dSettings settings;
    dav1d_default_settings(&settings);
    settings.n_threads = 1; /* jobs run beside each other; one job decodes on one thread */
    settings.max_frame_delay = 1;
    settings.all_layers = 0;
    settings.operating_point = stream->operating_point;
    settings.frame_size_limit = pixels < UINT_MAX ? (unsigned)pixels : UINT_MAX;
    settings.logger = (Dav1dLogger){ 0 };
    settings.allocator = (Dav1dPicAllocator){ &frames, get_picture_memory, release_picture_memory };
    Dav1dContext *context = NULL;
    if (dav1d_open(&context, &settings) != 0) {
        return fc_fail(err, FC_OUT_OF_MEMORY, "no memory for an AVIF decoder");
    }
    const fc_status status = decode(&frames, context, stream, out, err);
    dav1d_close(&context); /* releases every frame but the kept one */
    return status;
}

const fc_heif_codec fc_heif_av1 = { FC_HEIF_TYPE('a', 'v', '1', 'C'), probe, decode_stream };

#include "image/jpeg_reader.h"

#include <jerror.h>
#include <limits.h>
#include <stdbool.h>

#include "base/assert.h"

/* An arithmetic coder drops the zeros at its end, one or two by chance, and its decoder reads two
 * bytes ahead. Whoever wants more misses pixels; libjpeg would go on with zeros without a word. */
#define ZEROS_MAX 4

static void input_start(j_decompress_ptr codec)
{
    const fc_jpeg_reader *reader = codec->client_data;
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
    fc_jpeg_reader *reader = codec->client_data;
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

void fc_jpeg_reader_init(fc_jpeg_reader *reader, fc_bytes file, const fc_jpeg_frame *frame,
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

void fc_jpeg_reader_read_header(void *reader)
{
    fc_jpeg_reader *self = reader;
    j_decompress_ptr codec = &self->codec;
    jpeg_create_decompress(codec);
    codec->mem->max_memory_to_use = self->bytes_max < LONG_MAX ? (long)self->bytes_max : LONG_MAX;
    codec->src = &self->input;
    (void)jpeg_read_header(codec, TRUE);
}

void fc_jpeg_reader_clear(fc_jpeg_reader *reader)
{
    jpeg_destroy_decompress(&reader->codec);
}

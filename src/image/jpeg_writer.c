#include "image/jpeg_writer.h"

#include <inttypes.h>

#include <jerror.h>

#include "base/assert.h"
#include "base/memory.h"
#include "image/jpeg_guard.h"
#include "image/jpeg_tables.h"

/* Bytes that libjpeg fills before they are taken over. */
#define CHUNK_SIZE ((size_t)16 << 10)

/* Rows handed over at once: two lines of the largest blocks. */
#define STRIP_ROWS 16

typedef struct jpeg_writer {
    fc_jpeg_guard guard;
    struct jpeg_compress_struct codec;
    struct jpeg_destination_mgr output;
    uint8_t *chunk;
    const fc_image *image;
    int32_t quality;
    bool own_tables;
    fc_buffer *file;
    size_t size; /* of all chunks so far */
} jpeg_writer;

static void refill(j_compress_ptr codec)
{
    const jpeg_writer *self = codec->client_data;
    codec->dest->next_output_byte = self->chunk;
    codec->dest->free_in_buffer = CHUNK_SIZE;
}

/* Takes over what the chunk holds; beyond the file's limit it is counted alone. */
static void take(j_compress_ptr codec, size_t size)
{
    jpeg_writer *self = codec->client_data;
    self->size += size;
    if (self->size > self->file->size_max) {
        fc_buffer_clear(self->file);
    } else if (fc_buffer_append(self->file, self->chunk, size, NULL) != FC_OK) {
        ERREXIT1(codec, JERR_OUT_OF_MEMORY, 0);
    }
}

static boolean output_full(j_compress_ptr codec)
{
    take(codec, CHUNK_SIZE);
    refill(codec);
    return TRUE;
}

static void output_end(j_compress_ptr codec)
{
    take(codec, CHUNK_SIZE - codec->dest->free_in_buffer);
}

static void configure(j_compress_ptr codec, int32_t quality, bool own_tables)
{
    jpeg_set_defaults(codec);
    jpeg_set_quality(codec, quality, TRUE);
    codec->optimize_coding = own_tables;
    if (!own_tables) {
        fc_jpeg_use_portrait_tables(codec);
    }
    codec->write_JFIF_header = FALSE; /* 18 bytes that say nothing, but for a density */
    if (quality >= FC_JPEG_QUALITY_WHOLE_CHROMA) { /* of grey the one component, as it is */
        codec->comp_info[0].h_samp_factor = 1;
        codec->comp_info[0].v_samp_factor = 1;
    }
}

static void write_strip(j_compress_ptr codec, const fc_image *image)
{
    JSAMPROW rows[STRIP_ROWS];
    const JDIMENSION left = codec->image_height - codec->next_scanline;
    const JDIMENSION count = left < STRIP_ROWS ? left : STRIP_ROWS;
    for (JDIMENSION i = 0; i < count; i++) {
        rows[i] = fc_image_row(image, (int32_t)(codec->next_scanline + i));
    }
    (void)jpeg_write_scanlines(codec, rows, count);
}

/* A step. */
static void write_all(void *context)
{
    jpeg_writer *self = context;
    j_compress_ptr codec = &self->codec;
    jpeg_create_compress(codec);
    codec->dest = &self->output;
    codec->image_width = (JDIMENSION)self->image->size.width;
    codec->image_height = (JDIMENSION)self->image->size.height;
    codec->input_components = self->image->channels;
    codec->in_color_space = self->image->channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
    configure(codec, self->quality, self->own_tables);
    jpeg_start_compress(codec, TRUE);
    while (codec->next_scanline < codec->image_height) {
        write_strip(codec, self->image);
    }
    jpeg_finish_compress(codec);
}

static void writer_clear(jpeg_writer *self)
{
    jpeg_destroy_compress(&self->codec);
    fc_memory_free(self->chunk);
}

fc_status fc_jpeg_write(const fc_image *image, int32_t quality, bool own_tables, fc_buffer *file,
                        size_t *size, fc_error *err)
{
    FC_ASSERT(image != NULL && (image->channels == 1 || image->channels == 3));
    FC_ASSERT(quality >= 1 && quality <= 100);
    FC_ASSERT(file != NULL);
    FC_ASSERT(size != NULL);

    fc_buffer_clear(file);
    if (image->size.width > JPEG_MAX_DIMENSION || image->size.height > JPEG_MAX_DIMENSION) {
        return fc_fail(err, FC_LIMIT_EXCEEDED,
                       "a JPEG of %" PRId32 " x %" PRId32 " px; at most %ld a side can be written",
                       image->size.width, image->size.height, JPEG_MAX_DIMENSION);
    }
    __attribute__((cleanup(writer_clear))) jpeg_writer self = {
        .image = image, .quality = quality, .own_tables = own_tables, .file = file
    };
    FC_TRY(fc_memory_new(CHUNK_SIZE, 1, (void **)&self.chunk, err));
    self.output = (struct jpeg_destination_mgr){ .init_destination = refill,
                                                 .empty_output_buffer = output_full,
                                                 .term_destination = output_end };
    self.codec.err = fc_jpeg_guard_init(&self.guard);
    self.codec.client_data = &self;
    if (!fc_jpeg_guard_run(&self.guard, write_all, &self)) {
        fc_buffer_clear(file);
        return fc_jpeg_guard_fail(&self.guard, "the JPEG cannot be written", err);
    }
    *size = self.size;
    return FC_OK;
}

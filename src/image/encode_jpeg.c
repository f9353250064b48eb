#include <inttypes.h>

#include "base/assert.h"
#include "base/limits.h"
#include "image/encode.h"
#include "image/vips_file.h"
#include "image/vips_image.h"

#define QUALITY_MIN 1
#define QUALITY_MAX 95

/* One encoding, in the library's memory. */
typedef struct jpeg_file {
    void *data;
    size_t size;
} jpeg_file;

static void jpeg_file_clear(jpeg_file *file)
{
    g_free(file->data);
    *file = (jpeg_file){ NULL, 0 };
}

/* Baseline with its own Huffman tables; chroma is halved below quality 90. */
static fc_status encode(VipsImage *view, int32_t quality, jpeg_file *file, fc_error *err)
{
    jpeg_file_clear(file);
    if (vips_jpegsave_buffer(view, &file->data, &file->size, "Q", quality, "optimize_coding", TRUE,
                             "interlace", FALSE, "subsample_mode", VIPS_FOREIGN_SUBSAMPLE_AUTO,
                             "strip", TRUE, NULL) != 0) {
        return fc_vips_fail(err, FC_OUT_OF_MEMORY, "the JPEG cannot be written");
    }
    return FC_OK;
}

/*
 * The best quality first, because the usual portrait fits; then bisection: of the qualities up to
 * `low` one is known to fit, from `high` on none does. 95 qualities take 1 + 7 tries.
 */
static fc_status search(VipsImage *view, size_t bytes_max, jpeg_file *best, int32_t *quality_used,
                        fc_error *err)
{
    __attribute__((cleanup(jpeg_file_clear))) jpeg_file tried = { NULL, 0 };
    int32_t low = QUALITY_MIN - 1;
    int32_t high = QUALITY_MAX + 1;
    size_t smallest = SIZE_MAX;
    for (int32_t quality = QUALITY_MAX; high - low > 1; quality = (low + high) / 2) {
        FC_TRY(encode(view, quality, &tried, err));
        smallest = tried.size < smallest ? tried.size : smallest;
        if (tried.size > bytes_max) {
            high = quality;
            continue;
        }
        low = quality;
        jpeg_file_clear(best);
        *best = tried;
        tried = (jpeg_file){ NULL, 0 };
    }
    if (best->data == NULL) {
        return fc_fail(err, FC_LIMIT_EXCEEDED,
                       "the smallest JPEG takes %zu bytes, %zu more than the %zu allowed", smallest,
                       smallest - bytes_max, bytes_max);
    }
    *quality_used = low;
    return FC_OK;
}

fc_status fc_encode_jpeg(const fc_image *image, size_t bytes_max, fc_buffer *out,
                         int32_t *quality_used, fc_error *err)
{
    FC_ASSERT(image != NULL && image->channels == 3);
    FC_ASSERT(out != NULL && out->size == 0);
    FC_ASSERT(quality_used != NULL);

    FC_AUTO(VipsImage) view = NULL;
    FC_TRY(fc_vips_image_new(image, &view, err));
    __attribute__((cleanup(jpeg_file_clear))) jpeg_file best = { NULL, 0 };
    int32_t quality = 0;
    FC_TRY(search(view, bytes_max, &best, &quality, err));
    FC_TRY(fc_buffer_append(out, best.data, best.size, err));
    *quality_used = quality;
    return FC_OK;
}

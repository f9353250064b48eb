#include "image/image.h"

#include <inttypes.h>
#include <string.h>

#include "base/assert.h"
#include "base/limits.h"
#include "base/memory.h"

static fc_status check_size(fc_size size, fc_error *err)
{
    if (size.width < 1 || size.height < 1) {
        return fc_fail(err, FC_INVALID_ARGUMENT, "a picture of %" PRId32 " x %" PRId32 " px",
                       size.width, size.height);
    }
    if (size.width > FC_IMAGE_SIDE_MAX || size.height > FC_IMAGE_SIDE_MAX) {
        return fc_fail(err, FC_LIMIT_EXCEEDED,
                       "a picture of %" PRId32 " x %" PRId32 " px, at most %d a side are accepted",
                       size.width, size.height, FC_IMAGE_SIDE_MAX);
    }
    return FC_OK;
}

fc_status fc_image_new(fc_size size, int32_t channels, fc_image **out, fc_error *err)
{
    FC_ASSERT(channels == 1 || channels == 3 || channels == 4);
    FC_ASSERT(out != NULL);

    FC_TRY(check_size(size, err));
    const size_t row = (size_t)size.width * (size_t)channels;
    const size_t stride =
        (row + FC_MEMORY_ALIGNMENT - 1) / FC_MEMORY_ALIGNMENT * FC_MEMORY_ALIGNMENT;
    void *block = NULL;
    FC_TRY(fc_memory_new(1, sizeof(fc_image), &block, err));
    fc_image *image = block;
    *image = (fc_image){ .size = size, .channels = channels, .stride = stride };
    const fc_status status = fc_memory_new((size_t)size.height, stride, (void **)&image->data, err);
    if (status != FC_OK) {
        fc_memory_free(image);
        return status;
    }
    *out = image;
    return FC_OK;
}

fc_status fc_image_copy(const fc_image *image, fc_image **out, fc_error *err)
{
    FC_ASSERT(image != NULL);
    fc_image *copy = NULL;
    FC_TRY(fc_image_new(image->size, image->channels, &copy, err));
    copy->dpi = image->dpi;
    for (int32_t y = 0; y < image->size.height; y++) {
        memcpy(fc_image_row(copy, y), fc_image_row(image, y),
               (size_t)image->size.width * (size_t)image->channels);
    }
    *out = copy;
    return FC_OK;
}

void fc_image_free(fc_image *image)
{
    if (image != NULL) {
        fc_memory_wipe(image->data, (size_t)image->size.height * image->stride);
        fc_memory_free(image->data);
        fc_memory_free(image);
    }
}

fc_status fc_plane_new(fc_size size, fc_plane **out, fc_error *err)
{
    FC_ASSERT(out != NULL);

    FC_TRY(check_size(size, err));
    void *block = NULL;
    FC_TRY(fc_memory_new(1, sizeof(fc_plane), &block, err));
    fc_plane *plane = block;
    *plane = (fc_plane){ .size = size };
    const fc_status status = fc_memory_new((size_t)size.height * (size_t)size.width, sizeof(float),
                                           (void **)&plane->data, err);
    if (status != FC_OK) {
        fc_memory_free(plane);
        return status;
    }
    *out = plane;
    return FC_OK;
}

void fc_plane_free(fc_plane *plane)
{
    if (plane != NULL) {
        fc_memory_free(plane->data);
        fc_memory_free(plane);
    }
}

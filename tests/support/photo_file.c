#include "support/photo_file.h"

#include "support/fc_photo.h"

fc_image *fc_photo_read(const char *path)
{
    fc_error err = { 0 };
    FC_AUTO(fc_mapping) file = NULL;
    ASSERT_OK(fc_mapping_new(path, (size_t)1 << 28, &file, &err), err);
    FC_AUTO(fc_raster) raster = fc_photo_decode(file->bytes);
    return FC_STEAL(raster->pixels);
}

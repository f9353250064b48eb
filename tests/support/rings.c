#include "support/rings.h"

#include "base/memory.h"
#include "image/encode.h"
#include "pipeline/stage_functions.h"
#include "support/fc_photo.h"
#include "support/fc_test.h"
#include "support/patterns.h"

fc_buffer fc_rings_file(fc_size size)
{
    fc_error err = { 0 };
    FC_AUTO(fc_image) rings = fc_pattern_zone_plate(size, 8);
    fc_buffer file = FC_BUFFER((size_t)64 << 20);
    int32_t quality = 0;
    ASSERT_OK(fc_encode_jpeg(rings, (size_t)32 << 20, &file, &quality, &err), err);
    return file;
}

fc_photo fc_rings_photo(const fc_buffer *file)
{
    static const fc_models NONE;
    return (fc_photo){ .models = &NONE,
                       .file = fc_buffer_bytes(file),
                       .params = fc_params_default(),
                       .limits = fc_photo_limits };
}

void fc_rings_decode(fc_photo *photo)
{
    fc_error err = { 0 };
    fc_stage_report report = { 0 };
    ASSERT_OK(fc_stage_probe(photo, &report, &err), err);
    ASSERT_OK(fc_stage_decode(photo, &report, &err), err);
}

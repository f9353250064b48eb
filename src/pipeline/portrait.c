#include "pipeline/portrait.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/assert.h"

void fc_photo_end_decoding(fc_photo *photo)
{
    FC_ASSERT(photo != NULL);
    fc_decoder_free(photo->decoder);
    photo->decoder = NULL;
}

fc_box fc_photo_marked_box(const fc_photo *photo)
{
    FC_ASSERT(photo != NULL);
    const fc_part_box part = photo->params.face_box;
    const fc_size size = photo->facts.size;
    const fc_point middle = { (part.x + part.width / 2) * size.width,
                              (part.y + part.height / 2) * size.height };
    const double side = sqrt(part.width * size.width * part.height * size.height);
    return (fc_box){ middle.x - side / 2, middle.y - side / 2, side, side };
}

fc_status fc_photo_decode_part(const fc_photo *photo, const fc_decode_request *request,
                               fc_raster **out, fc_error *err)
{
    FC_ASSERT(photo != NULL);
    return photo->decoder != NULL ? fc_decoder_decode(photo->decoder, request, out, err)
                                  : fc_decode(photo->file, &photo->facts, request, out, err);
}

void fc_photo_clear(fc_photo *photo)
{
    if (photo != NULL) {
        fc_photo_end_decoding(photo);
        fc_raster_free(photo->preview);
        photo->preview = NULL;
        photo->faces.count = 0;
        fc_cutout_clear(&photo->cutout);
    }
}

void fc_portrait_drop_detail(fc_portrait *portrait)
{
    FC_ASSERT(portrait != NULL);
    fc_raster_free(portrait->detail);
    portrait->detail = NULL;
    portrait->raster = NULL;
}

void fc_portrait_drop_pixels(fc_portrait *portrait)
{
    FC_ASSERT(portrait != NULL);
    fc_face_cache_clear(&portrait->found);
    fc_portrait_drop_detail(portrait);
    fc_image_free(portrait->canvas);
    fc_plane_free(portrait->own.mask);
    fc_plane_free(portrait->others);
    fc_plane_free(portrait->coverage);
    fc_plane_free(portrait->matte);
    fc_image_free(portrait->person);
    fc_image_free(portrait->ground);
    fc_image_free(portrait->cutout);
    fc_image_free(portrait->flat);
    portrait->canvas = NULL;
    portrait->own = (fc_rough_mask){ 0 };
    portrait->others = NULL;
    portrait->coverage = NULL;
    portrait->matte = NULL;
    portrait->person = NULL;
    portrait->ground = NULL;
    portrait->cutout = NULL;
    portrait->flat = NULL;
}

void fc_portrait_clear(fc_portrait *portrait)
{
    if (portrait != NULL) {
        fc_portrait_drop_pixels(portrait);
        fc_buffer_clear(&portrait->png);
        fc_buffer_clear(&portrait->jpeg);
        fc_buffer_clear(&portrait->webp);
        fc_buffer_clear(&portrait->matte_png);
    }
}

void fc_warn(fc_warnings *warnings, const char *format, ...)
{
    FC_ASSERT(warnings != NULL);
    if (warnings->count >= FC_WARNINGS_MAX) {
        return;
    }
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(warnings->items[warnings->count], FC_ERROR_TEXT_SIZE, format, arguments);
    va_end(arguments);
    warnings->count++;
}

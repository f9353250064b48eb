#include "support/check_photo.h"

#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "check/face_crop.h"
#include "ops/warp.h"
#include "support/fc_test.h"
#include "support/test_engine.h"

#define HEADER 54

static void put(uint8_t *at, uint32_t value)
{
    for (int i = 0; i < 4; i++) {
        at[i] = (uint8_t)(value >> (8 * i));
    }
}

/* A BMP of 24 bits, from the lowest row up. */
static void write_bmp(const fc_image *picture, fc_buffer *out)
{
    const size_t row = ((size_t)picture->size.width * 3 + 3) / 4 * 4;
    const size_t size = HEADER + row * (size_t)picture->size.height;
    fc_error err = { 0 };
    uint8_t *file = NULL;
    ASSERT_OK(fc_memory_new_zeroed(size, 1, (void **)&file, &err), err);
    file[0] = 'B';
    file[1] = 'M';
    put(file + 2, (uint32_t)size);
    put(file + 10, HEADER);
    put(file + 14, 40);
    put(file + 18, (uint32_t)picture->size.width);
    put(file + 22, (uint32_t)picture->size.height);
    file[26] = 1;
    file[28] = 24;
    for (int32_t y = 0; y < picture->size.height; y++) {
        const uint8_t *from = fc_image_row(picture, picture->size.height - 1 - y);
        uint8_t *to = file + HEADER + row * (size_t)y;
        for (int32_t x = 0; x < picture->size.width; x++, from += 3, to += 3) {
            to[0] = from[2];
            to[1] = from[1];
            to[2] = from[0];
        }
    }
    ASSERT_OK(fc_buffer_append(out, file, size, &err), err);
    fc_memory_free(file);
}

typedef struct found {
    fc_check_values values;
    fc_test_subject *subject; /* filled in where asked for */
    bool seen;
} found;

/* The mesh is found on the crop, as the check does it. */
static void find_mesh(const fc_portrait *portrait, fc_test_subject *subject)
{
    fc_error err = { 0 };
    FC_AUTO(fc_image) crop = NULL;
    FC_AUTO(fc_plane) coverage = NULL;
    FC_AUTO(fc_face_crop) face = NULL;
    const fc_similarity to_photo = fc_check_place(portrait->landmarks);
    ASSERT_OK(fc_warp(portrait->photo->preview->pixels, to_photo,
                      (fc_size){ FC_CHECK_WIDTH, FC_CHECK_HEIGHT }, &crop, &coverage, &err),
              err);
    const fc_check_input input = { .pixels = crop,
                                   .coverage = coverage,
                                   .mesh = portrait->photo->models->mesh };
    ASSERT_OK(fc_face_crop_new(&input, &face, &err), err);
    for (int i = 0; i < FC_FACE_MESH_POINTS; i++) {
        const fc_point at = fc_similarity_apply(to_photo, fc_face_crop_point(face, i));
        const double z = (double)face->mesh[i].z * fc_similarity_scale(to_photo);
        subject->mesh[i] = (fc_mesh_point){ (float)at.x, (float)at.y, (float)z };
    }
}

static fc_status take(void *context, fc_portrait *portrait, int32_t number, int32_t count,
                      fc_error *err)
{
    (void)number;
    (void)count;
    (void)err;
    found *self = context;
    self->seen = true;
    self->values = portrait->found.check;
    if (self->subject != NULL) {
        find_mesh(portrait, self->subject);
    }
    return FC_OK;
}

static fc_check_values check_file(fc_bytes file, const fc_params *params, uint32_t outputs,
                                  fc_test_subject *subject)
{
    fc_error err = { 0 };
    fc_photo *photo = NULL;
    found seen = { .subject = subject };
    ASSERT_OK(fc_memory_new_zeroed(1, sizeof *photo, (void **)&photo, &err), err);
    photo->params = *params;
    photo->outputs = outputs;
    ASSERT_OK(fc_engine_process(fc_test_engine, photo, file, NULL, take, &seen, &err), err);
    fc_photo_clear(photo);
    fc_memory_free(photo);
    assert_true(seen.seen);
    return seen.values;
}

fc_check_values fc_test_check_file(fc_bytes file)
{
    const fc_params params = fc_params_default();
    return check_file(file, &params, FC_OUTPUT_CHECK, NULL);
}

static fc_check_values check_picture(const fc_image *picture, fc_test_subject *subject)
{
    const fc_params params = fc_params_default();
    FC_AUTO_BUFFER(file, (size_t)1 << 26);
    write_bmp(picture, &file);
    return check_file(fc_buffer_bytes(&file), &params, FC_OUTPUT_CHECK, subject);
}

fc_check_values fc_test_check_values(const fc_image *picture)
{
    return check_picture(picture, NULL);
}

fc_check_values fc_test_check_beside(const fc_image *picture, const fc_params *params)
{
    fc_params with = *params;
    with.check = true;
    FC_AUTO_BUFFER(file, (size_t)1 << 26);
    write_bmp(picture, &file);
    return check_file(fc_buffer_bytes(&file), &with, FC_OUTPUT_JPEG, NULL);
}

fc_check fc_test_check(const fc_image *picture)
{
    const fc_check_values values = fc_test_check_values(picture);
    return fc_check_judge(&values, &(fc_check_ranges){ 0 });
}

/* ---- the subject ----------------------------------------------------------------------------- */

/* An fc_portrait_sink: keep picture and matte. */
static fc_status keep(void *context, fc_portrait *portrait, int32_t number, int32_t count,
                      fc_error *err)
{
    (void)number;
    (void)count;
    (void)err;
    fc_test_subject *subject = context;
    subject->picture = portrait->flat;
    subject->matte = portrait->matte;
    portrait->flat = NULL;
    portrait->matte = NULL;
    return FC_OK;
}

void fc_test_subject_make(int32_t height, fc_test_subject *out)
{
    fc_error err = { 0 };
    FC_AUTO(fc_mapping) file = NULL;
    fc_photo *photo = NULL;
    *out = (fc_test_subject){ 0 };
    ASSERT_OK(fc_mapping_new("tests/data/official_portrait.jpg", (size_t)1 << 24, &file, &err),
              err);
    ASSERT_OK(fc_memory_new_zeroed(1, sizeof *photo, (void **)&photo, &err), err);
    photo->params = fc_params_default();
    photo->params.width = height * 4 / 5;
    photo->params.height = height;
    photo->params.face_margin = 0.5;
    photo->params.use_oval_mask = false;
    photo->params.enhance_photo = FC_ENHANCE_OFF;
    photo->params.enhance_face = false;
    photo->params.background = (fc_background){ .red = 215, .green = 215, .blue = 215 };
    photo->outputs = FC_OUTPUT_JPEG;
    ASSERT_OK(fc_engine_process(fc_test_engine, photo, file->bytes, NULL, keep, out, &err), err);
    fc_photo_clear(photo);
    fc_memory_free(photo);
    (void)check_picture(out->picture, out);
}

void fc_test_subject_clear(fc_test_subject *subject)
{
    fc_image_free(subject->picture);
    fc_plane_free(subject->matte);
    *subject = (fc_test_subject){ 0 };
}

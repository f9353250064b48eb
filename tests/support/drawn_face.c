#include "support/drawn_face.h"

#include <math.h>
#include <string.h>

#include "support/fc_test.h"

/* How far the chin of a head that looks straight ahead lies behind its forehead (check/pose.c). */
#define LEVEL_DEG 9

/* Points of the mesh on an ellipse, at even angles from `first_deg` on, clockwise; 0 is right. */
typedef struct ring {
    const uint16_t *numbers;
    int count;
    double first_deg;
    fc_point centre;
    double half_width;
    double half_height;
} ring;

#define RING(list, first, x, y, half_width, half_height)                                           \
    {                                                                                              \
        list, sizeof(list) / sizeof(list)[0], first, { x, y }, half_width, half_height             \
    }

/* clang-format off */
static const uint16_t OVAL[] = {
    10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377, 152,
    148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109,
};
static const uint16_t LEFT_EYE[] = { 33, 246, 161, 160, 159, 158, 157, 173, 133, 155, 154, 153, 145, 144, 163, 7 };
static const uint16_t RIGHT_EYE[] = { 362, 398, 384, 385, 386, 387, 388, 466, 263, 249, 390, 373, 374, 380, 381, 382 };
static const uint16_t LEFT_BROW[] = { 70, 63, 105, 66, 107, 55, 65, 52, 53, 46 };
static const uint16_t RIGHT_BROW[] = { 336, 296, 334, 293, 300, 276, 283, 282, 295, 285 };
static const uint16_t LIPS[] = { 61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291, 375, 321, 405, 314, 17, 84, 181, 91, 146 };
static const uint16_t NOSTRILS[] = { 48, 219, 1, 439, 278, 327, 326, 2, 97, 98 };
/* clang-format on */

static const ring RINGS[] = {
    RING(OVAL, -90, DRAWN_MIDDLE_X, 165, 64, 81),    RING(LEFT_EYE, 180, 96, DRAWN_EYES_Y, 14, 4),
    RING(RIGHT_EYE, 180, 160, DRAWN_EYES_Y, 14, 4),  RING(LEFT_BROW, 180, 96, 118, 16, 3),
    RING(RIGHT_BROW, 216, 160, 118, 16, 3),          RING(LIPS, 180, DRAWN_MIDDLE_X, 210, 25.6, 8),
    RING(NOSTRILS, 180, DRAWN_MIDDLE_X, 185, 12, 5),
};

/* Points off the rings: the inner lips, which meet; forehead, cheeks, and the chin. */
static const struct {
    uint16_t number;
    fc_point at;
} SINGLE[] = {
    { 13, { 128, 210 } },  { 14, { 128, 210 } },  { 82, { 120, 210 } },  { 87, { 120, 210 } },
    { 312, { 136, 210 } }, { 317, { 136, 210 } }, { 151, { 128, 100 } }, { 9, { 128, 112 } },
    { 50, { 90, 175 } },   { 280, { 166, 175 } }, { 199, { 128, 230 } }, { 175, { 128, 238 } },
    { 200, { 128, 226 } },
};

static void put(drawn_face *self, int number, double x, double y)
{
    const double z = (y - DRAWN_EYES_Y) * tan(LEVEL_DEG * M_PI / 180);
    self->mesh[number] = (fc_mesh_point){ (float)x, (float)y, (float)z };
}

static void draw_mesh(drawn_face *self)
{
    for (int i = 0; i < FC_FACE_MESH_POINTS; i++) {
        put(self, i, DRAWN_MIDDLE_X, DRAWN_EYES_Y);
    }
    for (size_t i = 0; i < sizeof RINGS / sizeof RINGS[0]; i++) {
        const ring *the = &RINGS[i];
        for (int j = 0; j < the->count; j++) {
            const double angle = (the->first_deg + 360.0 * j / the->count) * M_PI / 180;
            put(self, the->numbers[j], the->centre.x + the->half_width * cos(angle),
                the->centre.y + the->half_height * sin(angle));
        }
    }
    for (size_t i = 0; i < sizeof SINGLE / sizeof SINGLE[0]; i++) {
        put(self, SINGLE[i].number, SINGLE[i].at.x, SINGLE[i].at.y);
    }
}

static fc_plane *plane_of_ones(fc_size size)
{
    fc_error err = { 0 };
    fc_plane *plane = NULL;
    ASSERT_OK(fc_plane_new(size, &plane, &err), err);
    for (int32_t i = 0; i < size.width * size.height; i++) {
        plane->data[i] = 1;
    }
    return plane;
}

const uint8_t drawn_skin[3] = { 200, 150, 120 };

void drawn_face_open(drawn_face *self)
{
    fc_error err = { 0 };
    const fc_size size = { FC_CHECK_WIDTH, FC_CHECK_HEIGHT };
    *self = (drawn_face){ .faces = { .count = 1 } };
    self->faces.items[0] = (fc_face){ .dlib_box = { 0, 0, size.width, size.height }, .score = 0.9 };
    ASSERT_OK(fc_image_new(size, 3, &self->pixels, &err), err);
    drawn_face_paint(self, 0, size.width, drawn_skin);
    self->coverage = plane_of_ones(size);
    self->matte = plane_of_ones(size);
    self->preview = (fc_raster){ self->pixels, FC_SIMILARITY_IDENTITY };
    self->input = (fc_check_input){
        .facts = { .format = FC_FORMAT_PNG, .size = size },
        .faces = &self->faces,
        .preview = &self->preview,
        .pixels = self->pixels,
        .coverage = self->coverage,
        .to_photo = FC_SIMILARITY_IDENTITY,
    };
    draw_mesh(self);
}

void drawn_face_close(drawn_face *self)
{
    fc_face_crop_free(self->crop);
    fc_image_free(self->pixels);
    fc_plane_free(self->coverage);
    fc_plane_free(self->matte);
}

void drawn_face_paint(drawn_face *self, int32_t left, int32_t right, const uint8_t colour[3])
{
    for (int32_t y = 0; y < FC_CHECK_HEIGHT; y++) {
        for (int32_t x = left; x < right; x++) {
            memcpy(fc_image_row(self->pixels, y) + (ptrdiff_t)3 * x, colour, 3);
        }
    }
}

void drawn_face_dot(drawn_face *self, fc_point centre, double radius, const uint8_t colour[3])
{
    for (int32_t y = 0; y < FC_CHECK_HEIGHT; y++) {
        for (int32_t x = 0; x < FC_CHECK_WIDTH; x++) {
            if (fc_point_distance(centre, (fc_point){ x + 0.5, y + 0.5 }) <= radius) {
                memcpy(fc_image_row(self->pixels, y) + (ptrdiff_t)3 * x, colour, 3);
            }
        }
    }
}

const fc_face_crop *drawn_face_crop(drawn_face *self)
{
    fc_error err = { 0 };
    assert_null(self->crop);
    ASSERT_OK(fc_face_crop_of_mesh(&self->input, self->mesh, &self->crop, &err), err);
    return self->crop;
}

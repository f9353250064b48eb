#include "check/face_crop.h"

#include <string.h>

#include "base/assert.h"
#include "base/memory.h"
#include "ops/outline.h"
#include "ops/snippet.h"

/* Side of what the mesh looks at, in distances of the eyes, and how far its middle lies below
 * them: the face as the network was trained on it. */
#define LOOK_SIDES 4.5
#define LOOK_DOWN 0.47

/* Outlines in the mesh's numbers. */
/* clang-format off */
static const uint16_t OVAL[] = {
    10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377, 152,
    148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109,
};
static const uint16_t LEFT_EYE[] = { 33, 246, 161, 160, 159, 158, 157, 173, 133, 155, 154, 153, 145, 144, 163, 7 };
static const uint16_t RIGHT_EYE[] = { 362, 398, 384, 385, 386, 387, 388, 466, 263, 249, 390, 373, 374, 380, 381, 382 };
static const uint16_t LEFT_BROW[] = { 70, 63, 105, 66, 107, 55, 65, 52, 53, 46 };
static const uint16_t RIGHT_BROW[] = { 300, 293, 334, 296, 336, 285, 295, 282, 283, 276 };
static const uint16_t LIPS[] = { 61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291, 375, 321, 405, 314, 17, 84, 181, 91, 146 };
static const uint16_t NOSTRILS[] = { 48, 219, 1, 439, 278, 327, 326, 2, 97, 98 };
/* clang-format on */

#define COUNT(list) ((int32_t)(sizeof(list) / sizeof(list)[0]))

/* Corners of the eyes. */
enum { LEFT_OUTER = 33, LEFT_INNER = 133, RIGHT_INNER = 362, RIGHT_OUTER = 263, CHIN = 152 };

fc_similarity fc_check_place(const fc_point points[FC_LANDMARK_COUNT])
{
    FC_ASSERT(points != NULL);
    const fc_point from[2] = { { (FC_CHECK_WIDTH - FC_CHECK_EYES) / 2.0, FC_CHECK_EYES_DOWN },
                               { (FC_CHECK_WIDTH + FC_CHECK_EYES) / 2.0, FC_CHECK_EYES_DOWN } };
    const fc_point to[2] = {
        fc_points_centroid(&points[FC_LANDMARK_LEFT_EYE], FC_LANDMARK_EYE_POINTS),
        fc_points_centroid(&points[FC_LANDMARK_RIGHT_EYE], FC_LANDMARK_EYE_POINTS)
    };
    return fc_similarity_fit(from, to, 2);
}

void fc_face_crop_free(fc_face_crop *crop)
{
    if (crop != NULL) {
        fc_plane_free(crop->light);
        fc_plane_free(crop->face);
        fc_plane_free(crop->skin);
        fc_memory_free(crop);
    }
}

/* The mesh in px of the crop. */
static fc_status find_mesh(const fc_check_input *input, fc_mesh_point mesh[FC_FACE_MESH_POINTS],
                           fc_error *err)
{
    const double scale = LOOK_SIDES * FC_CHECK_EYES / FC_FACE_MESH_SIDE;
    const double half = scale * FC_FACE_MESH_SIDE / 2;
    const fc_similarity to_crop = { scale, 0, FC_CHECK_WIDTH / 2.0 - half,
                                    FC_CHECK_EYES_DOWN + LOOK_DOWN * FC_CHECK_EYES - half };
    FC_AUTO(fc_image) patch = NULL;
    fc_mesh_look seen;
    FC_TRY(fc_snippet(input->pixels, to_crop, FC_FACE_MESH_SIDE, &patch, err));
    FC_TRY(fc_face_mesh_find(input->mesh, patch, false, &seen, err));
    for (int i = 0; i < FC_FACE_MESH_POINTS; i++) {
        const fc_mesh_point at = seen.mesh[i];
        const fc_point placed =
            fc_similarity_apply(to_crop, (fc_point){ (double)at.x, (double)at.y });
        mesh[i] = (fc_mesh_point){ (float)placed.x, (float)placed.y, at.z * (float)scale };
    }
    return FC_OK;
}

static fc_point between(const fc_face_crop *crop, int a, int b)
{
    const fc_point both[] = { fc_face_crop_point(crop, a), fc_face_crop_point(crop, b) };
    return fc_points_centroid(both, 2);
}

static void measure_points(fc_face_crop *crop)
{
    crop->eyes[0] = between(crop, LEFT_OUTER, LEFT_INNER);
    crop->eyes[1] = between(crop, RIGHT_INNER, RIGHT_OUTER);
    crop->middle = fc_points_centroid(crop->eyes, 2);
    crop->apart = fmax(fc_point_distance(crop->eyes[0], crop->eyes[1]), 1);
    crop->chin_down = fmax(fc_face_crop_point(crop, CHIN).y - crop->middle.y, 1);
}

static void fill_light(fc_face_crop *crop)
{
    for (int32_t y = 0; y < FC_CHECK_HEIGHT; y++) {
        const uint8_t *pixel = fc_image_row(crop->input->pixels, y);
        float *light = fc_plane_row(crop->light, y);
        for (int32_t x = 0; x < FC_CHECK_WIDTH; x++, pixel += 3) {
            light[x] = (float)(255 * fc_luminance(fc_face_crop_linear(crop, pixel)));
        }
    }
}

static fc_outline outline_of(const fc_face_crop *crop, const uint16_t *numbers, int32_t count)
{
    FC_ASSERT(count <= FC_OUTLINE_POINTS_MAX);
    fc_outline outline = { .count = count };
    for (int32_t i = 0; i < count; i++) {
        outline.points[i] = fc_face_crop_point(crop, numbers[i]);
    }
    return outline;
}

static void leave_out(fc_plane *mask, const fc_plane *other)
{
    const int32_t count = mask->size.width * mask->size.height;
    for (int32_t i = 0; i < count; i++) {
        mask->data[i] = other->data[i] < 0.5F ? 0.0F : mask->data[i];
    }
}

/* The face as far as the photo shows it, then without its openings. */
static fc_status fill_masks(fc_face_crop *crop, fc_error *err)
{
    static const struct {
        const uint16_t *numbers;
        int32_t count;
    } PARTS[] = {
        { LEFT_EYE, COUNT(LEFT_EYE) },   { RIGHT_EYE, COUNT(RIGHT_EYE) },
        { LEFT_BROW, COUNT(LEFT_BROW) }, { RIGHT_BROW, COUNT(RIGHT_BROW) },
        { LIPS, COUNT(LIPS) },           { NOSTRILS, COUNT(NOSTRILS) },
    };
    const fc_outline oval = outline_of(crop, OVAL, COUNT(OVAL));
    memset(crop->face->data, 0, fc_plane_bytes(crop->face));
    fc_outline_raise(crop->face, &oval, 1);
    leave_out(crop->face, crop->input->coverage);

    FC_AUTO(fc_plane) parts = NULL;
    FC_TRY(fc_plane_new(crop->face->size, &parts, err));
    memset(parts->data, 0, fc_plane_bytes(parts));
    for (int32_t i = 0; i < COUNT(PARTS); i++) {
        const fc_outline part = outline_of(crop, PARTS[i].numbers, PARTS[i].count);
        fc_outline_raise(parts, &part, 1);
    }
    const int32_t count = parts->size.width * parts->size.height;
    for (int32_t i = 0; i < count; i++) {
        crop->skin->data[i] = parts->data[i] > 0.5F ? 0.0F : crop->face->data[i];
    }
    return FC_OK;
}

fc_status fc_face_crop_of_mesh(const fc_check_input *input,
                               const fc_mesh_point mesh[FC_FACE_MESH_POINTS], fc_face_crop **out,
                               fc_error *err)
{
    FC_ASSERT(input != NULL && mesh != NULL && out != NULL);
    FC_ASSERT(input->pixels->size.width == FC_CHECK_WIDTH);
    FC_ASSERT(input->pixels->size.height == FC_CHECK_HEIGHT);

    const fc_size size = { FC_CHECK_WIDTH, FC_CHECK_HEIGHT };
    FC_AUTO(fc_face_crop) crop = NULL;
    FC_TRY(fc_memory_new_zeroed(1, sizeof *crop, (void **)&crop, err));
    crop->input = input;
    memcpy(crop->mesh, mesh, sizeof crop->mesh);
    FC_TRY(fc_plane_new(size, &crop->light, err));
    FC_TRY(fc_plane_new(size, &crop->face, err));
    FC_TRY(fc_plane_new(size, &crop->skin, err));
    fc_srgb_table_init(&crop->srgb);
    measure_points(crop);
    fill_light(crop);
    FC_TRY(fill_masks(crop, err));
    *out = FC_STEAL(crop);
    return FC_OK;
}

fc_status fc_face_crop_new(const fc_check_input *input, fc_face_crop **out, fc_error *err)
{
    FC_ASSERT(input != NULL && out != NULL);
    fc_mesh_point mesh[FC_FACE_MESH_POINTS];
    FC_TRY(find_mesh(input, mesh, err));
    return fc_face_crop_of_mesh(input, mesh, out, err);
}

static int32_t clamp_to(double value, int32_t high)
{
    return value < 0 ? 0 : value > high ? high : (int32_t)value;
}

fc_linear_rgb fc_face_crop_mean(const fc_face_crop *crop, fc_point centre, double side)
{
    const int32_t left = clamp_to(centre.x - side / 2, FC_CHECK_WIDTH - 1);
    const int32_t top = clamp_to(centre.y - side / 2, FC_CHECK_HEIGHT - 1);
    const int32_t right = clamp_to(centre.x + side / 2, FC_CHECK_WIDTH - 1);
    const int32_t bottom = clamp_to(centre.y + side / 2, FC_CHECK_HEIGHT - 1);
    fc_linear_rgb sum = { 0 };
    for (int32_t y = top; y <= bottom; y++) {
        for (int32_t x = left; x <= right; x++) {
            const uint8_t *pixel = fc_image_row(crop->input->pixels, y) + 3 * (size_t)x;
            const fc_linear_rgb light = fc_face_crop_linear(crop, pixel);
            sum.red += light.red;
            sum.green += light.green;
            sum.blue += light.blue;
        }
    }
    const double count = (double)(right - left + 1) * (bottom - top + 1);
    return (fc_linear_rgb){ sum.red / count, sum.green / count, sum.blue / count };
}

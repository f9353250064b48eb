/*
 * Pose: how the head is turned, from the depth that the mesh has. Lines across the face and down
 * its middle are added up: long ones count more, and a smile or a raised brow moves few of them.
 */
#include "check/measure_functions.h"

/* Points that face each other, left in the picture first. */
static const uint16_t ACROSS[][2] = { { 33, 263 },  { 133, 362 }, { 234, 454 }, { 127, 356 },
                                      { 93, 323 },  { 132, 361 }, { 58, 288 },  { 70, 300 },
                                      { 105, 334 }, { 61, 291 } };

/* Down the middle. */
static const uint16_t DOWN[][2] = { { 10, 152 }, { 151, 175 }, { 9, 199 }, { 10, 200 } };

#define COUNT(list) (sizeof(list) / sizeof(list)[0])
#define DEGREES (180 / M_PI)

/* What a face that looks straight at the camera measures: the chin lies behind the forehead. Median
 * of the frontal ones of 25 faces. */
#define PITCH_ZERO_DEG (-9.0)

typedef struct direction {
    double x, y, z;
} direction;

static direction sum_of(const fc_face_crop *crop, const uint16_t (*pairs)[2], size_t count)
{
    direction sum = { 0, 0, 0 };
    for (size_t i = 0; i < count; i++) {
        const fc_mesh_point a = crop->mesh[pairs[i][0]];
        const fc_mesh_point b = crop->mesh[pairs[i][1]];
        sum.x += (double)b.x - (double)a.x;
        sum.y += (double)b.y - (double)a.y;
        sum.z += (double)b.z - (double)a.z;
    }
    return sum;
}

void fc_measure_pose(const fc_face_crop *crop, fc_check_values *out)
{
    const direction across = sum_of(crop, ACROSS, COUNT(ACROSS));
    const direction down = sum_of(crop, DOWN, COUNT(DOWN));
    const fc_similarity to_photo = crop->input->to_photo;
    const double turned = atan2(to_photo.b, to_photo.a);
    const double roll = remainder(turned + atan2(across.y, across.x), 2 * M_PI);
    fc_measured(out, FC_MEASURE_roll, DEGREES * roll);
    fc_measured(out, FC_MEASURE_yaw, DEGREES * atan2(across.z, hypot(across.x, across.y)));
    fc_measured(out, FC_MEASURE_pitch,
                -DEGREES * atan2(down.z, hypot(down.x, down.y)) - PITCH_ZERO_DEG);
}

#include "support/scenes.h"

#include <math.h>
#include <stdbool.h>
#include <stddef.h>

#include "ops/resample.h"
#include "ops/warp.h"
#include "support/fc_test.h"
#include "support/photo_file.h"
#include "support/pictures.h"

/* What is pasted of a photo, in faces from the middle of the face, and its soft edge. */
#define PATCH_ASIDE 1.25
#define PATCH_ABOVE 1.05
#define PATCH_BELOW 1.5
#define PATCH_EDGE 0.3

typedef struct photo_of_face {
    const char *path;
    fc_point centre; /* of the box that the 68 points give */
    double side;
    double roll_deg;
    fc_image *pixels; /* read when it is first asked for */
} photo_of_face;

static photo_of_face photos[FC_SCENE_PHOTOS] = {
    { "tests/data/astronaut.png", { 225, 124 }, 98, 3.3, NULL },
    { "tests/data/official_portrait.jpg", { 495, 273 }, 258, -0.5, NULL },
};

static const photo_of_face *photo_at(int32_t index)
{
    photo_of_face *photo = &photos[index];
    if (photo->pixels == NULL) {
        photo->pixels = fc_photo_read(photo->path);
    }
    return photo;
}

void fc_scenes_clear(void)
{
    for (int32_t i = 0; i < FC_SCENE_PHOTOS; i++) {
        fc_image_free(photos[i].pixels);
        photos[i].pixels = NULL;
    }
}

static uint32_t next_random(uint32_t *state)
{
    *state = *state * 1664525U + 1013904223U;
    return *state >> 8;
}

/* 0 to below 1. */
static double next_share(uint32_t *state)
{
    return next_random(state) / (double)(1U << 24);
}

static uint8_t to_level(double value)
{
    return (uint8_t)lround(fmin(fmax(value, 0.0), 255.0));
}

static void fill(fc_image *image, fc_box box, const uint8_t colour[3])
{
    const fc_box part =
        fc_box_intersect(box, (fc_box){ 0, 0, image->size.width, image->size.height });
    for (int32_t y = (int32_t)part.y; y < (int32_t)(part.y + part.height); y++) {
        uint8_t *pixel = fc_image_row(image, y) + 3 * (ptrdiff_t)part.x;
        for (int32_t x = 0; x < (int32_t)part.width; x++, pixel += 3) {
            pixel[0] = colour[0];
            pixel[1] = colour[1];
            pixel[2] = colour[2];
        }
    }
}

static void fill_disc(fc_image *image, fc_point centre, double radius, const uint8_t colour[3])
{
    for (int32_t y = (int32_t)-radius; y <= (int32_t)radius; y++) {
        const double half = sqrt(fmax(radius * radius - y * y, 0));
        fill(image, (fc_box){ floor(centre.x - half), floor(centre.y) + y, 2 * half, 1 }, colour);
    }
}

static void draw_gradient(fc_image *image)
{
    for (int32_t y = 0; y < image->size.height; y++) {
        for (int32_t x = 0; x < image->size.width; x++) {
            uint8_t *pixel = fc_image_row(image, y) + 3 * (ptrdiff_t)x;
            pixel[0] = to_level(40 + 180.0 * x / image->size.width);
            pixel[1] = to_level(200 - 120.0 * y / image->size.height);
            pixel[2] = to_level(90 + 60.0 * (x + y) / (image->size.width + image->size.height));
        }
    }
}

/* Random pictures of 2, 4, 8, ... px, each enlarged and added: the larger, the stronger. */
static void draw_clouds(fc_image *image, uint32_t seed)
{
    fc_error err = { 0 };
    for (int32_t side = 256; side >= 2; side /= 2) {
        FC_AUTO(fc_image) small = fc_test_random((fc_size){ side, side }, seed + (uint32_t)side);
        FC_AUTO(fc_image) large = NULL;
        const fc_box all = { 0, 0, side, side };
        ASSERT_OK(fc_resample(small, all, image->size, &large, &err), err);
        const double strength = 0.5 * pow(side / 2.0, -0.35);
        for (int32_t y = 0; y < image->size.height; y++) {
            for (int32_t i = 0; i < 3 * image->size.width; i++) {
                uint8_t *level = &fc_image_row(image, y)[i];
                *level = to_level(*level + strength * (fc_image_row(large, y)[i] - 127.5));
            }
        }
    }
}

/* Each letter is one to four strokes of a 3 x 5 grid. */
static void draw_text(fc_image *image, uint32_t seed)
{
    static const uint8_t INKS[][3] = { { 20, 20, 24 }, { 30, 60, 140 }, { 150, 30, 30 } };
    for (double y = 20; y < image->size.height; y += 10) {
        const double stroke = 1 + floor(3 * next_share(&seed));
        const uint8_t *ink = INKS[next_random(&seed) % 3];
        for (double x = 30; x < image->size.width - 30.0; x += 5 * stroke) {
            const uint32_t letter = next_random(&seed);
            for (uint32_t cell = 0; cell < 15 && letter % 7 != 0; cell++) {
                if ((letter >> cell & 1U) != 0) {
                    const fc_box dot = { x + cell % 3 * stroke, y + cell / 3 * stroke, stroke,
                                         stroke };
                    fill(image, dot, ink);
                }
            }
        }
        y += 7 * stroke;
    }
}

static void draw_discs(fc_image *image, uint32_t seed)
{
    for (int32_t i = 0; i < 60; i++) {
        const fc_point at = { next_share(&seed) * image->size.width,
                              next_share(&seed) * image->size.height };
        const double radius = 8 + 90 * next_share(&seed) * next_share(&seed);
        const uint8_t skin[3] = { to_level(170 + 80 * next_share(&seed)),
                                  to_level(120 + 80 * next_share(&seed)),
                                  to_level(80 + 90 * next_share(&seed)) };
        static const uint8_t DARK[3] = { 30, 25, 25 };
        fill_disc(image, at, radius, skin);
        const int32_t dots = 2 + (int32_t)(next_random(&seed) % 5);
        for (int32_t dot = 0; dot < dots; dot++) {
            const double angle = 2 * M_PI * dot / dots;
            const fc_point dot_at = { at.x + 0.5 * radius * cos(angle),
                                      at.y + 0.5 * radius * sin(angle) };
            fill_disc(image, dot_at, 0.15 * radius, DARK);
        }
    }
}

/* 0, 1, .. length - 1, length - 1, .. 0, 0, 1, .. */
static int32_t mirrored(int32_t i, int32_t length)
{
    const int32_t at = i % (2 * length);
    return at < length ? at : 2 * length - 1 - at;
}

/* A part of a photo without a face, mirrored until it fills the picture. */
static void draw_tiles(fc_image *image, int32_t photo, fc_box part)
{
    const fc_image *from = photo_at(photo)->pixels;
    for (int32_t y = 0; y < image->size.height; y++) {
        const uint8_t *row =
            fc_image_row(from, (int32_t)part.y + mirrored(y, (int32_t)part.height));
        uint8_t *to = fc_image_row(image, y);
        for (int32_t x = 0; x < image->size.width; x++) {
            const uint8_t *pixel =
                row + 3 * (ptrdiff_t)((int32_t)part.x + mirrored(x, (int32_t)part.width));
            to[3 * x] = pixel[0];
            to[3 * x + 1] = pixel[1];
            to[3 * x + 2] = pixel[2];
        }
    }
}

fc_scene fc_scene_new(fc_size size, fc_ground ground, uint32_t seed)
{
    const uint8_t level = ground == FC_GROUND_TEXT ? 250 : 128;
    fc_scene scene = { .picture = ground == FC_GROUND_NOISE
                                      ? fc_test_random(size, seed)
                                      : fc_test_flat(size, level, level, level) };
    switch (ground) {
    case FC_GROUND_GRADIENT:
        draw_gradient(scene.picture);
        break;
    case FC_GROUND_CLOUDS:
        draw_clouds(scene.picture, seed);
        break;
    case FC_GROUND_TEXT:
        draw_text(scene.picture, seed);
        break;
    case FC_GROUND_DISCS:
        draw_discs(scene.picture, seed);
        break;
    case FC_GROUND_CLOTH:
        draw_tiles(scene.picture, FC_SCENE_ASTRONAUT, (fc_box){ 0, 0, 150, 200 });
        break;
    case FC_GROUND_SUIT:
        draw_tiles(scene.picture, FC_SCENE_OFFICIAL, (fc_box){ 60, 560, 790, 560 });
        break;
    case FC_GROUND_GREY:
    case FC_GROUND_NOISE:
    case FC_GROUND_COUNT:
        break;
    }
    return scene;
}

/* 1 inside, 0 at the edge; `from` and `to` are the sides of the patch. */
static double edge_weight(double at, double from, double to)
{
    return fmin(fmax(fmin(at - from, to - at) / PATCH_EDGE, 0), 1);
}

static fc_similarity about(fc_point centre, double scale, double roll_deg, fc_point target)
{
    const double roll = roll_deg * M_PI / 180;
    fc_similarity map = { scale * cos(roll), scale * sin(roll), 0, 0 };
    const fc_point moved = fc_similarity_apply(map, centre);
    map.tx = target.x - moved.x;
    map.ty = target.y - moved.y;
    return map;
}

static void blend(fc_image *onto, const fc_image *patch, fc_point corner, fc_similarity to_face,
                  const fc_plane *coverage)
{
    for (int32_t y = 0; y < patch->size.height; y++) {
        const int32_t row = (int32_t)corner.y + y;
        for (int32_t x = 0; x < patch->size.width && row >= 0 && row < onto->size.height; x++) {
            const int32_t column = (int32_t)corner.x + x;
            const fc_point at = fc_similarity_apply(to_face, (fc_point){ x + 0.5, y + 0.5 });
            const double weight = edge_weight(at.x, -PATCH_ASIDE, PATCH_ASIDE) *
                                  edge_weight(at.y, -PATCH_ABOVE, PATCH_BELOW) *
                                  fc_plane_row(coverage, y)[x];
            if (column < 0 || column >= onto->size.width) {
                continue;
            }
            uint8_t *to = fc_image_row(onto, row) + 3 * (ptrdiff_t)column;
            const uint8_t *from = fc_image_row(patch, y) + 3 * (ptrdiff_t)x;
            for (int c = 0; c < 3; c++) {
                to[c] = to_level(to[c] + weight * (from[c] - to[c]));
            }
        }
    }
}

void fc_scene_paste(fc_scene *scene, int32_t photo, fc_point centre, double face_px,
                    double roll_deg)
{
    assert_true(scene->count < FC_SCENE_FACES_MAX);
    fc_error err = { 0 };
    const photo_of_face *from = photo_at(photo);
    const int32_t side = (int32_t)(4 * face_px);
    const fc_point middle = { side / 2.0, side / 2.0 };
    const fc_point corner = { floor(centre.x - side / 2.0), floor(centre.y - side / 2.0) };
    const fc_similarity to_photo = about(middle, from->side / face_px, -roll_deg, from->centre);
    const fc_similarity to_face = about(middle, 1 / face_px, -roll_deg, (fc_point){ 0, 0 });
    FC_AUTO(fc_image) patch = NULL;
    FC_AUTO(fc_plane) coverage = NULL;
    ASSERT_OK(fc_warp(from->pixels, to_photo, (fc_size){ side, side }, &patch, &coverage, &err),
              err);
    blend(scene->picture, patch, corner, to_face, coverage);
    scene->faces[scene->count++] = (fc_scene_face){
        { corner.x + side / 2.0 - face_px / 2, corner.y + side / 2.0 - face_px / 2, face_px,
          face_px },
        roll_deg + from->roll_deg,
    };
}

fc_scene fc_scene_crop(int32_t photo, double sides)
{
    fc_error err = { 0 };
    const photo_of_face *from = photo_at(photo);
    const double reach = sides * from->side / 2;
    const fc_box part =
        fc_box_intersect((fc_box){ floor(from->centre.x - reach), floor(from->centre.y - reach),
                                   floor(2 * reach), floor(2 * reach) },
                         (fc_box){ 0, 0, from->pixels->size.width, from->pixels->size.height });
    fc_scene scene = { .count = 1 };
    const fc_size size = { (int32_t)part.width, (int32_t)part.height };
    ASSERT_OK(fc_resample(from->pixels, part, size, &scene.picture, &err), err);
    scene.faces[0] = (fc_scene_face){
        { from->centre.x - from->side / 2 - part.x, from->centre.y - from->side / 2 - part.y,
          from->side, from->side },
        from->roll_deg,
    };
    return scene;
}

static double roll_of(const fc_face *face)
{
    const fc_point left = face->keypoints[FC_KEYPOINT_LEFT_EYE];
    const fc_point right = face->keypoints[FC_KEYPOINT_RIGHT_EYE];
    return atan2(right.y - left.y, right.x - left.x) * 180 / M_PI;
}

fc_scene_score fc_scene_compare(const fc_scene *scene, const fc_faces *found)
{
    fc_scene_score score = { 0 };
    for (int32_t i = 0; i < scene->count; i++) {
        double best = 0;
        double roll_off = 0;
        for (int32_t j = 0; j < found->count; j++) {
            const double iou = fc_box_iou(scene->faces[i].box, found->items[j].dlib_box);
            if (iou > best) {
                best = iou;
                roll_off = remainder(roll_of(&found->items[j]) - scene->faces[i].roll_deg, 360);
            }
        }
        if (best >= FC_SCENE_IOU_MIN) {
            score.found++;
            score.iou_sum += best;
            score.roll_worst = fmax(score.roll_worst, fabs(roll_off));
        }
    }
    for (int32_t j = 0; j < found->count; j++) {
        double best = 0;
        for (int32_t i = 0; i < scene->count; i++) {
            best = fmax(best, fc_box_iou(scene->faces[i].box, found->items[j].dlib_box));
        }
        score.false_ones += best < 0.2 ? 1 : 0;
    }
    return score;
}

/**
 * Scenes: the faces of the two public photos, pasted into grounds made by rule, with the truth
 * about each. Everything is the same for the same seed. All functions fail the test when memory
 * ends.
 */
#pragma once

#include <stdint.h>

#include "image/image.h"
#include "models/face.h"

#define FC_SCENE_FACES_MAX 32

/** Grounds without a face. */
typedef enum fc_ground {
    FC_GROUND_GREY,
    FC_GROUND_GRADIENT,
    FC_GROUND_NOISE,  /* pixel noise */
    FC_GROUND_CLOUDS, /* soft coloured noise of many sizes */
    FC_GROUND_TEXT,   /* lines of letter-like strokes on white */
    FC_GROUND_DISCS,  /* discs with two dark dots or more: what could be taken for faces */
    FC_GROUND_CLOTH,  /* a flag of the photo of the astronaut, mirrored again and again */
    FC_GROUND_SUIT,   /* the suit of the official portrait, likewise */
    FC_GROUND_COUNT,
} fc_ground;

/** Photos that faces are taken from. */
enum { FC_SCENE_ASTRONAUT, FC_SCENE_OFFICIAL, FC_SCENE_PHOTOS };

/** A face that was pasted. */
typedef struct fc_scene_face {
    fc_box box;      /* about the face, upright in the scene, as dlib draws it */
    double roll_deg; /* of the eye line, clockwise */
} fc_scene_face;

typedef struct fc_scene {
    fc_image *picture; /* RGB */
    fc_scene_face faces[FC_SCENE_FACES_MAX];
    int32_t count;
} fc_scene;

/** How faces that were found answer to those that are there. */
typedef struct fc_scene_score {
    int32_t found;      /* faces that a find overlaps by at least FC_SCENE_IOU_MIN */
    int32_t false_ones; /* finds that overlap no face */
    double iou_sum;     /* of the found faces */
    double roll_worst;  /* difference of the eye lines of a found face, degrees */
} fc_scene_score;

#define FC_SCENE_IOU_MIN 0.5

/** An empty scene. `picture` is released with fc_image_free. */
fc_scene fc_scene_new(fc_size size, fc_ground ground, uint32_t seed);

/** Paste head and shoulders of a photo, with a soft edge. `face_px` is the side of the box. */
void fc_scene_paste(fc_scene *scene, int32_t photo, fc_point centre, double face_px,
                    double roll_deg);

/** The part of a photo that is `sides` faces wide and high, about the face. */
fc_scene fc_scene_crop(int32_t photo, double sides);

/** Compare finds with the truth; roll is that of the detector's eyes. */
fc_scene_score fc_scene_compare(const fc_scene *scene, const fc_faces *found);

/** Release what the scenes share. */
void fc_scenes_clear(void);

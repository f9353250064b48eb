/** A found face, and the list of them. Shared by the detector and everything after it. */
#pragma once

#include "base/limits.h"
#include "image/geometry.h"

/** Keypoints of the detector, in the order of its outputs. "Left" is left in the picture. */
enum {
    FC_KEYPOINT_LEFT_EYE,
    FC_KEYPOINT_RIGHT_EYE,
    FC_KEYPOINT_NOSE,
    FC_KEYPOINT_MOUTH,
    FC_KEYPOINT_LEFT_EAR,
    FC_KEYPOINT_RIGHT_EAR,
    FC_KEYPOINT_COUNT,
};

/** Landmarks of the eyes, in dlib's numbers: the first of so many points each. */
enum { FC_LANDMARK_LEFT_EYE = 36, FC_LANDMARK_RIGHT_EYE = 42, FC_LANDMARK_EYE_POINTS = 6 };

typedef struct fc_face {
    fc_box box;      /* the detector's own box, square in the detector's frame, px */
    fc_box dlib_box; /* the box that dlib's frontal detector would give (MODELS: calibration) */
    double score;    /* 0..1 */
    fc_point keypoints[FC_KEYPOINT_COUNT];
} fc_face;

/** Faces by falling score. */
typedef struct fc_faces {
    fc_face items[FC_FACES_MAX];
    int32_t count;
} fc_faces;

/**
 * A face that a person has marked and no network has seen: eyes level, points where they are on
 * average, score 0.
 *
 * dlib_box   as that of fc_face; square
 */
fc_face fc_face_of_box(fc_box dlib_box);

/** Two finds of one face overlap more than this (intersection over union). */
#define FC_FACE_OVERLAP_MAX 0.3

/**
 * Weighted non-maximum suppression: finds that overlap the strongest one become one face, whose
 * box and keypoints are the mean weighted by score and whose score is the strongest one's.
 *
 * candidates   scores above 0; used up: scores are 0 afterwards
 * out          the FC_FACES_MAX strongest at most, by falling score
 *
 * Any thread. Cost: O(candidates x faces). Source: Bazarevsky et al., "BlazeFace", 2019, 5.
 */
void fc_faces_merge(fc_face *candidates, int32_t count, fc_faces *out);

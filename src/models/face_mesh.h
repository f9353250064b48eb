/**
 * Face mesh (MediaPipe face_landmark, 192 x 192): 468 points of a face, and those of them
 * that lie where the 68 points of the usual scheme do.
 *
 * Input tensor: 1 x 192 x 192 x 3, float, RGB, 0..1. Outputs: 1 x 1 x 1 x 1404, x, y and z of each
 * point in px of the input; 1 x 1 x 1 x 1, whether there is a face, before the sigmoid.
 *
 * Source: Kartynnik et al., "Real-time Facial Surface Geometry from Monocular Video on Mobile
 * GPUs", 2019.
 */
#pragma once

#include <stdbool.h>

#include "base/attributes.h"
#include "base/bytes.h"
#include "base/error.h"
#include "base/limits.h"
#include "image/geometry.h"
#include "image/image.h"
#include "infer/session.h"

/** Sides of the patch that the network looks at, px. */
#define FC_FACE_MESH_SIDE 192

typedef struct fc_face_mesh fc_face_mesh;

/** `tflite` is the bytes of face_landmark.tflite. Errors: as fc_session_new. */
FC_MUST_CHECK fc_status fc_face_mesh_new(fc_runtime *runtime, fc_bytes tflite, fc_face_mesh **out,
                                         fc_error *err);
void fc_face_mesh_free(fc_face_mesh *model);
FC_DEFINE_CLEANUP(fc_face_mesh, fc_face_mesh_free)

/** Where it runs, such as "cpu". */
const char *fc_face_mesh_device(const fc_face_mesh *model);

/** Points of the whole mesh; their numbers are MediaPipe's. */
#define FC_FACE_MESH_POINTS 468

/** A point of the mesh, px of the patch. z grows away from the camera, 0 about the middle of the
 *  head, in the same scale. */
typedef struct fc_mesh_point {
    float x;
    float y;
    float z;
} fc_mesh_point;

/** What one look at a patch shows. */
typedef struct fc_mesh_look {
    fc_point points[FC_LANDMARK_COUNT]; /* px of the patch */
    fc_mesh_point mesh[FC_FACE_MESH_POINTS];
    double presence;      /* 0..1: how sure the network is that there is a face */
    fc_similarity closer; /* px of the patch to look at next -> px of this one: the eyes level, the
                             mesh in the middle, as the network was trained. Scale 0 for a mesh
                             without area */
} fc_mesh_look;

/**
 * Find the points of the one face in the middle of a patch.
 *
 * patch      RGB, FC_FACE_MESH_SIDE squared; the eyes level, the face about 1/1.6 of its width
 * mirrored   look at the patch in a mirror; what is found is told for the patch as it lies. The
 *            mean of both looks is steadier than either. In the mesh left and right are then
 *            changed: only the 68 points are put back
 * out        unchanged on failure
 *
 * Errors: FC_MODEL_UNAVAILABLE, FC_OUT_OF_MEMORY. Any thread. Cost: about 0.7 ms.
 */
FC_MUST_CHECK fc_status fc_face_mesh_find(const fc_face_mesh *model, const fc_image *patch,
                                          bool mirrored, fc_mesh_look *out, fc_error *err);

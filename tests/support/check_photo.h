/** For tests of the check: a good portrait made of a public photo, the points of its face, and what
 * the check says of a picture. Needs the engine of support/test_engine.h. */
#pragma once

#include "check/check.h"
#include "config/options.h"
#include "image/image.h"

/** A portrait of official_portrait.jpg on plain light grey, eyes level, and where the person is.
 *  `height` px high, 4/5 as wide. */
typedef struct fc_test_subject {
    fc_image *picture;
    fc_plane *matte;
    fc_mesh_point mesh[FC_FACE_MESH_POINTS]; /* px of the picture */
} fc_test_subject;

void fc_test_subject_make(int32_t height, fc_test_subject *out);
void fc_test_subject_clear(fc_test_subject *subject);

/** What the check measures of a picture as an uncompressed file; fails the test without a face. */
fc_check_values fc_test_check_values(const fc_image *picture);

/** The same of a file. */
fc_check_values fc_test_check_file(fc_bytes file);

/** What is measured with a portrait by these params, `check` being set. */
fc_check_values fc_test_check_beside(const fc_image *picture, const fc_params *params);

/** Judged without a document. */
fc_check fc_test_check(const fc_image *picture);

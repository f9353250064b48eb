/**
 * The functions that measure, each for the rows of its noun. They read the crop and fill in
 * values; a value that cannot be determined stays unknown. One thread at a time for one crop.
 */
#pragma once

#include "base/attributes.h"
#include "base/error.h"
#include "check/face_crop.h"
#include "check/measure.h"

void fc_measure_geometry(const fc_face_crop *crop, fc_check_values *out);
void fc_measure_pose(const fc_face_crop *crop, fc_check_values *out);
FC_MUST_CHECK fc_status fc_measure_eyes(const fc_face_crop *crop, fc_check_values *out,
                                        fc_error *err);
void fc_measure_mouth(const fc_face_crop *crop, fc_check_values *out);
FC_MUST_CHECK fc_status fc_measure_sharpness(const fc_face_crop *crop, fc_check_values *out,
                                             fc_error *err);
void fc_measure_light(const fc_face_crop *crop, fc_check_values *out);
void fc_measure_colour(const fc_face_crop *crop, fc_check_values *out);
FC_MUST_CHECK fc_status fc_measure_background(const fc_face_crop *crop, fc_check_values *out,
                                              fc_error *err);
void fc_measure_file(const fc_face_crop *crop, fc_check_values *out);

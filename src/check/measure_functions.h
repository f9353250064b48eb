/**
 * The functions that measure, each for the rows of its noun. They read the scene and fill in
 * values; what cannot be told is left unknown. One thread at a time for one scene.
 */
#pragma once

#include "check/check.h"
#include "check/scene.h"

/** Fill in one value, unless it is no number. */
void fc_measured(fc_check_values *values, fc_measure_id measure, double value);

void fc_measure_geometry(const fc_scene *scene, fc_check_values *out);
void fc_measure_pose(const fc_scene *scene, fc_check_values *out);
FC_MUST_CHECK fc_status fc_measure_eyes(const fc_scene *scene, fc_check_values *out, fc_error *err);
void fc_measure_mouth(const fc_scene *scene, fc_check_values *out);
FC_MUST_CHECK fc_status fc_measure_sharpness(const fc_scene *scene, fc_check_values *out,
                                             fc_error *err);
void fc_measure_light(const fc_scene *scene, fc_check_values *out);
void fc_measure_colour(const fc_scene *scene, fc_check_values *out);
FC_MUST_CHECK fc_status fc_measure_background(const fc_scene *scene, fc_check_values *out,
                                              fc_error *err);
void fc_measure_file(const fc_scene *scene, fc_check_values *out);

/** Document frame: the frame of a portrait that a preset was asked for. For the stage `frame`. */
#pragma once

#include "base/attributes.h"
#include "base/error.h"
#include "pipeline/face_pose.h"
#include "pipeline/portrait.h"

/**
 * Measure the head, place it as the preset wants it (pipeline/document.h), and warn of what cannot
 * be met.
 *
 * portrait   landmarks are there, params have a preset; its frame is filled in
 *
 * Errors: those of fc_crown_find.
 */
FC_MUST_CHECK fc_status fc_document_frame(fc_portrait *portrait, const fc_face_pose *pose,
                                          fc_stage_report *report, fc_error *err);

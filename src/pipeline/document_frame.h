/** Document frame: the frame of a portrait that a preset was asked for. For the stage `frame`. */
#pragma once

#include "pipeline/face_pose.h"
#include "pipeline/portrait.h"

/**
 * Measure the head, place it as the preset wants it (pipeline/document.h), and warn of what cannot
 * be met.
 *
 * portrait   landmarks and rough mask are there, params have a preset; its frame is filled in
 */
void fc_document_frame(fc_portrait *portrait, const fc_face_pose *pose, fc_stage_report *report);

/**
 * The functions behind the rows of the stage table; only the table calls them. Each is in the file
 * of its name. Each fills in its parts on success and changes nothing on failure, and may fill in
 * model, device and note of its report.
 */
#pragma once

#include "base/attributes.h"
#include "base/error.h"
#include "pipeline/portrait.h"

/** Room around what the canvas shows that stage `detail` decodes at least, px of the raster: so
 * much that no stage that samples it ever meets the edge of the region. A portrait is the same,
 * byte for byte, from a larger one. */
#define FC_DETAIL_ROOM_PX 20

/** How much the photo is reduced while it is decoded, 1, 2, 4 or 8; from facts, outputs and plan.
 */
int32_t fc_preview_shrink(const fc_photo *photo);

FC_MUST_CHECK fc_status fc_stage_probe(fc_photo *photo, fc_stage_report *report, fc_error *err);
FC_MUST_CHECK fc_status fc_stage_decode(fc_photo *photo, fc_stage_report *report, fc_error *err);
FC_MUST_CHECK fc_status fc_stage_detect(fc_photo *photo, fc_stage_report *report, fc_error *err);

FC_MUST_CHECK fc_status fc_stage_cutout(fc_photo *photo, fc_stage_report *report, fc_error *err);

FC_MUST_CHECK fc_status fc_stage_landmarks(fc_portrait *portrait, fc_stage_report *report,
                                           fc_error *err);
FC_MUST_CHECK fc_status fc_stage_look(fc_portrait *portrait, fc_stage_report *report,
                                      fc_error *err);
FC_MUST_CHECK fc_status fc_stage_frame(fc_portrait *portrait, fc_stage_report *report,
                                       fc_error *err);
FC_MUST_CHECK fc_status fc_stage_detail(fc_portrait *portrait, fc_stage_report *report,
                                        fc_error *err);
FC_MUST_CHECK fc_status fc_stage_warp(fc_portrait *portrait, fc_stage_report *report,
                                      fc_error *err);
FC_MUST_CHECK fc_status fc_stage_segment(fc_portrait *portrait, fc_stage_report *report,
                                         fc_error *err);
FC_MUST_CHECK fc_status fc_stage_select(fc_portrait *portrait, fc_stage_report *report,
                                        fc_error *err);
FC_MUST_CHECK fc_status fc_stage_check(fc_portrait *portrait, fc_stage_report *report,
                                       fc_error *err);
FC_MUST_CHECK fc_status fc_stage_matte(fc_portrait *portrait, fc_stage_report *report,
                                       fc_error *err);
FC_MUST_CHECK fc_status fc_stage_photo_matte(fc_portrait *portrait, fc_stage_report *report,
                                             fc_error *err);
FC_MUST_CHECK fc_status fc_stage_restore(fc_portrait *portrait, fc_stage_report *report,
                                         fc_error *err);
FC_MUST_CHECK fc_status fc_stage_enhance(fc_portrait *portrait, fc_stage_report *report,
                                         fc_error *err);
FC_MUST_CHECK fc_status fc_stage_foreground(fc_portrait *portrait, fc_stage_report *report,
                                            fc_error *err);
FC_MUST_CHECK fc_status fc_stage_compose(fc_portrait *portrait, fc_stage_report *report,
                                         fc_error *err);
FC_MUST_CHECK fc_status fc_stage_encode(fc_portrait *portrait, fc_stage_report *report,
                                        fc_error *err);

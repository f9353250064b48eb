/**
 * u2net_human_seg (Qin et al., "U2-Net", 2020): which pixels are a person, as the Python library
 * rembg runs it. Slower than selfie segmentation by a factor of hundreds; also for people who are
 * small, whole or in company.
 *
 * Input tensor: 1 x 3 x 320 x 320, float, RGB divided by the largest value of the picture, minus
 * mean, by deviation. First output: 1 x 1 x 320 x 320, float; the others are not asked for.
 */
#pragma once

#include "base/attributes.h"
#include "base/error.h"
#include "image/image.h"
#include "infer/session.h"

/** Side of the network's square and of its mask, px. */
#define FC_U2NET_SIDE 320

typedef struct fc_u2net_model fc_u2net_model;

/** `path` names the ONNX file. Errors: as fc_session_open. */
FC_MUST_CHECK fc_status fc_u2net_model_new(fc_runtime *runtime, const char *path,
                                           fc_u2net_model **out, fc_error *err);
void fc_u2net_model_free(fc_u2net_model *model);
FC_DEFINE_CLEANUP(fc_u2net_model, fc_u2net_model_free)

const char *fc_u2net_model_device(const fc_u2net_model *model);

/**
 * Coarse mask of a part of a picture.
 *
 * The answers of the network are stretched from their smallest to their largest onto 0..1 and cut
 * to steps of 1/255; a flat answer, which has nothing to stretch, is taken as it is.
 *
 * picture  RGB
 * region   the part that is looked at, px; cut to the picture and widened to whole px, then
 *          squashed to the network's square without padding
 * out      owner: caller. FC_U2NET_SIDE px a side, covering the cut region. Untouched on failure
 * covered  the region after cutting
 *
 * Errors: FC_INVALID_ARGUMENT (the region lies outside), FC_MODEL_UNAVAILABLE, FC_OUT_OF_MEMORY.
 * Any thread. Cost: 0.7 s on one thread of a processor.
 */
FC_MUST_CHECK fc_status fc_u2net_model_run(const fc_u2net_model *model, const fc_image *picture,
                                           fc_box region, fc_plane **out, fc_box *covered,
                                           fc_error *err);

/** The part of a picture in which the person of a face is looked for. Any thread. */
#pragma once

#include "image/decode.h"
#include "models/face.h"

/** Side of the square, in heights of the detector's box: measured best for portraits. */
#define FC_MATTE_REGION_SIDES 4.0

/**
 * Square around the face in px of the raster, not cut to it: 4 box heights a side, its centre 0.35
 * box heights below the face's, because shoulders matter and ceilings do not.
 */
fc_box fc_matte_region(const fc_face *face, const fc_raster *raster);

/** Height of the detector's face box in px of the raster. */
static inline double fc_matte_face_px(const fc_face *face, const fc_raster *raster)
{
    return face->box.height / fc_similarity_scale(raster->to_photo);
}

#include "pipeline/matte_region.h"

#define CENTRE_BELOW_FACE 0.35

fc_box fc_matte_region(const fc_face *face, const fc_raster *raster)
{
    const fc_similarity to_raster = fc_similarity_invert(raster->to_photo);
    const fc_point face_at = fc_similarity_apply(to_raster, fc_box_centre(face->box));
    const double face_px = fc_matte_face_px(face, raster);
    const double side = FC_MATTE_REGION_SIDES * face_px;
    return (fc_box){ face_at.x - side / 2, face_at.y + CENTRE_BELOW_FACE * face_px - side / 2, side,
                     side };
}

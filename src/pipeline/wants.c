#include "pipeline/wants.h"

bool fc_wants_cutout(const fc_photo *photo)
{
    return (photo->outputs & FC_OUTPUT_CUTOUT) != 0;
}

bool fc_wants_check(const fc_photo *photo)
{
    return photo->params.check || (photo->outputs & (FC_OUTPUT_CHECK | FC_OUTPUT_LOOK)) != 0;
}

bool fc_wants_photo_matte(const fc_photo *photo)
{
    return (photo->outputs & FC_OUTPUT_MATTE) != 0;
}

bool fc_wants_restoring(const fc_photo *photo)
{
    return photo->params.enhance_face && photo->models->codeformer != NULL;
}

bool fc_wants_enhancing(const fc_photo *photo)
{
    return photo->params.enhance_photo != FC_ENHANCE_OFF;
}

bool fc_wants_head(const fc_photo *photo)
{
    return photo->params.preset != 0 || photo->params.framing == FC_FRAMING_HEAD;
}

bool fc_wants_matte(const fc_photo *photo)
{
    return photo->params.background.kind != FC_BACKGROUND_KEEP || fc_wants_enhancing(photo) ||
           fc_wants_restoring(photo) || fc_wants_photo_matte(photo);
}

bool fc_wants_fine_edges(const fc_photo *photo)
{
    const bool seen =
        photo->params.background.kind != FC_BACKGROUND_KEEP || fc_wants_photo_matte(photo);
    return seen && photo->params.matte_quality == FC_MATTE_FINE;
}

bool fc_wants_rough_mask(const fc_photo *photo)
{
    return fc_wants_matte(photo) || fc_wants_check(photo) || fc_wants_head(photo);
}

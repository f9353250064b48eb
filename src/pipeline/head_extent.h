/**
 * Head extent: how far a head reaches with its hair, in the levelled coordinates of its face
 * (pipeline/face_pose.h). Any thread.
 */
#pragma once

#include "pipeline/levelled_person.h"

typedef struct fc_head_extent {
    double crown; /* y of the top of the hair */
    double brows; /* y */
    double chin;  /* y */
    double left;  /* x of the hair's sides, between crown and chin */
    double right;
    double above; /* so far above the crown narrow things still belong to the head: bows and buns */
    bool crown_cut; /* the photo ends there */
} fc_head_extent;

/**
 * Crown: the first row, seen from above, where half of the px within the middle third of the face
 * are the person. Sides: as far as the person reaches from the middle without a gap. Chin and brows
 * are those of the landmarks, or of the face box where these do not fit it.
 *
 * person      where its mask is not known, the crown is that of a usual head
 * landmarks   FC_LANDMARK_COUNT points, px of the photo
 *
 * Cost: about 10 000 px of the mask are read.
 */
fc_head_extent fc_head_extent_find(const fc_levelled_person *person, const fc_face *face,
                                   const fc_point *landmarks);

static inline double fc_head_extent_height(const fc_head_extent *head)
{
    return head->chin - head->crown;
}

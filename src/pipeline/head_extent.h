/**
 * Head extent: how far a head reaches with its hair, in the levelled coordinates of its face
 * (pipeline/face_pose.h). Any thread.
 */
#pragma once

#include "pipeline/levelled_person.h"

typedef struct fc_head_extent {
    double top;   /* y of the highest hair */
    double crown; /* y below which there is more than single locks */
    double brows; /* y */
    double chin;  /* y */
    double left;  /* x of the hair's sides, between crown and chin */
    double right;
    bool top_seen; /* by the mask; else it is that of a usual head, or the brows */
    bool top_cut;  /* the photo ends there */
} fc_head_extent;

/**
 * Top and crown: the first rows, seen from above, where any and where half of the px within the
 * middle third of the face are the person. Sides: as far as the person reaches from the middle
 * without a gap. Chin and brows are those of the landmarks, or of the face box where these do not
 * fit it.
 *
 * person      where its mask is not known, top and crown are those of a usual head
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

/**
 * Standing: where a photo cuts off its person, the cut is put onto the canvas' edge or outside of
 * it, so that no person floats. Any thread.
 */
#pragma once

#include <stdbool.h>

#include "pipeline/frame.h"
#include "pipeline/head_extent.h"

typedef struct fc_standing {
    fc_box view;   /* levelled coordinates */
    double excess; /* head room beyond what is allowed, as a share of that */
    uint32_t ends; /* FC_SIDE_ of the photo: where it still ends inside and cuts the person */
    bool moved;
    bool zoomed;
} fc_standing;

/**
 * Move a view down or up, and by 8 % of its width to a side; where that is not enough, or leaves
 * more than 1.6 times the head room, zoom in, as long as head and hair stay inside.
 *
 * person   its mask is only used where `inside` is false
 * view     in the shape of the canvas
 * room     head room that is wanted, levelled units
 * inside   all of the view has to lie in the photo, not only the person: the photo's own background
 *          is kept
 *
 * A side of the photo that cannot be brought outside is left as it is, and told in `ends`.
 * Cost: little where the photo does not end inside the view; else some thousand px of the mask.
 */
fc_standing fc_standing_find(const fc_levelled_person *person, const fc_head_extent *head,
                             fc_box view, double room, bool inside);

/**
 * Where a photo ends inside a view and cuts the person, FC_SIDE_ of the photo; with `inside`
 * wherever it ends.
 *
 * person   its mask is only used where `inside` is false
 */
uint32_t fc_standing_ends(const fc_levelled_person *person, fc_box view, bool inside);

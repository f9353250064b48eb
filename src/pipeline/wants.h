/**
 * Wants: what the options and outputs of a photo ask for, in one place for every stage that has to
 * know. Any thread.
 */
#pragma once

#include <stdbool.h>

#include "pipeline/portrait.h"

/** The people of the whole photo, instead of portraits. */
bool fc_wants_cutout(const fc_photo *photo);

/** How well the photo suits a document, in addition to portraits or instead of them. */
bool fc_wants_check(const fc_photo *photo);

/** The mask of the whole photo. */
bool fc_wants_photo_matte(const fc_photo *photo);

/** The face is restored: that is asked for, and its model is there. `warp` then keeps what
 *  `restore` needs. */
bool fc_wants_restoring(const fc_photo *photo);

bool fc_wants_enhancing(const fc_photo *photo);

/** The whole head is framed, hair and all, or a document's rule tells where it lies. */
bool fc_wants_head(const fc_photo *photo);

/** The person must be told from the background: it is replaced or blurred, or the person is
 *  measured, restored or asked for. */
bool fc_wants_matte(const fc_photo *photo);

/** The matte is seen, and as fine as it can be. Measuring and restoring the person takes no fine
 *  edge. */
bool fc_wants_fine_edges(const fc_photo *photo);

/** A network has to tell roughly where the person is. */
bool fc_wants_rough_mask(const fc_photo *photo);

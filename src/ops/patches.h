/** Patches: px of a plane that are marked and hang together. Any thread. */
#pragma once

#include <stdbool.h>

#include "base/attributes.h"
#include "base/error.h"
#include "image/geometry.h"

/**
 * Mark the patches of one kind in a second plane.
 *
 * marks  above 0: marked. All are 0 afterwards
 * size   of both planes, rows tightly packed
 * limit  px: a patch of more is a large one, and one at the lower border too: people go on below
 *        the picture. Patches hang together sideways, up and down
 * large  which patches: the large ones, or the others
 * to     1 is written to their px; else unchanged
 *
 * Errors: FC_OUT_OF_MEMORY; then nothing has changed. Cost: about 5 ns a px.
 */
FC_MUST_CHECK fc_status fc_patches_mark(float *marks, fc_size size, double limit, bool large,
                                        float *to, fc_error *err);

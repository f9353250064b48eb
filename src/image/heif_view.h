/**
 * View: how the picture of a HEIF item is to be shown (cropped, turned, mirrored) and what its
 * colours mean.
 *
 * Any thread.
 */
#pragma once

#include <stdbool.h>

#include "base/attributes.h"
#include "base/error.h"
#include "image/geometry.h"
#include "image/heif_file.h"
#include "image/heif_frame.h"
#include "image/orientation.h"
#include "image/rows.h"

typedef struct fc_heif_view {
    fc_rect part;               /* of the decoded picture; what is shown */
    fc_orientation orientation; /* from that part to the upright picture */
    fc_bytes profile;           /* ICC; empty: none. Borrows the file */
    bool has_points;
    fc_heif_code_points points; /* where has_points */
} fc_heif_view;

/** The view of a picture of which nothing is said. */
fc_heif_view fc_heif_view_whole(fc_size size);

/** Whether the picture is shown as it was decoded. */
bool fc_heif_view_is_whole(const fc_heif_view *view, fc_size size);

/**
 * Add what the properties of an item say. Transformations apply in their order, after those that
 * the view has already; colours are taken where the view has none.
 *
 * Errors: FC_CORRUPT_IMAGE (also a crop that leaves nothing).
 */
FC_MUST_CHECK fc_status fc_heif_view_add(const fc_heif_file *file, uint32_t item,
                                         fc_heif_view *view, fc_error *err);

/** The EXIF number of an orientation, 1..8. */
int32_t fc_heif_view_exif(const fc_heif_view *view);

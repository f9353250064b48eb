/**
 * Geodesic distance: how far each pixel is from a seed along the cheapest path, where a path pays
 * for each change of colour that it crosses and for its length. What belongs together is near.
 *
 * Source: Criminisi, Sharp and Blake, "GeoS: Geodesic Image Segmentation", 2008, 2.1. Pure
 * operation, any thread.
 */
#pragma once

#include "image/image.h"

/** Pairs of scans at most: a maze with more turns than that is left too far. */
#define FC_GEODESIC_SCANS 8

/**
 * Carry distances from the seeds to all pixels.
 *
 * picture    RGB
 * toll       cost of a step of one px, half of it at either end; same size, above 0, finite
 * colour     cost of one level of change, summed over the channels; 0 or more
 * distance   same size. In: what a seed begins with, from 0; INFINITY elsewhere. Out: the least
 *            cost of a path from any seed; without a seed nothing changes
 *
 * Paths go to the eight neighbours. Scans from corner to corner and back are repeated until
 * nothing changes.
 *
 * Errors: FC_OUT_OF_MEMORY; then `distance` is unchanged. Cost: about 30 ns a px, and 5 ns for each
 * pair of scans; four planes.
 */
FC_MUST_CHECK fc_status fc_geodesic_distance_in_place(const fc_image *picture, const fc_plane *toll,
                                                      double colour, fc_plane *distance,
                                                      fc_error *err);

/**
 * Face blend: lays what a network changed in a face onto the picture that the face was taken from.
 *
 * Only the change of brightness is laid on, the same levels for red, green and blue: skin, eyes and
 * lips keep their colour, and where the network changed nothing, nothing changes - the picture is
 * never resampled. The mean of the change is left out, so that the face stays as bright as the
 * neck. It fades out towards an oval about the face and the edge of the matte. Any thread.
 */
#pragma once

#include "image/image.h"

/**
 * Blend in place; on failure the picture is as it was.
 *
 * picture    RGB
 * matte      same size: share of person 0..1
 * given      RGB, a square: the face as the network was shown it, eyes level, in the middle
 * repainted  RGB, as large: what the network made of it
 * to_square  px of the picture -> px of the square
 *
 * Errors: FC_OUT_OF_MEMORY. Cost: about 20 ns a px of both.
 */
FC_MUST_CHECK fc_status fc_face_blend_in_place(fc_image *picture, const fc_plane *matte,
                                               const fc_image *given, const fc_image *repainted,
                                               fc_similarity to_square, fc_error *err);

/** Centre crop: the picture made of a photo without a face, where one is wanted all the same. One
 * thread at a time. */
#pragma once

#include "base/attributes.h"
#include "base/error.h"
#include "pipeline/portrait.h"

/**
 * The middle of a photo, as large as the canvas allows, and nothing else done to it but `grey`.
 *
 * photo      decoded: after FC_NO_FACE of fc_photo_analyse. Options of the person are switched off
 * in its params
 * portrait   empty; gets the pictures that photo->outputs asks for. Cleared by the caller, also
 *            after a failure
 *
 * Errors: those of decoding and encoding. Cost: resampling once, perhaps decoding once more.
 */
FC_MUST_CHECK fc_status fc_centre_crop(fc_photo *photo, fc_portrait *portrait, fc_error *err);

/**
 * PNG colour: what a file declares about its colours, and which declaration counts.
 *
 * After the PNG specification, third edition, 4.3: cICP before iCCP before sRGB before gAMA and
 * cHRM. What makes no sense, does not fit the picture or has a wrong checksum is passed over, and
 * the next one counts. Any thread.
 */
#pragma once

#include "base/attributes.h"
#include "base/bytes.h"
#include "base/error.h"
#include "image/colour_space.h"

/**
 * Read the declarations before the pixels.
 *
 * gAMA of 1/2.2 is what programs write for sRGB; alone or with the chromaticities of sRGB it means
 * just that.
 *
 * file      passed fc_png_scan
 * space     `model` is set; the declaration that counts is added. Its profile lies in `profile`
 * profile   owner: caller, release with fc_memory_free; NULL where there is none
 *
 * Errors: FC_OUT_OF_MEMORY; both untouched. Cost: O(chunks); a profile is unpacked.
 */
FC_MUST_CHECK fc_status fc_png_read_colour(fc_bytes file, fc_colour_space *space, uint8_t **profile,
                                           fc_error *err);

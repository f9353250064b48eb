/** For tests of the first stages: a photo of rings, from its file to its preview. */
#pragma once

#include "base/bytes.h"
#include "pipeline/portrait.h"

/** A JPEG of rings that become finer outwards (fc_pattern_zone_plate); clear the buffer. */
fc_buffer fc_rings_file(fc_size size);

/** The photo in such a file, which stays the caller's, by the default options and without models;
 *  clear it afterwards. */
fc_photo fc_rings_photo(const fc_buffer *file);

/** Probe and decode a photo; fails the test when that is refused. */
void fc_rings_decode(fc_photo *photo);

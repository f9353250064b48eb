/**
 * Tone map: light without an upper bound, or with a much higher one, to 8-bit sRGB.
 *
 * PQ (SMPTE ST 2084) and HLG (ARIB STD-B67, at 1000 cd/m2 after ITU-R BT.2100) are brought to a
 * diffuse white of 203 cd/m2 (BT.2408). What is darker than most of that white keeps its light;
 * highlights are rolled off towards white, hue unchanged. Linear floats are cut at 1.0.
 * Any thread; a map is constant once made.
 */
#pragma once

#include <stdint.h>

#include "base/attributes.h"
#include "base/error.h"
#include "image/colour_space.h"

typedef struct fc_tone_map fc_tone_map;

/**
 * Tables for one colour space.
 *
 * space   grey or RGB, of PQ or HLG (fc_cicp_is_hdr), or linear with 32 bits
 * bits    of what comes in: 8, 16, or 32 for floats
 * out     owner: caller, release with fc_tone_map_free
 *
 * Errors: FC_OUT_OF_MEMORY. Cost: 0.3 ms.
 */
FC_MUST_CHECK fc_status fc_tone_map_new(const fc_colour_space *space, int32_t bits,
                                        fc_tone_map **out, fc_error *err);

/**
 * Map `count` pixels of 1 to 4 channels to 8 bits of 3 channels, and alpha where the space has it.
 * Cost: 20 ns a pixel.
 */
void fc_tone_map_row(const fc_tone_map *map, const void *from, uint8_t *to, int32_t count);

void fc_tone_map_free(fc_tone_map *map);
FC_DEFINE_CLEANUP(fc_tone_map, fc_tone_map_free)

/**
 * ICC: tells whether an embedded colour profile can be used, and whether it is sRGB, so that
 * nothing needs converting.
 *
 * Most photos carry one of a dozen wordings of sRGB; a colour engine takes longer for each of them
 * than decoding takes. After ICC.1:2004-10 and IEC 61966-2-1. Pure function, any thread.
 */
#pragma once

#include <stdbool.h>

#include "base/bytes.h"
#include "image/colour_space.h"

/**
 * Whether converting from the profile to sRGB would leave 8-bit pixels as they are.
 *
 * True for matrix profiles whose primaries are those of sRGB to 0.002, and whose three curves take
 * each of the 256 levels to a light that sRGB rounds to the same level. False for everything else,
 * also for damaged bytes: then it is the colour engine's turn.
 *
 * profile   any bytes, not trusted
 */
bool fc_icc_is_srgb(fc_bytes profile);

/**
 * Whether a profile has what a conversion from it needs: its header, and within its bytes tables
 * for the colours, or curves and primaries. Whether it is for the channels of a picture is another
 * question.
 *
 * profile   any bytes, not trusted
 */
bool fc_icc_is_usable(fc_bytes profile);

/**
 * Whether a profile says anything of a picture with such channels, by its header. One for RGB is
 * fine for grey, which many programs save that way: then grey is what it is without a profile.
 *
 * profile   any bytes, not trusted
 */
bool fc_icc_suits(fc_bytes profile, fc_colour_model model);

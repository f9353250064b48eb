/**
 * sRGB as an ICC profile, as small as the format allows: what tells a colour-managed viewer that
 * the numbers of a JPEG are sRGB. Written by hand after ICC.1:2004-10 and IEC 61966-2-1.
 */
#pragma once

#include <stdint.h>

#define FC_SRGB_PROFILE_SIZE 480

extern const uint8_t fc_srgb_profile[FC_SRGB_PROFILE_SIZE];

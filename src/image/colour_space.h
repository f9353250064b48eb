/**
 * Colour space: what the numbers of a stored picture mean, as its file declares it.
 *
 * Each decoder reads what its format can say and sets one of: an ICC profile, code points of ITU-T
 * H.273 (CICP), or gamma and chromaticities. Which of several declarations counts is the format's
 * own rule. Where nothing is declared the picture is sRGB, plain grey or device CMYK.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"

typedef enum fc_colour_model {
    FC_COLOUR_GREY, /* 1 channel, 0 is black */
    FC_COLOUR_RGB,  /* 3 channels */
    FC_COLOUR_CMYK, /* 4 channels, 0 is no ink */
    FC_COLOUR_LAB,  /* 3 channels: CIE L*a*b* before D50, as ICC profiles of version 4 store it */
} fc_colour_model;

/** Code points of ITU-T H.273 that have a meaning here. */
enum {
    FC_CICP_UNSPECIFIED = 2,
    FC_CICP_PRIMARIES_BT709 = 1,
    FC_CICP_PRIMARIES_BT2020 = 9,
    FC_CICP_PRIMARIES_P3 = 12, /* SMPTE EG 432-1: Display P3 */
    FC_CICP_TRANSFER_BT709 = 1,
    FC_CICP_TRANSFER_LINEAR = 8,
    FC_CICP_TRANSFER_SRGB = 13,
    FC_CICP_TRANSFER_PQ = 16,  /* SMPTE ST 2084 */
    FC_CICP_TRANSFER_HLG = 18, /* ARIB STD-B67 */
};

/** xy of CIE 1931: white, red, green, blue. */
typedef struct fc_chromaticities {
    double white[2];
    double red[2];
    double green[2];
    double blue[2];
} fc_chromaticities;

typedef struct fc_colour_space {
    fc_colour_model model;
    bool has_alpha;    /* one channel more, the last; not multiplied into the colour */
    fc_bytes profile;  /* ICC; size 0 where there is none. Owner: the source that it came from */
    bool lost_profile; /* there was one that cannot be used, and it was left out */
    int32_t primaries; /* CICP; 0 and 2: not given */
    int32_t transfer;  /* CICP; 0 and 2: not given */
    double gamma;      /* of the file, 1/2.2 = 0.45455 for the usual picture; 0: not given */
    bool has_chromaticities;
    fc_chromaticities chromaticities;
} fc_colour_space;

/** Channels of a pixel, alpha included: 1 to 5. */
static inline int32_t fc_colour_space_channels(const fc_colour_space *space)
{
    static const int32_t COLOURS[] = {
        [FC_COLOUR_GREY] = 1, [FC_COLOUR_RGB] = 3, [FC_COLOUR_CMYK] = 4, [FC_COLOUR_LAB] = 3
    };
    return COLOURS[space->model] + (space->has_alpha ? 1 : 0);
}

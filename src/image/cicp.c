#include "image/cicp.h"

#include <stddef.h>

#include "base/assert.h"

#define D65                                                                                        \
    {                                                                                              \
        0.3127, 0.3290                                                                             \
    }
#define ILLUMINANT_C                                                                               \
    {                                                                                              \
        0.310, 0.316                                                                               \
    }

/* By number of the standard; an entry without a white point is reserved or unspecified. */
static const fc_chromaticities PRIMARIES[] = {
    [FC_CICP_PRIMARIES_BT709] = { D65, { 0.640, 0.330 }, { 0.300, 0.600 }, { 0.150, 0.060 } },
    [4] = { ILLUMINANT_C, { 0.67, 0.33 }, { 0.21, 0.71 }, { 0.14, 0.08 } },
    [5] = { D65, { 0.64, 0.33 }, { 0.29, 0.60 }, { 0.15, 0.06 } },
    [6] = { D65, { 0.630, 0.340 }, { 0.310, 0.595 }, { 0.155, 0.070 } },
    [7] = { D65, { 0.630, 0.340 }, { 0.310, 0.595 }, { 0.155, 0.070 } },
    [8] = { ILLUMINANT_C, { 0.681, 0.319 }, { 0.243, 0.692 }, { 0.145, 0.049 } },
    [FC_CICP_PRIMARIES_BT2020] = { D65, { 0.708, 0.292 }, { 0.170, 0.797 }, { 0.131, 0.046 } },
    [11] = { { 0.314, 0.351 }, { 0.680, 0.320 }, { 0.265, 0.690 }, { 0.150, 0.060 } },
    [FC_CICP_PRIMARIES_P3] = { D65, { 0.680, 0.320 }, { 0.265, 0.690 }, { 0.150, 0.060 } },
    [22] = { D65, { 0.630, 0.340 }, { 0.295, 0.605 }, { 0.155, 0.077 } },
};

bool fc_cicp_chromaticities(int32_t primaries, fc_chromaticities *out)
{
    FC_ASSERT(out != NULL);

    const int32_t count = (int32_t)(sizeof PRIMARIES / sizeof PRIMARIES[0]);
    if (primaries < 0 || primaries >= count || PRIMARIES[primaries].white[0] <= 0) {
        return false;
    }
    *out = PRIMARIES[primaries];
    return true;
}

/**
 * CICP: the chromaticities behind the code points of ITU-T H.273. Pure functions, any thread.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "image/colour_space.h"

/** xy of a set of primaries (H.273, table 2). False where the number is unspecified or unknown. */
bool fc_cicp_chromaticities(int32_t primaries, fc_chromaticities *out);

/** Exponent of a pure power transfer: 2.2 and 2.8 (H.273, table 3: 4 and 5); 0 for all others. */
static inline double fc_cicp_gamma(int32_t transfer)
{
    return transfer == 4 ? 2.2 : transfer == 5 ? 2.8 : 0;
}

/** Whether the transfer is one of high dynamic range, PQ or HLG. */
static inline bool fc_cicp_is_hdr(int32_t transfer)
{
    return transfer == FC_CICP_TRANSFER_PQ || transfer == FC_CICP_TRANSFER_HLG;
}

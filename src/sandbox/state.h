/** The one sandbox of this process. For the room's own files. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "sandbox/helper.h"
#include "sandbox/inside.h"

/** A helper that was made. */
struct fc_helper {
    int channel;
    uint64_t id;
    const uint8_t *window;
    int64_t deadline_us;
    int32_t cpu_s;
    bool is_ended; /* then nothing more is to be had of it */
    bool is_lost;
};

/** Ask the forker for a helper; it notes on the channel whether it is fit. Errors: as
 *  fc_helper_new. */
FC_MUST_CHECK fc_status fc_helper_order(uint32_t kind, fc_helper **out, fc_error *err);

/** A file in memory that can be mapped. `out` is the caller's. Errors: FC_OUT_OF_MEMORY. */
FC_MUST_CHECK fc_status fc_helper_copy(fc_bytes file, int *out, fc_error *err);

/** Send an order. Errors: FC_MODEL_UNAVAILABLE. */
FC_MUST_CHECK fc_status fc_sandbox_order(const fc_order *order, const int *descriptors,
                                         size_t count, fc_error *err);

/** A helper that is kept ready, or NULL. */
fc_helper *fc_sandbox_take_idle(void);

/** Order as many as are to be kept ready. What fails is tried again with the next photo. */
void fc_sandbox_fill_idle(void);

/** Those that are kept ready may be dead as well: drop them. */
void fc_sandbox_drop_idle(void);

/** Count a helper, and one less. False: there are enough. */
bool fc_sandbox_enter(void);
void fc_sandbox_leave(void);

/** Count and tell an end. */
void fc_sandbox_bury(const fc_sandbox_obituary *obituary);

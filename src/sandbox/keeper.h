/**
 * Keeper and forker: two small processes that were split off before the service had threads,
 * models or photos. The forker makes the helpers, each a fresh copy of itself; the keeper does
 * nothing but make the forker again should it die.
 */
#pragma once

#include "base/attributes.h"
#include "sandbox/packet.h"

/**
 * The keeper's life: confines itself and its children, and ends when the other side of `control`
 * is closed.
 *
 * control   orders come from there (sandbox/inside.h)
 * argv      as main gets it; overwritten
 */
FC_NORETURN void fc_keeper_run(int control, char **argv, fc_sandbox_work *work);

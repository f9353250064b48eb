/**
 * Keeper and forker: two small processes, split off before the service has threads, models or
 * photos. The forker makes the helpers, each a fresh copy of itself; the keeper does nothing but
 * replace the forker should it die.
 */
#pragma once

#include "base/attributes.h"
#include "sandbox/packet.h"

/**
 * Main function of the keeper: confines itself and its children, and returns when the other side of
 * `control` is closed.
 *
 * control   orders come from there (sandbox/inside.h)
 * argv      as main gets it; overwritten
 */
FC_NORETURN void fc_keeper_run(int control, char **argv, fc_sandbox_work *work);

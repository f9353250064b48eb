/**
 * Checksum: tells two contents apart and notices damage, as fast as memory is read. It is no
 * defence against somebody who wants two contents to look alike.
 *
 * Source: multiply and rotate in the manner of FNV and of xxHash, in eight lanes. Any thread.
 */
#pragma once

#include <stdint.h>

#include "base/bytes.h"

/** `seed` joins several contents: the checksum of what came before. */
uint64_t fc_checksum(fc_bytes content, uint64_t seed);

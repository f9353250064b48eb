/** CRC-32 as ZIP and PNG use it: polynomial 0xEDB88320, reflected. Any thread. */
#pragma once

#include <stdint.h>

#include <libdeflate.h>

#include "base/bytes.h"

/** Extend the checksum `crc` by more bytes; begin with 0. Cost: far below 1 ms for each megabyte.
 */
static inline uint32_t fc_crc32(uint32_t crc, fc_bytes bytes)
{
    return bytes.size > 0 ? libdeflate_crc32(crc, bytes.data, bytes.size) : crc;
}

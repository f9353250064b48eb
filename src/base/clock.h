/** Clock: time that only moves forward, for measuring. Any thread. */
#pragma once

#include <stdint.h>

/** Microseconds since some fixed moment; never goes back. */
int64_t fc_clock_us(void);

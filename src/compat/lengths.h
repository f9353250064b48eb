/** Lengths as clients write them: "12px", "5%", several with spaces between. Any thread. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/attributes.h"
#include "pipeline/cutout.h"

/**
 * Read numbers of 0 or more, each followed by "px", "%" or nothing (px).
 *
 * out     room for `most`
 * count   how many there were, 1..most
 *
 * False: something else; then nothing is to be used.
 */
FC_MUST_CHECK bool fc_lengths_parse(const char *text, size_t most, fc_length *out, size_t *count);

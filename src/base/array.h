/** Array: growable arrays, which double as they fill up. Any thread. */
#pragma once

#include <stddef.h>

#include "base/attributes.h"
#include "base/error.h"

/**
 * Room for one more item of an array that is grown by nothing else and never shrinks.
 *
 * items       address of the pointer to the items, NULL at first; release with fc_memory_free
 * count       of items that are there
 * item_size   bytes
 *
 * Errors: FC_OUT_OF_MEMORY; then the array is as it was. Cost: copies all items each time that
 * their number doubles.
 */
FC_MUST_CHECK fc_status fc_array_make_room(void **items, size_t count, size_t item_size,
                                           fc_error *err);

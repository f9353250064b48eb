/** Array: growable arrays, which double as they fill up. Any thread. */
#pragma once

#include <stddef.h>

#include "base/attributes.h"
#include "base/error.h"

/**
 * Make room for one more item of an array that only this function grows and nothing shrinks.
 *
 * items       address of the pointer to the items, NULL at first; release with fc_memory_free
 * count       items in use
 * item_size   bytes
 *
 * Errors: FC_OUT_OF_MEMORY; then the array is as it was. Cost: copies all items each time that
 * their number doubles.
 */
FC_MUST_CHECK fc_status fc_array_make_room(void **items, size_t count, size_t item_size,
                                           fc_error *err);

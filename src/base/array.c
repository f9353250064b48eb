#include "base/array.h"

#include <string.h>

#include "base/assert.h"
#include "base/memory.h"

/* An array doubles from here; a power of two. */
#define ITEMS_AT_FIRST 16

/* The capacities are ITEMS_AT_FIRST, twice that, and so on: the count alone says whether it is
 * full. */
fc_status fc_array_make_room(void **items, size_t count, size_t item_size, fc_error *err)
{
    FC_ASSERT(items != NULL && (*items != NULL || count == 0));
    FC_ASSERT(item_size > 0);
    const bool full = count == 0 || (count >= ITEMS_AT_FIRST && (count & (count - 1)) == 0);
    if (!full) {
        return FC_OK;
    }
    void *larger = NULL;
    FC_TRY(fc_memory_new(count == 0 ? ITEMS_AT_FIRST : 2 * count, item_size, &larger, err));
    if (count > 0) {
        memcpy(larger, *items, count * item_size);
    }
    fc_memory_free(*items);
    *items = larger;
    return FC_OK;
}

#include "convert/arena.h"

#include <stdint.h>

#include "base/assert.h"
#include "base/memory.h"

#define ALIGNMENT 16
#define BLOCK_BYTES ((size_t)64 << 10)

struct fc_arena_block {
    fc_arena_block *older;
    size_t used; /* bytes of `data` */
    size_t capacity;
    _Alignas(ALIGNMENT) uint8_t data[];
};

static fc_status add_block(fc_arena *arena, size_t needed, fc_error *err)
{
    const size_t capacity = needed > BLOCK_BYTES ? needed : BLOCK_BYTES;
    fc_arena_block *block = NULL;
    FC_TRY(fc_memory_new_zeroed(sizeof *block + capacity, 1, (void **)&block, err));
    block->capacity = capacity;
    block->older = arena->blocks;
    arena->blocks = block;
    return FC_OK;
}

fc_status fc_arena_new(fc_arena *arena, size_t count, size_t item_size, void **out, fc_error *err)
{
    FC_ASSERT(arena != NULL);
    FC_ASSERT(out != NULL);

    size_t size = 0;
    if (!fc_size_multiply(count, item_size, &size) || size > arena->size_max - arena->size) {
        return fc_fail(err, FC_LIMIT_EXCEEDED, "more than %zu bytes", arena->size_max);
    }
    const size_t rounded = (size / ALIGNMENT + 1) * ALIGNMENT;
    const fc_arena_block *newest = arena->blocks;
    if (newest == NULL || rounded > newest->capacity - newest->used) {
        FC_TRY(add_block(arena, rounded, err));
    }
    *out = arena->blocks->data + arena->blocks->used;
    arena->blocks->used += rounded;
    arena->size += size;
    return FC_OK;
}

void fc_arena_clear(fc_arena *arena)
{
    while (arena->blocks != NULL) {
        fc_arena_block *block = arena->blocks;
        arena->blocks = block->older;
        fc_memory_free(block);
    }
    arena->size = 0;
}

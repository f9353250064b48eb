/**
 * Arena: many small things that live and die together, such as the nodes of a network. One thread
 * at a time.
 */
#pragma once

#include <stddef.h>

#include "base/attributes.h"
#include "base/error.h"

typedef struct fc_arena_block fc_arena_block;

/** Start with FC_ARENA(limit); release with fc_arena_clear. */
typedef struct fc_arena {
    fc_arena_block *blocks; /* the newest one first */
    size_t size;            /* bytes given out */
    size_t size_max;
} fc_arena;

#define FC_ARENA(limit) ((fc_arena){ .size_max = (limit) })

/**
 * Memory for `count` items of `item_size` bytes, zeroed, aligned to 16.
 *
 * out   owner: the arena. Untouched on failure
 *
 * Errors: FC_LIMIT_EXCEEDED past size_max, FC_OUT_OF_MEMORY.
 */
FC_MUST_CHECK fc_status fc_arena_new(fc_arena *arena, size_t count, size_t item_size, void **out,
                                     fc_error *err);

/** Release everything; the arena is empty and usable again. */
void fc_arena_clear(fc_arena *arena);

#include "ops/islands.h"

#include <stdbool.h>

#include "base/assert.h"
#include "base/memory.h"

/* The px that are reached so far, and those whose neighbours are still to be looked at. */
typedef struct flood {
    const fc_plane *mask;
    float level;
    uint8_t *reached; /* 1: on a path; 2: beside one */
    int32_t *queue;
    size_t queued;
} flood;

static void enter(flood *all, size_t at)
{
    if (all->reached[at] != 1 && all->mask->data[at] > all->level) {
        all->queue[all->queued++] = (int32_t)at;
        all->reached[at] = 1;
    } else if (all->reached[at] == 0) {
        all->reached[at] = 2;
    }
}

static void enter_neighbours(flood *all, size_t at)
{
    const fc_size size = all->mask->size;
    const int32_t x = (int32_t)(at % (size_t)size.width);
    const int32_t y = (int32_t)(at / (size_t)size.width);
    for (int32_t row = y > 0 ? y - 1 : 0; row <= y + 1 && row < size.height; row++) {
        for (int32_t column = x > 0 ? x - 1 : 0; column <= x + 1 && column < size.width; column++) {
            enter(all, (size_t)row * (size_t)size.width + (size_t)column);
        }
    }
}

/* Whether a seed has nothing but seeds about it, sideways, up and down: nothing begins there. */
static bool is_within(const fc_image *seeds, const uint8_t *row, int32_t x, int32_t y)
{
    return x > 0 && x + 1 < seeds->size.width && y > 0 && y + 1 < seeds->size.height &&
           row[x - 1] != 0 && row[x + 1] != 0 && fc_image_row(seeds, y - 1)[x] != 0 &&
           fc_image_row(seeds, y + 1)[x] != 0;
}

static void enter_seeds(flood *all, const fc_image *seeds)
{
    size_t at = 0;
    for (int32_t y = 0; y < seeds->size.height; y++) {
        const uint8_t *row = fc_image_row(seeds, y);
        for (int32_t x = 0; x < seeds->size.width; x++, at++) {
            if (row[x] != 0) {
                all->reached[at] = 1;
                if (!is_within(seeds, row, x, y)) {
                    all->queue[all->queued++] = (int32_t)at;
                }
            }
        }
    }
}

fc_status fc_islands_clear(fc_plane *mask, double level, const fc_image *seeds, fc_error *err)
{
    FC_ASSERT(mask != NULL);
    FC_ASSERT(seeds != NULL && seeds->channels == 1);
    FC_ASSERT(seeds->size.width == mask->size.width && seeds->size.height == mask->size.height);

    const size_t count = (size_t)mask->size.width * (size_t)mask->size.height;
    FC_AUTO(fc_octets) reached = NULL;
    FC_AUTO(fc_integers) queue = NULL;
    FC_TRY(fc_memory_new_zeroed(count, 1, (void **)&reached, err));
    FC_TRY(fc_memory_new(count, sizeof(int32_t), (void **)&queue, err));
    flood all = { mask, (float)level, reached, queue, 0 };
    enter_seeds(&all, seeds);
    for (size_t i = 0; i < all.queued; i++) {
        enter_neighbours(&all, (size_t)queue[i]);
    }
    for (size_t i = 0; i < count; i++) {
        mask->data[i] = reached[i] != 0 ? mask->data[i] : 0.0F;
    }
    return FC_OK;
}

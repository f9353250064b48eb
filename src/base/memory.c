#define _DEFAULT_SOURCE /* madvise */
#include "base/memory.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/assert.h"

static _Thread_local int64_t countdown;

static bool fails_now(void)
{
    return countdown > 0 && --countdown == 0;
}

bool fc_size_multiply(size_t a, size_t b, size_t *product)
{
    return !__builtin_mul_overflow(a, b, product);
}

fc_status fc_memory_new(size_t count, size_t item_size, void **out, fc_error *err)
{
    FC_ASSERT(item_size > 0);
    FC_ASSERT(out != NULL);

    size_t size = 0;
    if (!fc_size_multiply(count, item_size, &size) || size > PTRDIFF_MAX - FC_MEMORY_ALIGNMENT) {
        return fc_fail(err, FC_OUT_OF_MEMORY, "%zu items of %zu bytes do not fit into memory",
                       count, item_size);
    }
    /* aligned_alloc wants a multiple of the alignment; this also turns 0 into one block. */
    const size_t rounded = (size / FC_MEMORY_ALIGNMENT + 1) * FC_MEMORY_ALIGNMENT;
    void *block = fails_now() ? NULL : aligned_alloc(FC_MEMORY_ALIGNMENT, rounded);
    if (block == NULL) {
        return fc_fail(err, FC_OUT_OF_MEMORY, "no memory for %zu bytes", size);
    }
    *out = block;
    return FC_OK;
}

fc_status fc_memory_new_zeroed(size_t count, size_t item_size, void **out, fc_error *err)
{
    void *block = NULL;
    FC_TRY(fc_memory_new(count, item_size, &block, err));
    memset(block, 0, count * item_size);
    *out = block;
    return FC_OK;
}

fc_status fc_memory_resize(void *block, size_t size, void **out, fc_error *err)
{
    FC_ASSERT(size > 0);
    FC_ASSERT(out != NULL);

    void *resized = size > PTRDIFF_MAX || fails_now() ? NULL : realloc(block, size);
    if (resized == NULL) {
        return fc_fail(err, FC_OUT_OF_MEMORY, "no memory for %zu bytes", size);
    }
    *out = resized;
    return FC_OK;
}

void fc_memory_free(void *block)
{
    free(block);
}

void fc_memory_prefer_huge_pages(void *block, size_t size)
{
    enum { HUGE_PAGE = 2 << 20 };
    const size_t head = (HUGE_PAGE - (uintptr_t)block % HUGE_PAGE) % HUGE_PAGE;
    if (size >= head + HUGE_PAGE) {
        const size_t whole = (size - head) / HUGE_PAGE * HUGE_PAGE;
        (void)madvise((uint8_t *)block + head, whole, MADV_HUGEPAGE); /* a wish */
    }
}

void fc_memory_start(void)
{
#ifdef __GLIBC__
    /* Below are the pixels of a usual photo and what the largest network works in, 10 MB: they come
     * again with each photo, and their pages would be made again. Without spare room on top, which
     * setting the first alone would take away, a portrait takes 10 % more of the processor. */
    enum { LARGE = 12 << 20, SPARE = 32 << 20, STEP = 8 << 20 };
    (void)mallopt(M_MMAP_THRESHOLD, LARGE);
    (void)mallopt(M_TRIM_THRESHOLD, SPARE);
    (void)mallopt(M_TOP_PAD, STEP);
#endif
}

void fc_memory_limit_heaps(int32_t heaps)
{
    FC_ASSERT(heaps > 0);
#ifdef __GLIBC__
    (void)mallopt(M_ARENA_MAX, heaps);
#else
    (void)heaps;
#endif
}

void fc_memory_start_once(void)
{
#ifdef __GLIBC__
    /* The heap grows at once to what a photo takes, so that all of it may lie on huge pages; what
     * is freed on top of it must stay, or what comes in its place would lie on small ones. */
    enum { ROOM = 96 << 20 };
    (void)mallopt(M_ARENA_MAX, 1);
    (void)mallopt(M_TRIM_THRESHOLD, 2 * ROOM);
    (void)mallopt(M_MMAP_MAX, 0);
    void *first = malloc(ROOM);
    if (first != NULL) {
        fc_memory_prefer_huge_pages(first, ROOM);
    }
    free(first);
#endif
}

void fc_memory_fill(void)
{
#ifdef __GLIBC__
    enum { FILL = 0xa5 };
    (void)mallopt(M_PERTURB, FILL);
#endif
}

void fc_memory_trim(void)
{
#ifdef __GLIBC__ /* others have no such call, and keep less */
    (void)malloc_trim(0);
#endif
}

void fc_memory_wipe(void *block, size_t size)
{
    if (size > 0) {
        explicit_bzero(block, size);
    }
}

void fc_memory_fail_after(int64_t n)
{
    FC_ASSERT(n >= 0);
    countdown = n;
}

/**
 * Memory: every allocation of Facecraft goes through here, so that sizes are multiplied safely,
 * pixels are aligned, and tests can make the n-th allocation fail.
 *
 * Any thread.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/error.h"

/** Alignment of every block: one cache line, and the widest vector registers in use. */
#define FC_MEMORY_ALIGNMENT 64

/**
 * Allocate `count` items of `item_size` bytes, aligned to FC_MEMORY_ALIGNMENT, not initialised.
 *
 * count      0 gives a valid pointer to nothing
 * out        owner: caller, release with fc_memory_free. Untouched on failure
 *
 * Errors: FC_OUT_OF_MEMORY, also when count * item_size overflows.
 */
FC_MUST_CHECK fc_status fc_memory_new(size_t count, size_t item_size, void **out, fc_error *err);

/** The same, with every byte zero. */
FC_MUST_CHECK fc_status fc_memory_new_zeroed(size_t count, size_t item_size, void **out,
                                             fc_error *err);

/**
 * Make a block of bytes larger or smaller; its content stays, as far as it fits.
 *
 * block   NULL: a new one. Gone on success, untouched on failure
 * out     aligned as malloc aligns. Owner: caller, release with fc_memory_free
 *
 * Errors: FC_OUT_OF_MEMORY. Cost: large blocks are moved by their pages, not copied.
 */
FC_MUST_CHECK fc_status fc_memory_resize(void *block, size_t size, void **out, fc_error *err);

/** Release a block; NULL is fine. */
void fc_memory_free(void *block);

/**
 * Let a large block that will be filled whole and kept lie on huge pages, where the system grants
 * them on request: one page fault for 2 MB instead of one for each 4 KB. Call it before the first
 * write. No memory beyond the block is taken.
 */
void fc_memory_prefer_huge_pages(void *block, size_t size);

/** Overwrite with zeros in a way that the compiler keeps, so that photos and keys leave nothing
 * behind. */
void fc_memory_wipe(void *block, size_t size);

/**
 * Once, at the start of a program that works on pictures: blocks from 12 MB up go back to the
 * system when they are freed, as the C library would begin to keep them, and 32 MB of smaller ones
 * stay (docs/decisions/0019-what-memory-is-kept.md, 0038-what-serving-costs.md).
 */
void fc_memory_start(void);

/**
 * Let threads share that many heaps, 1 or more; else the C library gives each thread one of its
 * own, up to eight a processor, and each keeps spare memory. For a program with many more threads
 * than work at a time, before it starts them.
 */
void fc_memory_limit_heaps(int32_t heaps);

/**
 * After fc_memory_start, in a program that works on one photo and ends, before it has threads: all
 * of them share one heap, on huge pages where the system grants them on request. Making small pages
 * one by one would take a sixth of such a program's time. A service would keep too much that way.
 */
void fc_memory_start_once(void);

/**
 * Fill blocks when they are handed out and when they are freed, from now on. For a program that
 * decodes photos of several people in its own process: a decoder that shows memory that it never
 * wrote then shows one flat value, not another person's photo. One that has a process for each
 * photo (sandbox/sandbox.h) has no other's photo to show. Cost: 4 % of a portrait's processor time.
 */
void fc_memory_fill(void);

/** Return freed memory to the system where the C library would keep it. Takes milliseconds. */
void fc_memory_trim(void);

/** a * b, or false when the product does not fit. */
FC_MUST_CHECK bool fc_size_multiply(size_t a, size_t b, size_t *product);

/** For tests: make the n-th allocation from now on (1 = the next) fail once; 0 switches it off.
 *  Counts allocations of the calling thread only. */
void fc_memory_fail_after(int64_t n);

/* For FC_AUTO on plain arrays: FC_AUTO(fc_floats) row = NULL; */
typedef float fc_floats;
FC_DEFINE_CLEANUP(fc_floats, fc_memory_free)
typedef double fc_doubles;
FC_DEFINE_CLEANUP(fc_doubles, fc_memory_free)
typedef uint8_t fc_octets;
FC_DEFINE_CLEANUP(fc_octets, fc_memory_free)
typedef int32_t fc_integers;
FC_DEFINE_CLEANUP(fc_integers, fc_memory_free)
typedef char fc_chars;
FC_DEFINE_CLEANUP(fc_chars, fc_memory_free)

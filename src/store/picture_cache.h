/**
 * Picture cache: pictures that can be made again, in a folder of their own, the least recently used
 * going first. Each is a file that is whole or not there; its digest is checked when it is read.
 *
 * The index is in memory; the folder is read only at the start. A second process may use the same
 * folder: each keeps its own books, so that the bound is one for each, and a file that the other
 * one has taken away is a miss.
 *
 * Any thread.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/bytes.h"
#include "base/digest.h"
#include "base/error.h"
#include "base/limits.h"

/** Bytes of a type, with the final zero. */
#define FC_CACHED_TYPE_SIZE 16

/** One picture and its facts. */
typedef struct fc_cached_picture {
    int64_t stored_s;               /* Unix time: since when it is known to be right */
    int32_t faces;                  /* of its photo */
    char type[FC_CACHED_TYPE_SIZE]; /* such as "image/webp" */
    char source[FC_DIGEST_SIZE];    /* digest of the photo that it was made of */
    fc_buffer bytes;
} fc_cached_picture;

/** Release the bytes. */
void fc_cached_picture_clear(fc_cached_picture *picture);

typedef struct fc_picture_cache fc_picture_cache;

/**
 * Use a folder; it is made where it is not there, for its owner alone.
 *
 * bytes_max   on the disk, of all pictures together; the excess is deleted at once
 *
 * Errors: FC_IO, FC_STORAGE_FULL, FC_OUT_OF_MEMORY. Cost: one look at each file.
 */
FC_MUST_CHECK fc_status fc_picture_cache_open(const char *folder, int64_t bytes_max,
                                              fc_picture_cache **out, fc_error *err);

/** The files stay. NULL is fine. */
void fc_picture_cache_close(fc_picture_cache *cache);
FC_DEFINE_CLEANUP(fc_picture_cache, fc_picture_cache_close)

/**
 * Look for a picture; found, it is the most recently used one. A file that is damaged is deleted
 * and counts as not there.
 *
 * key     64 hexadecimal digits
 * out     empty; owner: caller
 * found   whether it is there
 *
 * Errors: FC_OUT_OF_MEMORY.
 */
FC_MUST_CHECK fc_status fc_picture_cache_get(fc_picture_cache *cache, const char *key,
                                             fc_cached_picture *out, bool *found, fc_error *err);

/**
 * Keep a picture, in place of the one of the same key. One that is larger than the bound is not
 * kept.
 *
 * Errors: FC_STORAGE_FULL, FC_IO, FC_OUT_OF_MEMORY; then there is nothing under this key, or what
 * was there.
 */
FC_MUST_CHECK fc_status fc_picture_cache_put(fc_picture_cache *cache, const char *key,
                                             const fc_cached_picture *picture, fc_error *err);

typedef struct fc_picture_cache_load {
    int64_t pictures;
    int64_t bytes; /* whole blocks of the disk */
    int64_t bytes_max;
    int64_t evicted; /* since the start */
} fc_picture_cache_load;

fc_picture_cache_load fc_picture_cache_stats(fc_picture_cache *cache);

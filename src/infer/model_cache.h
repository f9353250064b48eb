/**
 * Model cache: networks that a provider, or ONNX Runtime itself, compiled for this processor, kept
 * for the next start.
 *
 * A folder for each: the provider's files and a checksum over them. It is written under another
 * name and renamed when it is complete, so a partial one is never seen. Its name carries the key,
 * and keeping one removes the others of the same network: there is never more than one of each.
 *
 * None of this can fail in a way that matters: a cache that cannot be used only costs time.
 */
#pragma once

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

/** The key: what must be equal for a compiled network to fit. The processor's flags are added to
 * it. */
typedef struct fc_model_cache_key {
    const char *provider;  /* "cpu", "openvino": the folder of its networks */
    const char *name;      /* of the network; letters, digits, _ and - */
    const char *precision; /* "f32", "bf16" */
    const char *version;   /* of the provider */
    uint64_t model;        /* checksum of the model */
} fc_model_cache_key;

typedef struct fc_model_cache {
    char cache[PATH_MAX - 256]; /* folder of all compiled networks */
    char family[96];            /* how the names of all that are for this network begin */
    char folder[PATH_MAX - 64]; /* where this one is, or will be */
    char work[PATH_MAX - 64];   /* where it is made */
    char model[PATH_MAX];       /* the file that the provider opens */
    char work_model[PATH_MAX];  /* the same while it is made */
} fc_model_cache;

/** Work out its path, and make the cache folder. False: there is none ("" or not writable). */
bool fc_model_cache_path(const char *cache_dir, const fc_model_cache_key *key, fc_model_cache *out);

/** Whether it is there and undamaged. Cost: reads it once. */
bool fc_model_cache_is_whole(const fc_model_cache *place);

/** Make the folder to work in. False: it cannot be made. */
bool fc_model_cache_begin(const fc_model_cache *place);

/** After the provider has written its files: keep them, or (`good` false) throw them away. */
void fc_model_cache_commit(const fc_model_cache *place, bool good);

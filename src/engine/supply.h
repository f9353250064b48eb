/**
 * Supply: size, hash and origin of the model files, as supply.lock has them. The build makes the
 * rows from that file (cmake/supply.awk), so that no second list can differ from it. Any thread.
 */
#pragma once

#include <stdint.h>

/** One paragraph of supply.lock. */
typedef struct fc_supply {
    const char *file;    /* name inside the model folder */
    const char *kind;    /* "pip-wheel", "debian" or "release" */
    const char *package; /* "mediapipe"; of a release OWNER/REPOSITORY */
    const char *version; /* "*" where the hash alone decides */
    const char *inside;  /* the file's path in the package */
    const char *word;    /* `tools/fetch --with WORD` gets it; empty: it always comes */
    int64_t bytes;
    const char *sha256; /* 64 hexadecimal digits, lower case */
} fc_supply;

/** The paragraph whose target is models/FILE; NULL where there is none. */
const fc_supply *fc_supply_lookup(const char *file);

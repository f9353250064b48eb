/** Files of ui/, packed by gzip and carried in the program (cmake/pack_page.py makes them, and the
 *  rows of this table). Constant; any thread. */
#pragma once

#include <stddef.h>
#include <stdint.h>

typedef struct fc_page_asset {
    const char *name;     /* as in /ui/{name}: it changes with the content; NULL for the page */
    const char *language; /* of the page itself: "en"; NULL for the other files */
    const char *type;     /* Content-Type */
    const char *digest;   /* of the content, for the ETag */
    const uint8_t *start; /* gzip */
    const uint8_t *end;
} fc_page_asset;

/** English is the first of the pages. */
extern const fc_page_asset fc_page_assets[];
extern const size_t fc_page_assets_count;

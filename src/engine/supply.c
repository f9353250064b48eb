#include "engine/supply.h"

#include <stddef.h>
#include <string.h>

#include "base/assert.h"

static const fc_supply TABLE[] = {
#define FC_SUPPLY(file, kind, package, version, inside, word, bytes, sha256)                       \
    { file, kind, package, version, inside, word, bytes, sha256 },
#include "supply.def"
#undef FC_SUPPLY
};

const fc_supply *fc_supply_lookup(const char *file)
{
    FC_ASSERT(file != NULL);
    for (size_t i = 0; i < sizeof TABLE / sizeof TABLE[0]; i++) {
        if (strcmp(TABLE[i].file, file) == 0) {
            return &TABLE[i];
        }
    }
    return NULL;
}

#include "http/error_format.h"

#include <string.h>

#include "base/assert.h"

const fc_http_error_format *fc_http_error_format_lookup(const fc_http_error_format *contracts,
                                                        size_t count, const char *path)
{
    FC_ASSERT(contracts != NULL || count == 0);
    FC_ASSERT(path != NULL);
    for (size_t i = 0; i < count; i++) {
        const size_t length = strlen(contracts[i].prefix);
        if (strncmp(path, contracts[i].prefix, length) == 0 &&
            (path[length] == '\0' || path[length] == '/')) {
            return &contracts[i];
        }
    }
    return NULL;
}

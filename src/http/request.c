#include "http/request.h"

#include <string.h>
#include <strings.h>

#include "base/assert.h"

const char *fc_http_pairs_lookup(fc_http_pairs pairs, const char *name)
{
    FC_ASSERT(name != NULL);
    for (size_t i = 0; i < pairs.count; i++) {
        if (strcmp(pairs.items[i].name, name) == 0) {
            return pairs.items[i].value;
        }
    }
    return NULL;
}

const char *fc_http_header(const fc_http_request *request, const char *name)
{
    FC_ASSERT(request != NULL);
    FC_ASSERT(name != NULL);
    for (size_t i = 0; i < request->headers.count; i++) {
        if (strcasecmp(request->headers.items[i].name, name) == 0) {
            return request->headers.items[i].value;
        }
    }
    return NULL;
}

const char *fc_http_path_param(const fc_http_request *request, const char *name)
{
    FC_ASSERT(request != NULL);
    const char *value = fc_http_pairs_lookup(request->parts, name);
    FC_ASSERT(value != NULL);
    return value;
}

const fc_http_file *fc_http_file_lookup(const fc_http_request *request, const char *field)
{
    FC_ASSERT(request != NULL);
    FC_ASSERT(field != NULL);
    for (size_t i = 0; i < request->file_count; i++) {
        if (strcmp(request->files[i].field, field) == 0) {
            return &request->files[i];
        }
    }
    return NULL;
}

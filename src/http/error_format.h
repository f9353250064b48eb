/**
 * Contract: whose words a family of routes speaks. Our own routes refuse with {"detail": ...}; the
 * routes that stand in for another service refuse as that one does, whatever went wrong and
 * wherever: in a handler, for lack of a key, or because there is no such route. Constant; any
 * thread.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "http/request.h"

struct fc_http_error_format {
    const char *prefix; /* "/v1.0": this path and everything below it */

    /**
     * The body of a refusal.
     *
     * code   HTTP code, which may be replaced
     * busy   a 503 because others have come before: it is only a matter of waiting
     * text   what is wrong
     *
     * NULL when memory ran out.
     */
    json_t *(*refusal)(unsigned *code, bool busy, const char *text);
};

/** The contract of a path; NULL: our own. */
const fc_http_error_format *fc_http_error_format_lookup(const fc_http_error_format *contracts,
                                                        size_t count, const char *path);

#include "http/cors.h"

#include <stdio.h>
#include <string.h>

#include "base/assert.h"

#define REQUEST_HEADERS                                                                            \
    "Accept, Authorization, Content-Type, Idempotency-Key, If-None-Match, Last-Event-ID, Prefer, " \
    "Range, X-API-Key, X-Request-ID, traceparent, tracestate"
#define RESPONSE_HEADERS                                                                           \
    "Content-Disposition, ETag, Location, Preference-Applied, Retry-After, Server-Timing, "        \
    "X-Credits-Charged, X-Document, X-Error, X-Face-Count, X-Facecraft-Device, "                   \
    "X-Facecraft-Model, X-Foreground-Height, X-Foreground-Left, X-Foreground-Top, "                \
    "X-Foreground-Width, X-Frame, "                                                                \
    "X-Height, X-Job-Id, X-Max-Height, X-Max-Width, X-RateLimit-Limit, X-RateLimit-Remaining, "    \
    "X-RateLimit-Reset, X-Request-ID, X-Type, X-Width"

/** A browser asks again after so many seconds. */
#define PREFLIGHT_AGE_S 600

/* `origins` is "*", "", or a list with commas, such as "https://a.example, https://b.example".
 *  True when pages of `origin` may read answers. */
static bool allows(const char *origins, const char *origin)
{
    FC_ASSERT(origins != NULL);
    if (origin == NULL) {
        return false;
    }
    const size_t length = strlen(origin);
    for (const char *at = origins; *at != '\0';) {
        at += strspn(at, " \t,");
        const size_t size = strcspn(at, " \t,");
        if ((size == 1 && *at == '*') || (size == length && memcmp(at, origin, length) == 0)) {
            return size > 0;
        }
        at += size;
    }
    return false;
}

static bool is_for_all(const char *origins)
{
    return strcmp(origins, "*") == 0;
}

void fc_http_cors_answer(const char *origins, const char *origin, fc_http_response *response)
{
    FC_ASSERT(origins != NULL);
    FC_ASSERT(response != NULL);
    if (!is_for_all(origins) && origins[0] != '\0') { /* caches must not mix up origins */
        char others[FC_HTTP_RESPONSE_HEADER_SIZE] = "";
        const char *vary = fc_http_response_header_lookup(response, "Vary");
        (void)snprintf(others, sizeof others, "%s%s", vary != NULL ? ", " : "",
                       vary != NULL ? vary : "");
        fc_http_set_header(response, "Vary", "Origin%s", others);
    }
    if (!allows(origins, origin)) {
        return;
    }
    fc_http_set_header(response, "Access-Control-Allow-Origin", "%s",
                       is_for_all(origins) ? "*" : origin);
    fc_http_set_header(response, "Access-Control-Expose-Headers", RESPONSE_HEADERS);
}

void fc_http_cors_preflight(const char *origins, const char *origin, const char *allow,
                            fc_http_response *response)
{
    FC_ASSERT(allow != NULL);
    FC_ASSERT(response != NULL);
    response->code = 204;
    fc_http_set_header(response, "Allow", "%s", allow);
    if (allows(origins, origin)) {
        fc_http_set_header(response, "Access-Control-Allow-Methods", "%s", allow);
        fc_http_set_header(response, "Access-Control-Allow-Headers", REQUEST_HEADERS);
        fc_http_set_header(response, "Access-Control-Max-Age", "%d", PREFLIGHT_AGE_S);
    }
}

#include "http/route.h"

#include <stdio.h>
#include <string.h>

#include "base/assert.h"

/* Length of the part at the start of a path, up to the next slash. */
static size_t part_length(const char *path)
{
    return strcspn(path, "/");
}

/* Part by part; what stands for a {name} is noted, not yet cut out. */
static bool matches(const char *pattern, char *path, fc_http_match *match)
{
    match->part_count = 0;
    while (*pattern == '/' && *path == '/') {
        pattern++;
        path++;
        const size_t wanted = part_length(pattern);
        const size_t length = part_length(path);
        if (*pattern == '{') {
            FC_ASSERT(match->part_count < FC_HTTP_PARTS_MAX);
            match->parts[match->part_count++] = (fc_http_pair){ pattern + 1, path };
            if (length == 0) {
                return false;
            }
        } else if (wanted != length || memcmp(pattern, path, length) != 0) {
            return false;
        }
        pattern += wanted;
        path += length;
    }
    return *pattern == '\0' && *path == '\0';
}

/* Both texts get an end of their own: the value in the path, the name in the match. */
static void cut_parts(fc_http_match *match)
{
    for (size_t i = 0; i < match->part_count; i++) {
        const char *name = match->parts[i].name;
        const size_t length = strcspn(name, "}");
        FC_ASSERT(length < sizeof match->names[i]);
        memcpy(match->names[i], name, length);
        match->names[i][length] = '\0';
        match->parts[i].name = match->names[i];
        char *value = (char *)(uintptr_t)match->parts[i].value;
        value[part_length(value)] = '\0';
    }
}

bool fc_http_routes_as_sent(fc_http_routes routes, const char *path)
{
    FC_ASSERT(path != NULL);
    const size_t length = routes.as_sent != NULL ? strlen(routes.as_sent) : 0;
    return length > 0 && strncmp(path, routes.as_sent, length) == 0 && path[length] == '/';
}

static const char *const METHODS[] = {
    [FC_HTTP_GET] = "GET",
    [FC_HTTP_POST] = "POST",
    [FC_HTTP_DELETE] = "DELETE",
};

static void allow(fc_http_match *match, fc_http_method method)
{
    const size_t length = strlen(match->allow);
    (void)snprintf(match->allow + length, sizeof match->allow - length, "%s%s",
                   length > 0 ? ", " : "", method == FC_HTTP_GET ? "GET, HEAD" : METHODS[method]);
}

void fc_http_routes_match(fc_http_routes routes, const char *method, char *path,
                          fc_http_match *match)
{
    FC_ASSERT(method != NULL && path != NULL && match != NULL);
    *match = (fc_http_match){ 0 };
    const char *wanted = strcmp(method, "HEAD") == 0 ? "GET" : method;
    for (size_t i = 0; i < routes.count; i++) {
        const fc_http_route *route = &routes.rows[i];
        if (!matches(route->pattern, path, match)) {
            continue;
        }
        if (strcmp(METHODS[route->method], wanted) == 0) {
            match->route = route;
            cut_parts(match);
            return;
        }
        allow(match, route->method);
    }
    match->part_count = 0;
    if (match->allow[0] != '\0') {
        const size_t length = strlen(match->allow);
        (void)snprintf(match->allow + length, sizeof match->allow - length, ", OPTIONS");
    }
}

/**
 * Routes: the table of methods and paths that the service answers. Constant; any thread.
 *
 * The server matches method and path, asks for the key, checks and reads the body, and only then
 * calls the handler.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/error.h"
#include "http/request.h"
#include "http/response.h"

/** {name}s in one pattern. */
#define FC_HTTP_PARTS_MAX 4

/**
 * Answers a request. Runs in the connection's own thread and may wait there; work that takes CPU
 * belongs into the pool of workers.
 *
 * A failure is answered in the shape of API.md by its status and text (fc_http_refuse_error), and
 * whatever the handler had put into `response` is dropped.
 */
typedef fc_status (*fc_http_handler)(void *context, const fc_http_request *request,
                                     fc_http_response *response, fc_error *err);

/** Kinds of bodies; the sizes are settings of the server. */
typedef enum fc_http_body_limit {
    FC_HTTP_NO_BODY,
    FC_HTTP_FIELDS,     /* fields and no file */
    FC_HTTP_BACKGROUND, /* fields, and perhaps one file of file_bytes_max: what lies behind */
    FC_HTTP_ONE_PHOTO,  /* file_bytes_max, one file */
    FC_HTTP_FEW_PHOTOS, /* a photo and what goes with it: FC_HTTP_FEW_FILES_MAX, two of full size */
    FC_HTTP_MANY_PHOTOS, /* batch_bytes_max, batch_files_max files of file_bytes_max each */
} fc_http_body_limit;

typedef struct fc_http_route {
    fc_http_method method; /* GET answers HEAD as well */
    const char *pattern;   /* "/api/v1/download/{job_id}/{format}": {name} is one non-empty part */
    fc_http_handler handler;
    fc_http_body_limit body;
    bool open;        /* no key is asked: health and the like */
    const char *name; /* operationId, and the route's label in log and metrics */
    const char *tag;  /* the rest is for OpenAPI */
    const char *summary;
    const char *description;
    const char *fields;  /* of the body, as the table of routes explains them; NULL: none named */
    const char *answers; /* the same for what it answers; NULL: written down elsewhere */
} fc_http_route;

typedef struct fc_http_routes {
    const fc_http_route *rows;
    size_t count;
    const fc_http_error_format *contracts; /* of those that are not our own, by their paths */
    size_t contract_count;
    const char *as_sent; /* "/image": below it paths are not decoded, as they are signed; or NULL */
} fc_http_routes;

/** Result of a search. It points into itself: do not copy it. */
typedef struct fc_http_match {
    const fc_http_route *route; /* NULL: 404, or 405 when `allow` is not empty */
    fc_http_pair parts[FC_HTTP_PARTS_MAX];
    char names[FC_HTTP_PARTS_MAX][32]; /* what the names of `parts` point to */
    size_t part_count;
    char allow[64]; /* without a route: methods of this path, "GET, HEAD, OPTIONS", or "" */
} fc_http_match;

/**
 * Find the route of a request: the first row that has its path and method.
 *
 * method   as sent: "GET", "HEAD", anything
 * path     decoded, or as sent where its route wants that; where a route is found, its parts are
 * cut out in place, so that `match` can point into it
 */
void fc_http_routes_match(fc_http_routes routes, const char *method, char *path,
                          fc_http_match *match);

/** Whether a path stays as it was sent: its handlers decode the parts themselves. */
bool fc_http_routes_as_sent(fc_http_routes routes, const char *path);

/** Declares the handler of a route. */
#define FC_HANDLER(name)                                                                           \
    fc_status fc_handle_##name(void *context, const fc_http_request *request,                      \
                               fc_http_response *response, fc_error *err)

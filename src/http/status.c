#include "http/status.h"

#include <stddef.h>
#include <stdlib.h>

unsigned fc_http_code(fc_status status)
{
    switch (status) { /* no default: a new status does not compile until it is answered here */
    case FC_OK:
        return 200;
    case FC_INVALID_ARGUMENT:
        return 422;
    case FC_UNSUPPORTED_FORMAT:
    case FC_CORRUPT_IMAGE:
    case FC_NO_FACE:
        return 400;
    case FC_NOT_FOUND:
        return 404;
    case FC_LIMIT_EXCEEDED:
        return 413;
    case FC_BUSY:
    case FC_STOPPING:
    case FC_MODEL_UNAVAILABLE:
    case FC_OUT_OF_MEMORY:
        return 503;
    case FC_DEADLINE:
        return 504;
    case FC_IO:
        return 500;
    case FC_STORAGE_FULL:
        return 507;
    case FC_CANCELLED:
        return 499; /* for the log: nobody is there to read it */
    }
    abort();
}

unsigned fc_http_body_code(fc_status status)
{
    if (status == FC_UNSUPPORTED_FORMAT) {
        return 415;
    }
    return status == FC_INVALID_ARGUMENT ? 400 : fc_http_code(status);
}

bool fc_http_tells_client(fc_status status)
{
    return fc_http_code(status) < 500 || status == FC_BUSY || status == FC_STOPPING ||
           status == FC_DEADLINE || status == FC_STORAGE_FULL;
}

const char *fc_http_phrase(unsigned code)
{
    static const struct {
        unsigned code;
        const char *phrase;
    } PHRASES[] = {
        { 200, "OK" },
        { 202, "Accepted" },
        { 204, "No Content" },
        { 206, "Partial Content" },
        { 304, "Not Modified" },
        { 307, "Temporary Redirect" },
        { 400, "Bad Request" },
        { 401, "Unauthorized" },
        { 403, "Forbidden" },
        { 404, "Not Found" },
        { 405, "Method Not Allowed" },
        { 408, "Request Timeout" },
        { 409, "Conflict" },
        { 410, "Gone" },
        { 412, "Precondition Failed" },
        { 413, "Request Entity Too Large" },
        { 414, "URI Too Long" },
        { 415, "Unsupported Media Type" },
        { 416, "Range Not Satisfiable" },
        { 422, "Unprocessable Entity" },
        { 429, "Too Many Requests" },
        { 431, "Request Header Fields Too Large" },
        { 499, "Client Closed Request" },
        { 500, "Internal Server Error" },
        { 501, "Not Implemented" },
        { 503, "Service Unavailable" },
        { 504, "Gateway Timeout" },
        { 507, "Insufficient Storage" },
    };
    for (size_t i = 0; i < sizeof PHRASES / sizeof PHRASES[0]; i++) {
        if (PHRASES[i].code == code) {
            return PHRASES[i].phrase;
        }
    }
    return code < 400 ? "OK" : "Error";
}

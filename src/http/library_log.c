#include "http/library_log.h"

#include <stdio.h>
#include <string.h>

#include "base/assert.h"
#include "base/log.h"
#include "http/status.h"

#define WILL_ANSWER "Error processing request (HTTP response code is %u"

static _Thread_local fc_http_connection *served_here;
static _Thread_local const char *reason; /* of the answer that will follow */

void fc_http_library_serves(fc_http_connection *connection)
{
    served_here = connection;
    reason = NULL;
}

/* The library's own answer then finds the connection closed. Where it takes the fault upon itself,
 * its memory is full of what nobody may take out: the head of a chunk, with extensions. */
static void answer_for_library(unsigned code)
{
    if (served_here != NULL && fc_http_connection_is_read(served_here)) {
        if (code == 500) {
            code = 400;
            reason = "a chunk with too long a head";
        }
        const char *plain = code == 400 ? "a malformed request" : fc_http_phrase(code);
        fc_http_connection_refuse(served_here, code, reason != NULL ? reason : plain);
        fc_http_connection_linger(served_here);
    }
}

/* What the library says before it says that it will answer. */
static const char *reason_of(const char *format)
{
    if (strstr(format, "parse `Content-Length'") != NULL) {
        return "a Content-Length that is not plain digits";
    }
    return strstr(format, "without `Host'") != NULL ? "a request of HTTP/1.1 without Host" : NULL;
}

void fc_http_library_log(fc_http_shortage *shortage, const char *format, va_list arguments)
{
    FC_ASSERT(shortage != NULL && format != NULL);
    char text[256];
    va_list copy;
    va_copy(copy, arguments);
    (void)vsnprintf(text, sizeof text, format, arguments);
    if (strncmp(format, WILL_ANSWER, strlen(WILL_ANSWER)) == 0) {
        answer_for_library(va_arg(copy, unsigned));
    }
    reason = reason_of(format);
    va_end(copy);
    if (strstr(format, "create a") != NULL && strstr(format, "thread") != NULL) {
        /* It closes the connection, and says so nowhere else. */
        fc_http_shortage_note(shortage, "no thread for another connection");
    }
    FC_LOG(FC_LOG_DEBUG, "libmicrohttpd", FC_LOG_TEXT("detail", text));
}

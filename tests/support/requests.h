/** Requests made by hand, for tests that call handlers without a server, and what they answered.
 * All of this fails the test when something goes wrong. */
#pragma once

#include <jansson.h>

#include "http/exchange.h"
#include "http/request.h"
#include "http/response.h"
#include "http/route.h"
#include "service/service.h"
#include "support/stub_work.h"

/** Pairs of a request in place: FC_REQUESTS_PAIRS({ "width", "64" }, { "height", "64" }). */
#define FC_REQUESTS_PAIRS(...)                                                                     \
    ((fc_http_pairs){ (const fc_http_pair[]){ __VA_ARGS__ },                                       \
                      sizeof((const fc_http_pair[]){ __VA_ARGS__ }) / sizeof(fc_http_pair) })

/** A path, with what stands for one {name} of it, received now. */
fc_http_request fc_requests_get(const char *path, const char *name, const char *value);

/** A POST with one file of that field. The file lives until the next call. */
fc_http_request fc_requests_post(const char *path, const char *field, fc_bytes file);

/** A request as a server has it: with a body that its files lie in, and that can be taken over. */
typedef struct fc_sent_request {
    fc_http_core core;
    fc_http_exchange exchange;
    fc_http_request request;
} fc_sent_request;

/** A multipart POST with a file of that field for each of the `count` photos. Release with
 * fc_requests_end; nothing in it may move before. */
void fc_requests_send(fc_sent_request *sent, const char *path, const char *field,
                      const fc_bytes *photos, size_t count);
void fc_requests_end(fc_sent_request *sent);

/** The answer of a handler that gives one, refusals included. Release with fc_http_response_clear.
 */
fc_http_response fc_requests_ask(fc_http_handler handler, fc_service *service,
                                 const fc_http_request *request);

/** The same while the one worker is busy and the one place in the queue is taken. Both tasks have
 * ended afterwards. */
fc_http_response fc_requests_ask_full(fc_http_handler handler, fc_service *service,
                                      fc_stub_work *stub, const fc_http_request *request);

/** The handler leaves its answer to the server, with this status and any text. */
void fc_requests_assert_fails(fc_http_handler handler, fc_service *service,
                              const fc_http_request *request, fc_status expected);

/** The same with FC_CANCELLED, for a client that hung up while the one worker is busy: nothing of
 * its request waits afterwards. */
void fc_requests_assert_left(fc_http_handler handler, fc_service *service, fc_stub_work *stub,
                             const fc_http_request *request);

/** The body of an answer that lies in memory; "" where there is none. Borrowed. */
const char *fc_requests_text(const fc_http_response *response);

/** The body as JSON; owner: caller. */
json_t *fc_requests_json(const fc_http_response *response);

/** A string of an object, or of the object under `first` where that is given; "" where it is not
 *  there. Borrowed. */
const char *fc_requests_string(const json_t *object, const char *first, const char *key);

/** A header has that value; NULL: it is not set. */
void fc_requests_assert_header(const fc_http_response *response, const char *name,
                               const char *value);

/** The answer is a refusal: its code, and {"detail":"text"} as a part. Releases the response. */
void fc_requests_assert_refused(fc_http_response *response, unsigned code, const char *text);

/** All pieces of a stream, read with room for `room` bytes at a time. */
void fc_requests_read_stream(fc_http_response *response, size_t room, fc_buffer *out);

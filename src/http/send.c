#include "http/send.h"

#include <stdio.h>
#include <string.h>

#include "base/assert.h"
#include "base/clock.h"
#include "base/memory.h"

/** Bytes of a stream that are asked for at once. */
#define STREAM_PIECE_BYTES 16384

/* A stream on its way: it outlives the handler, but not the exchange's connection. */
typedef struct stream {
    fc_http_exchange *exchange;
    fc_http_stream next;
    void *context;
    void (*release)(void *context);
} stream;

static int64_t deadline_of(const fc_http_exchange *exchange, uint64_t size)
{
    const fc_http_settings *settings = &exchange->core->settings;
    return fc_clock_us() + (int64_t)settings->send_timeout_ms * 1000 +
           (int64_t)(size * 1000000 / (uint64_t)settings->bytes_per_second_min);
}

/* Called when the piece before was sent: a client that does not read never gets here again, and
 * its deadline passes. */
static ssize_t next_piece(void *context, uint64_t position, char *piece, size_t size_max)
{
    const stream *sent = context;
    fc_http_exchange *exchange = sent->exchange;
    (void)position;
    fc_http_connection_enter(exchange->connection, FC_HTTP_HANDLING, INT64_MAX);
    size_t size = 0;
    bool more = true;
    while (more && size == 0) {
        if (fc_http_client_gone(&exchange->request)) {
            return MHD_CONTENT_READER_END_WITH_ERROR;
        }
        size = size_max;
        more = sent->next(sent->context, piece, &size);
        FC_ASSERT(size <= size_max);
    }
    fc_http_connection_enter(exchange->connection, FC_HTTP_SENDING, deadline_of(exchange, size));
    exchange->sent_bytes += size;
    return size > 0 ? (ssize_t)size : MHD_CONTENT_READER_END_OF_STREAM;
}

static void free_stream(void *context)
{
    stream *sent = context;
    if (sent->release != NULL) {
        sent->release(sent->context);
    }
    fc_memory_free(sent);
}

static struct MHD_Response *make_stream(fc_http_exchange *exchange)
{
    fc_http_response *response = &exchange->response;
    void *memory = NULL;
    if (fc_memory_new(1, sizeof(stream), &memory, NULL) != FC_OK) {
        return NULL;
    }
    stream *sent = memory;
    *sent = (stream){ exchange, response->stream, response->stream_context, response->stream_free };
    struct MHD_Response *made = MHD_create_response_from_callback(
        MHD_SIZE_UNKNOWN, STREAM_PIECE_BYTES, next_piece, sent, free_stream);
    if (made == NULL) {
        fc_memory_free(sent);
        return NULL;
    }
    response->stream_free = NULL; /* done by free_stream from here on */
    return made;
}

/* The block is handed over with what is sent at its start. */
static struct MHD_Response *make_buffer(fc_http_response *response, const fc_http_range *part)
{
    uint8_t *data = response->buffer.data;
    if (part->offset > 0) {
        memmove(data, data + part->offset, (size_t)part->size);
    }
    struct MHD_Response *made = MHD_create_response_from_buffer_with_free_callback(
        (size_t)part->size, data, fc_memory_free);
    if (made != NULL) {
        response->buffer = FC_BUFFER(0);
    }
    return made;
}

static struct MHD_Response *make_constant(const fc_bytes body, const fc_http_range *part)
{
    /* The library takes it without const, but only reads it. */
    void *start = (void *)(uintptr_t)(body.data + part->offset);
    return MHD_create_response_from_buffer((size_t)part->size, start, MHD_RESPMEM_PERSISTENT);
}

static struct MHD_Response *make(fc_http_exchange *exchange)
{
    fc_http_response *response = &exchange->response;
    const fc_http_range *part = &exchange->part;
    static const uint8_t nothing[1];
    switch (response->kind) {
    case FC_HTTP_EMPTY:
        return make_constant((fc_bytes){ nothing, 0 }, &(fc_http_range){ 0, 0 });
    case FC_HTTP_BUFFER:
        return response->buffer.data != NULL
                   ? make_buffer(response, part)
                   : make_constant((fc_bytes){ nothing, 0 }, &(fc_http_range){ 0, 0 });
    case FC_HTTP_CONSTANT:
        return make_constant(response->constant, part);
    case FC_HTTP_DESCRIPTOR: {
        struct MHD_Response *made =
            MHD_create_response_from_fd_at_offset64(part->size, response->descriptor, part->offset);
        response->descriptor = made != NULL ? -1 : response->descriptor;
        return made;
    }
    case FC_HTTP_STREAM:
        return make_stream(exchange);
    }
    return NULL;
}

struct MHD_Response *fc_http_no_memory_new(void)
{
    static const char BODY[] = "{\"detail\":\"memory ran out\"}";
    struct MHD_Response *made = make_constant((fc_bytes){ (const uint8_t *)BODY, sizeof BODY - 1 },
                                              &(fc_http_range){ 0, sizeof BODY - 1 });
    if (made != NULL &&
        (MHD_add_response_header(made, "Content-Type", "application/json") != MHD_YES ||
         MHD_add_response_header(made, "Retry-After", "1") != MHD_YES ||
         MHD_add_response_header(made, "X-Error", fc_status_lookup(FC_OUT_OF_MEMORY)->slug) !=
             MHD_YES ||
         MHD_add_response_header(made, "Connection", "close") != MHD_YES)) {
        MHD_destroy_response(made);
        made = NULL;
    }
    return made;
}

/* The answer with its headers, complete or not at all. */
static struct MHD_Response *make_complete(fc_http_exchange *exchange)
{
    struct MHD_Response *made = make(exchange);
    if (made == NULL) {
        return NULL;
    }
    bool complete = true;
    for (size_t i = 0; i < exchange->response.header_count; i++) {
        const fc_http_response_header *header = &exchange->response.headers[i];
        complete &= header->value[0] == '\0' ||
                    MHD_add_response_header(made, header->name, header->value) == MHD_YES;
    }
    if (exchange->close || atomic_load(&exchange->core->ending)) {
        complete &= MHD_add_response_header(made, "Connection", "close") == MHD_YES;
    }
    if (!complete) {
        MHD_destroy_response(made);
        made = NULL;
    }
    return made;
}

bool fc_http_send(fc_http_exchange *exchange, struct MHD_Connection *connection)
{
    FC_ASSERT(exchange != NULL && connection != NULL);
    FC_ASSERT(exchange->answered);
    struct MHD_Response *made = make_complete(exchange);
    fc_http_connection_enter(exchange->connection, FC_HTTP_SENDING,
                             deadline_of(exchange, exchange->part.size));
    bool queued = false;
    if (made != NULL) {
        queued = MHD_queue_response(connection, exchange->response.code, made) == MHD_YES;
        MHD_destroy_response(made); /* our share of it */
    }
    if (!queued) {
        exchange->response.code = MHD_HTTP_SERVICE_UNAVAILABLE;
        queued = MHD_queue_response(connection, MHD_HTTP_SERVICE_UNAVAILABLE,
                                    exchange->core->no_memory) == MHD_YES;
    }
    return queued;
}

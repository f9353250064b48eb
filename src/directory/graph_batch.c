#include "directory/graph_batch.h"

#include <jansson.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/assert.h"
#include "base/memory.h"
#include "base/number.h"
#include "http/base64.h"
#include "report/json.h"

#define URL_SIZE_MAX 4096
#define PHOTO_SIZE_MAX ((size_t)8 << 20)
#define BATCH_SIZE_MAX ((size_t)64 << 20)

/* A request of a thread that waits. */
typedef struct waiting {
    fc_graph_request *request;
    struct waiting *next;
    fc_error failure; /* FC_OK: it was answered */
    bool done;
} waiting;

struct fc_graph_batch {
    fc_cloud *cloud; /* of who leads */
    const char *root;
    int32_t size_max;
    pthread_mutex_t lock; /* guards what follows, and `done` of those who wait */
    pthread_cond_t changed;
    waiting *first;
    waiting **end;
    bool led; /* a thread is calling for all that it took */
};

fc_status fc_graph_batch_new(fc_cloud *cloud, const char *root, int32_t size_max,
                             fc_graph_batch **out, fc_error *err)
{
    FC_ASSERT(cloud != NULL && root != NULL);
    FC_ASSERT(size_max >= 1 && size_max <= FC_GRAPH_BATCH_MAX);
    fc_graph_batch *batch = NULL;
    FC_TRY(fc_memory_new_zeroed(1, sizeof *batch, (void **)&batch, err));
    batch->cloud = cloud;
    batch->root = root;
    batch->size_max = size_max;
    batch->end = &batch->first;
    (void)pthread_mutex_init(&batch->lock, NULL);
    (void)pthread_cond_init(&batch->changed, NULL);
    *out = batch;
    return FC_OK;
}

void fc_graph_batch_free(fc_graph_batch *batch)
{
    if (batch != NULL) {
        FC_ASSERT(batch->first == NULL && !batch->led);
        (void)pthread_cond_destroy(&batch->changed);
        (void)pthread_mutex_destroy(&batch->lock);
        fc_memory_free(batch);
    }
}

/* ---- one alone ------------------------------------------------------------------------------- */

static fc_status send_alone(fc_graph_batch *batch, fc_graph_request *request, fc_error *err)
{
    FC_AUTO_BUFFER(url, URL_SIZE_MAX);
    FC_TRY(fc_buffer_print(&url, err, "%s%s", batch->root, request->path));
    fc_call call = { .method = request->method, .url = fc_buffer_text(&url) };
    if (request->photo != NULL) {
        call.content_type = "image/jpeg";
        call.body = *request->photo;
    }
    FC_TRY(fc_cloud_send(batch->cloud, &call, &request->result, err));
    const fc_call_answer *answer = &batch->cloud->answer;
    request->status = answer->status;
    return request->result.state == FC_DELIVERY_DONE && request->answer != NULL
               ? fc_buffer_append(request->answer, answer->body.data, answer->body.size, err)
               : FC_OK;
}

/* ---- several --------------------------------------------------------------------------------- */

/* A body that is no JSON goes as base64 for URLs. */
static fc_status write_request(const fc_graph_request *request, int number, json_t **out,
                               fc_error *err)
{
    char id[16];
    FC_AUTO_BUFFER(photo, PHOTO_SIZE_MAX);
    (void)snprintf(id, sizeof id, "%d", number);
    if (request->photo == NULL) {
        *out =
            json_pack("{s:s, s:s, s:s}", "id", id, "method", request->method, "url", request->path);
        return FC_OK;
    }
    FC_TRY(fc_base64url_encode(*request->photo, &photo, err));
    *out = json_pack("{s:s, s:s, s:s, s:{s:s}, s:s}", "id", id, "method", request->method, "url",
                     request->path, "headers", "Content-Type", "image/jpeg", "body",
                     fc_buffer_text(&photo));
    return FC_OK;
}

static fc_status write_batch(waiting *const *list, int count, fc_buffer *out, fc_error *err)
{
    json_t *requests = json_array();
    for (int i = 0; i < count; i++) {
        json_t *one = NULL;
        const fc_status status = write_request(list[i]->request, i, &one, err);
        if (status != FC_OK) {
            json_decref(requests);
            return status;
        }
        requests = fc_json_append(requests, one);
    }
    return fc_json_write_line(json_pack("{s:o}", "requests", requests), out, err);
}

/* Of the headers of one answer; 0: not said. */
static int64_t wait_of(const json_t *headers)
{
    const char *name = NULL;
    json_t *value = NULL;
    int64_t seconds = 0;
    json_object_foreach((json_t *)(uintptr_t)headers, name, value)
    {
        const char *text = json_string_value(value);
        if (strcasecmp(name, "Retry-After") == 0 && text != NULL &&
            fc_parse_integer(text, &seconds) && seconds > 0) {
            return seconds < FC_CALLER_WAIT_MAX_MS / 1000 ? 1000 * seconds : FC_CALLER_WAIT_MAX_MS;
        }
    }
    return 0;
}

/* A photo comes as base64, a refusal as JSON. */
static fc_status take_answer(const json_t *item, fc_graph_request *request, fc_error *err)
{
    const json_t *body = json_object_get(item, "body");
    const char *text = json_string_value(body);
    fc_call_answer answer = { .status =
                                  (int32_t)json_integer_value(json_object_get(item, "status")),
                              .wait_ms = wait_of(json_object_get(item, "headers")),
                              .body = FC_BUFFER(PHOTO_SIZE_MAX) };
    FC_AUTO_BUFFER(refusal, PHOTO_SIZE_MAX);
    if (json_is_object(body)) {
        json_t *copy = json_deep_copy(body);
        FC_TRY(fc_json_write_line(copy, &refusal, err));
        answer.body = refusal;
    }
    request->status = answer.status;
    fc_cloud_judge(&answer, &request->result);
    if (request->result.state != FC_DELIVERY_DONE || text == NULL || request->answer == NULL) {
        return FC_OK;
    }
    const fc_bytes coded = { (const uint8_t *)text, strlen(text) };
    return fc_base64_decode(coded, request->answer, err);
}

static const json_t *find_answer(const json_t *answers, int number)
{
    char id[16];
    (void)snprintf(id, sizeof id, "%d", number);
    for (size_t i = 0; i < json_array_size(answers); i++) {
        const json_t *item = json_array_get(answers, i);
        const char *text = json_string_value(json_object_get(item, "id"));
        if (text != NULL && strcmp(text, id) == 0) {
            return item;
        }
    }
    return NULL;
}

static void take_answers(const json_t *body, waiting *const *list, int count)
{
    const json_t *answers = json_object_get(body, "responses");
    for (int i = 0; i < count; i++) {
        fc_graph_request *request = list[i]->request;
        const json_t *item = find_answer(answers, i);
        if (item == NULL) {
            request->result.state = FC_DELIVERY_LOST;
            (void)snprintf(request->result.text, sizeof request->result.text,
                           "a batch came back without an answer to this request");
        } else {
            list[i]->failure.status = take_answer(item, request, &list[i]->failure);
        }
    }
}

static fc_status send_together(fc_graph_batch *batch, waiting *const *list, int count,
                               fc_error *err)
{
    FC_AUTO_BUFFER(url, URL_SIZE_MAX);
    FC_AUTO_BUFFER(requests, BATCH_SIZE_MAX);
    fc_delivery result;
    FC_TRY(fc_buffer_print(&url, err, "%s/$batch", batch->root));
    FC_TRY(write_batch(list, count, &requests, err));
    fc_call call = { .method = "POST",
                     .url = fc_buffer_text(&url),
                     .content_type = "application/json",
                     .body = fc_buffer_bytes(&requests) };
    FC_TRY(fc_cloud_send(batch->cloud, &call, &result, err));
    if (result.state == FC_DELIVERY_DONE) {
        const fc_buffer *answer = &batch->cloud->answer.body;
        json_auto_t *body = json_loadb((const char *)answer->data, answer->size, 0, NULL);
        take_answers(body, list, count);
        return FC_OK;
    }
    for (int i = 0; i < count; i++) {
        list[i]->request->status = batch->cloud->answer.status;
        list[i]->request->result = result;
    }
    return FC_OK;
}

/* A batch whose answer is too large, as of large photos, is sent one by one. */
static void send_all(fc_graph_batch *batch, waiting *const *list, int count)
{
    fc_error why = { .status = FC_LIMIT_EXCEEDED };
    if (count > 1) {
        why.status = send_together(batch, list, count, &why);
    }
    for (int i = 0; i < count; i++) {
        if (why.status == FC_LIMIT_EXCEEDED) {
            list[i]->failure.status = send_alone(batch, list[i]->request, &list[i]->failure);
        } else if (why.status != FC_OK) {
            list[i]->failure = why;
        }
    }
}

/* ---- whose turn it is ------------------------------------------------------------------------ */

/* With the lock held, but for the call. */
static void lead(fc_graph_batch *batch)
{
    waiting *list[FC_GRAPH_BATCH_MAX];
    int count = 0;
    batch->led = true;
    while (batch->first != NULL && count < batch->size_max) {
        list[count++] = batch->first;
        batch->first = batch->first->next;
    }
    batch->end = batch->first == NULL ? &batch->first : batch->end;
    (void)pthread_mutex_unlock(&batch->lock);
    send_all(batch, list, count);
    (void)pthread_mutex_lock(&batch->lock);
    for (int i = 0; i < count; i++) {
        list[i]->done = true;
    }
    batch->led = false;
    (void)pthread_cond_broadcast(&batch->changed);
}

fc_status fc_graph_batch_send(fc_graph_batch *batch, fc_graph_request *request, fc_error *err)
{
    FC_ASSERT(batch != NULL);
    FC_ASSERT(request != NULL);
    waiting mine = { .request = request };
    (void)pthread_mutex_lock(&batch->lock);
    *batch->end = &mine;
    batch->end = &mine.next;
    while (!mine.done) {
        if (batch->led) {
            (void)pthread_cond_wait(&batch->changed, &batch->lock);
        } else {
            lead(batch);
        }
    }
    (void)pthread_mutex_unlock(&batch->lock);
    return mine.failure.status == FC_OK
               ? FC_OK
               : fc_fail(err, mine.failure.status, "%s", mine.failure.text);
}

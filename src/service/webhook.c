#include "service/webhook.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/assert.h"
#include "base/clock.h"
#include "base/digest.h"
#include "base/log.h"
#include "base/memory.h"
#include "net/post.h"
#include "report/json.h"
#include "service/job_view.h"
#include "service/webhook_signature.h"

/* How often the store is looked at without being woken, and how long it is left alone after it
 * could not be read or written: until then the same message would be sent again and again. */
#define LOOK_US INT64_C(1000000)
#define PAUSE_US INT64_C(5000000)

#define PAUSE_MAX_S 3600
#define SECONDS_PER_HOUR 3600

#define BODY_BYTES_MAX ((size_t)64 << 10)

/* An answer that says: never again. */
#define GONE 410

/* One message on its way. */
typedef struct delivery {
    fc_callback callback;
    bool flies;
} delivery;

struct fc_webhook {
    fc_service *service;
    fc_webhook_keys keys;
    fc_poster *poster; /* its thread's, but for waking it */
    pthread_t thread;
    bool started;
    atomic_bool over;
    atomic_bool news;
    int64_t look_us; /* the store is not looked at before, unless there is news */
    int64_t rest_us; /* nor before this, whatever there is */
    delivery deliveries[FC_POSTS_MAX];
};

static const fc_schema_field JOB_ENDED[] = {
    { "type", "one of job.ended", NULL },
    { "timestamp", "time", "when it was sent" },
    { "data", "Job", "without `result` and `callback`" },
    { 0 },
};

const fc_schema fc_webhook_schemas[] = {
    { "JobEnded", JOB_ENDED },
    { 0 },
};

static fc_post_rules rules_of(const fc_server_settings *server)
{
    return (fc_post_rules){ .allow = server->webhook_allow,
                            .timeout_s = server->webhook_timeout_s };
}

/* ---- what may be asked for ------------------------------------------------------------------- */

fc_status fc_webhook_check_settings(const fc_server_settings *server, fc_error *err)
{
    FC_ASSERT(server != NULL);
    fc_webhook_keys keys = { 0 };
    const fc_status status = fc_webhook_keys_parse(server->webhook_secret, &keys, err);
    fc_memory_wipe(&keys, sizeof keys);
    return status;
}

fc_status fc_webhook_admit(const fc_service *service, const char *url, bool asynchronous,
                           fc_error *err)
{
    FC_ASSERT(service != NULL && url != NULL);
    if (url[0] == '\0') {
        return FC_OK;
    }
    if (service->webhook == NULL) {
        return fc_fail(err, FC_INVALID_ARGUMENT, "callback_url: %s",
                       fc_job_store_keeps(service->store)
                           ? "callbacks are off here; the operator can allow it by "
                             "FACECRAFT_WEBHOOK_SECRET and FACECRAFT_WEBHOOK_ALLOW"
                           : "no jobs are kept here");
    }
    if (!asynchronous) {
        return fc_fail(err, FC_INVALID_ARGUMENT,
                       "callback_url: this request is answered at once; send "
                       "\"Prefer: respond-async\" with it");
    }
    const fc_post_rules rules = rules_of(&service->server);
    fc_error why = { 0 };
    const fc_status status = fc_post_check(&rules, url, &why);
    return status == FC_OK ? FC_OK : fc_fail(err, status, "callback_url: %.200s", why.text);
}

/* ---- sending --------------------------------------------------------------------------------- */

static fc_status write_body(const fc_webhook *self, const fc_callback *callback, int64_t now_s,
                            fc_buffer *out, fc_error *err)
{
    json_t *view = NULL;
    bool ended = false;
    FC_TRY(
        fc_job_view(self->service, callback->owner, callback->job_id, false, &view, &ended, err));
    (void)json_object_del(view, "callback"); /* each try would tell another one */
    return fc_json_write_line(json_pack("{s:s, s:o, s:o}", "type", "job.ended", "timestamp",
                                        fc_json_time(now_s), "data", view),
                              out, err);
}

static fc_status send(fc_webhook *self, delivery *to, fc_error *err)
{
    const int64_t now_s = fc_job_store_now_s(self->service->store);
    char id[FC_JOB_ID_SIZE + 16];
    char moment[48];
    char text[FC_WEBHOOK_SIGNATURE_SIZE];
    char signature[sizeof text + 32];
    FC_AUTO_BUFFER(body, BODY_BYTES_MAX);
    FC_TRY(write_body(self, &to->callback, now_s, &body, err));
    FC_TRY(fc_webhook_sign(&self->keys, to->callback.job_id, now_s, fc_buffer_bytes(&body), text,
                           err));
    (void)snprintf(id, sizeof id, "webhook-id: %s", to->callback.job_id);
    (void)snprintf(moment, sizeof moment, "webhook-timestamp: %" PRId64, now_s);
    (void)snprintf(signature, sizeof signature, "webhook-signature: %s", text);
    const char *const headers[] = { "Content-Type: application/json", id, moment, signature };
    return fc_poster_send(self->poster, to->callback.url, headers,
                          sizeof headers / sizeof headers[0], fc_buffer_bytes(&body), to, err);
}

/* ---- what came of it ------------------------------------------------------------------------- */

int64_t fc_webhook_pause_s(int32_t retry_s, const char *job_id, int32_t tries)
{
    FC_ASSERT(retry_s > 0 && job_id != NULL && tries > 0);
    char text[FC_JOB_ID_SIZE + 16];
    char digits[FC_DIGEST_SIZE];
    int64_t whole_s = retry_s;
    for (int32_t i = 1; i < tries && whole_s < PAUSE_MAX_S; i++) {
        whole_s *= 2;
    }
    whole_s = whole_s < PAUSE_MAX_S ? whole_s : PAUSE_MAX_S;
    (void)snprintf(text, sizeof text, "%s.%" PRId32, job_id, tries);
    fc_digest_of((fc_bytes){ (const uint8_t *)text, strlen(text) }, digits);
    const int64_t half_s = (whole_s + 1) / 2;
    unsigned drawn = 0;
    for (int i = 0; i < 6; i++) {
        drawn = drawn * 16 + (unsigned)(strchr("0123456789abcdef", digits[i]) - "0123456789abcdef");
    }
    return half_s + (int64_t)drawn % (whole_s - half_s + 1);
}

static bool is_over(const fc_server_settings *server, const fc_callback *callback, int code)
{
    return code == GONE || callback->tries >= server->webhook_tries ||
           callback->due_s >
               callback->finished_s + (int64_t)server->webhook_age_hours * SECONDS_PER_HOUR;
}

static void record(fc_webhook *self, const fc_callback *callback)
{
    fc_error err = { 0 };
    const fc_status status = fc_job_store_record_try(self->service->store, callback, &err);
    if (status != FC_OK && status != FC_NOT_FOUND) { /* not found: deleted by its client */
        self->rest_us = fc_clock_us() + PAUSE_US;
        FC_LOG(FC_LOG_ERROR, "callback not recorded", FC_LOG_TEXT("job", callback->job_id),
               FC_LOG_TEXT("error", err.text));
    }
}

/* After a try that failed: another one, or none. The address may be a secret of the client's: the
 * log does not tell it. */
static fc_callback_result put_off(const fc_service *service, fc_callback *callback, int code)
{
    const fc_server_settings *server = &service->server;
    const int64_t pause_s =
        fc_webhook_pause_s(server->webhook_retry_s, callback->job_id, callback->tries);
    callback->due_s = fc_job_store_now_s(service->store) + pause_s;
    const bool over = is_over(server, callback, code);
    callback->state = over ? FC_CALLBACK_FAILED : FC_CALLBACK_WAITING;
    FC_LOG(FC_LOG_WARNING, over ? "callback given up" : "callback failed",
           FC_LOG_TEXT("job", callback->job_id), FC_LOG_NUMBER("tries", callback->tries),
           FC_LOG_TEXT("error", callback->error));
    return over ? FC_CALLBACK_WAS_GIVEN_UP : FC_CALLBACK_WAS_FAILED;
}

static void settle(fc_webhook *self, fc_callback *callback, int code, const fc_error *why)
{
    fc_callback_result result = FC_CALLBACK_WAS_DELIVERED;
    callback->tries++;
    callback->state = FC_CALLBACK_DELIVERED;
    (void)snprintf(callback->error, sizeof callback->error, "%s", why->text);
    if (why->status != FC_OK) {
        result = put_off(self->service, callback, code);
    }
    fc_statistics_callback(self->service->statistics, result);
    record(self, callback);
}

/* ---- the thread ------------------------------------------------------------------------------ */

/* A free place, or NULL where the message is under way already or there is none. */
static delivery *place_for(fc_webhook *self, const char *id)
{
    delivery *found = NULL;
    for (size_t i = 0; i < FC_POSTS_MAX; i++) {
        delivery *at = &self->deliveries[i];
        if (at->flies && strcmp(at->callback.job_id, id) == 0) {
            return NULL;
        }
        found = at->flies ? found : at;
    }
    return found;
}

static void begin(fc_webhook *self, const fc_callback *callback)
{
    fc_error err = { 0 };
    delivery *to = place_for(self, callback->job_id);
    if (to == NULL) {
        return;
    }
    to->callback = *callback;
    const fc_status status = send(self, to, &err);
    to->flies = status == FC_OK;
    if (status == FC_INVALID_ARGUMENT || status == FC_LIMIT_EXCEEDED) { /* no longer allowed */
        settle(self, &to->callback, 0, &err);
    } else if (status != FC_OK && status != FC_NOT_FOUND) {
        self->rest_us = fc_clock_us() + PAUSE_US;
        FC_LOG(FC_LOG_ERROR, "callback not sent", FC_LOG_TEXT("job", callback->job_id),
               FC_LOG_TEXT("error", err.text));
    }
}

/* Twice the places: those that are under way may be the first ones. What is told of by a store that
 * is shared is this process's to send: as many as there are places. */
static size_t count_wanted(const fc_webhook *self)
{
    const size_t flying = (size_t)fc_poster_count(self->poster);
    return fc_job_store_shared(self->service->store) ? FC_POSTS_MAX - flying
                                                     : (size_t)2 * FC_POSTS_MAX;
}

static void look(fc_webhook *self)
{
    fc_error err = { 0 };
    fc_callback *due = NULL;
    size_t count = 0;
    fc_job_store *store = self->service->store;
    if (fc_job_store_due(store, fc_job_store_now_s(store), count_wanted(self), &due, &count,
                         &err) != FC_OK) {
        self->rest_us = fc_clock_us() + PAUSE_US;
        FC_LOG(FC_LOG_ERROR, "callbacks not read", FC_LOG_TEXT("error", err.text));
        return;
    }
    for (size_t i = 0; i < count; i++) {
        begin(self, &due[i]);
    }
    fc_memory_free(due);
}

static void *run(void *context)
{
    fc_webhook *self = context;
    while (!atomic_load(&self->over)) {
        const int64_t now_us = fc_clock_us();
        const bool wanted = atomic_exchange(&self->news, false) || now_us >= self->look_us;
        if (wanted && now_us >= self->rest_us && fc_poster_count(self->poster) < FC_POSTS_MAX) {
            self->look_us = now_us + LOOK_US;
            look(self);
        }
        fc_post_outcome outcome = { 0 };
        if (fc_poster_wait(self->poster, (int32_t)(LOOK_US / 1000), &outcome)) {
            delivery *from = outcome.context;
            settle(self, &from->callback, outcome.code, &outcome.why);
            from->flies = false;
            self->look_us = 0; /* its place is free */
        }
    }
    return NULL;
}

void fc_webhook_wake(fc_webhook *webhook)
{
    if (webhook != NULL) {
        atomic_store(&webhook->news, true);
        fc_poster_wake(webhook->poster);
    }
}

/* ---- start and end --------------------------------------------------------------------------- */

static fc_status begin_work(fc_webhook *self, fc_error *err)
{
    const fc_server_settings *server = &self->service->server;
    const fc_post_rules rules = rules_of(server);
    FC_TRY(fc_webhook_keys_parse(server->webhook_secret, &self->keys, err));
    FC_TRY(fc_poster_new(&rules, &self->poster, err));
    if (pthread_create(&self->thread, NULL, run, self) != 0) {
        return fc_fail(err, FC_OUT_OF_MEMORY, "no thread for callbacks");
    }
    self->started = true;
    return FC_OK;
}

fc_status fc_webhook_start(fc_service *service, fc_webhook **out, fc_error *err)
{
    FC_ASSERT(service != NULL);
    FC_ASSERT(out != NULL);
    *out = NULL;
    if (!fc_job_store_keeps(service->store) || service->server.webhook_secret[0] == '\0') {
        return FC_OK;
    }
    fc_webhook *webhook = NULL;
    FC_TRY(fc_memory_new_zeroed(1, sizeof *webhook, (void **)&webhook, err));
    webhook->service = service;
    const fc_status status = begin_work(webhook, err);
    if (status != FC_OK) {
        fc_webhook_free(webhook);
        return status;
    }
    *out = webhook;
    return FC_OK;
}

void fc_webhook_stop(fc_webhook *webhook)
{
    if (webhook == NULL || !webhook->started) {
        return;
    }
    atomic_store(&webhook->over, true);
    fc_poster_wake(webhook->poster);
    (void)pthread_join(webhook->thread, NULL);
    webhook->started = false;
}

void fc_webhook_free(fc_webhook *webhook)
{
    if (webhook == NULL) {
        return;
    }
    fc_webhook_stop(webhook);
    fc_poster_free(webhook->poster);
    fc_memory_wipe(&webhook->keys, sizeof webhook->keys);
    fc_memory_free(webhook);
}

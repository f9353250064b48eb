#include "jobs/idempotency.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/assert.h"
#include "base/clock.h"
#include "base/memory.h"

/* One key. The table is a plain array: comparing some thousand digests takes microseconds, the work
 * behind a claim takes a thousand times as long. */
typedef struct entry {
    char key[FC_DIGEST_SIZE]; /* of owner and key; "": free */
    char fingerprint[FC_DIGEST_SIZE];
    char job_id[FC_JOB_ID_SIZE];
    bool finished;       /* else still running */
    int64_t finished_us; /* may be below 0: before the machine started */
} entry;

struct fc_idempotency {
    pthread_mutex_t lock;
    int64_t keep_us;
    size_t count;
    size_t used; /* entries from here on were never taken: few clients send a key */
    entry entries[];
};

fc_status fc_idempotency_new(size_t entries_max, int64_t keep_s, fc_idempotency **out,
                             fc_error *err)
{
    FC_ASSERT(entries_max >= 1 && entries_max <= 1 << 20);
    FC_ASSERT(keep_s >= 0);
    FC_ASSERT(out != NULL);

    fc_idempotency *table = NULL;
    FC_TRY(fc_memory_new_zeroed(1, sizeof *table + entries_max * sizeof table->entries[0],
                                (void **)&table, err));
    (void)pthread_mutex_init(&table->lock, NULL);
    table->keep_us = keep_s * 1000000;
    table->count = entries_max;
    *out = table;
    return FC_OK;
}

void fc_idempotency_free(fc_idempotency *table)
{
    if (table != NULL) {
        (void)pthread_mutex_destroy(&table->lock);
        fc_memory_free(table);
    }
}

/* The zero between them keeps ("a", "bc") and ("ab", "c") apart. */
static void digest_key(const char *owner, const char *key, char text[FC_DIGEST_SIZE])
{
    fc_digest digest;
    fc_digest_start(&digest);
    fc_digest_add(&digest, (fc_bytes){ (const uint8_t *)owner, strlen(owner) + 1 });
    fc_digest_add(&digest, (fc_bytes){ (const uint8_t *)key, strlen(key) });
    fc_digest_finish(&digest, text);
}

static bool has_expired(const fc_idempotency *table, const entry *at, int64_t now_us)
{
    return at->finished && now_us - at->finished_us >= table->keep_us;
}

static entry *find(fc_idempotency *table, const char key[FC_DIGEST_SIZE], int64_t now_us)
{
    for (size_t i = 0; i < table->used; i++) {
        entry *at = &table->entries[i];
        if (strcmp(at->key, key) == 0 && !has_expired(table, at, now_us)) {
            return at;
        }
    }
    return NULL;
}

/* A free place, else that of the entry that was finished first; NULL when all are running. */
static entry *find_place(fc_idempotency *table)
{
    entry *oldest = NULL;
    for (size_t i = 0; i < table->used; i++) {
        entry *at = &table->entries[i];
        if (at->key[0] == '\0') {
            return at;
        }
        if (at->finished && (oldest == NULL || at->finished_us < oldest->finished_us)) {
            oldest = at;
        }
    }
    return table->used < table->count ? &table->entries[table->used++] : oldest;
}

static fc_claim judge(const entry *known, const char *fingerprint)
{
    if (strcmp(known->fingerprint, fingerprint) != 0) {
        return FC_CLAIM_CONFLICT;
    }
    return known->finished ? FC_CLAIM_REPEAT : FC_CLAIM_RUNNING;
}

/* With the lock held. */
static fc_status claim(fc_idempotency *table, const char key[FC_DIGEST_SIZE],
                       const char *fingerprint, char *job_id, fc_claim *out, fc_error *err)
{
    const entry *known = find(table, key, fc_clock_us());
    if (known != NULL) {
        *out = judge(known, fingerprint);
        if (*out != FC_CLAIM_CONFLICT) {
            memcpy(job_id, known->job_id, FC_JOB_ID_SIZE);
        }
        return FC_OK;
    }
    entry *place = find_place(table);
    if (place == NULL) {
        return fc_fail(err, FC_BUSY, "%zu requests with an idempotency key are running already",
                       table->count);
    }
    *place = (entry){ 0 };
    memcpy(place->key, key, FC_DIGEST_SIZE);
    (void)snprintf(place->fingerprint, FC_DIGEST_SIZE, "%s", fingerprint);
    (void)snprintf(place->job_id, FC_JOB_ID_SIZE, "%s", job_id);
    *out = FC_CLAIM_NEW;
    return FC_OK;
}

fc_status fc_idempotency_claim(fc_idempotency *table, const char *owner, const char *key,
                               const char *fingerprint, char job_id[FC_JOB_ID_SIZE], fc_claim *out,
                               fc_error *err)
{
    FC_ASSERT(table != NULL);
    FC_ASSERT(owner != NULL && key != NULL);
    FC_ASSERT(fc_job_id_valid(job_id));
    FC_ASSERT(out != NULL);

    char digest[FC_DIGEST_SIZE];
    digest_key(owner, key, digest);
    (void)pthread_mutex_lock(&table->lock);
    const fc_status status = claim(table, digest, fingerprint, job_id, out, err);
    (void)pthread_mutex_unlock(&table->lock);
    return status;
}

static entry *find_job(fc_idempotency *table, const char *job_id)
{
    for (size_t i = 0; i < table->used; i++) {
        if (table->entries[i].key[0] != '\0' && strcmp(table->entries[i].job_id, job_id) == 0) {
            return &table->entries[i];
        }
    }
    return NULL;
}

void fc_idempotency_finish(fc_idempotency *table, const char *job_id)
{
    FC_ASSERT(table != NULL);
    (void)pthread_mutex_lock(&table->lock);
    entry *done = find_job(table, job_id);
    if (done != NULL) {
        done->finished = true;
        done->finished_us = fc_clock_us();
    }
    (void)pthread_mutex_unlock(&table->lock);
}

void fc_idempotency_release(fc_idempotency *table, const char *job_id)
{
    FC_ASSERT(table != NULL);
    (void)pthread_mutex_lock(&table->lock);
    entry *done = find_job(table, job_id);
    if (done != NULL) {
        *done = (entry){ 0 };
    }
    (void)pthread_mutex_unlock(&table->lock);
}

bool fc_idempotency_lookup(fc_idempotency *table, const char *job_id, char key[FC_DIGEST_SIZE],
                           char fingerprint[FC_DIGEST_SIZE])
{
    FC_ASSERT(table != NULL);
    (void)pthread_mutex_lock(&table->lock);
    const entry *found = find_job(table, job_id);
    (void)snprintf(key, FC_DIGEST_SIZE, "%s", found != NULL ? found->key : "");
    (void)snprintf(fingerprint, FC_DIGEST_SIZE, "%s", found != NULL ? found->fingerprint : "");
    (void)pthread_mutex_unlock(&table->lock);
    return found != NULL;
}

void fc_idempotency_restore(fc_idempotency *table, const char *key, const char *fingerprint,
                            const char *job_id, int64_t age_s)
{
    FC_ASSERT(table != NULL);
    FC_ASSERT(fc_job_id_valid(job_id));
    const int64_t now_us = fc_clock_us();
    (void)pthread_mutex_lock(&table->lock);
    entry *place = find_place(table);
    if (place != NULL && place->key[0] == '\0' && find(table, key, now_us) == NULL) {
        *place = (entry){ .finished = age_s >= 0, .finished_us = now_us - age_s * 1000000 };
        (void)snprintf(place->key, FC_DIGEST_SIZE, "%s", key);
        (void)snprintf(place->fingerprint, FC_DIGEST_SIZE, "%s", fingerprint);
        (void)snprintf(place->job_id, FC_JOB_ID_SIZE, "%s", job_id);
    }
    (void)pthread_mutex_unlock(&table->lock);
}

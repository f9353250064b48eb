#include "jobs/analysis_store.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "base/assert.h"
#include "base/clock.h"
#include "base/condition.h"
#include "base/limits.h"
#include "base/memory.h"

/* Memory goes back to the system so long after an analysis was dropped: a look through the heap
 * costs some ms, and once a second is often enough. */
#define TRIM_DELAY_US INT64_C(1000000)

/* One analysis. The table is a plain array: a token is looked for among some hundred. */
typedef struct entry {
    fc_analysis *analysis; /* NULL: free */
    char token[FC_RANDOM_NAME_SIZE];
    char owner[FC_ANALYSIS_OWNER_SIZE];
    int64_t born_us;
    uint64_t used; /* the larger, the later */
    int64_t bytes;
    bool shrunk; /* it has nothing more to give up */
} entry;

/* One that was dropped: so long its client is told what happened. */
typedef struct trace {
    char token[FC_RANDOM_NAME_SIZE];
    char owner[FC_ANALYSIS_OWNER_SIZE];
} trace;

struct fc_analysis_store {
    fc_analysis_limits limits;
    bool watched;
    pthread_t watch;
    pthread_mutex_t lock;
    pthread_cond_t change; /* there may be an earlier end than the one that is waited for */
    bool over;
    int64_t trim_us; /* fc_clock_us when the memory of what was dropped goes back; 0: none did */
    uint64_t uses;
    int32_t count;
    int64_t bytes;
    size_t dropped; /* so far; the last FC_ANALYSIS_TRACES_MAX of them are in `traces` */
    trace traces[FC_ANALYSIS_TRACES_MAX];
    entry entries[];
};

/* ---- with the lock held -------------------------------------------------------------------- */

/* Take an entry out of the table. The caller gives its reference back without the lock, because
 * overwriting megabytes takes milliseconds. */
static fc_analysis *take_out(fc_analysis_store *store, entry *at)
{
    fc_analysis *analysis = at->analysis;
    trace *left = &store->traces[store->dropped++ % FC_ANALYSIS_TRACES_MAX];
    memcpy(left->token, at->token, sizeof left->token);
    memcpy(left->owner, at->owner, sizeof left->owner);
    store->count--;
    store->bytes -= at->bytes;
    *at = (entry){ 0 };
    return analysis;
}

static bool has_expired(const fc_analysis_store *store, const entry *at, int64_t now_us)
{
    return at->analysis != NULL && now_us - at->born_us >= store->limits.keep_us;
}

static fc_analysis *take_expired(fc_analysis_store *store)
{
    const int64_t now_us = store->limits.now_us();
    for (int32_t i = 0; i < store->limits.count_max; i++) {
        if (has_expired(store, &store->entries[i], now_us)) {
            return take_out(store, &store->entries[i]);
        }
    }
    return NULL;
}

static fc_analysis *take_least_used(fc_analysis_store *store)
{
    entry *least = NULL;
    for (int32_t i = 0; i < store->limits.count_max; i++) {
        entry *at = &store->entries[i];
        if (at->analysis != NULL && (least == NULL || at->used < least->used)) {
            least = at;
        }
    }
    return least != NULL ? take_out(store, least) : NULL;
}

/* The one that was not used longest among those that still have something to give up. */
static entry *find_shrinkable(fc_analysis_store *store)
{
    entry *least = NULL;
    for (int32_t i = 0; i < store->limits.count_max; i++) {
        entry *at = &store->entries[i];
        if (at->analysis != NULL && !at->shrunk && (least == NULL || at->used < least->used)) {
            least = at;
        }
    }
    return least;
}

static void weigh(fc_analysis_store *store, entry *at)
{
    const int64_t bytes = (int64_t)fc_analysis_size(at->analysis);
    at->shrunk = at->shrunk && bytes <= at->bytes;
    store->bytes += bytes - at->bytes;
    at->bytes = bytes;
}

static bool is_of(const char *token, const char *owner, const char *wanted, const char *asker)
{
    return strcmp(token, wanted) == 0 && strcmp(owner, asker) == 0;
}

static entry *find(fc_analysis_store *store, const char *owner, const char *token)
{
    const int64_t now_us = store->limits.now_us();
    for (int32_t i = 0; i < store->limits.count_max; i++) {
        entry *at = &store->entries[i];
        if (at->analysis != NULL && is_of(at->token, at->owner, token, owner)) {
            return has_expired(store, at, now_us) ? NULL : at;
        }
    }
    return NULL;
}

/* What is to be said of a token that was not found. One that is too old and still there is gone. */
static fc_analysis_state remember(const fc_analysis_store *store, const char *owner,
                                  const char *token)
{
    for (size_t i = 0; i < FC_ANALYSIS_TRACES_MAX; i++) {
        const bool used = store->traces[i].token[0] != '\0';
        if (used && is_of(store->traces[i].token, store->traces[i].owner, token, owner)) {
            return FC_ANALYSIS_GONE;
        }
    }
    for (int32_t i = 0; i < store->limits.count_max; i++) {
        const entry *at = &store->entries[i];
        if (at->analysis != NULL && is_of(at->token, at->owner, token, owner)) {
            return FC_ANALYSIS_GONE;
        }
    }
    return FC_ANALYSIS_UNKNOWN;
}

/* Give up a reference, without the lock that is held on entry and on return. The C library keeps
 * what was freed; the store's thread sees to it that the system gets it. */
static void let_go(fc_analysis_store *store, fc_analysis *analysis)
{
    (void)pthread_mutex_unlock(&store->lock);
    fc_analysis_unref(analysis);
    (void)pthread_mutex_lock(&store->lock);
    if (store->trim_us == 0) {
        store->trim_us = fc_clock_us() + TRIM_DELAY_US;
        (void)pthread_cond_signal(&store->change);
    }
}

/* ---- room ---------------------------------------------------------------------------------- */

/* Give up pixels of one, without the lock. It may be gone meanwhile: then it weighs nothing. */
static void shrink(fc_analysis_store *store, entry *at)
{
    fc_analysis *analysis = fc_analysis_ref(at->analysis);
    at->shrunk = true;
    (void)pthread_mutex_unlock(&store->lock);
    fc_analysis_shrink(analysis);
    (void)pthread_mutex_lock(&store->lock);
    if (at->analysis == analysis) {
        weigh(store, at);
    }
    (void)pthread_mutex_unlock(&store->lock);
    fc_analysis_unref(analysis);
    (void)pthread_mutex_lock(&store->lock);
}

/* Make others smaller, and then let them go, until so many bytes in so many entries fit. The lock
 * is held on entry and on return, but not while photos are overwritten. */
static void make_room(fc_analysis_store *store, int32_t entries, int64_t bytes)
{
    for (entry *at = find_shrinkable(store);
         at != NULL && store->bytes > store->limits.bytes_max - bytes;
         at = find_shrinkable(store)) {
        shrink(store, at);
    }
    while (store->count > store->limits.count_max - entries ||
           store->bytes > store->limits.bytes_max - bytes) {
        fc_analysis *victim = take_least_used(store);
        FC_ASSERT(victim != NULL);
        (void)pthread_mutex_unlock(&store->lock);
        fc_analysis_unref(victim); /* its memory is taken by the one that makes it go */
        (void)pthread_mutex_lock(&store->lock);
    }
}

void fc_analysis_store_expire(fc_analysis_store *store)
{
    FC_ASSERT(store != NULL);
    (void)pthread_mutex_lock(&store->lock);
    for (fc_analysis *old = take_expired(store); old != NULL; old = take_expired(store)) {
        let_go(store, old);
    }
    (void)pthread_mutex_unlock(&store->lock);
}

/* When the next entry will be too old, or memory goes back. */
static int64_t next_end_us(const fc_analysis_store *store)
{
    int64_t end_us = store->trim_us != 0 ? store->trim_us : INT64_MAX;
    for (int32_t i = 0; i < store->limits.count_max; i++) {
        const entry *at = &store->entries[i];
        if (at->analysis != NULL && at->born_us + store->limits.keep_us < end_us) {
            end_us = at->born_us + store->limits.keep_us;
        }
    }
    return end_us;
}

/* With the lock held, but not meanwhile. */
static void do_what_is_due(fc_analysis_store *store)
{
    const bool trim = store->trim_us != 0 && store->trim_us <= fc_clock_us();
    store->trim_us = trim ? 0 : store->trim_us;
    (void)pthread_mutex_unlock(&store->lock);
    fc_analysis_store_expire(store);
    if (trim) {
        fc_memory_trim();
    }
    (void)pthread_mutex_lock(&store->lock);
}

static void *watch_age(void *context)
{
    fc_analysis_store *store = context;
    (void)pthread_mutex_lock(&store->lock);
    while (!store->over) {
        const int64_t end_us = next_end_us(store);
        if (end_us == INT64_MAX) {
            (void)pthread_cond_wait(&store->change, &store->lock);
        } else if (end_us > fc_clock_us()) {
            fc_condition_wait_until(&store->change, &store->lock, end_us);
        } else {
            do_what_is_due(store);
        }
    }
    (void)pthread_mutex_unlock(&store->lock);
    return NULL;
}

/* ---- the store ----------------------------------------------------------------------------- */

fc_status fc_analysis_store_new(const fc_analysis_limits *limits, fc_analysis_store **out,
                                fc_error *err)
{
    FC_ASSERT(limits != NULL);
    FC_ASSERT(limits->count_max >= 1 && limits->count_max <= FC_ANALYSES_MAX);
    FC_ASSERT(limits->bytes_max > 0 && limits->keep_us > 0);
    FC_ASSERT(out != NULL);

    fc_analysis_store *store = NULL;
    const size_t size = sizeof *store + (size_t)limits->count_max * sizeof store->entries[0];
    FC_TRY(fc_memory_new_zeroed(1, size, (void **)&store, err));
    store->limits = *limits;
    (void)pthread_mutex_init(&store->lock, NULL);
    fc_condition_init(&store->change);
    if (limits->now_us == NULL) {
        store->limits.now_us = fc_clock_us;
        store->watched = pthread_create(&store->watch, NULL, watch_age, store) == 0;
        if (!store->watched) {
            fc_analysis_store_free(store);
            return fc_fail(err, FC_OUT_OF_MEMORY, "no thread could be started");
        }
    }
    *out = store;
    return FC_OK;
}

void fc_analysis_store_free(fc_analysis_store *store)
{
    if (store == NULL) {
        return;
    }
    (void)pthread_mutex_lock(&store->lock);
    store->over = true;
    (void)pthread_cond_broadcast(&store->change);
    (void)pthread_mutex_unlock(&store->lock);
    if (store->watched) {
        (void)pthread_join(store->watch, NULL);
    }
    for (int32_t i = 0; i < store->limits.count_max; i++) {
        fc_analysis_unref(store->entries[i].analysis);
    }
    (void)pthread_cond_destroy(&store->change);
    (void)pthread_mutex_destroy(&store->lock);
    fc_memory_free(store);
}

static entry *find_free(fc_analysis_store *store)
{
    entry *at = store->entries;
    while (at->analysis != NULL) {
        at++;
    }
    return at;
}

fc_status fc_analysis_store_put(fc_analysis_store *store, const char *owner, const char *token,
                                fc_analysis *analysis, fc_error *err)
{
    FC_ASSERT(store != NULL);
    FC_ASSERT(owner != NULL && strlen(owner) < FC_ANALYSIS_OWNER_SIZE);
    FC_ASSERT(token != NULL && strlen(token) == FC_RANDOM_NAME_SIZE - 1);
    FC_ASSERT(analysis != NULL);

    const int64_t bytes = (int64_t)fc_analysis_size(analysis);
    if (bytes > store->limits.bytes_max) {
        return fc_fail(err, FC_LIMIT_EXCEEDED,
                       "the photo takes %.0f MB of memory, at most %.0f MB are kept",
                       (double)bytes / 1048576.0, (double)store->limits.bytes_max / 1048576.0);
    }
    entry fresh = { .bytes = bytes };
    (void)snprintf(fresh.token, sizeof fresh.token, "%s", token);
    (void)snprintf(fresh.owner, sizeof fresh.owner, "%s", owner);
    fresh.analysis = fc_analysis_ref(analysis);

    (void)pthread_mutex_lock(&store->lock);
    make_room(store, 1, bytes);
    fresh.born_us = store->limits.now_us();
    fresh.used = ++store->uses;
    *find_free(store) = fresh;
    store->count++;
    store->bytes += bytes;
    (void)pthread_cond_signal(&store->change);
    (void)pthread_mutex_unlock(&store->lock);
    return FC_OK;
}

fc_analysis_state fc_analysis_store_get(fc_analysis_store *store, const char *owner,
                                        const char *token, fc_analysis **out)
{
    FC_ASSERT(store != NULL);
    FC_ASSERT(owner != NULL && token != NULL);
    FC_ASSERT(out != NULL);

    fc_analysis_state state = FC_ANALYSIS_THERE;
    (void)pthread_mutex_lock(&store->lock);
    entry *at = find(store, owner, token);
    if (at != NULL) {
        at->used = ++store->uses;
        *out = fc_analysis_ref(at->analysis);
    } else {
        state = remember(store, owner, token);
    }
    (void)pthread_mutex_unlock(&store->lock);
    return state;
}

void fc_analysis_store_resize(fc_analysis_store *store)
{
    FC_ASSERT(store != NULL);
    (void)pthread_mutex_lock(&store->lock);
    for (int32_t i = 0; i < store->limits.count_max; i++) {
        entry *at = &store->entries[i];
        if (at->analysis != NULL) {
            weigh(store, at);
        }
    }
    make_room(store, 0, 0);
    (void)pthread_mutex_unlock(&store->lock);
}

fc_analysis_state fc_analysis_store_drop(fc_analysis_store *store, const char *owner,
                                         const char *token)
{
    FC_ASSERT(store != NULL);
    FC_ASSERT(owner != NULL && token != NULL);

    fc_analysis_state state = FC_ANALYSIS_THERE;
    (void)pthread_mutex_lock(&store->lock);
    entry *at = find(store, owner, token);
    if (at != NULL) {
        let_go(store, take_out(store, at));
    } else {
        state = remember(store, owner, token);
    }
    (void)pthread_mutex_unlock(&store->lock);
    return state;
}

fc_analysis_load fc_analysis_store_stats(fc_analysis_store *store)
{
    FC_ASSERT(store != NULL);
    (void)pthread_mutex_lock(&store->lock);
    const fc_analysis_load load = { store->count, store->bytes };
    (void)pthread_mutex_unlock(&store->lock);
    return load;
}

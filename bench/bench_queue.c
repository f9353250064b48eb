/**
 * Rates of the job store on a database of PostgreSQL, as nodes use it: each has a connection of its
 * own and some threads. Pictures go nowhere, so that it is the database that is measured.
 *
 *   bench_queue ADDRESS enqueue NODES THREADS COUNT    each thread accepts one photo at a time
 *   bench_queue ADDRESS single NODES COUNT PICTURES    each node claims one photo and ends it
 *   bench_queue ADDRESS batched NODES COUNT PICTURES   each node claims 16 photos, which 16 threads
 * end
 *
 *   {"name": "enqueue", "count": 20000, "seconds": 2.31, "per_s": 8658, "mean_ms": 1.84,
 * "worst_ms": 30.1, "cpu_us": 48}
 *
 * COUNT is how many photos, or fewer where no more wait. cpu_us is the processor time of this
 * program for each of them. bench/queue starts a database and runs all three.
 */
#define _GNU_SOURCE /* strdup */
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/memory.h"
#include "store/job_store.h"

#define NODES_MAX 64
#define BATCH 16
#define WISH "format=png\nwidth=600\nheight=600\nbackground=#ffffff\n"
#define ANSWER                                                                                     \
    "{\"success\":true,\"processing_time\":0.17,\"faces\":1,\"png_url\":\"/api/v1/download\"}"

static const char *address;
static long count_max;
static int picture_count;
static atomic_long begun;
static atomic_long done;
static atomic_long waited_us; /* of all calls */
static atomic_long worst_us;

/* A node. */
typedef struct node {
    fc_job_store *store;
    pthread_t thread;
    pthread_barrier_t begin; /* of the threads that end a batch */
    pthread_barrier_t end;
    fc_accepted_job *jobs;
    size_t count;
    size_t turn; /* of the thread that comes to the barrier first */
    bool over;
} node;

static void check(fc_status status, const fc_error *err)
{
    if (status != FC_OK) {
        (void)fprintf(stderr, "%s\n", err->text);
        abort(); /* a benchmark that measures the error path measures nothing */
    }
}

/* ---- blobs that are not kept ----------------------------------------------------------------- */

static void close_nothing(fc_blobs *blobs)
{
    (void)blobs;
}

static fc_status put_nothing(fc_blobs *blobs, const char *name, fc_bytes bytes, fc_error *err)
{
    (void)blobs;
    (void)name;
    (void)bytes;
    (void)err;
    return FC_OK;
}

static fc_status open_nothing(fc_blobs *blobs, const char *name, int *descriptor, fc_error *err)
{
    (void)blobs;
    (void)name;
    *descriptor = open("/dev/null", O_RDONLY | O_CLOEXEC);
    return *descriptor >= 0 ? FC_OK : fc_fail(err, FC_IO, "/dev/null");
}

static fc_status size_nothing(fc_blobs *blobs, const char *name, int64_t *bytes, fc_error *err)
{
    (void)blobs;
    (void)name;
    (void)err;
    *bytes = 0;
    return FC_OK;
}

static fc_status remove_nothing(fc_blobs *blobs, const char *name, fc_error *err)
{
    (void)blobs;
    (void)name;
    (void)err;
    return FC_OK;
}

static fc_status probe_nothing(fc_blobs *blobs, size_t bytes, fc_error *err)
{
    (void)blobs;
    (void)bytes;
    (void)err;
    return FC_OK;
}

static const fc_blob_engine NOTHING = { .name = "nothing",
                                        .close = close_nothing,
                                        .put = put_nothing,
                                        .open = open_nothing,
                                        .size = size_nothing,
                                        .remove = remove_nothing,
                                        .probe = probe_nothing };

/* ---- work ------------------------------------------------------------------------------------ */

static void note(int64_t began_us, long count)
{
    const long took_us = (long)(fc_clock_us() - began_us);
    atomic_fetch_add(&waited_us, took_us * count);
    long worst = atomic_load(&worst_us);
    while (took_us > worst && !atomic_compare_exchange_weak(&worst_us, &worst, took_us)) {
    }
    atomic_fetch_add(&done, count);
}

static void *enqueue(void *context)
{
    const node *self = context;
    static const uint8_t PIXELS[100];
    while (atomic_fetch_add(&begun, 1) < count_max) {
        fc_error err = { 0 };
        fc_job job = { .state = FC_JOB_QUEUED, .name = "portrait of somebody.jpg" };
        const fc_bytes photo = { PIXELS, sizeof PIXELS };
        const int64_t began_us = fc_clock_us();
        check(fc_job_id_new(job.id, &err), &err);
        check(fc_job_store_accept(self->store, &job, &photo, 1, (fc_bytes){ 0 }, WISH, &err), &err);
        note(began_us, 1);
    }
    return NULL;
}

static void end(fc_job_store *store, const char *id)
{
    static const uint8_t PIXELS[100];
    fc_error err = { 0 };
    const fc_job_picture pictures[2] = { { FC_PICTURE_PNG, 1, { PIXELS, sizeof PIXELS } },
                                         { FC_PICTURE_JPEG, 1, { PIXELS, sizeof PIXELS } } };
    const fc_job_ending ending = { .state = FC_JOB_SUCCEEDED,
                                   .answer = { (const uint8_t *)ANSWER, sizeof ANSWER - 1 },
                                   .pictures = pictures,
                                   .picture_count = (size_t)picture_count };
    check(fc_job_store_finish(store, id, &ending, &err), &err);
}

static void claim(node *self, size_t count)
{
    fc_error err = { 0 };
    fc_memory_free(self->jobs);
    self->jobs = NULL;
    self->count = 0;
    if (atomic_fetch_add(&begun, (long)count) < count_max) {
        check(fc_job_store_claim(self->store, count, &self->jobs, &self->count, &err), &err);
    }
}

static void *single(void *context)
{
    node *self = context;
    for (;;) {
        const int64_t began_us = fc_clock_us();
        claim(self, 1);
        if (self->count == 0) {
            return NULL;
        }
        end(self->store, self->jobs[0].id);
        note(began_us, 1);
    }
}

/* One of the threads of a node, which together end what it has claimed. */
static void *help(void *context)
{
    node *self = context;
    for (;;) {
        (void)pthread_barrier_wait(&self->begin);
        if (self->over) {
            return NULL;
        }
        const size_t mine = __atomic_fetch_add(&self->turn, 1, __ATOMIC_RELAXED);
        if (mine < self->count) {
            end(self->store, self->jobs[mine].id);
        }
        (void)pthread_barrier_wait(&self->end);
    }
}

static void *batched(void *context)
{
    node *self = context;
    pthread_t helpers[BATCH];
    (void)pthread_barrier_init(&self->begin, NULL, BATCH + 1);
    (void)pthread_barrier_init(&self->end, NULL, BATCH + 1);
    for (int i = 0; i < BATCH; i++) {
        (void)pthread_create(&helpers[i], NULL, help, self);
    }
    for (;;) {
        const int64_t began_us = fc_clock_us();
        self->turn = 0;
        claim(self, BATCH);
        if (self->count == 0) {
            break;
        }
        (void)pthread_barrier_wait(&self->begin);
        (void)pthread_barrier_wait(&self->end);
        note(began_us, (long)self->count);
    }
    self->over = true;
    (void)pthread_barrier_wait(&self->begin);
    for (int i = 0; i < BATCH; i++) {
        (void)pthread_join(helpers[i], NULL);
    }
    return NULL;
}

/* ---- runs ------------------------------------------------------------------------------------ */

static double cpu_us(void)
{
    struct rusage used = { 0 };
    (void)getrusage(RUSAGE_SELF, &used);
    return (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1e6 +
           (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec);
}

static void run(const char *name, int nodes, int threads, void *(*work)(void *))
{
    static node all[NODES_MAX];
    static fc_blobs blobs = { &NOTHING };
    fc_error err = { 0 };
    for (int i = 0; i < nodes; i++) {
        check(fc_job_store_open_shared(address, &blobs, 24, &all[i].store, &err), &err);
        fc_job_store_set_room(all[i].store, (fc_job_room){ INT64_C(1) << 40, INT64_C(1) << 50 });
    }
    const double cpu_before = cpu_us();
    const int64_t began_us = fc_clock_us();
    pthread_t *ids = calloc((size_t)nodes * (size_t)threads, sizeof *ids);
    for (int i = 0; i < nodes * threads; i++) {
        (void)pthread_create(&ids[i], NULL, work, &all[i % nodes]);
    }
    for (int i = 0; i < nodes * threads; i++) {
        (void)pthread_join(ids[i], NULL);
    }
    const double seconds = (double)(fc_clock_us() - began_us) / 1e6;
    const double count = (double)(done > 0 ? done : 1);
    (void)printf("{\"name\": \"%s\", \"count\": %ld, \"seconds\": %.2f, \"per_s\": %.0f, "
                 "\"mean_ms\": %.2f, \"worst_ms\": %.1f, \"cpu_us\": %.0f}\n",
                 name, (long)done, seconds, count / seconds, (double)waited_us / count / 1e3,
                 (double)worst_us / 1e3, (cpu_us() - cpu_before) / count);
    for (int i = 0; i < nodes; i++) {
        fc_memory_free(all[i].jobs);
        fc_job_store_close(all[i].store);
    }
    free(ids);
}

int main(int argc, char **argv)
{
    const bool enqueues = argc == 6 && strcmp(argv[2], "enqueue") == 0;
    const bool batches = argc == 6 && strcmp(argv[2], "batched") == 0;
    const bool singles = argc == 6 && strcmp(argv[2], "single") == 0;
    const int nodes = argc == 6 ? atoi(argv[3]) : 0;
    if (!(enqueues || batches || singles) || nodes < 1 || nodes > NODES_MAX) {
        (void)fputs("bench_queue ADDRESS enqueue NODES THREADS COUNT\n"
                    "bench_queue ADDRESS single|batched NODES COUNT PICTURES\n",
                    stderr);
        return 2;
    }
    address = argv[1];
    count_max = atol(argv[enqueues ? 5 : 4]);
    picture_count = enqueues || atoi(argv[5]) < 2 ? atoi(argv[5]) : 2;
    run(argv[2], nodes, enqueues ? atoi(argv[4]) : 1,
        enqueues  ? enqueue
        : singles ? single
                  : batched);
    return 0;
}

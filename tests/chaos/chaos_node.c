/* A node for tests/chaos/chaos.py: the whole program, main() and all, in which the linker (--wrap,
 * cmake/Tests.cmake) puts a few functions of this file in front of the program's own:
 *
 * fc_work_of_engine: the work sleeps 5 to 50 ms and makes no picture, only a text that tells its
 * photo and this very try. FC_CHAOS_WORK=real: the real one.
 *
 * fc_postgres_open: shorter times, FC_CHAOS_CLAIM_S and so on.
 *
 * fc_service_new: a thread that clears up every second, not every minute.
 *
 * time: the clock is ahead by as many seconds as the 8 bytes of the file FC_CHAOS_CLOCK say. */
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/log.h"
#include "base/number.h"
#include "base/random.h"
#include "service/start.h"
#include "store/postgres_store.h"

/* Peak memory of a photo, for the pool. */
#define PHOTO_BYTES ((int64_t)1 << 20)

#define NAP_NS 1000000L
#define NAPS_MIN 5
#define NAPS_MAX 50

#define TIDY_PAUSE_S 1

fc_work __real_fc_work_of_engine(const fc_engine *engine);
fc_work __wrap_fc_work_of_engine(const fc_engine *engine);
fc_status __real_fc_postgres_open(const char *address, fc_blobs *blobs, int32_t keep_hours,
                                  fc_job_store **out, fc_error *err);
fc_status __wrap_fc_postgres_open(const char *address, fc_blobs *blobs, int32_t keep_hours,
                                  fc_job_store **out, fc_error *err);
fc_status __real_fc_service_new(const fc_params *defaults, const fc_settings *settings,
                                const fc_server_settings *server, fc_http_routes routes,
                                fc_service **out, fc_error *err);
fc_status __wrap_fc_service_new(const fc_params *defaults, const fc_settings *settings,
                                const fc_server_settings *server, fc_http_routes routes,
                                fc_service **out, fc_error *err);
void __real_fc_service_free(fc_service *service);
void __wrap_fc_service_free(fc_service *service);
time_t __real_time(time_t *out);
time_t __wrap_time(time_t *out);

/* ---- work ------------------------------------------------------------------------------------ */

static fc_status estimate(const void *context, fc_photo *photo, fc_bytes file, int64_t *bytes,
                          fc_error *err)
{
    (void)context;
    (void)photo;
    (void)file;
    (void)err;
    *bytes = PHOTO_BYTES;
    return FC_OK;
}

static fc_status print_picture(const char *digest, const char *drawn, fc_buffer *out, fc_error *err)
{
    *out = FC_BUFFER(256);
    return fc_buffer_print(out, err, "of %s by %s\n", digest, drawn);
}

static fc_status process(const void *context, fc_photo *photo, fc_bytes file,
                         const fc_cancel *cancel, fc_portrait_sink sink, void *sink_context,
                         fc_error *err)
{
    (void)context;
    char digest[FC_DIGEST_SIZE];
    char drawn[FC_RANDOM_NAME_SIZE];
    fc_digest_of(file, digest);
    FC_LOG(FC_LOG_INFO, "photo begun", FC_LOG_TEXT("photo", digest));
    const struct timespec nap = { .tv_nsec = NAP_NS };
    FC_TRY(fc_random_name(drawn, err));
    const int naps = NAPS_MIN + (drawn[0] * 16 + drawn[1]) % (NAPS_MAX - NAPS_MIN + 1);
    for (int i = 0; i < naps; i++) {
        if (atomic_load(&cancel->requested)) {
            return fc_fail(err, FC_CANCELLED, "interrupted");
        }
        (void)nanosleep(&nap, NULL);
    }
    fc_portrait portrait = { .photo = photo };
    fc_status status = print_picture(digest, drawn, &portrait.png, err);
    status = status != FC_OK ? status : print_picture(digest, drawn, &portrait.jpeg, err);
    status = status != FC_OK ? status : sink(sink_context, &portrait, 1, 1, err);
    fc_portrait_clear(&portrait);
    return status;
}

fc_work __wrap_fc_work_of_engine(const fc_engine *engine)
{
    const char *which = getenv("FC_CHAOS_WORK");
    return which != NULL && strcmp(which, "real") == 0 ? __real_fc_work_of_engine(engine)
                                                       : (fc_work){ estimate, process, NULL };
}

/* ---- times ----------------------------------------------------------------------------------- */

static void shorten(const char *variable, int32_t *seconds)
{
    const char *text = getenv(variable);
    int64_t value = 0;
    if (text != NULL && fc_parse_integer(text, &value) && value > 0) {
        *seconds = (int32_t)value;
    }
}

fc_status __wrap_fc_postgres_open(const char *address, fc_blobs *blobs, int32_t keep_hours,
                                  fc_job_store **out, fc_error *err)
{
    FC_TRY(__real_fc_postgres_open(address, blobs, keep_hours, out, err));
    fc_postgres_times *times = &fc_postgres_of(*out)->times;
    shorten("FC_CHAOS_CLAIM_S", &times->claim_s);
    shorten("FC_CHAOS_DOOMED_S", &times->doomed_s);
    shorten("FC_CHAOS_TAKEN_S", &times->taken_s);
    return FC_OK;
}

static struct {
    pthread_t thread;
    fc_job_store *store; /* NULL where there is no such thread */
    atomic_bool over;
} tidy;

static void *tidy_up(void *context)
{
    const struct timespec pause = { .tv_sec = TIDY_PAUSE_S };
    while (!atomic_load(&tidy.over)) {
        (void)!(fc_job_store_expire(context, fc_job_store_now_s(context), NULL, NULL) == FC_OK);
        (void)nanosleep(&pause, NULL);
    }
    return NULL;
}

fc_status __wrap_fc_service_new(const fc_params *defaults, const fc_settings *settings,
                                const fc_server_settings *server, fc_http_routes routes,
                                fc_service **out, fc_error *err)
{
    FC_TRY(__real_fc_service_new(defaults, settings, server, routes, out, err));
    fc_job_store *store = (*out)->store;
    tidy.store = pthread_create(&tidy.thread, NULL, tidy_up, store) == 0 ? store : NULL;
    return FC_OK;
}

void __wrap_fc_service_free(fc_service *service)
{
    if (service != NULL && tidy.store == service->store) {
        atomic_store(&tidy.over, true);
        (void)pthread_join(tidy.thread, NULL);
    }
    __real_fc_service_free(service);
}

/* ---- clock ----------------------------------------------------------------------------------- */

/* 0 for ever where the test names no file. */
static const _Atomic int64_t *ahead_s;

__attribute__((constructor)) static void find_clock(void)
{
    static const _Atomic int64_t none;
    const char *path = getenv("FC_CHAOS_CLOCK");
    const int file = path != NULL ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    void *page = file >= 0 ? mmap(NULL, sizeof none, PROT_READ, MAP_SHARED, file, 0) : MAP_FAILED;
    if (file >= 0) {
        (void)close(file);
    }
    ahead_s = page != MAP_FAILED ? page : &none;
}

time_t __wrap_time(time_t *out)
{
    const time_t now = __real_time(NULL) + (time_t)atomic_load(ahead_s);
    if (out != NULL) {
        *out = now;
    }
    return now;
}

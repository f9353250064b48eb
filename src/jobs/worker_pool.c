#include "jobs/worker_pool.h"

#include <sys/resource.h>

#include "base/assert.h"
#include "base/clock.h"
#include "base/limits.h"
#include "base/memory.h"
#include "jobs/pool_private.h"

/* Until a first task has ended, one is taken to need this long. */
#define FIRST_MEAN_US 1000000

/* A recent task counts this share in the mean: the mean follows a change within some ten tasks. */
#define MEAN_SHARE 8

/* ---- the end of a task --------------------------------------------------------------------- */

fc_job_state fc_pool_prepare_end(fc_worker_pool *pool, fc_task *task)
{
    fc_photo_end_decoding(&task->result.photo);
    fc_buffer *photo = &task->asked.photo;
    const bool counts = photo->data != NULL; /* else it was counted when it was looked at */
    if (photo->data != NULL) {
        fc_memory_wipe(photo->data, photo->size);
    }
    fc_buffer_clear(photo);
    fc_buffer_clear(&task->asked.backdrop);
    task->result.photo.file = (fc_bytes){ 0 };
    task->result.photo.plan.backdrop = (fc_bytes){ 0 };
    task->result.photo.step = NULL;
    const fc_job_state outcome = fc_task_judge(task);
    if (pool->statistics != NULL && counts) {
        fc_statistics_photo(pool->statistics, &task->result);
    }
    if (task->asked.ended != NULL) {
        task->asked.ended(task->asked.context, task, outcome);
    }
    return outcome;
}

void fc_pool_announce_end(fc_worker_pool *pool, fc_task *task, fc_job_state outcome)
{
    fc_pool_forget_files(pool, task);
    fc_task_finish(task, outcome);
    (void)pthread_cond_broadcast(&pool->idle);
}

/* ---- workers ------------------------------------------------------------------------------- */

/* The finished portraits of a photo of many faces stay beside the next one in work: they count as
 * they come. Nobody waits for that, so nobody can wait for ever. */
static void hold_more(fc_worker_pool *pool, fc_task *task, size_t bytes)
{
    (void)pthread_mutex_lock(&pool->lock);
    task->held += (int64_t)bytes;
    pool->memory_used += (int64_t)bytes;
    (void)pthread_mutex_unlock(&pool->lock);
}

/* Whose portraits are being made. */
typedef struct engagement {
    fc_worker_pool *pool;
    fc_task *task;
} engagement;

/* Keep a portrait without the pixels that led to it; those stay behind and are released. */
static fc_status keep_portrait(void *context, fc_portrait *portrait, int32_t number, int32_t count,
                               fc_error *err)
{
    const engagement *at = context;
    fc_task_result *result = &at->task->result;
    const size_t own =
        portrait->png.size + portrait->jpeg.size + portrait->webp.size + portrait->matte_png.size;
    size_t size = own;
    for (int32_t i = 0; i < result->portrait_count; i++) {
        const fc_portrait *other = &result->portraits[i];
        size += other->png.size + other->jpeg.size + other->webp.size + other->matte_png.size;
    }
    if (size > FC_RESULT_BYTES_MAX) {
        return fc_fail(err, FC_LIMIT_EXCEEDED,
                       "the portraits take more than the %zu MB that one photo may give",
                       FC_RESULT_BYTES_MAX >> 20);
    }
    if (result->portraits == NULL) {
        FC_TRY(fc_memory_new_zeroed((size_t)count, sizeof *result->portraits,
                                    (void **)&result->portraits, err));
    }
    fc_portrait *kept = &result->portraits[number - 1];
    *kept = *portrait;
    kept->photo = &result->photo;
    kept->found = (fc_face_cache){ 0 };
    kept->raster = NULL;
    kept->detail = NULL;
    kept->canvas = kept->person = kept->ground = kept->cutout = kept->flat = NULL;
    kept->coverage = kept->matte = NULL;
    portrait->png = portrait->jpeg = portrait->webp = portrait->matte_png = FC_BUFFER(0);
    result->portrait_count = number;
    if (number < count) {
        hold_more(at->pool, at->task, own);
    }
    return FC_OK;
}

/* Wait for an arrival. A pool that rests gives back what the C library keeps of the last pictures;
 * the worker that ended the last task sees to it. With the lock held. */
static void await_arrival(fc_worker_pool *pool)
{
    if (pool->limits.rest_us == 0 || pool->ended_us == 0 || pool->busy > 0) {
        (void)pthread_cond_wait(&pool->arrival, &pool->lock);
    } else if (fc_clock_us() < pool->ended_us + pool->limits.rest_us) {
        fc_condition_wait_until(&pool->arrival, &pool->lock, pool->ended_us + pool->limits.rest_us);
    } else {
        pool->ended_us = 0;
        (void)pthread_mutex_unlock(&pool->lock);
        fc_memory_trim();
        (void)pthread_mutex_lock(&pool->lock);
    }
}

/* From now on the time of the work counts. With the lock held. */
static void limit_work(fc_worker_pool *pool, fc_task *task)
{
    const int64_t end_us = fc_clock_us() + task->asked.work_us_max;
    if (task->asked.work_us_max > 0 && (task->deadline_us == 0 || end_us < task->deadline_us)) {
        task->deadline_us = end_us;
        fc_pool_note_deadline(pool, end_us);
    }
}

/* Wait for a task and take it; NULL at the end of the pool. With the lock held. */
static fc_task *take_task(fc_worker_pool *pool, int32_t place)
{
    fc_task *task = fc_pool_pop(pool);
    while (task == NULL && !pool->over) {
        await_arrival(pool);
        task = fc_pool_pop(pool);
    }
    if (task != NULL) {
        pool->running[place] = task;
        pool->busy++;
        limit_work(pool, task);
    }
    return task;
}

static fc_status check_size(const fc_worker_pool *pool, int64_t bytes, fc_error *err)
{
    if (bytes > pool->limits.memory_max) {
        return fc_fail(err, FC_LIMIT_EXCEEDED,
                       "the work would take %.0f MB of memory, at most %.0f MB are allowed",
                       (double)bytes / 1048576.0, (double)pool->limits.memory_max / 1048576.0);
    }
    return FC_OK;
}

/* From the bytes of the photo to the portraits, or to result.failure. Without the lock. */
static fc_status work_on(fc_worker_pool *pool, fc_task *task)
{
    const fc_work *work = task->asked.work.process != NULL ? &task->asked.work : &pool->work;
    const fc_bytes file = fc_buffer_bytes(&task->asked.photo);
    fc_task_result *result = &task->result;
    fc_error *err = &result->failure;
    int64_t bytes = 0;
    if (task->asked.began != NULL) {
        task->asked.began(task->asked.context);
    }
    result->photo.params = task->asked.params;
    result->photo.outputs = task->asked.outputs;
    result->photo.plan = task->asked.plan;
    result->photo.plan.backdrop = fc_buffer_bytes(&task->asked.backdrop);
    FC_TRY(work->estimate(work->context, &result->photo, file, &bytes, err));
    FC_TRY(check_size(pool, bytes, err));
    if (!fc_pool_await_memory(pool, task, bytes)) {
        return fc_fail(err, FC_CANCELLED, "stopped while it waited for memory");
    }
    const int64_t start_us = fc_clock_us();
    result->waited_us = start_us - task->submitted_us;
    result->photo.step = &task->step;
    fc_task_run(task);
    engagement at = { pool, task };
    const fc_status status =
        work->process(work->context, &result->photo, file, &task->cancel, keep_portrait, &at, err);
    fc_raster_free(result->photo.preview);
    result->photo.preview = NULL;
    result->worked_us = fc_clock_us() - start_us;
    fc_pool_give_memory_back(pool, bytes + task->held);
    return status;
}

static void finish(fc_worker_pool *pool, fc_task *task, int32_t place, fc_status status)
{
    if (status == FC_CANCELLED) {
        fc_task_fail_stopped(task);
    }
    const fc_job_state outcome = fc_pool_prepare_end(pool, task);
    (void)pthread_mutex_lock(&pool->lock);
    pool->running[place] = NULL;
    pool->busy--;
    pool->ended_us = fc_clock_us();
    if (status == FC_OK) {
        pool->mean_us += (task->result.worked_us - pool->mean_us) / MEAN_SHARE;
    }
    fc_pool_announce_end(pool, task, outcome);
    (void)pthread_mutex_unlock(&pool->lock);
    fc_task_unref(task);
}

/* What a worker is told at its start. */
typedef struct appointment {
    fc_worker_pool *pool;
    int32_t place;
} appointment;

static void *run_worker(void *context)
{
    const appointment mine = *(appointment *)context;
    fc_memory_free(context);
    fc_worker_pool *pool = mine.pool;
    (void)setpriority(PRIO_PROCESS, 0, FC_WORK_NICENESS); /* Linux: of this thread */
    (void)pthread_mutex_lock(&pool->lock);
    for (fc_task *task = take_task(pool, mine.place); task != NULL;
         task = take_task(pool, mine.place)) {
        (void)pthread_mutex_unlock(&pool->lock);
        finish(pool, task, mine.place, work_on(pool, task));
        (void)pthread_mutex_lock(&pool->lock);
    }
    (void)pthread_mutex_unlock(&pool->lock);
    return NULL;
}

/* ---- the pool ------------------------------------------------------------------------------ */

static fc_status start_worker(fc_worker_pool *pool, fc_error *err)
{
    appointment *mine = NULL;
    FC_TRY(fc_memory_new(1, sizeof *mine, (void **)&mine, err));
    *mine = (appointment){ pool, pool->worker_count };
    if (pthread_create(&pool->workers[pool->worker_count], NULL, run_worker, mine) != 0) {
        fc_memory_free(mine);
        return fc_fail(err, FC_OUT_OF_MEMORY, "no thread could be started");
    }
    pool->worker_count++;
    return FC_OK;
}

static fc_status start_threads(fc_worker_pool *pool, fc_error *err)
{
    for (int32_t i = 0; i < pool->limits.workers; i++) {
        FC_TRY(start_worker(pool, err));
    }
    return FC_OK;
}

static void end_threads(fc_worker_pool *pool)
{
    (void)pthread_mutex_lock(&pool->lock);
    pool->over = true;
    (void)pthread_cond_broadcast(&pool->arrival);
    (void)pthread_mutex_unlock(&pool->lock);
    fc_wakeup_signal(pool->wakeup);
    for (int32_t i = 0; i < pool->worker_count; i++) {
        (void)pthread_join(pool->workers[i], NULL);
    }
}

static void release(fc_worker_pool *pool)
{
    (void)pthread_cond_destroy(&pool->arrival);
    (void)pthread_cond_destroy(&pool->room);
    (void)pthread_cond_destroy(&pool->idle);
    (void)pthread_mutex_destroy(&pool->lock);
    fc_wakeup_unref(pool->wakeup);
    fc_memory_free(pool);
}

fc_status fc_worker_pool_new(const fc_work *work, const fc_worker_pool_limits *limits,
                             fc_statistics *statistics, fc_worker_pool **out, fc_error *err)
{
    FC_ASSERT(work != NULL);
    FC_ASSERT(limits->workers >= 1 && limits->workers <= FC_JOBS_MAX);
    FC_ASSERT(limits->queue_max >= 1);
    FC_ASSERT(out != NULL);

    FC_AUTO(fc_wakeup) wakeup = NULL;
    FC_TRY(fc_wakeup_new(&wakeup, err));
    fc_worker_pool *pool = NULL;
    FC_TRY(fc_memory_new_zeroed(1, sizeof *pool, (void **)&pool, err));
    pool->wakeup = FC_STEAL(wakeup);
    pool->watched_us = INT64_MAX;
    pool->work = *work;
    pool->limits = *limits;
    pool->statistics = statistics;
    pool->mean_us = FIRST_MEAN_US;
    (void)pthread_mutex_init(&pool->lock, NULL);
    fc_condition_init(&pool->arrival);
    fc_condition_init(&pool->room);
    fc_condition_init(&pool->idle);
    fc_status status = start_threads(pool, err);
    if (status == FC_OK && pthread_create(&pool->watch, NULL, fc_pool_watch, pool) != 0) {
        status = fc_fail(err, FC_OUT_OF_MEMORY, "no thread could be started");
    }
    if (status != FC_OK) {
        end_threads(pool);
        release(pool);
        return status;
    }
    *out = pool;
    return FC_OK;
}

void fc_worker_pool_free(fc_worker_pool *pool)
{
    if (pool != NULL) {
        (void)fc_worker_pool_drain(pool, 0);
        end_threads(pool);
        (void)pthread_join(pool->watch, NULL);
        release(pool);
    }
}

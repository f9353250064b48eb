#include "jobs/worker_pool.h"

#include <pthread.h>
#include <string.h>
#include <sys/resource.h>

#include "base/assert.h"
#include "base/clock.h"
#include "base/condition.h"
#include "base/limits.h"
#include "base/memory.h"
#include "jobs/task_private.h"
#include "jobs/wakeup.h"

/* Until a first task has ended, one is taken to need this long. */
#define FIRST_MEAN_US 1000000

/* A recent task counts this share in the mean: the mean follows a change within some ten tasks. */
#define MEAN_SHARE 8

#define RETRY_AFTER_S_MAX 120

/* Files may take one part in this many, unless there is only one: they go when tasks run, and tasks
 * need the rest. */
#define FILES_PART 2

/* Tasks in the order of their arrival. */
typedef struct task_list {
    fc_task *first;
    fc_task *last;
    int32_t count;
} task_list;

/* The pool's lock guards the queue, the places of the workers and the memory. A task's own lock and
 * that of the wake-up are taken while it is held, never the other way round. */
struct fc_worker_pool {
    fc_work work;
    fc_worker_pool_limits limits;
    fc_statistics *statistics;
    pthread_t workers[FC_JOBS_MAX];
    int32_t worker_count;
    pthread_t watch;
    fc_wakeup *wakeup; /* a task was stopped, the next deadline is another one, or the pool ends */

    pthread_mutex_t lock;
    pthread_cond_t arrival; /* a task was put into the queue, or the pool ends */
    pthread_cond_t room;    /* memory was given back, or a task was stopped */
    pthread_cond_t idle;    /* a task has ended */
    task_list queue;
    task_list dead;                /* stopped while they waited; the watch ends them */
    uint64_t swept;                /* count of the wake-up when the dead were last looked for */
    int64_t watched_us;            /* the deadline that the watch waits for; INT64_MAX: none */
    fc_task *running[FC_JOBS_MAX]; /* one place for each worker, NULL: idle */
    int32_t busy;
    int32_t ending;       /* tasks that are being ended without having run */
    int64_t memory_used;  /* of running tasks */
    int64_t files_bytes;  /* of files in reception, and of tasks that wait */
    uint64_t next_ticket; /* for memory, which is given in order */
    uint64_t called;
    int64_t mean_us;  /* of a task, recent ones counting most */
    int64_t ended_us; /* when the last one has ended; 0: nothing is kept since */
    bool draining;
    bool over;
};

/* ---- lists of tasks, with the lock held ------------------------------------------------------ */

static void append(task_list *list, fc_task *task)
{
    task->next = NULL;
    if (list->last != NULL) {
        list->last->next = task;
    } else {
        list->first = task;
    }
    list->last = task;
    atomic_store(&task->ahead, list->count);
    list->count++;
}

static fc_task *pop(task_list *list)
{
    fc_task *task = list->first;
    if (task != NULL) {
        list->first = task->next;
        list->last = list->first != NULL ? list->last : NULL;
        list->count--;
        task->next = NULL;
        atomic_store(&task->ahead, 0);
    }
    return task;
}

/* Take what was stopped out of the queue and put it to the dead, so that the queue holds only what
 * will be worked on. Costs nothing unless a task was stopped. */
static void sweep(fc_worker_pool *pool)
{
    const uint64_t count = fc_wakeup_count(pool->wakeup);
    if (count == pool->swept) {
        return;
    }
    pool->swept = count;
    task_list all = pool->queue;
    pool->queue = (task_list){ 0 };
    for (fc_task *task = pop(&all); task != NULL; task = pop(&all)) {
        append(fc_task_stopped(task) ? &pool->dead : &pool->queue, task);
    }
}

/* The next task to be worked on, out of the queue; NULL: there is none. */
static fc_task *pop_task(fc_worker_pool *pool)
{
    fc_task *task = pop(&pool->queue);
    while (task != NULL && !fc_task_take(task)) {
        append(&pool->dead, task); /* the watch was woken by whoever stopped it */
        task = pop(&pool->queue);
    }
    int32_t ahead = 0;
    for (fc_task *at = pool->queue.first; at != NULL; at = at->next) {
        atomic_store(&at->ahead, ahead++);
    }
    return task;
}

/* ---- memory: one bound for running tasks, files that wait, files in reception ---------------- */

/* Count the files of a task that is put into the queue; they are there already, so that nothing can
 * be refused. With the lock held. */
static void count_files(fc_worker_pool *pool, fc_task *task)
{
    task->files_bytes =
        (int64_t)task->asked.photo.size + (int64_t)fc_shared_bytes(task->asked.backdrop).size;
    pool->files_bytes += task->files_bytes;
}

/* They are gone, or part of what a running task takes. With the lock held. */
static void forget_files(fc_worker_pool *pool, fc_task *task)
{
    pool->files_bytes -= task->files_bytes;
    task->files_bytes = 0;
    (void)pthread_cond_broadcast(&pool->room);
}

/* A task that runs alone always fits: the files that wait go nowhere until it has ended. What one
 * photo may take at most was checked before. */
static bool fits(const fc_worker_pool *pool, const fc_task *task, int64_t bytes)
{
    const int64_t others = pool->memory_used + pool->files_bytes - task->files_bytes;
    return pool->memory_used == 0 || bytes <= pool->limits.memory_max - others;
}

/* Wait for memory, in the order of asking, so that a large photo is not overtaken for ever. False
 * when the task was stopped meanwhile. */
static bool await_memory(fc_worker_pool *pool, fc_task *task, int64_t bytes)
{
    (void)pthread_mutex_lock(&pool->lock);
    const uint64_t ticket = pool->next_ticket++;
    while (pool->called != ticket || (!fits(pool, task, bytes) && !fc_task_stopped(task))) {
        (void)pthread_cond_wait(&pool->room, &pool->lock);
    }
    pool->called++;
    (void)pthread_cond_broadcast(&pool->room);
    const bool admitted = !fc_task_stopped(task);
    if (admitted) {
        pool->memory_used += bytes;
        forget_files(pool, task); /* `bytes` has them */
    }
    (void)pthread_mutex_unlock(&pool->lock);
    return admitted;
}

static void give_memory_back(fc_worker_pool *pool, int64_t bytes)
{
    (void)pthread_mutex_lock(&pool->lock);
    pool->memory_used -= bytes;
    (void)pthread_cond_broadcast(&pool->room);
    (void)pthread_mutex_unlock(&pool->lock);
}

bool fc_worker_pool_charge(fc_worker_pool *pool, int64_t bytes, int64_t own)
{
    FC_ASSERT(pool != NULL);
    FC_ASSERT(bytes >= 0 && own >= 0);
    (void)pthread_mutex_lock(&pool->lock);
    const int64_t files_max = pool->limits.memory_max / FILES_PART;
    const bool alone = pool->files_bytes == own;
    const bool charged = bytes <= pool->limits.memory_max - pool->memory_used - pool->files_bytes &&
                         (alone || bytes <= files_max - pool->files_bytes);
    pool->files_bytes += charged ? bytes : 0;
    (void)pthread_mutex_unlock(&pool->lock);
    return charged;
}

void fc_worker_pool_discharge(fc_worker_pool *pool, int64_t bytes)
{
    FC_ASSERT(pool != NULL);
    (void)pthread_mutex_lock(&pool->lock);
    FC_ASSERT(bytes >= 0 && bytes <= pool->files_bytes);
    pool->files_bytes -= bytes;
    (void)pthread_cond_broadcast(&pool->room);
    (void)pthread_mutex_unlock(&pool->lock);
}

/* ---- the end of a task ----------------------------------------------------------------------- */

/* What comes before anybody is told of an end, `ended` too. Without the lock. Returns the outcome.
 */
static fc_job_state prepare_end(fc_worker_pool *pool, fc_task *task)
{
    const bool counts =
        task->asked.photo.data != NULL; /* else it was counted when it was looked at */
    fc_task_drop_files(task);
    const fc_job_state outcome = fc_task_judge(task);
    if (pool->statistics != NULL && counts) {
        fc_statistics_photo(pool->statistics, &task->result);
    }
    if (task->asked.ended != NULL) {
        task->asked.ended(task->asked.context, task, outcome);
    }
    return outcome;
}

/* Tell everybody. With the lock held. */
static void announce_end(fc_worker_pool *pool, fc_task *task, fc_job_state outcome)
{
    forget_files(pool, task);
    fc_task_finish(task, outcome);
    (void)pthread_cond_broadcast(&pool->idle);
}

/* End all that is dead. With the lock held, which is let go in between: `ended` may take long. */
static void end_dead(fc_worker_pool *pool)
{
    for (fc_task *task = pop(&pool->dead); task != NULL; task = pop(&pool->dead)) {
        pool->ending++;
        (void)pthread_mutex_unlock(&pool->lock);
        fc_task_fail_stopped(task);
        task->result.waited_us = fc_clock_us() - task->submitted_us;
        const fc_job_state outcome = prepare_end(pool, task);
        (void)pthread_mutex_lock(&pool->lock);
        pool->ending--;
        announce_end(pool, task, outcome);
        (void)pthread_mutex_unlock(&pool->lock);
        fc_task_unref(task);
        (void)pthread_mutex_lock(&pool->lock);
    }
}

/* ---- the watch ------------------------------------------------------------------------------- */

/* The watch must wake up in time for this deadline; 0: none. With the lock held. */
static void note_deadline(fc_worker_pool *pool, int64_t deadline_us)
{
    if (deadline_us > 0 && deadline_us < pool->watched_us) {
        pool->watched_us = deadline_us;
        fc_wakeup_signal(pool->wakeup);
    }
}

/* Stop a task if its time is over; else its deadline may be the next one. */
static void look_at(fc_worker_pool *pool, fc_task *task, int64_t now_us)
{
    const int64_t deadline_us = task->deadline_us;
    if (deadline_us <= 0 || fc_task_stopped(task)) {
        return;
    }
    if (deadline_us <= now_us) {
        fc_task_stop(task, FC_DEADLINE);
    } else if (deadline_us < pool->watched_us) {
        pool->watched_us = deadline_us;
    }
}

/* With the lock held. */
static void stop_late(fc_worker_pool *pool)
{
    const int64_t now_us = fc_clock_us();
    pool->watched_us = INT64_MAX;
    for (fc_task *at = pool->queue.first; at != NULL; at = at->next) {
        look_at(pool, at, now_us);
    }
    for (int32_t i = 0; i < pool->worker_count; i++) {
        if (pool->running[i] != NULL) {
            look_at(pool, pool->running[i], now_us);
        }
    }
}

/* A thread that stops tasks whose time is over, and ends those that were stopped while they waited.
 * `context` is the pool. */
static void *run_watch(void *context)
{
    fc_worker_pool *pool = context;
    (void)pthread_mutex_lock(&pool->lock);
    while (!pool->over) {
        const uint64_t seen = fc_wakeup_count(pool->wakeup);
        (void)pthread_cond_broadcast(&pool->room); /* who waits for memory may have been stopped */
        sweep(pool);
        end_dead(pool);
        stop_late(pool);
        const int64_t until_us = pool->watched_us;
        const bool over = pool->over;
        (void)pthread_mutex_unlock(&pool->lock);
        if (!over) {
            fc_wakeup_wait(pool->wakeup, seen, until_us);
        }
        (void)pthread_mutex_lock(&pool->lock);
    }
    (void)pthread_mutex_unlock(&pool->lock);
    return NULL;
}

/* ---- workers --------------------------------------------------------------------------------- */

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

static fc_status keep_portrait(void *context, fc_portrait *portrait, int32_t number, int32_t count,
                               fc_error *err)
{
    const engagement *at = context;
    size_t bytes = 0;
    FC_TRY(fc_task_keep_portrait(at->task, portrait, number, count, &bytes, err));
    if (number < count) {
        hold_more(at->pool, at->task, bytes);
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
        note_deadline(pool, end_us);
    }
}

/* Wait for a task and take it; NULL at the end of the pool. With the lock held. */
static fc_task *take_task(fc_worker_pool *pool, int32_t place)
{
    fc_task *task = pop_task(pool);
    while (task == NULL && !pool->over) {
        await_arrival(pool);
        task = pop_task(pool);
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
    result->photo.plan.backdrop = fc_shared_bytes(task->asked.backdrop);
    FC_TRY(work->estimate(work->context, &result->photo, file, &bytes, err));
    FC_TRY(check_size(pool, bytes, err));
    if (!await_memory(pool, task, bytes)) {
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
    give_memory_back(pool, bytes + task->held);
    return status;
}

static void finish(fc_worker_pool *pool, fc_task *task, int32_t place, fc_status status)
{
    if (status == FC_CANCELLED) {
        fc_task_fail_stopped(task);
    }
    const fc_job_state outcome = prepare_end(pool, task);
    (void)pthread_mutex_lock(&pool->lock);
    pool->running[place] = NULL;
    pool->busy--;
    pool->ended_us = fc_clock_us();
    if (status == FC_OK) {
        pool->mean_us += (task->result.worked_us - pool->mean_us) / MEAN_SHARE;
    }
    announce_end(pool, task, outcome);
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

/* ---- submitting ------------------------------------------------------------------------------ */

static fc_status check_room(const fc_worker_pool *pool, fc_error *err)
{
    if (pool->draining) {
        return fc_fail(err, FC_STOPPING, "the service is being stopped");
    }
    if (pool->queue.count >= pool->limits.queue_max) {
        return fc_fail(err, FC_BUSY, "%d photos are waiting already, at most %d may",
                       pool->queue.count, pool->limits.queue_max);
    }
    return FC_OK;
}

/* With the lock held. */
static void enqueue(fc_worker_pool *pool, fc_task *task)
{
    append(&pool->queue, task);
    count_files(pool, task);
    note_deadline(pool, task->deadline_us);
    (void)pthread_cond_signal(&pool->arrival);
}

fc_status fc_worker_pool_submit(fc_worker_pool *pool, fc_task_request *request, fc_task **out,
                                fc_error *err)
{
    FC_ASSERT(pool != NULL);
    FC_ASSERT(request != NULL);

    fc_task *task = NULL;
    FC_TRY(fc_task_new(request, pool->wakeup, &task, err));
    (void)pthread_mutex_lock(&pool->lock);
    sweep(pool);
    const fc_status status = check_room(pool, err);
    if (status == FC_OK) {
        if (out != NULL) {
            *out = fc_task_ref(task);
        }
        enqueue(pool, task);
    }
    (void)pthread_mutex_unlock(&pool->lock);
    if (status != FC_OK) {
        fc_task_discard(task);
        return status;
    }
    request->photo = FC_BUFFER(0);
    request->backdrop = NULL;
    return FC_OK;
}

/* ---- looking --------------------------------------------------------------------------------- */

static bool belongs_to(const fc_task *task, const char *job_id)
{
    return task != NULL && strcmp(task->asked.job_id, job_id) == 0;
}

fc_task *fc_worker_pool_lookup(fc_worker_pool *pool, const char *job_id)
{
    FC_ASSERT(pool != NULL);
    if (!fc_job_id_valid(job_id)) {
        return NULL;
    }
    fc_task *found = NULL;
    (void)pthread_mutex_lock(&pool->lock);
    sweep(pool);
    for (int32_t i = 0; i < pool->worker_count && found == NULL; i++) {
        found = belongs_to(pool->running[i], job_id) ? pool->running[i] : NULL;
    }
    for (fc_task *at = pool->queue.first; at != NULL && found == NULL; at = at->next) {
        found = belongs_to(at, job_id) ? at : NULL;
    }
    if (found != NULL) {
        (void)fc_task_ref(found);
    }
    (void)pthread_mutex_unlock(&pool->lock);
    return found;
}

int32_t fc_worker_pool_retry_after_s(fc_worker_pool *pool)
{
    FC_ASSERT(pool != NULL);
    (void)pthread_mutex_lock(&pool->lock);
    sweep(pool);
    const int64_t rest_us = pool->mean_us * (pool->queue.count + pool->busy) / pool->limits.workers;
    (void)pthread_mutex_unlock(&pool->lock);
    const int64_t rest_s = (rest_us + 999999) / 1000000;
    return rest_s < 1 ? 1 : rest_s > RETRY_AFTER_S_MAX ? RETRY_AFTER_S_MAX : (int32_t)rest_s;
}

fc_worker_pool_load fc_worker_pool_stats(fc_worker_pool *pool)
{
    FC_ASSERT(pool != NULL);
    (void)pthread_mutex_lock(&pool->lock);
    sweep(pool);
    const fc_worker_pool_load load = {
        .workers = pool->limits.workers,
        .busy = pool->busy,
        .queued = pool->queue.count,
        .queue_max = pool->limits.queue_max,
        .memory_used = pool->memory_used + pool->files_bytes,
        .memory_max = pool->limits.memory_max,
        .draining = pool->draining,
    };
    (void)pthread_mutex_unlock(&pool->lock);
    return load;
}

/* ---- draining, start and end ----------------------------------------------------------------- */

static bool is_idle(const fc_worker_pool *pool)
{
    return pool->queue.first == NULL && pool->dead.first == NULL && pool->busy == 0 &&
           pool->ending == 0;
}

/* Stop all that is left. With the lock held. */
static void stop_all(fc_worker_pool *pool)
{
    for (int32_t i = 0; i < pool->worker_count; i++) {
        if (pool->running[i] != NULL) {
            fc_task_stop(pool->running[i], FC_STOPPING);
        }
    }
    for (fc_task *at = pool->queue.first; at != NULL; at = at->next) {
        fc_task_stop(at, FC_STOPPING);
    }
}

bool fc_worker_pool_drain(fc_worker_pool *pool, int64_t timeout_ms)
{
    FC_ASSERT(pool != NULL);
    FC_ASSERT(timeout_ms >= 0);

    const int64_t until_us = fc_clock_us() + timeout_ms * 1000;
    (void)pthread_mutex_lock(&pool->lock);
    pool->draining = true;
    while (!is_idle(pool) && fc_clock_us() < until_us) {
        fc_condition_wait_until(&pool->idle, &pool->lock, until_us);
    }
    const bool quiet = is_idle(pool);
    while (!is_idle(pool)) {
        stop_all(pool); /* the workers and the watch end them */
        (void)pthread_cond_wait(&pool->idle, &pool->lock);
    }
    (void)pthread_mutex_unlock(&pool->lock);
    return quiet;
}

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
    fc_status status = FC_OK;
    for (int32_t i = 0; i < limits->workers && status == FC_OK; i++) {
        status = start_worker(pool, err);
    }
    if (status == FC_OK && pthread_create(&pool->watch, NULL, run_watch, pool) != 0) {
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

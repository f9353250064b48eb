#define _GNU_SOURCE /* sched_getcpu, pthread_setaffinity_np */
#include "base/crew.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "base/assert.h"
#include "base/limits.h"
#include "base/memory.h"

/* Of a task. A kept one is its owner's: nobody else knows of it. */
enum { KEPT, POSTED, BEGUN, DONE };

typedef struct helper {
    fc_crew *crew;
    pthread_t thread;
    pthread_cond_t called; /* it is no longer asleep */
    struct helper *next;   /* one that sleeps too */
    int avoids;            /* a processor that it may not run on; -1: none */
    bool asleep;
} helper;

struct fc_crew {
    int32_t processors;
    int32_t each;
    cpu_set_t allowed; /* where helpers may run */

    pthread_mutex_t lock;
    pthread_cond_t done; /* a helper has done a task */
    fc_crew_task *first; /* posted ones, fewer than there are processors */
    int32_t working;     /* who joined, and tasks that are posted or at work */
    helper helpers[FC_JOBS_MAX];
    int32_t helpers_count;
    helper *asleep;
    bool over;
};

/* For whom this thread works; NULL: alone. */
static _Thread_local fc_crew_member *current;

fc_status fc_crew_new(int32_t processors, int32_t each, fc_crew **out, fc_error *err)
{
    FC_ASSERT(processors >= 1 && processors <= FC_JOBS_MAX);
    FC_ASSERT(each >= 1 && each <= processors);
    FC_ASSERT(out != NULL);

    fc_crew *crew = NULL;
    FC_TRY(fc_memory_new_zeroed(1, sizeof *crew, (void **)&crew, err));
    crew->processors = processors;
    crew->each = each;
    (void)pthread_mutex_init(&crew->lock, NULL); /* none can fail without attributes */
    (void)pthread_cond_init(&crew->done, NULL);
    if (sched_getaffinity(0, sizeof crew->allowed, &crew->allowed) != 0) {
        CPU_ZERO(&crew->allowed);
    }
    *out = crew;
    return FC_OK;
}

void fc_crew_free(fc_crew *crew)
{
    if (crew == NULL) {
        return;
    }
    FC_ASSERT(crew->working == 0); /* all have left */
    (void)pthread_mutex_lock(&crew->lock);
    crew->over = true;
    for (int32_t i = 0; i < crew->helpers_count; i++) {
        crew->helpers[i].asleep = false;
        (void)pthread_cond_signal(&crew->helpers[i].called);
    }
    (void)pthread_mutex_unlock(&crew->lock);
    for (int32_t i = 0; i < crew->helpers_count; i++) {
        (void)pthread_join(crew->helpers[i].thread, NULL);
        (void)pthread_cond_destroy(&crew->helpers[i].called);
    }
    (void)pthread_cond_destroy(&crew->done);
    (void)pthread_mutex_destroy(&crew->lock);
    fc_memory_free(crew);
}

void fc_crew_join(fc_crew *crew, fc_crew_member *member)
{
    FC_ASSERT(member != NULL);

    *member = (fc_crew_member){ .crew = crew, .before = current, .working = 1 };
    current = member;
    if (crew != NULL) {
        (void)pthread_mutex_lock(&crew->lock);
        crew->working++;
        (void)pthread_mutex_unlock(&crew->lock);
    }
}

void fc_crew_leave(fc_crew_member *member)
{
    FC_ASSERT(member != NULL && member == current);

    current = member->before;
    if (member->crew != NULL) {
        (void)pthread_mutex_lock(&member->crew->lock);
        FC_ASSERT(member->working == 1);
        member->crew->working--;
        (void)pthread_mutex_unlock(&member->crew->lock);
    }
}

/* One more thread that is at work, or one less (-1). With the lock held. */
static void count_working(fc_crew_member *member, int32_t change)
{
    member->working += change;
    member->crew->working += change;
}

/* ---- helpers --------------------------------------------------------------------------------- */

/* Take a posted task; false: it is none. With the lock held. */
static bool take(fc_crew *crew, fc_crew_task *task)
{
    for (fc_crew_task **at = &crew->first; *at != NULL; at = &(*at)->next) {
        if (*at == task) {
            *at = task->next;
            return true;
        }
    }
    return false;
}

static void help(fc_crew *crew)
{
    fc_crew_task *task = crew->first;
    (void)take(crew, task);
    task->state = BEGUN;
    (void)pthread_mutex_unlock(&crew->lock);
    current = task->member;
    task->status = task->work(task->context, &task->err);
    current = NULL;
    (void)pthread_mutex_lock(&crew->lock);
    count_working(task->member, -1);
    task->state = DONE;
    (void)pthread_cond_broadcast(&crew->done);
}

/* With the lock held. */
static void sleep_until_called(helper *self)
{
    self->asleep = true;
    self->next = self->crew->asleep;
    self->crew->asleep = self;
    while (self->asleep) {
        (void)pthread_cond_wait(&self->called, &self->crew->lock);
    }
}

static void *run_helper(void *context)
{
    helper *self = context;
    fc_crew *crew = self->crew;
    (void)pthread_mutex_lock(&crew->lock);
    while (!crew->over) {
        if (crew->first != NULL) {
            help(crew);
        } else {
            sleep_until_called(self);
        }
    }
    (void)pthread_mutex_unlock(&crew->lock);
    return NULL;
}

/* Not on the caller's processor: Linux, in a virtual machine, may wake a thread on its waker's, to
 * run in turn with it, because an idle processor that the host has taken away does not look idle
 * (available_idle_cpu). With the lock held. */
static void send_elsewhere(helper *called)
{
    const fc_crew *crew = called->crew;
    const int here = sched_getcpu();
    if (here < 0 || here == called->avoids || CPU_COUNT(&crew->allowed) < 2) {
        return;
    }
    cpu_set_t others = crew->allowed;
    CPU_CLR((size_t)here, &others);
    called->avoids = here;
    (void)pthread_setaffinity_np(called->thread, sizeof others, &others);
}

/* One that sleeps, or a new one: these are made once for each processor. NULL: there is none, and
 * the work is taken back, as that of a late helper. With the lock held. */
static helper *find_helper(fc_crew *crew)
{
    if (crew->asleep != NULL) {
        helper *found = crew->asleep;
        crew->asleep = found->next;
        return found;
    }
    if (crew->helpers_count == crew->processors - 1) {
        return NULL;
    }
    helper *made = &crew->helpers[crew->helpers_count];
    *made = (helper){ .crew = crew, .avoids = -1 };
    (void)pthread_cond_init(&made->called, NULL);
    if (pthread_create(&made->thread, NULL, run_helper, made) != 0) {
        (void)pthread_cond_destroy(&made->called);
        return NULL;
    }
    crew->helpers_count++;
    return made;
}

/* ---- pieces of work -------------------------------------------------------------------------- */

/* Whether a helper may have it, who is called. */
static bool post(fc_crew_task *task)
{
    fc_crew_member *member = task->member;
    if (member == NULL || member->crew == NULL) {
        return false;
    }
    fc_crew *crew = member->crew;
    (void)pthread_mutex_lock(&crew->lock);
    const bool idle = member->working < crew->each && crew->working < crew->processors;
    helper *called = NULL;
    if (idle) {
        count_working(member, 1);
        task->state = POSTED;
        task->next = crew->first;
        crew->first = task;
        called = find_helper(crew);
    }
    if (called != NULL) {
        send_elsewhere(called);
        called->asleep = false;
    }
    (void)pthread_mutex_unlock(&crew->lock);
    if (called != NULL) { /* who would wait for the lock otherwise */
        (void)pthread_cond_signal(&called->called);
    }
    return idle;
}

void fc_crew_start(fc_crew_task *task, fc_crew_work *work, void *context)
{
    FC_ASSERT(task != NULL);
    FC_ASSERT(work != NULL);

    *task = (fc_crew_task){ .work = work, .context = context, .member = current };
    (void)post(task);
}

/* Take it back, or wait until its helper has done it. */
static void settle(fc_crew_task *task)
{
    fc_crew *crew = task->member->crew;
    (void)pthread_mutex_lock(&crew->lock);
    if (take(crew, task)) {
        count_working(task->member, -1);
        task->state = KEPT;
    }
    while (task->state == BEGUN) {
        (void)pthread_cond_wait(&crew->done, &crew->lock);
    }
    (void)pthread_mutex_unlock(&crew->lock);
}

fc_status fc_crew_wait(fc_crew_task *task, fc_error *err)
{
    FC_ASSERT(task != NULL);

    if (task->work != NULL) {
        if (task->member != NULL && task->member->crew != NULL) {
            settle(task);
        }
        if (task->state == KEPT) {
            task->status = task->work(task->context, &task->err);
        }
        task->work = NULL;
    }
    return task->status == FC_OK ? FC_OK : fc_fail(err, task->status, "%s", task->err.text);
}

/* ---- loops ----------------------------------------------------------------------------------- */

typedef struct loop {
    fc_crew_band *work;
    void *context;
    int32_t rows;
    int32_t band;
    _Atomic int32_t next; /* first row that nobody has */
} loop;

/* One band after another, until none is left. */
static fc_status take_bands(void *context, fc_error *err)
{
    loop *the = context;
    for (int32_t first = atomic_fetch_add(&the->next, the->band); first < the->rows;
         first = atomic_fetch_add(&the->next, the->band)) {
        const int32_t left = the->rows - first;
        const fc_status status =
            the->work(the->context, first, first + (left < the->band ? left : the->band), err);
        if (status != FC_OK) {
            atomic_store(&the->next, the->rows);
            return status;
        }
    }
    return FC_OK;
}

fc_status fc_crew_rows(int32_t rows, int32_t band, fc_crew_band *work, void *context, fc_error *err)
{
    FC_ASSERT(rows >= 1 && rows <= INT32_MAX / 2);
    FC_ASSERT(band >= 1 && band <= INT32_MAX / (4 * FC_CREW_LOOP_MAX));
    FC_ASSERT(work != NULL);

    loop the = { .work = work, .context = context, .rows = rows, .band = band };
    fc_crew_task helpers[FC_CREW_LOOP_MAX - 1];
    int32_t posted = 0;
    for (; posted < FC_CREW_LOOP_MAX - 1 && posted < (rows - 1) / band; posted++) {
        helpers[posted] = (fc_crew_task){ .work = take_bands, .context = &the, .member = current };
        if (!post(&helpers[posted])) {
            break;
        }
    }
    if (posted == 0) {
        return work(context, 0, rows, err);
    }
    fc_status status = take_bands(&the, err);
    for (int32_t i = 0; i < posted; i++) {
        const fc_status other = fc_crew_wait(&helpers[i], status == FC_OK ? err : NULL);
        status = status != FC_OK ? status : other;
    }
    return status;
}

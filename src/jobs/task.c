#include "jobs/task.h"

#include "base/assert.h"
#include "base/clock.h"
#include "base/condition.h"
#include "base/memory.h"
#include "jobs/task_private.h"

fc_status fc_task_new(const fc_task_request *request, fc_wakeup *wakeup, fc_task **out,
                      fc_error *err)
{
    FC_ASSERT(request != NULL);
    FC_ASSERT(out != NULL);

    fc_task *task = NULL;
    FC_TRY(fc_memory_new_zeroed(1, sizeof *task, (void **)&task, err));
    task->asked = *request;
    task->deadline_us = request->deadline_us;
    task->submitted_us = fc_clock_us();
    task->wakeup = fc_wakeup_ref(wakeup);
    task->state = FC_JOB_QUEUED;
    atomic_init(&task->references, 1);
    atomic_init(&task->step, ((fc_step){ .stage = -1 }));
    (void)pthread_mutex_init(&task->lock, NULL); /* cannot fail without attributes */
    fc_condition_init(&task->ended);
    *out = task;
    return FC_OK;
}

void fc_task_discard(fc_task *task)
{
    FC_ASSERT(task != NULL);
    task->asked.photo = FC_BUFFER(0);
    task->asked.backdrop = NULL;
    fc_task_unref(task);
}

fc_task *fc_task_ref(fc_task *task)
{
    FC_ASSERT(task != NULL);
    (void)atomic_fetch_add(&task->references, 1);
    return task;
}

void fc_task_unref(fc_task *task)
{
    if (task == NULL || atomic_fetch_sub(&task->references, 1) > 1) {
        return;
    }
    for (int32_t i = 0; i < task->result.portrait_count; i++) {
        fc_portrait_clear(&task->result.portraits[i]);
    }
    fc_memory_free(task->result.portraits);
    fc_photo_clear(&task->result.photo);
    fc_buffer_clear(&task->asked.photo);
    fc_shared_unref(task->asked.backdrop);
    (void)pthread_cond_destroy(&task->ended);
    (void)pthread_mutex_destroy(&task->lock);
    fc_wakeup_unref(task->wakeup);
    fc_memory_free(task);
}

/* ---- its state ----------------------------------------------------------------------------- */

bool fc_task_wait(fc_task *task, int64_t timeout_ms)
{
    FC_ASSERT(task != NULL);
    FC_ASSERT(timeout_ms >= 0);

    const int64_t until_us = fc_clock_us() + timeout_ms * 1000;
    (void)pthread_mutex_lock(&task->lock);
    while (!fc_job_state_final(task->state) && fc_clock_us() < until_us) {
        fc_condition_wait_until(&task->ended, &task->lock, until_us);
    }
    const bool ended = fc_job_state_final(task->state);
    (void)pthread_mutex_unlock(&task->lock);
    return ended;
}

void fc_task_stop(fc_task *task, fc_status why)
{
    FC_ASSERT(task != NULL);
    FC_ASSERT(why != FC_OK);

    (void)pthread_mutex_lock(&task->lock);
    const bool first = task->stopped == FC_OK && !fc_job_state_final(task->state);
    if (first) {
        task->stopped = why;
        atomic_store(&task->cancel.requested, true);
    }
    (void)pthread_mutex_unlock(&task->lock);
    if (first) {
        fc_wakeup_signal(task->wakeup);
    }
}

bool fc_task_stopped(const fc_task *task)
{
    FC_ASSERT(task != NULL);
    return atomic_load(&task->cancel.requested);
}

void fc_task_cancel(fc_task *task)
{
    fc_task_stop(task, FC_CANCELLED);
}

bool fc_task_take(fc_task *task)
{
    FC_ASSERT(task != NULL);
    (void)pthread_mutex_lock(&task->lock);
    task->taken = task->stopped == FC_OK;
    const bool taken = task->taken;
    (void)pthread_mutex_unlock(&task->lock);
    return taken;
}

void fc_task_run(fc_task *task)
{
    FC_ASSERT(task != NULL);
    (void)pthread_mutex_lock(&task->lock);
    task->state = FC_JOB_RUNNING;
    (void)pthread_mutex_unlock(&task->lock);
}

static fc_job_state state_after(fc_status status)
{
    switch ((int)status) {
    case FC_OK:
        return FC_JOB_SUCCEEDED;
    case FC_CANCELLED:
    case FC_STOPPING:
        return FC_JOB_CANCELLED;
    default:
        return FC_JOB_FAILED;
    }
}

fc_job_state fc_task_judge(const fc_task *task)
{
    FC_ASSERT(task != NULL);
    return state_after(task->result.failure.status);
}

void fc_task_fail_stopped(fc_task *task)
{
    FC_ASSERT(task != NULL);
    (void)pthread_mutex_lock(&task->lock);
    const fc_status stopped = task->stopped;
    (void)pthread_mutex_unlock(&task->lock);
    const char *why = stopped == FC_DEADLINE   ? "the work took longer than it may"
                      : stopped == FC_STOPPING ? "the service is being stopped"
                                               : "the work was cancelled";
    if (stopped != FC_OK) {
        const fc_status status = fc_fail(&task->result.failure, stopped, "%s", why);
        FC_ASSERT(status != FC_OK);
    }
}

void fc_task_finish(fc_task *task, fc_job_state outcome)
{
    FC_ASSERT(task != NULL);
    FC_ASSERT(fc_job_state_final(outcome));
    (void)pthread_mutex_lock(&task->lock);
    task->state = outcome;
    (void)pthread_cond_broadcast(&task->ended);
    (void)pthread_mutex_unlock(&task->lock);
}

/* A task that is stopped while it waits comes to nothing else, whenever the pool gets round to it.
 */
static fc_job_state read_state(fc_task *task)
{
    (void)pthread_mutex_lock(&task->lock);
    const bool dead = !fc_job_state_final(task->state) && !task->taken && task->stopped != FC_OK;
    const fc_job_state state = dead ? state_after(task->stopped) : task->state;
    (void)pthread_mutex_unlock(&task->lock);
    return state;
}

fc_task_progress fc_task_read_progress(fc_task *task)
{
    FC_ASSERT(task != NULL);

    fc_task_progress progress = { .state = read_state(task) };
    const fc_step at = atomic_load(&task->step);
    if (fc_job_state_final(progress.state)) {
        progress.share = 1;
    } else if (at.stage >= 0) {
        progress.stage = fc_stages[at.stage].name;
        progress.share = fc_step_share(at);
    } else {
        progress.ahead = atomic_load(&task->ahead);
    }
    return progress;
}

const fc_task_result *fc_task_outcome(const fc_task *task)
{
    FC_ASSERT(task != NULL);
    return &task->result;
}

static size_t bytes_of(const fc_portrait *portrait)
{
    return portrait->png.size + portrait->jpeg.size + portrait->webp.size +
           portrait->matte_png.size;
}

fc_status fc_task_keep_portrait(fc_task *task, fc_portrait *portrait, int32_t number, int32_t count,
                                size_t *bytes, fc_error *err)
{
    fc_task_result *result = &task->result;
    const size_t own = bytes_of(portrait);
    size_t size = own;
    for (int32_t i = 0; i < result->portrait_count; i++) {
        size += bytes_of(&result->portraits[i]);
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
    *portrait = (fc_portrait){ 0 };
    fc_portrait_drop_pixels(kept);
    kept->photo = &result->photo;
    result->portrait_count = number;
    *bytes = own;
    return FC_OK;
}

void fc_task_drop_files(fc_task *task)
{
    fc_photo_end_decoding(&task->result.photo);
    fc_buffer *photo = &task->asked.photo;
    if (photo->data != NULL) {
        fc_memory_wipe(photo->data, photo->size);
    }
    fc_buffer_clear(photo);
    fc_shared_unref(task->asked.backdrop);
    task->asked.backdrop = NULL;
    task->result.photo.file = (fc_bytes){ 0 };
    task->result.photo.plan.backdrop = (fc_bytes){ 0 };
    task->result.photo.step = NULL;
}

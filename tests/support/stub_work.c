#include "support/stub_work.h"

#include <string.h>
#include <time.h>

#include "support/fc_test.h"

void fc_stub_sleep_ms(long time_ms)
{
    const struct timespec time = { 0, time_ms * 1000000 };
    (void)nanosleep(&time, NULL);
}

static char letter_of(fc_bytes file)
{
    return file.size == 4 && file.data[0] == 0xFF ? (char)file.data[3] : (char)file.data[0];
}

fc_bytes fc_stub_photo(char what)
{
    static uint8_t photos[128][4];
    uint8_t *photo = photos[what & 127];
    memcpy(photo, "\xFF\xD8\xFF", 3);
    photo[3] = (uint8_t)what;
    return (fc_bytes){ photo, 4 };
}

static fc_status estimate(const void *context, fc_photo *photo, fc_bytes file, int64_t *bytes,
                          fc_error *err)
{
    (void)context;
    (void)photo;
    (void)err;
    const char what = letter_of(file);
    *bytes = (what == 'b' ? 59 : what == 'l' ? 1000 : 1) + (int64_t)file.size;
    return FC_OK;
}

static fc_status cut_out(fc_photo *photo, fc_error *err)
{
    fc_cutout *cutout = &photo->cutout;
    cutout->format = photo->plan.format == FC_CUTOUT_AUTO ? FC_CUTOUT_PNG : photo->plan.format;
    cutout->size = (fc_size){ 40, 30 };
    cutout->file = FC_BUFFER(100);
    cutout->alpha_file = FC_BUFFER(100);
    FC_TRY(fc_buffer_append(&cutout->file, "cutout", 6, err));
    return cutout->format == FC_CUTOUT_PAIR ? fc_buffer_append(&cutout->alpha_file, "alpha", 5, err)
                                            : FC_OK;
}

static fc_status give(fc_stub_work *self, fc_photo *photo, fc_portrait_sink sink, void *context,
                      int32_t count, fc_error *err)
{
    for (int32_t i = 1; i <= count; i++) {
        atomic_store(photo->step, ((fc_step){ 4, (int16_t)(i - 1), count }));
        fc_portrait portrait = { .photo = photo };
        portrait.png = FC_BUFFER(100);
        fc_status status = fc_buffer_append(&portrait.png, "picture", 7, err);
        if (status == FC_OK) {
            status = sink(context, &portrait, i, count, err);
        }
        fc_portrait_clear(&portrait);
        FC_TRY(status);
        if (self->after_portrait != NULL) {
            self->after_portrait(self, i);
        }
    }
    return FC_OK;
}

static fc_status work_on(fc_stub_work *self, fc_photo *photo, char what, const fc_cancel *cancel,
                         fc_portrait_sink sink, void *sink_context, fc_error *err)
{
    atomic_store(photo->step, (fc_step){ .stage = 2 });
    switch (what) {
    case 'f':
        return fc_fail(err, FC_CORRUPT_IMAGE, "damaged");
    case 'n':
        return fc_fail(err, FC_NO_FACE, "nobody");
    case 'w':
        while (!atomic_load(&self->open)) {
            if (atomic_load(&cancel->requested)) {
                return fc_fail(err, FC_CANCELLED, "interrupted");
            }
            fc_stub_sleep_ms(1);
        }
        break;
    case 's':
    case 'b':
        fc_stub_sleep_ms(20);
        break;
    default:
        break;
    }
    return photo->outputs == FC_OUTPUT_CUTOUT
               ? cut_out(photo, err)
               : give(self, photo, sink, sink_context, what == 't' ? 2 : 1, err);
}

static fc_status process(const void *context, fc_photo *photo, fc_bytes file,
                         const fc_cancel *cancel, fc_portrait_sink sink, void *sink_context,
                         fc_error *err)
{
    fc_stub_work *self = (fc_stub_work *)(uintptr_t)context;
    const int running = atomic_fetch_add(&self->running, 1) + 1;
    int most = atomic_load(&self->most_running);
    while (running > most && !atomic_compare_exchange_weak(&self->most_running, &most, running)) {
    }
    const uint8_t *backdrop = photo->plan.backdrop.data;
    if (backdrop != NULL && atomic_exchange(&self->backdrop, backdrop) != backdrop) {
        (void)atomic_fetch_add(&self->backdrops, 1);
    }
    const fc_status status = work_on(self, photo, letter_of(file), cancel, sink, sink_context, err);
    (void)atomic_fetch_sub(&self->running, 1);
    (void)atomic_fetch_add(&self->done, 1);
    return status;
}

fc_work fc_stub_functions(fc_stub_work *stub)
{
    return (fc_work){ estimate, process, stub };
}

fc_worker_pool *fc_stub_pool(fc_stub_work *stub, int32_t workers, int32_t queue_max,
                             fc_statistics *statistics)
{
    fc_error err = { 0 };
    const fc_work work = fc_stub_functions(stub);
    const fc_worker_pool_limits limits = { workers, queue_max, 100, 0 };
    fc_worker_pool *pool = NULL;
    ASSERT_OK(fc_worker_pool_new(&work, &limits, statistics, &pool, &err), err);
    return pool;
}

fc_status fc_stub_submit(fc_worker_pool *pool, fc_task_request request, char what, fc_task **out,
                         fc_error *err)
{
    request.photo = FC_BUFFER(8);
    ASSERT_OK(fc_buffer_append(&request.photo, &what, 1, NULL), *err);
    const fc_status status = fc_worker_pool_submit(pool, &request, out, err);
    assert_true((request.photo.data == NULL) == (status == FC_OK));
    fc_buffer_clear(&request.photo);
    return status;
}

fc_task *fc_stub_task(fc_worker_pool *pool, char what)
{
    fc_error err = { 0 };
    fc_task *task = NULL;
    ASSERT_OK(fc_stub_submit(pool, (fc_task_request){ 0 }, what, &task, &err), err);
    return task;
}

void fc_stub_await_busy(fc_worker_pool *pool, int32_t busy)
{
    while (fc_worker_pool_stats(pool).busy != busy) {
        fc_stub_sleep_ms(1);
    }
}

void fc_stub_await_stage(fc_task *task)
{
    while (fc_task_read_progress(task).stage == NULL) {
        fc_stub_sleep_ms(1);
    }
}

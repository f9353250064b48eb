#include "base/async.h"

#include "base/assert.h"

static void *run(void *context)
{
    fc_async *aside = context;
    aside->status = aside->work(aside->context, &aside->err);
    return NULL;
}

void fc_async_start(fc_async *aside, int32_t threads, fc_aside_work *work, void *context)
{
    FC_ASSERT(aside != NULL);
    FC_ASSERT(work != NULL);

    *aside = (fc_async){ .work = work, .context = context };
    aside->started = threads > 1 && pthread_create(&aside->thread, NULL, run, aside) == 0;
    if (!aside->started) {
        (void)run(aside);
    }
}

fc_status fc_async_wait(fc_async *aside, fc_error *err)
{
    FC_ASSERT(aside != NULL);

    if (aside->started) {
        (void)pthread_join(aside->thread, NULL);
        aside->started = false;
    }
    return aside->status == FC_OK ? FC_OK : fc_fail(err, aside->status, "%s", aside->err.text);
}

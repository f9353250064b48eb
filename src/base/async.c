#include "base/async.h"

#include "base/assert.h"

static void *run(void *context)
{
    fc_async *async = context;
    async->status = async->work(async->context, &async->err);
    return NULL;
}

void fc_async_start(fc_async *async, int32_t threads, fc_async_work *work, void *context)
{
    FC_ASSERT(async != NULL);
    FC_ASSERT(work != NULL);

    *async = (fc_async){ .work = work, .context = context };
    async->started = threads > 1 && pthread_create(&async->thread, NULL, run, async) == 0;
    if (!async->started) {
        (void)run(async);
    }
}

fc_status fc_async_wait(fc_async *async, fc_error *err)
{
    FC_ASSERT(async != NULL);

    if (async->started) {
        (void)pthread_join(async->thread, NULL);
        async->started = false;
    }
    return async->status == FC_OK ? FC_OK : fc_fail(err, async->status, "%s", async->err.text);
}

#include "jobs/work.h"

#include "base/assert.h"

static fc_status estimate(const void *context, fc_photo *photo, fc_bytes file, int64_t *bytes,
                          fc_error *err)
{
    return fc_engine_estimate(context, photo, file, bytes, err);
}

static fc_status process(const void *context, fc_photo *photo, fc_bytes file,
                         const fc_cancel *cancel, fc_portrait_sink sink, void *sink_context,
                         fc_error *err)
{
    return fc_engine_process(context, photo, file, cancel, sink, sink_context, err);
}

fc_work fc_work_of_engine(const fc_engine *engine)
{
    FC_ASSERT(engine != NULL);
    return (fc_work){ estimate, process, engine };
}

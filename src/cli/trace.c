#include "cli/trace.h"

#include "base/assert.h"

static fc_status add_stages(const fc_stage_report *reports, int64_t *total_us, fc_buffer *out,
                            fc_error *err)
{
    for (int i = 0; i < FC_STAGES_MAX; i++) {
        const fc_stage_report *stage = &reports[i];
        if (stage->name == NULL || !stage->ran) {
            continue;
        }
        FC_TRY(fc_buffer_print(out, err, "  %-12s %8.1f  %-34s %-17s %s\n", stage->name,
                               (double)stage->time_us / 1000.0,
                               stage->model != NULL ? stage->model : "-",
                               stage->device != NULL ? stage->device : "-", stage->note));
        *total_us += stage->time_us;
    }
    return FC_OK;
}

fc_status fc_trace_portrait(const fc_portrait *portrait, const char *name, int32_t number,
                            int32_t count, fc_buffer *out, fc_error *err)
{
    FC_ASSERT(portrait != NULL && portrait->photo != NULL);
    int64_t total_us = 0;
    FC_TRY(fc_buffer_print(out, err, "%s, portrait %d of %d\n  %-12s %8s  %-34s %-17s %s\n", name,
                           number, count, "stage", "ms", "model", "device", "note"));
    FC_TRY(add_stages(portrait->photo->reports, &total_us, out, err));
    FC_TRY(add_stages(portrait->reports, &total_us, out, err));
    return fc_buffer_print(out, err, "  %-12s %8.1f\n", "all", (double)total_us / 1000.0);
}

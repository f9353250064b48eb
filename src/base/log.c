#include "base/log.h"

#include <stdatomic.h>

#include "base/assert.h"

static _Atomic(fc_log_listener) current;

void fc_log_set(fc_log_listener listener)
{
    atomic_store(&current, listener);
}

void fc_log_write(fc_log_level level, const char *message, const fc_log_pair *pairs, size_t count)
{
    FC_ASSERT(message != NULL);
    FC_ASSERT(pairs != NULL || count == 0);
    const fc_log_listener listener = atomic_load(&current);
    if (listener != NULL) {
        listener(level, message, pairs, count);
    }
}

#include "base/assert.h"

#include <stdatomic.h>
#include <stdlib.h>

static _Atomic(fc_fatal_hook) current;

void fc_fatal_set(fc_fatal_hook hook)
{
    atomic_store(&current, hook);
}

void fc_assert_broken(const char *condition, const char *file, int line)
{
    const fc_fatal_hook hook = atomic_load(&current);
    if (hook != NULL) {
        hook(condition, file, line);
    }
    abort();
}

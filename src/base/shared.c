#include "base/shared.h"

#include <stdatomic.h>

#include "base/assert.h"
#include "base/memory.h"

struct fc_shared {
    atomic_int references;
    fc_buffer bytes;
};

fc_status fc_shared_new(fc_buffer *bytes, fc_shared **out, fc_error *err)
{
    FC_ASSERT(bytes != NULL && out != NULL);
    fc_shared *shared = NULL;
    if (bytes->size > 0) {
        FC_TRY(fc_memory_new_zeroed(1, sizeof *shared, (void **)&shared, err));
        atomic_init(&shared->references, 1);
        shared->bytes = *bytes;
        *bytes = FC_BUFFER(0);
    }
    *out = shared;
    return FC_OK;
}

fc_shared *fc_shared_ref(fc_shared *shared)
{
    if (shared != NULL) {
        (void)atomic_fetch_add(&shared->references, 1);
    }
    return shared;
}

void fc_shared_unref(fc_shared *shared)
{
    if (shared != NULL && atomic_fetch_sub(&shared->references, 1) == 1) {
        fc_buffer_clear(&shared->bytes);
        fc_memory_free(shared);
    }
}

fc_bytes fc_shared_bytes(const fc_shared *shared)
{
    return shared != NULL ? fc_buffer_bytes(&shared->bytes) : (fc_bytes){ NULL, 0 };
}

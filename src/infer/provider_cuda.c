#include <inttypes.h>
#include <stdio.h>

#include "infer/provider.h"

fc_status fc_cuda_append(const fc_runtime *runtime, const char *name, OrtSessionOptions *options,
                         fc_error *err)
{
    const OrtApi *ort = fc_ort();
    char gpu[16];
    char bytes[24];
    (void)snprintf(gpu, sizeof gpu, "%d", (int)runtime->gpu);
    (void)snprintf(bytes, sizeof bytes, "%" PRId64, (int64_t)runtime->gpu_memory_mb << 20);
    /* The arena grows by what is asked for, not to the next power of two. */
    const char *const keys[] = { "device_id", "arena_extend_strategy", "gpu_mem_limit" };
    const char *const values[] = { gpu, "kSameAsRequested", bytes };
    const size_t count = runtime->gpu_memory_mb > 0 ? 3 : 2;

    FC_AUTO(OrtCUDAProviderOptionsV2) cuda = NULL;
    FC_TRY(fc_ort_check(name, ort->CreateCUDAProviderOptions(&cuda), err));
    FC_TRY(fc_ort_there(name, cuda, err));
    FC_TRY(fc_ort_check(name, ort->UpdateCUDAProviderOptions(cuda, keys, values, count), err));
    return fc_ort_check(name, ort->SessionOptionsAppendExecutionProvider_CUDA_V2(options, cuda),
                        err);
}

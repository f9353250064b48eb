#include "engine/runtime_plan.h"

#include <stdbool.h>
#include <stdio.h>

#include "base/assert.h"
#include "engine/system_limits.h"

/* Set before the first engine, constant afterwards. */
static char usual_folder[FC_CACHE_PATH_SIZE];

void fc_cache_folder_set(const char *path)
{
    FC_ASSERT(path != NULL);
    const int written = snprintf(usual_folder, sizeof usual_folder, "%s", path);
    if (written < 0 || written >= FC_CACHE_PATH_SIZE) {
        usual_folder[0] = '\0';
    }
}

void fc_cache_folder(const fc_settings *settings, char path[FC_CACHE_PATH_SIZE])
{
    FC_ASSERT(settings != NULL);
    const bool set = settings->cache_dir[0] != '\0';
    (void)snprintf(path, FC_CACHE_PATH_SIZE, "%s", set ? settings->cache_dir : usual_folder);
}

int32_t fc_threads_share(int32_t asked, int32_t parallel)
{
    FC_ASSERT(asked >= 0);
    FC_ASSERT(parallel >= 1);
    const int32_t processors = fc_system_limits_here().processors;
    const int32_t share = asked > 0 ? asked : processors / parallel;
    return share < 1 ? 1 : share > FC_RUNTIME_THREADS_MAX ? FC_RUNTIME_THREADS_MAX : share;
}

int32_t fc_threads_served(int32_t asked, int32_t workers)
{
    enum { ALONE = 4 }; /* beyond, a network of the usual ones gains little */
    const int32_t share = fc_threads_share(asked, workers);
    const int32_t all = fc_threads_share(asked, 1);
    const int32_t alone = all < ALONE ? all : ALONE;
    return asked > 0 || share > alone ? share : alone;
}

/* Words of the option `provider`, as the runtime knows them. */
static const int PROVIDERS[] = {
    [FC_RUN_BY_AUTO] = FC_PROVIDER_AUTO,
    [FC_RUN_BY_CPU] = FC_PROVIDER_CPU,
    [FC_RUN_BY_OPENVINO] = FC_PROVIDER_OPENVINO,
    [FC_RUN_BY_CUDA] = FC_PROVIDER_CUDA,
};

fc_runtime_plan fc_runtime_plan_of(const fc_settings *settings, char cache[FC_CACHE_PATH_SIZE])
{
    FC_ASSERT(settings != NULL);
    fc_cache_folder(settings, cache);
    return (fc_runtime_plan){
        .threads = fc_threads_share(settings->threads, 1),
        .processors = fc_system_limits_here().processors,
        .gpu_memory_mb = settings->gpu_memory_mb,
        .provider = PROVIDERS[settings->provider],
        .device = settings->device,
        .openvino_dir = settings->openvino_dir,
        .cache_dir = cache,
    };
}

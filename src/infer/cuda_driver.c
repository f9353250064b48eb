#include "infer/cuda_driver.h"

#include <dlfcn.h>
#include <stdbool.h>

#include "base/assert.h"
#include "base/dynamic_library.h"

/* The five functions; each returns 0 when all is well. */
typedef struct driver {
    int (*init)(unsigned flags);
    int (*version)(int *version);
    int (*count)(int *count);
    int (*device)(int *device, int ordinal);
    int (*name)(char *name, int size, int device);
} driver;

static bool load(void *library, driver *out)
{
    return fc_dynamic_library_find(library, "cuInit", &out->init) &&
           fc_dynamic_library_find(library, "cuDriverGetVersion", &out->version) &&
           fc_dynamic_library_find(library, "cuDeviceGetCount", &out->count) &&
           fc_dynamic_library_find(library, "cuDeviceGet", &out->device) &&
           fc_dynamic_library_find(library, "cuDeviceGetName", &out->name);
}

static fc_status look(const char *library, void *handle, int32_t number, fc_gpu *out, fc_error *err)
{
    driver cuda = { 0 };
    if (!load(handle, &cuda)) {
        return fc_fail(err, FC_MODEL_UNAVAILABLE, "%s is no CUDA driver", library);
    }
    const int code = cuda.init(0);
    if (code != 0) {
        return fc_fail(err, FC_MODEL_UNAVAILABLE,
                       "the NVIDIA driver does not start, cuInit says %d (100: no GPU)", code);
    }
    int count = 0;
    int device = 0;
    fc_gpu found = { 0 };
    if (cuda.count(&count) != 0 || cuda.version(&found.cuda_version) != 0) {
        return fc_fail(err, FC_MODEL_UNAVAILABLE, "the NVIDIA driver does not tell its GPUs");
    }
    if (number >= count) {
        return fc_fail(err, FC_MODEL_UNAVAILABLE, "no GPU cuda:%d, the driver knows %d",
                       (int)number, count);
    }
    if (cuda.device(&device, number) != 0 ||
        cuda.name(found.name, (int)sizeof found.name - 1, device) != 0) {
        return fc_fail(err, FC_MODEL_UNAVAILABLE, "the NVIDIA driver does not tell about cuda:%d",
                       (int)number);
    }
    *out = found;
    return FC_OK;
}

fc_status fc_cuda_driver_look(const char *library, int32_t number, fc_gpu *out, fc_error *err)
{
    FC_ASSERT(library != NULL);
    FC_ASSERT(number >= 0);
    FC_ASSERT(out != NULL);

    void *const handle = dlopen(library, RTLD_NOW | RTLD_LOCAL);
    if (handle == NULL) {
        return fc_fail(err, FC_MODEL_UNAVAILABLE, "no NVIDIA driver: %s", library);
    }
    const fc_status status = look(library, handle, number, out, err);
    (void)dlclose(handle);
    return status;
}

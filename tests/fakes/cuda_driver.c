/** A CUDA driver with two GPUs and no machine under it, for infer/cuda_driver. The environment
 *  variable FAKE_CUDA_INIT is what its cuInit returns. */
#include <stdio.h>
#include <stdlib.h>

int cuInit(unsigned flags);
int cuDriverGetVersion(int *version);
int cuDeviceGetCount(int *count);
int cuDeviceGet(int *device, int ordinal);
int cuDeviceGetName(char *name, int size, int device);

int cuInit(unsigned flags)
{
    const char *code = getenv("FAKE_CUDA_INIT");
    return flags != 0 || code == NULL ? (int)flags : (int)strtol(code, NULL, 10);
}

int cuDriverGetVersion(int *version)
{
    *version = 13010;
    return 0;
}

int cuDeviceGetCount(int *count)
{
    *count = 2;
    return 0;
}

int cuDeviceGet(int *device, int ordinal)
{
    *device = 40 + ordinal;
    return 0;
}

int cuDeviceGetName(char *name, int size, int device)
{
    return snprintf(name, (size_t)size, "Fake GPU %d", device) > 0 ? 0 : 1;
}

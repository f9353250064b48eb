#include "infer/device.h"

#include <string.h>

#include "base/assert.h"
#include "base/number.h"

static const char CUDA[] = "cuda:";

fc_status fc_device_parse(const char *text, fc_device *out, fc_error *err)
{
    FC_ASSERT(text != NULL);
    FC_ASSERT(out != NULL);

    int64_t number = 0;
    if (strcmp(text, "auto") == 0) {
        *out = (fc_device){ FC_DEVICE_AUTO, 0 };
    } else if (strcmp(text, "cpu") == 0) {
        *out = (fc_device){ FC_DEVICE_PROCESSOR, 0 };
    } else if (strcmp(text, "cuda") == 0) {
        *out = (fc_device){ FC_DEVICE_GPU, 0 };
    } else if (strncmp(text, CUDA, sizeof CUDA - 1) == 0 &&
               fc_parse_integer(text + sizeof CUDA - 1, &number) && number >= 0 &&
               number <= FC_GPU_MAX) {
        *out = (fc_device){ FC_DEVICE_GPU, (int32_t)number };
    } else {
        return fc_fail(err, FC_INVALID_ARGUMENT,
                       "device is \"%.60s\", allowed: auto, cpu, cuda or cuda:N with N up to %d",
                       text, FC_GPU_MAX);
    }
    return FC_OK;
}

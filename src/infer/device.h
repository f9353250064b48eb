/** Device: reads the setting `device`, which says where models run. Any thread. */
#pragma once

#include <stdint.h>

#include "base/attributes.h"
#include "base/error.h"

/** Number of the last GPU that can be named. */
#define FC_GPU_MAX 63

typedef enum fc_device_kind { FC_DEVICE_AUTO, FC_DEVICE_PROCESSOR, FC_DEVICE_GPU } fc_device_kind;

typedef struct fc_device {
    fc_device_kind kind;
    int32_t gpu; /* which one, 0..FC_GPU_MAX; 0 but for FC_DEVICE_GPU */
} fc_device;

/** From "auto", "cpu", "cuda" (the first GPU) or "cuda:N". Errors: FC_INVALID_ARGUMENT. */
FC_MUST_CHECK fc_status fc_device_parse(const char *text, fc_device *out, fc_error *err);

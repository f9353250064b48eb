/** Process statistics: figures of this process from the system, for /metrics. Any thread. */
#pragma once

#include <stdint.h>

/** 0 where the system does not say. */
typedef struct fc_process_stats {
    int64_t resident_bytes;
    double cpu_s; /* user and system */
    int64_t open_files;
    int64_t open_files_max;
    int64_t threads;
} fc_process_stats;

fc_process_stats fc_process_read(void);

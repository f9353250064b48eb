/**
 * Gate: lets a limited number of threads in at a time; the others wait in line. For runs that
 * bring threads or device memory of their own.
 *
 * Any thread.
 */
#pragma once

#include <pthread.h>
#include <stdint.h>

typedef struct fc_gate {
    pthread_mutex_t lock;
    pthread_cond_t left;
    int32_t places; /* free now */
} fc_gate;

/** `places` 1.. threads may be inside at a time. */
void fc_gate_start(fc_gate *gate, int32_t places);
void fc_gate_end(fc_gate *gate);

/** Wait for a place. Each run ends, so each waiter gets in. */
void fc_gate_enter(fc_gate *gate);
void fc_gate_leave(fc_gate *gate);

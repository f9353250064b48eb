/**
 * Semaphore: lets a limited number of threads in at a time; the others wait in line.
 *
 * Any thread.
 */
#pragma once

#include <pthread.h>
#include <stdint.h>

typedef struct fc_semaphore {
    pthread_mutex_t lock;
    pthread_cond_t left;
    int32_t places; /* free now */
} fc_semaphore;

/** `places` 1.. threads may be inside at a time. */
void fc_semaphore_init(fc_semaphore *semaphore, int32_t places);
void fc_semaphore_destroy(fc_semaphore *semaphore);

/** Wait for a place. Every thread that is in must leave. */
void fc_semaphore_acquire(fc_semaphore *semaphore);
void fc_semaphore_release(fc_semaphore *semaphore);

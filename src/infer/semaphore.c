#include "infer/semaphore.h"

#include "base/assert.h"

void fc_semaphore_init(fc_semaphore *gate, int32_t places)
{
    FC_ASSERT(gate != NULL);
    FC_ASSERT(places >= 1);
    *gate = (fc_semaphore){ .places = places };
    (void)pthread_mutex_init(&gate->lock, NULL); /* neither can fail without attributes */
    (void)pthread_cond_init(&gate->left, NULL);
}

void fc_semaphore_destroy(fc_semaphore *gate)
{
    FC_ASSERT(gate != NULL);
    (void)pthread_cond_destroy(&gate->left);
    (void)pthread_mutex_destroy(&gate->lock);
}

void fc_semaphore_acquire(fc_semaphore *gate)
{
    FC_ASSERT(gate != NULL);
    (void)pthread_mutex_lock(&gate->lock);
    while (gate->places == 0) {
        (void)pthread_cond_wait(&gate->left, &gate->lock);
    }
    gate->places--;
    (void)pthread_mutex_unlock(&gate->lock);
}

void fc_semaphore_release(fc_semaphore *gate)
{
    FC_ASSERT(gate != NULL);
    (void)pthread_mutex_lock(&gate->lock);
    gate->places++;
    (void)pthread_cond_signal(&gate->left);
    (void)pthread_mutex_unlock(&gate->lock);
}

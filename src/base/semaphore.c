#include "base/semaphore.h"

#include "base/assert.h"

void fc_semaphore_init(fc_semaphore *semaphore, int32_t places)
{
    FC_ASSERT(semaphore != NULL);
    FC_ASSERT(places >= 1);
    *semaphore = (fc_semaphore){ .places = places };
    (void)pthread_mutex_init(&semaphore->lock, NULL); /* neither can fail without attributes */
    (void)pthread_cond_init(&semaphore->left, NULL);
}

void fc_semaphore_destroy(fc_semaphore *semaphore)
{
    FC_ASSERT(semaphore != NULL);
    (void)pthread_cond_destroy(&semaphore->left);
    (void)pthread_mutex_destroy(&semaphore->lock);
}

void fc_semaphore_acquire(fc_semaphore *semaphore)
{
    FC_ASSERT(semaphore != NULL);
    (void)pthread_mutex_lock(&semaphore->lock);
    while (semaphore->places == 0) {
        (void)pthread_cond_wait(&semaphore->left, &semaphore->lock);
    }
    semaphore->places--;
    (void)pthread_mutex_unlock(&semaphore->lock);
}

void fc_semaphore_release(fc_semaphore *semaphore)
{
    FC_ASSERT(semaphore != NULL);
    (void)pthread_mutex_lock(&semaphore->lock);
    semaphore->places++;
    (void)pthread_cond_signal(&semaphore->left);
    (void)pthread_mutex_unlock(&semaphore->lock);
}

/** What a session is made of, for the files that load and run it. Only for this room. */
#pragma once

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/error.h"
#include "infer/io_info.h"
#include "infer/runtime_private.h"

#define FC_SESSION_NAME_SIZE 64

typedef struct fc_session {
    fc_runtime *runtime;
    char name[FC_SESSION_NAME_SIZE];
    char device[32];
    fc_io_info ports;
    fc_provider provider;
    bool exact;   /* float32 only */
    char *path;   /* of the model, absolute; NULL for a light one, which came from memory */
    uint64_t key; /* of the model's content; 0 for a light one */
    struct fc_session *next; /* in the runtime's list of heavy ones */
    pthread_mutex_t lock;    /* guards the members below; never held while a network is made or
                                released,    which may take seconds */
    pthread_cond_t changed;  /* `changing` is over */
    bool changing;           /* somebody makes or releases the network */
    OrtSession *network;     /* NULL while released */
    int32_t users;           /* runs that are under way */
    int64_t last_used_us;
} fc_session;

/** Have the network in memory until fc_session_release. Errors: FC_MODEL_UNAVAILABLE,
 *  FC_OUT_OF_MEMORY; then nothing has changed. */
FC_MUST_CHECK fc_status fc_session_acquire(fc_session *session, fc_error *err);
void fc_session_release(fc_session *session);

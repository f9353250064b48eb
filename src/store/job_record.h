/** Job record: the values of the job store: jobs, their endings, their pictures. Values; any
 *  thread. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/bytes.h"
#include "base/digest.h"
#include "base/error.h"
#include "jobs/job_id.h"
#include "jobs/job_state.h"

/** Types of the files of a job. */
typedef enum fc_picture_type { FC_PICTURE_PNG, FC_PICTURE_JPEG, FC_PICTURE_WEBP } fc_picture_type;

#define FC_PICTURE_TYPES_COUNT 3

/** "png", "jpg", "webp": as in routes and file names. */
const char *fc_picture_type_name(fc_picture_type type);

/** "image/png", "image/jpeg", "image/webp". */
const char *fc_picture_type_media(fc_picture_type type);

/** Longest name of an uploaded file that is kept, with its final zero; longer ones are cut. */
#define FC_JOB_NAME_SIZE 256

/** Room for the owner of a job: a digest of the API key, or "" where there are no keys. */
#define FC_JOB_OWNER_SIZE 65

/** One job. */
typedef struct fc_job {
    char id[FC_JOB_ID_SIZE];
    char batch[FC_JOB_ID_SIZE]; /* the job whose item this is, or "" */
    int32_t number;             /* in its batch, from 1; else 0 */
    char owner[FC_JOB_OWNER_SIZE];
    char name[FC_JOB_NAME_SIZE]; /* of the uploaded file, as it was given; "" for a batch */
    fc_job_state state;
    int64_t created_s;  /* Unix time */
    int64_t finished_s; /* 0 before */
    int64_t expires_s;  /* 0 before it is finished */
    char error[32];     /* slug of the failure, or "" */
    char message[FC_ERROR_TEXT_SIZE];
    char key[FC_DIGEST_SIZE];         /* of a request that may be repeated, or ""; not read back */
    char fingerprint[FC_DIGEST_SIZE]; /* of that request; not read back */
    const char *callback; /* address that its end is told to, or NULL; borrowed; not read back */
} fc_job;

/** So long after the end of its job a key stands for its request. */
#define FC_JOB_KEY_AGE_S 86400

/** A key of a request that may be repeated (jobs/idempotency.h). */
typedef struct fc_job_key {
    char key[FC_DIGEST_SIZE];
    char fingerprint[FC_DIGEST_SIZE];
    char job_id[FC_JOB_ID_SIZE];
    int64_t finished_s; /* Unix time; 0: the job has not ended */
} fc_job_key;

/** An accepted job that has not ended. */
typedef struct fc_accepted_job {
    char id[FC_JOB_ID_SIZE];
    char batch[FC_JOB_ID_SIZE];
    int32_t number;
    bool photo;      /* false: a batch, which has ended when its items have */
    int32_t crashes; /* ends of the service in the middle of its photo */
} fc_accepted_job;

/** The order of an accepted job. */
typedef struct fc_asked_job {
    fc_job job;
    int64_t accepted_ms; /* Unix time */
    fc_buffer photo;     /* with its tail; empty for a batch */
    fc_buffer wish;      /* the text that was given when it was accepted */
} fc_asked_job;

/** Photos that accepted jobs may keep on the disk, all together. */
typedef struct fc_job_room {
    int64_t photos;
    int64_t bytes;
} fc_job_room;

/**
 * Whether so many more find room.
 *
 * room   in all
 * kept   what is there already
 *
 * Errors: FC_LIMIT_EXCEEDED (more than there can ever be room for), FC_BUSY (no room at the
 * moment).
 */
FC_MUST_CHECK fc_status fc_job_room_check(fc_job_room room, fc_job_room kept, fc_job_room more,
                                          fc_error *err);

/** A photo during which the service has crashed this often is not tried again. */
#define FC_JOB_CRASHES_MAX 3

/** A picture to be saved. */
typedef struct fc_job_picture {
    fc_picture_type type;
    int32_t number; /* of the portrait, 1..FC_FACES_MAX */
    fc_bytes bytes;
} fc_job_picture;

/** How a job ended. */
typedef struct fc_job_ending {
    fc_job_state state;      /* a final one */
    const fc_error *failure; /* NULL when there is none */
    fc_bytes answer;         /* text kept for whoever asks for the job later; may be empty */
    const fc_job_picture *pictures;
    size_t picture_count;
    bool frees_key; /* the key of its request may be used for a new one */
} fc_job_ending;

/** A picture in the store. */
typedef struct fc_stored_picture {
    char job_id[FC_JOB_ID_SIZE];
    char name[FC_JOB_NAME_SIZE]; /* of the uploaded file */
    fc_picture_type type;
    int32_t number;
    int64_t bytes;
    int64_t saved_s;
    uint32_t crc32;  /* as ZIP wants it */
    char digest[65]; /* SHA-256, for the ETag */
} fc_stored_picture;

/** State of a callback. */
typedef enum fc_callback_state {
    FC_CALLBACK_WAITING,   /* for the end of its job, or for its next try */
    FC_CALLBACK_DELIVERED, /* its receiver has confirmed it */
    FC_CALLBACK_FAILED,    /* given up */
} fc_callback_state;

#define FC_CALLBACK_STATES_COUNT 3

/** "waiting", "delivered", "failed". */
const char *fc_callback_state_name(fc_callback_state state);

/** Longest address of a callback, with its final zero. */
#define FC_CALLBACK_URL_SIZE 1024

/** The callback of a job, and its progress. */
typedef struct fc_callback {
    char job_id[FC_JOB_ID_SIZE];
    char owner[FC_JOB_OWNER_SIZE]; /* of the job */
    char url[FC_CALLBACK_URL_SIZE];
    fc_callback_state state;
    int32_t tries;
    int64_t due_s;                  /* Unix time of the next try; 0 before the job has ended */
    int64_t finished_s;             /* of the job; 0 before */
    char error[FC_ERROR_TEXT_SIZE]; /* of the last try, or "" */
} fc_callback;

/** Photos of accepted jobs that have not ended, of all processes of the store. */
typedef struct fc_job_backlog {
    int64_t waiting;   /* nobody works on them */
    int64_t claimed;   /* a process has them: in work, or next */
    int64_t dead;      /* not tried again, but kept for their operator */
    int64_t oldest_ms; /* since the one that waits longest was accepted; 0: none waits */
} fc_job_backlog;

/** Jobs in each state, the bytes of all pictures, and the callbacks that wait. */
typedef struct fc_job_totals {
    int64_t jobs[FC_JOB_STATES_COUNT];
    int64_t picture_bytes;
    int64_t callbacks_waiting;
} fc_job_totals;

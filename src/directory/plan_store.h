/**
 * Plan store: state.sqlite of a plan's folder: the results for photos and accounts, the pictures
 * that were made, and the deliveries. A finished call's record stays, even if the program is killed
 * at the next moment. Any thread.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/bytes.h"
#include "base/digest.h"
#include "base/error.h"
#include "directory/account.h"
#include "directory/line.h"

typedef struct fc_plan_store fc_plan_store;

/**
 * Open the state of a plan's folder.
 *
 * create   make it where there is none
 *
 * Errors: FC_IO (not ours, of another version, or there is none), FC_BUSY, FC_STORAGE_FULL,
 * FC_OUT_OF_MEMORY.
 */
FC_MUST_CHECK fc_status fc_plan_store_open(const char *folder, bool create, fc_plan_store **out,
                                           fc_error *err);
void fc_plan_store_close(fc_plan_store *store);
FC_DEFINE_CLEANUP(fc_plan_store, fc_plan_store_close)

/** Remember a text by its name; recall it. `out` stays empty where there is none. */
FC_MUST_CHECK fc_status fc_plan_store_set(fc_plan_store *store, const char *name, const char *value,
                                          fc_error *err);
FC_MUST_CHECK fc_status fc_plan_store_get(fc_plan_store *store, const char *name, fc_buffer *out,
                                          fc_error *err);

/* ---- files: which content a photo had when it was last read ---------------------------------- */

typedef struct fc_plan_file {
    const char *path;
    int64_t size;
    int64_t modified_ns;
    int64_t changed_ns; /* of the inode: also when the time of the content was set back */
} fc_plan_file;

/** `sha256` is "" where the file is not known, or is another one by now. */
FC_MUST_CHECK fc_status fc_plan_store_file(fc_plan_store *store, const fc_plan_file *file,
                                           char sha256[FC_DIGEST_SIZE], fc_error *err);
FC_MUST_CHECK fc_status fc_plan_store_set_file(fc_plan_store *store, const fc_plan_file *file,
                                               const char *sha256, fc_error *err);

/* ---- looks: what came of the photo of an account --------------------------------------------- */

/** Profiles of one plan. */
#define FC_PLAN_PROFILES_MAX 8

typedef struct fc_plan_picture {
    const char *profile; /* name */
    char sha256[FC_DIGEST_SIZE];
    int64_t bytes;
    int32_t width;
    int32_t height;
} fc_plan_picture;

typedef struct fc_plan_look {
    char photo[FC_DIGEST_SIZE];  /* content of the photo; "" where nothing is known */
    char recipe[FC_DIGEST_SIZE]; /* digest of everything that determines the picture */
    fc_line_state state;         /* READY, NEEDS_EYES, NO_FACE or UNREADABLE */
    char reason[FC_REASON_SIZE];
} fc_plan_look;

FC_MUST_CHECK fc_status fc_plan_store_look(fc_plan_store *store, const char *key, fc_plan_look *out,
                                           fc_error *err);

/** Before pictures of an account are replaced. */
FC_MUST_CHECK fc_status fc_plan_store_forget_look(fc_plan_store *store, const char *key,
                                                  fc_error *err);

/** With all its pictures, after they are on the disk. */
FC_MUST_CHECK fc_status fc_plan_store_set_look(fc_plan_store *store, const char *key,
                                               const fc_plan_look *look,
                                               const fc_plan_picture *pictures, size_t count,
                                               fc_error *err);

/** One picture; sha256 "" where there is none. `out->profile` is given. */
FC_MUST_CHECK fc_status fc_plan_store_picture(fc_plan_store *store, const char *key,
                                              fc_plan_picture *out, fc_error *err);

/** Called with the key of each account that is known and has no photo any more; `left`: nor a line.
 */
typedef fc_status (*fc_plan_key_visit)(void *context, const char *key, bool left, fc_error *err);
FC_MUST_CHECK fc_status fc_plan_store_gone(fc_plan_store *store, fc_plan_key_visit visit,
                                           void *context, fc_error *err);

/* ---- lines
 * ----------------------------------------------------------------------------------------- */

/** A line of the report. */
typedef struct fc_plan_line {
    fc_account account;  /* all "" for a photo of nobody */
    const char *photo;   /* path; "" for none */
    fc_line_state state; /* by matching alone: WAITING where account and photo belong together */
    const char *reason;
} fc_plan_line;

/** Replace all lines: between the two calls, nobody else uses the store. `status` of the adding;
 * all is taken back where it is not FC_OK. */
FC_MUST_CHECK fc_status fc_plan_store_begin_lines(fc_plan_store *store, fc_error *err);
FC_MUST_CHECK fc_status fc_plan_store_add_line(fc_plan_store *store, const fc_plan_line *line,
                                               fc_error *err);
FC_MUST_CHECK fc_status fc_plan_store_end_lines(fc_plan_store *store, fc_status status,
                                                fc_error *err);

/** Called for each line; its arguments are valid during the call only. The store may be used. */
typedef fc_status (*fc_plan_line_visit)(void *context, const fc_plan_line *line, fc_error *err);
FC_MUST_CHECK fc_status fc_plan_store_lines(fc_plan_store *store, fc_plan_line_visit visit,
                                            void *context, fc_error *err);

/* ---- deliveries
 * ------------------------------------------------------------------------------------ */

/** Result of the last delivery of an account to a target. */
typedef struct fc_plan_delivery {
    char sha256[FC_DIGEST_SIZE]; /* that was offered; "": nothing yet */
    fc_line_state state;         /* DELIVERED, UNCHANGED or REFUSED */
    char words[FC_REASON_SIZE];  /* of the target */
    char ours[FC_DIGEST_SIZE];   /* found: that it took last; also after it refused another one */
} fc_plan_delivery;

FC_MUST_CHECK fc_status fc_plan_store_delivery(fc_plan_store *store, const char *target,
                                               const char *key, fc_plan_delivery *out,
                                               fc_error *err);
FC_MUST_CHECK fc_status fc_plan_store_set_delivery(fc_plan_store *store, const char *target,
                                                   const char *key,
                                                   const fc_plan_delivery *delivery, fc_error *err);

/* ---- history: what targets had before, for undo ---------------------------------------------- */

/** What a target had before a step, which is a run of apply with those that went on with it. */
typedef struct fc_plan_previous {
    int64_t step;                /* from 1; 0: nothing is known */
    char sha256[FC_DIGEST_SIZE]; /* "": no picture */
    bool tried;                  /* undo could not bring it back */
} fc_plan_previous;

/** Of the last step that changed an account at a target. */
FC_MUST_CHECK fc_status fc_plan_store_previous(fc_plan_store *store, const char *target,
                                               const char *key, fc_plan_previous *out,
                                               fc_error *err);

/** Add what is there before a step, after the last one; its delivery comes after that. */
FC_MUST_CHECK fc_status fc_plan_store_add_previous(fc_plan_store *store, const char *target,
                                                   const char *key, int64_t step,
                                                   const char *sha256, fc_error *err);

/** The step changed nothing here: the target has refused. */
FC_MUST_CHECK fc_status fc_plan_store_drop_previous(fc_plan_store *store, const char *target,
                                                    const char *key, int64_t step, fc_error *err);

/** The step is undone: what was delivered before it is the last delivery again. */
FC_MUST_CHECK fc_status fc_plan_store_undone(fc_plan_store *store, const char *target,
                                             const char *key, int64_t step, fc_error *err);

/** It could not be undone; the next undo does not wait for it. */
FC_MUST_CHECK fc_status fc_plan_store_not_undone(fc_plan_store *store, const char *target,
                                                 const char *key, int64_t step, fc_error *err);

/** The step that deliveries belong to from now on: one that was begun and not ended, else a new
 *  one. */
FC_MUST_CHECK fc_status fc_plan_store_begin_step(fc_plan_store *store, int64_t *step,
                                                 fc_error *err);
FC_MUST_CHECK fc_status fc_plan_store_end_step(fc_plan_store *store, fc_error *err);

/** Forget files that are on no line any more. */
FC_MUST_CHECK fc_status fc_plan_store_forget_files(fc_plan_store *store, fc_error *err);

/** Forget all that is known of an account, for every target. */
FC_MUST_CHECK fc_status fc_plan_store_forget_account(fc_plan_store *store, const char *key,
                                                     fc_error *err);

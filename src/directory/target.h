/**
 * Target: where pictures of accounts go - a directory server, a service, a folder, a program. One
 * class for each kind (target_KIND.c), and the table of them in target.c.
 *
 * A target belongs to one thread at a time, unless its class has `users_max`; who delivers in
 * parallel opens several of the same settings, at most `parallel_max` of its class.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/bytes.h"
#include "base/error.h"
#include "directory/account.h"
#include "directory/target_config.h"
#include "pipeline/stages.h"

/** What came of one delivery. */
typedef enum fc_delivery_state {
    FC_DELIVERY_DONE,
    FC_DELIVERY_REFUSED, /* this account alone; `text` has the target's own words */
    FC_DELIVERY_LATER,   /* asked to wait: `wait_ms`, then the same again */
    FC_DELIVERY_LOST,    /* no connection; the target is closed and opened again */
} fc_delivery_state;

typedef struct fc_delivery {
    const fc_cancel *cancel; /* given: who waits long looks at it; may be NULL */
    fc_delivery_state state;
    int64_t wait_ms; /* of FC_DELIVERY_LATER; 0: the caller chooses */
    char text[FC_ERROR_TEXT_SIZE];
} fc_delivery;

/** A picture that is made and on the disk. */
typedef struct fc_target_picture {
    fc_bytes bytes;      /* JPEG */
    const char *path;    /* of the file with these bytes */
    const char *profile; /* name */
    const char *sha256;  /* of the bytes */
} fc_target_picture;

typedef struct fc_target fc_target; /* each class has its own */

/** Called for each account that a target lists; its arguments are valid during the call only. */
typedef fc_status (*fc_target_visit)(void *context, const fc_account *account, fc_error *err);

/** A name that a class takes as a setting. */
typedef struct fc_target_key {
    const char *name;
    const char *help; /* one clause, for --help and the documentation */
    bool needed;
} fc_target_key;

/** The two names of a secret (fc_target_config_secret). */
#define FC_TARGET_SECRET_KEYS(name, what, needed)                                                  \
    { name "_file", "file that holds the " what, needed },                                         \
    {                                                                                              \
        name "_env", "variable that holds the " what, false                                        \
    }

typedef struct fc_target_class {
    const char *kind;
    const char *purpose;       /* one clause */
    const char *profile;       /* that it gets where its settings name none */
    const fc_target_key *keys; /* ended by a row without a name. The first is what stands behind
                                  KIND: in `--to KIND:PLACE` */
    int32_t parallel_max;      /* how many may be open at a time */
    int32_t users_max;         /* threads that may call an open target at a time; 0: one */
    bool reads_cheaply;        /* `read` costs no more than a call of deliver */
    int32_t finish_after;      /* deliveries that `finish` ends; with `finish` only */

    /* Connect; the config outlives the target. Errors (FC_INVALID_ARGUMENT, FC_IO): nothing can be
     * delivered; the line says why. */
    fc_status (*open)(const fc_target_config *config, fc_target **out, fc_error *err);

    /* Prove that it can be reached and read, change nothing. `text`: what was found, one line. */
    fc_status (*check)(fc_target *target, char *text, size_t size, fc_error *err);

    /* All accounts that it has; NULL: it cannot tell. */
    fc_status (*list)(fc_target *target, fc_target_visit visit, void *context, fc_error *err);

    /* The picture that an account has now. NULL: it cannot tell. Errors: FC_NOT_FOUND (none, or no
     * such account), FC_BUSY (asked to wait), others. */
    fc_status (*read)(fc_target *target, const fc_account *account, fc_buffer *out, fc_error *err);

    /* Where the picture of an account goes, as a text; false where nowhere. Two accounts of one
     * place are refused before anything is delivered. NULL: each account has a place of its own. */
    bool (*place)(const fc_target *target, const fc_account *account, char *text, size_t size);

    /* Put a picture to an account, or take it away (`picture` NULL, for undo; refused where the
     * target cannot). FC_OK: `result` says what came of it. Other statuses end the run. When it
     * says FC_DELIVERY_DONE the target has it, whatever happens next, but for `finish`.
     * FC_CANCELLED: it was broken off, and is tried again by the next run. */
    fc_status (*deliver)(fc_target *target, const fc_account *account,
                         const fc_target_picture *picture, fc_delivery *result, fc_error *err);

    /* Bring held-back pictures to their place: called after each `finish_after` deliveries and
     * before the end; deliveries are recorded after it only. NULL: nothing is held back. */
    fc_status (*finish)(fc_target *target, fc_error *err);

    /* NULL is fine. */
    void (*close)(fc_target *target);
} fc_target_class;

extern const fc_target_class fc_target_folder;
extern const fc_target_class fc_target_command;
extern const fc_target_class fc_target_ldif;
extern const fc_target_class fc_target_ldap;
extern const fc_target_class fc_target_graph;
extern const fc_target_class fc_target_google;

/** All classes, ended by NULL. */
extern const fc_target_class *const fc_target_classes[];

/** NULL where there is no such kind. */
const fc_target_class *fc_target_class_lookup(const char *kind);

/** Name of the profile whose picture a target gets. The target's kind must be known. */
const char *fc_target_profile(const fc_target_config *config);

/** The kind is known, each setting is one of its keys, and those that are needed are there.
 *  Errors: FC_INVALID_ARGUMENT. */
FC_MUST_CHECK fc_status fc_target_config_check(const fc_target_config *config, fc_error *err);

/**
 * Model files: their names, paths and licences, and whether they are the published ones. The table
 * is models/model_files.def. Any thread.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/digest.h"
#include "base/error.h"
#include "base/file.h"
#include "config/options.h"

/** Indices of the table's rows: FC_MODEL_FILE_detector and so on. */
enum {
#define FC_MODEL(field, type, name, role, file, need, use, licence, purpose, notice)               \
    FC_MODEL_FILE_##field,
#include "models/model_files.def"
#undef FC_MODEL
    FC_MODEL_FILES_COUNT,
};

/** Longest path of a model file, with its final zero. */
#define FC_MODEL_PATH_SIZE 4096

/** One row of the table. */
typedef struct fc_model_file {
    const char *name;    /* "selfie_segmentation" */
    const char *role;    /* as /status calls it: "background_remover" */
    const char *file;    /* name inside the model folder */
    const char *licence; /* SPDX identifier, or one clause */
    const char *purpose;
    bool optional;   /* used where it is installed; nothing else needs it */
    bool commercial; /* the licence allows commercial use */
} fc_model_file;

/** Row 0..FC_MODEL_FILES_COUNT-1. */
const fc_model_file *fc_model_file_lookup(int index);

/** Index of a model by its name, by its file's name inside the model folder, or by its word for
 * `tools/fetch --with`, such as "dlib"; -1: unknown. */
int fc_model_file_find(const char *name);

/** One paragraph of supply.lock. The build makes the rows from that file (cmake/supply.awk), so
 *  that no second list can differ from it. */
typedef struct fc_supply {
    const char *file;    /* name inside the model folder */
    const char *kind;    /* "pip-wheel", "debian" or "release" */
    const char *package; /* "mediapipe"; of a release OWNER/REPOSITORY */
    const char *version; /* "*" where the hash alone decides */
    const char *inside;  /* the file's path in the package */
    const char *word;    /* `tools/fetch --with WORD` gets it; empty: it always comes */
    int64_t bytes;
    const char *sha256; /* 64 hexadecimal digits, lower case */
} fc_supply;

/** The paragraph whose target is models/FILE; NULL where there is none. */
const fc_supply *fc_supply_lookup(const char *file);

/** Size, hash and origin of the row's file. */
const fc_supply *fc_model_file_supply(int index);

/**
 * Path where the file is expected: from its own setting, the model folder setting, the folder
 * `models` next to or one above the program, else /app/models. It need not exist.
 */
void fc_model_file_path(int index, const fc_settings *settings, char path[FC_MODEL_PATH_SIZE]);

/** The model that finds the points of a face: FC_MODEL_FILE_dlib where the settings name it, or
 * give a path for it as old configurations do; else FC_MODEL_FILE_mesh. */
int fc_model_file_of_landmarks(const fc_settings *settings);

/** State of a model file. */
typedef enum fc_model_state {
    FC_MODEL_FOUND,
    FC_MODEL_MISSING,       /* and needed */
    FC_MODEL_NOT_INSTALLED, /* and not needed */
    FC_MODEL_REFUSED,       /* its licence excludes what commercial_only asks for */
} fc_model_state;

/** Whether its path is a readable plain file, and whether it may be used. */
fc_model_state fc_model_file_state(int index, const fc_settings *settings);

/** "found", "missing", "not installed", "refused: licence". */
const char *fc_model_state_name(fc_model_state state);

/**
 * Map the file.
 *
 * Errors: FC_MODEL_UNAVAILABLE naming file and path, and how to get what is missing, or the licence
 * that commercial_only refuses; FC_OUT_OF_MEMORY.
 */
FC_MUST_CHECK fc_status fc_model_file_map(int index, const fc_settings *settings, fc_mapping **out,
                                          fc_error *err);

/* ---- notices --------------------------------------------------------------------------------- */

/** Notice for one row of models/model_files.def. */
typedef struct fc_model_notice {
    const char *owner; /* who published it */
    const char *terms; /* what may be done, in a few sentences */
    const char *text;  /* where the licence can be read */
} fc_model_notice;

/** Row 0..FC_MODEL_FILES_COUNT-1. */
const fc_model_notice *fc_model_notice_lookup(int index);

/* ---- verify ---------------------------------------------------------------------------------- */

/** SHA-256 of a whole file, a slice in memory at a time. */
void fc_model_digest(const fc_mapping *mapping, char sha256[FC_DIGEST_SIZE]);

/** Result of verifying a model file. */
typedef struct fc_model_verdict {
    fc_model_state state;
    bool genuine; /* found, and size and hash are those of supply.lock */
    int64_t bytes;
    char sha256[FC_DIGEST_SIZE]; /* empty where no file was hashed */
} fc_model_verdict;

/**
 * Verify a model file by its hash. A file that is missing or refused is a result, not a failure.
 *
 * Errors: FC_MODEL_UNAVAILABLE (it cannot be read), FC_OUT_OF_MEMORY; then `out` is unchanged.
 * Cost: reads the whole file, about a second for 400 MB; needs no memory of that size.
 */
FC_MUST_CHECK fc_status fc_model_verify(int index, const fc_settings *settings,
                                        fc_model_verdict *out, fc_error *err);

/** Model files: which there are and where they lie. The table is models/model_files.def. Any
 * thread.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/file.h"
#include "config/options.h"
#include "engine/supply.h"

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

/** Index of a name, -1 where there is none. The file's name inside the model folder is one too, and
 *  the word of `tools/fetch --with`, such as "dlib". */
int fc_model_file_find(const char *name);

/** Size, hash and origin of the row's file. */
const fc_supply *fc_model_file_supply(int index);

/**
 * Where the file is looked for: its own setting, the model folder setting, the folder `models`
 * beside or one above the program, else /app/models. That it exists is not said.
 */
void fc_model_file_path(int index, const fc_settings *settings, char path[FC_MODEL_PATH_SIZE]);

/** Which row's file finds the points of a face: FC_MODEL_FILE_dlib where the settings name it, or a
 *  path for it as old configurations do; else FC_MODEL_FILE_mesh. */
int fc_model_file_of_landmarks(const fc_settings *settings);

/** How it stands with a file. */
typedef enum fc_model_state {
    FC_MODEL_FOUND,
    FC_MODEL_MISSING,       /* and needed */
    FC_MODEL_NOT_INSTALLED, /* and not needed */
    FC_MODEL_REFUSED,       /* its licence excludes what commercial_only asks for */
} fc_model_state;

/** Whether there is a plain file to read at its path, and whether it may be used. */
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

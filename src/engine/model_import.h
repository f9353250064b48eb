/**
 * Model import: makes the published CodeFormer checkpoint (codeformer.pth) ready to run. Three
 * small ONNX models are written; the weights stay where they are in the checkpoint, which the
 * models refer to by its name, so they are in the same folder.
 *
 * Any thread, also of several processes at once: all write the same, each file in one piece.
 */
#pragma once

#include <stdbool.h>

#include "base/attributes.h"
#include "base/error.h"
#include "config/options.h"
#include "engine/model_files.h"

/** Files that were made, or were there already. */
typedef struct fc_model_import_result {
    char folder[FC_MODEL_PATH_SIZE];    /* where everything lies */
    char whole[FC_MODEL_PATH_SIZE];     /* codeformer.onnx: picture and fidelity to picture */
    char codes[FC_MODEL_PATH_SIZE];     /* codeformer_codes.onnx: the first half of it */
    char generator[FC_MODEL_PATH_SIZE]; /* codeformer_generator.onnx: the second half */
    int files_written;                  /* 0: all were there, made from just this checkpoint */
} fc_model_import_result;

/**
 * Import a checkpoint.
 *
 * checkpoint   path of the .pth file; a link is followed
 * folder       where to write; it exists. NULL: the checkpoint's own folder. Into another folder
 *              the checkpoint is copied as codeformer.pth
 *
 * The checksums of all entries are checked before anything is written.
 *
 * Errors: FC_IO (missing, or the folder cannot be written to), FC_MODEL_UNAVAILABLE (no checkpoint
 * of this network, or damaged), FC_LIMIT_EXCEEDED, FC_OUT_OF_MEMORY. Files that are written before
 * a failure are whole and of use the next time.
 * Cost: some ms when nothing is to be done; 0.4 s to check 376 MB, more to copy them.
 */
FC_MUST_CHECK fc_status fc_model_import(const char *checkpoint, const char *folder,
                                        fc_model_import_result *out, fc_error *err);

/**
 * Import the checkpoint of the settings, as the program does when it starts: into the checkpoint's
 * folder or, where that cannot be written, into the cache folder (engine/runtime_plan.h).
 *
 * Errors: those of fc_model_import.
 */
FC_MUST_CHECK fc_status fc_model_import_installed(const fc_settings *settings,
                                                  fc_model_import_result *out, fc_error *err);

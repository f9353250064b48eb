#include "app/model_files.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/assert.h"
#include "base/limits.h"

/** Where a container keeps the models. */
#define CONTAINER_MODELS_DIR "/app/models"

static const fc_model_file TABLE[FC_MODEL_FILES_COUNT] = {
#define REQUIRED false
#define OPTIONAL true
#define RESEARCH false
#define COMMERCIAL true
#define FC_MODEL(field, name, role, file, need, use, licence, purpose)                             \
    { name, role, file, licence, purpose, need, use },
#include "app/model_files.def"
#undef FC_MODEL
#undef REQUIRED
#undef OPTIONAL
#undef RESEARCH
#undef COMMERCIAL
};

const fc_model_file *fc_model_file_lookup(int index)
{
    FC_ASSERT(index >= 0);
    FC_ASSERT(index < FC_MODEL_FILES_COUNT);
    return &TABLE[index];
}

const fc_supply *fc_model_file_supply(int index)
{
    const fc_supply *supply = fc_supply_lookup(fc_model_file_lookup(index)->file);
    FC_ASSERT(supply != NULL); /* every row has its paragraph; a test walks them */
    return supply;
}

/* A build tree has models/ beside build/, an unpacked release beside the program, an installed
 * program under share/. */
static bool find_beside_program(char path[FC_MODEL_PATH_SIZE], const char *file)
{
    static const char *const PLACES[] = { "models", "../models", "../share/facecraft/models" };
    char program[PATH_MAX];
    const ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
    if (length <= 0) {
        return false;
    }
    program[length] = '\0';
    const int folder = (int)(strrchr(program, '/') - program);
    for (size_t i = 0; i < sizeof PLACES / sizeof PLACES[0]; i++) {
        const int written =
            snprintf(path, FC_MODEL_PATH_SIZE, "%.*s/%s/%s", folder, program, PLACES[i], file);
        if (written > 0 && written < FC_MODEL_PATH_SIZE && access(path, F_OK) == 0) {
            return true;
        }
    }
    return false;
}

/* The setting that names just this file; empty where there is none or it is not set. */
static const char *own_setting(int index, const fc_settings *settings)
{
    switch (index) {
    case FC_MODEL_FILE_landmarks:
        return settings->predictor_path;
    case FC_MODEL_FILE_codeformer:
        return settings->codeformer_path;
    default:
        return "";
    }
}

void fc_model_file_path(int index, const fc_settings *settings, char path[FC_MODEL_PATH_SIZE])
{
    const fc_model_file *file = fc_model_file_lookup(index);
    if (own_setting(index, settings)[0] != '\0') {
        (void)snprintf(path, FC_MODEL_PATH_SIZE, "%s", own_setting(index, settings));
    } else if (settings->models_dir[0] != '\0') {
        (void)snprintf(path, FC_MODEL_PATH_SIZE, "%s/%s", settings->models_dir, file->file);
    } else if (!find_beside_program(path, file->file)) {
        (void)snprintf(path, FC_MODEL_PATH_SIZE, "%s/%s", CONTAINER_MODELS_DIR, file->file);
    }
}

fc_status fc_model_file_map(int index, const fc_settings *settings, fc_mapping **out, fc_error *err)
{
    char path[FC_MODEL_PATH_SIZE];
    fc_model_file_path(index, settings, path);
    fc_error why = { 0 };
    const fc_status status = fc_mapping_new(path, FC_MODEL_BYTES_MAX, out, &why);
    if (status == FC_OK || status == FC_OUT_OF_MEMORY) {
        return status == FC_OK ? FC_OK : fc_fail(err, status, "%s", why.text);
    }
    return fc_fail(err, FC_MODEL_UNAVAILABLE, "model %s: %s", TABLE[index].name, why.text);
}

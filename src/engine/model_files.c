#include "engine/model_files.h"

#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
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
#define FC_MODEL(field, type, name, role, file, need, use, licence, purpose, notice)               \
    { name, role, file, licence, purpose, need, use },
#include "models/model_files.def"
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

int fc_model_file_find(const char *name)
{
    FC_ASSERT(name != NULL);
    for (int i = 0; i < FC_MODEL_FILES_COUNT; i++) {
        if (strcmp(TABLE[i].name, name) == 0 || strcmp(TABLE[i].file, name) == 0 ||
            (name[0] != '\0' && strcmp(fc_model_file_supply(i)->word, name) == 0)) {
            return i;
        }
    }
    return -1;
}

const fc_supply *fc_model_file_supply(int index)
{
    const fc_supply *supply = fc_supply_lookup(fc_model_file_lookup(index)->file);
    FC_ASSERT(supply != NULL); /* every row has its paragraph; a test walks them */
    return supply;
}

/* Writes FOLDER/PLACE/FILE and tells whether that, or without `file` the folder, is there. */
static bool is_there(char path[FC_MODEL_PATH_SIZE], const char *folder, int folder_length,
                     const char *place, const char *file)
{
    const int written =
        snprintf(path, FC_MODEL_PATH_SIZE, "%.*s/%s/%s", folder_length, folder, place, file);
    return written > 0 && written < FC_MODEL_PATH_SIZE && access(path, F_OK) == 0;
}

/* A build tree has models/ beside build/, an unpacked release beside the program, an installed
 * program under share/. A file that is in none of them belongs into the first that exists. */
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
        if (is_there(path, program, folder, PLACES[i], file)) {
            return true;
        }
    }
    for (size_t i = 0; i < sizeof PLACES / sizeof PLACES[0]; i++) {
        if (is_there(path, program, folder, PLACES[i], "")) {
            (void)is_there(path, program, folder, PLACES[i], file);
            return true;
        }
    }
    return false;
}

/* The setting that names just this file; empty where there is none or it is not set. */
static const char *own_setting(int index, const fc_settings *settings)
{
    switch (index) {
    case FC_MODEL_FILE_dlib:
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

static bool is_refused(int index, const fc_settings *settings)
{
    return settings->commercial_only && !fc_model_file_lookup(index)->commercial;
}

int fc_model_file_of_landmarks(const fc_settings *settings)
{
    const bool named = settings->landmarks == FC_LANDMARKS_DLIB;
    const bool as_before =
        settings->landmarks == FC_LANDMARKS_AUTO && settings->predictor_path[0] != '\0';
    return named || as_before ? FC_MODEL_FILE_dlib : FC_MODEL_FILE_mesh;
}

static bool is_optional(int index, const fc_settings *settings)
{
    const bool of_landmarks = index == FC_MODEL_FILE_mesh || index == FC_MODEL_FILE_dlib;
    return of_landmarks ? index != fc_model_file_of_landmarks(settings) : TABLE[index].optional;
}

fc_model_state fc_model_file_state(int index, const fc_settings *settings)
{
    char path[FC_MODEL_PATH_SIZE];
    struct stat facts = { 0 };
    if (is_refused(index, settings)) {
        return FC_MODEL_REFUSED;
    }
    fc_model_file_path(index, settings, path);
    if (stat(path, &facts) == 0 && S_ISREG(facts.st_mode) && access(path, R_OK) == 0) {
        return FC_MODEL_FOUND;
    }
    return is_optional(index, settings) ? FC_MODEL_NOT_INSTALLED : FC_MODEL_MISSING;
}

const char *fc_model_state_name(fc_model_state state)
{
    switch (state) {
    case FC_MODEL_FOUND:
        return "found";
    case FC_MODEL_MISSING:
        return "missing";
    case FC_MODEL_NOT_INSTALLED:
        return "not installed";
    case FC_MODEL_REFUSED:
        return "refused: licence";
    }
    FC_ASSERT(!"unknown state of a model");
    return "";
}

fc_status fc_model_file_map(int index, const fc_settings *settings, fc_mapping **out, fc_error *err)
{
    char path[FC_MODEL_PATH_SIZE];
    fc_model_file_path(index, settings, path);
    if (is_refused(index, settings)) {
        return fc_fail(err, FC_MODEL_UNAVAILABLE,
                       "model %s: refused: %s, and commercial_only is set", TABLE[index].name,
                       TABLE[index].licence);
    }
    fc_error why = { 0 };
    const fc_status status = fc_mapping_new(path, FC_MODEL_BYTES_MAX, out, &why);
    if (status == FC_OK || status == FC_OUT_OF_MEMORY) {
        return status == FC_OK ? FC_OK : fc_fail(err, status, "%s", why.text);
    }
    const char *word = fc_model_file_supply(index)->word;
    if (fc_model_file_state(index, settings) != FC_MODEL_FOUND && word[0] != '\0') {
        return fc_fail(err, FC_MODEL_UNAVAILABLE,
                       "model %s: %s; `facecraft models fetch %s` gets it", TABLE[index].name,
                       why.text, word);
    }
    return fc_fail(err, FC_MODEL_UNAVAILABLE, "model %s: %s", TABLE[index].name, why.text);
}

/* ---- supply ---------------------------------------------------------------------------------- */

static const fc_supply SUPPLIES[] = {
#define FC_SUPPLY(file, kind, package, version, inside, word, bytes, sha256)                       \
    { file, kind, package, version, inside, word, bytes, sha256 },
#include "supply.def"
#undef FC_SUPPLY
};

const fc_supply *fc_supply_lookup(const char *file)
{
    FC_ASSERT(file != NULL);
    for (size_t i = 0; i < sizeof SUPPLIES / sizeof SUPPLIES[0]; i++) {
        if (strcmp(SUPPLIES[i].file, file) == 0) {
            return &SUPPLIES[i];
        }
    }
    return NULL;
}

/* ---- notices --------------------------------------------------------------------------------- */

#define APACHE_TERMS                                                                               \
    "Free for every use, also commercial. Who passes the file on passes on the licence and its "   \
    "notices, and says what was changed. Without warranty."
#define APACHE_TEXT "https://www.apache.org/licenses/LICENSE-2.0"

#define APACHE(owner)                                                                              \
    {                                                                                              \
        owner, APACHE_TERMS, APACHE_TEXT                                                           \
    }
#define NOTICE(owner, terms, text)                                                                 \
    {                                                                                              \
        owner, terms, text                                                                         \
    }

static const fc_model_notice NOTICES[FC_MODEL_FILES_COUNT] = {
#define FC_MODEL(field, type, name, role, file, need, use, licence, purpose, notice) notice,
#include "models/model_files.def"
#undef FC_MODEL
};

const fc_model_notice *fc_model_notice_lookup(int index)
{
    FC_ASSERT(index >= 0);
    FC_ASSERT(index < FC_MODEL_FILES_COUNT);
    FC_ASSERT(NOTICES[index].text != NULL);
    return &NOTICES[index];
}

/* ---- verify ---------------------------------------------------------------------------------- */

/* Memory that hashing holds at a time. */
#define SLICE ((size_t)8 << 20)

void fc_model_digest(const fc_mapping *mapping, char sha256[FC_DIGEST_SIZE])
{
    fc_digest digest;
    fc_digest_start(&digest);
    const fc_bytes all = mapping->bytes;
    for (size_t at = 0; at < all.size; at += SLICE) {
        const size_t left = all.size - at;
        fc_digest_add(&digest, (fc_bytes){ all.data + at, left < SLICE ? left : SLICE });
        fc_mapping_drop(mapping, at);
    }
    fc_digest_finish(&digest, sha256);
}

fc_status fc_model_verify(int index, const fc_settings *settings, fc_model_verdict *out,
                          fc_error *err)
{
    FC_ASSERT(settings != NULL);
    FC_ASSERT(out != NULL);
    fc_model_verdict verdict = { .state = fc_model_file_state(index, settings) };
    if (verdict.state == FC_MODEL_FOUND) {
        FC_AUTO(fc_mapping) mapping = NULL;
        FC_TRY(fc_model_file_map(index, settings, &mapping, err));
        const fc_supply *supply = fc_model_file_supply(index);
        fc_model_digest(mapping, verdict.sha256);
        verdict.bytes = (int64_t)mapping->bytes.size;
        verdict.genuine =
            verdict.bytes == supply->bytes && strcmp(verdict.sha256, supply->sha256) == 0;
    }
    *out = verdict;
    return FC_OK;
}

#include "engine/model_import.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/assert.h"
#include "base/brief.h"
#include "base/crc32.h"
#include "base/digest.h"
#include "base/file.h"
#include "base/limits.h"
#include "convert/codeformer_graph.h"
#include "engine/runtime_plan.h"

/** Name of a checkpoint that is copied. */
#define COPY_NAME "codeformer.pth"

_Static_assert(FC_MODEL_PATH_SIZE >= PATH_MAX, "realpath writes so much");

/* A checkpoint that is open. */
typedef struct source {
    fc_mapping *file;
    fc_torch_checkpoint *checkpoint;
    char digest[FC_DIGEST_SIZE]; /* of its directory, and so of all sums and places */
} source;

static void close_source(source *from)
{
    fc_torch_checkpoint_free(from->checkpoint);
    fc_mapping_free(from->file);
}

#define AUTO_SOURCE(name) __attribute__((cleanup(close_source))) source name = { 0 }

static fc_status open_source(const char *path, source *out, fc_error *err)
{
    FC_TRY(fc_mapping_new(path, FC_MODEL_BYTES_MAX, &out->file, err));
    FC_TRY(fc_torch_checkpoint_new(out->file->bytes, "params_ema", &out->checkpoint, err));
    fc_digest_of(fc_torch_checkpoint_zip(out->checkpoint)->directory, out->digest);
    return FC_OK;
}

static fc_status check_sums(const source *from, fc_error *err)
{
    const fc_torch_zip *zip = fc_torch_checkpoint_zip(from->checkpoint);
    for (size_t i = 0; i < zip->count; i++) {
        const fc_torch_entry *entry = &zip->entries[i];
        if (fc_crc32(0, entry->data) != entry->crc) {
            return fc_fail(err, FC_MODEL_UNAVAILABLE,
                           "checkpoint: entry '%.*s' is damaged, get the file once more",
                           (int)entry->name.size, (const char *)entry->name.data);
        }
    }
    return FC_OK;
}

static fc_status join(char path[FC_MODEL_PATH_SIZE], const char *folder, const char *name,
                      fc_error *err)
{
    const int length = snprintf(path, FC_MODEL_PATH_SIZE, "%s/%s", folder, name);
    if (length < 0 || length >= FC_MODEL_PATH_SIZE) {
        return fc_fail(err, FC_IO, "%s: the name is too long", fc_brief_of(folder).text);
    }
    return FC_OK;
}

static fc_status resolve(const char *path, char out[FC_MODEL_PATH_SIZE], fc_error *err)
{
    return realpath(path, out) != NULL
               ? FC_OK
               : fc_fail(err, FC_IO, "%s: %s", fc_brief_of(path).text, strerror(errno));
}

/* Folder and name of an absolute path; the name is borrowed. */
static const char *split(const char *path, char folder[FC_MODEL_PATH_SIZE])
{
    const char *name = strrchr(path, '/') + 1;
    const size_t length = (size_t)(name - path);
    (void)snprintf(folder, FC_MODEL_PATH_SIZE, "%.*s", (int)(length > 1 ? length - 1 : 1), path);
    return name;
}

/* ---- the models ---- */

static bool holds(const char *path, fc_bytes content)
{
    FC_AUTO(fc_mapping) there = NULL;
    return fc_mapping_new(path, FC_CODEFORMER_GRAPH_BYTES_MAX, &there, NULL) == FC_OK &&
           there->bytes.size == content.size &&
           memcmp(there->bytes.data, content.data, content.size) == 0;
}

/* Models of an earlier version of the program or of another checkpoint differ, and are replaced. */
static fc_status write_model(const source *from, const char *data_file, fc_codeformer_part part,
                             const char *path, int *written, fc_error *err)
{
    const fc_codeformer_source made_of = { from->checkpoint, from->file->bytes, data_file,
                                           from->digest };
    FC_AUTO_BUFFER(model, FC_CODEFORMER_GRAPH_BYTES_MAX);
    FC_TRY(fc_codeformer_graph(&made_of, part, &model, err));
    if (holds(path, fc_buffer_bytes(&model))) {
        return FC_OK;
    }
    if (*written == 0) {
        FC_TRY(check_sums(from, err));
    }
    FC_TRY(fc_file_write(path, fc_buffer_bytes(&model), err));
    ++*written;
    return FC_OK;
}

static fc_status write_models(const source *from, const char *data_file, fc_model_import_result *io,
                              fc_error *err)
{
    int *written = &io->files_written;
    FC_TRY(join(io->whole, io->folder, "codeformer.onnx", err));
    FC_TRY(join(io->codes, io->folder, "codeformer_codes.onnx", err));
    FC_TRY(join(io->generator, io->folder, "codeformer_generator.onnx", err));
    FC_TRY(write_model(from, data_file, FC_CODEFORMER_CODES, io->codes, written, err));
    FC_TRY(write_model(from, data_file, FC_CODEFORMER_GENERATOR, io->generator, written, err));
    return write_model(from, data_file, FC_CODEFORMER_WHOLE, io->whole, written, err);
}

/* ---- the checkpoint ---- */

/* The copy of an earlier time is good when its entries have the same places and sums. */
static fc_status copy_checkpoint(const source *from, const char *path, int *written, fc_error *err)
{
    AUTO_SOURCE(there);
    if (open_source(path, &there, NULL) == FC_OK && strcmp(there.digest, from->digest) == 0 &&
        there.file->bytes.size == from->file->bytes.size) {
        return FC_OK;
    }
    FC_TRY(check_sums(from, err));
    FC_TRY(fc_file_write(path, from->file->bytes, err));
    ++*written;
    return FC_OK;
}

fc_status fc_model_import(const char *checkpoint, const char *folder, fc_model_import_result *out,
                          fc_error *err)
{
    FC_ASSERT(checkpoint != NULL);
    FC_ASSERT(out != NULL);

    char path[FC_MODEL_PATH_SIZE];
    AUTO_SOURCE(from);
    fc_model_import_result made = { 0 };
    FC_TRY(resolve(checkpoint, path, err));
    FC_TRY(open_source(path, &from, err));
    char own_folder[FC_MODEL_PATH_SIZE];
    const char *data_file = split(path, own_folder);
    FC_TRY(resolve(folder != NULL ? folder : own_folder, made.folder, err));
    if (strcmp(made.folder, own_folder) != 0) {
        data_file = COPY_NAME;
        FC_TRY(join(path, made.folder, data_file, err));
        FC_TRY(copy_checkpoint(&from, path, &made.files_written, err));
        close_source(&from);
        from = (source){ 0 };
        FC_TRY(open_source(path, &from, err));
    }
    FC_TRY(write_models(&from, data_file, &made, err));
    *out = made;
    return FC_OK;
}

/* ---- when the program starts ---- */

/* The cache folder and the one above it, such as ~/.cache. */
static fc_status make_cache_folder(const fc_settings *settings, char path[FC_CACHE_PATH_SIZE],
                                   fc_error *err)
{
    fc_cache_folder(settings, path);
    if (path[0] == '\0') {
        return fc_fail(err, FC_IO, "neither XDG_CACHE_HOME nor HOME names a folder");
    }
    char *const slash = strrchr(path, '/');
    if (slash != NULL && slash != path) {
        *slash = '\0';
        const fc_status status = fc_folder_make(path, 0700, err);
        *slash = '/';
        FC_TRY(status);
    }
    return fc_folder_make(path, 0700, err);
}

fc_status fc_model_import_installed(const fc_settings *settings, fc_model_import_result *out,
                                    fc_error *err)
{
    FC_ASSERT(settings != NULL);
    FC_ASSERT(out != NULL);

    char path[FC_MODEL_PATH_SIZE];
    char cache[FC_CACHE_PATH_SIZE];
    fc_model_file_path(FC_MODEL_FILE_codeformer, settings, path);
    const fc_status status = fc_model_import(path, NULL, out, err);
    if (status != FC_IO || access(path, R_OK) != 0) {
        return status;
    }
    FC_TRY(make_cache_folder(settings, cache, err));
    return fc_model_import(path, cache, out, err);
}

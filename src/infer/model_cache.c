#include "infer/model_cache.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <xxhash.h>

#include "base/assert.h"
#include "base/file.h"
#include "base/random.h"
#include "infer/processor.h"

#define SUM_FILE "checksum"

/* Bytes of one file of a compiled network, which is about as large as its model. */
#define BYTES_MAX ((size_t)4 << 30)

static fc_bytes bytes_of(const char *text)
{
    return (fc_bytes){ (const uint8_t *)text, strlen(text) };
}

bool fc_model_cache_path(const char *cache_dir, const fc_model_cache_key *key, fc_model_cache *out)
{
    FC_ASSERT(cache_dir != NULL);
    FC_ASSERT(key != NULL);
    FC_ASSERT(out != NULL);

    /* Containers that share a cache have the same process number. */
    char drawn[FC_RANDOM_NAME_SIZE];
    if (cache_dir[0] == '\0' || strlen(cache_dir) > sizeof out->cache - 16 ||
        fc_random_name(drawn, NULL) != FC_OK) {
        return false;
    }
    const uint64_t fits =
        XXH3_64bits_withSeed(key->version, strlen(key->version), fc_processor_stamp() ^ key->model);
    (void)snprintf(out->cache, sizeof out->cache, "%s/%.8s", cache_dir, key->provider);
    (void)snprintf(out->family, sizeof out->family, "%.64s-%.8s-", key->name, key->precision);
    (void)snprintf(out->folder, sizeof out->folder, "%s/%s%016" PRIx64, out->cache, out->family,
                   fits);
    (void)snprintf(out->work, sizeof out->work, "%s/%s%s.part", out->cache, out->family, drawn);
    (void)snprintf(out->model, sizeof out->model, "%s/model.onnx", out->folder);
    (void)snprintf(out->work_model, sizeof out->work_model, "%s/model.onnx", out->work);
    return fc_folder_make_above(out->cache, 0700, NULL) == FC_OK &&
           fc_folder_make(out->cache, 0700, NULL) == FC_OK && access(out->cache, W_OK | X_OK) == 0;
}

typedef bool (*visitor)(const char *folder, const char *name, void *context);

/* Every name of a folder but . and .. ; false where it cannot be read or a visit says so. */
static bool visit(const char *folder, visitor look, void *context)
{
    DIR *list = opendir(folder);
    bool good = list != NULL;
    for (const struct dirent *entry = NULL; good && (entry = readdir(list)) != NULL;) {
        const char *name = entry->d_name;
        good = strcmp(name, ".") == 0 || strcmp(name, "..") == 0 || look(folder, name, context);
    }
    if (list != NULL) {
        (void)closedir(list);
    }
    return good;
}

/* The sum of the files' checksums: the order in which a folder lists them does not count. */
static bool add_file(const char *folder, const char *name, void *context)
{
    if (strcmp(name, SUM_FILE) == 0) {
        return true;
    }
    char path[PATH_MAX];
    FC_AUTO(fc_mapping) file = NULL;
    if (snprintf(path, sizeof path, "%s/%s", folder, name) >= (int)sizeof path ||
        fc_mapping_new(path, BYTES_MAX, &file, NULL) != FC_OK) {
        return false;
    }
    *(uint64_t *)context +=
        XXH3_64bits_withSeed(file->bytes.data, file->bytes.size, XXH3_64bits(name, strlen(name)));
    return true;
}

static bool sum_up(const char *folder, char text[24])
{
    uint64_t sum = 0;
    const bool good = visit(folder, add_file, &sum);
    (void)snprintf(text, 24, "%016" PRIx64 "\n", sum);
    return good;
}

bool fc_model_cache_is_whole(const fc_model_cache *place)
{
    FC_ASSERT(place != NULL);
    char path[PATH_MAX];
    char wanted[24];
    FC_AUTO_BUFFER(found, 0);
    (void)snprintf(path, sizeof path, "%s/" SUM_FILE, place->folder);
    return fc_file_read(path, 64, &found, NULL) == FC_OK && sum_up(place->folder, wanted) &&
           strcmp(fc_buffer_text(&found), wanted) == 0;
}

static bool remove_file(const char *folder, const char *name, void *context)
{
    (void)context;
    char path[PATH_MAX];
    return snprintf(path, sizeof path, "%s/%s", folder, name) < (int)sizeof path &&
           unlink(path) == 0;
}

static void remove_folder(const char *folder)
{
    (void)visit(folder, remove_file, NULL);
    (void)rmdir(folder);
}

bool fc_model_cache_begin(const fc_model_cache *place)
{
    FC_ASSERT(place != NULL);
    remove_folder(place->work);
    return mkdir(place->work, 0700) == 0;
}

/* Folders that another process is at work in are left alone until they are old. */
static bool remove_other(const char *folder, const char *name, void *context)
{
    enum { ABANDONED_S = 3600 };
    const fc_model_cache *place = context;
    char path[PATH_MAX];
    struct stat facts = { 0 };
    const size_t length = strlen(name);
    const bool part = length > 5 && strcmp(name + length - 5, ".part") == 0;
    if (strncmp(name, place->family, strlen(place->family)) != 0 ||
        snprintf(path, sizeof path, "%s/%s", folder, name) >= (int)sizeof path ||
        strcmp(path, place->folder) == 0 || stat(path, &facts) != 0 ||
        (part && time(NULL) - facts.st_mtime < ABANDONED_S)) {
        return true;
    }
    remove_folder(path);
    return true;
}

void fc_model_cache_commit(const fc_model_cache *place, bool good)
{
    FC_ASSERT(place != NULL);
    char path[PATH_MAX];
    char sum[24];
    (void)snprintf(path, sizeof path, "%s/" SUM_FILE, place->work);
    if (!good || !sum_up(place->work, sum) || fc_file_write(path, bytes_of(sum), NULL) != FC_OK) {
        remove_folder(place->work);
        return;
    }
    remove_folder(place->folder); /* it did not load */
    if (rename(place->work, place->folder) != 0) {
        remove_folder(place->work); /* another process was faster */
    }
    (void)visit(place->cache, remove_other, (void *)(uintptr_t)place);
}

#define _GNU_SOURCE /* fdopendir, utimensat */
#include "store/picture_cache.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/array.h"
#include "base/assert.h"
#include "base/brief.h"
#include "base/file.h"
#include "base/memory.h"

/* A file takes whole blocks. */
#define BLOCK_BYTES INT64_C(4096)

/* Chains of the index: one for so many bytes of the bound. */
#define BYTES_PER_CHAIN INT64_C(16384)
#define CHAINS_MIN ((size_t)64)
#define CHAINS_MAX ((size_t)1 << 18)

#define PATH_SIZE 4200
#define KEY_LENGTH (FC_DIGEST_SIZE - 1)
#define MAGIC UINT32_C(0x31504346) /* "FCP1", read the other way round elsewhere */

/* After so long a temporary file has nobody who still writes it. */
#define ABANDONED_S 3600

/* What a file begins with; the picture follows. */
typedef struct file_head {
    uint32_t magic;
    int32_t faces;
    int64_t stored_s;
    char digest[KEY_LENGTH]; /* of all that follows this field, and of what is before it */
    char source[KEY_LENGTH];
    char type[FC_CACHED_TYPE_SIZE];
} file_head;

_Static_assert(sizeof(file_head) == 16 + 2 * KEY_LENGTH + FC_CACHED_TYPE_SIZE, "no padding");

typedef struct entry {
    struct entry *chain;
    struct entry *newer;
    struct entry *older;
    int64_t bytes;
    char key[FC_DIGEST_SIZE];
} entry;

struct fc_picture_cache {
    int folder;
    char path[PATH_SIZE];
    pthread_mutex_t lock;
    entry **chains;
    size_t chain_count; /* a power of two */
    entry *newest;
    entry *oldest;
    fc_picture_cache_load load;
};

void fc_cached_picture_clear(fc_cached_picture *picture)
{
    fc_buffer_clear(&picture->bytes);
}

/* ---- the index, under the lock --------------------------------------------------------------- */

static int64_t on_disk(int64_t bytes)
{
    return (bytes + BLOCK_BYTES - 1) / BLOCK_BYTES * BLOCK_BYTES;
}

/* The key is a digest: any part of it is spread evenly. */
static entry **chain_of(const fc_picture_cache *cache, const char *key)
{
    size_t number = 0;
    for (int i = 0; i < 8; i++) {
        const char digit = key[i];
        number = number * 16 + (size_t)(digit <= '9' ? digit - '0' : digit - 'a' + 10);
    }
    return &cache->chains[number & (cache->chain_count - 1)];
}

static entry *find(const fc_picture_cache *cache, const char *key)
{
    entry *at = *chain_of(cache, key);
    while (at != NULL && strcmp(at->key, key) != 0) {
        at = at->chain;
    }
    return at;
}

static void unlink_use(fc_picture_cache *cache, const entry *at)
{
    *(at->newer != NULL ? &at->newer->older : &cache->newest) = at->older;
    *(at->older != NULL ? &at->older->newer : &cache->oldest) = at->newer;
}

static void push_newest(fc_picture_cache *cache, entry *at)
{
    at->newer = NULL;
    at->older = cache->newest;
    *(cache->newest != NULL ? &cache->newest->newer : &cache->oldest) = at;
    cache->newest = at;
}

static void insert(fc_picture_cache *cache, entry *at)
{
    entry **chain = chain_of(cache, at->key);
    at->chain = *chain;
    *chain = at;
    push_newest(cache, at);
    cache->load.pictures++;
    cache->load.bytes += at->bytes;
}

static void take_out(fc_picture_cache *cache, const entry *at)
{
    entry **link = chain_of(cache, at->key);
    while (*link != at) {
        link = &(*link)->chain;
    }
    *link = at->chain;
    unlink_use(cache, at);
    cache->load.pictures--;
    cache->load.bytes -= at->bytes;
}

/* What has to go, as a chain; the files are deleted without the lock. */
static entry *take_excess(fc_picture_cache *cache)
{
    entry *gone = NULL;
    while (cache->load.bytes > cache->load.bytes_max) {
        entry *at = cache->oldest;
        take_out(cache, at);
        at->chain = gone;
        gone = at;
        cache->load.evicted++;
    }
    return gone;
}

/* A picture that is stored again under such a key meanwhile may lose its file: then it is a miss,
 * and made again. */
static void delete_files(const fc_picture_cache *cache, entry *gone)
{
    while (gone != NULL) {
        entry *next = gone->chain;
        (void)unlinkat(cache->folder, gone->key, 0);
        fc_memory_free(gone);
        gone = next;
    }
}

/* Forget a key; its file goes as well. */
static void drop(fc_picture_cache *cache, const char *key)
{
    (void)pthread_mutex_lock(&cache->lock);
    entry *at = find(cache, key);
    if (at != NULL) {
        take_out(cache, at);
    }
    (void)pthread_mutex_unlock(&cache->lock);
    (void)unlinkat(cache->folder, key, 0);
    fc_memory_free(at);
}

/* ---- the start ------------------------------------------------------------------------------- */

typedef struct found_file {
    entry *at;
    struct timespec used;
} found_file;

typedef struct found_files {
    found_file *items;
    size_t count;
} found_files;

static bool is_key(const char *name)
{
    return strlen(name) == KEY_LENGTH && strspn(name, "0123456789abcdef") == KEY_LENGTH;
}

static fc_status note_file(const char *name, const struct stat *facts, found_files *found,
                           fc_error *err)
{
    void *items = found->items;
    FC_TRY(fc_array_make_room(&items, found->count, sizeof *found->items, err));
    found->items = items;
    entry *at = NULL;
    FC_TRY(fc_memory_new_zeroed(1, sizeof *at, (void **)&at, err));
    at->bytes = on_disk(facts->st_size);
    memcpy(at->key, name, FC_DIGEST_SIZE);
    found->items[found->count++] = (found_file){ at, facts->st_mtim };
    return FC_OK;
}

/* Files of others are left alone. */
static fc_status look_at(const fc_picture_cache *cache, const char *name, found_files *found,
                         fc_error *err)
{
    const bool temporary = fc_file_is_temporary(name);
    struct stat facts = { 0 };
    if ((!temporary && !is_key(name)) ||
        fstatat(cache->folder, name, &facts, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(facts.st_mode)) {
        return FC_OK;
    }
    if (temporary) { /* of a process that was killed; or one writes it now */
        if (facts.st_mtim.tv_sec + ABANDONED_S < time(NULL)) {
            (void)unlinkat(cache->folder, name, 0);
        }
        return FC_OK;
    }
    return note_file(name, &facts, found, err);
}

static fc_status look_through(const fc_picture_cache *cache, found_files *found, fc_error *err)
{
    const int descriptor = openat(cache->folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *folder = descriptor >= 0 ? fdopendir(descriptor) : NULL;
    if (folder == NULL) {
        const int reason = errno;
        if (descriptor >= 0) {
            (void)close(descriptor);
        }
        return fc_fail(err, reason == ENOMEM ? FC_OUT_OF_MEMORY : FC_IO,
                       "the folder of the picture cache: %s", strerror(reason));
    }
    fc_status status = FC_OK;
    const struct dirent *file = readdir(folder);
    while (file != NULL && status == FC_OK) {
        status = look_at(cache, file->d_name, found, err);
        file = readdir(folder);
    }
    (void)closedir(folder);
    return status;
}

static int by_use(const void *left, const void *right)
{
    const struct timespec a = ((const found_file *)left)->used;
    const struct timespec b = ((const found_file *)right)->used;
    if (a.tv_sec != b.tv_sec) {
        return a.tv_sec < b.tv_sec ? -1 : 1;
    }
    return (a.tv_nsec > b.tv_nsec) - (a.tv_nsec < b.tv_nsec);
}

static fc_status read_folder(fc_picture_cache *cache, fc_error *err)
{
    found_files found = { 0 };
    const fc_status status = look_through(cache, &found, err);
    if (status == FC_OK && found.count > 0) {
        qsort(found.items, found.count, sizeof *found.items, by_use);
    }
    for (size_t i = 0; i < found.count; i++) {
        insert(cache, found.items[i].at); /* also after a failure: who closes it frees them */
    }
    fc_memory_free(found.items);
    FC_TRY(status);
    delete_files(cache, take_excess(cache));
    return FC_OK;
}

/* The folder and those above it that are missing. */
static fc_status make_folder(fc_picture_cache *cache, const char *folder, fc_error *err)
{
    const int length = snprintf(cache->path, sizeof cache->path, "%s", folder);
    if (length <= 0 || (size_t)length + KEY_LENGTH + 2 > sizeof cache->path) {
        return fc_fail(err, FC_IO, "the name of the picture cache's folder: empty or too long");
    }
    fc_error why = { 0 };
    if (fc_folder_make_above(folder, 0755, &why) != FC_OK ||
        fc_folder_make(folder, 0700, &why) != FC_OK) {
        return fc_fail(err, FC_IO, "the folder of the picture cache, %s", why.text);
    }
    cache->folder = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return cache->folder >= 0 ? FC_OK
                              : fc_fail(err, FC_IO, "the folder of the picture cache, %s: %s",
                                        fc_brief_of(folder).text, strerror(errno));
}

static size_t count_chains(int64_t bytes_max)
{
    size_t count = CHAINS_MIN;
    while (count < CHAINS_MAX && (int64_t)count * BYTES_PER_CHAIN < bytes_max) {
        count *= 2;
    }
    return count;
}

fc_status fc_picture_cache_open(const char *folder, int64_t bytes_max, fc_picture_cache **out,
                                fc_error *err)
{
    FC_ASSERT(folder != NULL && out != NULL);
    FC_ASSERT(bytes_max > 0);
    FC_AUTO(fc_picture_cache) cache = NULL;
    FC_TRY(fc_memory_new_zeroed(1, sizeof *cache, (void **)&cache, err));
    (void)pthread_mutex_init(&cache->lock, NULL);
    cache->folder = -1;
    cache->load.bytes_max = bytes_max;
    cache->chain_count = count_chains(bytes_max);
    FC_TRY(fc_memory_new_zeroed(cache->chain_count, sizeof(entry *), (void **)&cache->chains, err));
    FC_TRY(make_folder(cache, folder, err));
    FC_TRY(read_folder(cache, err));
    *out = FC_STEAL(cache);
    return FC_OK;
}

void fc_picture_cache_close(fc_picture_cache *cache)
{
    if (cache == NULL) {
        return;
    }
    entry *at = cache->newest;
    while (at != NULL) {
        entry *older = at->older;
        fc_memory_free(at);
        at = older;
    }
    if (cache->folder >= 0) {
        (void)close(cache->folder);
    }
    (void)pthread_mutex_destroy(&cache->lock);
    fc_memory_free(cache->chains);
    fc_memory_free(cache);
}

/* ---- files ----------------------------------------------------------------------------------- */

static void sum_up(const file_head *head, fc_bytes picture, char text[FC_DIGEST_SIZE])
{
    file_head blank = *head;
    fc_digest digest;
    memset(blank.digest, 0, sizeof blank.digest);
    fc_digest_start(&digest);
    fc_digest_add(&digest, (fc_bytes){ (const uint8_t *)&blank, sizeof blank });
    fc_digest_add(&digest, picture);
    fc_digest_finish(&digest, text);
}

/* What a file says. False: it is damaged, or not one of ours. */
static bool read_head(const fc_buffer *file, fc_cached_picture *out)
{
    file_head head;
    char digest[FC_DIGEST_SIZE];
    if (file->size <= sizeof head) {
        return false;
    }
    memcpy(&head, file->data, sizeof head);
    sum_up(&head, (fc_bytes){ file->data + sizeof head, file->size - sizeof head }, digest);
    if (head.magic != MAGIC || memcmp(digest, head.digest, KEY_LENGTH) != 0) {
        return false;
    }
    out->stored_s = head.stored_s;
    out->faces = head.faces;
    memcpy(out->source, head.source, KEY_LENGTH);
    out->source[KEY_LENGTH] = '\0';
    memcpy(out->type, head.type, sizeof out->type);
    out->type[sizeof out->type - 1] = '\0';
    return true;
}

static fc_status read_file(const fc_picture_cache *cache, const char *key, fc_cached_picture *out,
                           bool *found, fc_error *err)
{
    char path[PATH_SIZE + FC_DIGEST_SIZE];
    FC_AUTO_BUFFER(file, 0);
    (void)snprintf(path, sizeof path, "%s/%s", cache->path, key);
    const fc_status status =
        fc_file_read(path, FC_PORTRAIT_BYTES_MAX + sizeof(file_head), &file, err);
    *found = status == FC_OK && read_head(&file, out);
    if (status != FC_OK || !*found) {
        return status == FC_OUT_OF_MEMORY ? status : FC_OK;
    }
    file.size -= sizeof(file_head);
    memmove(file.data, file.data + sizeof(file_head), file.size + 1);
    out->bytes = file;
    file = FC_BUFFER(0);
    return FC_OK;
}

static fc_status write_file(const fc_picture_cache *cache, const char *key,
                            const fc_cached_picture *picture, fc_error *err)
{
    file_head head = { .magic = MAGIC, .faces = picture->faces, .stored_s = picture->stored_s };
    char digest[FC_DIGEST_SIZE];
    memcpy(head.source, picture->source, KEY_LENGTH);
    (void)snprintf(head.type, sizeof head.type, "%s", picture->type);
    sum_up(&head, fc_buffer_bytes(&picture->bytes), digest);
    memcpy(head.digest, digest, KEY_LENGTH);
    FC_AUTO_BUFFER(file, sizeof head + picture->bytes.size);
    FC_TRY(fc_buffer_append(&file, &head, sizeof head, err));
    FC_TRY(fc_buffer_append(&file, picture->bytes.data, picture->bytes.size, err));
    return fc_file_write_in(cache->folder, key, fc_buffer_bytes(&file), err);
}

/* ---- use ------------------------------------------------------------------------------------- */

static bool note_use(fc_picture_cache *cache, const char *key)
{
    (void)pthread_mutex_lock(&cache->lock);
    entry *at = find(cache, key);
    if (at != NULL) {
        unlink_use(cache, at);
        push_newest(cache, at);
    }
    (void)pthread_mutex_unlock(&cache->lock);
    return at != NULL;
}

fc_status fc_picture_cache_get(fc_picture_cache *cache, const char *key, fc_cached_picture *out,
                               bool *found, fc_error *err)
{
    FC_ASSERT(cache != NULL && is_key(key));
    FC_ASSERT(out != NULL && out->bytes.data == NULL && found != NULL);
    *found = false;
    if (!note_use(cache, key)) {
        return FC_OK;
    }
    FC_TRY(read_file(cache, key, out, found, err));
    if (*found) { /* so that the next process knows the order */
        (void)utimensat(cache->folder, key, NULL, 0);
    } else {
        drop(cache, key);
    }
    return FC_OK;
}

/* The file is there: into the books, and what is too much out of them. */
static void enter(fc_picture_cache *cache, entry *fresh)
{
    (void)pthread_mutex_lock(&cache->lock);
    entry *before = find(cache, fresh->key);
    if (before != NULL) {
        take_out(cache, before);
    }
    insert(cache, fresh);
    entry *gone = take_excess(cache);
    (void)pthread_mutex_unlock(&cache->lock);
    delete_files(cache, gone);
    fc_memory_free(before);
}

fc_status fc_picture_cache_put(fc_picture_cache *cache, const char *key,
                               const fc_cached_picture *picture, fc_error *err)
{
    FC_ASSERT(cache != NULL && is_key(key));
    FC_ASSERT(picture != NULL && picture->bytes.size > 0);
    const int64_t bytes = on_disk((int64_t)(picture->bytes.size + sizeof(file_head)));
    if (bytes > cache->load.bytes_max || picture->bytes.size > FC_PORTRAIT_BYTES_MAX) {
        return FC_OK;
    }
    entry *fresh = NULL;
    FC_TRY(fc_memory_new_zeroed(1, sizeof *fresh, (void **)&fresh, err));
    fresh->bytes = bytes;
    memcpy(fresh->key, key, FC_DIGEST_SIZE);
    const fc_status status = write_file(cache, key, picture, err);
    if (status != FC_OK) {
        fc_memory_free(fresh);
        return status;
    }
    enter(cache, fresh);
    return FC_OK;
}

fc_picture_cache_load fc_picture_cache_stats(fc_picture_cache *cache)
{
    FC_ASSERT(cache != NULL);
    (void)pthread_mutex_lock(&cache->lock);
    const fc_picture_cache_load load = cache->load;
    (void)pthread_mutex_unlock(&cache->lock);
    return load;
}

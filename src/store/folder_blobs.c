#define _GNU_SOURCE /* O_NOFOLLOW with openat */
#include "store/folder_blobs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/assert.h"
#include "base/file.h"
#include "base/memory.h"

typedef struct folder_blobs {
    fc_blobs base; /* first */
    int folder;
    bool owned; /* to be closed */
} folder_blobs;

static int folder_of(const fc_blobs *base)
{
    return ((const folder_blobs *)base)->folder;
}

static void close_blobs(fc_blobs *base)
{
    if (((const folder_blobs *)base)->owned) {
        (void)close(folder_of(base));
    }
    fc_memory_free(base);
}

static fc_status reason(fc_error *err)
{
    return fc_fail(err, errno == ENOENT ? FC_NOT_FOUND : FC_IO, "%s", strerror(errno));
}

/* What is not finished has a name that follows from the blob's: whoever removes the blob of a node
 * that was killed removes this too. */
typedef struct part_name {
    char text[FC_BLOB_NAME_SIZE + sizeof ".part"];
} part_name;

static part_name part_of(const char *name)
{
    part_name part;
    (void)snprintf(part.text, sizeof part.text, "%s.part", name);
    return part;
}

static fc_status put(fc_blobs *base, const char *name, fc_bytes bytes, fc_error *err)
{
    return fc_file_write_by(folder_of(base), part_of(name).text, name, bytes, err);
}

/* The files are on the disk; their names take one more sync, however many they are. */
static void settle(fc_blobs *base)
{
    fc_folder_sync(folder_of(base));
}

static fc_status probe(fc_blobs *base, size_t bytes, fc_error *err)
{
    return fc_file_room_in(folder_of(base), bytes, err);
}

static fc_status open_one(fc_blobs *base, const char *name, int *descriptor, fc_error *err)
{
    const int opened = openat(folder_of(base), name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (opened < 0) {
        return reason(err);
    }
    *descriptor = opened;
    return FC_OK;
}

static fc_status size_of(fc_blobs *base, const char *name, int64_t *bytes, fc_error *err)
{
    struct stat facts = { 0 };
    if (fstatat(folder_of(base), name, &facts, AT_SYMLINK_NOFOLLOW) != 0) {
        return reason(err);
    }
    if (!S_ISREG(facts.st_mode)) {
        return fc_fail(err, FC_IO, "it is no file");
    }
    *bytes = (int64_t)facts.st_size;
    return FC_OK;
}

static bool unlink_in(int folder, const char *name)
{
    return unlinkat(folder, name, 0) == 0 || errno == ENOENT;
}

/* The part first: a writer that is only slow then fails, or has made it the blob. */
static fc_status remove_one(fc_blobs *base, const char *name, fc_error *err)
{
    const int folder = folder_of(base);
    return unlink_in(folder, part_of(name).text) && unlink_in(folder, name) ? FC_OK : reason(err);
}

fc_status fc_folder_blobs_new(int folder, fc_blobs **out, fc_error *err)
{
    FC_ASSERT(folder >= 0);
    FC_ASSERT(out != NULL);
    static const fc_blob_engine ENGINE = { .name = "folder",
                                           .close = close_blobs,
                                           .put = put,
                                           .settle = settle,
                                           .open = open_one,
                                           .size = size_of,
                                           .remove = remove_one,
                                           .probe = probe };
    folder_blobs *blobs = NULL;
    FC_TRY(fc_memory_new_zeroed(1, sizeof *blobs, (void **)&blobs, err));
    blobs->base.engine = &ENGINE;
    blobs->folder = folder;
    *out = &blobs->base;
    return FC_OK;
}

fc_status fc_folder_blobs_open(const char *path, fc_blobs **out, fc_error *err)
{
    FC_ASSERT(path != NULL);
    FC_ASSERT(out != NULL);
    const bool there = mkdir(path, 0700) == 0 || errno == EEXIST;
    const int folder = there ? open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    if (folder < 0) {
        return fc_fail(err, FC_IO, "folder %.120s: %s", path, strerror(errno));
    }
    const fc_status status = fc_folder_blobs_new(folder, out, err);
    if (status != FC_OK) {
        (void)close(folder);
        return status;
    }
    ((folder_blobs *)*out)->owned = true;
    return FC_OK;
}

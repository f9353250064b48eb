#define _GNU_SOURCE /* O_PATH, fallocate */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/assert.h"
#include "base/brief.h"
#include "base/memory.h"
#include "base/random.h"

#define READ_STEP ((size_t)64 << 10)

/* ".facecraft-0123456789abcdef0123456789abcdef.part": drawn, as processes of several containers or
 * machines that share a folder may have the same number. */
#define TEMPORARY_START ".facecraft-"
#define TEMPORARY_END ".part"
#define TEMPORARY_SIZE 64

/* What is written to see whether it can be. */
#define ROOM_PAGE 4096

static void close_descriptor(const int *descriptor)
{
    if (*descriptor > STDERR_FILENO) {
        (void)close(*descriptor);
    }
}

#define AUTO_DESCRIPTOR __attribute__((cleanup(close_descriptor))) int

static fc_status io_error(fc_error *err, const char *path)
{
    const fc_status status = errno == ENOSPC || errno == EDQUOT ? FC_STORAGE_FULL : FC_IO;
    const char *reason = strerror(errno);
    return path != NULL ? fc_fail(err, status, "%s: %s", fc_brief_of(path).text, reason)
                        : fc_fail(err, status, "%s", reason);
}

static fc_status open_plain(const char *path, int *descriptor, off_t *size, fc_error *err)
{
    AUTO_DESCRIPTOR opened = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (opened < 0) {
        return io_error(err, path);
    }
    struct stat facts = { 0 };
    if (fstat(opened, &facts) != 0) {
        return io_error(err, path);
    }
    if (S_ISDIR(facts.st_mode)) {
        return fc_fail(err, FC_IO, "%s: a folder, not a file", fc_brief_of(path).text);
    }
    /* Opening must not wait for a pipe without a writer; reading waits for a slow one. */
    if (fcntl(opened, F_SETFL, 0) != 0) {
        return io_error(err, path);
    }
    *size = S_ISREG(facts.st_mode) ? facts.st_size : 0;
    *descriptor = opened;
    opened = -1;
    return FC_OK;
}

static fc_status too_large(fc_error *err, const char *path, size_t size_max)
{
    return fc_fail(err, FC_LIMIT_EXCEEDED, "%s: larger than the %.1f MB that are accepted",
                   fc_brief_of(path).text, (double)size_max / (1 << 20));
}

fc_status fc_file_read(const char *path, size_t size_max, fc_buffer *out, fc_error *err)
{
    FC_ASSERT(path != NULL);
    FC_ASSERT(out->data == NULL);

    AUTO_DESCRIPTOR descriptor = STDIN_FILENO;
    off_t size = 0;
    if (strcmp(path, "-") != 0) {
        FC_TRY(open_plain(path, &descriptor, &size, err));
    }
    if (size > 0 && (uintmax_t)size > size_max) {
        return too_large(err, path, size_max);
    }
    FC_AUTO_BUFFER(content, size_max);
    FC_AUTO(fc_octets) step = NULL;
    FC_TRY(fc_memory_new(READ_STEP, 1, (void **)&step, err));
    for (;;) {
        const ssize_t count = read(descriptor, step, READ_STEP);
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count < 0) {
            return io_error(err, path);
        }
        if (count == 0) {
            break;
        }
        if ((size_t)count > size_max - content.size) {
            return too_large(err, path, size_max);
        }
        FC_TRY(fc_buffer_append(&content, step, (size_t)count, err));
    }
    *out = content;
    content = FC_BUFFER(0);
    return FC_OK;
}

fc_status fc_file_read_rest(int descriptor, fc_buffer *out, fc_error *err)
{
    FC_ASSERT(descriptor >= 0);
    FC_ASSERT(out != NULL);

    FC_AUTO(fc_octets) step = NULL;
    FC_TRY(fc_memory_new(READ_STEP, 1, (void **)&step, err));
    for (;;) {
        const ssize_t count = read(descriptor, step, READ_STEP);
        if (count == 0) {
            return FC_OK;
        }
        if (count > 0) {
            FC_TRY(fc_buffer_append(out, step, (size_t)count, err));
        } else if (errno != EINTR) {
            return fc_fail(err, FC_IO, "%s", strerror(errno));
        }
    }
}

fc_status fc_mapping_new(const char *path, size_t size_max, fc_mapping **out, fc_error *err)
{
    FC_ASSERT(path != NULL);
    FC_ASSERT(out != NULL);

    AUTO_DESCRIPTOR descriptor = -1;
    off_t size = 0;
    FC_TRY(open_plain(path, &descriptor, &size, err));
    if (size <= 0) {
        return fc_fail(err, FC_IO, "%s: empty", fc_brief_of(path).text);
    }
    if ((uintmax_t)size > size_max) {
        return too_large(err, path, size_max);
    }
    void *block = NULL;
    FC_TRY(fc_memory_new(1, sizeof(fc_mapping), &block, err));
    void *pages = mmap(NULL, (size_t)size, PROT_READ, MAP_PRIVATE, descriptor, 0);
    if (pages == MAP_FAILED) {
        fc_memory_free(block);
        return io_error(err, path);
    }
    fc_mapping *mapping = block;
    mapping->bytes = (fc_bytes){ pages, (size_t)size };
    *out = mapping;
    return FC_OK;
}

void fc_mapping_drop(const fc_mapping *mapping, size_t count)
{
    FC_ASSERT(mapping != NULL);
    FC_ASSERT(count <= mapping->bytes.size);

    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    const size_t whole = count / page * page;
    /* Where it is refused the memory is only held longer. */
    (void)madvise((void *)(uintptr_t)mapping->bytes.data, whole, MADV_DONTNEED);
}

void fc_mapping_free(fc_mapping *mapping)
{
    if (mapping != NULL) {
        (void)munmap((void *)(uintptr_t)mapping->bytes.data, mapping->bytes.size);
        fc_memory_free(mapping);
    }
}

static bool write_all(int descriptor, fc_bytes content)
{
    while (content.size > 0) {
        const ssize_t count = write(descriptor, content.data, content.size);
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count <= 0) {
            return false;
        }
        content.data += count;
        content.size -= (size_t)count;
    }
    return true;
}

/* The folder of a file that is to be written, and the file's name in it. Opening it needs no leave
 * to read it. */
static fc_status open_folder_of(const char *path, int *descriptor, const char **name, fc_error *err)
{
    char folder[PATH_MAX] = ".";
    const char *slash = strrchr(path, '/');
    *name = slash == NULL ? path : slash + 1;
    if (slash != NULL) {
        const size_t length = slash == path ? 1 : (size_t)(slash - path);
        if (length >= sizeof folder) {
            errno = ENAMETOOLONG;
            return io_error(err, path);
        }
        (void)snprintf(folder, sizeof folder, "%.*s", (int)length, path);
    }
    *descriptor = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
    return *descriptor >= 0 ? FC_OK : io_error(err, path);
}

/* A rename is only durable once the folder that holds the name is on disk too. */
void fc_folder_sync(int folder)
{
    AUTO_DESCRIPTOR descriptor = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor >= 0) {
        (void)fsync(descriptor); /* not every file system can; the file itself is synced */
    }
}

/* What is there but no plain file, such as /dev/null or a named pipe, is written to: putting a
 * file in its place would break it for everybody. */
static bool is_special(const char *path)
{
    struct stat facts = { 0 };
    return stat(path, &facts) == 0 && !S_ISREG(facts.st_mode) && !S_ISDIR(facts.st_mode);
}

static fc_status write_special(const char *path, fc_bytes content, fc_error *err)
{
    AUTO_DESCRIPTOR descriptor = open(path, O_WRONLY | O_CLOEXEC);
    return descriptor >= 0 && write_all(descriptor, content) ? FC_OK : io_error(err, path);
}

static fc_status name_temporary(char name[TEMPORARY_SIZE], fc_error *err)
{
    char drawn[FC_RANDOM_NAME_SIZE];
    FC_TRY(fc_random_name(drawn, err));
    (void)snprintf(name, TEMPORARY_SIZE, TEMPORARY_START "%s" TEMPORARY_END, drawn);
    return FC_OK;
}

/* Where a file goes. */
typedef struct destination {
    int folder;
    const char *name;
    const char *temporary; /* in the same folder: rename cannot cross file systems */
    mode_t mode;
    const char *path; /* for the text of a failure; NULL: it tells the reason alone */
} destination;

static fc_status write_to(const destination *to, fc_bytes content, fc_error *err)
{
    AUTO_DESCRIPTOR descriptor =
        openat(to->folder, to->temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, to->mode);
    if (descriptor < 0) {
        return io_error(err, to->path);
    }
    if (!write_all(descriptor, content) || fsync(descriptor) != 0 ||
        renameat(to->folder, to->temporary, to->folder, to->name) != 0) {
        const fc_status status = io_error(err, to->path);
        (void)unlinkat(to->folder, to->temporary, 0);
        return status;
    }
    return FC_OK;
}

/* The temporary name says nothing of the target's, which may be as long as a name can be. */
static fc_status write_in(int folder, const char *name, mode_t mode, fc_bytes content,
                          const char *path, fc_error *err)
{
    char temporary[TEMPORARY_SIZE];
    FC_TRY(name_temporary(temporary, err));
    FC_TRY(write_to(&(destination){ folder, name, temporary, mode, path }, content, err));
    fc_folder_sync(folder);
    return FC_OK;
}

fc_status fc_file_write(const char *path, fc_bytes content, fc_error *err)
{
    FC_ASSERT(path != NULL);

    if (strcmp(path, "-") == 0) {
        return write_all(STDOUT_FILENO, content) ? FC_OK : io_error(err, "standard output");
    }
    if (is_special(path)) {
        return write_special(path, content, err);
    }
    const char *name = NULL;
    AUTO_DESCRIPTOR folder = -1;
    FC_TRY(open_folder_of(path, &folder, &name, err));
    return write_in(folder, name, 0666, content, path, err);
}

fc_status fc_folder_make(const char *path, unsigned mode, fc_error *err)
{
    FC_ASSERT(path != NULL);
    struct stat facts = { 0 };
    if (mkdir(path, (mode_t)mode) == 0) {
        return FC_OK;
    }
    if (errno != EEXIST) {
        return io_error(err, path);
    }
    return stat(path, &facts) == 0 && S_ISDIR(facts.st_mode)
               ? FC_OK
               : fc_fail(err, FC_IO, "%s: not a folder", fc_brief_of(path).text);
}

fc_status fc_folder_make_above(const char *path, unsigned mode, fc_error *err)
{
    FC_ASSERT(path != NULL);
    char folder[PATH_MAX];
    if (strlen(path) >= sizeof folder) {
        errno = ENAMETOOLONG;
        return io_error(err, path);
    }
    for (const char *slash = strchr(path, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        if (slash != path) {
            (void)snprintf(folder, sizeof folder, "%.*s", (int)(slash - path), path);
            FC_TRY(fc_folder_make(folder, mode, err));
        }
    }
    return FC_OK;
}

bool fc_file_is_temporary(const char *name)
{
    FC_ASSERT(name != NULL);
    const size_t length = sizeof TEMPORARY_START - 1;
    return strncmp(name, TEMPORARY_START, length) == 0 &&
           strcmp(name + length + strspn(name + length, "0123456789abcdef-"), TEMPORARY_END) == 0;
}

fc_status fc_file_write_in(int folder, const char *name, fc_bytes content, fc_error *err)
{
    FC_ASSERT(name != NULL && strchr(name, '/') == NULL);
    return write_in(folder, name, 0600, content, name, err);
}

fc_status fc_file_write_by(int folder, const char *temporary, const char *name, fc_bytes content,
                           fc_error *err)
{
    FC_ASSERT(name != NULL && strchr(name, '/') == NULL);
    FC_ASSERT(temporary != NULL && strchr(temporary, '/') == NULL);
    (void)unlinkat(folder, temporary, 0); /* of a writer that was killed */
    return write_to(&(destination){ folder, name, temporary, 0600, NULL }, content, err);
}

/* Some file systems can only tell what is free, which leaves out what one user may have of it. */
static bool has_free(int descriptor, size_t bytes)
{
    struct statvfs facts = { 0 };
    if (fstatvfs(descriptor, &facts) != 0 || facts.f_frsize == 0 ||
        facts.f_bavail >= bytes / facts.f_frsize + 1) {
        return true; /* or not known */
    }
    errno = ENOSPC;
    return false;
}

static bool take_room(int descriptor, size_t bytes)
{
    int result = 0;
    do {
        result = fallocate(descriptor, 0, 0, (off_t)bytes);
    } while (result != 0 && errno == EINTR);
    return result == 0 || (errno == EOPNOTSUPP && has_free(descriptor, bytes));
}

fc_status fc_file_room_in(int folder, size_t bytes, fc_error *err)
{
    static const uint8_t page[ROOM_PAGE];
    char temporary[TEMPORARY_SIZE];
    FC_TRY(name_temporary(temporary, err));
    AUTO_DESCRIPTOR descriptor =
        openat(folder, temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (descriptor < 0) {
        return io_error(err, NULL);
    }
    (void)unlinkat(folder, temporary, 0); /* at once: nothing is left of one that is killed */
    const bool fits =
        take_room(descriptor, bytes) && write_all(descriptor, (fc_bytes){ page, sizeof page });
    return fits ? FC_OK : io_error(err, NULL);
}

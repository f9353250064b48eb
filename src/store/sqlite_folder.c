/* Who may read the store's folder: its owner alone. Names of files are ids of jobs, and whoever
 * knows an id may download it where no keys are set; so the list of them is private as well. */
#define _GNU_SOURCE /* fdopendir, O_NOFOLLOW with openat */
#include "store/sqlite_folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/assert.h"
#include "base/log.h"
#include "store/job_pictures.h"

#define OTHERS (S_IRWXG | S_IRWXO)

/* SQLite gives the files beside a database the permissions of the database. */
void fc_sqlite_folder_prepare(const fc_sqlite_store *store, const char *database)
{
    FC_ASSERT(store != NULL && database != NULL);
    const int made =
        openat(store->folder, database, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (made >= 0) { /* whatever is wrong is told by who opens it */
        (void)close(made);
    }
}

/* False where others may still read the file. */
static bool restrict_file(const fc_sqlite_store *store, const char *name)
{
    struct stat facts = { 0 };
    if (fstatat(store->folder, name, &facts, AT_SYMLINK_NOFOLLOW) != 0) {
        return errno == ENOENT;
    }
    return (facts.st_mode & OTHERS) == 0 || !S_ISREG(facts.st_mode) ||
           fchmodat(store->folder, name, facts.st_mode & S_IRWXU, 0) == 0;
}

static bool is_ours(const char *name)
{
    char id[FC_JOB_ID_SIZE];
    fc_picture_type type = FC_PICTURE_PNG;
    int32_t number = 0;
    return strncmp(name, "facecraft.", 10) == 0 ||
           fc_picture_parse_name(name, id, &type, &number) != FC_FILE_FOREIGN;
}

/* What a look through the folder tells. */
typedef struct findings {
    size_t foreign;
    size_t open; /* ours, and others may read it */
} findings;

static void walk(const fc_sqlite_store *store, DIR *folder, findings *found)
{
    static const char *const USUAL[] = { ".", "..", "lost+found" };
    for (const struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        bool usual = false;
        for (size_t i = 0; i < sizeof USUAL / sizeof USUAL[0]; i++) {
            usual = usual || strcmp(entry->d_name, USUAL[i]) == 0;
        }
        if (!usual && !is_ours(entry->d_name)) {
            found->foreign++;
        } else if (!usual && !restrict_file(store, entry->d_name)) {
            found->open++;
        }
    }
}

static findings look_through(const fc_sqlite_store *store)
{
    findings found = { .open = 1 };
    const int descriptor = openat(store->folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *folder = descriptor >= 0 ? fdopendir(descriptor) : NULL;
    if (folder != NULL) {
        found = (findings){ 0 };
        walk(store, folder, &found);
        (void)closedir(folder);
    } else if (descriptor >= 0) {
        (void)close(descriptor);
    }
    return found;
}

/* A folder with other things in it, or one that everybody may write to, serves others as well. */
static bool is_for_us_alone(const struct stat *facts, const findings *found)
{
    return found->foreign == 0 && facts->st_uid == geteuid() && (facts->st_mode & S_ISVTX) == 0;
}

void fc_sqlite_folder_protect(const fc_sqlite_store *store)
{
    FC_ASSERT(store != NULL);
    static const char *const DATABASE[] = { "facecraft.db", "facecraft.db-wal",
                                            "facecraft.db-shm" };
    for (size_t i = 0; i < sizeof DATABASE / sizeof DATABASE[0]; i++) {
        (void)restrict_file(store, DATABASE[i]);
    }
    struct stat facts = { 0 };
    if (fstat(store->folder, &facts) != 0 || (facts.st_mode & OTHERS) == 0) {
        return;
    }
    const findings found = look_through(store);
    if (is_for_us_alone(&facts, &found) &&
        fchmod(store->folder, facts.st_mode & (mode_t) ~(mode_t)OTHERS & 07777) == 0) {
        FC_LOG(FC_LOG_INFO, "the output folder was open to others and is private now",
               FC_LOG_TEXT("folder", store->path));
        return;
    }
    FC_LOG(FC_LOG_WARNING, "others may list the output folder, and so the ids of jobs",
           FC_LOG_TEXT("folder", store->path), FC_LOG_NUMBER("other_files", (int64_t)found.foreign),
           FC_LOG_NUMBER("readable_files", (int64_t)found.open));
}

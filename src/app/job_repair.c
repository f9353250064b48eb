/* What a crash leaves behind, cleared up when the store is opened. */
#define _GNU_SOURCE /* fdopendir */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "app/job_store_inside.h"
#include "base/assert.h"
#include "base/file.h"
#include "base/memory.h"

/* Jobs that were not done have lost their photo with the memory of the process. */
static fc_status end_interrupted(fc_job_store *store, fc_error *err)
{
    FC_AUTO(fc_statement) update = NULL;
    FC_TRY(fc_sql_prepare(store->db,
                          "UPDATE jobs SET state = ?, finished = ?, error = ?, message = ?"
                          " WHERE finished = 0",
                          &update, err));
    fc_sql_bind_integer(update, 1, FC_JOB_FAILED);
    fc_sql_bind_integer(update, 2, (int64_t)time(NULL));
    fc_sql_bind_text(update, 3, fc_status_lookup(FC_CANCELLED)->slug);
    fc_sql_bind_text(update, 4, "the service was stopped before the job was done");
    return fc_sql_finish(update, err);
}

static bool file_is_whole(const fc_job_store *store, const fc_stored_picture *picture)
{
    char name[FC_PICTURE_NAME_SIZE];
    struct stat facts = { 0 };
    fc_picture_name(picture->job_id, picture->type, picture->number, name);
    return fstatat(store->folder, name, &facts, AT_SYMLINK_NOFOLLOW) == 0 &&
           S_ISREG(facts.st_mode) && facts.st_size == picture->bytes;
}

static fc_status delete_job(fc_job_store *store, const char *id, fc_error *err)
{
    FC_AUTO(fc_statement) delete = NULL;
    FC_TRY(fc_sql_prepare(store->db, "DELETE FROM jobs WHERE id = ?", &delete, err));
    fc_sql_bind_text(delete, 1, id);
    return fc_sql_finish(delete, err);
}

/* Only somebody else can have taken a file away: then its job goes as well. */
static fc_status forget_missing(fc_job_store *store, fc_error *err)
{
    FC_AUTO(fc_statement) select = NULL;
    bool row = false;
    FC_TRY(fc_sql_prepare(store->db,
                          "SELECT " FC_PICTURE_COLUMNS " FROM pictures JOIN jobs"
                          " ON jobs.id = pictures.job",
                          &select, err));
    FC_TRY(fc_sql_step(select, &row, err));
    while (row) {
        const fc_stored_picture picture = fc_picture_from_row(select);
        if (!fc_job_id_valid(picture.job_id) || picture.number < 1 ||
            picture.number > FC_FACES_MAX || (unsigned)picture.type >= FC_PICTURE_TYPES_COUNT) {
            return fc_fail(err, FC_IO, "the database of the jobs is damaged");
        }
        if (!file_is_whole(store, &picture)) {
            FC_TRY(delete_job(store, picture.job_id, err));
        }
        FC_TRY(fc_sql_step(select, &row, err));
    }
    return FC_OK;
}

static fc_status has_record(fc_statement *select, const char *id, fc_picture_type type,
                            int32_t number, bool *found, fc_error *err)
{
    (void)sqlite3_reset(select);
    fc_sql_bind_text(select, 1, id);
    fc_sql_bind_integer(select, 2, number);
    fc_sql_bind_integer(select, 3, type);
    return fc_sql_step(select, found, err);
}

/* What is here: a name of ours, or one of base/file.c for what it had not finished. Nobody else
 * writes while the store opens. */
static fc_file_kind kind_of(const char *name, char id[FC_JOB_ID_SIZE], fc_picture_type *type,
                            int32_t *number)
{
    return fc_file_is_temporary(name) ? FC_FILE_PART
                                      : fc_picture_parse_name(name, id, type, number);
}

/* Files that are not ours are left alone. */
static fc_status remove_orphan(fc_job_store *store, fc_statement *select, const char *name,
                               fc_error *err)
{
    char id[FC_JOB_ID_SIZE];
    fc_picture_type type = FC_PICTURE_PNG;
    int32_t number = 0;
    bool known = false;
    const fc_file_kind kind = kind_of(name, id, &type, &number);
    if (kind == FC_FILE_PICTURE) {
        FC_TRY(has_record(select, id, type, number, &known, err));
    }
    if (kind != FC_FILE_FOREIGN && !known && unlinkat(store->folder, name, 0) != 0 &&
        errno != ENOENT) {
        return fc_fail(err, FC_IO, "%.60s in the output folder: %s", name, strerror(errno));
    }
    return FC_OK;
}

static fc_status walk_folder(fc_job_store *store, DIR *folder, fc_error *err)
{
    FC_AUTO(fc_statement) select = NULL;
    FC_TRY(fc_sql_prepare(store->db,
                          "SELECT 1 FROM pictures WHERE job = ? AND number = ? AND type = ?",
                          &select, err));
    for (const struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        FC_TRY(remove_orphan(store, select, entry->d_name, err));
    }
    return FC_OK;
}

static fc_status remove_orphans(fc_job_store *store, fc_error *err)
{
    const int descriptor = openat(store->folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *folder = descriptor >= 0 ? fdopendir(descriptor) : NULL;
    if (folder == NULL) {
        const fc_status status = fc_fail(err, FC_IO, "output folder: %s", strerror(errno));
        if (descriptor >= 0) {
            (void)close(descriptor);
        }
        return status;
    }
    const fc_status status = walk_folder(store, folder, err);
    (void)closedir(folder);
    return status;
}

static fc_status repair_records(fc_job_store *store, fc_error *err)
{
    FC_TRY(end_interrupted(store, err));
    return forget_missing(store, err);
}

fc_status fc_job_store_repair(fc_job_store *store, fc_error *err)
{
    FC_TRY(fc_job_store_begin_change(store, err));
    FC_TRY(fc_job_store_end_change(store, repair_records(store, err), err));
    return remove_orphans(store, err);
}

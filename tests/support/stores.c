#define _GNU_SOURCE /* mkdtemp, nftw */
#include "support/stores.h"

#include <dirent.h>
#include <ftw.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "support/fc_test.h"

static char around[] = "/tmp/fc_job_store_XXXXXX";
char fc_stores_folder[64];

static int remove_one(const char *path, const struct stat *facts, int kind, struct FTW *where)
{
    (void)facts;
    (void)kind;
    (void)where;
    return remove(path);
}

int fc_stores_setup(void **state)
{
    (void)state;
    memcpy(around + strlen(around) - 6, "XXXXXX", 6);
    if (mkdtemp(around) == NULL) {
        return -1;
    }
    (void)snprintf(fc_stores_folder, sizeof fc_stores_folder, "%s/out", around);
    return 0;
}

int fc_stores_teardown(void **state)
{
    (void)state;
    (void)chmod(fc_stores_folder, 0700);
    return nftw(around, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

void fc_stores_remove_folder(void)
{
    assert_int_equal(nftw(fc_stores_folder, remove_one, 16, FTW_DEPTH | FTW_PHYS), 0);
}

fc_job_store *fc_stores_open(void)
{
    fc_error err = { 0 };
    fc_job_store *store = NULL;
    ASSERT_OK(fc_job_store_open(fc_stores_folder, 24, &store, &err), err);
    return store;
}

fc_job fc_stores_job(const char *id)
{
    fc_job job = { .state = FC_JOB_QUEUED };
    (void)snprintf(job.id, sizeof job.id, "%s", id);
    (void)snprintf(job.name, sizeof job.name, "photo of %.4s.jpg", id + 28);
    return job;
}

fc_bytes fc_stores_bytes(const char *text)
{
    return (fc_bytes){ (const uint8_t *)text, strlen(text) };
}

fc_job_ending fc_stores_ending(const fc_job_picture *pictures, size_t count)
{
    return (fc_job_ending){ .state = FC_JOB_SUCCEEDED,
                            .answer = fc_stores_bytes("{\"success\":true}"),
                            .pictures = pictures,
                            .picture_count = count };
}

const fc_job_picture *fc_stores_pictures(void)
{
    static const fc_job_picture pictures[2] = {
        { FC_PICTURE_PNG, 1, { (const uint8_t *)"png bytes", 9 } },
        { FC_PICTURE_JPEG, 1, { (const uint8_t *)"123456789", 9 } },
    };
    return pictures;
}

void fc_stores_accept(fc_job_store *store, const char *id)
{
    fc_error err = { 0 };
    const fc_job job = fc_stores_job(id);
    const fc_bytes photo = fc_stores_bytes("photo");
    ASSERT_OK(fc_job_store_accept(store, &job, &photo, 1, (fc_bytes){ 0 }, "wish", &err), err);
}

bool fc_stores_claim(fc_job_store *store, char id[FC_JOB_ID_SIZE])
{
    fc_error err = { 0 };
    fc_accepted_job *jobs = NULL;
    size_t count = 0;
    ASSERT_OK(fc_job_store_claim(store, 1, &jobs, &count, &err), err);
    (void)snprintf(id, FC_JOB_ID_SIZE, "%s", count > 0 ? jobs[0].id : "");
    fc_memory_free(jobs);
    return count > 0;
}

void fc_stores_change(const char *sql)
{
    char path[256];
    sqlite3 *db = NULL;
    (void)snprintf(path, sizeof path, "%s/facecraft.db", fc_stores_folder);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

int fc_stores_state(fc_job_store *store, const char *id)
{
    fc_job job = { 0 };
    return fc_job_store_read(store, id, &job, NULL, NULL) == FC_OK ? (int)job.state : -1;
}

void fc_stores_save(fc_job_store *store, const char *id)
{
    fc_error err = { 0 };
    const fc_job job = fc_stores_job(id);
    const fc_job_ending ending = fc_stores_ending(fc_stores_pictures(), 2);
    ASSERT_OK(fc_job_store_save(store, &job, &ending, &err), err);
}

bool fc_stores_has(const char *name)
{
    char path[256];
    (void)snprintf(path, sizeof path, "%s/%s", fc_stores_folder, name);
    return access(path, F_OK) == 0;
}

int fc_stores_count(void)
{
    int count = 0;
    DIR *folder = opendir(fc_stores_folder);
    assert_non_null(folder);
    for (const struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        count += strspn(entry->d_name, "0123456789abcdef") == FC_JOB_ID_SIZE - 1 ? 1 : 0;
    }
    assert_int_equal(closedir(folder), 0);
    return count;
}

void fc_stores_await_gone(const char *name)
{
    for (int i = 0; fc_stores_has(name); i++) {
        assert_true(i < 10000);
        const struct timespec pause = { .tv_nsec = 1000000 };
        (void)nanosleep(&pause, NULL);
    }
}

void fc_stores_put(const char *name)
{
    char path[256];
    fc_error err = { 0 };
    (void)snprintf(path, sizeof path, "%s/%s", fc_stores_folder, name);
    ASSERT_OK(fc_file_write(path, fc_stores_bytes("left"), &err), err);
}

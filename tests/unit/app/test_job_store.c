#define _GNU_SOURCE /* mkdtemp, nftw */
#include "app/job_store.h"

#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <sqlite3.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/memory.h"
#include "base/number.h"
#include "support/fc_test.h"

#define ID_A "0000000000000000000000000000000a"
#define ID_B "0000000000000000000000000000000b"
#define ID_C "0000000000000000000000000000000c"

static char folder[] = "/tmp/fc_job_store_XXXXXX";
static char inner[64]; /* the store's, made by it */

static int remove_one(const char *path, const struct stat *facts, int kind, struct FTW *where)
{
    (void)facts;
    (void)kind;
    (void)where;
    return remove(path);
}

static int make_folder(void **state)
{
    (void)state;
    memcpy(folder + strlen(folder) - 6, "XXXXXX", 6);
    if (mkdtemp(folder) == NULL) {
        return -1;
    }
    (void)snprintf(inner, sizeof inner, "%s/out", folder);
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    (void)chmod(inner, 0700);
    return nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static fc_job_store *open_store(void)
{
    fc_error err = { 0 };
    fc_job_store *store = NULL;
    ASSERT_OK(fc_job_store_open(inner, 24, &store, &err), err);
    return store;
}

static fc_job job_of(const char *id)
{
    fc_job job = { .state = FC_JOB_QUEUED };
    (void)snprintf(job.id, sizeof job.id, "%s", id);
    (void)snprintf(job.name, sizeof job.name, "photo of %.4s.jpg", id + 28);
    return job;
}

static fc_bytes bytes_of(const char *text)
{
    return (fc_bytes){ (const uint8_t *)text, strlen(text) };
}

static fc_job_ending ending_of(const fc_job_picture *pictures, size_t count)
{
    return (fc_job_ending){ .state = FC_JOB_SUCCEEDED,
                            .answer = bytes_of("{\"success\":true}"),
                            .pictures = pictures,
                            .picture_count = count };
}

static const fc_job_picture *two_pictures(void)
{
    static fc_job_picture pictures[2];
    pictures[0] = (fc_job_picture){ FC_PICTURE_PNG, 1, bytes_of("png bytes") };
    pictures[1] = (fc_job_picture){ FC_PICTURE_JPEG, 1, bytes_of("123456789") };
    return pictures;
}

static void save(fc_job_store *store, const char *id)
{
    fc_error err = { 0 };
    const fc_job job = job_of(id);
    const fc_job_ending ending = ending_of(two_pictures(), 2);
    ASSERT_OK(fc_job_store_save(store, &job, &ending, &err), err);
}

static bool file_is_there(const char *name)
{
    char path[256];
    (void)snprintf(path, sizeof path, "%s/%s", inner, name);
    return access(path, F_OK) == 0;
}

static void put_file(const char *name)
{
    char path[256];
    fc_error err = { 0 };
    (void)snprintf(path, sizeof path, "%s/%s", inner, name);
    ASSERT_OK(fc_file_write(path, bytes_of("left"), &err), err);
}

static void a_saved_job_is_found_with_its_pictures(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_job_store) store = open_store();
    save(store, ID_A);
    fc_job job = { 0 };
    FC_AUTO_BUFFER(answer, 1000);
    ASSERT_OK(fc_job_store_read(store, ID_A, &job, &answer, &err), err);
    assert_string_equal(job.id, ID_A);
    assert_string_equal(job.name, "photo of 000a.jpg");
    assert_int_equal(job.state, FC_JOB_SUCCEEDED);
    assert_true(job.finished_s >= job.created_s && job.created_s > 0);
    assert_int_equal(job.expires_s, job.finished_s + 24 * 3600);
    assert_string_equal(fc_buffer_text(&answer), "{\"success\":true}");

    int descriptor = -1;
    fc_stored_picture picture = { 0 };
    char text[16] = "";
    ASSERT_OK(
        fc_job_store_open_picture(store, ID_A, FC_PICTURE_JPEG, 1, &descriptor, &picture, &err),
        err);
    assert_int_equal(read(descriptor, text, sizeof text), 9);
    assert_int_equal(close(descriptor), 0);
    assert_string_equal(text, "123456789");
    assert_int_equal(picture.bytes, 9);
    assert_int_equal(picture.crc32, 0xCBF43926); /* the check value of CRC-32 */
    assert_string_equal(picture.digest, "15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312"
                                        "448eb225");
    fc_job_totals totals = { 0 };
    ASSERT_OK(fc_job_store_count(store, &totals, &err), err);
    assert_int_equal(totals.jobs[FC_JOB_SUCCEEDED], 1);
    assert_int_equal(totals.picture_bytes, 18);
}

static void what_is_not_there_is_not_found(void **state)
{
    (void)state;
    static const char *const IDS[] = { ID_B,     "",
                                       "..",     "../../../../etc/passwd",
                                       ID_A "0", "0000000000000000000000000000000A" };
    fc_error err = { 0 };
    FC_AUTO(fc_job_store) store = open_store();
    save(store, ID_A);
    const fc_job_ending ending = ending_of(NULL, 0);
    for (size_t i = 0; i < sizeof IDS / sizeof IDS[0]; i++) {
        fc_job job = { 0 };
        int descriptor = -1;
        fc_stored_picture picture = { 0 };
        ASSERT_FAILS(FC_NOT_FOUND, fc_job_store_read(store, IDS[i], &job, NULL, &err), err);
        ASSERT_FAILS(FC_NOT_FOUND, fc_job_store_delete(store, IDS[i], &err), err);
        ASSERT_FAILS(FC_NOT_FOUND, fc_job_store_finish(store, IDS[i], &ending, &err), err);
        ASSERT_FAILS(FC_NOT_FOUND,
                     fc_job_store_open_picture(store, IDS[i], FC_PICTURE_PNG, 1, &descriptor,
                                               &picture, &err),
                     err);
    }
    int descriptor = -1;
    fc_stored_picture picture = { 0 };
    ASSERT_FAILS(
        FC_NOT_FOUND,
        fc_job_store_open_picture(store, ID_A, FC_PICTURE_PNG, 7, &descriptor, &picture, &err),
        err);
    assert_int_equal(descriptor, -1);
}

static void a_job_goes_through_its_states(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_job_store) store = open_store();
    const fc_job asked = job_of(ID_A);
    fc_job job = { 0 };
    ASSERT_OK(fc_job_store_begin(store, &asked, 1, &err), err);
    ASSERT_OK(fc_job_store_run(store, ID_A, &err), err);
    ASSERT_OK(fc_job_store_read(store, ID_A, &job, NULL, &err), err);
    assert_int_equal(job.state, FC_JOB_RUNNING);
    assert_int_equal(job.expires_s, 0);
    fc_error why = { 0 };
    assert_int_equal(fc_fail(&why, FC_NO_FACE, "nobody"), FC_NO_FACE);
    const fc_job_ending ending = { .state = FC_JOB_FAILED, .failure = &why };
    ASSERT_OK(fc_job_store_finish(store, ID_A, &ending, &err), err);
    ASSERT_OK(fc_job_store_run(store, ID_A, &err), err); /* too late: no effect */
    ASSERT_OK(fc_job_store_read(store, ID_A, &job, NULL, &err), err);
    assert_int_equal(job.state, FC_JOB_FAILED);
    assert_string_equal(job.error, "no_face_detected");
    assert_string_equal(job.message, "nobody");
}

static void what_has_ended_is_not_written_over(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_job_store) store = open_store();
    save(store, ID_A);
    const fc_job job = job_of(ID_A);
    const fc_job_ending ending = ending_of(two_pictures(), 1);
    ASSERT_FAILS(FC_NOT_FOUND, fc_job_store_finish(store, ID_A, &ending, &err), err);
    ASSERT_FAILS(FC_INVALID_ARGUMENT, fc_job_store_save(store, &job, &ending, &err), err);
    ASSERT_FAILS(FC_IO, fc_job_store_begin(store, &job, 1, &err), err);
    assert_true(file_is_there(ID_A "-1.png"));
    assert_true(file_is_there(ID_A "-1.jpg"));
}

static void a_batch_lists_its_items_and_takes_them_along(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_job_store) store = open_store();
    fc_job jobs[3] = { job_of(ID_A), job_of(ID_B), job_of(ID_C) };
    for (int i = 1; i < 3; i++) {
        (void)snprintf(jobs[i].batch, sizeof jobs[i].batch, "%s", ID_A);
        jobs[i].number = 3 - i; /* C comes first */
    }
    ASSERT_OK(fc_job_store_begin(store, jobs, 3, &err), err);
    const fc_job_ending ending = ending_of(two_pictures(), 2);
    ASSERT_OK(fc_job_store_finish(store, ID_B, &ending, &err), err);
    ASSERT_OK(fc_job_store_finish(store, ID_C, &ending, &err), err);

    fc_job *items = NULL;
    fc_stored_picture *pictures = NULL;
    size_t count = 0;
    ASSERT_OK(fc_job_store_items(store, ID_A, &items, &count, &err), err);
    assert_int_equal(count, 2);
    assert_string_equal(items[0].id, ID_C);
    assert_string_equal(items[1].id, ID_B);
    fc_memory_free(items);
    ASSERT_OK(fc_job_store_pictures(store, ID_A, &pictures, &count, &err), err);
    assert_int_equal(count, 4);
    assert_string_equal(pictures[0].job_id, ID_C);
    assert_string_equal(pictures[0].name, jobs[2].name);
    fc_memory_free(pictures);
    ASSERT_OK(fc_job_store_items(store, ID_B, &items, &count, &err), err);
    assert_int_equal(count, 0);
    assert_null(items);

    ASSERT_OK(fc_job_store_delete(store, ID_A, &err), err);
    assert_false(file_is_there(ID_B "-1.png"));
    fc_job job = { 0 };
    ASSERT_FAILS(FC_NOT_FOUND, fc_job_store_read(store, ID_B, &job, NULL, &err), err);
}

static void lists_of_many_rows_are_whole(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_job_store) store = open_store();
    fc_job jobs[70] = { 0 };
    for (int i = 0; i < 70; i++) {
        (void)snprintf(jobs[i].id, sizeof jobs[i].id, "%032x", (unsigned)i);
        (void)snprintf(jobs[i].batch, sizeof jobs[i].batch, "%s", ID_A);
        jobs[i].number = i + 1;
    }
    ASSERT_OK(fc_job_store_begin(store, jobs, 70, &err), err);
    fc_job *items = NULL;
    size_t count = 0;
    SWEEP_ALLOCATIONS(fc_job_store_items(store, ID_A, &items, &count, &err), items == NULL);
    assert_int_equal(count, 70);
    for (int i = 0; i < 70; i++) {
        assert_int_equal(items[i].number, i + 1);
    }
    fc_memory_free(items);
}

static void a_deleted_job_leaves_nothing_but_open_files_stay_readable(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_job_store) store = open_store();
    const fc_job asked = job_of(ID_B);
    save(store, ID_A);
    int descriptor = -1;
    fc_stored_picture picture = { 0 };
    ASSERT_OK(
        fc_job_store_open_picture(store, ID_A, FC_PICTURE_PNG, 1, &descriptor, &picture, &err),
        err);
    ASSERT_OK(fc_job_store_delete(store, ID_A, &err), err);
    assert_false(file_is_there(ID_A "-1.png"));
    assert_false(file_is_there(ID_A "-1.jpg"));
    char text[16] = "";
    assert_int_equal(read(descriptor, text, sizeof text), 9);
    assert_int_equal(close(descriptor), 0);

    /* Deleted while it was worked on: what is finished later is thrown away. */
    ASSERT_OK(fc_job_store_begin(store, &asked, 1, &err), err);
    ASSERT_OK(fc_job_store_delete(store, ID_B, &err), err);
    const fc_job_ending ending = ending_of(two_pictures(), 2);
    ASSERT_FAILS(FC_NOT_FOUND, fc_job_store_finish(store, ID_B, &ending, &err), err);
    assert_false(file_is_there(ID_B "-1.png"));
}

static void jobs_expire_with_their_files(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_job_store) store = open_store();
    for (unsigned i = 0; i < 130; i++) { /* more than one step */
        fc_job job = { 0 };
        (void)snprintf(job.id, sizeof job.id, "%032x", i);
        const fc_job_ending ending = ending_of(two_pictures(), i == 0 ? 2 : 0);
        ASSERT_OK(fc_job_store_save(store, &job, &ending, &err), err);
    }
    const fc_job running = job_of("ffffffffffffffffffffffffffffffff");
    ASSERT_OK(fc_job_store_begin(store, &running, 1, &err), err);
    int64_t deleted = -1;
    const int64_t now_s = (int64_t)time(NULL);
    ASSERT_OK(fc_job_store_expire(store, now_s + 24 * 3600 - 60, &deleted, &err), err);
    assert_int_equal(deleted, 0);
    ASSERT_OK(fc_job_store_expire(store, now_s + 24 * 3600 + 60, &deleted, &err), err);
    assert_int_equal(deleted, 130);
    fc_job_totals totals = { 0 };
    ASSERT_OK(fc_job_store_count(store, &totals, &err), err);
    assert_int_equal(totals.jobs[FC_JOB_SUCCEEDED], 0);
    assert_int_equal(totals.jobs[FC_JOB_QUEUED], 1);
    assert_int_equal(totals.picture_bytes, 0);
    assert_false(file_is_there("00000000000000000000000000000000-1.png"));
}

static void opening_clears_up_after_a_crash(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_job_store *store = open_store();
    save(store, ID_A);
    save(store, ID_B);
    const fc_job asked = job_of(ID_C);
    ASSERT_OK(fc_job_store_begin(store, &asked, 1, &err), err);
    fc_job_store_close(store);
    put_file(ID_C "-1.png");             /* begun, never recorded */
    put_file(ID_C "-2.jpg.1234-5.part"); /* not even finished */
    put_file("portrait.png");            /* not ours */
    put_file(ID_C "-1.png.bak");         /* nor this */
    put_file("0000000000000000-1.png");  /* nor this */
    char path[256];
    (void)snprintf(path, sizeof path, "%s/%s", inner, ID_B "-1.jpg");
    assert_int_equal(unlink(path), 0); /* somebody took a file away */

    store = open_store();
    assert_false(file_is_there(ID_C "-1.png"));
    assert_false(file_is_there(ID_C "-2.jpg.1234-5.part"));
    assert_true(file_is_there("portrait.png"));
    assert_true(file_is_there(ID_C "-1.png.bak"));
    assert_true(file_is_there("0000000000000000-1.png"));
    assert_true(file_is_there(ID_A "-1.png"));
    assert_false(file_is_there(ID_B "-1.png"));
    fc_job job = { 0 };
    ASSERT_FAILS(FC_NOT_FOUND, fc_job_store_read(store, ID_B, &job, NULL, &err), err);
    ASSERT_OK(fc_job_store_read(store, ID_C, &job, NULL, &err), err);
    assert_int_equal(job.state, FC_JOB_FAILED);
    assert_string_equal(job.error, "cancelled");
    fc_job_store_close(store);
}

static void two_stores_do_not_share_a_folder(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_job_store) store = open_store();
    fc_job_store *second = NULL;
    ASSERT_FAILS(FC_IO, fc_job_store_open(inner, 24, &second, &err), err);
    assert_non_null(strstr(err.text, "in use by another facecraft, process"));
    assert_null(second);
}

static void change_database(const char *sql)
{
    char path[256];
    sqlite3 *db = NULL;
    (void)snprintf(path, sizeof path, "%s/facecraft.db", inner);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void assert_refused(const char *says)
{
    fc_error err = { 0 };
    fc_job_store *store = NULL;
    ASSERT_FAILS(FC_IO, fc_job_store_open(inner, 24, &store, &err), err);
    assert_null(store);
    if (strstr(err.text, says) == NULL) {
        fail_msg("\"%s\" should say \"%s\"", err.text, says);
    }
}

static void a_database_that_is_not_ours_is_refused_untouched(void **state)
{
    (void)state;
    fc_job_store_close(open_store());
    change_database("PRAGMA user_version=2");
    assert_refused("has version 2");
    change_database("PRAGMA user_version=1; PRAGMA application_id=7");
    assert_refused("belongs to another program");
    put_file("facecraft.db");
    assert_refused("damaged");
    assert_true(file_is_there("facecraft.db"));
}

static void a_database_with_flipped_bytes_is_refused_or_read(void **state)
{
    (void)state;
    fc_job_store *store = open_store();
    save(store, ID_A);
    fc_job_store_close(store);
    char path[256];
    (void)snprintf(path, sizeof path, "%s/facecraft.db", inner);
    FC_AUTO_BUFFER(content, 1 << 20);
    fc_error err = { 0 };
    ASSERT_OK(fc_file_read(path, 1 << 20, &content, &err), err);
    for (size_t at = 0; at < content.size; at += 97) {
        content.data[at] ^= 0x55;
        ASSERT_OK(fc_file_write(path, fc_buffer_bytes(&content), &err), err);
        content.data[at] ^= 0x55;
        store = NULL;
        if (fc_job_store_open(inner, 24, &store, &err) == FC_OK) {
            fc_job job = { 0 };
            (void)!fc_job_store_read(store, ID_A, &job, NULL, &err);
        }
        fc_job_store_close(store);
    }
}

static void folders_that_cannot_be_used_are_refused(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_job_store *store = NULL;
    ASSERT_FAILS(FC_IO, fc_job_store_open("/nowhere/at/all", 24, &store, &err), err);
    ASSERT_FAILS(FC_IO, fc_job_store_open("/dev/null", 24, &store, &err), err);
    if (geteuid() != 0) { /* root may write everywhere */
        assert_int_equal(mkdir(inner, 0500), 0);
        assert_refused("Permission denied");
    }
    assert_null(store);
}

static void without_keeping_nothing_is_written(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_job_store) store = NULL;
    ASSERT_OK(fc_job_store_open("/nowhere/at/all", 0, &store, &err), err);
    assert_false(fc_job_store_keeps(store));
    save(store, ID_A);
    const fc_job asked = job_of(ID_B);
    const fc_job_ending ending = ending_of(two_pictures(), 2);
    ASSERT_OK(fc_job_store_begin(store, &asked, 1, &err), err);
    ASSERT_OK(fc_job_store_run(store, ID_B, &err), err);
    ASSERT_OK(fc_job_store_finish(store, ID_B, &ending, &err), err);
    fc_job job = { 0 };
    ASSERT_FAILS(FC_NOT_FOUND, fc_job_store_read(store, ID_A, &job, NULL, &err), err);
    ASSERT_FAILS(FC_NOT_FOUND, fc_job_store_delete(store, ID_A, &err), err);
    fc_stored_picture *pictures = NULL;
    size_t count = 1;
    ASSERT_OK(fc_job_store_pictures(store, ID_A, &pictures, &count, &err), err);
    assert_int_equal(count, 0);
    ASSERT_OK(fc_job_store_expire(store, INT64_MAX / 2, NULL, &err), err);
}

static void a_folder_that_vanishes_costs_the_job_only(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_job_store) store = open_store();
    char moved[80];
    (void)snprintf(moved, sizeof moved, "%s.moved", inner);
    assert_int_equal(rename(inner, moved), 0);
    const fc_job job = job_of(ID_A);
    const fc_job_ending ending = ending_of(two_pictures(), 2);
    ASSERT_FAILS(FC_IO, fc_job_store_save(store, &job, &ending, &err), err);
    assert_null(strstr(err.text, folder)); /* no server paths */
    assert_int_equal(rename(moved, inner), 0);
    save(store, ID_A);
}

static void saving_survives_every_allocation_failure(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_job_store *store = NULL;
    SWEEP_ALLOCATIONS(fc_job_store_open(inner, 24, &store, &err), store == NULL);
    const fc_job job = job_of(ID_A);
    const fc_job_ending ending = ending_of(two_pictures(), 2);
    SWEEP_ALLOCATIONS(fc_job_store_save(store, &job, &ending, &err), !file_is_there(ID_A "-1.png"));
    SWEEP_ALLOCATIONS(fc_job_store_delete(store, ID_A, &err), file_is_there(ID_A "-1.png"));
    fc_job_store_close(store);
}

/* ---- kill -9 ------------------------------------------------------------------------------- */

/* Save, delete and expire as fast as it goes, and tell each job that is safe through the pipe. */
static void work_until_killed(int acknowledgements, unsigned round)
{
    fc_job_store *store = NULL;
    if (fc_job_store_open(inner, 24, &store, NULL) != FC_OK) {
        _exit(3);
    }
    static uint8_t bytes[50000];
    memset(bytes, (int)(round & 0xFF), sizeof bytes);
    for (unsigned i = 0;; i++) {
        fc_job job = { 0 };
        (void)snprintf(job.id, sizeof job.id, "%016x%016x", round, i);
        const fc_job_picture pictures[] = {
            { FC_PICTURE_PNG, 1, { bytes, sizeof bytes } },
            { FC_PICTURE_JPEG, 1, { bytes, 1000 + i } },
        };
        const fc_job_ending ending = ending_of(pictures, 2);
        const bool late = i % 2 == 0;
        const fc_status status = late ? fc_job_store_begin(store, &job, 1, NULL) : FC_OK;
        if (status != FC_OK || (late ? fc_job_store_finish(store, job.id, &ending, NULL)
                                     : fc_job_store_save(store, &job, &ending, NULL)) != FC_OK) {
            _exit(4);
        }
        if (i % 5 == 4) {
            if (fc_job_store_delete(store, job.id, NULL) != FC_OK) {
                _exit(5);
            }
        } else if (write(acknowledgements, job.id, FC_JOB_ID_SIZE) != FC_JOB_ID_SIZE) {
            _exit(6);
        }
    }
}

static void assert_whole(fc_job_store *store, const char *id)
{
    fc_error err = { 0 };
    for (int type = FC_PICTURE_PNG; type <= FC_PICTURE_JPEG; type++) {
        int descriptor = -1;
        fc_stored_picture picture = { 0 };
        struct stat facts = { 0 };
        ASSERT_OK(fc_job_store_open_picture(store, id, (fc_picture_type)type, 1, &descriptor,
                                            &picture, &err),
                  err);
        assert_int_equal(fstat(descriptor, &facts), 0);
        assert_int_equal(facts.st_size, picture.bytes);
        assert_int_equal(close(descriptor), 0);
    }
}

/* Files of jobs in the folder; fails when one was begun and never finished. */
static int64_t count_pictures(void)
{
    DIR *open_folder = opendir(inner);
    assert_non_null(open_folder);
    int64_t count = 0;
    for (const struct dirent *at = readdir(open_folder); at != NULL; at = readdir(open_folder)) {
        assert_null(strstr(at->d_name, ".part"));
        count += strstr(at->d_name, "-1.") != NULL ? 1 : 0;
    }
    assert_int_equal(closedir(open_folder), 0);
    return count;
}

/* After a reopening every file has its record. */
static void assert_in_order(fc_job_store *store)
{
    fc_error err = { 0 };
    fc_job_totals totals = { 0 };
    ASSERT_OK(fc_job_store_count(store, &totals, &err), err);
    assert_int_equal(totals.jobs[FC_JOB_QUEUED] + totals.jobs[FC_JOB_RUNNING], 0);
    assert_int_equal(count_pictures(), 2 * totals.jobs[FC_JOB_SUCCEEDED]);
}

static void kill_one(unsigned round)
{
    int pipe_ends[2];
    assert_int_equal(pipe(pipe_ends), 0);
    const pid_t child = fork();
    if (child == 0) {
        (void)close(pipe_ends[0]);
        work_until_killed(pipe_ends[1], round);
    }
    (void)close(pipe_ends[1]);
    char first[FC_JOB_ID_SIZE];
    assert_int_equal(read(pipe_ends[0], first, sizeof first), sizeof first);
    const struct timespec time = { 0, (long)(round * 7919 % 40) * 500000 };
    (void)nanosleep(&time, NULL);
    assert_int_equal(kill(child, SIGKILL), 0);
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));

    FC_AUTO(fc_job_store) store = open_store();
    assert_in_order(store);
    char id[FC_JOB_ID_SIZE];
    assert_whole(store, first);
    while (read(pipe_ends[0], id, sizeof id) == (ssize_t)sizeof id) {
        assert_whole(store, id);
    }
    (void)close(pipe_ends[0]);
}

/* FC_TEST_KILLS: how often, 20 unless it is set. */
static void kill_9_leaves_nothing_torn(void **state)
{
    (void)state;
    int64_t kills = 20;
    const char *asked = getenv("FC_TEST_KILLS");
    if (asked != NULL) {
        assert_true(fc_parse_integer(asked, &kills));
    }
    for (int64_t round = 1; round <= kills; round++) {
        kill_one((unsigned)round);
    }
}

#define STORE_TEST(name) cmocka_unit_test_setup_teardown(name, make_folder, remove_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(a_saved_job_is_found_with_its_pictures),
        STORE_TEST(what_is_not_there_is_not_found),
        STORE_TEST(a_job_goes_through_its_states),
        STORE_TEST(what_has_ended_is_not_written_over),
        STORE_TEST(a_batch_lists_its_items_and_takes_them_along),
        STORE_TEST(lists_of_many_rows_are_whole),
        STORE_TEST(a_deleted_job_leaves_nothing_but_open_files_stay_readable),
        STORE_TEST(jobs_expire_with_their_files),
        STORE_TEST(opening_clears_up_after_a_crash),
        STORE_TEST(two_stores_do_not_share_a_folder),
        STORE_TEST(a_database_that_is_not_ours_is_refused_untouched),
        STORE_TEST(a_database_with_flipped_bytes_is_refused_or_read),
        STORE_TEST(folders_that_cannot_be_used_are_refused),
        STORE_TEST(without_keeping_nothing_is_written),
        STORE_TEST(a_folder_that_vanishes_costs_the_job_only),
        STORE_TEST(saving_survives_every_allocation_failure),
        STORE_TEST(kill_9_leaves_nothing_torn),
    };
    return cmocka_run_group_tests_name("app/job_store", tests, NULL, NULL);
}

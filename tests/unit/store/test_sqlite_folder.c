#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "store/sqlite_folder.h"
#include "support/fc_test.h"
#include "support/stores.h"

static const char *path_of(const char *name)
{
    static char path[200];
    (void)snprintf(path, sizeof path, "%s/%s", fc_stores_folder, name);
    return path;
}

static mode_t mode_of(const char *name)
{
    struct stat facts = { 0 };
    assert_int_equal(lstat(path_of(name), &facts), 0);
    return facts.st_mode & 07777;
}

/* Each file of the folder. */
static size_t check_files_are_private(void)
{
    size_t count = 0;
    DIR *folder = opendir(fc_stores_folder);
    assert_non_null(folder);
    for (const struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        if (entry->d_name[0] != '.') {
            assert_int_equal(mode_of(entry->d_name), 0600);
            count++;
        }
    }
    (void)closedir(folder);
    return count;
}

/* A database with its -wal and -shm, its lock and two pictures. */
static void check_store_is_private(mode_t folder)
{
    fc_job_store *store = fc_stores_open();
    fc_stores_save(store, FC_STORES_A);
    assert_int_equal(check_files_are_private(), 6);
    assert_int_equal(mode_of("."), folder);
    fc_job_store_close(store);
}

static void a_new_folder_is_private_with_all_its_files(void **state)
{
    (void)state;
    const mode_t before = umask(0);
    check_store_is_private(0700);
    (void)umask(before);
}

static void a_folder_that_is_there_becomes_private(void **state)
{
    (void)state;
    const mode_t before = umask(0);
    assert_int_equal(mkdir(fc_stores_folder, 0755), 0);
    check_store_is_private(0700);
    (void)umask(before);
}

/* As version 1.0.0 left it. */
static void what_others_could_read_becomes_private(void **state)
{
    (void)state;
    static const char *const FILES[] = { "facecraft.db", "facecraft.db-wal", "facecraft.db-shm",
                                         FC_STORES_A "-1.png", FC_STORES_A "-1.jpg" };
    fc_job_store *store = fc_stores_open();
    fc_stores_save(store, FC_STORES_A);
    for (size_t i = 0; i < sizeof FILES / sizeof FILES[0]; i++) {
        assert_int_equal(chmod(path_of(FILES[i]), 0644), 0);
    }
    assert_int_equal(chmod(fc_stores_folder, 02775), 0);
    fc_sqlite_folder_protect(fc_sqlite_of(store));
    assert_int_equal(check_files_are_private(), 6);
    assert_int_equal(mode_of(".") & 0777, 0700);
    fc_job_store_close(store);
}

static void a_folder_of_others_stays_open_but_not_our_files(void **state)
{
    (void)state;
    const mode_t before = umask(0);
    assert_int_equal(mkdir(fc_stores_folder, 0755), 0);
    fc_stores_put("holiday.jpg");
    assert_int_equal(chmod(path_of("holiday.jpg"), 0644), 0);
    fc_job_store *store = fc_stores_open();
    fc_stores_save(store, FC_STORES_A);
    assert_int_equal(mode_of("."), 0755);
    assert_int_equal(mode_of("holiday.jpg"), 0644);
    assert_int_equal(mode_of("facecraft.db"), 0600);
    assert_int_equal(mode_of("facecraft.db-wal"), 0600);
    assert_int_equal(mode_of("facecraft.db-shm"), 0600);
    assert_int_equal(mode_of(FC_STORES_A "-1.png"), 0600);
    fc_job_store_close(store);
    (void)umask(before);
}

static void a_folder_that_everybody_writes_to_stays_so(void **state)
{
    (void)state;
    assert_int_equal(mkdir(fc_stores_folder, 0700), 0);
    assert_int_equal(chmod(fc_stores_folder, 01777), 0);
    check_store_is_private(01777);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FC_STORES_TEST(a_new_folder_is_private_with_all_its_files),
        FC_STORES_TEST(a_folder_that_is_there_becomes_private),
        FC_STORES_TEST(what_others_could_read_becomes_private),
        FC_STORES_TEST(a_folder_of_others_stays_open_but_not_our_files),
        FC_STORES_TEST(a_folder_that_everybody_writes_to_stays_so),
    };
    return cmocka_run_group_tests_name("store/sqlite_folder", tests, NULL, NULL);
}

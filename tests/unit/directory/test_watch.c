#include "directory/watch.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "support/fc_test.h"
#include "support/targets.h"

static void put(const char *name)
{
    fc_error err = { 0 };
    ASSERT_OK(fc_file_write(fc_targets_path(name), (fc_bytes){ (const uint8_t *)"x", 1 }, &err),
              err);
}

static bool has_changed(fc_watch *watch)
{
    fc_error err = { 0 };
    bool changed = false;
    ASSERT_OK(fc_watch_wait(watch, 10, 200, &changed, &err), err);
    return changed;
}

static void changes_are_seen_also_in_folders_that_come_later(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_watch) watch = NULL;
    char photos[128];
    char roster[128];
    assert_int_equal(mkdir(fc_targets_path("photos"), 0700), 0);
    (void)snprintf(photos, sizeof photos, "%s", fc_targets_path("photos"));
    (void)snprintf(roster, sizeof roster, "%s", fc_targets_path("staff.csv"));
    ASSERT_OK(fc_watch_new(photos, roster, &watch, &err), err);
    assert_false(has_changed(watch));
    put("photos/a.jpg");
    assert_true(has_changed(watch));
    assert_false(has_changed(watch));
    assert_int_equal(mkdir(fc_targets_path("photos/new"), 0700), 0);
    assert_true(has_changed(watch));
    put("photos/new/b.jpg");
    assert_true(has_changed(watch));
    put("staff.csv");
    assert_true(has_changed(watch));
}

static void what_is_no_folder_is_refused(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_watch *watch = NULL;
    ASSERT_FAILS(FC_IO, fc_watch_new(fc_targets_path("gone"), NULL, &watch, &err), err);
    put("file");
    ASSERT_FAILS(FC_IO, fc_watch_new(fc_targets_path("file"), NULL, &watch, &err), err);
    ASSERT_FAILS(FC_IO, fc_watch_new(fc_targets_folder, "/no/such/staff.csv", &watch, &err), err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FC_TARGETS_TEST(changes_are_seen_also_in_folders_that_come_later),
        FC_TARGETS_TEST(what_is_no_folder_is_refused),
    };
    return cmocka_run_group_tests_name("directory/watch", tests, NULL, NULL);
}

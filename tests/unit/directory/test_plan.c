#include "directory/plan.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "support/fc_test.h"
#include "support/targets.h"
#include "support/test_engine.h"

static fc_status take(void *context, int64_t bytes, fc_error *err)
{
    (void)context;
    (void)bytes;
    (void)err;
    return FC_OK;
}

static void give_back(void *context, int64_t bytes)
{
    (void)context;
    (void)bytes;
}

static const fc_look_admission ADMISSION = { take, give_back, NULL };

static fc_roster roster;
static fc_match_photo photos[2];
static char names[2][128];

static fc_plan_request request_for(const char *csv)
{
    fc_error err = { 0 };
    static const char TEXT[] = "no picture";
    for (size_t i = 0; i < 2; i++) {
        (void)snprintf(names[i], sizeof names[i], "%s",
                       fc_targets_path(i == 0 ? "a.jpg" : "b.jpg"));
        ASSERT_OK(fc_file_write(names[i], (fc_bytes){ (const uint8_t *)TEXT, sizeof TEXT }, &err),
                  err);
        photos[i] = (fc_match_photo){ names[i], i == 0 ? "a.jpg" : "b.jpg", 0 };
    }
    ASSERT_OK(fc_roster_parse((fc_bytes){ (const uint8_t *)csv, strlen(csv) }, "", &roster, &err),
              err);
    return (fc_plan_request){ .folder = fc_targets_folder,
                              .roster = &roster,
                              .photos = photos,
                              .photo_count = 2,
                              .params = fc_params_default(),
                              .profiles = { &fc_profiles[0] },
                              .profile_count = 1,
                              .file_bytes_max = 1 << 20 };
}

static fc_plan *open_it(const fc_plan_request *request, size_t count)
{
    fc_error err = { 0 };
    fc_plan *plan = NULL;
    ASSERT_OK(fc_plan_open(request, &plan, &err), err);
    assert_int_equal(fc_plan_count(plan), count);
    return plan;
}

static void what_has_a_photo_is_to_be_looked_at(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_plan_request request = request_for("account\na\nb\nc\n");
    fc_plan *plan = open_it(&request, 2);
    assert_string_equal(fc_plan_photo(plan, 1), names[1]);
    fc_plan *second = NULL;
    ASSERT_FAILS(FC_BUSY, fc_plan_open(&request, &second, &err), err);
    fc_plan_free(plan);
    request.limit = 1;
    fc_plan_free(open_it(&request, 1));
    request.only = "b";
    plan = open_it(&request, 1);
    assert_string_equal(fc_plan_photo(plan, 0), names[1]);
    fc_plan_free(plan);
    request.only = "z";
    ASSERT_FAILS(FC_NOT_FOUND, fc_plan_open(&request, &second, &err), err);
    fc_roster_clear(&roster);
}

static void what_was_looked_at_is_known_until_it_changes(void **state)
{
    (void)state;
    if (fc_test_engine == NULL) {
        skip();
    }
    fc_error err = { 0 };
    fc_plan_look look;
    fc_plan_request request = request_for("account\na\n");
    fc_plan *plan = open_it(&request, 1);
    ASSERT_OK(fc_plan_make(plan, 0, fc_test_engine, NULL, &ADMISSION, &err), err);
    ASSERT_OK(fc_plan_tidy(plan, &err), err);
    ASSERT_OK(fc_plan_store_look(fc_plan_state(plan), "a", &look, &err), err);
    assert_int_equal(look.state, FC_LINE_UNREADABLE);
    fc_plan_free(plan);
    fc_plan_free(open_it(&request, 0));
    request.params.background.red = 1;
    fc_plan_free(open_it(&request, 1));
    request.params = fc_params_default();
    ASSERT_OK(fc_file_write(names[0], (fc_bytes){ (const uint8_t *)"other", 5 }, &err), err);
    plan = open_it(&request, 1);
    assert_int_equal(unlink(names[0]), 0);
    ASSERT_OK(fc_plan_make(plan, 0, fc_test_engine, NULL, &ADMISSION, &err), err);
    ASSERT_OK(fc_plan_store_look(fc_plan_state(plan), "a", &look, &err), err);
    assert_int_equal(look.state, FC_LINE_UNREADABLE); /* gone meanwhile */
    fc_plan_free(plan);
    fc_roster_clear(&roster);
}

static void nothing_stays_of_those_who_left(void **state)
{
    (void)state;
    fc_error err = { 0 };
    char path[256];
    fc_plan_look look = { .photo = "p", .recipe = "r", .state = FC_LINE_READY };
    const fc_plan_request request = request_for("account\na\n");
    fc_plan *plan = open_it(&request, 1);
    ASSERT_OK(fc_plan_path(fc_targets_folder, "pictures/ad", "left", path, sizeof path, &err), err);
    ASSERT_OK(fc_file_write(path, (fc_bytes){ (const uint8_t *)"x", 1 }, &err), err);
    ASSERT_OK(fc_plan_store_set_look(fc_plan_state(plan), "left", &look, NULL, 0, &err), err);
    char before[256];
    assert_int_equal(mkdir(fc_targets_path("previous"), 0700), 0);
    assert_int_equal(mkdir(fc_targets_path("previous/folder"), 0700), 0);
    (void)snprintf(before, sizeof before, "%s", fc_targets_path("previous/folder/left.jpg"));
    ASSERT_OK(fc_file_write(before, (fc_bytes){ (const uint8_t *)"x", 1 }, &err), err);
    ASSERT_OK(fc_plan_tidy(plan, &err), err);
    assert_int_equal(access(path, F_OK), -1);
    assert_int_equal(access(before, F_OK), -1);
    ASSERT_OK(fc_plan_store_look(fc_plan_state(plan), "left", &look, &err), err);
    assert_string_equal(look.photo, "");
    fc_plan_free(plan);
    fc_roster_clear(&roster);
}

static void folders_that_cannot_be_are_refused(void **state)
{
    (void)state;
    fc_error err = { 0 };
    char path[8];
    int descriptor = -1;
    fc_plan *plan = NULL;
    fc_plan_request request = request_for("account\na\n");
    request.folder = "/proc/no/such";
    ASSERT_FAILS(FC_IO, fc_plan_open(&request, &plan, &err), err);
    ASSERT_FAILS(FC_IO, fc_plan_lock("/no/such/folder", &descriptor, &err), err);
    ASSERT_FAILS(FC_IO, fc_plan_path("folder", "pictures", "a", path, sizeof path, &err), err);
    ASSERT_FAILS(FC_IO, fc_plan_make_folder("/no/such/folder", "pictures", &err), err);
    char longest[PATH_MAX];
    memset(longest, '/', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    ASSERT_FAILS(FC_IO, fc_plan_make_folder(longest, "pictures", &err), err);
    assert_non_null(strstr(err.text, "too long"));
    fc_roster_clear(&roster);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FC_TARGETS_TEST(what_has_a_photo_is_to_be_looked_at),
        FC_TARGETS_TEST(what_was_looked_at_is_known_until_it_changes),
        FC_TARGETS_TEST(nothing_stays_of_those_who_left),
        FC_TARGETS_TEST(folders_that_cannot_be_are_refused),
    };
    return cmocka_run_group_tests_name("directory/plan", tests, fc_test_engine_setup,
                                       fc_test_engine_teardown);
}

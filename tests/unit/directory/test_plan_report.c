#include "directory/plan_report.h"

#include <string.h>

#include "base/text.h"
#include "support/fc_test.h"
#include "support/plans.h"
#include "support/targets.h"

static const fc_profile *profile;
static fc_plan_report report;

static void write_it(fc_plan_store *store, fc_target_config *targets, size_t count)
{
    fc_error err = { 0 };
    ASSERT_OK(fc_profile_find(NULL, "ad-large", &profile, &err), err);
    report = (fc_plan_report){ .folder = fc_targets_folder,
                               .store = store,
                               .profiles = &profile,
                               .profile_count = 1,
                               .targets = targets,
                               .target_count = count };
    ASSERT_OK(fc_plan_report_write(&report, &err), err);
}

static void what_needs_eyes_comes_first(void **state)
{
    (void)state;
    const char *const keys[] = { "=ready", "<look>", "waits", NULL };
    fc_plan_store *store = fc_plans_open();
    fc_plans_lines(store, keys);
    fc_plans_look(store, "=ready", FC_LINE_READY, "picture");
    fc_plans_look(store, "<look>", FC_LINE_NEEDS_EYES, "picture");
    write_it(store, NULL, 0);
    const char *table = fc_targets_read(fc_targets_path("plan.csv"));
    const char *first = strstr(table, "\"<look>\"");
    const char *last = strstr(table, "\"'=ready\"");
    assert_true(first != NULL && last != NULL && first < last);
    assert_int_equal(report.counts[FC_LINE_NEEDS_EYES], 1);
    assert_int_equal(report.counts[FC_LINE_WAITING], 1);
    const char *page = fc_targets_read(fc_targets_path("report.html"));
    assert_non_null(strstr(page, "<b>&lt;look&gt;</b>"));
    assert_null(strstr(page, "<look>"));
    assert_non_null(strstr(page, "src=\"pictures/ad-large/%253Clook%253E.jpg\""));
    fc_plan_store_close(store);
}

static void deliveries_decide_of_what_is_ready(void **state)
{
    (void)state;
    fc_error err = { 0 };
    const char *const keys[] = { "a", "b", "c", NULL };
    const char *const pairs[] = { "folder", "x", NULL };
    fc_plan_store *store = fc_plans_open();
    fc_target_config target = fc_targets_config("folder", pairs);
    ASSERT_OK(fc_text_copy("ad-large", &target.profile, &err), err);
    fc_plans_lines(store, keys);
    for (size_t i = 0; keys[i] != NULL; i++) {
        fc_plan_picture picture = { .profile = "ad-large" };
        fc_plans_look(store, keys[i], FC_LINE_READY, "picture");
        ASSERT_OK(fc_plan_store_picture(store, keys[i], &picture, &err), err);
        fc_plan_delivery delivery = { .state = i == 0 ? FC_LINE_DELIVERED : FC_LINE_REFUSED };
        strcpy(delivery.sha256, picture.sha256);
        strcpy(delivery.words, "no");
        ASSERT_OK(fc_plan_store_set_delivery(store, "folder", keys[i], &delivery, &err), err);
    }
    fc_plans_look(store, "c", FC_LINE_READY, "another picture"); /* was not offered yet */
    write_it(store, &target, 1);
    assert_int_equal(report.counts[FC_LINE_DELIVERED], 1);
    assert_int_equal(report.counts[FC_LINE_REFUSED], 1);
    assert_int_equal(report.counts[FC_LINE_READY], 1);
    assert_non_null(strstr(fc_targets_read(fc_targets_path("plan.csv")), "folder: no"));
    fc_target_config_clear(&target);
    fc_plan_store_close(store);
}

static void a_folder_that_is_gone_is_told(void **state)
{
    (void)state;
    fc_error err = { 0 };
    const char *const keys[] = { "a", NULL };
    fc_plan_store *store = fc_plans_open();
    fc_plans_lines(store, keys);
    write_it(store, NULL, 0);
    report.folder = "/no/such/folder";
    ASSERT_FAILS(FC_IO, fc_plan_report_write(&report, &err), err);
    fc_plan_store_close(store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FC_TARGETS_TEST(what_needs_eyes_comes_first),
        FC_TARGETS_TEST(deliveries_decide_of_what_is_ready),
        FC_TARGETS_TEST(a_folder_that_is_gone_is_told),
    };
    return cmocka_run_group_tests_name("directory/plan_report", tests, NULL, NULL);
}

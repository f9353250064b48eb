#include "directory/apply.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "support/fc_test.h"
#include "support/plans.h"
#include "support/targets.h"

static fc_plan_store *store;
static fc_target_config target;

static void set_up(const char *pattern)
{
    fc_error err = { 0 };
    const char *const keys[] = { "a", "b", "c", NULL };
    store = fc_plans_open();
    const char *const pairs[] = { "folder", fc_targets_path("out"),
                                  pattern != NULL ? "pattern" : NULL, pattern, NULL };
    target = fc_targets_config("folder", pairs);
    ASSERT_OK(fc_text_copy("ad-large", &target.profile, &err), err);
    fc_plans_lines(store, keys);
    fc_plans_look(store, "a", FC_LINE_READY, "picture of a");
    fc_plans_look(store, "b", FC_LINE_NEEDS_EYES, "picture of b");
    fc_plans_look(store, "c", FC_LINE_NO_FACE, NULL);
}

static void tear_down(void)
{
    fc_target_config_clear(&target);
    fc_plan_store_close(store);
}

static fc_apply_request wanted(void)
{
    return (fc_apply_request){ .folder = fc_targets_folder,
                               .store = store,
                               .targets = &target,
                               .target_count = 1,
                               .parallel = 2 };
}

/* All of it; the state of the last one. */
static fc_line_state run(const fc_apply_request *request, size_t count)
{
    fc_error err = { 0 };
    fc_apply_result result = { .state = FC_LINE_WAITING };
    FC_AUTO(fc_apply) apply = NULL;
    ASSERT_OK(fc_apply_open(request, &apply, &err), err);
    assert_int_equal(fc_apply_count(apply), count);
    for (size_t i = 0; i < count; i++) {
        assert_string_equal(fc_apply_target(apply, i), "folder");
        ASSERT_OK(fc_apply_deliver(apply, i, &result, &err), err);
    }
    ASSERT_OK(fc_apply_finish(apply, &err), err);
    return result.state;
}

static void what_is_ready_is_sent_once(void **state)
{
    (void)state;
    set_up(NULL);
    fc_apply_request request = wanted();
    request.dry_run = true;
    assert_int_equal(run(&request, 1), FC_LINE_READY);
    assert_string_equal(fc_targets_read(fc_targets_path("out/a.jpg")), "");
    request.dry_run = false;
    assert_int_equal(run(&request, 1), FC_LINE_DELIVERED);
    assert_string_equal(fc_targets_read(fc_targets_path("out/a.jpg")), "picture of a");
    assert_int_equal(run(&request, 1), FC_LINE_UNCHANGED);
    request.needs_eyes = true;
    assert_int_equal(run(&request, 2), FC_LINE_DELIVERED);
    assert_string_equal(fc_targets_read(fc_targets_path("out/b.jpg")), "picture of b");
    request.limit = 1;
    assert_int_equal(run(&request, 1), FC_LINE_UNCHANGED);
    tear_down();
}

/* As after a kill between sending and recording. */
static void what_the_target_has_is_not_sent_again_and_not_taken_for_old(void **state)
{
    (void)state;
    fc_error err = { 0 };
    set_up(NULL);
    const fc_apply_request request = wanted();
    fc_plan_previous previous;
    assert_int_equal(run(&request, 1), FC_LINE_DELIVERED);
    ASSERT_OK(fc_plan_store_undone(store, "folder", "a", 1, &err), err);
    assert_int_equal(run(&request, 1), FC_LINE_UNCHANGED);
    ASSERT_OK(fc_plan_store_previous(store, "folder", "a", &previous, &err), err);
    assert_int_equal(previous.step, 0);
    tear_down();
}

static void undo_restores_or_removes(void **state)
{
    (void)state;
    set_up(NULL);
    fc_apply_request request = wanted();
    assert_int_equal(run(&request, 1), FC_LINE_DELIVERED);
    fc_plans_look(store, "a", FC_LINE_READY, "a newer one");
    assert_int_equal(run(&request, 1), FC_LINE_DELIVERED);
    request.undo = true;
    assert_int_equal(run(&request, 1), FC_LINE_DELIVERED);
    assert_string_equal(fc_targets_read(fc_targets_path("out/a.jpg")), "picture of a");
    assert_int_equal(run(&request, 1), FC_LINE_DELIVERED);
    assert_string_equal(fc_targets_read(fc_targets_path("out/a.jpg")), "");
    assert_int_equal(run(&request, 0), FC_LINE_WAITING); /* nothing is left */
    tear_down();
}

static void what_was_there_is_kept_in_a_folder_of_any_name(void **state)
{
    (void)state;
    char folder[1024];
    set_up(NULL);
    fc_apply_request request = wanted();
    assert_int_equal(run(&request, 1), FC_LINE_DELIVERED);
    fc_plans_look(store, "a", FC_LINE_READY, "a newer one");
    (void)snprintf(folder, sizeof folder, "%s", fc_targets_folder);
    while (strlen(folder) + 3 < sizeof folder) {
        (void)strcat(folder, "/.");
    }
    request.folder = folder;
    assert_int_equal(run(&request, 1), FC_LINE_DELIVERED);
    request.undo = true;
    assert_int_equal(run(&request, 1), FC_LINE_DELIVERED);
    assert_string_equal(fc_targets_read(fc_targets_path("out/a.jpg")), "picture of a");
    tear_down();
}

static void write_out(const char *name, const char *text)
{
    fc_error err = { 0 };
    const fc_bytes bytes = { (const uint8_t *)text, strlen(text) };
    ASSERT_OK(fc_file_write(fc_targets_path(name), bytes, &err), err);
}

static void an_undo_takes_back_one_run_of_apply(void **state)
{
    (void)state;
    set_up(NULL);
    fc_apply_request request = wanted();
    request.needs_eyes = true;
    assert_int_equal(run(&request, 2), FC_LINE_DELIVERED);
    fc_plans_look(store, "a", FC_LINE_READY, "a newer one");
    (void)run(&request, 2);
    request.undo = true;
    request.dry_run = true;
    assert_int_equal(run(&request, 1), FC_LINE_READY);
    request.dry_run = false;
    assert_int_equal(run(&request, 1), FC_LINE_DELIVERED); /* a alone had changed */
    assert_string_equal(fc_targets_read(fc_targets_path("out/a.jpg")), "picture of a");
    assert_string_equal(fc_targets_read(fc_targets_path("out/b.jpg")), "picture of b");
    assert_int_equal(run(&request, 2), FC_LINE_DELIVERED);
    assert_string_equal(fc_targets_read(fc_targets_path("out/a.jpg")), "");
    assert_string_equal(fc_targets_read(fc_targets_path("out/b.jpg")), "");
    tear_down();
}

/* As after a kill: begun again it ends as it would have. */
static void an_undo_that_was_stopped_goes_on(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_apply_result result;
    set_up(NULL);
    fc_apply_request request = wanted();
    request.needs_eyes = true;
    (void)run(&request, 2);
    request.undo = true;
    FC_AUTO(fc_apply) apply = NULL;
    ASSERT_OK(fc_apply_open(&request, &apply, &err), err);
    ASSERT_OK(fc_apply_deliver(apply, 0, &result, &err), err);
    ASSERT_OK(fc_apply_finish(apply, &err), err);
    assert_int_equal(unlink(fc_targets_path("out/b.jpg")), 0); /* done, and not recorded */
    assert_int_equal(run(&request, 1), FC_LINE_DELIVERED);
    assert_int_equal(run(&request, 0), FC_LINE_WAITING);
    tear_down();
}

/* A run that was stopped and the one that goes on with it. */
static void what_was_stopped_is_undone_with_what_went_on(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_apply_result result;
    set_up(NULL);
    fc_apply_request request = wanted();
    request.needs_eyes = true;
    fc_apply *apply = NULL;
    ASSERT_OK(fc_apply_open(&request, &apply, &err), err);
    ASSERT_OK(fc_apply_deliver(apply, 0, &result, &err), err);
    ASSERT_OK(fc_apply_finish(apply, &err), err);
    fc_apply_free(apply);
    (void)run(&request, 2);
    request.undo = true;
    assert_int_equal(run(&request, 2), FC_LINE_DELIVERED);
    assert_int_equal(run(&request, 0), FC_LINE_WAITING);
    tear_down();
}

static void what_cannot_be_undone_does_not_hold_up_the_rest(void **state)
{
    (void)state;
    set_up(NULL);
    fc_apply_request request = wanted();
    request.needs_eyes = true;
    (void)run(&request, 2);
    fc_plans_look(store, "a", FC_LINE_READY, "a newer one");
    (void)run(&request, 2);
    write_out("out/a.jpg", "somebody else's");
    request.undo = true;
    assert_int_equal(run(&request, 1), FC_LINE_REFUSED);
    (void)run(&request, 2); /* a once more, and b */
    assert_string_equal(fc_targets_read(fc_targets_path("out/a.jpg")), "somebody else's");
    assert_string_equal(fc_targets_read(fc_targets_path("out/b.jpg")), "");
    write_out("out/a.jpg", "a newer one");
    assert_int_equal(run(&request, 1), FC_LINE_DELIVERED);
    assert_string_equal(fc_targets_read(fc_targets_path("out/a.jpg")), "picture of a");
    tear_down();
}

static void two_accounts_of_one_place_are_refused_before_anything_is_sent(void **state)
{
    (void)state;
    fc_error err = { 0 };
    set_up("{name}.jpg");
    fc_plans_look(store, "b", FC_LINE_READY, "picture of b");
    const fc_apply_request request = wanted();
    fc_apply *apply = NULL;
    ASSERT_FAILS(FC_INVALID_ARGUMENT, fc_apply_open(&request, &apply, &err), err);
    assert_non_null(strstr(err.text, "Same Name.jpg"));
    assert_null(apply);
    tear_down();
}

static void an_account_that_has_nothing_is_not_found(void **state)
{
    (void)state;
    fc_error err = { 0 };
    set_up(NULL);
    fc_apply_request request = wanted();
    fc_apply *apply = NULL;
    request.only = "c";
    ASSERT_FAILS(FC_NOT_FOUND, fc_apply_open(&request, &apply, &err), err);
    request.only = "a";
    assert_int_equal(run(&request, 1), FC_LINE_DELIVERED);
    tear_down();
}

/* A share of Windows would keep one of the two. */
static void names_that_some_system_takes_for_one_are_refused(void **state)
{
    (void)state;
    fc_error err = { 0 };
    set_up(NULL);
    const char *const keys[] = { "M\xC3\xBCller", "mu\xCC\x88ller", NULL };
    fc_plans_lines(store, keys);
    fc_plans_look(store, keys[0], FC_LINE_READY, "one");
    fc_plans_look(store, keys[1], FC_LINE_READY, "the other");
    const fc_apply_request request = wanted();
    FC_AUTO(fc_apply) apply = NULL;
    ASSERT_FAILS(FC_INVALID_ARGUMENT, fc_apply_open(&request, &apply, &err), err);
    assert_non_null(strstr(err.text, "where case does not count; nothing was delivered"));
    tear_down();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FC_TARGETS_TEST(what_is_ready_is_sent_once),
        FC_TARGETS_TEST(what_the_target_has_is_not_sent_again_and_not_taken_for_old),
        FC_TARGETS_TEST(undo_restores_or_removes),
        FC_TARGETS_TEST(what_was_there_is_kept_in_a_folder_of_any_name),
        FC_TARGETS_TEST(an_undo_takes_back_one_run_of_apply),
        FC_TARGETS_TEST(an_undo_that_was_stopped_goes_on),
        FC_TARGETS_TEST(what_was_stopped_is_undone_with_what_went_on),
        FC_TARGETS_TEST(what_cannot_be_undone_does_not_hold_up_the_rest),
        FC_TARGETS_TEST(two_accounts_of_one_place_are_refused_before_anything_is_sent),
        FC_TARGETS_TEST(an_account_that_has_nothing_is_not_found),
        FC_TARGETS_TEST(names_that_some_system_takes_for_one_are_refused),
    };
    return cmocka_run_group_tests_name("directory/apply", tests, NULL, NULL);
}

#include "directory/plan_store.h"

#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "support/fc_test.h"
#include "support/targets.h"

static fc_plan_store *open_it(void)
{
    fc_error err = { 0 };
    fc_plan_store *store = NULL;
    ASSERT_OK(fc_plan_store_open(fc_targets_folder, true, &store, &err), err);
    return store;
}

static void what_is_recorded_is_there_the_next_time(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_plan_store *store = open_it();
    const fc_plan_look look = {
        .photo = "p", .recipe = "r", .state = FC_LINE_NEEDS_EYES, .reason = "why"
    };
    const fc_plan_picture made = { "ad", "s", 12, 96, 90 };
    const fc_plan_delivery sent = { "s", FC_LINE_REFUSED, "words", "" };
    const fc_plan_file file = { "photos/a.jpg", 5, 6, 7 };
    ASSERT_OK(fc_plan_store_set(store, "to", "folder:x", &err), err);
    ASSERT_OK(fc_plan_store_set_look(store, "a", &look, &made, 1, &err), err);
    ASSERT_OK(fc_plan_store_set_delivery(store, "t", "a", &sent, &err), err);
    ASSERT_OK(fc_plan_store_add_previous(store, "t", "a", 3, "old", &err), err);
    ASSERT_OK(fc_plan_store_set_file(store, &file, "s", &err), err);
    fc_plan_store_close(store);

    store = open_it();
    FC_AUTO_BUFFER(text, 100);
    fc_plan_look look_found;
    fc_plan_picture picture = { .profile = "ad" };
    fc_plan_delivery delivery;
    char sha256[FC_DIGEST_SIZE];
    fc_plan_previous previous;
    ASSERT_OK(fc_plan_store_get(store, "to", &text, &err), err);
    assert_string_equal(fc_buffer_text(&text), "folder:x");
    ASSERT_OK(fc_plan_store_look(store, "a", &look_found, &err), err);
    assert_memory_equal(&look_found, &look, sizeof look);
    ASSERT_OK(fc_plan_store_picture(store, "a", &picture, &err), err);
    assert_string_equal(picture.sha256, "s");
    assert_int_equal(picture.height, 90);
    ASSERT_OK(fc_plan_store_delivery(store, "t", "a", &delivery, &err), err);
    assert_int_equal(delivery.state, FC_LINE_REFUSED);
    assert_string_equal(delivery.words, "words");
    ASSERT_OK(fc_plan_store_previous(store, "t", "a", &previous, &err), err);
    assert_int_equal(previous.step, 3);
    assert_string_equal(previous.sha256, "old");
    assert_false(previous.tried);
    ASSERT_OK(fc_plan_store_file(store, &file, sha256, &err), err);
    assert_string_equal(sha256, "s");
    fc_plan_store_close(store);
}

static void what_is_not_known_is_empty(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_plan_store *store = open_it();
    FC_AUTO_BUFFER(text, 100);
    fc_plan_look look;
    fc_plan_picture picture = { .profile = "ad" };
    fc_plan_delivery delivery;
    char sha256[FC_DIGEST_SIZE];
    fc_plan_previous previous;
    const fc_plan_file file = { "photos/a.jpg", 5, 6, 7 };
    const fc_plan_file touched = { "photos/a.jpg", 5, 6, 8 };
    ASSERT_OK(fc_plan_store_get(store, "to", &text, &err), err);
    assert_string_equal(fc_buffer_text(&text), "");
    ASSERT_OK(fc_plan_store_look(store, "a", &look, &err), err);
    assert_int_equal(look.state, FC_LINE_WAITING);
    ASSERT_OK(fc_plan_store_picture(store, "a", &picture, &err), err);
    assert_string_equal(picture.sha256, "");
    ASSERT_OK(fc_plan_store_delivery(store, "t", "a", &delivery, &err), err);
    assert_int_equal(delivery.state, FC_LINE_READY);
    ASSERT_OK(fc_plan_store_previous(store, "t", "a", &previous, &err), err);
    assert_int_equal(previous.step, 0);
    ASSERT_OK(fc_plan_store_set_file(store, &file, "s", &err), err);
    ASSERT_OK(fc_plan_store_file(store, &touched, sha256, &err), err);
    assert_string_equal(sha256, "");
    fc_plan_store_close(store);
}

static void forgetting_takes_all_of_it(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_plan_store *store = open_it();
    const fc_plan_look look = { .photo = "p", .recipe = "r", .state = FC_LINE_READY };
    const fc_plan_picture made[] = { { "ad", "s", 12, 96, 96 }, { "badge", "b", 1, 2, 3 } };
    fc_plan_picture picture = { .profile = "badge" };
    fc_plan_look found;
    fc_plan_previous previous;
    ASSERT_OK(fc_plan_store_set_look(store, "a", &look, made, 2, &err), err);
    ASSERT_OK(fc_plan_store_set_look(store, "a", &look, made, 1, &err), err);
    ASSERT_OK(fc_plan_store_picture(store, "a", &picture, &err), err);
    assert_string_equal(picture.sha256, ""); /* of the look before */
    ASSERT_OK(fc_plan_store_forget_look(store, "a", &err), err);
    ASSERT_OK(fc_plan_store_look(store, "a", &found, &err), err);
    assert_string_equal(found.photo, "");
    ASSERT_OK(fc_plan_store_add_previous(store, "t", "a", 1, "", &err), err);
    ASSERT_OK(fc_plan_store_forget_account(store, "a", &err), err);
    ASSERT_OK(fc_plan_store_previous(store, "t", "a", &previous, &err), err);
    assert_int_equal(previous.step, 0);
    fc_plan_store_close(store);
}

static void deliver(fc_plan_store *store, const char *sha256, fc_line_state state)
{
    fc_error err = { 0 };
    fc_plan_delivery sent = { .state = state };
    (void)snprintf(sent.sha256, sizeof sent.sha256, "%s", sha256);
    ASSERT_OK(fc_plan_store_set_delivery(store, "t", "a", &sent, &err), err);
}

static void assert_last(fc_plan_store *store, const char *ours, int64_t step, const char *before)
{
    fc_error err = { 0 };
    fc_plan_delivery last;
    fc_plan_previous previous;
    ASSERT_OK(fc_plan_store_delivery(store, "t", "a", &last, &err), err);
    ASSERT_OK(fc_plan_store_previous(store, "t", "a", &previous, &err), err);
    assert_string_equal(last.ours, ours);
    assert_int_equal(previous.step, step);
    assert_string_equal(previous.sha256, before);
}

static void history_goes_back_step_by_step(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_plan_store *store = open_it();
    fc_plan_previous previous;
    ASSERT_OK(fc_plan_store_add_previous(store, "t", "a", 1, "", &err), err);
    deliver(store, "first", FC_LINE_DELIVERED);
    ASSERT_OK(fc_plan_store_add_previous(store, "t", "a", 2, "first", &err), err);
    deliver(store, "second", FC_LINE_DELIVERED);
    ASSERT_OK(fc_plan_store_add_previous(store, "t", "a", 3, "second", &err), err);
    deliver(store, "third", FC_LINE_REFUSED);
    assert_last(store, "second", 3, "second");
    ASSERT_OK(fc_plan_store_drop_previous(store, "t", "a", 3, &err), err);
    assert_last(store, "second", 2, "first");
    ASSERT_OK(fc_plan_store_not_undone(store, "t", "a", 2, &err), err);
    ASSERT_OK(fc_plan_store_previous(store, "t", "a", &previous, &err), err);
    assert_true(previous.tried);
    ASSERT_OK(fc_plan_store_undone(store, "t", "a", 2, &err), err);
    assert_last(store, "first", 1, "");
    ASSERT_OK(fc_plan_store_undone(store, "t", "a", 1, &err), err);
    assert_last(store, "", 0, "");
    fc_plan_store_close(store);
}

static void a_step_that_was_begun_goes_on_until_it_is_ended(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_plan_store *store = open_it();
    int64_t step = 0;
    ASSERT_OK(fc_plan_store_begin_step(store, &step, &err), err);
    assert_int_equal(step, 1);
    ASSERT_OK(fc_plan_store_add_previous(store, "t", "a", step, "", &err), err);
    fc_plan_store_close(store);
    store = open_it();
    ASSERT_OK(fc_plan_store_begin_step(store, &step, &err), err);
    assert_int_equal(step, 1);
    ASSERT_OK(fc_plan_store_end_step(store, &err), err);
    ASSERT_OK(fc_plan_store_begin_step(store, &step, &err), err);
    assert_int_equal(step, 2);
    fc_plan_store_close(store);
}

static fc_status count_line(void *context, const fc_plan_line *line, fc_error *err)
{
    (void)err;
    assert_string_equal(line->account.columns[FC_ACCOUNT_NAME], "Name");
    assert_string_equal(line->photo, "p.jpg");
    assert_string_equal(line->reason, "because");
    assert_int_equal(line->account.row, 2);
    ++*(int *)context;
    return FC_OK;
}

static fc_status take_key(void *context, const char *key, bool left, fc_error *err)
{
    (void)err;
    assert_true(left);
    (void)snprintf(context, 8, "%s", key);
    return FC_OK;
}

static void lines_are_replaced_all_or_not_at_all(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_plan_store *store = open_it();
    const fc_plan_line line = { fc_targets_account("a", "Name"), "p.jpg", FC_LINE_WAITING,
                                "because" };
    const fc_plan_look look = { .photo = "p", .recipe = "r", .state = FC_LINE_READY };
    int count = 0;
    char gone[8] = "";
    ASSERT_OK(fc_plan_store_begin_lines(store, &err), err);
    ASSERT_OK(fc_plan_store_add_line(store, &line, &err), err);
    ASSERT_OK(fc_plan_store_add_line(store, &line, &err), err);
    ASSERT_OK(fc_plan_store_end_lines(store, FC_OK, &err), err);
    ASSERT_OK(fc_plan_store_begin_lines(store, &err), err);
    ASSERT_OK(fc_plan_store_add_line(store, &line, &err), err);
    assert_int_equal(fc_plan_store_end_lines(store, FC_IO, &err), FC_IO);
    ASSERT_OK(fc_plan_store_lines(store, count_line, &count, &err), err);
    assert_int_equal(count, 2);
    ASSERT_OK(fc_plan_store_set_look(store, "a", &look, NULL, 0, &err), err);
    ASSERT_OK(fc_plan_store_set_look(store, "left", &look, NULL, 0, &err), err);
    ASSERT_OK(fc_plan_store_gone(store, take_key, gone, &err), err);
    assert_string_equal(gone, "left");
    ASSERT_OK(fc_plan_store_forget_account(store, "left", &err), err);
    gone[0] = '\0';
    ASSERT_OK(fc_plan_store_gone(store, take_key, gone, &err), err);
    assert_string_equal(gone, "");
    const fc_plan_file kept = { "p.jpg", 1, 2, 3 };
    const fc_plan_file dropped = { "q.jpg", 1, 2, 3 };
    char sha256[FC_DIGEST_SIZE];
    ASSERT_OK(fc_plan_store_set_file(store, &kept, "s", &err), err);
    ASSERT_OK(fc_plan_store_set_file(store, &dropped, "s", &err), err);
    ASSERT_OK(fc_plan_store_forget_files(store, &err), err);
    ASSERT_OK(fc_plan_store_file(store, &kept, sha256, &err), err);
    assert_string_equal(sha256, "s");
    ASSERT_OK(fc_plan_store_file(store, &dropped, sha256, &err), err);
    assert_string_equal(sha256, "");
    fc_plan_store_close(store);
}

static void what_is_no_plan_is_refused(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_plan_store *store = NULL;
    ASSERT_FAILS(FC_IO, fc_plan_store_open(fc_targets_folder, false, &store, &err), err);
    ASSERT_FAILS(FC_IO, fc_plan_store_open("/no/such/folder", true, &store, &err), err);
    const fc_bytes text = { (const uint8_t *)"this is no database, however long it is", 39 };
    ASSERT_OK(fc_file_write(fc_targets_path("state.sqlite"), text, &err), err);
    ASSERT_FAILS(FC_IO, fc_plan_store_open(fc_targets_folder, true, &store, &err), err);
    assert_non_null(strstr(err.text, "state.sqlite"));
    assert_null(store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FC_TARGETS_TEST(what_is_recorded_is_there_the_next_time),
        FC_TARGETS_TEST(what_is_not_known_is_empty),
        FC_TARGETS_TEST(forgetting_takes_all_of_it),
        FC_TARGETS_TEST(history_goes_back_step_by_step),
        FC_TARGETS_TEST(a_step_that_was_begun_goes_on_until_it_is_ended),
        FC_TARGETS_TEST(lines_are_replaced_all_or_not_at_all),
        FC_TARGETS_TEST(what_is_no_plan_is_refused),
    };
    return cmocka_run_group_tests_name("directory/plan_store", tests, NULL, NULL);
}

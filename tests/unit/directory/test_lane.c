#include "directory/lane.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "support/fc_test.h"
#include "support/targets.h"

static fc_target_config config;
static char program[128];

/* A lane to a shell script. */
static fc_lane *open_lane(const char *script, const fc_cancel *cancel)
{
    fc_error err = { 0 };
    fc_lane *lane = NULL;
    (void)snprintf(program, sizeof program, "%s", fc_targets_path("program"));
    ASSERT_OK(fc_file_write(program, (fc_bytes){ (const uint8_t *)script, strlen(script) }, &err),
              err);
    assert_int_equal(chmod(program, 0755), 0);
    const char *const pairs[] = { "program", program, NULL };
    config = fc_targets_config("command", pairs);
    ASSERT_OK(fc_lane_new(&config, 2, cancel, &lane, &err), err);
    return lane;
}

static void connections_are_used_again(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_target *first = NULL;
    fc_target *second = NULL;
    fc_lane *lane = open_lane("#!/bin/sh\n", NULL);
    ASSERT_OK(fc_lane_take(lane, &first, &err), err);
    ASSERT_OK(fc_lane_take(lane, &second, &err), err);
    assert_ptr_not_equal(first, second);
    fc_lane_give_back(lane, first, false);
    fc_target *again = NULL;
    ASSERT_OK(fc_lane_take(lane, &again, &err), err);
    assert_ptr_equal(again, first);
    fc_lane_give_back(lane, again, true);
    fc_lane_give_back(lane, second, false);
    fc_lane_free(lane);
    fc_target_config_clear(&config);
}

static void a_target_that_cannot_be_opened_gives_its_place_back(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_target *target = NULL;
    fc_lane *lane = open_lane("#!/bin/sh\n", NULL);
    ASSERT_OK(fc_target_config_add(&config, "timeout_s", "never", &err), err);
    for (int i = 0; i < 5; i++) {
        ASSERT_FAILS(FC_INVALID_ARGUMENT, fc_lane_take(lane, &target, &err), err);
    }
    fc_lane_free(lane);
    fc_target_config_clear(&config);
}

static void who_asks_to_wait_is_asked_again(void **state)
{
    (void)state;
    fc_error err = { 0 };
    char script[256];
    fc_target *target = NULL;
    fc_delivery result;
    (void)snprintf(script, sizeof script,
                   "#!/bin/sh\n[ -e %s/tried ] || { touch %s/tried; exit 75; }\n",
                   fc_targets_folder, fc_targets_folder);
    fc_lane *lane = open_lane(script, NULL);
    const fc_account account = fc_targets_account("a", "");
    const fc_target_picture picture = fc_targets_picture("bytes");
    ASSERT_OK(fc_lane_take(lane, &target, &err), err);
    ASSERT_OK(fc_lane_deliver(lane, &account, &picture, &target, &result, &err), err);
    assert_int_equal(result.state, FC_DELIVERY_DONE);
    fc_lane_give_back(lane, target, false);
    fc_lane_free(lane);
    fc_target_config_clear(&config);
}

static void waiting_ends_when_the_work_is_cancelled(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_cancel cancel = { 0 };
    fc_target *target = NULL;
    fc_delivery result;
    fc_lane *lane = open_lane("#!/bin/sh\nexit 75\n", &cancel);
    const fc_account account = fc_targets_account("a", "");
    const fc_target_picture picture = fc_targets_picture("bytes");
    atomic_store(&cancel.requested, true);
    ASSERT_OK(fc_lane_take(lane, &target, &err), err);
    ASSERT_OK(fc_lane_await(lane, &err), err); /* nobody has asked to wait yet */
    ASSERT_FAILS(FC_CANCELLED, fc_lane_deliver(lane, &account, &picture, &target, &result, &err),
                 err);
    fc_lane_give_back(lane, target, false);
    fc_lane_free(lane);
    fc_target_config_clear(&config);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FC_TARGETS_TEST(connections_are_used_again),
        FC_TARGETS_TEST(a_target_that_cannot_be_opened_gives_its_place_back),
        FC_TARGETS_TEST(who_asks_to_wait_is_asked_again),
        FC_TARGETS_TEST(waiting_ends_when_the_work_is_cancelled),
    };
    return cmocka_run_group_tests_name("directory/lane", tests, NULL, NULL);
}

#include "support/plans.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "directory/plan.h"
#include "support/fc_test.h"
#include "support/targets.h"

fc_plan_store *fc_plans_open(void)
{
    fc_error err = { 0 };
    fc_plan_store *store = NULL;
    (void)mkdir(fc_targets_path("pictures"), 0700);
    (void)mkdir(fc_targets_path("pictures/ad-large"), 0700);
    ASSERT_OK(fc_plan_store_open(fc_targets_folder, true, &store, &err), err);
    return store;
}

void fc_plans_lines(fc_plan_store *store, const char *const *keys)
{
    fc_error err = { 0 };
    ASSERT_OK(fc_plan_store_begin_lines(store, &err), err);
    for (; *keys != NULL; keys++) {
        const fc_plan_line line = { fc_targets_account(*keys, "Same Name"), "photos/x.jpg",
                                    FC_LINE_WAITING, "" };
        ASSERT_OK(fc_plan_store_add_line(store, &line, &err), err);
    }
    ASSERT_OK(fc_plan_store_end_lines(store, FC_OK, &err), err);
}

void fc_plans_look(fc_plan_store *store, const char *key, fc_line_state state, const char *text)
{
    fc_error err = { 0 };
    char path[PATH_MAX];
    const fc_plan_look look = { .photo = "p", .recipe = "r", .state = state, .reason = "reason" };
    fc_plan_picture picture = { .profile = "ad-large" };
    if (text != NULL) {
        const fc_bytes bytes = { (const uint8_t *)text, strlen(text) };
        picture.bytes = (int64_t)bytes.size;
        fc_digest_of(bytes, picture.sha256);
        ASSERT_OK(
            fc_plan_path(fc_targets_folder, "pictures/ad-large", key, path, sizeof path, &err),
            err);
        ASSERT_OK(fc_file_write(path, bytes, &err), err);
    }
    ASSERT_OK(fc_plan_store_set_look(store, key, &look, &picture, text != NULL ? 1 : 0, &err), err);
}

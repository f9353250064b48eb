/** Targets and accounts for tests. All of this fails the test when something goes wrong. */
#pragma once

#include "directory/target.h"

/** A folder of its own for each test: cmocka setup and teardown. */
extern char fc_targets_folder[64];
int fc_targets_setup(void **state);
int fc_targets_teardown(void **state);

#define FC_TARGETS_TEST(name)                                                                      \
    cmocka_unit_test_setup_teardown(name, fc_targets_setup, fc_targets_teardown)

/** Path of a file in the folder, in a static buffer. */
const char *fc_targets_path(const char *name);

/** An account with a key and a name. */
fc_account fc_targets_account(const char *key, const char *name);

/** An account with a key and what services know their users by. */
fc_account fc_targets_user(const char *key, const char *mail, const char *upn);

/** A picture with a text as its bytes, and its file in the folder. */
fc_target_picture fc_targets_picture(const char *text);

/** Settings of a kind: names and values, ended by NULL. */
fc_target_config fc_targets_config(const char *kind, const char *const *pairs);

/** The one target of the text of a target file, in place of what the config was. */
void fc_targets_parse(const char *text, fc_target_config *config);

/** What a file holds, in a static buffer; "" where there is none. */
const char *fc_targets_read(const char *path);

#include "support/targets.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "directory/target_file.h"
#include "support/fc_test.h"

char fc_targets_folder[64];

int fc_targets_setup(void **state)
{
    (void)state;
    (void)snprintf(fc_targets_folder, sizeof fc_targets_folder, "/tmp/fc_targets_XXXXXX");
    return mkdtemp(fc_targets_folder) != NULL ? 0 : -1;
}

int fc_targets_teardown(void **state)
{
    (void)state;
    char command[96];
    (void)snprintf(command, sizeof command, "rm -rf '%s'", fc_targets_folder);
    return system(command);
}

const char *fc_targets_path(const char *name)
{
    static char path[PATH_MAX];
    (void)snprintf(path, sizeof path, "%s/%s", fc_targets_folder, name);
    return path;
}

fc_account fc_targets_account(const char *key, const char *name)
{
    fc_account account = FC_ACCOUNT_NOBODY;
    account.key = key;
    account.row = 2;
    account.columns[FC_ACCOUNT_ACCOUNT] = key;
    account.columns[FC_ACCOUNT_NAME] = name;
    return account;
}

fc_account fc_targets_user(const char *key, const char *mail, const char *upn)
{
    fc_account account = fc_targets_account(key, "");
    account.columns[FC_ACCOUNT_ACCOUNT] = "";
    account.columns[FC_ACCOUNT_MAIL] = mail;
    account.columns[FC_ACCOUNT_UPN] = upn;
    return account;
}

fc_target_picture fc_targets_picture(const char *text)
{
    static char path[PATH_MAX];
    fc_error err = { 0 };
    const fc_bytes bytes = { (const uint8_t *)text, strlen(text) };
    (void)snprintf(path, sizeof path, "%s", fc_targets_path("picture.jpg"));
    ASSERT_OK(fc_file_write(path, bytes, &err), err);
    return (fc_target_picture){ bytes, path, "ad", "" };
}

fc_target_config fc_targets_config(const char *kind, const char *const *pairs)
{
    fc_error err = { 0 };
    fc_target_config config = { 0 };
    ASSERT_OK(fc_text_copy(kind, &config.kind, &err), err);
    ASSERT_OK(fc_text_copy(kind, &config.name, &err), err);
    for (; *pairs != NULL; pairs += 2) {
        ASSERT_OK(fc_target_config_add(&config, pairs[0], pairs[1], &err), err);
    }
    return config;
}

void fc_targets_parse(const char *text, fc_target_config *config)
{
    fc_error err = { 0 };
    fc_target_file file = { 0 };
    const fc_bytes bytes = { (const uint8_t *)text, strlen(text) };
    ASSERT_OK(fc_target_file_parse(bytes, &file, &err), err);
    assert_int_equal(file.target_count, 1);
    fc_target_config_clear(config);
    *config = file.targets[0];
    file.targets[0] = (fc_target_config){ 0 };
    fc_target_file_clear(&file);
}

const char *fc_targets_read(const char *path)
{
    static char text[65536];
    FC_AUTO_BUFFER(file, sizeof text - 1);
    text[0] = '\0';
    if (fc_file_read(path, sizeof text - 1, &file, NULL) == FC_OK && file.size > 0) {
        memcpy(text, file.data, file.size);
        text[file.size] = '\0';
    }
    return text;
}

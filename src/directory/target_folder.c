/* Target: a folder, with a file for each account. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/brief.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/memory.h"
#include "directory/target.h"

#define PATTERN "{account}.jpg"

struct fc_target {
    char folder[PATH_MAX];
    char pattern[NAME_MAX];
};

/* The column that stands between { and }: "{account}" is what the account is known by. */
static const char *value_of(const fc_account *account, const char *name, size_t size)
{
    if (size == strlen("account") && strncmp(name, "account", size) == 0) {
        return account->key;
    }
    return fc_account_value(account, name, size);
}

static fc_status check_pattern(const char *pattern, fc_error *err)
{
    const fc_account nobody = FC_ACCOUNT_NOBODY;
    bool named = false;
    for (const char *at = strchr(pattern, '{'); at != NULL; at = strchr(at + 1, '{')) {
        const size_t size = strcspn(at + 1, "}");
        if (at[1 + size] != '}' || value_of(&nobody, at + 1, size) == NULL) {
            return fc_fail(err, FC_INVALID_ARGUMENT, "pattern \"%.60s\": {%.*s} is no column",
                           pattern, size > 40 ? 40 : (int)size, at + 1);
        }
        named = true;
    }
    if (!named || strchr(pattern, '/') != NULL) {
        return fc_fail(err, FC_INVALID_ARGUMENT,
                       "pattern \"%.60s\": a file name with a column in it is needed, as " PATTERN,
                       pattern);
    }
    return FC_OK;
}

static fc_status open_folder(const fc_target_config *config, fc_target **out, fc_error *err)
{
    const char *folder = fc_target_config_get(config, "folder");
    const char *pattern = fc_target_config_get_or(config, "pattern", PATTERN);
    FC_TRY(check_pattern(pattern, err));
    if (strlen(folder) >= PATH_MAX - NAME_MAX || strlen(pattern) >= NAME_MAX) {
        return fc_fail(err, FC_INVALID_ARGUMENT, "%s: the name is too long",
                       fc_brief_of(folder).text);
    }
    FC_TRY(fc_folder_make(folder, 0777, err));
    fc_target *target = NULL;
    FC_TRY(fc_memory_new_zeroed(1, sizeof *target, (void **)&target, err));
    (void)snprintf(target->folder, sizeof target->folder, "%s", folder);
    (void)snprintf(target->pattern, sizeof target->pattern, "%s", pattern);
    *out = target;
    return FC_OK;
}

/* False where a column of the pattern is empty, or the name would be too long. */
static bool make_path(const fc_target *target, const fc_account *account, char path[PATH_MAX])
{
    size_t used = (size_t)snprintf(path, PATH_MAX, "%s/", target->folder);
    for (const char *at = target->pattern; *at != '\0' && used < PATH_MAX;) {
        if (*at != '{') {
            path[used++] = *at++;
            continue;
        }
        char name[FC_ACCOUNT_FILE_NAME_SIZE];
        const size_t size = strcspn(at + 1, "}");
        const char *value = value_of(account, at + 1, size);
        if (value == NULL || value[0] == '\0') {
            return false;
        }
        fc_account_file_name(value, name);
        used += (size_t)snprintf(path + used, PATH_MAX - used, "%s", name);
        at += size + 2;
    }
    if (used >= PATH_MAX) {
        return false;
    }
    path[used] = '\0';
    return true;
}

static bool tell_place(const fc_target *target, const fc_account *account, char *text, size_t size)
{
    char path[PATH_MAX];
    if (!make_path(target, account, path)) {
        return false;
    }
    (void)snprintf(text, size, "%s", path + strlen(target->folder) + 1);
    return true;
}

static fc_status check_folder(fc_target *target, char *text, size_t size, fc_error *err)
{
    if (access(target->folder, W_OK | X_OK) != 0) {
        return fc_fail(err, FC_IO, "%s: %s", fc_brief_of(target->folder).text, strerror(errno));
    }
    (void)snprintf(text, size, "%s can be written to", fc_brief_of(target->folder).text);
    return FC_OK;
}

static fc_status read_file(fc_target *target, const fc_account *account, fc_buffer *out,
                           fc_error *err)
{
    char path[PATH_MAX];
    if (!make_path(target, account, path) || access(path, F_OK) != 0) {
        return fc_fail(err, FC_NOT_FOUND, "there is no picture");
    }
    return fc_file_read(path, FC_PORTRAIT_BYTES_MAX, out, err);
}

static void refuse(fc_delivery *result, const char *why)
{
    result->state = FC_DELIVERY_REFUSED;
    (void)snprintf(result->text, sizeof result->text, "%s", why);
}

static fc_status deliver_file(fc_target *target, const fc_account *account,
                              const fc_target_picture *picture, fc_delivery *result, fc_error *err)
{
    char path[PATH_MAX];
    result->state = FC_DELIVERY_DONE;
    if (!make_path(target, account, path)) {
        refuse(result, "a column of the pattern is empty, or the name is too long");
        return FC_OK;
    }
    if (picture != NULL) {
        return fc_file_write(path, picture->bytes, err);
    }
    return unlink(path) == 0 || errno == ENOENT
               ? FC_OK
               : fc_fail(err, FC_IO, "%s: %s", fc_brief_of(path).text, strerror(errno));
}

static void close_folder(fc_target *target)
{
    fc_memory_free(target);
}

static const fc_target_key KEYS[] = {
    { "folder", "Where the files go; made where it is missing", true },
    { "pattern", "Their names; {account} or another column of the roster. Default: " PATTERN,
      false },
    { NULL, NULL, false },
};

const fc_target_class fc_target_folder = {
    .kind = "folder",
    .purpose = "A folder with one file for each account",
    .profile = "badge",
    .keys = KEYS,
    .parallel_max = 4,
    .reads_cheaply = true,
    .open = open_folder,
    .check = check_folder,
    .read = read_file,
    .place = tell_place,
    .deliver = deliver_file,
    .close = close_folder,
};

#include "directory/plan.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/array.h"
#include "base/assert.h"
#include "base/brief.h"
#include "base/digest.h"
#include "base/file.h"
#include "base/memory.h"

/* Changes when what is made of the same photo by the same options has to be made again. */
#define RECIPE_VERSION "1"

/* An account and its photo. */
typedef struct plan_item {
    size_t account;
    size_t photo;
} plan_item;

struct fc_plan {
    fc_plan_request request;
    int folder; /* locked */
    fc_plan_store *store;
    fc_match match;
    char recipe[FC_DIGEST_SIZE];
    plan_item *items;
    size_t count;
};

/* ---- the folder ------------------------------------------------------------------------------ */

static fc_status check_length(const char *folder, int length, size_t size, fc_error *err)
{
    return length >= 0 && (size_t)length < size
               ? FC_OK
               : fc_fail(err, FC_IO, "%s: the name is too long", fc_brief_of(folder).text);
}

fc_status fc_plan_path(const char *folder, const char *place, const char *key, char *path,
                       size_t size, fc_error *err)
{
    char name[FC_ACCOUNT_FILE_NAME_SIZE];
    fc_account_file_name(key, name);
    return check_length(folder, snprintf(path, size, "%s/%s/%s.jpg", folder, place, name), size,
                        err);
}

fc_status fc_plan_make_folder(const char *folder, const char *place, fc_error *err)
{
    char path[PATH_MAX];
    FC_TRY(check_length(folder, snprintf(path, sizeof path, "%s/%s", folder, place), sizeof path,
                        err));
    return fc_folder_make(path, FC_PLAN_FOLDER_MODE, err);
}

static fc_status make_folders(const fc_plan_request *request, fc_error *err)
{
    const char *const places[] = { "", "pictures", "photos" };
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        FC_TRY(fc_plan_make_folder(request->folder, places[i], err));
    }
    for (size_t i = 0; i < request->profile_count; i++) {
        char place[NAME_MAX];
        (void)snprintf(place, sizeof place, "pictures/%s", request->profiles[i]->name);
        FC_TRY(fc_plan_make_folder(request->folder, place, err));
    }
    return FC_OK;
}

fc_status fc_plan_lock(const char *folder, int *descriptor, fc_error *err)
{
    const int opened = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (opened < 0) {
        return fc_fail(err, FC_IO, "%s: %s", fc_brief_of(folder).text, strerror(errno));
    }
    if (flock(opened, LOCK_EX | LOCK_NB) != 0) {
        (void)close(opened);
        return fc_fail(err, FC_BUSY, "%s: another facecraft works on this plan",
                       fc_brief_of(folder).text);
    }
    *descriptor = opened;
    return FC_OK;
}

/* ---- opening --------------------------------------------------------------------------------- */

static void add_text(fc_digest *digest, const char *text)
{
    fc_digest_add(digest, (fc_bytes){ (const uint8_t *)text, strlen(text) + 1 });
}

/* All that decides what becomes of a photo, but the photo. */
static void write_recipe(fc_plan *plan)
{
    fc_digest digest;
    fc_digest_start(&digest);
    add_text(&digest, RECIPE_VERSION);
    for (size_t p = 0; p < plan->request.profile_count; p++) {
        fc_params params = plan->request.params;
        const fc_options table = fc_params_options();
        fc_profile_apply(plan->request.profiles[p], &params);
        add_text(&digest, plan->request.profiles[p]->name);
        for (size_t i = 0; i < table.count; i++) {
            char value[FC_OPTION_TEXT_SIZE];
            fc_option_print(&table.rows[i], &params, value, sizeof value);
            add_text(&digest, table.rows[i].name);
            add_text(&digest, value);
        }
    }
    fc_digest_finish(&digest, plan->recipe);
}

static fc_status add_account_line(fc_plan *plan, size_t i, fc_error *err)
{
    const fc_matched *matched = &plan->match.accounts[i];
    const fc_plan_line line = {
        .account = plan->request.roster->accounts[i],
        .photo = matched->other >= 0 ? plan->request.photos[matched->other].path : "",
        .state = matched->state,
        .reason = matched->reason,
    };
    return fc_plan_store_add_line(plan->store, &line, err);
}

/* A photo that no account has. */
static fc_status add_photo_line(fc_plan *plan, size_t i, fc_error *err)
{
    const fc_matched *matched = &plan->match.photos[i];
    const fc_plan_line line = { .account = FC_ACCOUNT_NOBODY,
                                .photo = plan->request.photos[i].path,
                                .state = matched->state,
                                .reason = matched->reason };
    return matched->other >= 0 ? FC_OK : fc_plan_store_add_line(plan->store, &line, err);
}

static fc_status add_lines(fc_plan *plan, fc_error *err)
{
    for (size_t i = 0; i < plan->request.roster->count; i++) {
        FC_TRY(add_account_line(plan, i, err));
    }
    for (size_t i = 0; i < plan->request.photo_count; i++) {
        FC_TRY(add_photo_line(plan, i, err));
    }
    return FC_OK;
}

static int64_t nanoseconds(struct timespec time)
{
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

/* What a file is by its outside; false where there is none. */
static bool identify(const char *path, fc_plan_file *out)
{
    struct stat facts = { 0 };
    if (stat(path, &facts) != 0) {
        return false;
    }
    *out = (fc_plan_file){ .path = path,
                           .size = facts.st_size,
                           .modified_ns = nanoseconds(facts.st_mtim),
                           .changed_ns = nanoseconds(facts.st_ctim) };
    return true;
}

static fc_status has_pictures(const fc_plan *plan, const char *key, bool *all, fc_error *err)
{
    char place[NAME_MAX];
    char path[PATH_MAX];
    *all = true;
    for (size_t i = 0; i < plan->request.profile_count && *all; i++) {
        (void)snprintf(place, sizeof place, "pictures/%s", plan->request.profiles[i]->name);
        FC_TRY(fc_plan_path(plan->request.folder, place, key, path, sizeof path, err));
        *all = access(path, R_OK) == 0;
    }
    return FC_OK;
}

static bool makes_pictures(fc_line_state state)
{
    return state == FC_LINE_READY || state == FC_LINE_NEEDS_EYES;
}

/* Whether what was found out about this content by this recipe is still there. */
static fc_status is_current(const fc_plan *plan, const char *key, const char *sha256, bool *current,
                            fc_error *err)
{
    fc_plan_look look;
    FC_TRY(fc_plan_store_look(plan->store, key, &look, err));
    *current = sha256[0] != '\0' && strcmp(look.photo, sha256) == 0 &&
               strcmp(look.recipe, plan->recipe) == 0;
    return *current && makes_pictures(look.state) ? has_pictures(plan, key, current, err) : FC_OK;
}

static fc_status add_item(fc_plan *plan, size_t account, size_t photo, fc_error *err)
{
    const char *key = plan->request.roster->accounts[account].key;
    char sha256[FC_DIGEST_SIZE] = "";
    fc_plan_file file;
    bool current = false;
    if (identify(plan->request.photos[photo].path, &file)) {
        FC_TRY(fc_plan_store_file(plan->store, &file, sha256, err));
    }
    FC_TRY(is_current(plan, key, sha256, &current, err));
    if (current || (plan->request.limit > 0 && plan->count == plan->request.limit)) {
        return FC_OK;
    }
    FC_TRY(fc_array_make_room((void **)&plan->items, plan->count, sizeof *plan->items, err));
    plan->items[plan->count++] = (plan_item){ account, photo };
    return FC_OK;
}

static fc_status collect_items(fc_plan *plan, fc_error *err)
{
    const char *only = plan->request.only;
    bool met = only == NULL;
    for (size_t i = 0; i < plan->request.roster->count; i++) {
        const bool wanted =
            only == NULL || strcmp(plan->request.roster->accounts[i].key, only) == 0;
        met |= wanted;
        if (wanted && plan->match.accounts[i].state == FC_LINE_WAITING) {
            FC_TRY(add_item(plan, i, (size_t)plan->match.accounts[i].other, err));
        }
    }
    return met ? FC_OK
               : fc_fail(err, FC_NOT_FOUND, "the roster has no account \"%s\"",
                         fc_brief_of(only).text);
}

static fc_status prepare(fc_plan *plan, fc_error *err)
{
    const fc_plan_request *request = &plan->request;
    const fc_match_request wanted = { .roster = request->roster,
                                      .photos = request->photos,
                                      .photo_count = request->photo_count,
                                      .id_in_name = request->id_in_name,
                                      .newest = request->newest };
    FC_TRY(make_folders(request, err));
    FC_TRY(fc_plan_lock(request->folder, &plan->folder, err));
    FC_TRY(fc_plan_store_open(request->folder, true, &plan->store, err));
    FC_TRY(fc_match_run(&wanted, &plan->match, err));
    write_recipe(plan);
    FC_TRY(collect_items(plan, err));
    FC_TRY(fc_plan_store_begin_lines(plan->store, err));
    return fc_plan_store_end_lines(plan->store, add_lines(plan, err), err);
}

fc_status fc_plan_open(const fc_plan_request *request, fc_plan **out, fc_error *err)
{
    FC_ASSERT(request != NULL && request->profile_count > 0);
    FC_ASSERT(out != NULL);
    FC_AUTO(fc_plan) plan = NULL;
    FC_TRY(fc_memory_new_zeroed(1, sizeof *plan, (void **)&plan, err));
    plan->request = *request;
    plan->folder = -1;
    FC_TRY(prepare(plan, err));
    *out = FC_STEAL(plan);
    return FC_OK;
}

void fc_plan_free(fc_plan *plan)
{
    if (plan == NULL) {
        return;
    }
    fc_plan_store_close(plan->store);
    fc_match_clear(&plan->match);
    fc_memory_free(plan->items);
    if (plan->folder >= 0) {
        (void)close(plan->folder);
    }
    fc_memory_free(plan);
}

fc_plan_store *fc_plan_state(const fc_plan *plan)
{
    FC_ASSERT(plan != NULL);
    return plan->store;
}

size_t fc_plan_count(const fc_plan *plan)
{
    FC_ASSERT(plan != NULL);
    return plan->count;
}

const char *fc_plan_photo(const fc_plan *plan, size_t index)
{
    FC_ASSERT(plan != NULL && index < plan->count);
    return plan->request.photos[plan->items[index].photo].path;
}

/* ---- looking --------------------------------------------------------------------------------- */

static fc_status write_one(const fc_plan *plan, const char *place, const char *key,
                           const fc_buffer *content, fc_error *err)
{
    char path[PATH_MAX];
    FC_TRY(fc_plan_path(plan->request.folder, place, key, path, sizeof path, err));
    return fc_file_write(path, fc_buffer_bytes(content), err);
}

static fc_status remove_one(const fc_plan *plan, const char *place, const char *key, fc_error *err)
{
    char path[PATH_MAX];
    FC_TRY(fc_plan_path(plan->request.folder, place, key, path, sizeof path, err));
    return unlink(path) == 0 || errno == ENOENT
               ? FC_OK
               : fc_fail(err, FC_IO, "%s: %s", fc_brief_of(path).text, strerror(errno));
}

static void close_listing(DIR **listing)
{
    if (*listing != NULL) {
        (void)closedir(*listing);
    }
}

/* The file of an account in each folder of a place, whatever profile or target it is of. */
static fc_status remove_in(const fc_plan *plan, const char *place, const char *key, fc_error *err)
{
    char path[PATH_MAX];
    char below[2 * NAME_MAX];
    (void)snprintf(path, sizeof path, "%s/%s", plan->request.folder, place);
    __attribute__((cleanup(close_listing))) DIR *listing = opendir(path);
    for (const struct dirent *entry = listing != NULL ? readdir(listing) : NULL; entry != NULL;
         entry = readdir(listing)) {
        if (entry->d_name[0] != '.') {
            (void)snprintf(below, sizeof below, "%s/%s", place, entry->d_name);
            FC_TRY(remove_one(plan, below, key, err));
        }
    }
    return FC_OK;
}

/* On the disk before it is recorded; nothing is recorded while it changes. */
static fc_status keep(fc_plan *plan, const char *key, const fc_look *look, const char *sha256,
                      fc_error *err)
{
    fc_plan_picture pictures[FC_PLAN_PROFILES_MAX] = { 0 };
    fc_plan_look kept = { .state = look->state };
    const size_t count = makes_pictures(look->state) ? plan->request.profile_count : 0;
    char place[NAME_MAX];
    FC_TRY(fc_plan_store_forget_look(plan->store, key, err));
    if (count == 0) {
        FC_TRY(remove_in(plan, "pictures", key, err));
    }
    for (size_t i = 0; i < count; i++) {
        const fc_buffer *jpeg = &look->jpegs[i];
        pictures[i].profile = plan->request.profiles[i]->name;
        pictures[i].bytes = (int64_t)jpeg->size;
        pictures[i].width = look->sizes[i].width;
        pictures[i].height = look->sizes[i].height;
        fc_digest_of(fc_buffer_bytes(jpeg), pictures[i].sha256);
        (void)snprintf(place, sizeof place, "pictures/%s", pictures[i].profile);
        FC_TRY(write_one(plan, place, key, jpeg, err));
    }
    if (look->thumb.size > 0) {
        FC_TRY(write_one(plan, "photos", key, &look->thumb, err));
    }
    (void)snprintf(kept.photo, sizeof kept.photo, "%s", sha256);
    (void)snprintf(kept.recipe, sizeof kept.recipe, "%s", plan->recipe);
    (void)snprintf(kept.reason, sizeof kept.reason, "%s", look->reason);
    return fc_plan_store_set_look(plan->store, key, &kept, pictures, count, err);
}

/* A file that cannot be read is tried again by the next plan. */
static fc_status keep_unreadable(fc_plan *plan, const char *key, const fc_error *why, fc_error *err)
{
    fc_look look = { .state = FC_LINE_UNREADABLE };
    (void)snprintf(look.reason, sizeof look.reason, "%s", why->text);
    return keep(plan, key, &look, "", err);
}

static fc_status look_at(fc_plan *plan, const char *key, fc_bytes file, const char *sha256,
                         const fc_look_request *request, fc_error *err)
{
    __attribute__((cleanup(fc_look_clear))) fc_look look = { 0 };
    FC_TRY(fc_look_at(request, file, &look, err));
    return keep(plan, key, &look, sha256, err);
}

fc_status fc_plan_make(fc_plan *plan, size_t index, const fc_engine *engine,
                       const fc_cancel *cancel, const fc_look_admission *admission, fc_error *err)
{
    FC_ASSERT(plan != NULL && index < plan->count);
    const plan_item *item = &plan->items[index];
    const char *key = plan->request.roster->accounts[item->account].key;
    const char *path = plan->request.photos[item->photo].path;
    fc_look_request request = { .engine = engine,
                                .params = plan->request.params,
                                .profile_count = plan->request.profile_count,
                                .cancel = cancel,
                                .admission = *admission };
    memcpy(request.profiles, plan->request.profiles, sizeof request.profiles);

    FC_AUTO_BUFFER(file, 0);
    fc_plan_file facts = { 0 };
    fc_error why = { 0 };
    const bool is_there = identify(path, &facts);
    const fc_status read = fc_file_read(path, plan->request.file_bytes_max, &file, &why);
    if (read == FC_IO || read == FC_LIMIT_EXCEEDED) {
        return keep_unreadable(plan, key, &why, err);
    }
    if (read != FC_OK) {
        return fc_fail(err, read, "%s", why.text);
    }
    char sha256[FC_DIGEST_SIZE];
    bool current = false;
    fc_digest_of(fc_buffer_bytes(&file), sha256);
    FC_TRY(is_current(plan, key, sha256, &current, err));
    if (!current) {
        FC_TRY(look_at(plan, key, fc_buffer_bytes(&file), sha256, &request, err));
    }
    return is_there ? fc_plan_store_set_file(plan->store, &facts, sha256, err) : FC_OK;
}

/* ---- tidying --------------------------------------------------------------------------------- */

/* An fc_plan_key_visit: without a photo there is nothing to deliver; of those who left, nothing
 * stays. */
static fc_status remove_account(void *context, const char *key, bool left, fc_error *err)
{
    fc_plan *plan = context;
    FC_TRY(remove_in(plan, "pictures", key, err));
    FC_TRY(remove_one(plan, "photos", key, err));
    if (!left) {
        return fc_plan_store_forget_look(plan->store, key, err);
    }
    FC_TRY(remove_in(plan, "previous", key, err));
    return fc_plan_store_forget_account(plan->store, key, err);
}

fc_status fc_plan_tidy(fc_plan *plan, fc_error *err)
{
    FC_ASSERT(plan != NULL);
    FC_TRY(fc_plan_store_gone(plan->store, remove_account, plan, err));
    return fc_plan_store_forget_files(plan->store, err);
}

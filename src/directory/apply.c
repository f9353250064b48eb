#include "directory/apply.h"

#include <inttypes.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/assert.h"
#include "base/brief.h"
#include "base/digest.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/memory.h"
#include "directory/fold.h"
#include "directory/lane.h"
#include "directory/plan.h"
#include "directory/roster.h"

#define PLACE_SIZE 512

/* A letter folds into three at most. */
#define FOLDED_PLACE_MAX ((size_t)3 * PLACE_SIZE)

/* One picture for one target. */
typedef struct apply_item {
    size_t account;
    size_t lane;
} apply_item;

/* A target of this run. */
typedef struct lane {
    fc_lane *connections;
    const fc_target_config *config;
    const fc_target_class *class;
    const char *profile;
    size_t *held; /* items that `finish` ends */
    size_t held_count;
} lane;

struct fc_apply {
    fc_apply_request request;
    fc_roster accounts;
    apply_item *items;
    size_t count;
    lane lanes[FC_TARGETS_MAX];
    int64_t step;       /* that deliveries belong to; of an undo: the first one that is undone */
    atomic_size_t done; /* items that came to an end */
};

static const fc_account *account_of(const fc_apply *apply, size_t index)
{
    return &apply->accounts.accounts[apply->items[index].account];
}

static lane *lane_of(fc_apply *apply, size_t index)
{
    return &apply->lanes[apply->items[index].lane];
}

/* ---- recording ------------------------------------------------------------------------------- */

static fc_status record(fc_apply *apply, size_t index, fc_line_state state, const char *sha256,
                        const char *words, fc_error *err)
{
    fc_plan_delivery delivery = { .state = state };
    (void)snprintf(delivery.sha256, sizeof delivery.sha256, "%s", sha256);
    (void)snprintf(delivery.words, sizeof delivery.words, "%s", words);
    return fc_plan_store_set_delivery(apply->request.store, lane_of(apply, index)->config->name,
                                      account_of(apply, index)->key, &delivery, err);
}

static fc_status picture_of(fc_apply *apply, size_t index, fc_plan_picture *picture, fc_error *err)
{
    *picture = (fc_plan_picture){ .profile = lane_of(apply, index)->profile };
    return fc_plan_store_picture(apply->request.store, account_of(apply, index)->key, picture, err);
}

/* What was held back has come to its place. */
static fc_status record_held(fc_apply *apply, lane *which, fc_error *err)
{
    for (size_t i = 0; i < which->held_count; i++) {
        fc_plan_picture picture;
        FC_TRY(picture_of(apply, which->held[i], &picture, err));
        FC_TRY(record(apply, which->held[i], FC_LINE_DELIVERED, picture.sha256, "", err));
    }
    which->held_count = 0;
    return FC_OK;
}

static fc_status finish_lane(fc_apply *apply, lane *which, fc_target *target, fc_error *err)
{
    FC_TRY(which->class->finish(target, err));
    return record_held(apply, which, err);
}

/* With the only connection of the lane in hand. */
static fc_status hold(fc_apply *apply, size_t index, fc_target *target, fc_error *err)
{
    lane *which = lane_of(apply, index);
    FC_TRY(fc_array_make_room((void **)&which->held, which->held_count, sizeof *which->held, err));
    which->held[which->held_count++] = index;
    return which->held_count >= (size_t)which->class->finish_after
               ? finish_lane(apply, which, target, err)
               : FC_OK;
}

/* ---- what was there before ------------------------------------------------------------------- */

static fc_status previous_path(const fc_apply *apply, size_t index, int64_t step,
                               char path[PATH_MAX], fc_error *err)
{
    const lane *which = &apply->lanes[apply->items[index].lane];
    char target[FC_ACCOUNT_FILE_NAME_SIZE];
    char place[2 * FC_ACCOUNT_FILE_NAME_SIZE];
    fc_account_file_name(which->config->name, target);
    (void)snprintf(place, sizeof place, "previous/%" PRId64 "-%s", step, target);
    FC_TRY(fc_plan_make_folder(apply->request.folder, "previous", err));
    FC_TRY(fc_plan_make_folder(apply->request.folder, place, err));
    return fc_plan_path(apply->request.folder, place, account_of(apply, index)->key, path, PATH_MAX,
                        err);
}

/* The picture is on the disk before the row that speaks of it. What the step has kept already,
 * before it was stopped, stays: by now the picture there may be ours. `kept`: something was added.
 */
static fc_status keep_previous(fc_apply *apply, size_t index, const fc_buffer *picture, bool *kept,
                               fc_error *err)
{
    const char *target = lane_of(apply, index)->config->name;
    const char *key = account_of(apply, index)->key;
    char sha256[FC_DIGEST_SIZE] = "";
    fc_plan_previous last;
    FC_TRY(fc_plan_store_previous(apply->request.store, target, key, &last, err));
    *kept = last.step != apply->step;
    if (*kept && picture != NULL) {
        char path[PATH_MAX];
        FC_TRY(previous_path(apply, index, apply->step, path, err));
        FC_TRY(fc_file_write(path, fc_buffer_bytes(picture), err));
        fc_digest_of(fc_buffer_bytes(picture), sha256);
    }
    return *kept ? fc_plan_store_add_previous(apply->request.store, target, key, apply->step,
                                              sha256, err)
                 : FC_OK;
}

/* Whether the target has the picture already; what else it has is kept. A target that cannot be
 * read just gets its picture: if something is wrong with it, delivering says so. */
static fc_status compare(fc_apply *apply, size_t index, fc_target *target, const char *sha256,
                         bool *same, bool *kept, fc_error *err)
{
    const lane *which = lane_of(apply, index);
    *same = false;
    *kept = false;
    if (which->class->read == NULL) {
        return FC_OK;
    }
    FC_AUTO_BUFFER(now, FC_PORTRAIT_BYTES_MAX);
    const fc_status read =
        fc_lane_read(which->connections, target, account_of(apply, index), &now, NULL);
    if (read == FC_NOT_FOUND) {
        return keep_previous(apply, index, NULL, kept, err);
    }
    if (read == FC_CANCELLED) {
        return fc_fail(err, FC_CANCELLED, "interrupted");
    }
    if (read != FC_OK) {
        return FC_OK;
    }
    char there[FC_DIGEST_SIZE];
    fc_digest_of(fc_buffer_bytes(&now), there);
    *same = strcmp(there, sha256) == 0;
    return *same ? FC_OK : keep_previous(apply, index, &now, kept, err);
}

/* ---- one delivery ---------------------------------------------------------------------------- */

static void tell(fc_apply_result *result, fc_line_state state, const char *words)
{
    result->state = state;
    (void)snprintf(result->words, sizeof result->words, "%s", words);
}

/* The file as it was recorded, or what is wrong with it. */
static fc_status read_picture(fc_apply *apply, size_t index, const fc_plan_picture *picture,
                              char path[PATH_MAX], fc_buffer *bytes, bool *right, fc_error *err)
{
    char place[NAME_MAX];
    char sha256[FC_DIGEST_SIZE] = "";
    (void)snprintf(place, sizeof place, "pictures/%s", picture->profile);
    FC_TRY(fc_plan_path(apply->request.folder, place, account_of(apply, index)->key, path, PATH_MAX,
                        err));
    if (fc_file_read(path, FC_PORTRAIT_BYTES_MAX, bytes, NULL) == FC_OK) {
        fc_digest_of(fc_buffer_bytes(bytes), sha256);
    }
    *right = strcmp(sha256, picture->sha256) == 0;
    /* The next plan makes it again. */
    return *right ? FC_OK
                  : fc_plan_store_forget_look(apply->request.store, account_of(apply, index)->key,
                                              err);
}

static fc_status record_refusal(fc_apply *apply, size_t index, const char *sha256,
                                const char *words, bool kept, fc_error *err)
{
    if (kept) { /* nothing has changed there */
        FC_TRY(fc_plan_store_drop_previous(apply->request.store,
                                           lane_of(apply, index)->config->name,
                                           account_of(apply, index)->key, apply->step, err));
    }
    return record(apply, index, FC_LINE_REFUSED, sha256, words, err);
}

static fc_status send(fc_apply *apply, size_t index, const fc_target_picture *picture,
                      fc_target **taken, fc_apply_result *result, fc_error *err)
{
    lane *which = lane_of(apply, index);
    bool same = false;
    bool kept = false;
    FC_TRY(fc_lane_await(which->connections, err));
    FC_TRY(compare(apply, index, *taken, picture->sha256, &same, &kept, err));
    if (same) {
        tell(result, FC_LINE_UNCHANGED, "");
        return record(apply, index, FC_LINE_UNCHANGED, picture->sha256, "", err);
    }
    fc_delivery delivery;
    FC_TRY(fc_lane_deliver(lane_of(apply, index)->connections, account_of(apply, index), picture,
                           taken, &delivery, err));
    if (delivery.state == FC_DELIVERY_REFUSED) {
        tell(result, FC_LINE_REFUSED, delivery.text);
        return record_refusal(apply, index, picture->sha256, delivery.text, kept, err);
    }
    tell(result, FC_LINE_DELIVERED, "");
    return which->class->finish != NULL
               ? hold(apply, index, *taken, err)
               : record(apply, index, FC_LINE_DELIVERED, picture->sha256, "", err);
}

static bool was_taken(const fc_plan_delivery *delivery, const char *sha256)
{
    return delivery->state != FC_LINE_REFUSED && delivery->state != FC_LINE_READY &&
           strcmp(delivery->sha256, sha256) == 0;
}

/* With a connection; it goes back, or is closed after a failure. */
static fc_status
with_target(fc_apply *apply, size_t index,
            fc_status (*work)(fc_apply *apply, size_t index, const fc_target_picture *picture,
                              fc_target **taken, fc_apply_result *result, fc_error *err),
            const fc_target_picture *picture, fc_apply_result *result, fc_error *err)
{
    lane *which = lane_of(apply, index);
    fc_target *taken = NULL;
    FC_TRY(fc_lane_take(which->connections, &taken, err));
    const fc_status status = work(apply, index, picture, &taken, result, err);
    if (taken != NULL) {
        fc_lane_give_back(which->connections, taken,
                          status != FC_OK && which->class->finish == NULL);
    }
    return status;
}

static fc_status deliver(fc_apply *apply, size_t index, fc_apply_result *result, fc_error *err)
{
    const lane *which = lane_of(apply, index);
    fc_plan_picture made;
    fc_plan_delivery last;
    FC_TRY(picture_of(apply, index, &made, err));
    FC_TRY(fc_plan_store_delivery(apply->request.store, which->config->name,
                                  account_of(apply, index)->key, &last, err));
    const bool sent = was_taken(&last, made.sha256);
    if (apply->request.dry_run) {
        tell(result, sent ? FC_LINE_UNCHANGED : FC_LINE_READY, "");
        return FC_OK;
    }
    if (sent && !which->class->reads_cheaply) {
        tell(result, FC_LINE_UNCHANGED, "");
        return record(apply, index, FC_LINE_UNCHANGED, made.sha256, "", err);
    }
    FC_AUTO_BUFFER(bytes, FC_PORTRAIT_BYTES_MAX);
    char path[PATH_MAX];
    bool right = false;
    FC_TRY(read_picture(apply, index, &made, path, &bytes, &right, err));
    if (!right) {
        tell(result, FC_LINE_REFUSED,
             "not sent: the file is not the one that was planned; plan again");
        return FC_OK;
    }
    const fc_target_picture picture = { fc_buffer_bytes(&bytes), path, made.profile, made.sha256 };
    return with_target(apply, index, send, &picture, result, err);
}

/* ---- undo ------------------------------------------------------------------------------------ */

/* What a target has by now, as an undo sees it. */
typedef enum there_now {
    THERE_OURS,   /* also where it cannot be read: that is believed */
    THERE_BEFORE, /* what is to be brought back, as after a kill before that was recorded */
    THERE_OTHER,  /* somebody else's */
} there_now;

/* Ours is what was delivered last, or was to be: a kill may have come before that was recorded. */
static fc_status look_there(fc_apply *apply, size_t index, fc_target *target, const char *before,
                            there_now *out, fc_error *err)
{
    const lane *which = lane_of(apply, index);
    fc_plan_delivery last;
    fc_plan_picture made;
    FC_TRY(picture_of(apply, index, &made, err));
    FC_TRY(fc_plan_store_delivery(apply->request.store, which->config->name,
                                  account_of(apply, index)->key, &last, err));
    FC_AUTO_BUFFER(now, FC_PORTRAIT_BYTES_MAX);
    const fc_status read =
        fc_lane_read(which->connections, target, account_of(apply, index), &now, NULL);
    if (read == FC_CANCELLED) {
        return fc_fail(err, FC_CANCELLED, "interrupted");
    }
    char there[FC_DIGEST_SIZE] = "";
    if (read == FC_OK) {
        fc_digest_of(fc_buffer_bytes(&now), there);
    }
    if (read != FC_OK && read != FC_NOT_FOUND) {
        *out = THERE_OURS;
    } else if (strcmp(there, before) == 0) {
        *out = THERE_BEFORE;
    } else {
        const bool ours = strcmp(there, last.ours) == 0 || strcmp(there, made.sha256) == 0;
        *out = read == FC_OK && ours ? THERE_OURS : THERE_OTHER;
    }
    return FC_OK;
}

/* It may be tried again; until then the steps before do not wait for it. */
static fc_status leave(fc_apply *apply, size_t index, int64_t step, const char *words,
                       fc_apply_result *result, fc_error *err)
{
    tell(result, FC_LINE_REFUSED, words);
    return fc_plan_store_not_undone(apply->request.store, lane_of(apply, index)->config->name,
                                    account_of(apply, index)->key, step, err);
}

static fc_status restore(fc_apply *apply, size_t index, const fc_target_picture *picture,
                         fc_target **taken, fc_apply_result *result, fc_error *err)
{
    const char *target = lane_of(apply, index)->config->name;
    const char *key = account_of(apply, index)->key;
    there_now there = THERE_OTHER;
    fc_plan_previous last;
    FC_TRY(fc_plan_store_previous(apply->request.store, target, key, &last, err));
    FC_TRY(look_there(apply, index, *taken, last.sha256, &there, err));
    if (there == THERE_OTHER) {
        return leave(apply, index, last.step,
                     "left alone: somebody else has changed the picture since", result, err);
    }
    fc_delivery delivery = { .state = FC_DELIVERY_DONE };
    FC_TRY(there == THERE_BEFORE
               ? FC_OK
               : fc_lane_deliver(lane_of(apply, index)->connections, account_of(apply, index),
                                 picture, taken, &delivery, err));
    if (delivery.state == FC_DELIVERY_REFUSED) {
        return leave(apply, index, last.step, delivery.text, result, err);
    }
    tell(result, FC_LINE_DELIVERED, picture != NULL ? "the picture from before" : "no picture");
    return fc_plan_store_undone(apply->request.store, target, key, last.step, err);
}

static fc_status undo(fc_apply *apply, size_t index, fc_apply_result *result, fc_error *err)
{
    fc_plan_previous wanted;
    char there[FC_DIGEST_SIZE] = "";
    char path[PATH_MAX];
    FC_TRY(fc_plan_store_previous(apply->request.store, lane_of(apply, index)->config->name,
                                  account_of(apply, index)->key, &wanted, err));
    if (apply->request.dry_run) {
        tell(result, FC_LINE_READY,
             wanted.sha256[0] != '\0' ? "the picture from before" : "no picture");
        return FC_OK;
    }
    if (wanted.sha256[0] == '\0') {
        return with_target(apply, index, restore, NULL, result, err);
    }
    FC_AUTO_BUFFER(bytes, FC_PORTRAIT_BYTES_MAX);
    FC_TRY(previous_path(apply, index, wanted.step, path, err));
    if (fc_file_read(path, FC_PORTRAIT_BYTES_MAX, &bytes, NULL) == FC_OK) {
        fc_digest_of(fc_buffer_bytes(&bytes), there);
    }
    if (strcmp(there, wanted.sha256) != 0) {
        return leave(apply, index, wanted.step,
                     "the picture from before is not in the plan any more", result, err);
    }
    const fc_target_picture picture = { fc_buffer_bytes(&bytes), path,
                                        lane_of(apply, index)->profile, wanted.sha256 };
    return with_target(apply, index, restore, &picture, result, err);
}

/* ---- the list -------------------------------------------------------------------------------- */

static fc_status add_item(fc_apply *apply, size_t account, size_t which, fc_error *err)
{
    FC_TRY(fc_array_make_room((void **)&apply->items, apply->count, sizeof *apply->items, err));
    apply->items[apply->count++] = (apply_item){ account, which };
    return FC_OK;
}

/* Whether there is something to do for an account and a target. */
static fc_status is_wanted(fc_apply *apply, const char *key, size_t which, bool *wanted,
                           fc_error *err)
{
    const lane *to = &apply->lanes[which];
    if (apply->request.undo) {
        fc_plan_previous last;
        FC_TRY(fc_plan_store_previous(apply->request.store, to->config->name, key, &last, err));
        *wanted = last.step > 0 && last.step >= apply->step;
        return FC_OK;
    }
    fc_plan_look look;
    fc_plan_picture picture = { .profile = to->profile };
    FC_TRY(fc_plan_store_look(apply->request.store, key, &look, err));
    FC_TRY(fc_plan_store_picture(apply->request.store, key, &picture, err));
    *wanted = picture.sha256[0] != '\0' &&
              (look.state == FC_LINE_READY ||
               (look.state == FC_LINE_NEEDS_EYES && apply->request.needs_eyes));
    return FC_OK;
}

/* Whether a line is of one account; undo is also for those that have no photo any more. */
static bool is_of_account(const fc_apply *apply, const fc_plan_line *line)
{
    const char *only = apply->request.only;
    return (line->state == FC_LINE_WAITING ||
            (line->state == FC_LINE_NO_PHOTO && apply->request.undo)) &&
           (only == NULL || strcmp(only, line->account.key) == 0);
}

/* An fc_plan_line_visit: the last step that has not been tried to undo, at any target. */
static fc_status find_step(void *context, const fc_plan_line *line, fc_error *err)
{
    fc_apply *apply = context;
    for (size_t i = 0; i < apply->request.target_count && is_of_account(apply, line); i++) {
        fc_plan_previous last;
        FC_TRY(fc_plan_store_previous(apply->request.store, apply->lanes[i].config->name,
                                      line->account.key, &last, err));
        if (!last.tried && last.step > apply->step) {
            apply->step = last.step;
        }
    }
    return FC_OK;
}

/* An fc_plan_line_visit. */
static fc_status take_line(void *context, const fc_plan_line *line, fc_error *err)
{
    fc_apply *apply = context;
    const fc_apply_request *request = &apply->request;
    const char *key = line->account.key;
    if (!is_of_account(apply, line)) {
        return FC_OK;
    }
    bool added = false;
    for (size_t i = 0; i < request->target_count; i++) {
        bool wanted = false;
        FC_TRY(is_wanted(apply, key, i, &wanted, err));
        if (!wanted || (request->limit > 0 && apply->count == request->limit)) {
            continue;
        }
        FC_TRY(added ? FC_OK : fc_roster_add(&apply->accounts, &line->account, err));
        FC_TRY(add_item(apply, apply->accounts.count - 1, i, err));
        added = true;
    }
    return FC_OK;
}

/* Where an item goes, for the search for two that go to the same place. */
typedef struct item_place {
    size_t item;
    char text[PLACE_SIZE];
    char *folded; /* in a buffer of all */
} item_place;

static int compare_places(const void *left, const void *right)
{
    const item_place *a = left;
    const item_place *b = right;
    return strcmp(a->folded, b->folded);
}

/* Two names that differ in case, or in how Unicode writes them, are one on Windows, on macOS and in
 * most directories. */
static fc_status fold_places(item_place *places, size_t count, fc_buffer *texts, fc_error *err)
{
    for (size_t i = 0; i < count; i++) {
        FC_TRY(fc_fold(places[i].text, texts, err));
    }
    char *at = (char *)texts->data; /* it moves no more */
    for (size_t i = 0; i < count; i++) {
        places[i].folded = at;
        at += strlen(at) + 1;
    }
    return FC_OK;
}

static fc_status refuse_twins(fc_apply *apply, item_place *places, size_t count, fc_error *err)
{
    FC_AUTO_BUFFER(texts, count * FOLDED_PLACE_MAX);
    FC_TRY(fold_places(places, count, &texts, err));
    qsort(places, count, sizeof *places, compare_places);
    for (size_t i = 1; i < count; i++) {
        const item_place *twin = &places[i - 1];
        if (strcmp(twin->folded, places[i].folded) == 0) {
            const bool same = strcmp(twin->text, places[i].text) == 0;
            return fc_fail(err, FC_INVALID_ARGUMENT,
                           "%.60s and %.60s would both be %.80s%s; nothing was delivered",
                           account_of(apply, twin->item)->key,
                           account_of(apply, places[i].item)->key, places[i].text,
                           same ? "" : " where case does not count");
        }
    }
    return FC_OK;
}

FC_DEFINE_CLEANUP(item_place, fc_memory_free)

static fc_status check_places_of(fc_apply *apply, size_t which, fc_error *err)
{
    lane *to = &apply->lanes[which];
    if (to->class->place == NULL || apply->count == 0) {
        return FC_OK;
    }
    FC_AUTO(item_place) places = NULL;
    size_t count = 0;
    fc_target *target = NULL;
    FC_TRY(fc_memory_new(apply->count, sizeof *places, (void **)&places, err));
    FC_TRY(fc_lane_take(to->connections, &target, err));
    for (size_t i = 0; i < apply->count; i++) {
        places[count].item = i;
        count += apply->items[i].lane == which && to->class->place(target, account_of(apply, i),
                                                                   places[count].text, PLACE_SIZE)
                     ? 1
                     : 0;
    }
    fc_lane_give_back(to->connections, target, false);
    return count > 0 ? refuse_twins(apply, places, count, err) : FC_OK;
}

/* What is delivered after an undo is no part of a step that was stopped before it. */
static fc_status begin_step(fc_apply *apply, fc_error *err)
{
    return apply->request.undo ? fc_plan_store_end_step(apply->request.store, err)
                               : fc_plan_store_begin_step(apply->request.store, &apply->step, err);
}

static fc_status prepare(fc_apply *apply, fc_error *err)
{
    const fc_apply_request *request = &apply->request;
    FC_ASSERT(request->target_count <= FC_TARGETS_MAX);
    for (size_t i = 0; i < request->target_count; i++) {
        lane *to = &apply->lanes[i];
        to->config = &request->targets[i];
        to->class = fc_target_class_lookup(to->config->kind);
        to->profile = fc_target_profile(to->config);
        FC_TRY(fc_lane_new(to->config, request->parallel, request->cancel, &to->connections, err));
    }
    FC_TRY(request->undo ? fc_plan_store_lines(request->store, find_step, apply, err) : FC_OK);
    FC_TRY(fc_plan_store_lines(request->store, take_line, apply, err));
    if (request->only != NULL && apply->count == 0) {
        return fc_fail(err, FC_NOT_FOUND, "there is nothing to %s for \"%s\"",
                       request->undo ? "undo" : "deliver", fc_brief_of(request->only).text);
    }
    for (size_t i = 0; i < request->target_count && !request->dry_run; i++) {
        FC_TRY(check_places_of(apply, i, err));
    }
    return request->dry_run || apply->count == 0 ? FC_OK : begin_step(apply, err);
}

fc_status fc_apply_open(const fc_apply_request *request, fc_apply **out, fc_error *err)
{
    FC_ASSERT(request != NULL && request->store != NULL);
    FC_ASSERT(out != NULL);
    FC_AUTO(fc_apply) apply = NULL;
    FC_TRY(fc_memory_new_zeroed(1, sizeof *apply, (void **)&apply, err));
    apply->request = *request;
    FC_TRY(prepare(apply, err));
    *out = FC_STEAL(apply);
    return FC_OK;
}

void fc_apply_free(fc_apply *apply)
{
    if (apply == NULL) {
        return;
    }
    for (size_t i = 0; i < apply->request.target_count; i++) {
        fc_lane_free(apply->lanes[i].connections);
        fc_memory_free(apply->lanes[i].held);
    }
    fc_roster_clear(&apply->accounts);
    fc_memory_free(apply->items);
    fc_memory_free(apply);
}

size_t fc_apply_count(const fc_apply *apply)
{
    FC_ASSERT(apply != NULL);
    return apply->count;
}

const char *fc_apply_account(const fc_apply *apply, size_t index)
{
    FC_ASSERT(apply != NULL && index < apply->count);
    return account_of(apply, index)->key;
}

const char *fc_apply_target(const fc_apply *apply, size_t index)
{
    FC_ASSERT(apply != NULL && index < apply->count);
    return apply->lanes[apply->items[index].lane].config->name;
}

int32_t fc_apply_threads(const fc_apply *apply)
{
    FC_ASSERT(apply != NULL);
    int32_t most = 1;
    for (size_t i = 0; i < apply->request.target_count; i++) {
        const int32_t users = fc_lane_users(apply->lanes[i].connections);
        most = users > most ? users : most;
    }
    return most;
}

fc_status fc_apply_deliver(fc_apply *apply, size_t index, fc_apply_result *result, fc_error *err)
{
    FC_ASSERT(apply != NULL && index < apply->count);
    FC_ASSERT(result != NULL);
    *result = (fc_apply_result){ .state = FC_LINE_READY };
    FC_TRY(apply->request.undo ? undo(apply, index, result, err)
                               : deliver(apply, index, result, err));
    (void)atomic_fetch_add(&apply->done, 1);
    return FC_OK;
}

fc_status fc_apply_finish(fc_apply *apply, fc_error *err)
{
    FC_ASSERT(apply != NULL);
    for (size_t i = 0; i < apply->request.target_count; i++) {
        lane *which = &apply->lanes[i];
        fc_target *target = NULL;
        if (which->held_count > 0) {
            FC_TRY(fc_lane_take(which->connections, &target, err)); /* the one that holds them */
            const fc_status status = finish_lane(apply, which, target, err);
            fc_lane_give_back(which->connections, target, false);
            FC_TRY(status);
        }
    }
    const bool all = atomic_load(&apply->done) == apply->count && !apply->request.dry_run;
    return all ? fc_plan_store_end_step(apply->request.store, err) : FC_OK;
}

#define _GNU_SOURCE /* qsort_r */

#include "directory/match.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/assert.h"
#include "base/brief.h"
#include "base/memory.h"
#include "directory/fold.h"
#include "image/format.h"

/* Bytes of all folded names. */
#define NAMES_BYTES_MAX ((size_t)1 << 30)
#define STEM_SIZE 4096

/* A name that stands for somebody or something, folded. */
typedef struct name {
    size_t text; /* offset into the texts */
    int64_t owner;
} name;

/* Names sorted by their text, then by their owner. */
typedef struct name_index {
    name *names;
    size_t count;
    fc_buffer texts;
} name_index;

static void index_clear(name_index *index)
{
    fc_memory_free(index->names);
    fc_buffer_clear(&index->texts);
}

static fc_status index_add(name_index *index, const char *text, int64_t owner, fc_error *err)
{
    if (text[0] == '\0') {
        return FC_OK;
    }
    FC_TRY(fc_array_make_room((void **)&index->names, index->count, sizeof *index->names, err));
    const size_t at = index->texts.size;
    FC_TRY(fc_fold(text, &index->texts, err));
    index->names[index->count++] = (name){ at, owner };
    return FC_OK;
}

static int compare_names(const void *left, const void *right, void *context)
{
    const name_index *index = context;
    const name *a = left;
    const name *b = right;
    const int order = strcmp((const char *)index->texts.data + a->text,
                             (const char *)index->texts.data + b->text);
    return order != 0 ? order : a->owner < b->owner ? -1 : a->owner > b->owner;
}

static void index_sort(name_index *index)
{
    if (index->count > 0) {
        qsort_r(index->names, index->count, sizeof *index->names, compare_names, index);
    }
}

/* Owners of a folded text. */
typedef struct owners {
    int64_t first; /* -1: nobody */
    int64_t other; /* a second one; -1: none */
} owners;

static void owners_add(owners *found, int64_t owner)
{
    if (found->first < 0 || found->first == owner) {
        found->first = owner;
    } else if (found->other < 0) {
        found->other = owner;
    }
}

/* First name that is not before the text. */
static size_t lower_bound(const name_index *index, const char *text)
{
    size_t low = 0;
    size_t high = index->count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        const char *there = (const char *)index->texts.data + index->names[middle].text;
        if (strcmp(there, text) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static void look_up(const name_index *index, const char *folded, owners *found)
{
    for (size_t i = lower_bound(index, folded);
         folded[0] != '\0' && i < index->count &&
         strcmp((const char *)index->texts.data + index->names[i].text, folded) == 0;
         i++) {
        owners_add(found, index->names[i].owner);
    }
}

/* The work on one request. */
typedef struct matcher {
    const fc_match_request *request;
    fc_match *out;
    name_index unique; /* account, upn, mail, id -> account */
    name_index locals; /* before the @ of upn and mail -> account */
    name_index ids;    /* id -> account */
    name_index keys;   /* key -> account */
    name_index paths;  /* file inside the folder -> photo */
    name_index files;  /* file without folders -> photo */
    fc_buffer folded;  /* of what is looked up */
} matcher;

static const fc_account *account_of(const matcher *self, int64_t index)
{
    return &self->request->roster->accounts[index];
}

static const char *below_of(const matcher *self, int64_t index)
{
    return self->request->photos[index].below;
}

static fc_status fold_into(matcher *self, const char *text, const char **folded, fc_error *err)
{
    fc_buffer_clear(&self->folded);
    FC_TRY(fc_fold(text, &self->folded, err));
    *folded = fc_buffer_text(&self->folded);
    return FC_OK;
}

/* ---- the names ------------------------------------------------------------------------------- */

static fc_status add_local(name_index *index, const char *address, int64_t owner, fc_error *err)
{
    char local[STEM_SIZE];
    const char *at = strchr(address, '@');
    if (at == NULL || (size_t)(at - address) >= sizeof local) {
        return FC_OK;
    }
    (void)snprintf(local, sizeof local, "%.*s", (int)(at - address), address);
    return index_add(index, local, owner, err);
}

static fc_status add_account(matcher *self, int64_t i, fc_error *err)
{
    const fc_account *account = account_of(self, i);
    for (size_t c = 0; c < FC_ACCOUNT_KEYS_COUNT; c++) {
        FC_TRY(index_add(&self->unique, account->columns[fc_account_keys[c]], i, err));
    }
    FC_TRY(add_local(&self->locals, account->columns[FC_ACCOUNT_UPN], i, err));
    FC_TRY(add_local(&self->locals, account->columns[FC_ACCOUNT_MAIL], i, err));
    FC_TRY(index_add(&self->ids, account->columns[FC_ACCOUNT_ID], i, err));
    return index_add(&self->keys, account->key, i, err);
}

static const char *last_part(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

static fc_status collect_names(matcher *self, fc_error *err)
{
    for (size_t i = 0; i < self->request->roster->count; i++) {
        FC_TRY(add_account(self, (int64_t)i, err));
    }
    for (size_t i = 0; i < self->request->photo_count; i++) {
        FC_TRY(index_add(&self->paths, below_of(self, (int64_t)i), (int64_t)i, err));
        FC_TRY(index_add(&self->files, last_part(below_of(self, (int64_t)i)), (int64_t)i, err));
    }
    name_index *const all[] = { &self->unique, &self->locals, &self->ids,
                                &self->keys,   &self->paths,  &self->files };
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        index_sort(all[i]);
    }
    return FC_OK;
}

/* ---- accounts that get nothing, whatever the photos ------------------------------------------ */

FC_PRINTF(3, 4)
static void settle(fc_matched *matched, fc_line_state state, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    matched->state = state;
    (void)vsnprintf(matched->reason, sizeof matched->reason, format, arguments);
    va_end(arguments);
}

static fc_status settle_bad_rows(matcher *self, fc_error *err)
{
    for (size_t i = 0; i < self->request->roster->count; i++) {
        fc_matched *matched = &self->out->accounts[i];
        const char *folded = NULL;
        owners same = { -1, -1 };
        FC_TRY(fold_into(self, account_of(self, (int64_t)i)->key, &folded, err));
        look_up(&self->keys, folded, &same);
        const int64_t twin = same.first == (int64_t)i ? same.other : same.first;
        if (folded[0] == '\0') {
            settle(matched, FC_LINE_NO_ACCOUNT, "the row has no account, upn, mail or id");
        } else if (twin >= 0) {
            settle(matched, FC_LINE_AMBIGUOUS, "the account is also in line %zu of the roster",
                   account_of(self, twin)->row);
        }
    }
    return FC_OK;
}

/* ---- rule 1: the roster names the file ------------------------------------------------------- */

static void give(matcher *self, int64_t account, int64_t photo)
{
    fc_matched *to = &self->out->accounts[account];
    fc_matched *what = &self->out->photos[photo];
    if (what->other >= 0 && what->other != account) {
        fc_matched *rival = &self->out->accounts[what->other];
        settle(rival, FC_LINE_AMBIGUOUS, "line %zu of the roster names the same photo",
               account_of(self, account)->row);
        settle(to, FC_LINE_AMBIGUOUS, "line %zu of the roster names the same photo",
               account_of(self, what->other)->row);
        settle(what, FC_LINE_AMBIGUOUS, "lines %zu and %zu of the roster name it",
               account_of(self, what->other)->row, account_of(self, account)->row);
        rival->other = -1;
        to->other = -1;
        return;
    }
    to->other = photo;
    what->other = account;
}

/* "photos\me.jpg" as written on Windows is "photos/me.jpg". */
static fc_status find_named(matcher *self, const char *value, owners *found, fc_error *err)
{
    char path[STEM_SIZE];
    (void)snprintf(path, sizeof path, "%s", value);
    for (char *at = path; *at != '\0'; at++) {
        *at = *at == '\\' ? '/' : *at;
    }
    const char *bare = strncmp(path, "./", 2) == 0 ? path + 2 : path;
    const char *folded = NULL;
    FC_TRY(fold_into(self, bare, &folded, err));
    look_up(&self->paths, folded, found);
    if (found->first < 0 && strchr(bare, '/') == NULL) {
        look_up(&self->files, folded, found);
    }
    return FC_OK;
}

static fc_status match_by_column(matcher *self, fc_error *err)
{
    for (size_t i = 0; i < self->request->roster->count; i++) {
        fc_matched *matched = &self->out->accounts[i];
        const char *named = account_of(self, (int64_t)i)->columns[FC_ACCOUNT_PHOTO];
        if (named[0] == '\0' || matched->state != FC_LINE_NO_PHOTO) {
            continue;
        }
        owners found = { -1, -1 };
        FC_TRY(find_named(self, named, &found, err));
        if (found.first < 0) {
            settle(matched, FC_LINE_NO_PHOTO, "the roster names %s, which is not there",
                   fc_brief_of(named).text);
        } else if (found.other >= 0) {
            settle(matched, FC_LINE_AMBIGUOUS, "the roster names %s, and there are several of it",
                   fc_brief_of(named).text);
        } else {
            give(self, (int64_t)i, found.first);
        }
    }
    return FC_OK;
}

/* ---- rules 2 to 4: the file names the account ------------------------------------------------ */

static void stem_of(const char *below, char stem[STEM_SIZE])
{
    (void)snprintf(stem, STEM_SIZE, "%s", last_part(below));
    char *dot = strrchr(stem, '.');
    if (dot != NULL && dot != stem && fc_format_of_name(stem) != FC_FORMAT_UNKNOWN) {
        *dot = '\0';
    }
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static void look_up_numbers(const matcher *self, const char *stem, owners *found)
{
    char digits[STEM_SIZE];
    for (const char *at = stem; *at != '\0';) {
        size_t size = 0;
        while (is_digit(at[size])) {
            size++;
        }
        (void)snprintf(digits, sizeof digits, "%.*s", (int)size, at);
        look_up(&self->ids, digits, found);
        at += size > 0 ? size : 1;
    }
}

static fc_status find_account(matcher *self, const char *below, owners *found, fc_error *err)
{
    char stem[STEM_SIZE];
    const char *folded = NULL;
    stem_of(below, stem);
    FC_TRY(fold_into(self, stem, &folded, err));
    look_up(&self->unique, folded, found);
    if (found->first < 0) {
        look_up(&self->locals, folded, found);
    }
    if (found->first < 0 && self->request->id_in_name) {
        look_up_numbers(self, folded, found);
    }
    return FC_OK;
}

static bool is_newer(const matcher *self, int64_t photo, int64_t than)
{
    const int64_t a = self->request->photos[photo].changed_ns;
    const int64_t b = self->request->photos[than].changed_ns;
    return a != b ? a > b : strcmp(below_of(self, photo), below_of(self, than)) > 0;
}

static void settle_unused(matcher *self, int64_t photo, int64_t account, int64_t better)
{
    settle(&self->out->photos[photo], FC_LINE_NOT_USED, "%.60s gets %s",
           account_of(self, account)->key, fc_brief_of(below_of(self, better)).text);
}

/* A second photo of an account. */
static void compete(matcher *self, int64_t photo, int64_t account)
{
    fc_matched *to = &self->out->accounts[account];
    if (!self->request->newest) {
        settle(&self->out->photos[to->other], FC_LINE_AMBIGUOUS, "one of several photos of %.60s",
               account_of(self, account)->key);
        settle(&self->out->photos[photo], FC_LINE_AMBIGUOUS, "one of several photos of %.60s",
               account_of(self, account)->key);
        to->state = FC_LINE_AMBIGUOUS; /* the photo stays known, for the reason of the next one */
        return;
    }
    const int64_t better = is_newer(self, photo, to->other) ? photo : to->other;
    const int64_t worse = better == photo ? to->other : photo;
    self->out->photos[worse].other = -1;
    settle_unused(self, worse, account, better);
    to->other = better;
    self->out->photos[better].other = account;
}

static void match_one(matcher *self, int64_t photo, const owners *found)
{
    fc_matched *what = &self->out->photos[photo];
    if (found->first < 0) {
        settle(what, FC_LINE_NO_ACCOUNT, "%s", "");
        return;
    }
    if (found->other >= 0) {
        settle(what, FC_LINE_AMBIGUOUS, "both %.60s and %.60s go by this name",
               account_of(self, found->first)->key, account_of(self, found->other)->key);
        return;
    }
    fc_matched *to = &self->out->accounts[found->first];
    const bool named = account_of(self, found->first)->columns[FC_ACCOUNT_PHOTO][0] != '\0';
    if (named) {
        settle(what, FC_LINE_NOT_USED, "the roster names another photo for %.60s",
               account_of(self, found->first)->key);
    } else if (to->state == FC_LINE_NO_PHOTO && to->other < 0) {
        to->other = photo;
        what->other = found->first;
    } else if (to->other >= 0) {
        compete(self, photo, found->first);
    } else {
        settle(what, FC_LINE_AMBIGUOUS, "%.60s is in the roster more than once",
               account_of(self, found->first)->key);
    }
}

static fc_status match_by_name(matcher *self, fc_error *err)
{
    for (size_t i = 0; i < self->request->photo_count; i++) {
        fc_matched *what = &self->out->photos[i];
        if (what->other >= 0 || what->state == FC_LINE_AMBIGUOUS) {
            continue;
        }
        owners found = { -1, -1 };
        FC_TRY(find_account(self, below_of(self, (int64_t)i), &found, err));
        match_one(self, (int64_t)i, &found);
    }
    return FC_OK;
}

/* ---- the end --------------------------------------------------------------------------------- */

static void close_accounts(matcher *self)
{
    for (size_t i = 0; i < self->request->roster->count; i++) {
        fc_matched *account = &self->out->accounts[i];
        if (account->state == FC_LINE_AMBIGUOUS && account->other >= 0) {
            settle(account, FC_LINE_AMBIGUOUS, "several photos; %s is one of them",
                   fc_brief_of(below_of(self, account->other)).text);
            account->other = -1;
        } else if (account->other >= 0) {
            account->state = FC_LINE_WAITING;
        }
    }
    for (size_t i = 0; i < self->request->photo_count; i++) {
        fc_matched *photo = &self->out->photos[i];
        const bool waits =
            photo->other >= 0 && self->out->accounts[photo->other].other == (int64_t)i;
        photo->other = waits ? photo->other : -1;
        photo->state = waits ? FC_LINE_WAITING : photo->state;
    }
}

static fc_status start(matcher *self, fc_error *err)
{
    const size_t accounts = self->request->roster->count;
    const size_t photos = self->request->photo_count;
    FC_TRY(fc_memory_new_zeroed(accounts, sizeof(fc_matched), (void **)&self->out->accounts, err));
    FC_TRY(fc_memory_new_zeroed(photos, sizeof(fc_matched), (void **)&self->out->photos, err));
    for (size_t i = 0; i < accounts; i++) {
        self->out->accounts[i] = (fc_matched){ .other = -1, .state = FC_LINE_NO_PHOTO };
    }
    for (size_t i = 0; i < photos; i++) {
        self->out->photos[i] = (fc_matched){ .other = -1, .state = FC_LINE_NO_ACCOUNT };
    }
    return collect_names(self, err);
}

static void matcher_clear(matcher *self)
{
    name_index *const all[] = { &self->unique, &self->locals, &self->ids,
                                &self->keys,   &self->paths,  &self->files };
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        index_clear(all[i]);
    }
    fc_buffer_clear(&self->folded);
}

#define INDEX_EMPTY                                                                                \
    {                                                                                              \
        .texts = FC_BUFFER(NAMES_BYTES_MAX)                                                        \
    }

fc_status fc_match_run(const fc_match_request *request, fc_match *out, fc_error *err)
{
    FC_ASSERT(request != NULL);
    FC_ASSERT(out != NULL);
    __attribute__((cleanup(matcher_clear))) matcher self = {
        .request = request,
        .out = out,
        .unique = INDEX_EMPTY,
        .locals = INDEX_EMPTY,
        .ids = INDEX_EMPTY,
        .keys = INDEX_EMPTY,
        .paths = INDEX_EMPTY,
        .files = INDEX_EMPTY,
        .folded = FC_BUFFER(NAMES_BYTES_MAX),
    };
    FC_TRY(start(&self, err));
    FC_TRY(settle_bad_rows(&self, err));
    FC_TRY(match_by_column(&self, err));
    FC_TRY(match_by_name(&self, err));
    close_accounts(&self);
    return FC_OK;
}

void fc_match_clear(fc_match *match)
{
    FC_ASSERT(match != NULL);
    fc_memory_free(match->accounts);
    fc_memory_free(match->photos);
    *match = (fc_match){ 0 };
}

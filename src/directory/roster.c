#include "directory/roster.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/array.h"
#include "base/assert.h"
#include "base/brief.h"
#include "base/file.h"
#include "base/memory.h"
#include "directory/csv.h"

#define HEAD_SIZE 128

/* "|a|b|c|" for each column. */
#define FC_ACCOUNT_HEADS(constant, name, names) "|" names "|",
static const char *const HEADS[] = { FC_ACCOUNT_COLUMNS(FC_ACCOUNT_HEADS) };

/* Where each column lies in the file; -1: nowhere. */
typedef struct layout {
    int at[FC_ACCOUNT_COLUMNS_COUNT];
    bool mapped[FC_ACCOUNT_COLUMNS_COUNT];
} layout;

static char *trim(char *text)
{
    while (*text == ' ' || *text == '\t') {
        text++;
    }
    size_t size = strlen(text);
    while (size > 0 && (text[size - 1] == ' ' || text[size - 1] == '\t')) {
        text[--size] = '\0';
    }
    return text;
}

/* "|displayname|" of "Display-Name", as the table writes it. */
static void fold_head(const char *head, char *out)
{
    size_t size = 0;
    out[size++] = '|';
    for (const char *at = head; *at != '\0' && size < HEAD_SIZE - 2; at++) {
        if (*at != ' ' && *at != '-' && *at != '_') {
            out[size++] = *at >= 'A' && *at <= 'Z' ? (char)(*at - 'A' + 'a') : *at;
        }
    }
    out[size++] = '|';
    out[size] = '\0';
}

static int find_mapped(const fc_csv_row *head, const char *name, size_t size)
{
    for (size_t i = 0; i < head->count; i++) {
        if (strlen(head->fields[i]) == size && strncasecmp(head->fields[i], name, size) == 0) {
            return (int)i;
        }
    }
    return -1;
}

static int find_column(const char *name, size_t size)
{
    for (int i = 0; i < FC_ACCOUNT_COLUMNS_COUNT; i++) {
        const char *column = fc_account_column_name((fc_account_column)i);
        if (strlen(column) == size && strncasecmp(column, name, size) == 0) {
            return i;
        }
    }
    return -1;
}

static fc_status list_columns(const char *pair, size_t size, fc_error *err)
{
    char all[HEAD_SIZE] = "";
    size_t used = 0;
    for (int i = 0; i < FC_ACCOUNT_COLUMNS_COUNT; i++) {
        used += (size_t)snprintf(all + used, sizeof all - used, "%s%s", i > 0 ? ", " : "",
                                 fc_account_column_name((fc_account_column)i));
        FC_ASSERT(used < sizeof all);
    }
    return fc_fail(err, FC_INVALID_ARGUMENT,
                   "\"%.*s\" is no part of a map; write COLUMN=HEAD,...; columns are %s",
                   size > 60 ? 60 : (int)size, pair, all);
}

/* One "photo=Bilddatei". */
static fc_status map_one(const char *pair, size_t size, const fc_csv_row *head, layout *to,
                         fc_error *err)
{
    const char *equals = memchr(pair, '=', size);
    const int column = equals != NULL ? find_column(pair, (size_t)(equals - pair)) : -1;
    if (column < 0) {
        return list_columns(pair, size, err);
    }
    const size_t left = size - (size_t)(equals + 1 - pair);
    to->at[column] = find_mapped(head, equals + 1, left);
    to->mapped[column] = true;
    if (to->at[column] < 0) {
        return fc_fail(err, FC_INVALID_ARGUMENT, "the roster has no column \"%.*s\"",
                       left > 60 ? 60 : (int)left, equals + 1);
    }
    return FC_OK;
}

static fc_status apply_map(const char *map, const fc_csv_row *head, layout *to, fc_error *err)
{
    while (*map != '\0') {
        const size_t size = strcspn(map, ",");
        FC_TRY(map_one(map, size, head, to, err));
        map += size + (map[size] == ',' ? 1 : 0);
    }
    return FC_OK;
}

/* The head of a column says which it is. Of names for people, the first will do; of two that tell
 * accounts apart none is chosen by guessing. */
static fc_status know_head(const fc_csv_row *head, size_t index, layout *to, fc_error *err)
{
    char folded[HEAD_SIZE];
    fold_head(head->fields[index], folded);
    for (int i = 0; i < FC_ACCOUNT_COLUMNS_COUNT && strlen(folded) > 2; i++) {
        if (to->mapped[i] || strstr(HEADS[i], folded) == NULL) {
            continue;
        }
        if (to->at[i] >= 0 && i != FC_ACCOUNT_NAME) {
            const char *name = fc_account_column_name((fc_account_column)i);
            return fc_fail(err, FC_INVALID_ARGUMENT,
                           "columns \"%.40s\" and \"%.40s\" may both be the %s; --map %s=HEAD says "
                           "which",
                           head->fields[to->at[i]], head->fields[index], name, name);
        }
        to->at[i] = to->at[i] >= 0 ? to->at[i] : (int)index;
    }
    return FC_OK;
}

static fc_status lay_out(fc_csv_row *head, const char *map, layout *out, fc_error *err)
{
    *out = (layout){ 0 };
    for (int i = 0; i < FC_ACCOUNT_COLUMNS_COUNT; i++) {
        out->at[i] = -1;
    }
    for (size_t i = 0; i < head->count; i++) {
        head->fields[i] = trim(head->fields[i]);
    }
    FC_TRY(apply_map(map, head, out, err));
    for (size_t i = 0; i < head->count; i++) {
        FC_TRY(know_head(head, i, out, err));
    }
    for (size_t i = 0; i < FC_ACCOUNT_KEYS_COUNT; i++) {
        if (out->at[fc_account_keys[i]] >= 0) {
            return FC_OK;
        }
    }
    return fc_fail(err, FC_INVALID_ARGUMENT,
                   "no column of the roster names accounts (account, upn, mail or id; the first is "
                   "\"%.40s\"); --map account=HEAD says which",
                   head->fields[0]);
}

static void choose_key(fc_account *account)
{
    account->key = "";
    for (size_t i = 0; i < FC_ACCOUNT_KEYS_COUNT && account->key[0] == '\0'; i++) {
        account->key = account->columns[fc_account_keys[i]];
    }
}

static fc_status make_room(fc_roster *roster, fc_error *err)
{
    if (roster->count == FC_ROSTER_ACCOUNTS_MAX) {
        return fc_fail(err, FC_LIMIT_EXCEEDED, "the roster has more than %d accounts",
                       FC_ROSTER_ACCOUNTS_MAX);
    }
    return fc_array_make_room((void **)&roster->accounts, roster->count, sizeof *roster->accounts,
                              err);
}

static bool is_blank(const fc_csv_row *row)
{
    for (size_t i = 0; i < row->count; i++) {
        if (trim(row->fields[i])[0] != '\0') {
            return false;
        }
    }
    return true;
}

static fc_status take_row(const layout *columns, const fc_csv_row *row, fc_roster *roster,
                          fc_error *err)
{
    FC_TRY(make_room(roster, err));
    fc_account *account = &roster->accounts[roster->count++];
    *account = (fc_account){ .row = row->line };
    for (int i = 0; i < FC_ACCOUNT_COLUMNS_COUNT; i++) {
        const int at = columns->at[i];
        account->columns[i] = at >= 0 && (size_t)at < row->count ? trim(row->fields[at]) : "";
    }
    choose_key(account);
    return FC_OK;
}

static fc_status parse_rows(const char *map, fc_roster *roster, fc_error *err)
{
    fc_csv csv = fc_csv_start((char *)roster->text.data);
    roster->separator = csv.separator;
    fc_csv_row row;
    bool more = false;
    FC_TRY(fc_csv_next(&csv, &row, &more, err));
    if (!more) {
        return fc_fail(err, FC_INVALID_ARGUMENT, "the roster is empty");
    }
    layout columns;
    FC_TRY(lay_out(&row, map, &columns, err));
    FC_TRY(fc_csv_next(&csv, &row, &more, err));
    while (more) {
        if (!is_blank(&row)) {
            FC_TRY(take_row(&columns, &row, roster, err));
        }
        FC_TRY(fc_csv_next(&csv, &row, &more, err));
    }
    return FC_OK;
}

fc_status fc_roster_parse(fc_bytes file, const char *map, fc_roster *out, fc_error *err)
{
    FC_ASSERT(map != NULL);
    FC_ASSERT(out != NULL);
    *out = (fc_roster){ .text = FC_BUFFER(3 * FC_CSV_BYTES_MAX) };
    fc_status status = fc_text_to_utf8(file, &out->text, &out->encoding, err);
    if (status == FC_OK && out->text.size == 0) {
        status = fc_fail(err, FC_INVALID_ARGUMENT, "the roster is empty");
    }
    status = status == FC_OK ? parse_rows(map, out, err) : status;
    if (status != FC_OK) {
        fc_roster_clear(out);
    }
    return status;
}

fc_status fc_roster_read(const char *path, const char *map, fc_roster *out, fc_error *err)
{
    FC_ASSERT(path != NULL);
    FC_AUTO_BUFFER(file, 0);
    FC_TRY(fc_file_read(path, FC_CSV_BYTES_MAX, &file, err));
    fc_error why = { 0 };
    const fc_status status = fc_roster_parse(fc_buffer_bytes(&file), map, out, &why);
    return status == FC_OK ? FC_OK
                           : fc_fail(err, status, "%s: %s", fc_brief_of(path).text, why.text);
}

fc_status fc_roster_add(void *roster, const fc_account *account, fc_error *err)
{
    fc_roster *self = roster;
    FC_ASSERT(self != NULL);
    FC_ASSERT(account != NULL);
    FC_TRY(make_room(self, err));
    FC_TRY(fc_array_make_room((void **)&self->own, self->own_count, sizeof *self->own, err));
    fc_buffer *own = &self->own[self->own_count];
    *own = FC_BUFFER(1 << 20);
    size_t at[FC_ACCOUNT_COLUMNS_COUNT];
    fc_status status = FC_OK;
    for (int i = 0; i < FC_ACCOUNT_COLUMNS_COUNT && status == FC_OK; i++) {
        at[i] = own->size;
        status = fc_buffer_append(own, account->columns[i], strlen(account->columns[i]) + 1, err);
    }
    if (status != FC_OK) {
        fc_buffer_clear(own);
        return status;
    }
    fc_buffer_fit(own);
    fc_account *copy = &self->accounts[self->count++];
    *copy = (fc_account){ .row = account->row };
    for (int i = 0; i < FC_ACCOUNT_COLUMNS_COUNT; i++) {
        copy->columns[i] = (const char *)own->data + at[i];
    }
    choose_key(copy);
    self->own_count++;
    return FC_OK;
}

void fc_roster_clear(fc_roster *roster)
{
    FC_ASSERT(roster != NULL);
    for (size_t i = 0; i < roster->own_count; i++) {
        fc_buffer_clear(&roster->own[i]);
    }
    fc_memory_free(roster->own);
    fc_memory_free(roster->accounts);
    fc_buffer_clear(&roster->text);
    *roster = (fc_roster){ 0 };
}

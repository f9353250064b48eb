#include "directory/plan_store.h"

#include <inttypes.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "base/assert.h"
#include "base/brief.h"
#include "base/memory.h"
#include "base/text.h"
#include "store/sql.h"

/* "FCPL": tells plans from other databases. */
#define APPLICATION_ID 1178816588
#define SCHEMA_VERSION 2

#define FC_TEXT_COLUMN(constant, name, names) " c_" name " TEXT NOT NULL,"
#define FC_COLUMN_NAME(constant, name, names) ", c_" name
#define FC_COLUMN_MARK(constant, name, names) ",?"
#define ACCOUNT_TEXTS FC_ACCOUNT_COLUMNS(FC_TEXT_COLUMN)
#define ACCOUNT_NAMES FC_ACCOUNT_COLUMNS(FC_COLUMN_NAME)
#define ACCOUNT_MARKS FC_ACCOUNT_COLUMNS(FC_COLUMN_MARK)

static const char SCHEMA[] =
    "BEGIN IMMEDIATE;"
    "CREATE TABLE texts (name TEXT PRIMARY KEY NOT NULL, value TEXT NOT NULL) STRICT;"
    "CREATE TABLE files (path TEXT PRIMARY KEY NOT NULL, size INTEGER NOT NULL,"
    " modified INTEGER NOT NULL, changed INTEGER NOT NULL, sha256 TEXT NOT NULL) STRICT;"
    "CREATE TABLE looks (key TEXT PRIMARY KEY NOT NULL, photo TEXT NOT NULL, recipe TEXT NOT NULL,"
    " state TEXT NOT NULL, reason TEXT NOT NULL) STRICT;"
    "CREATE TABLE pictures (key TEXT NOT NULL, profile TEXT NOT NULL, sha256 TEXT NOT NULL,"
    " bytes INTEGER NOT NULL, width INTEGER NOT NULL, height INTEGER NOT NULL,"
    " PRIMARY KEY (key, profile)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE lines (position INTEGER PRIMARY KEY, key TEXT NOT NULL, row INTEGER NOT NULL,"
    " photo TEXT NOT NULL, state TEXT NOT NULL," ACCOUNT_TEXTS " reason TEXT NOT NULL) STRICT;"
    "CREATE INDEX lines_by_key ON lines (key);"
    "CREATE TABLE deliveries (target TEXT NOT NULL, key TEXT NOT NULL,"
    " sha256 TEXT NOT NULL, state TEXT NOT NULL, words TEXT NOT NULL,"
    " ours TEXT NOT NULL, PRIMARY KEY (target, key)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE previous (target TEXT NOT NULL, key TEXT NOT NULL,"
    " step INTEGER NOT NULL, sha256 TEXT NOT NULL, ours TEXT NOT NULL,"
    " tried INTEGER NOT NULL, PRIMARY KEY (target, key, step)) STRICT, WITHOUT ROWID;"
    "PRAGMA application_id=1178816588;"
    "PRAGMA user_version=2;"
    "COMMIT;";

struct fc_plan_store {
    pthread_mutex_t lock; /* around each call */
    fc_database *db;
    fc_statement *add_line; /* while lines are replaced */
    int64_t line_count;
};

/* ---- opening --------------------------------------------------------------------------------- */

static fc_status read_number(fc_database *db, const char *sql, int64_t *out, fc_error *err)
{
    FC_AUTO(fc_statement) select = NULL;
    bool row = false;
    FC_TRY(fc_sql_prepare(db, sql, &select, err));
    FC_TRY(fc_sql_step(select, &row, err));
    *out = row ? fc_sql_column_integer(select, 0) : 0;
    return FC_OK;
}

static fc_status bring_up_to_date(fc_database *db, fc_error *err)
{
    int64_t application = 0;
    int64_t version = 0;
    int64_t tables = 0;
    FC_TRY(read_number(db, "PRAGMA application_id", &application, err));
    FC_TRY(read_number(db, "PRAGMA user_version", &version, err));
    FC_TRY(read_number(db, "SELECT count(*) FROM sqlite_schema", &tables, err));
    if (application == 0 && tables == 0) {
        return fc_sql_run(db, SCHEMA, err);
    }
    if (application != APPLICATION_ID || version != SCHEMA_VERSION) {
        return fc_fail(err, FC_IO,
                       "state.sqlite is no plan of this facecraft (version %" PRId64
                       ", known is %d); choose another folder",
                       version, SCHEMA_VERSION);
    }
    return FC_OK;
}

fc_status fc_plan_store_open(const char *folder, bool create, fc_plan_store **out, fc_error *err)
{
    FC_ASSERT(folder != NULL);
    FC_ASSERT(out != NULL);
    char path[PATH_MAX];
    const int length = snprintf(path, sizeof path, "%s/state.sqlite", folder);
    if (length < 0 || (size_t)length >= sizeof path) {
        return fc_fail(err, FC_IO, "%s: the name is too long", fc_brief_of(folder).text);
    }
    if (!create && access(path, F_OK) != 0) {
        return fc_fail(err, FC_IO, "%s: there is no plan here; facecraft directory plan makes one",
                       fc_brief_of(folder).text);
    }
    FC_AUTO(fc_database) db = NULL;
    FC_TRY(fc_database_open(path, create, &db, err));
    FC_TRY(bring_up_to_date(db, err));
    fc_plan_store *store = NULL;
    FC_TRY(fc_memory_new_zeroed(1, sizeof *store, (void **)&store, err));
    (void)pthread_mutex_init(&store->lock, NULL);
    store->db = FC_STEAL(db);
    *out = store;
    return FC_OK;
}

void fc_plan_store_close(fc_plan_store *store)
{
    if (store != NULL) {
        fc_statement_free(store->add_line);
        fc_database_close(store->db);
        (void)pthread_mutex_destroy(&store->lock);
        fc_memory_free(store);
    }
}

/* ---- statements ------------------------------------------------------------------------------ */

static void unlock(pthread_mutex_t **lock)
{
    (void)pthread_mutex_unlock(*lock);
}

/* Holds the lock until the end of the scope. */
#define LOCKED(store)                                                                              \
    __attribute__((cleanup(unlock))) pthread_mutex_t *held = &(store)->lock;                       \
    (void)pthread_mutex_lock(held)

/* Texts for parameters 1, 2, 3... of a statement. */
static void bind_texts(fc_statement *statement, const char *const *texts, int count)
{
    for (int i = 0; i < count; i++) {
        fc_sql_bind_text(statement, i + 1, texts[i]);
    }
}

#define TEXTS(...)                                                                                 \
    (const char *const[]){ __VA_ARGS__ },                                                          \
        (int)(sizeof(const char *const[]){ __VA_ARGS__ } / sizeof(const char *))

/* With the lock held: a statement with texts that gives no rows. */
static fc_status run(fc_plan_store *store, const char *sql, const char *const *texts, int count,
                     fc_error *err)
{
    FC_AUTO(fc_statement) statement = NULL;
    FC_TRY(fc_sql_prepare(store->db, sql, &statement, err));
    bind_texts(statement, texts, count);
    return fc_sql_finish(statement, err);
}

/* The first row of a question with texts; valid until the statement is freed. */
static fc_status ask(fc_plan_store *store, const char *sql, const char *const *texts, int count,
                     fc_statement **out, bool *row, fc_error *err)
{
    FC_TRY(fc_sql_prepare(store->db, sql, out, err));
    bind_texts(*out, texts, count);
    return fc_sql_step(*out, row, err);
}

/* Words are kept, not numbers: the table of states may grow. */
static fc_line_state state_of(const char *word)
{
    for (int i = 0; i < FC_LINE_STATES_COUNT; i++) {
        if (strcmp(fc_line_state_lookup((fc_line_state)i)->word, word) == 0) {
            return (fc_line_state)i;
        }
    }
    return FC_LINE_WAITING;
}

static const char *word_of(fc_line_state state)
{
    return fc_line_state_lookup(state)->word;
}

fc_status fc_plan_store_set(fc_plan_store *store, const char *name, const char *value,
                            fc_error *err)
{
    LOCKED(store);
    return run(store, "INSERT OR REPLACE INTO texts VALUES (?, ?)", TEXTS(name, value), err);
}

fc_status fc_plan_store_get(fc_plan_store *store, const char *name, fc_buffer *out, fc_error *err)
{
    LOCKED(store);
    FC_AUTO(fc_statement) select = NULL;
    bool row = false;
    FC_TRY(ask(store, "SELECT value FROM texts WHERE name = ?", TEXTS(name), &select, &row, err));
    const char *value = row ? fc_sql_column_borrowed(select, 0) : "";
    return fc_buffer_append(out, value, strlen(value), err);
}

/* ---- files ----------------------------------------------------------------------------------- */

fc_status fc_plan_store_file(fc_plan_store *store, const fc_plan_file *file,
                             char sha256[FC_DIGEST_SIZE], fc_error *err)
{
    LOCKED(store);
    FC_AUTO(fc_statement) select = NULL;
    bool row = false;
    sha256[0] = '\0';
    FC_TRY(ask(store, "SELECT sha256, size, modified, changed FROM files WHERE path = ?",
               TEXTS(file->path), &select, &row, err));
    if (row && fc_sql_column_integer(select, 1) == file->size &&
        fc_sql_column_integer(select, 2) == file->modified_ns &&
        fc_sql_column_integer(select, 3) == file->changed_ns) {
        fc_sql_column_text(select, 0, sha256, FC_DIGEST_SIZE);
    }
    return FC_OK;
}

fc_status fc_plan_store_set_file(fc_plan_store *store, const fc_plan_file *file, const char *sha256,
                                 fc_error *err)
{
    LOCKED(store);
    FC_AUTO(fc_statement) insert = NULL;
    FC_TRY(fc_sql_prepare(store->db, "INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?, ?)", &insert,
                          err));
    fc_sql_bind_text(insert, 1, file->path);
    fc_sql_bind_integer(insert, 2, file->size);
    fc_sql_bind_integer(insert, 3, file->modified_ns);
    fc_sql_bind_integer(insert, 4, file->changed_ns);
    fc_sql_bind_text(insert, 5, sha256);
    return fc_sql_finish(insert, err);
}

/* ---- looks ----------------------------------------------------------------------------------- */

fc_status fc_plan_store_look(fc_plan_store *store, const char *key, fc_plan_look *out,
                             fc_error *err)
{
    LOCKED(store);
    FC_AUTO(fc_statement) select = NULL;
    bool row = false;
    *out = (fc_plan_look){ .state = FC_LINE_WAITING };
    FC_TRY(ask(store, "SELECT photo, recipe, state, reason FROM looks WHERE key = ?", TEXTS(key),
               &select, &row, err));
    if (row) {
        fc_sql_column_text(select, 0, out->photo, sizeof out->photo);
        fc_sql_column_text(select, 1, out->recipe, sizeof out->recipe);
        out->state = state_of(fc_sql_column_borrowed(select, 2));
        fc_sql_column_text(select, 3, out->reason, sizeof out->reason);
    }
    return FC_OK;
}

static fc_status forget_look(fc_plan_store *store, const char *key, fc_error *err)
{
    FC_TRY(run(store, "DELETE FROM pictures WHERE key = ?", TEXTS(key), err));
    return run(store, "DELETE FROM looks WHERE key = ?", TEXTS(key), err);
}

/* The first failure counts, not that of taking it back. */
static void take_back(fc_plan_store *store)
{
    const fc_status status = fc_sql_run(store->db, "ROLLBACK", NULL);
    (void)status;
}

/* Ends what was begun. */
static fc_status end_change(fc_plan_store *store, fc_status status, fc_error *err)
{
    if (status == FC_OK) {
        status = fc_sql_run(store->db, "COMMIT", err);
    }
    if (status != FC_OK) {
        take_back(store);
    }
    return status;
}

fc_status fc_plan_store_forget_look(fc_plan_store *store, const char *key, fc_error *err)
{
    LOCKED(store);
    FC_TRY(fc_sql_run(store->db, "BEGIN IMMEDIATE", err));
    return end_change(store, forget_look(store, key, err), err);
}

static fc_status add_picture(fc_plan_store *store, const char *key, const fc_plan_picture *picture,
                             fc_error *err)
{
    FC_AUTO(fc_statement) insert = NULL;
    FC_TRY(
        fc_sql_prepare(store->db, "INSERT INTO pictures VALUES (?, ?, ?, ?, ?, ?)", &insert, err));
    bind_texts(insert, TEXTS(key, picture->profile, picture->sha256));
    fc_sql_bind_integer(insert, 4, picture->bytes);
    fc_sql_bind_integer(insert, 5, picture->width);
    fc_sql_bind_integer(insert, 6, picture->height);
    return fc_sql_finish(insert, err);
}

static fc_status add_look(fc_plan_store *store, const char *key, const fc_plan_look *look,
                          const fc_plan_picture *pictures, size_t count, fc_error *err)
{
    FC_TRY(forget_look(store, key, err));
    FC_TRY(run(store, "INSERT INTO looks VALUES (?, ?, ?, ?, ?)",
               TEXTS(key, look->photo, look->recipe, word_of(look->state), look->reason), err));
    for (size_t i = 0; i < count; i++) {
        FC_TRY(add_picture(store, key, &pictures[i], err));
    }
    return FC_OK;
}

fc_status fc_plan_store_set_look(fc_plan_store *store, const char *key, const fc_plan_look *look,
                                 const fc_plan_picture *pictures, size_t count, fc_error *err)
{
    LOCKED(store);
    FC_TRY(fc_sql_run(store->db, "BEGIN IMMEDIATE", err));
    return end_change(store, add_look(store, key, look, pictures, count, err), err);
}

fc_status fc_plan_store_picture(fc_plan_store *store, const char *key, fc_plan_picture *out,
                                fc_error *err)
{
    LOCKED(store);
    FC_AUTO(fc_statement) select = NULL;
    bool row = false;
    *out = (fc_plan_picture){ .profile = out->profile };
    FC_TRY(ask(store,
               "SELECT sha256, bytes, width, height FROM pictures WHERE key = ? AND profile = ?",
               TEXTS(key, out->profile), &select, &row, err));
    if (row) {
        fc_sql_column_text(select, 0, out->sha256, sizeof out->sha256);
        out->bytes = fc_sql_column_integer(select, 1);
        out->width = (int32_t)fc_sql_column_integer(select, 2);
        out->height = (int32_t)fc_sql_column_integer(select, 3);
    }
    return FC_OK;
}

/* ---- reading while the store is used otherwise ----------------------------------------------- */

/* Keys that were read at once; a visitor may then use the store. */
typedef struct gone_key {
    char *key;
    bool left;
} gone_key;

typedef struct gone_keys {
    gone_key *items;
    size_t count;
} gone_keys;

static void gone_clear(gone_keys *list)
{
    for (size_t i = 0; i < list->count; i++) {
        fc_memory_free(list->items[i].key);
    }
    fc_memory_free(list->items);
}

static fc_status read_gone(fc_plan_store *store, gone_keys *out, fc_error *err)
{
    LOCKED(store);
    FC_AUTO(fc_statement) select = NULL;
    bool row = false;
    FC_TRY(ask(store,
               "SELECT key, key NOT IN (SELECT key FROM lines) FROM (SELECT key FROM looks UNION"
               " SELECT key FROM deliveries UNION SELECT key FROM previous)"
               " WHERE key NOT IN (SELECT key FROM lines WHERE state = 'waiting')",
               NULL, 0, &select, &row, err));
    while (row) {
        FC_TRY(fc_array_make_room((void **)&out->items, out->count, sizeof *out->items, err));
        gone_key *item = &out->items[out->count];
        FC_TRY(fc_text_copy(fc_sql_column_borrowed(select, 0), &item->key, err));
        item->left = fc_sql_column_integer(select, 1) != 0;
        out->count++;
        FC_TRY(fc_sql_step(select, &row, err));
    }
    return FC_OK;
}

fc_status fc_plan_store_gone(fc_plan_store *store, fc_plan_key_visit visit, void *context,
                             fc_error *err)
{
    __attribute__((cleanup(gone_clear))) gone_keys keys = { 0 };
    FC_TRY(read_gone(store, &keys, err));
    for (size_t i = 0; i < keys.count; i++) {
        FC_TRY(visit(context, keys.items[i].key, keys.items[i].left, err));
    }
    return FC_OK;
}

fc_status fc_plan_store_forget_files(fc_plan_store *store, fc_error *err)
{
    LOCKED(store);
    return run(store, "DELETE FROM files WHERE path NOT IN (SELECT photo FROM lines)", NULL, 0,
               err);
}

fc_status fc_plan_store_forget_account(fc_plan_store *store, const char *key, fc_error *err)
{
    LOCKED(store);
    FC_TRY(fc_sql_run(store->db, "BEGIN IMMEDIATE", err));
    fc_status status = forget_look(store, key, err);
    if (status == FC_OK) {
        status = run(store, "DELETE FROM deliveries WHERE key = ?", TEXTS(key), err);
    }
    if (status == FC_OK) {
        status = run(store, "DELETE FROM previous WHERE key = ?", TEXTS(key), err);
    }
    return end_change(store, status, err);
}

/* ---- lines ----------------------------------------------------------------------------------- */

fc_status fc_plan_store_begin_lines(fc_plan_store *store, fc_error *err)
{
    (void)pthread_mutex_lock(&store->lock);
    fc_status status = fc_sql_run(store->db, "BEGIN IMMEDIATE; DELETE FROM lines", err);
    if (status == FC_OK) {
        status = fc_sql_prepare(
            store->db,
            "INSERT INTO lines (position, key, row, photo, state, reason" ACCOUNT_NAMES
            ") VALUES (?,?,?,?,?,?" ACCOUNT_MARKS ")",
            &store->add_line, err);
    }
    store->line_count = 0;
    if (status != FC_OK) {
        take_back(store);
        (void)pthread_mutex_unlock(&store->lock);
    }
    return status;
}

fc_status fc_plan_store_add_line(fc_plan_store *store, const fc_plan_line *line, fc_error *err)
{
    fc_statement *insert = store->add_line;
    FC_ASSERT(insert != NULL);
    fc_sql_reset(insert);
    fc_sql_bind_integer(insert, 1, store->line_count++);
    fc_sql_bind_text(insert, 2, line->account.key);
    fc_sql_bind_integer(insert, 3, (int64_t)line->account.row);
    fc_sql_bind_text(insert, 4, line->photo);
    fc_sql_bind_text(insert, 5, word_of(line->state));
    fc_sql_bind_text(insert, 6, line->reason);
    for (int i = 0; i < FC_ACCOUNT_COLUMNS_COUNT; i++) {
        fc_sql_bind_text(insert, 7 + i, line->account.columns[i]);
    }
    return fc_sql_finish(insert, err);
}

fc_status fc_plan_store_end_lines(fc_plan_store *store, fc_status status, fc_error *err)
{
    fc_statement_free(store->add_line);
    store->add_line = NULL;
    status = end_change(store, status, err);
    (void)pthread_mutex_unlock(&store->lock);
    return status;
}

/* The line behind `after`; `held` keeps what it points to. */
static fc_status next_line(fc_plan_store *store, int64_t *after, fc_plan_line *line,
                           fc_buffer *texts, bool *found, fc_error *err)
{
    LOCKED(store);
    FC_AUTO(fc_statement) select = NULL;
    FC_TRY(fc_sql_prepare(
        store->db,
        "SELECT position, row, state, key, photo, "
        "reason" FC_ACCOUNT_COLUMNS(
            FC_COLUMN_NAME) " FROM lines WHERE position > ? ORDER BY position LIMIT 1",
        &select, err));
    fc_sql_bind_integer(select, 1, *after);
    FC_TRY(fc_sql_step(select, found, err));
    if (!*found) {
        return FC_OK;
    }
    enum { FIRST_TEXT = 3, TEXT_COUNT = 3 + FC_ACCOUNT_COLUMNS_COUNT };
    size_t at[TEXT_COUNT];
    texts->size = 0;
    for (int i = 0; i < TEXT_COUNT; i++) {
        const char *text = fc_sql_column_borrowed(select, FIRST_TEXT + i);
        at[i] = texts->size;
        FC_TRY(fc_buffer_append(texts, text, strlen(text) + 1, err));
    }
    const char *all = (const char *)texts->data;
    *after = fc_sql_column_integer(select, 0);
    *line = (fc_plan_line){ .state = state_of(fc_sql_column_borrowed(select, 2)),
                            .photo = all + at[1],
                            .reason = all + at[2] };
    line->account.row = (size_t)fc_sql_column_integer(select, 1);
    line->account.key = all + at[0];
    for (int i = 0; i < FC_ACCOUNT_COLUMNS_COUNT; i++) {
        line->account.columns[i] = all + at[3 + i];
    }
    return FC_OK;
}

fc_status fc_plan_store_lines(fc_plan_store *store, fc_plan_line_visit visit, void *context,
                              fc_error *err)
{
    FC_AUTO_BUFFER(texts, (size_t)1 << 28);
    int64_t after = -1;
    for (bool found = true; found;) {
        fc_plan_line line = { 0 };
        FC_TRY(next_line(store, &after, &line, &texts, &found, err));
        if (found) {
            FC_TRY(visit(context, &line, err));
        }
    }
    return FC_OK;
}

/* ---- deliveries ------------------------------------------------------------------------------ */

fc_status fc_plan_store_delivery(fc_plan_store *store, const char *target, const char *key,
                                 fc_plan_delivery *out, fc_error *err)
{
    LOCKED(store);
    FC_AUTO(fc_statement) select = NULL;
    bool row = false;
    *out = (fc_plan_delivery){ .state = FC_LINE_READY };
    FC_TRY(ask(store,
               "SELECT sha256, state, words, ours FROM deliveries WHERE target = ? AND key = ?",
               TEXTS(target, key), &select, &row, err));
    if (row) {
        fc_sql_column_text(select, 0, out->sha256, sizeof out->sha256);
        out->state = state_of(fc_sql_column_borrowed(select, 1));
        fc_sql_column_text(select, 2, out->words, sizeof out->words);
        fc_sql_column_text(select, 3, out->ours, sizeof out->ours);
    }
    return FC_OK;
}

fc_status fc_plan_store_set_delivery(fc_plan_store *store, const char *target, const char *key,
                                     const fc_plan_delivery *delivery, fc_error *err)
{
    LOCKED(store);
    const bool refused = delivery->state == FC_LINE_REFUSED;
    return run(store,
               refused ? "INSERT INTO deliveries VALUES (?1, ?2, ?3, ?4, ?5, '')"
                         " ON CONFLICT DO UPDATE SET sha256 = ?3, state = ?4, words = ?5"
                       : "INSERT OR REPLACE INTO deliveries VALUES (?1, ?2, ?3, ?4, ?5, ?3)",
               TEXTS(target, key, delivery->sha256, word_of(delivery->state), delivery->words),
               err);
}

/* ---- history --------------------------------------------------------------------------------- */

#define OPEN_STEP "open_step"

fc_status fc_plan_store_previous(fc_plan_store *store, const char *target, const char *key,
                                 fc_plan_previous *out, fc_error *err)
{
    LOCKED(store);
    FC_AUTO(fc_statement) select = NULL;
    bool row = false;
    *out = (fc_plan_previous){ .step = 0 };
    FC_TRY(ask(store,
               "SELECT step, sha256, tried FROM previous WHERE target = ? AND key = ?"
               " ORDER BY step DESC LIMIT 1",
               TEXTS(target, key), &select, &row, err));
    if (row) {
        out->step = fc_sql_column_integer(select, 0);
        fc_sql_column_text(select, 1, out->sha256, sizeof out->sha256);
        out->tried = fc_sql_column_integer(select, 2) != 0;
    }
    return FC_OK;
}

/* With the lock held: a statement about target, key and step; `more` is its fourth parameter. */
static fc_status run_step(fc_plan_store *store, const char *sql, const char *target,
                          const char *key, int64_t step, const char *more, fc_error *err)
{
    FC_AUTO(fc_statement) statement = NULL;
    FC_TRY(fc_sql_prepare(store->db, sql, &statement, err));
    bind_texts(statement, TEXTS(target, key));
    fc_sql_bind_integer(statement, 3, step);
    if (more != NULL) {
        fc_sql_bind_text(statement, 4, more);
    }
    return fc_sql_finish(statement, err);
}

fc_status fc_plan_store_add_previous(fc_plan_store *store, const char *target, const char *key,
                                     int64_t step, const char *sha256, fc_error *err)
{
    LOCKED(store);
    return run_step(store,
                    "INSERT OR REPLACE INTO previous VALUES (?1, ?2, ?3, ?4, COALESCE((SELECT ours"
                    " FROM deliveries WHERE target = ?1 AND key = ?2), ''), 0)",
                    target, key, step, sha256, err);
}

fc_status fc_plan_store_drop_previous(fc_plan_store *store, const char *target, const char *key,
                                      int64_t step, fc_error *err)
{
    LOCKED(store);
    return run_step(store, "DELETE FROM previous WHERE target = ? AND key = ? AND step = ?", target,
                    key, step, NULL, err);
}

static fc_status take_step_back(fc_plan_store *store, const char *target, const char *key,
                                int64_t step, fc_error *err)
{
    FC_TRY(
        run(store, "DELETE FROM deliveries WHERE target = ? AND key = ?", TEXTS(target, key), err));
    FC_TRY(run_step(store,
                    "INSERT INTO deliveries SELECT target, key, ours, ?4, '', ours FROM previous"
                    " WHERE target = ?1 AND key = ?2 AND step = ?3 AND ours <> ''",
                    target, key, step, word_of(FC_LINE_DELIVERED), err));
    return run_step(store, "DELETE FROM previous WHERE target = ? AND key = ? AND step = ?", target,
                    key, step, NULL, err);
}

fc_status fc_plan_store_undone(fc_plan_store *store, const char *target, const char *key,
                               int64_t step, fc_error *err)
{
    LOCKED(store);
    FC_TRY(fc_sql_run(store->db, "BEGIN IMMEDIATE", err));
    return end_change(store, take_step_back(store, target, key, step, err), err);
}

fc_status fc_plan_store_not_undone(fc_plan_store *store, const char *target, const char *key,
                                   int64_t step, fc_error *err)
{
    LOCKED(store);
    return run_step(store,
                    "UPDATE previous SET tried = 1 WHERE target = ? AND key = ? AND step = ?",
                    target, key, step, NULL, err);
}

fc_status fc_plan_store_begin_step(fc_plan_store *store, int64_t *step, fc_error *err)
{
    LOCKED(store);
    FC_TRY(fc_sql_run(store->db,
                      "INSERT OR IGNORE INTO texts SELECT '" OPEN_STEP
                      "', 1 + COALESCE(max(step), 0) FROM previous",
                      err));
    return read_number(store->db,
                       "SELECT CAST(value AS INTEGER) FROM texts WHERE name = '" OPEN_STEP "'",
                       step, err);
}

fc_status fc_plan_store_end_step(fc_plan_store *store, fc_error *err)
{
    LOCKED(store);
    return fc_sql_run(store->db, "DELETE FROM texts WHERE name = '" OPEN_STEP "'", err);
}

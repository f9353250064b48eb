/* Blobs that are to go: the list of the doomed, from the announcement of a blob to its removal. */
#include <stdio.h>
#include <string.h>

#include "store/postgres_columns.h"
#include "store/postgres_group.h"

/* An announcement that waits for others. */
typedef struct announcer {
    fc_pg_member member; /* first */
    const fc_announcement *what;
} announcer;

/* ---- lists of names -------------------------------------------------------------------------- */

fc_status fc_names_add(fc_buffer *names, const char *name, fc_error *err)
{
    return fc_buffer_print(names, err, "%s%s", names->size == 0 ? "{" : ",", name);
}

fc_status fc_names_end(fc_buffer *names, fc_error *err)
{
    return fc_buffer_print(names, err, "%s", names->size == 0 ? "{}" : "}");
}

/* The next name of a list; `at` is where the last one ended, at first its beginning. */
static bool next_name(const char **at, char name[FC_BLOB_NAME_SIZE])
{
    const char *from = *at + 1;
    const size_t length = strcspn(from, ",}");
    (void)snprintf(name, FC_BLOB_NAME_SIZE, "%.*s", (int)length, from);
    *at = from + length;
    return length > 0;
}

/* ---- blobs that come ------------------------------------------------------------------------- */

/* What was removed meanwhile is struck off by the way. */
static const char ANNOUNCE[] =
    "WITH asked AS (SELECT * FROM unnest($1::bigint[], $2::text[], $3::bigint[])"
    " AS a (place, ends, epoch)),"
    " allowed AS (SELECT place FROM asked WHERE ends = '' OR EXISTS (SELECT 1 FROM accepted"
    " WHERE job = ends AND NOT dead AND (asked.epoch < 0 OR accepted.epoch = asked.epoch))),"
    " added AS (INSERT INTO doomed (name, due) SELECT name, clock_timestamp() + $7::int * interval "
    "'1 second'"
    " FROM unnest($4::bigint[], $5::text[]) AS n (place, name)"
    " WHERE place IN (SELECT place FROM allowed)),"
    " struck AS (DELETE FROM doomed WHERE name = ANY ($6::text[]))"
    " SELECT place FROM allowed";

/* The names that are to be struck off: those that are there now, which are forgotten. */
static fc_status take_removed(fc_postgres_store *store, fc_buffer *names, fc_error *err)
{
    (void)pthread_mutex_lock(&store->lock);
    *names = store->removed;
    store->removed = FC_BUFFER(FC_NAMES_BYTES_MAX - 1); /* the list has an end */
    (void)pthread_mutex_unlock(&store->lock);
    names->size_max = FC_NAMES_BYTES_MAX;
    return fc_names_end(names, err);
}

static fc_status ask_all(fc_postgres_store *store, fc_pg *pg, fc_pg_columns *asked,
                         fc_pg_columns *names, fc_pg_rows **rows, fc_error *err)
{
    fc_pg_query query;
    FC_AUTO_BUFFER(removed, 0);
    FC_TRY(take_removed(store, &removed, err));
    fc_pg_start(&query, ANNOUNCE);
    FC_TRY(fc_pg_columns_give(asked, &query, err));
    FC_TRY(fc_pg_columns_give(names, &query, err));
    fc_pg_add_text(&query, fc_buffer_text(&removed));
    fc_pg_add_number(&query, store->times.doomed_s);
    return fc_pg_ask(pg, &query, rows, err);
}

static void add(fc_postgres_store *store, const fc_announcement *what, int64_t place,
                fc_pg_columns *asked, fc_pg_columns *names)
{
    char name[FC_BLOB_NAME_SIZE];
    fc_pg_columns_number(asked, place);
    fc_pg_columns_text(asked, what->ends != NULL ? what->ends : "");
    fc_pg_columns_number(asked, what->ends != NULL ? fc_postgres_epoch(store, what->ends) : -1);
    for (const char *at = what->names; next_name(&at, name);) {
        fc_pg_columns_number(names, place);
        fc_pg_columns_text(names, name);
    }
}

/* Who finds no room is left out, as is whoever's job is not his to end. */
static fc_status announce_all(fc_postgres_store *store, fc_pg *pg, fc_pg_member **members,
                              size_t count, fc_pg_columns *asked, fc_pg_columns *names,
                              fc_error *err)
{
    FC_AUTO(fc_pg_rows) rows = NULL;
    for (size_t i = 0; i < count; i++) {
        const fc_announcement *what = ((const announcer *)members[i])->what;
        members[i]->status = what->more.photos > 0
                                 ? fc_postgres_find_room(store, pg, what->more, &members[i]->err)
                                 : FC_OK;
        if (members[i]->status == FC_OK) {
            add(store, what, (int64_t)i, asked, names);
            members[i]->status = fc_fail(&members[i]->err, FC_NOT_FOUND, "Job not found");
        }
    }
    if (asked->cells == 0) {
        return FC_OK;
    }
    FC_TRY(ask_all(store, pg, asked, names, &rows, err));
    for (size_t i = 0; i < fc_pg_count(rows); i++) {
        members[fc_pg_number(rows, i, 0)]->status = FC_OK;
    }
    return FC_OK;
}

static fc_status announce(fc_postgres_store *store, fc_pg *pg, fc_pg_member **members, size_t count,
                          fc_error *err)
{
    fc_pg_columns asked;
    fc_pg_columns names;
    fc_pg_columns_start(&asked, "ntn");
    fc_pg_columns_start(&names, "nt");
    const fc_status status = announce_all(store, pg, members, count, &asked, &names, err);
    fc_pg_columns_clear(&asked);
    fc_pg_columns_clear(&names);
    return status;
}

fc_status fc_postgres_announce(fc_postgres_store *store, const fc_announcement *what, fc_error *err)
{
    announcer self = { .what = what };
    return fc_pg_group_join(store, &store->announcing, announce, &self.member, err);
}

/* ---- blobs that go --------------------------------------------------------------------------- */

/* What finds no room in the list is struck off by fc_postgres_sweep. */
void fc_postgres_dispose(fc_postgres_store *store, const char *names)
{
    char name[FC_BLOB_NAME_SIZE];
    for (const char *at = names; next_name(&at, name);) {
        if (fc_blobs_remove(store->blobs, name, NULL) == FC_OK) {
            (void)pthread_mutex_lock(&store->lock);
            (void)(fc_names_add(&store->removed, name, NULL) == FC_OK);
            (void)pthread_mutex_unlock(&store->lock);
        }
    }
}

static fc_status strike_off(fc_postgres_store *store, fc_error *err)
{
    fc_pg_query query;
    FC_AUTO_BUFFER(removed, 0);
    FC_TRY(take_removed(store, &removed, err));
    if (strcmp(fc_buffer_text(&removed), "{}") == 0) {
        return FC_OK;
    }
    fc_pg_start(&query, "DELETE FROM doomed WHERE name = ANY ($1::text[])");
    fc_pg_add_text(&query, fc_buffer_text(&removed));
    return fc_postgres_ask(store, &query, NULL, err);
}

/* What is lost on the way is struck off when it is removed again. */
bool fc_postgres_settle(fc_job_store *base)
{
    return strike_off(fc_postgres_of(base), NULL) == FC_OK;
}

/* Taken for a while: whoever dies meanwhile leaves them to the next one. */
static const char TAKE[] =
    "UPDATE doomed SET taken = true, due = clock_timestamp() + $1::int * interval '1 second'"
    " WHERE name IN (SELECT name FROM doomed WHERE due <= clock_timestamp()"
    " ORDER BY due LIMIT 256 FOR UPDATE SKIP LOCKED) RETURNING name";

static fc_status take_doomed(fc_postgres_store *store, fc_buffer *names, size_t *count,
                             fc_error *err)
{
    fc_pg_query query;
    FC_AUTO(fc_pg_rows) rows = NULL;
    fc_pg_start(&query, TAKE);
    fc_pg_add_number(&query, store->times.taken_s);
    FC_TRY(fc_postgres_ask(store, &query, &rows, err));
    *count = fc_pg_count(rows);
    for (size_t i = 0; i < *count; i++) {
        char name[FC_BLOB_NAME_SIZE];
        fc_pg_text(rows, i, 0, name, sizeof name);
        FC_TRY(fc_names_add(names, name, err));
    }
    return fc_names_end(names, err);
}

fc_status fc_postgres_sweep(fc_postgres_store *store, fc_error *err)
{
    size_t count = 1;
    while (count > 0) {
        FC_AUTO_BUFFER(names, FC_NAMES_BYTES_MAX);
        FC_TRY(take_doomed(store, &names, &count, err));
        fc_postgres_dispose(store, fc_buffer_text(&names));
        FC_TRY(strike_off(store, err));
    }
    return FC_OK;
}

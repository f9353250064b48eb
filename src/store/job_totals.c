/* Totals of the store, kept by the database itself, so that nobody who asks has to count. They lie
 * in a table of the connection, in memory, and are changed within the same transaction as the rows:
 * whatever the store does, and takes back, they follow. */
#include "base/assert.h"
#include "store/job_store_private.h"

/* Rows are the states; one more has the bytes. */
#define BYTES_ROW -1

static const char SETUP[] =
    "PRAGMA temp_store=MEMORY;"
    "CREATE TEMP TABLE totals (row INTEGER PRIMARY KEY, amount INTEGER NOT NULL) STRICT;"
    "INSERT INTO totals VALUES (-1, (SELECT coalesce(sum(bytes), 0) FROM main.pictures)),"
    " (0, 0), (1, 0), (2, 0), (3, 0), (4, 0);"
    "INSERT OR REPLACE INTO totals SELECT state, count(*) FROM main.jobs GROUP BY state;"
    "CREATE TEMP TRIGGER job_in AFTER INSERT ON main.jobs BEGIN"
    " UPDATE totals SET amount = amount + 1 WHERE row = new.state; END;"
    "CREATE TEMP TRIGGER job_out AFTER DELETE ON main.jobs BEGIN"
    " UPDATE totals SET amount = amount - 1 WHERE row = old.state; END;"
    "CREATE TEMP TRIGGER job_moves AFTER UPDATE OF state ON main.jobs BEGIN"
    " UPDATE totals SET amount = amount - 1 WHERE row = old.state;"
    " UPDATE totals SET amount = amount + 1 WHERE row = new.state; END;"
    "CREATE TEMP TRIGGER picture_in AFTER INSERT ON main.pictures BEGIN"
    " UPDATE totals SET amount = amount + new.bytes WHERE row = -1; END;"
    "CREATE TEMP TRIGGER picture_out AFTER DELETE ON main.pictures BEGIN"
    " UPDATE totals SET amount = amount - old.bytes WHERE row = -1; END;"
    "CREATE TEMP TRIGGER picture_changes AFTER UPDATE OF bytes ON main.pictures BEGIN"
    " UPDATE totals SET amount = amount + new.bytes - old.bytes WHERE row = -1; END;";

_Static_assert(BYTES_ROW == -1 && FC_JOB_STATES_COUNT == 5, "SETUP says the same");

fc_status fc_job_totals_start(sqlite3 *db, fc_error *err)
{
    FC_ASSERT(db != NULL);
    return fc_sql_run(db, SETUP, err);
}

static fc_status read_totals(sqlite3 *db, fc_job_totals *totals, fc_error *err)
{
    FC_AUTO(fc_statement) select = NULL;
    bool row = false;
    FC_TRY(fc_sql_prepare(db, "SELECT row, amount FROM temp.totals", &select, err));
    FC_TRY(fc_sql_step(select, &row, err));
    while (row) {
        const int64_t key = sqlite3_column_int64(select, 0);
        const int64_t amount = sqlite3_column_int64(select, 1);
        if (key == BYTES_ROW) {
            totals->picture_bytes = amount;
        } else if (key >= 0 && key < FC_JOB_STATES_COUNT) {
            totals->jobs[key] = amount;
        }
        FC_TRY(fc_sql_step(select, &row, err));
    }
    return FC_OK;
}

fc_status fc_job_store_count(fc_job_store *store, fc_job_totals *out, fc_error *err)
{
    FC_ASSERT(store != NULL);
    FC_ASSERT(out != NULL);
    fc_job_totals totals = { 0 };
    if (fc_job_store_keeps(store)) {
        FC_TRY(fc_job_store_enter(store, FC_STORE_READ, err));
        FC_TRY(fc_job_store_leave(store, read_totals(store->db, &totals, err)));
    }
    *out = totals;
    return FC_OK;
}

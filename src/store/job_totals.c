/* Totals of the store, read from the table that its database keeps (store/store_db.c). */
#include "base/assert.h"
#include "store/job_store.h"
#include "store/store_db.h"

/* Rows are the states; one more has the bytes. */
#define BYTES_ROW -1

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

/** Store database: its connection, its tables, and its transactions. One thread at a time: the one
 * with the lock of the store. */
#pragma once

#include "base/attributes.h"
#include "base/error.h"
#include "store/sqlite_store_private.h"

/** How long a database that another program has locked is waited for; how long where the last one
 *  has waited in vain. All others wait meanwhile: one after the other they would wait for ever. */
#define FC_STORE_BUSY_MS 5000
#define FC_STORE_LOCKED_MS 250

/** Use of the database. */
typedef enum fc_store_use { FC_STORE_READ, FC_STORE_WRITE } fc_store_use;

/**
 * Take the lock, and mend what can be mended: a transaction that could not be taken back, a lock
 * that could not be given back, a folder that was removed and made again.
 *
 * Errors: FC_IO (to write: the folder is gone, or cannot be used); those of opening the database
 * again. Then the lock is not held.
 */
FC_MUST_CHECK fc_status fc_sqlite_enter(fc_sqlite_store *store, fc_store_use use, fc_error *err);

/** Give the lock back. `status` says what came of the calls to SQLite in between; returned. */
FC_MUST_CHECK fc_status fc_sqlite_leave(fc_sqlite_store *store, fc_status status);

/** The same with the lock already held. */
FC_MUST_CHECK fc_status fc_sqlite_mend(fc_sqlite_store *store, fc_store_use use, fc_error *err);

/**
 * Open the database of the folder and bring its tables up to date.
 *
 * check   read all of it; for the first time
 *
 * Errors: as fc_job_store_open; then store->db is NULL.
 */
FC_MUST_CHECK fc_status fc_sqlite_connect(fc_sqlite_store *store, bool check, fc_error *err);

/** The database can be written: it is waited for again as long as at first. With the lock held. */
void fc_sqlite_note_unlocked(fc_sqlite_store *store);

/** Begin or end what is done all or not at all. With the lock held. */
FC_MUST_CHECK fc_status fc_sqlite_begin_change(fc_sqlite_store *store, fc_error *err);
/** Commits after FC_OK, else takes everything back; returns `status` or why it was not committed.
 */
FC_MUST_CHECK fc_status fc_sqlite_end_change(fc_sqlite_store *store, fc_status status,
                                             fc_error *err);

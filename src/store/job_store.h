/**
 * Job store: what came of jobs, kept until it expires, and the photos of jobs that are accepted
 * until they have ended. Records are rows of a database (store/job_engine.h), pictures and photos
 * are blobs beside it (store/blobs.h), named after the job. A blob is written before its record is
 * committed, and a record is deleted before its blobs: at every moment, also after kill -9 or a
 * power cut, a record has its blobs whole.
 *
 * On one machine the database is SQLite's, and blobs are files beside it, for nobody else to read.
 * What a crash leaves behind (files without a record, temporary files) is cleared up when the store
 * is opened; jobs that were accepted and not done wait again. One process at a time uses a folder.
 * A folder that was removed is an error for whoever writes; the one that takes its place is used,
 * with the jobs that it holds.
 *
 * With keep_hours 0 nothing is ever read from or written to the disk: saving does nothing and
 * nothing is ever found. A job that has expired is not found, deleted or not.
 *
 * Any thread, but fc_job_store_close. A call may wait for the disk. No name from outside reaches
 * a path: ids are checked, everything else is a number or an enum.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/bytes.h"
#include "base/error.h"
#include "store/blobs.h"
#include "store/job_record.h"

typedef struct fc_job_store fc_job_store;

/** Version of SQLite, such as "3.40.1". */
const char *fc_job_store_library(void);

/**
 * Open the store of a folder, make it where there is none, and clear up after a crash. Where there
 * is no room for that it is a store all the same: each call fails with FC_STORAGE_FULL, until
 * fc_job_store_generation finds room.
 *
 * keep_hours   age at which finished jobs expire; 0: keep nothing, `folder` is not touched
 *
 * Errors: FC_IO (folder missing and not to be made, read-only, in use by another process; the
 * database damaged, foreign, or of a newer version); FC_OUT_OF_MEMORY.
 */
FC_MUST_CHECK fc_status fc_job_store_open(const char *folder, int32_t keep_hours,
                                          fc_job_store **out, fc_error *err);

/**
 * Open the store that several processes share.
 *
 * database     postgresql://user@host/database
 * blobs        where photos and portraits are, the same place for all of them; belongs to the store
 *              from now on, also after a failure
 * keep_hours   above 0, and the same for all of them
 *
 * Errors: FC_INVALID_ARGUMENT (no such address), FC_IO (no library for it, a database that refuses
 * or is of a newer version), FC_BUSY (not to be reached), FC_OUT_OF_MEMORY.
 */
FC_MUST_CHECK fc_status fc_job_store_open_shared(const char *database, fc_blobs *blobs,
                                                 int32_t keep_hours, fc_job_store **out,
                                                 fc_error *err);

/** NULL is fine. */
void fc_job_store_close(fc_job_store *store);
FC_DEFINE_CLEANUP(fc_job_store, fc_job_store_close)

/** False when nothing is kept. */
bool fc_job_store_keeps(const fc_job_store *store);

/** Whether other processes use it: what is accepted is worked on by whoever claims it. */
bool fc_job_store_shared(const fc_job_store *store);

/** Counts the folders that the store has had: when it changes, other jobs may be accepted. One that
 *  could not be opened for want of room is tried again. */
uint64_t fc_job_store_generation(fc_job_store *store);

/** The time that the store goes by, Unix time: of a store that is shared its database's, as far as
 *  it was known at the last connection, so that nobody's jobs end early by the clock of one machine
 *  that is wrong. Does not wait. */
int64_t fc_job_store_now_s(fc_job_store *store);

/**
 * Whether a job could be saved at this moment: something is written to the folder and to the
 * database, and there is room for a usual job and for the last one that found none. Tried at most
 * once a second; calls in between get the result of the last try.
 *
 * Errors: FC_IO, FC_STORAGE_FULL, FC_BUSY (locked by another program). Waits a second at most,
 * not counting the disk.
 */
FC_MUST_CHECK fc_status fc_job_store_probe(fc_job_store *store, fc_error *err);

/* ---- jobs that are answered later ------------------------------------------------------------ */

/** Bounds of what fc_job_store_accept takes; at first 1000 photos in 2 GB. */
void fc_job_store_set_room(fc_job_store *store, fc_job_room room);

/**
 * Accept jobs, all or none: a batch and its items, or one job. Accepted jobs are on the disk until
 * they have ended: fc_job_store_accepted lists it, also in the next process.
 *
 * jobs     id, batch, number, owner, name, key, fingerprint and callback are taken from each
 * photos   one for each job; data NULL: it is a batch, which has none
 * tail     bytes that are kept behind each photo and come back with it: another picture; or empty
 * wish     text that comes back with each of them
 *
 * Errors: FC_BUSY (no room at the moment), FC_LIMIT_EXCEEDED (more than there can be room for),
 * FC_STORAGE_FULL, FC_IO, FC_OUT_OF_MEMORY; then nothing was recorded.
 */
FC_MUST_CHECK fc_status fc_job_store_accept(fc_job_store *store, const fc_job *jobs,
                                            const fc_bytes *photos, size_t count, fc_bytes tail,
                                            const char *wish, fc_error *err);

/** The jobs that were accepted and have not ended, in their order. As fc_job_store_items. */
FC_MUST_CHECK fc_status fc_job_store_accepted(fc_job_store *store, fc_accepted_job **out,
                                              size_t *count, fc_error *err);

/** What an accepted job asks for; release with fc_asked_job_clear. Errors: FC_NOT_FOUND when it has
 *  ended or was deleted; FC_IO, FC_OUT_OF_MEMORY. */
FC_MUST_CHECK fc_status fc_job_store_load(fc_job_store *store, const char *id, fc_asked_job *out,
                                          fc_error *err);
void fc_asked_job_clear(fc_asked_job *asked);

/**
 * Take accepted jobs that nobody works on: until they have ended or are released they are this
 * process's, and whatever another one says of their end is not recorded. They run from now on.
 * Those in whose middle a process has ended come last. A batch is taken when its photos have ended,
 * so that its own end can be recorded.
 *
 * out   at most `count_max`; as fc_job_store_items
 *
 * Errors: FC_BUSY, FC_IO, FC_OUT_OF_MEMORY.
 */
FC_MUST_CHECK fc_status fc_job_store_claim(fc_job_store *store, size_t count_max,
                                           fc_accepted_job **out, size_t *count, fc_error *err);

/**
 * Wait until there may be more to claim: another process has accepted something. Tells others what
 * this one accepts meanwhile, so that a thread of a store that is shared has to call it again and
 * again. One thread at a time.
 *
 * news   false where the wait ended for another reason: fc_job_store_ring, or after ten seconds
 *
 * Errors: FC_BUSY (the database is away: wait before it is called again), FC_IO, FC_OUT_OF_MEMORY.
 */
FC_MUST_CHECK fc_status fc_job_store_await(fc_job_store *store, bool *news, fc_error *err);

/** End that wait, or the next one. */
void fc_job_store_ring(fc_job_store *store);

/** Go on holding what was claimed; to be called every few seconds. `lost` are those that are no
 *  longer this process's: deleted, ended, or taken over; as fc_job_store_items. They are not
 *  claimed again by this process before their work has ended, or they are released. Errors:
 * FC_BUSY, FC_IO, FC_OUT_OF_MEMORY. */
FC_MUST_CHECK fc_status fc_job_store_renew(fc_job_store *store, fc_accepted_job **lost,
                                           size_t *count, fc_error *err);

/** Give back a job that was claimed: it waits again, and nothing counts against it. Nothing happens
 *  when it is not this process's. Errors: FC_BUSY, FC_IO. */
FC_MUST_CHECK fc_status fc_job_store_release(fc_job_store *store, const char *id, fc_error *err);

/** A job that waited now runs: should the service end in its middle, that counts against it.
 *  Nothing happens when it is not there. Errors: FC_IO, FC_BUSY. */
FC_MUST_CHECK fc_status fc_job_store_run(fc_job_store *store, const char *id, fc_error *err);

/** The service ends on purpose: work that is cut short from now on does not count as a crash.
 *  Errors: FC_IO, FC_BUSY. */
FC_MUST_CHECK fc_status fc_job_store_stop(fc_job_store *store, fc_error *err);

/**
 * An accepted job has failed. Where the database cannot be written, the failure is told from memory
 * and recorded by fc_job_store_settle; should the process end before, the job waits again in the
 * next one. Nothing happens to a job that has ended or was deleted.
 */
void fc_job_store_fail(fc_job_store *store, const char *id, const fc_error *why);

/** Record the endings that are owed, and what blobs were removed; to be called every few seconds.
 * True when none is left. */
bool fc_job_store_settle(fc_job_store *store);

/** Keys of jobs that have not ended before `since_s` (Unix time), the latest first, at most
 *  `count_max`. As fc_job_store_items. */
FC_MUST_CHECK fc_status fc_job_store_keys(fc_job_store *store, int64_t since_s, size_t count_max,
                                          fc_job_key **out, size_t *count, fc_error *err);

/** The job whose request had a key (a digest), where it still stands for it. Errors: FC_NOT_FOUND,
 *  FC_BUSY, FC_IO. */
FC_MUST_CHECK fc_status fc_job_store_find_key(fc_job_store *store, const char *key, fc_job_key *out,
                                              fc_error *err);

/* ---- callbacks ------------------------------------------------------------------------------- */

/** The callback of a job. Errors: FC_NOT_FOUND (it has none, or the job is gone), FC_IO. */
FC_MUST_CHECK fc_status fc_job_store_callback(fc_job_store *store, const char *id, fc_callback *out,
                                              fc_error *err);

/** Callbacks of jobs that have ended whose time has come at `now_s` (fc_job_store_now_s), the
 *  earliest first, at most `count_max`. As fc_job_store_items. */
FC_MUST_CHECK fc_status fc_job_store_due(fc_job_store *store, int64_t now_s, size_t count_max,
                                         fc_callback **out, size_t *count, fc_error *err);

/** Record the result of a try: state, tries, due_s and error of that job. Errors: FC_NOT_FOUND (the
 *  job was deleted meanwhile), FC_BUSY, FC_STORAGE_FULL, FC_IO. */
FC_MUST_CHECK fc_status fc_job_store_record_try(fc_job_store *store, const fc_callback *callback,
                                                fc_error *err);

/* ---- how jobs end ---------------------------------------------------------------------------- */

/**
 * Record how an accepted job has ended, with its pictures; its photo is deleted.
 *
 * Errors: FC_NOT_FOUND when it was deleted meanwhile or has ended before; FC_BUSY (the database is
 * locked), FC_STORAGE_FULL, FC_IO, FC_OUT_OF_MEMORY. Then no picture is left behind.
 */
FC_MUST_CHECK fc_status fc_job_store_finish(fc_job_store *store, const char *id,
                                            const fc_job_ending *ending, fc_error *err);

/** Record a job that was answered at once. Errors: FC_BUSY (the database is locked),
 *  FC_STORAGE_FULL, FC_IO, FC_OUT_OF_MEMORY. */
FC_MUST_CHECK fc_status fc_job_store_save(fc_job_store *store, const fc_job *job,
                                          const fc_job_ending *ending, fc_error *err);

/**
 * Look a job up.
 *
 * answer   the kept text is appended; NULL when it is not wanted
 *
 * Errors: FC_NOT_FOUND (also for a malformed id), FC_IO, FC_LIMIT_EXCEEDED (past answer->size_max).
 */
FC_MUST_CHECK fc_status fc_job_store_read(fc_job_store *store, const char *id, fc_job *out,
                                          fc_buffer *answer, fc_error *err);

/** The items of a batch by number. `out` is an array for fc_memory_free, NULL when there are none.
 *  Errors: FC_IO, FC_OUT_OF_MEMORY. */
FC_MUST_CHECK fc_status fc_job_store_items(fc_job_store *store, const char *id, fc_job **out,
                                           size_t *count, fc_error *err);

/** Jobs, items of batches among them, the latest first, at most `count_max`; for operators, as it
 * may look at all. `state` is one of fc_job_state, or -1 for all. As fc_job_store_items. */
FC_MUST_CHECK fc_status fc_job_store_list(fc_job_store *store, int32_t state, size_t count_max,
                                          fc_job **out, size_t *count, fc_error *err);

/** A job that has failed for its crashes alone waits again, where its photo was kept: in a store
 *  that is shared. Errors: FC_NOT_FOUND, FC_INVALID_ARGUMENT (it is none of these), FC_BUSY, FC_IO.
 */
FC_MUST_CHECK fc_status fc_job_store_retry(fc_job_store *store, const char *id, fc_error *err);

/** The pictures of a job, or of all items of a batch, in order. As fc_job_store_items. */
FC_MUST_CHECK fc_status fc_job_store_pictures(fc_job_store *store, const char *id,
                                              fc_stored_picture **out, size_t *count,
                                              fc_error *err);

/**
 * Open a picture for reading.
 *
 * descriptor   for the caller to close; stays readable when the job is deleted
 * number       of the portrait, from 1
 *
 * Errors: FC_NOT_FOUND, FC_IO.
 */
FC_MUST_CHECK fc_status fc_job_store_open_picture(fc_job_store *store, const char *id,
                                                  fc_picture_type type, int32_t number,
                                                  int *descriptor, fc_stored_picture *out,
                                                  fc_error *err);

/**
 * Delete a job with its pictures and, for a batch, its items. The database overwrites what it
 * deletes.
 *
 * Errors: FC_NOT_FOUND, FC_IO.
 */
FC_MUST_CHECK fc_status fc_job_store_delete(fc_job_store *store, const char *id, fc_error *err);

/** Delete the jobs that have expired at `now_s` (fc_job_store_now_s). `deleted` may be NULL.
 * Errors: FC_IO. Cost: to be called every few minutes. */
FC_MUST_CHECK fc_status fc_job_store_expire(fc_job_store *store, int64_t now_s, int64_t *deleted,
                                            fc_error *err);

/** Count jobs and bytes. Errors: FC_IO. Cost: the same for few jobs that have ended and for many.
 */
FC_MUST_CHECK fc_status fc_job_store_count(fc_job_store *store, fc_job_totals *out, fc_error *err);

/** Count the photos that wait. Errors: FC_BUSY, FC_IO. Cost: grows with their number, not with that
 *  of all jobs; those who ask often go by store/job_figures.h. */
FC_MUST_CHECK fc_status fc_job_store_backlog(fc_job_store *store, fc_job_backlog *out,
                                             fc_error *err);

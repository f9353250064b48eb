/** A folder with a job store in it, for tests. All of this fails the test when something goes
 * wrong.
 */
#pragma once

#include "store/job_store.h"

#define FC_STORES_A "0000000000000000000000000000000a"
#define FC_STORES_B "0000000000000000000000000000000b"
#define FC_STORES_C "0000000000000000000000000000000c"

/** The store's folder, which the first opening makes. */
extern char fc_stores_folder[64];

/** cmocka setup and teardown of each test: the folder around it. */
int fc_stores_setup(void **state);
int fc_stores_teardown(void **state);

/* A test with its own folder. */
#define FC_STORES_TEST(name)                                                                       \
    cmocka_unit_test_setup_teardown(name, fc_stores_setup, fc_stores_teardown)

/** Open the store of the folder; jobs are kept for 24 hours. */
fc_job_store *fc_stores_open(void);

/** A job that waits. */
fc_job fc_stores_job(const char *id);

fc_bytes fc_stores_bytes(const char *text);

/** A PNG and a JPEG of 9 bytes each. */
const fc_job_picture *fc_stores_pictures(void);

/** A good end. */
fc_job_ending fc_stores_ending(const fc_job_picture *pictures, size_t count);

/** Accept a job with a photo of five bytes. */
void fc_stores_accept(fc_job_store *store, const char *id);

/** Claim at most one job; whether there was one. */
bool fc_stores_claim(fc_job_store *store, char id[FC_JOB_ID_SIZE]);

/** Change the database behind the store's back. */
void fc_stores_change(const char *sql);

/** Save a job with both pictures. */
void fc_stores_save(fc_job_store *store, const char *id);

/** The state of a job, or -1 where there is none. */
int fc_stores_state(fc_job_store *store, const char *id);

/** Take the folder away from under the stores, with all that is in it. */
void fc_stores_remove_folder(void);

/** Is there a file of this name in the folder? */
bool fc_stores_has(const char *name);

/** Photos and portraits in the folder. */
int fc_stores_count(void);

/** Wait until there is none; fails the test after ten seconds. */
void fc_stores_await_gone(const char *name);

/** Put a file of four bytes there. */
void fc_stores_put(const char *name);

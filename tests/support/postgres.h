/** A PostgreSQL server for tests, in an empty folder of its own, on a socket there. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "support/stores.h"

/** Start one; it ends with the thread that starts it, which so is that of main(). False where none
 * is installed. */
bool fc_postgres_server_start(void);

/** Its address. */
const char *fc_postgres_server_address(void);

/** kill -9 of all its processes; and start it again. */
void fc_postgres_server_kill(void);
void fc_postgres_server_resume(void);

/** For tests of that server alone: as setup and teardown of a group. Skips the program with a word
 *  where none is installed. */
int fc_postgres_group_setup(void **state);
int fc_postgres_group_teardown(void **state);

/** One more process with its store: the database of the server, the folder of support/stores.h. */
fc_job_store *fc_postgres_server_open(void);

/** The time of all claims has run out. */
void fc_postgres_server_outlast(void);

/** Wait until the store has its database again, a minute at most: the next try may be a second
 *  later. */
void fc_postgres_server_await(fc_job_store *store);

/** What one number of a row says. */
int64_t fc_postgres_server_ask(const char *sql);

/** cmocka teardown of each test. */
int fc_postgres_server_teardown(void **state);

/* A test with its own folder and no tables yet. */
#define FC_POSTGRES_TEST(name)                                                                     \
    cmocka_unit_test_setup_teardown(name, fc_stores_setup, fc_postgres_server_teardown)

/** Stop it and remove its folder. */
void fc_postgres_server_stop(void);

/** Run statements. */
void fc_postgres_server_run(const char *sql);

/** Drop what the job store has made. */
void fc_postgres_server_clear(void);

#include "store/postgres_schema.h"

#include <inttypes.h>
#include <stddef.h>

#include "jobs/job_state.h"
#include "store/job_record.h"

#define SCHEMA_VERSION 2

/* The oldest PostgreSQL that still gets repairs, as server_version_num has it. */
#define SERVER_VERSION_MIN 130000

/* "FCJS": the one lock of the server that stands for these tables being made. */
#define PREPARE_LOCK "SELECT pg_advisory_xact_lock(1178815059)"

/* Of "totals": what is no state of a job. */
_Static_assert(FC_JOB_QUEUED == 0 && FC_JOB_STATES_COUNT == 5, "rows of totals below 0 are others");
_Static_assert(FC_CALLBACK_WAITING == 0, "callbacks_count says the same");

/* What makes each version of the one before, the first one of nothing. A step that was released is
 * never changed: databases of its version exist. Columns of bytea hold what came from outside and
 * need not be UTF-8. All times are the database's.
 *
 * jobs      every job; `token` is part of the names of its pictures, new for each try to end it
 * accepted  jobs that have not ended, and dead ones. held: somebody works on it until `due`, and
 *           whoever has it in its `epoch` may end it. excused: whoever holds it is being ended.
 *           turn: of every batch its first photo comes before the second ones. waits: items of a
 *           batch that have not ended
 * doomed    blobs that are to be removed when `due` has come: those that somebody is about to
 *           write, until their record is there, and those whose record is gone. taken: being
 * removed totals    sums of what there is: rows are states of jobs, -1 bytes of pictures, -2
 * callbacks that wait, -3 photos, -4 their bytes. A change is added as a row, so that nobody waits
 * for another one's; fc_job_store_expire adds them up
 */
static const char *const STEP_1[] = {
    "CREATE SCHEMA facecraft;"
    "SET LOCAL search_path = facecraft;"
    "CREATE TABLE service (one int PRIMARY KEY CHECK (one = 1), version int NOT NULL,"
    " probes bigint NOT NULL);"
    "INSERT INTO service VALUES (1, 1, 0);"

    "CREATE FUNCTION now_s() RETURNS bigint LANGUAGE sql AS"
    " 'SELECT floor(extract(epoch FROM clock_timestamp()))::bigint';"

    "CREATE TABLE jobs (id text PRIMARY KEY, batch text NOT NULL, number int NOT NULL,"
    " owner text NOT NULL, name bytea NOT NULL, state smallint NOT NULL, created bigint NOT NULL,"
    " finished bigint NOT NULL DEFAULT 0, error text NOT NULL DEFAULT '',"
    " message bytea NOT NULL DEFAULT '', answer bytea NOT NULL DEFAULT '', key text NOT NULL,"
    " fingerprint text NOT NULL, token text NOT NULL DEFAULT '')"
    " WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.01);"
    "CREATE INDEX jobs_of_batch ON jobs (batch, number) WHERE batch <> '';"
    "CREATE INDEX jobs_by_end ON jobs (finished) WHERE finished > 0 AND batch = '';"
    "CREATE UNIQUE INDEX jobs_of_key ON jobs (key) WHERE key <> '';"
    "CREATE INDEX jobs_by_key ON jobs (finished) WHERE key <> '';"

    "CREATE TABLE pictures (job text NOT NULL REFERENCES jobs ON DELETE CASCADE,"
    " type smallint NOT NULL, number int NOT NULL, bytes bigint NOT NULL, saved bigint NOT NULL,"
    " crc bigint NOT NULL, digest text NOT NULL, blob text NOT NULL,"
    " PRIMARY KEY (job, number, type));"

    "CREATE TABLE accepted (serial bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,"
    " job text NOT NULL UNIQUE REFERENCES jobs ON DELETE CASCADE, photo boolean NOT NULL,"
    " bytes bigint NOT NULL, wish bytea NOT NULL, accepted_ms bigint NOT NULL, turn int NOT NULL,"
    " waits int NOT NULL DEFAULT 0, crashes int NOT NULL DEFAULT 0, epoch bigint NOT NULL DEFAULT "
    "0,"
    " held boolean NOT NULL DEFAULT false, excused boolean NOT NULL DEFAULT false,"
    " dead boolean NOT NULL DEFAULT false, due timestamptz NOT NULL DEFAULT clock_timestamp())"
    " WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.01,"
    " autovacuum_vacuum_threshold = 200);",
    "CREATE INDEX accepted_free ON accepted (crashes, turn, serial)"
    " WHERE NOT held AND NOT dead AND waits = 0;"
    "CREATE INDEX accepted_held ON accepted (due) WHERE held;"
    "CREATE INDEX accepted_dead ON accepted (serial) WHERE dead;"

    "CREATE TABLE callbacks (job text PRIMARY KEY REFERENCES jobs ON DELETE CASCADE,"
    " url text NOT NULL, state smallint NOT NULL, tries int NOT NULL, due bigint,"
    " error bytea NOT NULL);"
    "CREATE INDEX callbacks_due ON callbacks (due) WHERE state = 0 AND due IS NOT NULL;"

    "CREATE TABLE doomed (name text PRIMARY KEY, due timestamptz NOT NULL,"
    " taken boolean NOT NULL DEFAULT false);"
    "CREATE INDEX doomed_due ON doomed (due);"

    "CREATE TABLE totals (row int NOT NULL, amount bigint NOT NULL)"
    " WITH (autovacuum_vacuum_scale_factor = 0.1);"

    /* The end of a job makes its callback due, and its batch wait for one less. */
    "CREATE FUNCTION job_ended() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
    " UPDATE facecraft.callbacks SET due = new.finished WHERE job = new.id;"
    " IF new.batch <> '' THEN"
    "  UPDATE facecraft.accepted SET waits = waits - 1 WHERE job = new.batch; END IF;"
    " RETURN NULL; END $$;"
    "CREATE TRIGGER job_ended AFTER UPDATE OF finished ON jobs FOR EACH ROW"
    " WHEN (old.finished = 0 AND new.finished > 0) EXECUTE FUNCTION job_ended();"
    "CREATE FUNCTION item_gone() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
    " UPDATE facecraft.accepted SET waits = waits - 1 WHERE job = old.batch;"
    " RETURN NULL; END $$;"
    "CREATE TRIGGER item_gone AFTER DELETE ON jobs FOR EACH ROW"
    " WHEN (old.finished = 0 AND old.batch <> '') EXECUTE FUNCTION item_gone();",

    "CREATE FUNCTION jobs_count() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
    " IF TG_OP <> 'INSERT' THEN INSERT INTO facecraft.totals"
    "  SELECT state, -count(*) FROM old_rows GROUP BY state; END IF;"
    " IF TG_OP <> 'DELETE' THEN INSERT INTO facecraft.totals"
    "  SELECT state, count(*) FROM new_rows GROUP BY state; END IF;"
    " RETURN NULL; END $$;"
    "CREATE FUNCTION pictures_count() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
    " IF TG_OP = 'DELETE' THEN INSERT INTO facecraft.totals"
    "  SELECT -1, -sum(bytes) FROM old_rows HAVING count(*) > 0;"
    " ELSE INSERT INTO facecraft.totals"
    "  SELECT -1, sum(bytes) FROM new_rows HAVING count(*) > 0; END IF;"
    " RETURN NULL; END $$;"
    "CREATE FUNCTION callbacks_count() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
    " IF TG_OP <> 'INSERT' THEN INSERT INTO facecraft.totals"
    "  SELECT -2, -count(*) FROM old_rows WHERE state = 0 HAVING count(*) > 0; END IF;"
    " IF TG_OP <> 'DELETE' THEN INSERT INTO facecraft.totals"
    "  SELECT -2, count(*) FROM new_rows WHERE state = 0 HAVING count(*) > 0; END IF;"
    " RETURN NULL; END $$;"
    "CREATE FUNCTION accepted_count() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
    " IF TG_OP = 'DELETE' THEN INSERT INTO facecraft.totals"
    "  SELECT -3, -count(*) FROM old_rows WHERE photo HAVING count(*) > 0 UNION ALL"
    "  SELECT -4, -sum(bytes) FROM old_rows WHERE photo HAVING count(*) > 0;"
    " ELSE INSERT INTO facecraft.totals"
    "  SELECT -3, count(*) FROM new_rows WHERE photo HAVING count(*) > 0 UNION ALL"
    "  SELECT -4, sum(bytes) FROM new_rows WHERE photo HAVING count(*) > 0; END IF;"
    " RETURN NULL; END $$;",

#define COUNTS(table)                                                                              \
    "CREATE TRIGGER " table "_in AFTER INSERT ON " table                                           \
    " REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION " table "_count();"    \
    "CREATE TRIGGER " table "_out AFTER DELETE ON " table                                          \
    " REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION " table "_count();"
#define COUNTS_CHANGES(table)                                                                      \
    "CREATE TRIGGER " table "_change AFTER UPDATE ON " table                                       \
    " REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows"                                     \
    " FOR EACH STATEMENT EXECUTE FUNCTION " table "_count();"
    COUNTS("jobs") COUNTS_CHANGES("jobs") COUNTS("pictures"),
    COUNTS("accepted") COUNTS("callbacks") COUNTS_CHANGES("callbacks"),
#undef COUNTS
#undef COUNTS_CHANGES
    NULL,
};

/* For the rate. Totals are kept of jobs that have ended alone, by rows that have: those that have
 * not are in "accepted", which is small, and a claim changes that table and no other. The state of
 * a job that has not ended is what "accepted" says. A statement for each table that counts its rows
 * costs more than what it counts. too_late: what was announced is being removed. */
static const char *const STEP_2[] = {
    "SET LOCAL search_path = facecraft;"
    "DROP TRIGGER jobs_in ON jobs; DROP TRIGGER jobs_out ON jobs; DROP TRIGGER jobs_change ON jobs;"
    "DROP TRIGGER pictures_in ON pictures; DROP TRIGGER pictures_out ON pictures;"
    "DROP TRIGGER accepted_in ON accepted; DROP TRIGGER accepted_out ON accepted;"
    "DROP TRIGGER callbacks_in ON callbacks; DROP TRIGGER callbacks_out ON callbacks;"
    "DROP TRIGGER callbacks_change ON callbacks;"
    "DROP FUNCTION jobs_count(); DROP FUNCTION pictures_count(); DROP FUNCTION accepted_count();"
    "DROP FUNCTION callbacks_count();"
    "DELETE FROM totals WHERE row IN (0, 1, -3, -4);",

    "CREATE OR REPLACE FUNCTION job_ended() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
    " INSERT INTO facecraft.totals VALUES (new.state, 1);"
    " UPDATE facecraft.callbacks SET due = new.finished WHERE job = new.id;"
    " IF new.batch <> '' THEN"
    "  UPDATE facecraft.accepted SET waits = waits - 1 WHERE job = new.batch; END IF;"
    " RETURN NULL; END $$;"
    "CREATE FUNCTION job_saved() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
    " INSERT INTO facecraft.totals VALUES (new.state, 1); RETURN NULL; END $$;"
    "CREATE TRIGGER job_saved AFTER INSERT ON jobs FOR EACH ROW"
    " WHEN (new.finished > 0) EXECUTE FUNCTION job_saved();"
    "CREATE FUNCTION job_gone() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
    " INSERT INTO facecraft.totals VALUES (old.state, -1); RETURN NULL; END $$;"
    "CREATE TRIGGER job_gone AFTER DELETE ON jobs FOR EACH ROW"
    " WHEN (old.finished > 0) EXECUTE FUNCTION job_gone();"
    "CREATE TRIGGER job_revived AFTER UPDATE OF finished ON jobs FOR EACH ROW"
    " WHEN (old.finished > 0 AND new.finished = 0) EXECUTE FUNCTION job_gone();",

    "CREATE FUNCTION picture_saved() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
    " INSERT INTO facecraft.totals VALUES (-1, new.bytes); RETURN NULL; END $$;"
    "CREATE TRIGGER picture_saved AFTER INSERT ON pictures FOR EACH ROW"
    " EXECUTE FUNCTION picture_saved();"
    "CREATE FUNCTION picture_gone() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
    " INSERT INTO facecraft.totals VALUES (-1, -old.bytes); RETURN NULL; END $$;"
    "CREATE TRIGGER picture_gone AFTER DELETE ON pictures FOR EACH ROW"
    " EXECUTE FUNCTION picture_gone();"
    "CREATE FUNCTION callback_waits() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
    " INSERT INTO facecraft.totals VALUES (-2, 1); RETURN NULL; END $$;"
    "CREATE TRIGGER callback_made AFTER INSERT ON callbacks FOR EACH ROW"
    " WHEN (new.state = 0) EXECUTE FUNCTION callback_waits();"
    "CREATE TRIGGER callback_back AFTER UPDATE ON callbacks FOR EACH ROW"
    " WHEN (old.state <> 0 AND new.state = 0) EXECUTE FUNCTION callback_waits();"
    "CREATE FUNCTION callback_done() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
    " INSERT INTO facecraft.totals VALUES (-2, -1); RETURN NULL; END $$;"
    "CREATE TRIGGER callback_told AFTER UPDATE ON callbacks FOR EACH ROW"
    " WHEN (old.state = 0 AND new.state <> 0) EXECUTE FUNCTION callback_done();"
    "CREATE TRIGGER callback_gone AFTER DELETE ON callbacks FOR EACH ROW"
    " WHEN (old.state = 0) EXECUTE FUNCTION callback_done();",

    "CREATE FUNCTION too_late() RETURNS int LANGUAGE plpgsql AS $$ BEGIN"
    " RAISE EXCEPTION 'too late' USING ERRCODE = '55P03', CONSTRAINT = 'too_late'; END $$;"
    "ALTER TABLE accepted SET (autovacuum_vacuum_cost_delay = 0);"
    "ALTER TABLE doomed SET (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.01,"
    " autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_cost_delay = 0);"
    "ALTER TABLE totals SET (autovacuum_vacuum_cost_delay = 0);"
    "UPDATE service SET version = 2;",
    NULL,
};

static const char *const *const STEPS[SCHEMA_VERSION] = { STEP_1, STEP_2 };

/* How far a database is: 0 where there is nothing. */
static fc_status read_version(fc_pg *pg, int64_t *version, fc_error *err)
{
    fc_pg_query query;
    FC_AUTO(fc_pg_rows) facts = NULL;
    fc_pg_start(&query, "SELECT current_setting('server_version_num')::int,"
                        " to_regnamespace('facecraft') IS NOT NULL,"
                        " to_regclass('facecraft.service') IS NOT NULL");
    FC_TRY(fc_pg_ask(pg, &query, &facts, err));
    const int64_t server = fc_pg_number(facts, 0, 0);
    if (server < SERVER_VERSION_MIN) {
        return fc_fail(err, FC_IO,
                       "the database server is PostgreSQL %" PRId64
                       ", this facecraft needs %d or newer",
                       server / 10000, SERVER_VERSION_MIN / 10000);
    }
    *version = 0;
    if (fc_pg_number(facts, 0, 1) == 0) {
        return FC_OK;
    }
    if (fc_pg_number(facts, 0, 2) == 0) {
        return fc_fail(err, FC_IO,
                       "the schema \"facecraft\" of the database belongs to another program");
    }
    FC_AUTO(fc_pg_rows) rows = NULL;
    fc_pg_start(&query, "SELECT version FROM facecraft.service");
    FC_TRY(fc_pg_ask(pg, &query, &rows, err));
    *version = fc_pg_count(rows) == 1 ? fc_pg_number(rows, 0, 0) : -1;
    return FC_OK;
}

static fc_status bring_up_to_date(fc_pg *pg, fc_error *err)
{
    int64_t version = 0;
    FC_TRY(fc_pg_run(pg, PREPARE_LOCK, err));
    FC_TRY(read_version(pg, &version, err));
    if (version < 0 || version > SCHEMA_VERSION) {
        return fc_fail(err, FC_IO,
                       "the database of the jobs has version %" PRId64
                       ", this facecraft knows versions 1 to %d",
                       version, SCHEMA_VERSION);
    }
    for (; version < SCHEMA_VERSION; version++) {
        for (const char *const *part = STEPS[version]; *part != NULL; part++) {
            FC_TRY(fc_pg_run(pg, *part, err));
        }
    }
    return FC_OK;
}

fc_status fc_postgres_schema_prepare(fc_pg *pg, fc_error *err)
{
    FC_TRY(fc_pg_begin(pg, err));
    return fc_pg_end(pg, bring_up_to_date(pg, err), err);
}

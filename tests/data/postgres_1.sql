CREATE SCHEMA facecraft;
CREATE FUNCTION facecraft.accepted_count() RETURNS trigger
    LANGUAGE plpgsql
    AS $$ BEGIN IF TG_OP = 'DELETE' THEN INSERT INTO facecraft.totals  SELECT -3, -count(*) FROM old_rows WHERE photo HAVING count(*) > 0 UNION ALL  SELECT -4, -sum(bytes) FROM old_rows WHERE photo HAVING count(*) > 0; ELSE INSERT INTO facecraft.totals  SELECT -3, count(*) FROM new_rows WHERE photo HAVING count(*) > 0 UNION ALL  SELECT -4, sum(bytes) FROM new_rows WHERE photo HAVING count(*) > 0; END IF; RETURN NULL; END $$;
CREATE FUNCTION facecraft.callbacks_count() RETURNS trigger
    LANGUAGE plpgsql
    AS $$ BEGIN IF TG_OP <> 'INSERT' THEN INSERT INTO facecraft.totals  SELECT -2, -count(*) FROM old_rows WHERE state = 0 HAVING count(*) > 0; END IF; IF TG_OP <> 'DELETE' THEN INSERT INTO facecraft.totals  SELECT -2, count(*) FROM new_rows WHERE state = 0 HAVING count(*) > 0; END IF; RETURN NULL; END $$;
CREATE FUNCTION facecraft.item_gone() RETURNS trigger
    LANGUAGE plpgsql
    AS $$ BEGIN UPDATE facecraft.accepted SET waits = waits - 1 WHERE job = old.batch; RETURN NULL; END $$;
CREATE FUNCTION facecraft.job_ended() RETURNS trigger
    LANGUAGE plpgsql
    AS $$ BEGIN UPDATE facecraft.callbacks SET due = new.finished WHERE job = new.id; IF new.batch <> '' THEN  UPDATE facecraft.accepted SET waits = waits - 1 WHERE job = new.batch; END IF; RETURN NULL; END $$;
CREATE FUNCTION facecraft.jobs_count() RETURNS trigger
    LANGUAGE plpgsql
    AS $$ BEGIN IF TG_OP <> 'INSERT' THEN INSERT INTO facecraft.totals  SELECT state, -count(*) FROM old_rows GROUP BY state; END IF; IF TG_OP <> 'DELETE' THEN INSERT INTO facecraft.totals  SELECT state, count(*) FROM new_rows GROUP BY state; END IF; RETURN NULL; END $$;
CREATE FUNCTION facecraft.now_s() RETURNS bigint
    LANGUAGE sql
    AS $$SELECT floor(extract(epoch FROM clock_timestamp()))::bigint$$;
CREATE FUNCTION facecraft.pictures_count() RETURNS trigger
    LANGUAGE plpgsql
    AS $$ BEGIN IF TG_OP = 'DELETE' THEN INSERT INTO facecraft.totals  SELECT -1, -sum(bytes) FROM old_rows HAVING count(*) > 0; ELSE INSERT INTO facecraft.totals  SELECT -1, sum(bytes) FROM new_rows HAVING count(*) > 0; END IF; RETURN NULL; END $$;
CREATE TABLE facecraft.accepted (
    serial bigint NOT NULL,
    job text NOT NULL,
    photo boolean NOT NULL,
    bytes bigint NOT NULL,
    wish bytea NOT NULL,
    accepted_ms bigint NOT NULL,
    turn integer NOT NULL,
    waits integer DEFAULT 0 NOT NULL,
    crashes integer DEFAULT 0 NOT NULL,
    epoch bigint DEFAULT 0 NOT NULL,
    held boolean DEFAULT false NOT NULL,
    excused boolean DEFAULT false NOT NULL,
    dead boolean DEFAULT false NOT NULL,
    due timestamp with time zone DEFAULT clock_timestamp() NOT NULL
)
WITH (fillfactor='80', autovacuum_vacuum_scale_factor='0.01', autovacuum_vacuum_threshold='200');
ALTER TABLE facecraft.accepted ALTER COLUMN serial ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME facecraft.accepted_serial_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE facecraft.callbacks (
    job text NOT NULL,
    url text NOT NULL,
    state smallint NOT NULL,
    tries integer NOT NULL,
    due bigint,
    error bytea NOT NULL
);
CREATE TABLE facecraft.doomed (
    name text NOT NULL,
    due timestamp with time zone NOT NULL,
    taken boolean DEFAULT false NOT NULL
);
CREATE TABLE facecraft.jobs (
    id text NOT NULL,
    batch text NOT NULL,
    number integer NOT NULL,
    owner text NOT NULL,
    name bytea NOT NULL,
    state smallint NOT NULL,
    created bigint NOT NULL,
    finished bigint DEFAULT 0 NOT NULL,
    error text DEFAULT ''::text NOT NULL,
    message bytea DEFAULT '\x'::bytea NOT NULL,
    answer bytea DEFAULT '\x'::bytea NOT NULL,
    key text NOT NULL,
    fingerprint text NOT NULL,
    token text DEFAULT ''::text NOT NULL
)
WITH (fillfactor='80', autovacuum_vacuum_scale_factor='0.01');
CREATE TABLE facecraft.pictures (
    job text NOT NULL,
    type smallint NOT NULL,
    number integer NOT NULL,
    bytes bigint NOT NULL,
    saved bigint NOT NULL,
    crc bigint NOT NULL,
    digest text NOT NULL,
    blob text NOT NULL
);
CREATE TABLE facecraft.service (
    one integer NOT NULL,
    version integer NOT NULL,
    probes bigint NOT NULL,
    CONSTRAINT service_one_check CHECK ((one = 1))
);
CREATE TABLE facecraft.totals (
    "row" integer NOT NULL,
    amount bigint NOT NULL
)
WITH (autovacuum_vacuum_scale_factor='0.1');
INSERT INTO facecraft.accepted OVERRIDING SYSTEM VALUE VALUES
	(2, '0000000000000000000000000000000a', true, 5, '\x77697368', 1700000000000, 1, 0, 0, 0, false, false, false, '2026-11-29 10:29:32.954603+00'),
	(3, '0000000000000000000000000000000c', false, 0, '\x77697368', 1700000000000, 1, 2, 0, 0, false, false, false, '2026-11-29 10:29:32.954948+00'),
	(5, '0000000000000000000000000000000e', true, 5, '\x77697368', 1700000000000, 2, 0, 0, 0, false, false, false, '2026-11-29 10:29:32.954956+00'),
	(4, '0000000000000000000000000000000d', true, 5, '\x77697368', 1700000000000, 1, 0, 0, 1, true, false, false, '2030-01-01 00:00:00+00');
INSERT INTO facecraft.callbacks VALUES
	('0000000000000000000000000000000c', 'https://hooks.example.com/1', 0, 0, NULL, '\x');
INSERT INTO facecraft.doomed VALUES
	('0000000000000000000000000000000e-1-1111111111111111.png', '2030-01-01 00:00:00+00', false);
INSERT INTO facecraft.jobs VALUES
	('0000000000000000000000000000000a', '', 0, '', '\x66697273742e6a7067', 0, 1700000000, 0, '', '\x', '\x', 'key of a', 'print of a', ''),
	('0000000000000000000000000000000c', '', 0, 'me', '\x', 0, 1700000000, 0, '', '\x', '\x', '', '', ''),
	('0000000000000000000000000000000e', '0000000000000000000000000000000c', 2, 'me', '\x6974656d20322e6a7067', 0, 1700000000, 0, '', '\x', '\x', '', '', ''),
	('0000000000000000000000000000000d', '0000000000000000000000000000000c', 1, 'me', '\x6974656d20312e6a7067', 1, 1700000000, 0, '', '\x', '\x', '', '', ''),
	('0000000000000000000000000000000b', '', 0, '', '\x646f6e652e6a7067', 2, 1700000000, 4102444800, '', '\x', '\x7b7d', '', '', '');
INSERT INTO facecraft.pictures VALUES
	('0000000000000000000000000000000b', 0, 1, 9, 1700000000, 1, '', '0000000000000000000000000000000b-1-0000000000000000.png');
INSERT INTO facecraft.service VALUES
	(1, 1, 0);
INSERT INTO facecraft.totals VALUES
	(0, 5),
	(-3, 3),
	(-4, 15),
	(0, -1),
	(1, 1),
	(-2, 1),
	(0, -1),
	(2, 1),
	(-1, 9);
SELECT pg_catalog.setval('facecraft.accepted_serial_seq', 5, true);
ALTER TABLE ONLY facecraft.accepted
    ADD CONSTRAINT accepted_job_key UNIQUE (job);
ALTER TABLE ONLY facecraft.accepted
    ADD CONSTRAINT accepted_pkey PRIMARY KEY (serial);
ALTER TABLE ONLY facecraft.callbacks
    ADD CONSTRAINT callbacks_pkey PRIMARY KEY (job);
ALTER TABLE ONLY facecraft.doomed
    ADD CONSTRAINT doomed_pkey PRIMARY KEY (name);
ALTER TABLE ONLY facecraft.jobs
    ADD CONSTRAINT jobs_pkey PRIMARY KEY (id);
ALTER TABLE ONLY facecraft.pictures
    ADD CONSTRAINT pictures_pkey PRIMARY KEY (job, number, type);
ALTER TABLE ONLY facecraft.service
    ADD CONSTRAINT service_pkey PRIMARY KEY (one);
CREATE INDEX accepted_dead ON facecraft.accepted USING btree (serial) WHERE dead;
CREATE INDEX accepted_free ON facecraft.accepted USING btree (crashes, turn, serial) WHERE ((NOT held) AND (NOT dead) AND (waits = 0));
CREATE INDEX accepted_held ON facecraft.accepted USING btree (due) WHERE held;
CREATE INDEX callbacks_due ON facecraft.callbacks USING btree (due) WHERE ((state = 0) AND (due IS NOT NULL));
CREATE INDEX doomed_due ON facecraft.doomed USING btree (due);
CREATE INDEX jobs_by_end ON facecraft.jobs USING btree (finished) WHERE ((finished > 0) AND (batch = ''::text));
CREATE INDEX jobs_by_key ON facecraft.jobs USING btree (finished) WHERE (key <> ''::text);
CREATE INDEX jobs_of_batch ON facecraft.jobs USING btree (batch, number) WHERE (batch <> ''::text);
CREATE UNIQUE INDEX jobs_of_key ON facecraft.jobs USING btree (key) WHERE (key <> ''::text);
CREATE TRIGGER accepted_in AFTER INSERT ON facecraft.accepted REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION facecraft.accepted_count();
CREATE TRIGGER accepted_out AFTER DELETE ON facecraft.accepted REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION facecraft.accepted_count();
CREATE TRIGGER callbacks_change AFTER UPDATE ON facecraft.callbacks REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION facecraft.callbacks_count();
CREATE TRIGGER callbacks_in AFTER INSERT ON facecraft.callbacks REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION facecraft.callbacks_count();
CREATE TRIGGER callbacks_out AFTER DELETE ON facecraft.callbacks REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION facecraft.callbacks_count();
CREATE TRIGGER item_gone AFTER DELETE ON facecraft.jobs FOR EACH ROW WHEN (((old.finished = 0) AND (old.batch <> ''::text))) EXECUTE FUNCTION facecraft.item_gone();
CREATE TRIGGER job_ended AFTER UPDATE OF finished ON facecraft.jobs FOR EACH ROW WHEN (((old.finished = 0) AND (new.finished > 0))) EXECUTE FUNCTION facecraft.job_ended();
CREATE TRIGGER jobs_change AFTER UPDATE ON facecraft.jobs REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION facecraft.jobs_count();
CREATE TRIGGER jobs_in AFTER INSERT ON facecraft.jobs REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION facecraft.jobs_count();
CREATE TRIGGER jobs_out AFTER DELETE ON facecraft.jobs REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION facecraft.jobs_count();
CREATE TRIGGER pictures_in AFTER INSERT ON facecraft.pictures REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION facecraft.pictures_count();
CREATE TRIGGER pictures_out AFTER DELETE ON facecraft.pictures REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION facecraft.pictures_count();
ALTER TABLE ONLY facecraft.accepted
    ADD CONSTRAINT accepted_job_fkey FOREIGN KEY (job) REFERENCES facecraft.jobs(id) ON DELETE CASCADE;
ALTER TABLE ONLY facecraft.callbacks
    ADD CONSTRAINT callbacks_job_fkey FOREIGN KEY (job) REFERENCES facecraft.jobs(id) ON DELETE CASCADE;
ALTER TABLE ONLY facecraft.pictures
    ADD CONSTRAINT pictures_job_fkey FOREIGN KEY (job) REFERENCES facecraft.jobs(id) ON DELETE CASCADE;

#!/usr/bin/env python3
"""A database of another version than its nodes, and one that was restored from an older copy: what
is refused, what goes on, and what is lost."""

import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
# pylint: disable=wrong-import-position

import postgres
import service
from cluster import Cluster
from jobs import LATER
from service import PHOTO, SMALL, wait_job


# While this holds, what is accepted waits.
NOBODY_CLAIMS = """
CREATE FUNCTION public.nobody() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
CREATE TRIGGER nobody BEFORE UPDATE ON facecraft.accepted FOR EACH ROW
    WHEN (new.held AND NOT old.held) EXECUTE FUNCTION public.nobody();
"""
ALL_CLAIM = "DROP TRIGGER nobody ON facecraft.accepted"


class Versions(Cluster):
    """Each case has a database and nodes of its own."""

    def mark(self, version):
        """The database says that it is of this version."""
        self.database.ask(f"UPDATE facecraft.service SET version = {version}")

    def test_node_goes_on_until_it_has_to_connect_again(self):
        old = self.node(MAX_CONCURRENT_JOBS=1)
        ours = int(self.database.ask("SELECT version FROM facecraft.service"))
        self.mark(ours + 1)  # as a node of the next version does that starts beside it
        self.assertEqual(wait_job(old, self.accept(old))["status"], "succeeded")
        with self.assertRaises(RuntimeError) as raised:
            self.node()
        self.assertIn(f"has version {ours + 1}, this facecraft knows versions 1 to {ours}",
                      str(raised.exception))
        self.database.kill()
        self.database.start()
        service.wait_until(lambda: f"has version {ours + 1}".encode() in old.get("/ready").body,
                           lambda: old.get("/ready").body)
        answer = old.process(headers=LATER, **SMALL)
        self.assertIn(answer.status, (500, 503), answer.body)
        answer = old.post_form("/api/v1/process/quick", SMALL, [("file", "a.png", PHOTO)])
        self.assertEqual(answer.status, 200, answer.body)
        self.assertIn(b"\nfacecraft_store_up", old.get("/metrics").body)
        self.mark(ours)
        old.wait_ready()
        self.assertEqual(wait_job(old, self.accept(old))["status"], "succeeded")

    def test_schema_of_somebody_else_is_left_alone(self):
        self.database.ask("CREATE SCHEMA facecraft; CREATE TABLE facecraft.theirs (a int)")
        with self.assertRaises(RuntimeError) as raised:
            self.node()
        self.assertIn("belongs to another program", str(raised.exception))
        self.assertEqual(self.database.ask("SELECT count(*) FROM pg_tables WHERE schemaname ="
                                           " 'facecraft'"), "1")

    def copy(self):
        """The file of a copy of the database as it is now."""
        path = self.database.folder / "copy.sql"
        with open(path, "wb") as file:
            subprocess.run([postgres.programs() / "pg_dump", "--schema=facecraft",
                            self.database.address], check=True, stdout=file)
        return path

    def restore(self, path):
        """The database is what it was."""
        self.database.ask("SET client_min_messages = warning; DROP SCHEMA facecraft CASCADE")
        subprocess.run(["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-f", path,
                        self.database.address], check=True, stdout=subprocess.DEVNULL)

    def test_older_copy_of_the_database_knows_what_it_knew(self):
        server = self.node()
        kept = self.accept(server)
        wait_job(server, kept)
        gone = self.accept(server)
        wait_job(server, gone)
        self.database.ask(NOBODY_CLAIMS)
        waiting = self.accept(server)
        deleted = self.accept(server)
        copy = self.copy()
        self.database.ask(ALL_CLAIM)
        self.assertEqual(wait_job(server, waiting)["status"], "succeeded")
        for job_id in (gone, deleted):
            self.assertEqual(server.delete(f"/api/v1/jobs/{job_id}").status, 200)
        later = self.accept(server)
        wait_job(server, later)
        self.await_no_photo()
        self.assertEqual(server.stop(60), 0)
        self.restore(copy)
        self.database.ask(ALL_CLAIM)
        server.start()
        # What it knew and the bucket or folder still has is there.
        job = wait_job(server, kept)
        self.assertEqual(server.get(job["links"]["png"]).status, 200)
        # What was deleted comes back without its pictures.
        job = wait_job(server, gone)
        self.assertEqual(server.get(job["links"]["png"]).status, 404)
        # What came after the copy is unknown, though its pictures are still there.
        self.assertEqual(server.get(f"/api/v1/jobs/{later}").status, 404)
        # What waited then has no photo any more, and fails; nobody waits for ever.
        for job_id in (waiting, deleted):
            job = wait_job(server, job_id, 300)
            self.assertEqual(job["status"], "failed", job)
        self.assertEqual(wait_job(server, self.accept(server))["status"], "succeeded")


if __name__ == "__main__":
    postgres.need()
    service.main()

#!/usr/bin/env python3
"""Accepted jobs whose results cannot be saved: they end, with the reason, and so do their events;
afterwards everything is as before."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
# pylint: disable=wrong-import-position
import contextlib
import json
import os
import resource
import shutil
import sqlite3
import time

import service
from jobs import LARGE, LATER, JobsTest, await_no_photos, long_work
from service import SMALL, wait_job

ENDED = ("succeeded", "failed", "cancelled")


class Unsaved(JobsTest):
    """Disks, descriptors, locks, folders."""

    def locked(self, server):
        """A program that holds the database."""
        other = sqlite3.connect(server.output / "facecraft.db", isolation_level=None,
                                check_same_thread=False)
        self.addCleanup(other.close)
        other.execute("BEGIN IMMEDIATE")
        return other

    def limit(self, server, kind, value):
        """Change a limit of the running server; the function that takes it back."""
        before = resource.prlimit(server.child.pid, kind)
        resource.prlimit(server.child.pid, kind, (value, before[1]))
        return lambda: resource.prlimit(server.child.pid, kind, before)

    def assert_ends(self, server, job_ids, status, error):
        """The jobs end, and so do the events of all of them."""
        for job_id in job_ids:
            job = wait_job(server, job_id)
            self.assertEqual((job["status"], job["error"]), (status, error), job)
            events = server.get(f"/api/v1/jobs/{job_id}/events").body.decode()
            last = [line for line in events.splitlines() if line.startswith("data: ")][-1]
            self.assertEqual(json.loads(last[6:])["status"], status)

    def test_file_that_cannot_be_written_ends_the_job(self):
        server = self.serve(MAX_CONCURRENT_JOBS=1)
        ids = [self.accept(server, long_work()), self.accept_batch(server, 2, LARGE)]
        mend = self.limit(server, resource.RLIMIT_FSIZE, 1000)  # the database is larger as well
        self.assert_ends(server, ids, "failed", "io_error")
        refused = server.process(headers=LATER, **SMALL)
        self.assertEqual(refused.status, 500)
        self.assertEqual(server.get("/ready").status, 503)
        self.assertIn("File too large", server.get("/ready").json["reason"])
        mend()
        self.assertEqual(wait_job(server, self.accept(server))["status"], "succeeded")
        server.child.kill()
        server.child.wait()
        server.start()
        for job_id in ids:
            self.assertIn(wait_job(server, job_id)["status"], ENDED)
        await_no_photos(server)

    def test_full_disk_ends_the_job_and_later_ones_succeed(self):
        if os.geteuid() != 0:
            self.skipTest("needs the right to mount a tmpfs")
        folder = pathlib.Path(service.tempfile.mkdtemp(prefix="facecraft-"))
        self.addCleanup(folder.rmdir)
        if os.system(f"mount -t tmpfs -o size=16m facecraft-test {folder} 2>/dev/null") != 0:
            self.skipTest("needs the right to mount a tmpfs")
        self.addCleanup(os.system, f"umount -l {folder}")
        server = self.serve(OUTPUT_DIR=folder, MAX_CONCURRENT_JOBS=1)
        server.output = folder
        ids = [self.accept(server, long_work()), self.accept_batch(server, 2, LARGE)]
        with contextlib.suppress(OSError), open(folder / "ballast", "wb", 0) as ballast:
            while ballast.write(b"x" * 4096) == 4096:
                pass
        for job_id in ids:
            self.assertIn(wait_job(server, job_id)["status"], ENDED)
        self.assertEqual(server.process(headers=LATER, **SMALL).status, 507)
        self.assertEqual(server.get("/ready").status, 503)
        (folder / "ballast").unlink()
        self.assertEqual(wait_job(server, self.accept(server))["status"], "succeeded")

    def test_no_descriptor_left_ends_the_job(self):
        server = self.serve(MAX_CONCURRENT_JOBS=1)
        ids = [self.accept(server, long_work()), self.accept_batch(server, 2, LARGE)]
        self.await_photo_in_work(server, ids[0])
        used = max(int(name) for name in os.listdir(f"/proc/{server.child.pid}/fd")) + 1
        connection = server.connect()  # open before, to look with
        connection.request("GET", "/health")
        connection.getresponse().read()
        mend = self.limit(server, resource.RLIMIT_NOFILE, used)
        time.sleep(3)
        mend()
        connection.close()
        for job_id in ids:
            self.assertIn(wait_job(server, job_id)["status"], ENDED)
        self.assertEqual(wait_job(server, self.accept(server))["status"], "succeeded")

    def test_locked_database_is_503_and_ends_the_job(self):
        server = self.serve(MAX_CONCURRENT_JOBS=1)
        ids = [self.accept(server, long_work())]
        other = self.locked(server)
        server.await_not_ready()  # it looks once a second
        self.assertRegex(server.get("/ready").json["reason"], "^the database of the jobs")
        answer = server.process(**SMALL)
        self.assertEqual((answer.status, answer.header("X-Error")), (503, "busy"))
        self.assertGreaterEqual(int(answer.header("Retry-After")), 1)
        self.assert_ends(server, ids, "failed", "busy")
        other.execute("COMMIT")
        self.assertEqual(server.process(**SMALL).status, 200)
        self.assertEqual(server.get("/ready").status, 200)
        await_no_photos(server)  # recorded within a second

    def test_folder_that_is_made_again_is_used(self):
        server = self.serve(MAX_CONCURRENT_JOBS=1)
        lost = self.accept_batch(server, 3, LARGE)
        service.wait_until(  # files come and go meanwhile
            lambda: shutil.rmtree(server.output, ignore_errors=True) or not server.output.exists(),
            "the folder stays")
        self.assertEqual(server.process(**SMALL).status, 500)
        server.output.mkdir()
        answer = server.process(**SMALL)
        self.assertEqual(answer.status, 200, answer.body)
        for url in (answer.json["png_url"], answer.json["jpg_url"]):
            self.assertEqual(server.get(url).status, 200)
        service.wait_until(lambda: server.get(f"/api/v1/jobs/{lost}").status == 404,
                           "the lost job is still known")
        self.assertEqual(wait_job(server, self.accept(server))["status"], "succeeded")
        self.assertEqual(server.get("/ready").status, 200)


if __name__ == "__main__":
    service.main()

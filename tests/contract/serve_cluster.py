#!/usr/bin/env python3
"""Several nodes with one database and one folder: each answers for every job, each accepted job ends
once, whichever of them dies."""

import pathlib
import json
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
# pylint: disable=wrong-import-position

import postgres
import service
from cluster import Cluster
from jobs import LARGE, LATER, long_work
from service import PHOTO, SMALL, wait_job


MEDIUM = {"width": "600", "height": "600"}


class Nodes(Cluster):
    """Each case has a database and nodes of its own."""

    def test_each_node_answers_for_every_job(self):
        first, second = self.node(), self.node()
        job_id = self.accept(first)
        job = wait_job(second, job_id)
        self.assertEqual(job["status"], "succeeded")
        for server in (first, second):
            self.assertEqual(server.get(job["links"]["png"]).status, 200)
            self.assertEqual(server.get(job["links"]["zip"]).status, 200)
            self.assertEqual(server.get(job["links"]["events"]).status, 200)
        at_once = first.process(**SMALL).json
        self.assertEqual(second.get(at_once["png_url"]).status, 200)
        self.assertEqual(second.delete(f"/api/v1/jobs/{job_id}").json["message"],
                         f"Job {job_id} deleted")
        self.assertEqual(first.get(f"/api/v1/jobs/{job_id}").status, 404)
        self.await_pictures([".jpg", ".png"])

    def test_batch_is_worked_on_by_all_and_ends_once(self):
        nodes = [self.node(MAX_CONCURRENT_JOBS=1) for _ in range(2)]
        batch = self.accept_batch(nodes[0], 12)
        job = wait_job(nodes[1], batch, 300)
        self.assertEqual((job["status"], job["result"]["successful"]), ("succeeded", 12))
        self.assertEqual(nodes[0].get(job["links"]["zip"]).status, 200)
        self.await_pictures([".jpg"] * 12 + [".png"] * 12)
        self.assertEqual(self.database.ask("SELECT count(*) FROM facecraft.accepted"), "0")

    def test_key_is_one_requests_on_all_nodes(self):
        first, second = self.node(), self.node()
        key = {"Idempotency-Key": "once"}
        later = {**LATER, **key}
        job_id = self.accept(first, **key)
        self.assertEqual(second.process(headers=later, **SMALL).json["id"], job_id)
        self.assertEqual(second.process(headers=later, **LARGE).status, 422)
        wait_job(second, job_id)
        for server in (first, second):
            again = server.process(headers=later, **SMALL)
            self.assertEqual((again.status, again.json["id"]), (202, job_id))
            self.assertEqual(again.header("Idempotency-Replayed"), "true")
        key = {"Idempotency-Key": "at once"}
        job_id = first.process(headers=key, **SMALL).json["job_id"]
        self.assertEqual(second.process(headers=key, **SMALL).json["job_id"], job_id)
        self.assertEqual(second.process(headers=key, **LARGE).status, 422)

    def test_job_is_cancelled_on_any_node(self):
        first, second = (self.node(MAX_CONCURRENT_JOBS=1) for _ in range(2))
        batch = self.accept_batch(first, 30, LARGE)
        self.assertEqual(second.delete(f"/api/v1/jobs/{batch}").json["message"],
                         f"Job {batch} cancelled")
        self.assertEqual(wait_job(first, batch)["status"], "cancelled")
        self.await_asked("SELECT count(*) FROM facecraft.accepted", "0")
        self.await_no_photo()

    def test_node_that_is_stopped_leaves_its_jobs_to_the_others(self):
        first = self.node(MAX_CONCURRENT_JOBS=1, SHUTDOWN_DEADLINE_S=0)
        ids = [self.accept(first, LARGE) for _ in range(4)]
        self.await_asked("SELECT count(*) = 0 OR bool_or(held) FROM facecraft.accepted", "t")
        self.assertEqual(first.stop(60), 0)
        self.assertEqual(self.database.ask("SELECT count(*) FROM facecraft.accepted"
                                           " WHERE crashes > 0 OR held AND NOT excused"), "0")
        second = self.node()
        for job_id in ids:
            self.assertEqual(wait_job(second, job_id, 300)["status"], "succeeded")

    def test_kill_of_a_node_loses_nothing_and_does_nothing_twice(self):
        nodes = [self.node(MAX_CONCURRENT_JOBS=1) for _ in range(3)]
        ids = [self.accept(nodes[i % 3], MEDIUM, Idempotency_Key=f"{i}") for i in range(24)]
        batch = self.accept_batch(nodes[1], 8, LARGE)
        service.wait_until(lambda: b"\nfacecraft_workers_busy 1\n" in nodes[0].get("/metrics").body,
                           "it does not work")
        nodes[0].child.kill()
        nodes[0].child.wait()
        ids.append(self.accept(nodes[2]))
        # What the dead one had is free when its claims have run out, in a minute.
        ends = [wait_job(nodes[1 + i % 2], job_id, 300) for i, job_id in enumerate(ids)]
        self.assertEqual([job["status"] for job in ends], ["succeeded"] * len(ids), ends)
        job = wait_job(nodes[2], batch, 300)
        self.assertEqual(job["result"]["successful"], 8)
        for i, job_id in enumerate(ids[:24]):
            again = nodes[1].process(headers={**LATER, "Idempotency-Key": f"{i}"}, **MEDIUM)
            self.assertEqual((again.status, again.json["id"]), (202, job_id))
        self.assertEqual(self.database.ask("SELECT count(*), count(DISTINCT job) FROM"
                                           " facecraft.pictures"), f"{2 * 33}|33")
        # The dead one's own pictures, if it had any, are gone an hour later.
        self.database.ask("UPDATE facecraft.doomed SET due = now()")
        self.await_asked("SELECT count(*) FROM facecraft.doomed", "0")
        self.await_pictures([".jpg"] * 33 + [".png"] * 33)

    def test_what_is_not_kept_is_answered_while_the_database_is_away(self):
        server = self.node(MAX_CONCURRENT_JOBS=1)
        ids = [self.accept(server, LARGE) for _ in range(3)]
        self.database.kill()
        answer = server.process(headers=LATER, **SMALL)
        self.assertEqual((answer.status, answer.header("X-Error")), (503, "busy"))
        self.assertGreaterEqual(int(answer.header("Retry-After")), 1)
        self.assertNotIn(str(self.database.folder), answer.body.decode())
        answer = server.post_form("/api/v1/process/quick", SMALL, [("file", "a.png", PHOTO)])
        self.assertEqual(answer.status, 200, answer.body)
        self.assertEqual(service.picture_size(answer.body)[0], "png")
        server.await_not_ready()
        self.database.start()
        server.wait_ready()
        for job_id in ids:
            self.assertEqual(wait_job(server, job_id, 300)["status"], "succeeded")

    def test_worker_works_and_answers_nobody_but_monitors(self):
        server = self.node(MAX_CONCURRENT_JOBS=1, SHUTDOWN_DEADLINE_S=0)
        batch = self.accept_batch(server, 12)
        self.assertEqual(server.stop(60), 0)
        worker = self.node(command="worker", MAX_CONCURRENT_JOBS=1)
        self.assertEqual(worker.process(**SMALL).status, 404)
        self.assertEqual(worker.get("/docs").status, 404)
        self.await_asked(f"SELECT state FROM facecraft.jobs WHERE id = '{batch}'", "2")
        self.await_metrics(worker, 'facecraft_jobs{state="succeeded"} 13\n')
        self.await_metrics(worker, "facecraft_backlog_photos 0\n")
        self.await_metrics(worker, "facecraft_claimed_photos 0\n")
        self.await_pictures([".jpg"] * 12 + [".png"] * 12)
        with self.assertRaises(RuntimeError) as raised:
            self.serve(command="worker")
        self.assertIn("a worker needs the database", str(raised.exception))

    def test_operator_lists_jobs_and_tries_dead_ones_again(self):
        server = self.node(MAX_CONCURRENT_JOBS=1, SHUTDOWN_DEADLINE_S=0)
        batch = self.accept_batch(server, 3, long_work())
        self.assertEqual(server.stop(60), 0)
        dead = self.database.ask("SELECT job FROM facecraft.accepted WHERE photo LIMIT 1")
        self.database.ask("UPDATE facecraft.accepted SET crashes = 2, held = true,"
                          f" due = now() - interval '1 s' WHERE job = '{dead}'")
        server.start()
        self.assertEqual(wait_job(server, batch, 300)["result"]["failed"], 1)
        self.assertIn(".photo", self.pictures())
        listed = json.loads(self.tool("--json"))
        self.assertEqual([job["state"] for job in listed].count("succeeded"), 3)
        listed = self.tool("list", "--state", "failed")
        self.assertTrue(listed.startswith(f"{dead}  failed"), listed)
        self.assertEqual(len(listed.splitlines()), 1)
        self.assertIn("ended 3 times in the middle", self.tool("show", dead))
        self.assertEqual(self.run_tool("retry", batch).returncode, 2)
        self.assertEqual(self.run_tool("show", "0" * 32).returncode, 10)
        self.tool("retry", dead)
        self.assertEqual(wait_job(server, dead)["status"], "succeeded")
        self.tool("delete", batch)
        self.assertEqual(server.get(f"/api/v1/jobs/{dead}").status, 404)
        self.await_pictures([])
        self.assertEqual(self.tool(), "")

    def test_what_cannot_be_used_is_told_at_the_start(self):
        for variables, told in (
                ({"DATABASE": "mysql://a:secret@b/c"}, "postgresql://user@host:port/database"),
                ({"DATABASE": self.database.address, "CLEANUP_AGE_HOURS": 0},
                 "cleanup_age_hours"),
                ({"DATABASE": "postgresql://a:secret@/b?host=/nowhere"}, "cannot be reached")):
            with self.assertRaises(RuntimeError) as raised:
                self.serve(**variables)
            self.assertIn(told, str(raised.exception))
            self.assertNotIn("secret", str(raised.exception))
        self.node().stop()
        self.database.ask("UPDATE facecraft.service SET version = 3")
        with self.assertRaises(RuntimeError) as raised:
            self.node()
        self.assertIn("has version 3", str(raised.exception))


if __name__ == "__main__":
    postgres.need()
    service.main()

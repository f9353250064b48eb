#!/usr/bin/env python3
"""Several nodes with one database and one S3 store: nothing is kept on their disks."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
# pylint: disable=wrong-import-position
import uuid

import postgres
import s3_store
import service
from cluster import Cluster
from jobs import LARGE, LATER
from service import PHOTO, SMALL, wait_job


class Bucket(Cluster):
    """One store for all cases; a database and nodes of its own for each."""

    @classmethod
    def setUpClass(cls):
        cls.store = s3_store.S3Store()

    @classmethod
    def tearDownClass(cls):
        cls.store.close()

    def setUp(self):
        super().setUp()
        self.path = f"pictures/{uuid.uuid4().hex}/of-a-test"
        self.use_store()

    def use_store(self, **variables):
        """Where nodes that start from now on keep pictures."""
        self.place = {"STORE": f"s3://{self.path}", "S3_ENDPOINT": self.store.endpoint,
                      "S3_ACCESS_KEY": s3_store.KEY, "S3_SECRET_KEY": s3_store.SECRET,
                      "OUTPUT_DIR": "/dev/null/nowhere", **variables}

    def pictures(self):
        return sorted("." + name.rsplit(".", 1)[1] for name in self.store.names(self.path))

    def test_each_node_answers_for_every_job(self):
        first, second = self.node(), self.node()
        job = wait_job(second, self.accept(first))
        self.assertEqual(job["status"], "succeeded", job)
        pictures = {server.get(job["links"]["png"]).body for server in (first, second)}
        self.assertEqual([service.picture_size(one) for one in pictures], [("png", 64, 64)])
        self.assertEqual(second.get(job["links"]["zip"]).status, 200)
        at_once = first.process(**SMALL).json
        self.assertEqual(second.get(at_once["png_url"]).status, 200)
        self.await_pictures([".jpg", ".jpg", ".png", ".png"])
        second.delete(f"/api/v1/jobs/{job['id']}")
        self.assertEqual(first.get(job["links"]["png"]).status, 404)
        self.await_pictures([".jpg", ".png"])

    def test_large_photo_and_batch_go_through_the_store(self):
        server, other = self.node(), self.node()
        padded = PHOTO + bytes(9_000_000)
        answer = server.process(padded, headers=LATER, **SMALL)
        self.assertEqual(answer.status, 202, answer.body)
        batch = self.accept_batch(server, 6, LARGE)
        self.assertEqual(wait_job(other, answer.json["id"])["status"], "succeeded")
        self.assertEqual(wait_job(other, batch, 300)["result"]["successful"], 6)
        self.await_pictures([".jpg"] * 7 + [".png"] * 7)

    def test_store_that_is_away_is_waited_for(self):
        server = self.node(MAX_CONCURRENT_JOBS=1)
        ids = [self.accept(server, LARGE) for _ in range(3)]
        self.store.kill()
        answer = server.process(headers=LATER, **SMALL)
        self.assertEqual((answer.status, answer.header("X-Error")), (503, "busy"), answer.body)
        self.assertNotIn(str(self.store.port), answer.body.decode())
        server.await_not_ready()
        self.assertEqual(server.stop(60), 0)
        self.store.start()
        self.use_store()
        again = self.node()
        for job_id in ids:
            self.assertEqual(wait_job(again, job_id, 300)["status"], "succeeded")
        self.assertEqual(self.database.ask("SELECT count(*) FROM facecraft.pictures"), "6")

    def test_key_that_is_wrong_and_store_without_database_are_told(self):
        self.use_store(S3_SECRET_KEY="not the secret")
        with self.assertRaises(RuntimeError) as raised:
            self.node()
        self.assertIn("SignatureDoesNotMatch", str(raised.exception))
        self.assertNotIn("not the secret", str(raised.exception))
        with self.assertRaises(RuntimeError) as raised:
            self.serve(STORE="s3://bucket")
        self.assertIn("a store needs a database", str(raised.exception))


if __name__ == "__main__":
    postgres.need()
    s3_store.need()
    service.main()

#!/usr/bin/env python3
"""Jobs: later answers, events, downloads, deletion, repeated requests."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
# pylint: disable=wrong-import-position
import base64
import contextlib
import io
import json
import sqlite3
import stat
import zipfile

import service
from jobs import LATER, long_work
from service import NO_FACE, OTHER_PHOTO, SMALL, picture_size, wait_job as wait

UNKNOWN = "0" * 32
PAIR = service.stacked(service.PHOTO)


class Later(service.ServiceTest):
    """Prefer: respond-async."""

    VARIABLES = {"MAX_CONCURRENT_JOBS": 1}

    def test_job_is_accepted_and_answered_later(self):
        accepted = self.server.process(headers=LATER, **SMALL)
        self.assertEqual(accepted.status, 202)
        self.assertIn(accepted.json["status"], ("queued", "running"))
        self.assertEqual(accepted.header("Location"), f"/api/v1/jobs/{accepted.json['id']}")
        self.assertGreaterEqual(int(accepted.header("Retry-After")), 1)
        job = wait(self.server, accepted.json["id"])
        self.assertEqual(job["status"], "succeeded")
        self.assertEqual(job["progress"], 1)
        self.assertTrue(job["result"]["success"])
        self.assertEqual(picture_size(self.server.get(job["links"]["png"]).body)[0], "png")
        for key in ("created", "expires"):
            self.assertRegex(job[key], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")

    def test_job_without_a_face_has_failed(self):
        job = wait(self.server, self.server.process(NO_FACE, headers=LATER).json["id"])
        self.assertEqual(job["status"], "failed")
        self.assertEqual(job["error"], "no_face_detected")
        self.assertFalse(job["result"]["success"])

    def test_events_end_with_the_job(self):
        accepted = self.server.process(headers=LATER).json
        answer = self.server.get(accepted["links"]["events"])
        self.assertEqual(answer.header("Content-Type"), "text/event-stream")
        events = [json.loads(line[6:]) for line in answer.body.decode().splitlines()
                  if line.startswith("data: ")]
        self.assertEqual(events[-1]["status"], "succeeded")
        self.assertEqual([event["progress"] for event in events],
                         sorted(event["progress"] for event in events))
        self.assertEqual(self.server.get(f"/api/v1/jobs/{UNKNOWN}/events").status, 404)

    def test_progress_of_several_faces_never_falls(self):
        job_id = self.server.process(service.stacked(service.PHOTO, 4), headers=LATER, face="all",
                                     width="900", height="900").json["id"]
        seen = []
        while not seen or seen[-1][0] not in ("succeeded", "failed"):
            job = self.server.get(f"/api/v1/jobs/{job_id}").json
            if (job["status"], job["progress"]) not in seen[-1:]:
                seen.append((job["status"], job["progress"]))
        self.assertEqual(seen[-1], ("succeeded", 1))
        order = ("queued", "running", "succeeded")
        self.assertEqual(seen, sorted(seen, key=lambda at: (order.index(at[0]), at[1])))

    def test_deletion_cancels_what_waits(self):
        jobs = [self.server.process(headers=LATER, **fields).json["id"]
                for fields in (long_work(), SMALL, SMALL, SMALL)]
        answer = self.server.delete(f"/api/v1/jobs/{jobs[-1]}")
        self.assertEqual(answer.json, {"message": f"Job {jobs[-1]} cancelled"})
        self.assertEqual(wait(self.server, jobs[-1])["status"], "cancelled")
        self.assertEqual(self.server.delete(f"/api/v1/jobs/{jobs[-1]}").json,
                         {"message": f"Job {jobs[-1]} deleted"})
        for job in jobs[:-1]:
            self.assertEqual(wait(self.server, job)["status"], "succeeded")

    def test_batch_can_be_followed(self):
        files = [("files", f"{i}.png", service.PHOTO) for i in range(3)]
        accepted = self.server.post_form("/api/v1/process/batch", SMALL, files, **LATER)
        self.assertEqual(accepted.status, 202)
        self.assertEqual(accepted.json["photos"], 3)
        job = wait(self.server, accepted.json["id"])
        self.assertEqual(job["status"], "succeeded")
        self.assertEqual(job["result"]["successful"], 3)

    def test_batch_can_be_cancelled(self):
        files = [("files", f"{i}.png", service.PHOTO) for i in range(8)]
        job_id = self.server.post_form("/api/v1/process/batch", long_work(), files, **LATER).json["id"]
        self.assertEqual(self.server.delete(f"/api/v1/jobs/{job_id}").json,
                         {"message": f"Job {job_id} cancelled"})
        self.assertEqual(wait(self.server, job_id)["status"], "cancelled")


class Downloads(service.ServiceTest):
    """GET /api/v1/download/..."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.answer = cls.server.process(name="me.jpeg").json
        cls.url = cls.answer["png_url"]
        cls.whole = cls.server.get(cls.url)

    def test_headers_allow_private_keeping(self):
        self.assertRegex(self.whole.header("Cache-Control"), "^private, ")
        self.assertEqual(self.whole.header("X-Content-Type-Options"), "nosniff")
        self.assertRegex(self.whole.header("ETag"), '^"[0-9a-f]{32,}"$')

    def test_known_content_is_not_sent_again(self):
        again = self.server.get(self.url, If_None_Match=self.whole.header("ETag"))
        self.assertEqual((again.status, again.body), (304, b""))

    def test_parts_are_sent(self):
        part = self.server.get(self.url, Range="bytes=100-199")
        self.assertEqual(part.status, 206)
        self.assertEqual(part.body, self.whole.body[100:200])
        self.assertEqual(part.header("Content-Range"), f"bytes 100-199/{len(self.whole.body)}")
        self.assertEqual(self.server.get(self.url, Range="bytes=99999999-").status, 416)

    def test_head_has_the_size_and_no_body(self):
        head = self.server.request("HEAD", self.url)
        self.assertEqual((head.status, head.body), (200, b""))
        self.assertEqual(int(head.header("Content-Length")), len(self.whole.body))

    def test_zip_has_all_pictures(self):
        answer = self.server.get(f"/api/v1/download/{self.answer['job_id']}/zip")
        self.assertEqual(answer.header("Content-Type"), "application/zip")
        archive = zipfile.ZipFile(io.BytesIO(answer.body))
        self.assertIsNone(archive.testzip())
        self.assertEqual(sorted(archive.namelist()), ["me.jpg", "me.png"])
        self.assertEqual(archive.read("me.png"), self.whole.body)

    def test_archive_that_would_be_too_large_is_refused_before_it_begins(self):
        answer = self.server.process(**SMALL).json
        with contextlib.closing(sqlite3.connect(self.server.output / "facecraft.db")) as database:
            database.execute("UPDATE pictures SET bytes = 2200000000 WHERE job = ?",
                             (answer["job_id"],))
            database.commit()
        refusal = self.server.get(f"/api/v1/download/{answer['job_id']}/zip")
        self.assertEqual(refusal.status, 413)
        self.assertIn("2 portraits of 4.4 GB", refusal.json["detail"])

    def test_refusals_are_those_of_the_contract(self):
        answer = self.server.get(f"/api/v1/download/{UNKNOWN}/png")
        self.assertEqual((answer.status, answer.json), (404, {"detail": "Job not found"}))
        answer = self.server.get(f"/api/v1/download/{self.answer['job_id']}/gif")
        self.assertEqual((answer.status, answer.json),
                         (400, {"detail": "Invalid format. Use 'png' or 'jpg'"}))

    def test_deleted_pictures_are_gone(self):
        answer = self.server.process(**SMALL).json
        path = f"/api/v1/jobs/{answer['job_id']}"
        self.assertEqual(self.server.delete(path).json,
                         {"message": f"Job {answer['job_id']} deleted"})
        again = self.server.delete(path)
        self.assertEqual((again.status, again.json),
                         (200, {"message": f"Job {answer['job_id']} not found"}))
        self.assertEqual(self.server.get(answer["png_url"]).status, 404)
        self.assertFalse([name for name in self.server.files() if answer["job_id"] in name])

    def test_ids_never_become_paths(self):
        outside = self.server.folder / "outside.png"
        outside.write_bytes(b"secret")
        for evil in ("%2e%2e", "..%2f..", "%2e%2e%2foutside", "%2e%2e%5coutside", "..", "x" * 200,
                     "%00", UNKNOWN.upper() + "A"):
            for method, path in (("DELETE", f"/api/v1/jobs/{evil}"),
                                 ("GET", f"/api/v1/download/{evil}/png"),
                                 ("GET", f"/api/v1/jobs/{evil}")):
                answer = self.server.request(method, path)
                self.assertIn(answer.status, (200, 400, 404, 405), path)
                self.assertNotIn(b"secret", answer.body)
        self.assertTrue(outside.exists())
        self.assertTrue(self.server.output.exists())
        self.assertEqual(self.server.get(self.url).status, 200)


class Privacy(service.ServiceTest):
    """Who may read what is kept."""

    def check_modes(self):
        """Everything is for its owner alone."""
        modes = {}
        for path in self.server.output.iterdir():
            with contextlib.suppress(FileNotFoundError):  # what the job has used goes meanwhile
                modes[path.name] = stat.S_IMODE(path.lstat().st_mode)
        self.assertEqual(set(modes.values()), {0o600}, modes)
        self.assertTrue({"facecraft.db", "facecraft.db-wal", "facecraft.db-shm"} <= set(modes))
        self.assertEqual(stat.S_IMODE(self.server.output.stat().st_mode), 0o700)

    def test_nobody_else_may_read_portraits_or_database(self):
        self.server.process(**SMALL)
        self.server.process(headers=LATER, **SMALL)
        self.check_modes()
        self.server.stop()
        for path in self.server.output.iterdir():  # as an older version left it
            path.chmod(0o644)
        self.server.output.chmod(0o755)
        self.server.start()
        self.server.process(**SMALL)
        self.check_modes()


class Repeats(service.ServiceTest):
    """Idempotency-Key."""

    def test_repeated_request_gets_the_first_answer(self):
        key = {"Idempotency-Key": "first"}
        one = self.server.process(headers=key, **SMALL)
        two = self.server.process(headers=key, **SMALL)
        self.assertEqual(one.json["job_id"], two.json["job_id"])
        self.assertEqual(two.header("Idempotency-Replayed"), "true")
        self.assertEqual(one.json["png_url"], two.json["png_url"])

    def test_picture_and_base64_are_repeated_as_well(self):
        for fields in ({"format": "png"}, {"return_base64": "1"}):
            key = {"Idempotency-Key": json.dumps(fields)}
            one = self.server.process(headers=key, **fields, **SMALL)
            two = self.server.process(headers=key, **fields, **SMALL)
            if "format" in fields:
                self.assertEqual(one.body, two.body)
            else:
                self.assertEqual(one.json["png_base64"], two.json["png_base64"])

    def check_repeated(self, ask):
        """Every byte of the answer, and every header that tells of it."""
        one, two = ask(), ask()
        self.assertEqual(one.status, two.status)
        self.assertEqual(two.header("Idempotency-Replayed"), "true")
        self.assertEqual(one.body, two.body)
        own = {"date", "x-request-id", "server-timing", "idempotency-replayed"}
        self.assertEqual(*({name.lower(): value for name, value in answer.headers.items()
                            if name.lower() not in own} for answer in (one, two)))
        return two

    def test_repeated_answer_is_the_first_one_to_the_byte(self):
        for fields in ({}, {"return_base64": "1"}, {"face": "all"},
                       {"face": "all", "return_base64": "1"}, {"use_oval_mask": "0",
                        "return_base64": "1"}, {"format": "png"}, {"format": "jpg"},
                       {"format": "webp"}, {"format": "png", "face": "all"}):
            for photo in (PAIR, NO_FACE):
                with self.subTest(fields=fields, face=photo is PAIR):
                    key = {"Idempotency-Key": f"{fields} {photo is PAIR}"}
                    self.check_repeated(lambda: self.server.process(
                        photo, headers=key, **{**SMALL, **fields}))

    def test_repeated_answer_for_all_faces_has_their_pictures(self):
        key = {"Idempotency-Key": "all faces"}
        answer = self.check_repeated(lambda: self.server.process(
            PAIR, headers=key, face="all", return_base64="1", **SMALL)).json
        self.assertEqual(len(answer["portraits"]), 2)
        for portrait in answer["portraits"]:
            self.assertEqual(base64.b64decode(portrait["png_base64"]),
                             self.server.get(portrait["png_url"]).body)

    def test_repeated_batch_has_its_pictures(self):
        files = [("files", "a.png", service.PHOTO), ("files", "b.txt", b"words"),
                 ("files", "c.jpg", OTHER_PHOTO), ("files", "d.png", NO_FACE)]
        for fields in ({}, {"return_base64": "0"}, {"use_oval_mask": "0"}, {"face": "all"},
                       {"format": "png"}):
            with self.subTest(fields=fields):
                key = {"Idempotency-Key": f"batch {fields}"}
                answer = self.check_repeated(lambda: self.server.post_form(
                    "/api/v1/process/batch", {**SMALL, **fields}, files, **key)).json
                self.assertEqual(answer["successful"], 2)
                texts = [result["jpg_base64"] for result in answer["results"]]
                self.assertEqual([text is not None for text in texts],
                                 [fields.get("return_base64") != "0" and i % 2 == 0
                                  for i in range(4)])

    def test_repeated_batch_has_its_pictures_after_a_restart(self):
        files = [("files", "a.png", service.PHOTO), ("files", "c.jpg", OTHER_PHOTO)]
        asked = []

        def ask():
            if asked:
                self.server.stop()
                self.server.start()
            asked.append(True)
            return self.server.post_form("/api/v1/process/batch", SMALL, files,
                                         **{"Idempotency-Key": "restart"})

        self.assertEqual(self.check_repeated(ask).json["successful"], 2)

    def test_deleted_pictures_are_made_again(self):
        key = {"Idempotency-Key": "deleted"}
        files = [("files", "a.png", service.PHOTO), ("files", "c.jpg", OTHER_PHOTO)]

        def ask():
            return self.server.post_form("/api/v1/process/batch", SMALL, files, **key)

        one = ask().json
        self.server.delete(f"/api/v1/jobs/{one['results'][1]['job_id']}")
        two = ask()
        self.assertIsNone(two.header("Idempotency-Replayed"))
        self.assertEqual([result["png_base64"] for result in one["results"]],
                         [result["png_base64"] for result in two.json["results"]])

    def test_other_request_under_the_same_key_is_refused(self):
        key = {"Idempotency-Key": "other"}
        self.server.process(headers=key, **SMALL)
        self.assertEqual(self.server.process(OTHER_PHOTO, headers=key, **SMALL).status, 422)
        self.assertEqual(self.server.process(headers=key, **{**SMALL, "width": "65"}).status, 422)

    def test_same_time_is_refused_or_shared(self):
        key = {"Idempotency-Key": "same time"}
        answers = service.in_parallel(3, lambda _: self.server.process(headers=key))
        self.assertEqual(sum(answer.status == 200 for answer in answers) >= 1, True)
        self.assertTrue(all(answer.status in (200, 409) for answer in answers))
        self.assertEqual(len({answer.json["job_id"] for answer in answers
                              if answer.status == 200}), 1)

    def test_refused_request_does_not_use_up_its_key(self):
        key = {"Idempotency-Key": "refused"}
        self.assertEqual(self.server.process(service.PHOTO[:3000], headers=key).status, 400)
        self.assertEqual(self.server.process(headers=key, **SMALL).status, 200)


if __name__ == "__main__":
    service.main()

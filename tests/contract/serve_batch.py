#!/usr/bin/env python3
"""POST /api/v1/process/batch: order, links, bad files, limits, ZIP."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
# pylint: disable=wrong-import-position
import base64
import io
import re
import time
import zipfile

import service
from service import NO_FACE, OTHER_PHOTO, PHOTO, SMALL, picture_size

KEYS = ["job_id", "total", "successful", "failed", "processing_time_ms", "results"]
RESULT = ["filename", "success", "download_url", "error", "error_message"]


class Batch(service.ServiceTest):
    """Several photos."""

    VARIABLES = {"BATCH_MAX_FILES": 6}

    def batch(self, photos, **fields):
        """One batch of (file name, bytes)."""
        return self.server.post_form("/api/v1/process/batch", {**SMALL, **fields},
                                     [("files", name, photo) for name, photo in photos])

    def test_results_come_in_the_order_of_the_upload(self):
        answer = self.batch([("a.png", PHOTO), ("b.txt", b"words"), ("c.jpg", OTHER_PHOTO),
                             ("d.png", NO_FACE)]).json
        self.assertEqual(list(answer)[:len(KEYS)], KEYS)
        self.assertEqual((answer["total"], answer["successful"], answer["failed"]), (4, 2, 2))
        for result in answer["results"]:
            self.assertEqual(list(result)[:len(RESULT)], RESULT)
        self.assertEqual([result["filename"] for result in answer["results"]],
                         ["a.png", "b.txt", "c.jpg", "d.png"])
        self.assertEqual([result["success"] for result in answer["results"]],
                         [True, False, True, False])
        self.assertEqual([result["error"] for result in answer["results"]],
                         [None, "unsupported_format", None, "no_face_detected"])

    def test_links_lead_to_the_pictures_and_base64_is_the_same(self):
        answer = self.batch([("a.png", PHOTO), ("b.jpg", OTHER_PHOTO)], width="80").json
        for result in answer["results"]:
            picture = self.server.get(result["download_url"]).body
            self.assertEqual(picture_size(picture), ("png", 80, 64))
            self.assertEqual(base64.b64decode(result["png_base64"]), picture)
            self.assertEqual(picture_size(base64.b64decode(result["jpg_base64"]))[0], "jpg")
        answer = self.batch([("a.png", PHOTO)], return_base64="false").json
        self.assertIsNone(answer["results"][0]["png_base64"])

    def test_files_of_the_same_name_do_not_disturb_each_other(self):
        answer = self.batch([("me.png", PHOTO), ("me.jpg", OTHER_PHOTO), ("me.png", PHOTO)]).json
        pictures = [self.server.get(result["download_url"]).body for result in answer["results"]]
        self.assertEqual(pictures[0], pictures[2])
        self.assertNotEqual(pictures[0], pictures[1])
        archive = self.server.get(f"/api/v1/download/{answer['job_id']}/zip").body
        archive = zipfile.ZipFile(io.BytesIO(archive))
        self.assertIsNone(archive.testzip())
        self.assertEqual(len(set(archive.namelist())), 6)

    def test_too_many_files_are_refused(self):
        answer = self.batch([("a.png", PHOTO)] * 7)
        self.assertEqual(answer.status, 400)
        self.assertIn("6", answer.json["detail"])
        self.assertEqual(self.batch([("a.txt", b"x")] * 6).json["failed"], 6)

    def test_no_files_are_refused(self):
        answer = self.server.post_form("/api/v1/process/batch", {"width": "64"})
        self.assertEqual(answer.status, 422)
        self.assertEqual(answer.json["detail"][0]["loc"], ["body", "files"])

    def test_photos_are_worked_on_in_parallel(self):
        workers = self.server.log.read_text().split("workers=")[1].split()[0]
        if workers == "1":
            self.skipTest("one processor")
        busy = []

        def work(index):
            if index == 0:
                return self.batch([("a.png", PHOTO)] * 6, width="1500", height="1500")
            for _ in range(100):
                text = self.server.get("/metrics").body.decode()
                busy.append(int(re.search(r"^facecraft_workers_busy (\d+)", text, re.M).group(1)))
                time.sleep(0.01)
            return None

        service.in_parallel(2, work)
        self.assertGreaterEqual(max(busy), 2)

    def test_deletion_takes_all_pictures(self):
        answer = self.batch([("a.png", PHOTO), ("b.png", PHOTO)]).json
        self.server.delete(f"/api/v1/jobs/{answer['job_id']}")
        for result in answer["results"]:
            self.assertEqual(self.server.get(result["download_url"]).status, 404)
            self.assertFalse([name for name in self.server.files() if result["job_id"] in name])


if __name__ == "__main__":
    service.main()

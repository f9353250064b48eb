#!/usr/bin/env python3
"""POST /api/v1/process/batch: order, links, bad files, limits, ZIP."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
# pylint: disable=wrong-import-position
import base64
import io
import re
import shutil
import struct
import subprocess
import threading
import unicodedata
import zipfile

import service
from jobs import LARGE
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
        self.server.await_log("workers=[0-9]+ ")
        if " workers=1 " in self.server.log.read_text():
            self.skipTest("one processor")
        seen = threading.Event()

        def send(_):
            while not seen.is_set():
                self.batch([("a.png", PHOTO)] * 6, **LARGE)

        def look():
            try:
                service.wait_until(lambda: re.search(rb"\nfacecraft_workers_busy ([2-9]|\d\d)",
                                                     self.server.get("/metrics").body),
                                   "never more than one is busy")
            finally:
                seen.set()

        service.in_parallel(1, send, look)

    def test_deletion_takes_all_pictures(self):
        answer = self.batch([("a.png", PHOTO), ("b.png", PHOTO)]).json
        self.server.delete(f"/api/v1/jobs/{answer['job_id']}")
        for result in answer["results"]:
            self.assertEqual(self.server.get(result["download_url"]).status, 404)
            self.assertFalse([name for name in self.server.files() if result["job_id"] in name])


DEVICES = {"con", "prn", "aux", "nul", *(f"{port}{i}" for port in ("com", "lpt") for i in range(10))}


class ArchiveNames(service.ServiceTest):
    """Names of photos in the archive of a batch."""

    NAMES = ["\u00e4" * 130 + ".png", "a" + "\u00e4" * 130 + ".png", "ab" + "\u20ac" * 90 + ".png",
             "\U0001f600" * 70 + ".jpg", "con.png", "CON.jpg", "nul .png", "com1.png", "lpt9.a.png",
             "photo\u202egpj.exe", "a\u200eb.png", "a\u0085b.png", "a_b.png", "x. . .", "..", " .png",
             "\u00c4rger.png", "\u00e4rger.png", "\u00e4rger.png", "-rf.png"]

    def test_every_reader_opens_it_and_no_name_does_harm(self):
        files = [("files", name, PHOTO) for name in self.NAMES]
        answer = self.server.post_form("/api/v1/process/batch", {**SMALL, "return_base64": "0"},
                                       files)
        self.assertEqual(answer.json["successful"], len(files), answer.body[:2000])
        archive = self.server.get(answer.json["zip_url"]).body
        names = self.strict_names(archive)
        self.assertEqual(len(names), 2 * len(files))
        self.assertEqual(zipfile.ZipFile(io.BytesIO(archive)).namelist(), names)
        self.assertIsNone(zipfile.ZipFile(io.BytesIO(archive)).testzip())
        self.assertEqual(len({name.casefold() for name in names}), len(names))
        for name in names:
            self.assertLessEqual(len(name.encode()), 255)
            self.assertNotIn(name.split(".")[0].rstrip(" ").casefold(), DEVICES)
            self.assertEqual(name, name.rstrip(". "))
            self.assertFalse([c for c in name if unicodedata.category(c) in ("Cc", "Cf")], name)
            self.assertRegex(name, r"^[^./\\][^/\\]*\.(png|jpg)$")
        self.unpack(archive, len(names))

    def strict_names(self, archive):
        """The names; both headers of each file are read and must say the same."""
        count, size, start = struct.unpack("<HII", archive[-12:-2])
        self.assertEqual(start + size, len(archive) - 22)
        names, at, end = [], start, 0
        for _ in range(count):
            self.assertEqual(archive[at:at + 4], b"PK\1\2")
            facts = archive[at + 6:at + 30]
            length, extra, comment = struct.unpack("<HHH", archive[at + 28:at + 34])
            local, = struct.unpack("<I", archive[at + 42:at + 46])
            name = archive[at + 46:at + 46 + length]
            self.assertEqual((extra, comment), (0, 0))
            self.assertEqual(local, end)  # one after the other, nothing between
            self.assertEqual(archive[local:local + 4], b"PK\3\4")
            self.assertEqual(archive[local + 4:local + 28], facts)
            self.assertEqual(archive[local + 30:local + 30 + length], name)
            self.assertTrue(struct.unpack("<H", facts[2:4])[0] & 1 << 11)
            end = local + 30 + length + struct.unpack("<I", facts[14:18])[0]
            names.append(name.decode("utf-8"))
            at += 46 + length
        self.assertEqual(end, start)
        return names

    def unpack(self, archive, count):
        """By the program that most systems have."""
        program = shutil.which("unzip")
        if program is None:
            return
        folder = self.server.folder / "unpacked"
        folder.mkdir()
        (folder.parent / "archive.zip").write_bytes(archive)
        subprocess.run([program, "-q", folder.parent / "archive.zip", "-d", folder], check=True,
                       env={"LC_ALL": "C.UTF-8"})
        self.assertEqual(len(list(folder.iterdir())), count)


if __name__ == "__main__":
    service.main()

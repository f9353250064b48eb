#!/usr/bin/env python3
"""Files that were damaged or made to harm: what they get on every route, and what they never see."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
# pylint: disable=wrong-import-position
import io
import json
import zipfile

import service
from service import DATA, PHOTO, REPO, Answer, encode, in_parallel

IMAGES = DATA / "image"
FAULTS = REPO.parent / "shared" / "faults"
SIDE = 1500
MARK = (254, 1, 253)  # no photo has it


# HEVC pictures a part of which was never decoded, and AV1 and HEVC that are larger than they say.
DAMAGED = ("slice_missing.heic", "slice_cut.heic", "lie.heic", "lie.avif")


def send(server, route, photo):
    """One upload by one route."""
    form = server.post_form
    if route == "process":
        return server.process(photo, "a.heic")
    if route == "process as a picture":
        return server.process(photo, "a.heic", format="png", use_oval_mask="no")
    if route == "process as JSON":
        return server.request("POST", "/api/v1/process", json.dumps({"file": encode(photo)}),
                              {"Content-Type": "application/json"})
    if route == "process as a body":
        return server.request("POST", "/api/v1/process?format=png", photo,
                              {"Content-Type": "application/octet-stream"})
    if route == "quick":
        return form("/api/v1/process/quick", (), [("file", "a.heic", photo)])
    if route == "batch":
        return form("/api/v1/process/batch", (), [("files", "a.heic", photo)])
    if route == "analyze":
        return form("/api/v1/analyze", (), [("file", "a.heic", photo)])
    if route == "removebg":
        return form("/v1.0/removebg", {"size": "full"}, [("image_file", "a.heic", photo)])
    if route == "removebg's background":
        return form("/v1.0/removebg", {"size": "full"},
                    [("image_file", "p.png", PHOTO), ("bg_image_file", "a.heic", photo)])
    assert route == "rembg"
    return form("/api/remove", (), [("file", "a.heic", photo)])


ROUTES = ("process", "process as a picture", "process as JSON", "process as a body", "quick",
          "batch", "analyze", "removebg", "removebg's background", "rembg")


def refused(answer):
    """Whether the file was called damaged; a batch says so for each of its photos."""
    if answer.status in (400, 422):
        return True
    if answer.status != 200:
        return False
    if answer.header("Content-Type") == "application/zip":
        return not zipfile.ZipFile(io.BytesIO(answer.body)).namelist()
    if answer.header("Content-Type") != "application/json":
        return False
    results = answer.json.get("results", [answer.json])
    return all(result.get("success") is False for result in results)


class Hostile(service.ServiceTest):
    """A photo with a mark goes before each file; nothing of it comes back."""

    VARIABLES = {"DEFAULT_MATTE_QUALITY": "fast", "MAX_CONCURRENT_JOBS": "2", "SANDBOX": "auto"}

    def spread_mark(self):
        """Leave the mark in as much of the server's memory as it will use again."""
        photo = service.plain_png(SIDE, MARK)
        for answer in in_parallel(4, lambda _: self.server.process(photo, "mark.png")):
            self.assertIsInstance(answer, Answer)
            self.assertEqual(answer.status, 200, answer.body)

    def assert_refused_everywhere(self, name, photo):
        """By all routes, with the server alive and nothing of the mark in the answer."""
        for route in ROUTES:
            with self.subTest(name=name, route=route):
                answer = send(self.server, route, photo)
                self.assertTrue(refused(answer), (answer.status, answer.body[:200]))
                self.assertNotIn(bytes(MARK) * 4, answer.body)
                self.assertIsNone(self.server.child.poll())

    def test_what_was_not_decoded_is_never_shown(self):
        self.spread_mark()
        for name in DAMAGED:
            self.assert_refused_everywhere(name, (IMAGES / name).read_bytes())

    def test_each_known_fault_has_its_answer(self):
        """The larger ones lie outside of the repository."""
        if not FAULTS.is_dir():
            self.skipTest("no folder of faults here")
        expected = {"heic_uninitialised.heic": 400, "04_cut.heic": 400, "05_half_with_eoi.jpg": 400,
                    "sp_24000_lie.avif": 400, "11_raw_preview.dng": 400,
                    "15_valid_but_damaged.tif": 400, "01_gray_icc.heic": 200, "09_no_eoi.jpg": 200,
                    "03_ios18_auxl.heic": 200, "12_ycbcr.tif": 200, "14_unspecified_extra.tif": 200}
        self.spread_mark()
        for name, status in expected.items():
            with self.subTest(name=name):
                photo = (FAULTS / name).read_bytes()
                answer = self.server.process(photo, name, format="png")
                self.assertEqual(answer.status, status, answer.body[:200])
        self.assert_refused_everywhere("heic_uninitialised.heic",
                                       (FAULTS / "heic_uninitialised.heic").read_bytes())
        self.assertEqual(self.server.get("/health").status, 200)

    def test_a_profile_that_does_not_fit_ends_nothing(self):
        """A grey profile in a colour picture reached an assertion once."""
        profile = bytearray(132)
        profile[:4] = len(profile).to_bytes(4, "big")
        profile[8:12] = b"\x02\x10\0\0"
        profile[12:24] = b"mntrGRAYXYZ "
        profile[36:40] = b"acsp"
        segment = b"ICC_PROFILE\0\x01\x01" + bytes(profile)
        jpeg = (IMAGES / "orientation_1.jpg").read_bytes()
        hurt = jpeg[:2] + b"\xff\xe2" + (len(segment) + 2).to_bytes(2, "big") + segment + jpeg[2:]
        for route in ROUTES:
            with self.subTest(route=route):
                self.assertLess(send(self.server, route, hurt).status, 500)
                self.assertIsNone(self.server.child.poll())


class HostileInTheService(Hostile):
    """The same where photos are decoded in the service's own process."""

    VARIABLES = {**Hostile.VARIABLES, "SANDBOX": "off"}


if __name__ == "__main__":
    service.main()

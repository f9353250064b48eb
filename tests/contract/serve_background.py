#!/usr/bin/env python3
"""What lies behind the person: kept, blurred, a gradient, a picture; on every route that takes it."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
# pylint: disable=wrong-import-position
import base64
import io
import json
import zipfile

import service
from service import DATA, OTHER_PHOTO, PHOTO, SMALL, picture_size, wait_job

BEHIND = (DATA / "image" / "orientation_1.jpg").read_bytes()
LATER = {"Prefer": "respond-async"}
RECTANGLE = {**SMALL, "use_oval_mask": "no"}


class Background(service.ServiceTest):
    """One server for all."""

    def post(self, path="/api/v1/process", photo=PHOTO, behind=BEHIND, headers=None, **fields):
        """A photo and a picture to lie behind."""
        files = [("file", "photo.png", photo)] if photo else []
        files += [("background_file", "behind.jpg", behind)] if behind else []
        return self.server.post_form(path, fields, files, **(headers or {}))

    def test_each_background_makes_another_portrait_in_each_format(self):
        for kind in ("png", "jpg", "webp"):
            seen = {self.server.process(OTHER_PHOTO, **RECTANGLE, format=kind, background=text).body
                    for text in ("white", "keep", "blur", "blur:90", "gradient:#fff,#333",
                                 "radial:#fff,#333", "transparent")}
            self.assertEqual(len(seen), 6 if kind == "jpg" else 7)  # white is what a JPEG shows

    def test_a_kept_background_needs_no_mask_where_nothing_is_enhanced(self):
        answer = self.server.process(**RECTANGLE, background="keep", framing="face").json
        notes = {stage["name"]: stage for stage in answer["stages"]}
        self.assertEqual(notes["segment"]["note"], "not needed")
        self.assertIsNone(notes["segment"]["model"])

    def test_plain_counts_more_than_what_it_stands_for(self):
        fields = {"width": 64, "height": 80, "format": "png"}
        alone = self.server.process(**fields, plain="true").body
        self.assertEqual(picture_size(alone), ("png", 64, 80))
        self.assertEqual(self.server.process(**fields, plain="true", background="#ff0000",
                                             use_oval_mask="yes", enhance_photo="strong").body, alone)
        self.assertEqual(self.server.process(**fields, background="keep", use_oval_mask="no",
                                             enhance_photo="off").body, alone)

    def test_a_picture_counts_more_than_the_field(self):
        wanted = self.post(**RECTANGLE, format="png").body
        self.assertEqual(picture_size(wanted)[0], "png")
        self.assertEqual(self.post(**RECTANGLE, format="png", background="#ff0000").body, wanted)
        without = self.server.process(**RECTANGLE, format="png").body
        self.assertNotEqual(without, wanted)
        empty = [("file", "photo.png", PHOTO), ("background_file", "", b"")]
        self.assertEqual(self.server.post_form("/api/v1/process", {**RECTANGLE, "format": "png"},
                                               empty).body, without)

    def test_a_picture_comes_in_json_and_by_every_route(self):
        wanted = self.post(**RECTANGLE, format="png").body
        body = json.dumps({"file": service.encode(PHOTO), "background_file": service.encode(BEHIND),
                           "format": "png", **RECTANGLE})
        as_json = self.server.request("POST", "/api/v1/process", body,
                                      {"Content-Type": "application/json"})
        self.assertEqual(as_json.body, wanted)
        quick = self.post("/api/v1/process/quick", size=64, use_oval_mask="no", enhance_photo="off",
                          matte_quality="fast")
        self.assertEqual(quick.body, wanted)
        token = self.server.post_form("/api/v1/analyze", {}, [("file", "p.png", PHOTO)]).json["token"]
        for _ in range(2):
            render = self.post(f"/api/v1/render/{token}", photo=None, **RECTANGLE)
            self.assertEqual(render.body, wanted)

    def test_a_batch_shares_the_picture(self):
        alone = [self.post(photo=photo, **RECTANGLE, format="jpg").body
                 for photo in (PHOTO, OTHER_PHOTO)]
        files = [("files", "a.png", PHOTO), ("background_file", "b.jpg", BEHIND),
                 ("files", "c.jpg", OTHER_PHOTO)]
        answer = self.server.post_form("/api/v1/process/batch", RECTANGLE, files).json
        self.assertEqual(answer["successful"], 2)
        self.assertEqual([base64.b64decode(row["jpg_base64"]) for row in answer["results"]], alone)

    def test_later_jobs_keep_the_picture(self):
        wanted = self.post(**RECTANGLE, format="jpg").body
        accepted = self.post(headers=LATER, **RECTANGLE)
        self.assertEqual(accepted.status, 202, accepted.body)
        job = wait_job(self.server, accepted.json["id"])
        self.assertEqual(self.server.get(job["links"]["jpg"]).body, wanted)
        files = [("background_file", "b.jpg", BEHIND), ("files", "a.png", PHOTO),
                 ("files", "c.png", PHOTO)]
        accepted = self.server.post_form("/api/v1/process/batch", RECTANGLE, files, **LATER)
        job = wait_job(self.server, accepted.json["id"])
        archive = zipfile.ZipFile(io.BytesIO(self.server.get(job["links"]["zip"]).body))
        self.assertEqual({archive.read(name) for name in archive.namelist()
                          if name.endswith("jpg")}, {wanted})

    def test_a_text_in_place_of_the_picture_is_refused(self):
        for path in ("/api/v1/process", "/api/v1/process/quick"):
            answer = self.post(path, behind=None, background_file="behind.jpg")
            self.assertEqual(answer.status, 422, answer.body)
            self.assertEqual(answer.json["detail"][0]["loc"], ["body", "background_file"])
            self.assertIn("Expected a file", answer.json["detail"][0]["msg"])
        empty = self.post(behind=None, background_file="", **SMALL)
        self.assertEqual(empty.status, 200, empty.body)

    def test_nonsense_is_refused_with_what_is_allowed(self):
        for text in ("blur:0", "gradient:#fff", "kept", "radial:1,2,3"):
            answer = self.server.process(**SMALL, background=text)
            self.assertEqual(answer.status, 422)
            for form in ("transparent", "keep", "blur[:1..100]", "gradient:#from,#to", "picture"):
                self.assertIn(form, answer.json["detail"][0]["msg"])
        answer = self.server.process(**SMALL, background="picture")
        self.assertEqual((answer.status, answer.json["detail"][0]["loc"]),
                         (422, ["body", "background_file"]))
        answer = self.post(behind=b"words", **SMALL)
        self.assertEqual(answer.status, 400)
        self.assertIn("background_file: Invalid format", answer.json["detail"])
        answer = self.post(behind=BEHIND[:200], **SMALL)
        self.assertEqual(answer.status, 400)
        self.assertIn("the picture behind the person", answer.json["detail"])
        answer = self.post(**SMALL, plain="true")
        self.assertEqual(answer.status, 422)
        self.assertIn("leave out background_file", answer.json["detail"])


if __name__ == "__main__":
    service.main()

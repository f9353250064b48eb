#!/usr/bin/env python3
"""The field `preset` and GET /api/v1/presets."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
# pylint: disable=wrong-import-position
import service
from service import PHOTO, picture_size


class Presets(service.ServiceTest):
    """Pictures for documents over HTTP."""

    def process(self, **fields):
        """POST /api/v1/process."""
        return self.server.post_form("/api/v1/process", fields, [("file", "photo", PHOTO)])

    def test_presets_are_listed_with_their_sources(self):
        """All of them, and each is a word of the interface's description."""
        presets = self.server.get("/api/v1/presets").json
        self.assertGreater(len(presets), 80)
        for preset in presets:
            self.assertTrue(preset["source"], preset)
            self.assertIn(preset["confidence"], ("authority", "secondary", "conflicting", "own"))
        api = self.server.get("/openapi.json").json
        body = api["paths"]["/api/v1/process"]["post"]["requestBody"]["content"]
        field = body["multipart/form-data"]["schema"]["properties"]["preset"]
        self.assertEqual(field["enum"], ["none"] + [preset["name"] for preset in presets])

    def test_a_preset_makes_its_picture_and_tells_its_rule(self):
        """Whatever the order of the fields; what was sent with it is named."""
        answer = self.process(width="500", preset="us-passport").json
        self.assertTrue(answer["success"])
        document = answer["result"]["document"]
        self.assertEqual(answer["result"]["output_size"], {"width": 500, "height": 600})
        self.assertEqual(document["preset_changed"], ["width"])
        self.assertFalse(document["compliant"])
        answer = self.process(preset="us-passport").json
        document = answer["result"]["document"]
        self.assertTrue(document["compliant"], document)
        self.assertEqual(document["preset_changed"], [])
        self.assertEqual(document["unit"], "mm")

    def test_an_altered_photo_is_told_where_it_is_refused(self):
        """Made all the same, but it does not meet the rule."""
        document = self.process(preset="us-passport", background="#ffffff").json["result"]["document"]
        self.assertEqual(document["preset_changed"], ["background"])
        self.assertFalse(document["compliant"])
        self.assertIn("the background is not the photo's own", document["reasons"][0])

    def test_no_preset_is_no_document(self):
        """The result has the old contract's keys then."""
        self.assertNotIn("document", self.process().json["result"])

    def test_quick_and_render_take_it(self):
        """Both answer with the picture itself, in the preset's size."""
        quick = self.server.post_form("/api/v1/process/quick", {"preset": "es-dni"},
                                      [("file", "photo", PHOTO)])
        self.assertEqual(picture_size(quick.body), ("png", 614, 756))
        analysis = self.server.post_form("/api/v1/analyze", {}, [("file", "photo", PHOTO)]).json
        whole = self.server.post_form(f"/api/v1/render/{analysis['token']}", {"preset": "es-dni"})
        self.assertEqual(whole.body, quick.body)
        small = self.server.post_form(f"/api/v1/render/{analysis['token']}",
                                      {"preset": "es-dni", "preview": "0.5"})
        self.assertEqual(picture_size(small.body), ("png", 307, 378))

    def test_a_rendered_picture_tells_where_its_head_lies(self):
        """In the preset's unit, whatever the size of the preview; nothing without a preset."""
        analysis = self.server.post_form("/api/v1/analyze", {}, [("file", "photo", PHOTO)]).json
        path = f"/api/v1/render/{analysis['token']}"
        document = self.process(preset="us-passport").json["result"]["document"]
        told = "; ".join(f"{name}={document[name]['value']:.2f}"
                         for name in ("head_height", "eye_line", "top_margin"))
        for preview in ("1", "0.5"):
            answer = self.server.post_form(path, {"preset": "us-passport", "preview": preview})
            header = answer.header("X-Document")
            if preview == "1":
                self.assertTrue(header.startswith(f"{told}; fits_photo="), (header, told))
            else:
                self.assertIn("head_height=", header)
        self.assertIsNone(self.server.post_form(path, {}).header("X-Document"))

    def test_an_unknown_preset_is_refused_with_the_nearest(self):
        """As every other value that is not allowed."""
        answer = self.process(preset="us-pasport")
        self.assertEqual(answer.status, 422, answer.body)
        detail = answer.json["detail"][0]
        self.assertEqual(detail["loc"], ["body", "preset"])
        self.assertIn("nearest are us-passport, ", detail["msg"])


if __name__ == "__main__":
    service.main()

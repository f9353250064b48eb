#!/usr/bin/env python3
"""How well a photo suits a document, as the service tells it."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
# pylint: disable=wrong-import-position
import service
from service import PHOTO

NEVER = {"head_covering", "occlusion", "tinted_lenses"}
BY_PRESET = {"head_height", "eye_line"}


def measures(check):
    """The measures of a check by their ids."""
    return {row["id"]: row for row in check["measures"]}


class Check(service.ServiceTest):
    """The astronaut laughs before a flag, and the photo has 512 px."""

    def test_the_check_alone(self):
        answer = self.server.post_form("/api/v1/check", (), [("file", "a.png", PHOTO)])
        self.assertEqual(answer.status, 200)
        self.assertTrue(answer.json["success"])
        self.assertEqual(answer.json["warnings"], [])  # none of what a portrait would lack
        check = answer.json["check"]
        rows = measures(check)
        self.assertEqual(rows["eye_distance"]["state"], "fail")
        self.assertEqual(check["overall"], "fail")
        self.assertIn("SMALL_BOUNDING_BOX", check["reasons"])
        self.assertEqual(rows["colour_cast"]["state"], "pass")
        self.assertIsNone(rows["colour_cast"]["advice"])
        self.assertEqual(set(check["not_checked"]), NEVER | BY_PRESET)
        for row in rows.values():
            self.assertIn(row["state"], ("pass", "warn", "fail", "not_checked"))
            self.assertEqual(row["fixable"], row["mended_by"] is not None)
            if row["state"] != "not_checked":
                self.assertTrue(0 <= row["score"] <= 100, row)

    def test_what_mends_a_fault_follows_the_preset(self):
        form = [("file", "a.png", PHOTO)]
        for preset, mended_by in (("us-visa", None), ("de-passport", "background")):
            answer = self.server.post_form("/api/v1/check", [("preset", preset)], form)
            rows = measures(answer.json["check"])
            self.assertNotEqual(rows["background"]["state"], "pass", preset)  # a flag
            self.assertEqual(rows["background"]["mended_by"], mended_by, preset)
            self.assertEqual(rows["roll"]["mended_by"], "crop", preset)

    def test_beside_a_portrait(self):
        form = [("file", "a.png", PHOTO)]
        alone = self.server.post_form("/api/v1/check", (), form).json["check"]
        answer = self.server.post_form("/api/v1/process", [("check", "true")], form)
        self.assertEqual(answer.json["result"]["check"], alone)
        without = self.server.post_form("/api/v1/process", (), form)
        self.assertNotIn("check", without.json["result"])

    def test_beside_a_rendered_portrait(self):
        form = [("file", "a.png", PHOTO)]
        token = self.server.post_form("/api/v1/analyze", (), form).json["token"]
        for _ in range(2):  # the second time from what is known
            answer = self.server.post_form(f"/api/v1/render/{token}", [("check", "true")], [])
            self.assertTrue(answer.header("X-Check").startswith("fail; eye_distance=fail"))
        plain = self.server.post_form(f"/api/v1/render/{token}", [("preview", "0.5")], [])
        self.assertIsNone(plain.header("X-Check"))

    def test_nonsense_is_refused(self):
        form = [("file", "a.png", PHOTO)]
        answer = self.server.post_form("/api/v1/process", [("check", "perhaps")], form)
        self.assertEqual(answer.status, 422)
        self.assertEqual(self.server.post_form("/api/v1/check", (), []).status, 422)
        answer = self.server.post_form("/api/v1/check", (), [("file", "a.png", b"words")])
        self.assertEqual(answer.status, 400)


service.main()

#!/usr/bin/env python3
"""POST /api/v1/process, /quick and /profiles: fields, answers, kinds of bodies, refusals."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
# pylint: disable=wrong-import-position
import base64
import json
import tempfile

import service
from service import NO_FACE, OTHER_PHOTO, PHOTO, SMALL, picture_size

KEYS = ["success", "job_id", "processing_time_ms", "result", "download_url", "png_url", "jpg_url",
        "png_base64", "jpg_base64", "error", "error_message"]
RESULT = ["face_detected", "face_count", "face_position", "output_size", "file_size_bytes"]


class Process(service.ServiceTest):
    """One photo."""

    def test_answer_has_the_keys_of_the_contract_first_and_in_its_order(self):
        answer = self.server.process().json
        self.assertEqual(list(answer)[:len(KEYS)], KEYS)
        self.assertEqual(list(answer["result"]), RESULT)
        self.assertEqual(answer["result"]["output_size"], {"width": 648, "height": 648})
        self.assertTrue(answer["success"])
        self.assertEqual(answer["result"]["face_count"], 1)
        self.assertEqual(list(answer["result"]["face_position"]), ["x", "y", "width", "height"])
        for key in ("download_url", "png_base64", "jpg_base64", "error", "error_message"):
            self.assertIsNone(answer[key])
        for key in ("faces", "stages", "warnings"):
            self.assertIsInstance(answer[key], list)

    def test_links_lead_to_the_pictures(self):
        answer = self.server.process(width=200, height=300).json
        png = self.server.get(answer["png_url"])
        self.assertEqual(picture_size(png.body), ("png", 200, 300))
        self.assertEqual(png.header("Content-Type"), "image/png")
        self.assertEqual(len(png.body), answer["result"]["file_size_bytes"])
        jpg = self.server.get(answer["jpg_url"])
        self.assertEqual(picture_size(jpg.body), ("jpg", 200, 300))

    def test_without_the_oval_there_is_no_png(self):
        answer = self.server.process(use_oval_mask="No").json
        self.assertIsNone(answer["png_url"])
        jpg = self.server.get(answer["jpg_url"]).body
        self.assertEqual(len(jpg), answer["result"]["file_size_bytes"])
        self.assertEqual(self.server.get(answer["jpg_url"].replace("/jpg", "/png")).status, 404)

    def test_base64_holds_the_same_bytes(self):
        answer = self.server.process(return_base64="on", **SMALL).json
        for kind in ("png", "jpg"):
            self.assertEqual(base64.b64decode(answer[f"{kind}_base64"]),
                             self.server.get(answer[f"{kind}_url"]).body)

    def test_no_face_is_an_answer(self):
        answer = self.server.process(NO_FACE)
        self.assertEqual(answer.status, 200)
        self.assertEqual(list(answer.json)[:len(KEYS)], KEYS)
        self.assertFalse(answer.json["success"])
        self.assertIsNone(answer.json["result"])
        self.assertEqual(answer.json["error"], "no_face_detected")
        self.assertEqual(answer.json["error_message"], "No face could be detected in the image")

    def test_colour_counts_more_than_its_channels(self):
        alone = {"background": "#ff0000", "use_oval_mask": "0", "format": "png", **SMALL}
        channels = {f"background_{name}": 240 for name in "rgb"}
        wanted = self.server.process(**alone).body
        self.assertEqual(self.server.process(**alone, **channels).body, wanted)
        self.assertEqual(self.server.process(**channels, **alone).body, wanted)

    def test_all_kinds_of_bodies_give_the_same_picture(self):
        fields = {"width": 96, "height": 128, "background": "#102030", "format": "png"}
        form = self.server.process(**fields)
        body = json.dumps({"file": service.encode(PHOTO), **fields})
        as_json = self.server.request("POST", "/api/v1/process", body,
                                      {"Content-Type": "application/json"})
        query = "&".join(f"{name}={value}".replace("#", "%23") for name, value in fields.items())
        raw = self.server.request("POST", f"/api/v1/process?{query}", PHOTO,
                                  {"Content-Type": "image/png"})
        self.assertEqual([form.status, as_json.status, raw.status], [200, 200, 200])
        self.assertEqual(picture_size(form.body), ("png", 96, 128))
        self.assertEqual(form.body, as_json.body)
        self.assertEqual(form.body, raw.body)

    def test_format_answers_with_the_picture_and_its_facts(self):
        for name, kind in (("png", "image/png"), ("jpg", "image/jpeg"), ("webp", "image/webp")):
            answer = self.server.process(format=name, **SMALL)
            self.assertEqual(answer.header("Content-Type"), kind)
            self.assertEqual(answer.header("X-Face-Count"), "1")
            self.assertEqual(answer.header("X-Width"), "64")
            self.assertEqual(answer.header("X-Height"), "64")
            self.assertIn("detect;dur=", answer.header("Server-Timing"))
            kept = self.server.get(f"/api/v1/download/{answer.header('X-Job-Id')}/{name}")
            self.assertEqual(kept.body, answer.body)

    def test_a_large_portrait_gets_the_jpeg_that_it_needs(self):
        answer = self.server.process(OTHER_PHOTO, width=4096, height=4096, enhance_photo="off",
                                     matte_quality="fast", use_oval_mask="no")
        self.assertEqual(answer.status, 200, answer.body)
        told = answer.json
        self.assertGreaterEqual(told["jpeg_quality"], 50)
        self.assertRegex(str(told["warnings"]), r"the JPEG has \d+ KB, more than the usual 99, "
                                                r"for 4096 x 4096 px at quality \d+")
        asked = self.server.process(OTHER_PHOTO, width=4096, height=4096, enhance_photo="off",
                                    matte_quality="fast", use_oval_mask="no", max_jpeg_kb=99)
        self.assertEqual(asked.status, 413, asked.body)

    def test_size_limit_of_the_jpeg_is_kept(self):
        answer = self.server.process(OTHER_PHOTO, max_jpeg_kb=20, format="jpg")
        self.assertLessEqual(len(answer.body), 20 * 1024)

    def test_every_face_can_be_asked_for(self):
        answer = self.server.process(face="all", **SMALL).json
        self.assertEqual(len(answer["portraits"]), 1)
        self.assertEqual(answer["portraits"][0]["png_url"], answer["png_url"])
        self.assertEqual(self.server.process(face="7", **SMALL).status, 422)

    def test_bad_values_are_told_in_the_shape_of_fastapi(self):
        for field, value, kind in (("width", "63", "greater_than_equal"),
                                   ("height", "4097", "less_than_equal"),
                                   ("width", "ten", "int_parsing"),
                                   ("background_r", "-1", "greater_than_equal"),
                                   ("background_b", "256", "less_than_equal"),
                                   ("face_margin", "1.5", "less_than_equal"),
                                   ("enhance_fidelity", "x", "float_parsing"),
                                   ("use_oval_mask", "maybe", "bool_parsing"),
                                   ("format", "gif", "enum"),
                                   ("background", "mauve", "value_error")):
            answer = self.server.process(**{field: value})
            self.assertEqual(answer.status, 422, field)
            problem = answer.json["detail"][0]
            self.assertEqual(problem["type"], kind)
            self.assertEqual(problem["loc"], ["body", field])
            self.assertEqual(problem["input"], value)
            self.assertIn("msg", problem)

    def test_missing_photo_is_told(self):
        answer = self.server.post_form("/api/v1/process", {"width": "100"})
        self.assertEqual(answer.status, 422)
        self.assertEqual(answer.json, {"detail": [{"type": "missing", "loc": ["body", "file"],
                                                   "msg": "Field required", "input": None}]})

    def test_wrong_type_is_told_by_content(self):
        answer = self.server.process(b"GIF is not what this is", "photo.png")
        self.assertEqual(answer.status, 400)
        self.assertRegex(answer.json["detail"], "^Invalid format. Allowed: .*jpeg")

    def test_damaged_photo_is_refused(self):
        answer = self.server.process(PHOTO[:5000])
        self.assertEqual(answer.status, 400)
        self.assertIsInstance(answer.json["detail"], str)

    def test_fields_of_booleans_take_what_fastapi_takes(self):
        for word in ("TRUE", "1", "On", "yes"):
            self.assertIsNotNone(self.server.process(use_oval_mask=word, **SMALL).json["png_url"])
        for word in ("False", "0", "off", "NO"):
            self.assertIsNone(self.server.process(use_oval_mask=word, **SMALL).json["png_url"])


class Quick(service.ServiceTest):
    """POST /api/v1/process/quick."""

    def quick(self, photo=PHOTO, **fields):
        """One request."""
        return self.server.post_form("/api/v1/process/quick", fields, [("file", "x", photo)])

    def test_answers_with_a_square_png(self):
        answer = self.quick(size=100)
        self.assertEqual(answer.header("Content-Type"), "image/png")
        self.assertEqual(picture_size(answer.body), ("png", 100, 100))
        self.assertEqual(picture_size(self.quick().body), ("png", 648, 648))

    def test_no_face_is_refused(self):
        answer = self.quick(NO_FACE)
        self.assertEqual(answer.status, 400)
        self.assertEqual(answer.json, {"detail": "no_face_detected"})

    def test_size_has_limits(self):
        self.assertEqual(self.quick(size=63).json["detail"][0]["loc"], ["body", "size"])

    def test_nothing_is_kept(self):
        before = self.server.files()
        self.quick(size=64)
        self.assertEqual(self.server.files(), before)


class Profiles(service.ServiceTest):
    """POST /api/v1/profiles/{name}."""

    def profile(self, name, photo=OTHER_PHOTO, **fields):
        """One request."""
        return self.server.post_form(f"/api/v1/profiles/{name}", fields, [("file", "x", photo)])

    def test_answers_with_the_jpeg_of_the_profile(self):
        answer = self.profile("ad", width=300, use_oval_mask="true")
        self.assertEqual(answer.header("Content-Type"), "image/jpeg")
        self.assertEqual(picture_size(answer.body), ("jpg", 96, 96))
        self.assertLessEqual(len(answer.body), 10000)
        other = self.profile("ad", background="#2f5d8a")
        self.assertNotEqual(answer.body, other.body)

    def test_nothing_is_enlarged(self):
        kind, width, height = picture_size(self.profile("badge").body)
        self.assertEqual(kind, "jpg")
        self.assertLess(height, 800)
        self.assertAlmostEqual(width / height, 0.75, places=2)

    def test_an_unknown_profile_is_not_found(self):
        answer = self.profile("passport")
        self.assertEqual(answer.status, 404)
        self.assertIn("badge", answer.json["detail"])

    def test_no_face_is_refused(self):
        self.assertEqual(self.profile("ad", NO_FACE).status, 400)


class OwnProfiles(service.ServiceTest):
    """Profiles of a file of targets."""

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()  # pylint: disable=consider-using-with
        cls.addClassCleanup(cls.folder.cleanup)
        path = pathlib.Path(cls.folder.name) / "profiles.toml"
        path.write_text("[profile.intranet]\nwidth = 150\nheight = 200\nmax_jpeg_kb = 20\n"
                        "background = \"#2f5d8a\"\n", encoding="ascii")
        cls.VARIABLES = {"PROFILES_FILE": path}
        super().setUpClass()

    def test_answers_with_the_jpeg_of_the_profile(self):
        fields = {"background": "white"}  # the profile is stronger
        answer = self.server.post_form("/api/v1/profiles/intranet", fields, [("file", "x", PHOTO)])
        self.assertEqual(picture_size(answer.body), ("jpg", 150, 200))
        self.assertLessEqual(len(answer.body), 20 * 1024)
        again = self.server.post_form("/api/v1/profiles/intranet", {}, [("file", "x", PHOTO)])
        self.assertEqual(answer.body, again.body)
        other = self.server.post_form("/api/v1/profiles/ad", {}, [("file", "x", PHOTO)])
        self.assertEqual(picture_size(other.body), ("jpg", 96, 96))

    def test_an_unknown_profile_is_refused_with_those_of_the_file(self):
        answer = self.server.post_form("/api/v1/profiles/nix", {}, [("file", "x", PHOTO)])
        self.assertEqual(answer.status, 404)
        self.assertIn("intranet", answer.json["detail"])


if __name__ == "__main__":
    service.main()

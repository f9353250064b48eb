#!/usr/bin/env python3
"""POST /api/v1/analyze and /render: look once, render many."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
# pylint: disable=wrong-import-position
import json
import random
import time
import zlib

import service
from service import NO_FACE, OTHER_PHOTO, PHOTO, SMALL, encode, in_parallel, picture_size

KEYS = ["token", "expires_in_s", "size", "face_count", "faces", "largest", "warnings",
        "processing_time_ms", "error", "error_message"]
UNKNOWN = "0" * 32

# What a page changes between two renders, over what it starts with.
CHANGES = [
    {},
    {"background": "#204060"},
    {"background": "transparent"},
    {"use_oval_mask": "no", "background": "#ffffff"},
    {"background": "gradient:#ffffff,#204060"},
    {"background": "keep"},
    {"background": "keep", "use_oval_mask": "no"},
    {"background": "blur", "use_oval_mask": "no"},
    {"background": "blur:80"},
    {"plain": "true"},
    {"background": "radial:white,navy"},
    {"face_margin": "0.6"},
    {"face_margin": "0.05"},
    {"move_x": "0.2", "move_y": "-0.1"},
    {"zoom": "1.7", "turn": "-12.5"},
    {"zoom": "0.4", "background": "keep", "use_oval_mask": "no"},
    {"face_box": "0.35,0.1,0.25,0.25"},
    {"width": "300", "height": "400"},
    {"enhance_photo": "off"},
    {"enhance_photo": "strong", "matte_quality": "fast"},
    {"matte_quality": "fine", "max_jpeg_kb": "20"},
]


# What may be changed in any order.
CHOICES = {
    "preset": ["none", "us-passport", "linkedin", "cv"],
    "background": ["white", "#204060", "transparent", "keep", "blur:20", "gradient:#fff,#204060"],
    "framing": ["head", "face"],
    "head_room": ["0", "0.3"],
    "face_margin": ["0", "0.3", "0.8"],
    "move_x": ["0", "-0.3"],
    "zoom": ["1", "0.5", "2"],
    "turn": ["0", "20"],
    "use_oval_mask": ["yes", "no"],
    "matte_quality": ["fast", "fine"],
    "enhance_photo": ["off", "natural", "strong"],
    "plain": ["yes", "no"],
    "enlarge": ["yes", "no"],
    "check": ["yes", "no"],
    "grey": ["yes", "no"],
    "dpi": ["0", "300"],
    "width": ["64", "200"],
    "format": ["png", "jpg", "webp"],
}


def see_through(png):
    """The same RGB picture with its black pixels see-through, by a tRNS chunk."""
    chunk = b"tRNS" + bytes(6)
    return (png[:33] + (6).to_bytes(4, "big") + chunk + zlib.crc32(chunk).to_bytes(4, "big")
            + png[33:])


class Calls(service.ServiceTest):
    """What the tests ask for."""

    def analyze(self, photo=PHOTO, **headers):
        """The token of a photo."""
        answer = self.server.post_form("/api/v1/analyze", {}, [("file", "photo", photo)], **headers)
        self.assertEqual(answer.status, 200, answer.body)
        return answer.json["token"]

    def render(self, token, headers=None, **fields):
        """POST /api/v1/render."""
        return self.server.post_form(f"/api/v1/render/{token}", fields, **(headers or {}))

    def forget(self, token, **headers):
        """DELETE /api/v1/analyze."""
        return self.server.delete(f"/api/v1/analyze/{token}", **headers)


class Analyze(Calls):
    """What is told of a photo."""

    def test_photos_beyond_the_memory_are_decoded_again(self):
        """Their pixels make room, the photos stay: nobody sends them again."""
        server = service.Server(ANALYSIS_MB=8)
        try:
            tokens = [server.post_form("/api/v1/analyze", {}, [("file", "photo", PHOTO)]).json["token"]
                      for _ in range(8)]
            first = server.post_form(f"/api/v1/render/{tokens[0]}", SMALL)
            for token in tokens:
                again = server.post_form(f"/api/v1/render/{token}", SMALL)
                self.assertEqual(again.status, 200, again.body)
                self.assertTrue(again.body == first.body)
        finally:
            server.close()

    def test_faces_and_points_are_told(self):
        answer = self.server.post_form("/api/v1/analyze", {}, [("file", "a.png", PHOTO)]).json
        self.assertEqual(list(answer), KEYS)
        self.assertRegex(answer["token"], "^[0-9a-f]{32}$")
        self.assertEqual(answer["expires_in_s"], 600)
        self.assertEqual(answer["size"], {"width": 512, "height": 512})
        self.assertEqual((answer["face_count"], answer["largest"]), (1, 1))
        face = answer["faces"][0]
        self.assertEqual(list(face), ["number", "box", "score", "points"])
        self.assertEqual((face["number"], len(face["points"])), (1, 68))
        inside = [face["box"]["x"] <= x <= face["box"]["x"] + face["box"]["width"]
                  for x, _ in face["points"]]
        self.assertGreater(sum(inside), 50)

    def test_raw_bodies_and_base64_are_taken(self):
        raw = self.server.request("POST", "/api/v1/analyze", PHOTO, {"Content-Type": "image/png"})
        self.assertEqual(raw.json["face_count"], 1)
        body = json.dumps({"file": encode(PHOTO)})
        text = self.server.request("POST", "/api/v1/analyze", body,
                                   {"Content-Type": "application/json"})
        self.assertEqual(text.json["faces"], raw.json["faces"])
        self.assertNotEqual(text.json["token"], raw.json["token"])

    def test_no_face_is_an_answer_without_a_token(self):
        answer = self.server.post_form("/api/v1/analyze", {}, [("file", "a.png", NO_FACE)])
        self.assertEqual(answer.status, 200)
        self.assertEqual(list(answer.json), KEYS)
        self.assertIsNone(answer.json["token"])
        self.assertEqual((answer.json["faces"], answer.json["largest"]), ([], None))
        self.assertEqual(answer.json["error"], "no_face_detected")
        self.assertEqual(answer.json["error_message"], "No face could be detected in the image")

    def test_marked_face_is_taken_where_none_is_found(self):
        box = {"face_box": "0.2,0.2,0.5,0.5"}
        answer = self.server.post_form("/api/v1/analyze", box, [("file", "a.png", NO_FACE)]).json
        self.assertEqual((answer["face_count"], answer["largest"], answer["error"]), (1, 1, None))
        got = self.render(answer["token"], **box, **SMALL)
        self.assertEqual(got.status, 200, got.body)
        wanted = self.server.process(NO_FACE, format="png", **box, **SMALL)
        self.assertEqual(got.body, wanted.body)

    def test_marked_face_is_one_more(self):
        box = {"face_box": "0.02,0.7,0.2,0.2"}
        answer = self.server.post_form("/api/v1/analyze", box, [("file", "a.png", PHOTO)]).json
        self.assertEqual((answer["face_count"], answer["largest"]), (2, 1))  # the one that is marked
        self.assertEqual([face["number"] for face in answer["faces"]], [1, 2])
        wrong = self.server.post_form("/api/v1/analyze", {"face_box": "0.9,0,0.2,0.2"},
                                      [("file", "a.png", PHOTO)])
        self.assertEqual(wrong.status, 422)
        self.assertIn("face_box", wrong.body.decode())

    def test_what_is_no_photo_is_refused_as_elsewhere(self):
        for photo, code in ((b"GIF87a", 400), (b"hello", 400), (PHOTO[:400], 400)):
            answer = self.server.post_form("/api/v1/analyze", {}, [("file", "a", photo)])
            self.assertEqual(answer.status, code, answer.body)
            self.assertIn("detail", answer.json)
        missing = self.server.post_form("/api/v1/analyze", {"width": 100})
        self.assertEqual(missing.status, 422)


class Original(Calls):
    """The photo for those who cannot show it."""

    def test_photo_is_shown_as_a_jpeg(self):
        token = self.analyze(PHOTO)
        for _ in range(2):
            answer = self.server.get(f"/api/v1/analyze/{token}/original")
            self.assertEqual((answer.status, answer.header("Content-Type")), (200, "image/jpeg"))
            self.assertEqual(picture_size(answer.body), ("jpg", 512, 512))
        self.forget(token)
        self.assertEqual(self.server.get(f"/api/v1/analyze/{token}/original").status, 410)
        self.assertEqual(self.server.get(f"/api/v1/analyze/{UNKNOWN}/original").status, 404)


class Render(Calls):
    """Portraits of an analysed photo."""

    def stages(self, token, **fields):
        """Times of the stages that ran."""
        timing = self.render(token, **fields).header("Server-Timing")
        pairs = (part.strip().split(";dur=") for part in timing.split(","))
        return {name: float(time) for name, time in pairs}

    def assert_same(self, photo, token, fields):
        """A render has the bytes of a portrait made from the photo."""
        wanted = self.server.process(photo, **fields)
        self.assertEqual(wanted.status, 200, wanted.body)
        got = self.render(token, **fields)
        self.assertEqual(got.status, 200, got.body)
        self.assertEqual(got.header("Content-Type"), wanted.header("Content-Type"))
        self.assertTrue(got.body == wanted.body, f"another picture with {fields}")
        for header in ("X-Face-Count", "X-Width", "X-Height", "X-Frame", "X-Check"):
            self.assertEqual(got.header(header), wanted.header(header))

    def test_every_change_gives_the_bytes_that_process_gives(self):
        for photo in (PHOTO, OTHER_PHOTO):
            token = self.analyze(photo)
            for change in CHANGES:
                self.assert_same(photo, token, {"width": 200, "height": 200, "format": "png",
                                                **change})

    def test_changes_in_any_order_give_the_bytes_that_process_gives(self):
        chance = random.Random(20)  # the same each time
        token = self.analyze(OTHER_PHOTO)
        fields = {}
        for _ in range(24):
            name = chance.choice(sorted(CHOICES))
            fields = {**fields, name: chance.choice(CHOICES[name])}
            if chance.random() < 0.2:
                fields = {}
            self.assert_same(OTHER_PHOTO, token, {"width": 160, "height": 160, "format": "png",
                                                  **fields})

    def test_a_large_photo_is_decoded_again_for_the_face(self):
        photo = self.server.process(OTHER_PHOTO, plain="yes", format="jpg", width=2600,
                                    height=2600, max_jpeg_kb=400).body
        size = {"width": 1600, "height": 1600}
        stages = self.server.process(photo, **size).json["stages"]
        notes = {stage["name"]: stage["note"] for stage in stages}
        self.assertTrue(notes["detail"].startswith("1/1"), notes["detail"])
        token = self.analyze(photo)
        for margin in ("0.3", "0.1"):
            self.assert_same(photo, token, {**size, "format": "jpg", "face_margin": margin,
                                            "check": "yes"})

    def test_every_format_is_the_same(self):
        token = self.analyze()
        for kind in ("png", "jpg", "webp"):
            self.assert_same(PHOTO, token, {"format": kind})

    def test_a_photo_that_is_see_through_follows_the_background(self):
        photo = see_through(PHOTO)
        token = self.analyze(photo)
        for colour in ("#ff0000", "#00ff00"):
            self.assert_same(photo, token, {"format": "png", "background": colour, **SMALL})

    def test_the_second_render_runs_no_network(self):
        token = self.analyze()
        first = self.stages(token, **SMALL)
        stages = self.stages(token, **{**SMALL, "width": "100"})
        for name in ("decode", "detect"):
            self.assertNotIn(name, stages)
        self.assertLess(stages["look"], first["look"])

    def test_another_background_only_composes(self):
        token = self.analyze()
        self.render(token, **SMALL)
        stages = self.stages(token, background="#123456", use_oval_mask="no", **SMALL)
        self.assertEqual(list(stages), ["queue", "landmarks", "compose", "encode"])

    def test_a_preview_is_smaller(self):
        token = self.analyze()
        half = self.render(token, preview="0.5", width=400, height=300)
        self.assertEqual(picture_size(half.body), ("png", 200, 150))
        self.assertEqual(half.header("X-Width"), "200")
        tenth = self.render(token, preview="0.1", width=64, height=64)
        self.assertEqual(picture_size(tenth.body), ("png", 16, 16))

    def test_fields_come_in_every_kind_of_body_and_in_none(self):
        token = self.analyze()
        path = f"/api/v1/render/{token}"
        form = self.render(token, width=96, height=96)
        text = self.server.request("POST", path, json.dumps({"width": 96, "height": 96}),
                                   {"Content-Type": "application/json"})
        coded = self.server.request("POST", path, "width=96&height=96",
                                    {"Content-Type": "application/x-www-form-urlencoded"})
        query = self.server.request("POST", path + "?width=96&height=96")
        for other in (text, coded, query):
            self.assertEqual(other.status, 200, other.body)
            self.assertEqual(other.body, form.body)

    def test_bad_fields_are_named(self):
        token = self.analyze()
        answer = self.render(token, preview="2", width="10")
        self.assertEqual(answer.status, 422)
        self.assertEqual({item["loc"][1] for item in answer.json["detail"]}, {"preview", "width"})
        answer = self.render(token, face="2")
        self.assertEqual(answer.status, 422)
        self.assertIn("1 face was found", answer.json["detail"])

    def test_files_are_not_taken(self):
        answer = self.server.post_form(f"/api/v1/render/{self.analyze()}", {},
                                       [("file", "a.png", PHOTO)])
        self.assertEqual(answer.status, 400)

    def test_many_renders_at_once_are_all_right(self):
        token = self.analyze()
        wanted = [self.server.process(format="png", background=f"{i},0,0", **SMALL) for i in range(8)]
        got = in_parallel(8, lambda i: self.render(token, background=f"{i},0,0", **SMALL))
        for i, (answer, other) in enumerate(zip(got, wanted)):
            self.assertEqual(other.status, 200, other.body)
            self.assertEqual(answer.status, 200, answer.body)
            self.assertTrue(answer.body == other.body, f"{i}: {len(answer.body)} and {len(other.body)} bytes")

    def test_nothing_is_written(self):
        before = self.server.files()
        self.render(self.analyze(), **SMALL)
        self.assertEqual(self.server.files(), before)


class Forget(Calls):
    """Tokens that lead to nothing."""

    def test_unknown_tokens_are_not_found(self):
        self.assertEqual(self.render(UNKNOWN).status, 404)
        self.assertEqual(self.forget(UNKNOWN).status, 404)
        self.assertEqual(self.render("x" * 500).status, 404)

    def test_deleted_analyses_are_gone(self):
        token = self.analyze()
        self.assertEqual(self.forget(token).status, 200)
        answer = self.render(token)
        self.assertEqual(answer.status, 410)
        self.assertEqual(answer.json["detail"],
                         "The analysis is gone: analyse the photo again")
        self.assertEqual(self.forget(token).status, 410)


class Few(Calls):
    """Two analyses at most."""

    VARIABLES = {"ANALYSIS_MAX": 2}

    def test_the_least_recently_used_makes_room(self):
        first, second = self.analyze(), self.analyze()
        self.assertEqual(self.render(first, **SMALL).status, 200)
        third = self.analyze()
        codes = [self.render(token, **SMALL).status for token in (first, second, third)]
        self.assertEqual(codes, [200, 410, 200])


class Counted(Calls):
    """What /metrics says of all this."""

    def metric(self, name):
        """A number of /metrics."""
        lines = self.server.get("/metrics").body.decode().splitlines()
        return float(next(line.split()[1] for line in lines if line.startswith(f"{name} ")))

    def wait(self, name, value):
        """Until it is this number: a render is counted just after its answer has left."""
        service.wait_until(lambda: self.metric(name) == value, lambda: self.metric(name))

    def test_analyses_and_renders_are_counted(self):
        tokens = [self.analyze(), self.analyze()]
        self.assertEqual(self.metric("facecraft_analyses"), 2)
        self.assertGreater(self.metric("facecraft_analyses_bytes"), 2 << 19)
        self.assertEqual(self.render(tokens[0], **SMALL).status, 200)
        self.wait("facecraft_renders_total", 1)
        for token in tokens:
            self.forget(token)
        self.assertEqual(self.metric("facecraft_analyses"), 0)
        self.assertEqual(self.metric("facecraft_analyses_bytes"), 0)
        self.assertEqual(self.metric("facecraft_renders_total"), 1)


class Narrow(Calls):
    """One megabyte for all analyses."""

    VARIABLES = {"ANALYSIS_MB": 1}

    def test_a_photo_beyond_the_memory_is_refused(self):
        answer = self.server.post_form("/api/v1/analyze", {}, [("file", "a.png", PHOTO)])
        self.assertEqual(answer.status, 413)
        self.assertIn("at most 1 MB are kept", answer.json["detail"])


class Keys(Calls):
    """Each key has its own analyses."""

    VARIABLES = {"API_KEY": "one,two"}

    def test_another_key_does_not_find_the_photo(self):
        token = self.analyze(X_API_Key="one")
        self.assertEqual(self.render(token, {"X_API_Key": "two"}).status, 404)
        self.assertEqual(self.forget(token, X_API_Key="two").status, 404)
        self.assertEqual(self.render(token, {"X_API_Key": "one"}, **SMALL).status, 200)
        self.assertEqual(self.render(token).status, 401)


if __name__ == "__main__":
    service.main()

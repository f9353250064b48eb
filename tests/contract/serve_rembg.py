#!/usr/bin/env python3
"""/api/remove: what callers of rembg's server send and need back."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
# pylint: disable=wrong-import-position
import service
from removebg import SMALL, Compat
from service import NO_FACE, picture_size

REMOVE = "/api/remove"


class Rembg(Compat):
    """One small photo, sent as rembg's callers do."""

    def send(self, fields=(), query="", photo=None):
        """POST with the usual photo."""
        photo = self.photo if photo is None else photo
        return self.server.post_form(REMOVE + query, fields, [("file", "a.jpg", photo)])

    def assert_detail(self, answer, status):
        """FastAPI's shape."""
        self.assertEqual((answer.status, list(answer.json)), (status, ["detail"]), answer.body)

    def test_answer_is_a_png_with_alpha_of_the_photos_size(self):
        for fields in ({}, {"model": "u2net"}, {"bgc": "255,0,0,255"},
                       {"a": "true", "af": "240", "ab": "10", "ae": "10", "ppm": "true"}):
            answer = self.send(fields)
            self.assertEqual((answer.status, answer.header("Content-Type")), (200, "image/png"))
            self.assertEqual(picture_size(answer.body), ("png", *SMALL))
            self.assertEqual(answer.body[25], 6, fields)  # RGBA, also when all is opaque
            self.assertEqual(answer.header("X-Facecraft-Model"), "selfie_segmentation")
            self.assertEqual(answer.header("X-Facecraft-Device"), "cpu")

    def test_mask_alone_is_grey(self):
        answer = self.send({"model": "birefnet-general-lite", "om": "true", "ppm": "true"})
        self.assertEqual(picture_size(answer.body), ("png", *SMALL))
        self.assertEqual((answer.body[24], answer.body[25]), (8, 0))

    def test_options_count_in_the_query_as_well(self):
        self.assertEqual(self.send(query="?om=true").body, self.send({"om": "true"}).body)
        self.assertEqual(self.send(query="?bgc=0,0,255,255").body,
                         self.send({"bgc": "0,0,255,255"}).body)

    def test_extras_are_never_obeyed(self):
        plain = self.send().body
        extras = '{"model_path": "/etc/passwd", "api_key": "x"}'
        self.assertEqual(self.send({"extras": extras}).body, plain)

    def test_each_field_refuses_what_it_does_not_know(self):
        for name, value in (("model", "gpt"), ("a", "maybe"), ("af", "256"), ("ab", "-1"),
                            ("ae", "x"), ("om", "2"), ("ppm", "x"), ("dc", "x"), ("vm", "x"),
                            ("bgc", "1,2,3"), ("extras", "{")):
            answer = self.send({name: value})
            self.assert_detail(answer, 422)
            self.assertEqual(answer.json["detail"][0]["loc"], ["body", name])

    def test_what_is_missing_or_no_photo_is_refused(self):
        self.assert_detail(self.server.post_form(REMOVE, {"model": "u2net"}), 422)
        self.assert_detail(self.server.get(REMOVE), 422)
        self.assert_detail(self.send(photo=b"hello"), 400)
        self.assert_detail(self.send(photo=self.photo[:500]), 400)
        self.assert_detail(self.send(photo=NO_FACE), 400)
        answer = self.server.get(REMOVE + "?url=https://example.com/a.jpg")
        self.assert_detail(answer, 400)
        self.assertIn("FACECRAFT_FETCH_URLS", answer.json["detail"])


if __name__ == "__main__":
    service.main()

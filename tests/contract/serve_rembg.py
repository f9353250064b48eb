#!/usr/bin/env python3
"""/api/remove: what callers of rembg's server send and need back."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
# pylint: disable=wrong-import-position
import tempfile

import service
from removebg import SMALL, Compat
from service import DATA, MODELS, NO_FACE, picture_size

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


class Answers(Rembg):
    """What comes back where u2net is not installed."""

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


class WithU2net(Rembg):
    """Which network runs. The small one of tests/data/u2net plays u2net's part."""

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="facecraft-models-")
        cls.addClassCleanup(cls.folder.cleanup)
        models = pathlib.Path(cls.folder.name)
        for model in MODELS.iterdir():
            (models / model.name).symlink_to(model)
        (models / "u2net_human_seg.onnx").unlink(missing_ok=True)
        (models / "u2net_human_seg.onnx").symlink_to(DATA / "u2net" / "tiny.onnx")
        cls.VARIABLES = Compat.VARIABLES | {"MODELS_DIR": models}
        super().setUpClass()

    def assert_ran(self, answer, model):
        """What the answer says."""
        self.assertEqual(answer.status, 200, answer.body)
        self.assertEqual(answer.header("X-Facecraft-Model"), model)
        self.assertEqual(answer.header("X-Facecraft-Device"), "cpu")

    def test_its_names_ask_for_u2net(self):
        for name in ("u2net", "u2net_human_seg"):
            self.assert_ran(self.send({"model": name}), "u2net_human_seg")
        for name in ("", "u2netp", "birefnet-portrait"):
            self.assert_ran(self.send({"model": name}), "selfie_segmentation")

    def test_the_mask_is_of_the_network_that_is_named(self):
        ours, theirs = (self.send({"model": name, "om": "true"}).body for name in ("", "u2net"))
        self.assertNotEqual(ours, theirs)

    def test_a_photo_without_a_face_is_looked_at_by_u2net(self):
        self.assert_ran(self.send(photo=NO_FACE), "u2net_human_seg")

    def test_a_clear_photo_stays_with_selfie_in_each_dialect(self):
        self.assert_ran(self.post(), "selfie_segmentation")


class U2netMissing(Rembg):
    """matte=u2net is the server's setting, and its file is not there."""

    VARIABLES = Compat.VARIABLES | {"MATTE": "u2net"}

    @classmethod
    def setUpClass(cls):
        service.ServiceTest.setUpClass.__func__(cls)
        cls.photo = service.OTHER_PHOTO

    def test_no_dialect_falls_back_in_silence(self):
        ours = self.server.process(self.photo)
        for answer in (ours, self.send()):
            self.assertEqual((answer.status, answer.header("X-Error")), (503, "model_unavailable"))
            self.assertIsNone(answer.header("X-Facecraft-Model"))
        self.assertGreaterEqual(self.post().status, 400)
        self.server.await_log("matte is u2net, but u2net_human_seg[.]onnx is not installed")


if __name__ == "__main__":
    service.main()

#!/usr/bin/env python3
"""Refusals of /v1.0: each code, each limit, and the envelope around all of them."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
# pylint: disable=wrong-import-position
import json

import service
from removebg import ROUTE, SIZE, Compat
from service import NO_FACE, OTHER_PHOTO, PHOTO, encode, picture_size


class Refusals(Compat):
    """Every way to be refused."""

    def test_source_is_asked_for_exactly_once(self):
        self.assert_refused(self.post(files=[]), "missing_source")
        self.assert_refused(self.post({"image_base64": "x"}, []), "missing_source")
        self.assert_refused(self.post(files=[("image_file", "empty.jpg", b"")]), "missing_source")
        self.assert_refused(self.post({"image_file_b64": encode(PHOTO)}), "multiple_sources")
        self.assert_refused(self.post({"image_url": "https://example.com/a.jpg"}),
                            "multiple_sources")
        self.assert_refused(self.server.request("POST", ROUTE, b"", {}), "missing_source")

    def test_background_comes_from_one_source(self):
        files = [("image_file", "a", self.photo), ("bg_image_file", "b", PHOTO)]
        self.assert_refused(self.post({"bg_color": "red"}, files), "multiple_bg_sources")

    def test_addresses_are_refused_unless_the_operator_opens_them(self):
        answer = self.post({"image_url": "https://example.com/a.jpg"}, [])
        self.assert_refused(answer, "invalid_image_url")
        answer = self.post({"bg_image_url": "https://example.com/a.jpg"})
        self.assert_refused(answer, "invalid_bg_image_url")

    def test_pictures_that_are_none_or_broken_are_told_apart(self):
        for content, code in ((b"hello", "invalid_file_type"),
                              (OTHER_PHOTO[:9000], "failed_to_read_image"),
                              (NO_FACE, "unknown_foreground")):
            self.assert_refused(self.post(files=[("image_file", "a.jpg", content)]), code)
        files = [("image_file", "a", self.photo), ("bg_image_file", "b", b"hello")]
        self.assert_refused(self.post(files=files), "failed_bg_download")

    def test_each_option_refuses_by_its_code(self):
        for name, value in (("size", "huge"), ("format", "gif"), ("channels", "a"), ("roi", "1"),
                            ("crop", "maybe"), ("crop_margin", "60%"), ("scale", "5%"),
                            ("position", "1px"), ("bg_color", "nothing"),
                            ("semitransparency", "half")):
            answer = self.post({name: value})
            self.assert_refused(answer, f"invalid_{name}")
            self.assertIn(f'"{name}"', answer.json["errors"][0]["title"])

    def test_roi_is_checked_against_the_photo(self):
        self.assert_refused(self.post({"roi": "0 0 193px 5px"}), "roi_exceeds_bounds")
        self.assert_refused(self.post({"roi": "5px 0 5px 5px"}), "roi_region_empty")
        self.assert_refused(self.post({"roi": "0 0 20px 20px"}), "unknown_foreground")

    def test_everything_under_the_path_wears_the_envelope(self):
        self.assert_refused(self.server.get("/v1.0/nothing"), "not_found", 404)
        self.assert_refused(self.server.get("/v1.0"), "not_found", 404)
        self.assert_refused(self.server.request("POST", "/v1.0/improve", b"{}"), "not_found", 404)
        answer = self.server.get(ROUTE)
        self.assert_refused(answer, "method_not_allowed", 405)
        self.assertEqual(answer.header("Allow"), "POST, OPTIONS")
        answer = self.server.request("POST", ROUTE, b"x", {"Content-Type": "text/plain"})
        self.assert_refused(answer, "unsupported_media_type", 415)
        answer = self.server.request("POST", ROUTE, b"{", {"Content-Type": "application/json"})
        self.assert_refused(answer, "bad_request")
        body = json.dumps({"image_file_b64": "?"})
        answer = self.server.request("POST", ROUTE, body, {"Content-Type": "application/json"})
        self.assert_refused(answer, "bad_request")
        answer = self.server.get("/v1.0/nothing", Accept="application/problem+json")
        self.assert_refused(answer, "not_found", 404)

    def test_our_own_routes_keep_their_words(self):
        self.assertEqual(self.server.get("/v1.00").json, {"detail": "Not Found"})


class Limits(Compat):
    """A small, busy service with a key."""

    VARIABLES = {"API_KEY": "right", "DEFAULT_MATTE_QUALITY": "fast", "MAX_UPLOAD_SIZE_MB": 1, "MAX_CONCURRENT_JOBS": 1,
                 "QUEUE_LENGTH": 1, "REMOVEBG_SIZE": "full"}

    def test_wrong_and_missing_keys_are_403(self):
        self.assert_refused(self.server.get("/v1.0/account", X_Api_Key="wrong"), "auth_failed",
                            403)
        self.assert_refused(self.post(), "auth_failed", 403)
        self.assertEqual(self.server.get("/v1.0/account", x_api_key="right").status, 200)
        self.assertEqual(self.server.get("/v1.0/account", Authorization="Bearer right").status,
                         200)

    def test_too_large_a_file_is_told_so(self):
        files = [("image_file", "a.jpg", bytes(5 << 20))]
        self.assert_refused(self.post(files=files, X_Api_Key="right"), "file_too_large", 413)
        pieces = (bytes(1 << 16) for _ in range(100))
        answer = self.server.raw(
            b"POST /v1.0/removebg HTTP/1.1\r\nHost: a\r\nX-Api-Key: right\r\n"
            b"Content-Type: application/x-www-form-urlencoded\r\n"
            b"Transfer-Encoding: chunked\r\n\r\n"
            + b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces))
        self.assertIn(b" 413 ", answer[:20])
        self.assertIn(b'"code":"file_too_large"', answer)

    def test_full_is_the_default_where_the_operator_says_so(self):
        files = [("image_file", "a.jpg", OTHER_PHOTO)]
        answer = self.post(files=files, X_Api_Key="right")
        self.assertEqual(picture_size(answer.body)[1:], SIZE)

    def test_full_queue_is_429_with_whole_seconds_to_wait(self):
        files = [("image_file", "a.jpg", OTHER_PHOTO)]
        answers = []

        def ask(_):
            while not any(answer.status == 429 for answer in answers):
                answers.append(self.post(files=files, X_Api_Key="right"))

        service.in_parallel(8, ask)
        self.assertEqual({answer.status for answer in answers}, {200, 429})
        for answer in answers:
            if answer.status == 429:
                self.assert_refused(answer, "rate_limit_exceeded", 429)
                self.assertGreaterEqual(int(answer.header("Retry-After")), 1)


class Missing(service.ServiceTest):
    """A service whose options ask for a model that is not installed."""

    VARIABLES = {"MATTE": "u2net"}

    def test_missing_model_is_503_and_no_matter_of_waiting(self):
        models = pathlib.Path(__file__).resolve().parents[2] / "models"
        if (models / "u2net_human_seg.onnx").exists():
            self.skipTest("u2net is installed")
        answer = self.server.post_form(ROUTE, (), [("image_file", "a.jpg", OTHER_PHOTO)])
        self.assertEqual((answer.status, answer.json["errors"][0]["code"]),
                         (503, "service_unavailable"))
        self.assertEqual(answer.header("X-Error"), "model_unavailable")


class Off(Compat):
    """FACECRAFT_COMPAT=off."""

    VARIABLES = {"COMPAT": "off"}

    def test_routes_are_gone(self):
        for path in (ROUTE, "/v1.0/account"):
            answer = self.server.get(path)
            self.assertEqual((answer.status, answer.json), (404, {"detail": "Not Found"}))


if __name__ == "__main__":
    service.main()

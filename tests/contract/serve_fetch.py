#!/usr/bin/env python3
"""Photos that clients name by their addresses: what is fetched, and what never is."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
# pylint: disable=wrong-import-position
import contextlib
import http.server
import time

import images
import service
from removebg import SMALL, Compat
from service import PHOTO, picture_size

MEGABYTE = 1 << 20


class Site(http.server.BaseHTTPRequestHandler):
    """A host of pictures and of traps."""

    photo = b""
    asked = []
    sent = 0

    def do_GET(self):  # pylint: disable=invalid-name
        """What each path gives."""
        path = self.path
        self.asked.append(path)
        if path.startswith("/hop/"):
            left = int(path[5:])
            self.reply(302, b"moved", Location=f"/hop/{left - 1}" if left > 1 else "/photo")
        elif path == "/photo":
            self.reply(200, self.photo)
        elif path == "/to_private":
            self.reply(302, b"", Location="http://127.0.0.2:9/photo")
        elif path == "/to_metadata":
            self.reply(302, b"", Location="http://169.254.169.254/latest/meta-data")
        elif path == "/to_file":
            self.reply(302, b"", Location="file:///etc/passwd")
        elif path == "/text":
            self.reply(200, b"<html>" + b"x" * 1000)
        elif path == "/large":
            self.reply(200, self.photo + bytes(2 * MEGABYTE))
        elif path.startswith("/endless/"):
            self.send_response(int(path[9:]))
            self.send_header("Location", "/photo")
            self.end_headers()
            self.send_for_ever(bytes(65536))
        elif path == "/headers":
            self.send_response(200)
            self.flush_headers()
            self.send_for_ever(b"X-Header: " + b"x" * 1000 + b"\r\n")
        elif path == "/slow":
            self.send_response(200)
            self.end_headers()
            with contextlib.suppress(OSError):
                while True:  # until the client has enough
                    self.wfile.write(self.photo[:1])
                    time.sleep(0.25)
        else:
            self.reply(404, self.photo)

    def send_for_ever(self, piece):
        """Until the client has enough."""
        with contextlib.suppress(OSError):
            self.wfile.write(self.photo if len(piece) > 60000 else b"")
            while True:
                self.wfile.write(piece)
                Site.sent += len(piece)

    def reply(self, code, body, **headers):
        """One answer."""
        self.send_response(code)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        with contextlib.suppress(OSError):
            self.wfile.write(body)

    def log_message(self, *_):  # pylint: disable=arguments-differ
        """Nothing on the terminal."""


class Fetching(Compat):
    """A service that may fetch from one host of its own network."""

    PATIENCE_S = 60

    @classmethod
    def setUpClass(cls):
        cls.host = cls.enterClassContext(images.site(Site))
        cls.VARIABLES = {"FETCH_URLS": "http", "FETCH_ALLOW": cls.host,
                         "FETCH_TIMEOUT_S": cls.PATIENCE_S, "MAX_UPLOAD_SIZE_MB": 1,
                         "DEFAULT_MATTE_QUALITY": "fast"}
        super().setUpClass()
        Site.photo = cls.photo

    def fetch(self, path, **fields):
        """POST with an address instead of a file."""
        url = path if "://" in path else f"http://{self.host}{path}"
        return self.post({"image_url": url, **fields}, [])


class Fetch(Fetching):
    """What is fetched and what is not."""

    def test_photo_is_fetched_also_over_three_redirects(self):
        for path in ("/photo", "/hop/3"):
            answer = self.fetch(path)
            self.assertEqual(answer.status, 200, answer.body)
            self.assertEqual(picture_size(answer.body), ("png", *SMALL))

    def test_background_and_get_are_fetched_too(self):
        url = f"http://{self.host}/photo"
        answer = self.post({"bg_image_url": url})
        self.assertEqual(answer.header("Content-Type"), "image/jpeg")
        answer = self.server.get(f"/api/remove?url={url}&om=true")
        self.assertEqual(picture_size(answer.body), ("png", *SMALL))

    def test_the_fourth_redirect_is_one_too_many(self):
        answer = self.fetch("/hop/4")
        self.assert_refused(answer, "failed_image_download")
        self.assertIn("redirects", answer.json["errors"][0]["title"])

    def test_own_network_is_never_reached(self):
        port = self.host.split(":")[1]
        for url in (f"http://localhost:{int(port) + 1}/photo", f"http://127.0.0.2:{port}/photo",
                    f"http://[::1]:{port}/photo", f"http://[::ffff:127.0.0.1]:{port}/photo",
                    f"http://2130706434:{port}/photo", f"http://0x7f000002:{port}/photo",
                    f"http://0:{port}/photo", "http://169.254.169.254/latest/meta-data",
                    "http://10.0.0.1/", "http://192.168.1.1/", "http://[fd00::1]/",
                    "http://[64:ff9b::7f00:1]/", "/to_private", "/to_metadata"):
            before = list(Site.asked)
            answer = self.fetch(url)
            self.assert_refused(answer, "invalid_image_url")
            asked = Site.asked[len(before):]
            self.assertEqual(asked, [url] if url.startswith("/") else [], url)

    def test_other_schemes_are_refused_also_behind_a_redirect(self):
        for url in ("file:///etc/passwd", "ftp://example.com/a.jpg", "gopher://a/", "photo.jpg",
                    "/to_file"):
            answer = self.post({"image_url": url if url != "/to_file"
                                else f"http://{self.host}{url}"}, [])
            self.assert_refused(answer, "invalid_image_url")

    def test_only_pictures_of_the_allowed_size_are_taken(self):
        self.assert_refused(self.fetch("/text"), "invalid_file_type")
        self.assert_refused(self.fetch("/large"), "file_too_large")
        self.assert_refused(self.fetch("/endless/200"), "file_too_large")
        self.assert_refused(self.fetch("/missing"), "failed_image_download")
        answer = self.post({"bg_image_url": f"http://{self.host}/text"})
        self.assert_refused(answer, "failed_bg_download")

    def test_bodies_of_redirects_and_errors_are_not_read(self):
        for path in ("/endless/302", "/endless/404", "/endless/500", "/headers"):
            Site.sent = 0
            answer = self.fetch(path)
            if path == "/endless/302":
                self.assertEqual(answer.status, 200)
                self.assertEqual(picture_size(answer.body), ("png", *SMALL))
            else:
                self.assert_refused(answer, "failed_image_download")
            self.assertLess(Site.sent, 16 * MEGABYTE, path)  # what sockets hold


class Impatient(Fetching):
    """A service that does not wait for long."""

    PATIENCE_S = 2

    def test_slow_host_is_given_up(self):
        self.assert_refused(self.fetch("/slow"), "failed_image_download")
        answer = self.server.get(f"/api/remove?url=http://{self.host}/slow")
        self.assertEqual((answer.status, list(answer.json)), (400, ["detail"]))


class OnlyHttps(Compat):
    """FACECRAFT_FETCH_URLS=https."""

    VARIABLES = {"FETCH_URLS": "https"}

    @classmethod
    def setUpClass(cls):
        service.ServiceTest.setUpClass.__func__(cls)
        cls.photo = PHOTO

    def test_http_is_refused(self):
        answer = self.post({"image_url": "http://example.com/a.jpg"}, [])
        self.assert_refused(answer, "invalid_image_url")
        self.assertIn("https://", answer.json["errors"][0]["title"])


if __name__ == "__main__":
    service.main()

#!/usr/bin/env python3
"""Bodies: the memory that they take, and the ways to send a photo that must not matter."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
# pylint: disable=wrong-import-position
import base64
import contextlib
import json
import re
import socket
import urllib.parse

import service
from service import OTHER_PHOTO, PHOTO, SMALL, picture_size

MB = 1 << 20


def memory_mb(server, name="VmHWM"):
    """Most memory that a server has had, in MB."""
    status = pathlib.Path(f"/proc/{server.child.pid}/status").read_text(encoding="ascii")
    return int(re.search(rf"{name}:\s+(\d+)", status).group(1)) >> 10


class Memory(service.ServiceTest):
    """However much is sent, the bodies stay within the memory that photos in work have."""

    VARIABLES = {"MEMORY_BUDGET_MB": 64, "CONNECTIONS_PER_IP": 0}

    def half_send(self, megabytes):
        """A connection that has sent so much of 20 MB, or was refused; and what it was told."""
        link = socket.create_connection(("127.0.0.1", self.server.port), 20)
        with contextlib.suppress(OSError):
            link.sendall(b"POST /api/v1/process HTTP/1.1\r\nHost: x\r\nContent-Type: image/png\r\n"
                         b"Content-Length: 20971520\r\n\r\n")
            for _ in range(megabytes):
                link.sendall(PHOTO[:64] + b"x" * (MB - 64))
        link.setblocking(False)
        try:
            return link, link.recv(65536)
        except OSError:
            return link, b""

    def test_half_sent_uploads_stay_within_the_budget(self):
        if service.has_sanitizer():
            self.skipTest("it has memory of its own")
        before = memory_mb(self.server)
        links, answers = zip(*(self.half_send(18) for _ in range(30)))
        grown = memory_mb(self.server) - before
        refused = [answer for answer in answers if answer]
        self.assertGreaterEqual(len(refused), 26)  # 18 MB and an eighth: one fits into half of 64
        for answer in refused:
            self.assertTrue(answer.startswith(b"HTTP/1.1 503 "), answer[:60])
            self.assertIn(b"Retry-After: 1\r\n", answer)
        self.assertLess(grown, 64, "30 uploads of 18 MB")
        self.assertEqual(self.server.get("/health").status, 200)
        for link in links:
            link.close()
        self.assertEqual(self.upload_again(), 200)

    def upload_again(self):
        """The code of an upload that is sent until there is room for it: the server has to see
        first that the others have left."""
        codes = []
        service.wait_until(
            lambda: codes.append(self.server.process(photo=PHOTO, **SMALL).status) or codes[-1] != 503,
            "there is no room again")
        return codes[-1]

    def test_json_takes_no_more_memory_than_its_text(self):
        if service.has_sanitizer():
            self.skipTest("it has memory of its own")
        for path in ("/api/v1/process", "/api/v1/process/batch"):
            before = memory_mb(self.server)
            body = b'{"a":[' + b"[]," * (8 * MB) + b"[]]}"
            answer = self.server.request("POST", path, body, {"Content-Type": "application/json"})
            self.assertEqual(answer.status, 400, path)
            self.assertIn("lists, objects and values", answer.json["detail"])
            # 24 MB and an eighth, and 12 MB that the heap keeps of its growth; lists would take hundreds.
            self.assertLess(memory_mb(self.server) - before, 64, path)

    def test_a_body_that_the_budget_never_has_room_for_is_too_large(self):
        answer = self.server.raw(b"POST /api/v1/process/batch HTTP/1.1\r\nHost: x\r\n"
                                 b"Content-Type: multipart/form-data; boundary=B\r\n"
                                 b"Content-Length: 200000000\r\n\r\n")
        self.assertTrue(answer.startswith(b"HTTP/1.1 413 "), answer[:60])
        self.assertIn(b"memory", answer)


class Forms(service.ServiceTest):
    """One photo, sent in every way that clients have."""

    def portrait(self, body, kind, path="/api/v1/process"):
        """The answer to a body of a type; None: no type is named."""
        headers = {} if kind is None else {"Content-Type": kind}
        query = "?" + urllib.parse.urlencode({**SMALL, "format": "png"})
        return self.server.request("POST", path + query, body, headers)

    def check(self, body, kind):
        """It gives a portrait."""
        answer = self.portrait(body, kind)
        self.assertEqual(answer.status, 200, answer.body[:200])
        self.assertEqual(picture_size(answer.body), ("png", 64, 64))

    def test_a_picture_needs_no_type(self):
        for kind in (None, "application/x-www-form-urlencoded", "application/octet-stream",
                     "image/png"):
            for photo in (PHOTO, OTHER_PHOTO):
                self.check(photo, kind)

    def test_what_is_no_picture_is_told_how_to_send_one(self):
        for kind, body in ((None, b"hello=world"), ("text/plain", PHOTO)):
            answer = self.portrait(body, kind)
            self.assertEqual(answer.status, 415, kind)
            self.assertIn("--data-binary @photo.jpg", answer.json["detail"])
        cut = OTHER_PHOTO.replace(b"\0", b"").replace(b"\n", b"").replace(b"\r", b"")
        answer = self.portrait(cut, "application/x-www-form-urlencoded")  # curl -d @photo.jpg
        self.assertEqual(answer.status, 400)
        self.assertIn("--data-binary @photo.jpg", answer.json["detail"])

    def test_base64_of_every_kind_is_read(self):
        plain = base64.b64encode(PHOTO).decode()
        lines = base64.encodebytes(PHOTO).decode()
        for text in (plain, lines, lines.replace("\n", "\r\n"), plain.rstrip("="),
                     base64.urlsafe_b64encode(PHOTO).decode(),
                     base64.urlsafe_b64encode(PHOTO).decode().rstrip("="),
                     "data:image/png;base64," + plain, " " + plain[:1000] + " " + plain[1000:]):
            self.check(json.dumps({"image": text}), "application/json")
        self.check(json.dumps({"image": plain}).replace("+", "\\u002B").replace("/", "\\/"),
                   "application/json")

    def test_base64_is_read_in_every_kind_of_body(self):
        lines = base64.encodebytes(OTHER_PHOTO).decode()
        plain = lines.replace("\n", "")
        form = {"size": "preview", "format": "png"}
        multipart, kind = service.multipart({**form, "image_file_b64": lines})
        encoded = "application/x-www-form-urlencoded"
        fields = urllib.parse.urlencode(form)
        for body, kind in ((multipart, kind),
                           (fields + "&" + urllib.parse.urlencode({"image_file_b64": lines}),
                            encoded),
                           (f"{fields}&image_file_b64={plain}", encoded),  # its "+" comes as a space
                           (json.dumps({**form, "image_file_b64": lines}), "application/json")):
            answer = self.server.request("POST", "/v1.0/removebg", body, {"Content-Type": kind})
            self.assertEqual(answer.status, 200, answer.body[:200])

    def test_a_colour_is_read_however_it_is_written(self):
        pictures = {self.server.process(**SMALL, format="png", background=colour).body
                    for colour in ("#ffffff", "#FFF", "white", "255,255,255", "255, 255, 255",
                                   "rgb(255, 255, 255)")}
        self.assertEqual(len(pictures), 1)
        self.assertEqual(picture_size(pictures.pop()), ("png", 64, 64))
        answer = self.server.process(**SMALL, background="whitish")
        self.assertEqual(answer.status, 422)
        self.assertIn("a name of CSS such as white", answer.json["detail"][0]["msg"])

    def test_what_is_not_base64_says_where(self):
        answer = self.portrait(json.dumps({"image": "AAAA*AAA"}), "application/json")
        self.assertEqual(answer.status, 400)
        self.assertIn("at its byte 5", answer.json["detail"])


if __name__ == "__main__":
    service.main()

#!/usr/bin/env python3
"""HTTP itself: heads that mean two things, halves of connections, codings, slashes, dates."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
# pylint: disable=wrong-import-position
import contextlib
import email.utils
import gzip
import json
import re
import socket

import service
from service import PHOTO, SMALL, picture_size

HOST = b"Host: x\r\n"
UPLOAD = b"POST /api/v1/process HTTP/1.1\r\n" + HOST + b"Content-Type: image/png\r\n"


class Heads(service.ServiceTest):
    """What no two servers would read alike is refused, once and in words."""

    def refused(self, data, *codes):
        """Exactly one answer, with a body of its own, and the connection is closed."""
        answer = self.server.raw(data)
        head, body = answer.split(b"\r\n\r\n", 1)
        self.assertTrue(head.startswith(tuple(b"HTTP/1.1 %d " % code for code in codes)), answer)
        self.assertNotIn(b"\nHTTP/1.1", answer, data)
        length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
        self.assertEqual(len(body), length, answer)
        self.assertIsInstance(json.loads(body)["detail"], str)
        self.assertIn(b"Connection: close", head)

    def test_zero_bytes_are_refused_wherever_they_are(self):
        end = b" HTTP/1.1\r\n" + HOST + b"\r\n"
        for target in (b"/health%00", b"/health?a=%00", b"/health?%00=b"):
            self.refused(b"GET " + target + end, 400)
        for target in (b"/health\0foo", b"/health\0", b"/health?a=\0b", b"/\0health"):
            answer = self.server.raw(b"GET " + target + end)
            # Newer libraries hang up on such a line without a word.
            self.assertIn(answer.split(b" ")[1:2], ([b"400"], []), target)
        for header in (b"A: b\0c", b"A: \0", b"A: b\0", b"A\0: b", b"A: b\0\r\nB: c"):
            self.refused(b"GET /health HTTP/1.1\r\n" + HOST + header + b"\r\n\r\n", 400)
            self.refused(b"GET /health HTTP/1.1\r\n" + header + b"\r\n" + HOST + b"\r\n", 400)

    def test_a_length_that_is_no_number_is_refused(self):
        for length in (b"3\0", b"3\0 4", b"\0003", b"+3", b"-3", b"3x", b"0x3", b"3,3", b"3 3", b"",
                       b"3.0", b"\xb2"):
            self.refused(UPLOAD + b"Content-Length: " + length + b"\r\n\r\nabc", 400)
        self.refused(UPLOAD + b"Content-Length: 99999999999999999999999\r\n\r\n", 413)
        self.refused(UPLOAD + b"Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc", 400)

    def test_other_malformed_heads_have_one_answer(self):
        for head in (b"GET /health HTTP/1.1\r\n\r\n", b"GET /health HTTP/1.1\r\njunk\r\n\r\n",
                     b"GET /health HTTP/1.1\r\n" + HOST + b"A: b\r\n c\r\n\r\n",
                     b"GET /health HTTP/1.1\r\n" + HOST + b"A : b\r\n\r\n"):
            self.refused(head, 400)
        self.refused(UPLOAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n0\r\n\r\n", 400)
        # Nobody but the library sees a chunk's head; it is the client's fault all the same.
        # Newer libraries say that it is too large.
        self.refused(UPLOAD + b"Transfer-Encoding: chunked\r\n\r\n3;" + b"a" * 100000
                     + b"\r\nabc\r\n0\r\n\r\n", 400, 413)
        self.refused(b"GET /health HTTP/1.1\r\n" + HOST + b"A: " + b"b" * 40000 + b"\r\n\r\n", 431)

    def test_a_later_first_line_that_cannot_be_read_is_refused_in_our_words(self):
        # Of the first one on a connection only the library knows whose it is; see docs/service.md.
        first = b"GET /health HTTP/1.1\r\n" + HOST + b"\r\n"
        for line, code in ((b"GET /health HTTP/2.0", b"505"), (b"GET /health HTP/1.1", b"400"),
                           (b"GET /" + b"a" * 200000 + b" HTTP/1.1", b"414")):
            with socket.create_connection(("127.0.0.1", self.server.port), 60) as link:
                link.sendall(first)
                answer = b""
                while b'"healthy"}' not in answer:
                    answer += link.recv(65536)
                with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                    link.sendall(line + b"\r\n" + HOST + b"\r\n")
                answer = b""
                with contextlib.suppress(ConnectionResetError):
                    while part := link.recv(65536):
                        answer += part
            head, body = answer.split(b"\r\n\r\n", 1)
            self.assertTrue(head.startswith(b"HTTP/1.1 " + code), answer)
            self.assertIsInstance(json.loads(body)["detail"], str)

    def test_json_that_is_no_object_is_told_apart_from_no_json(self):
        for body, words in ((b"[]", "a body that is JSON, but no object"),
                            (b'{"a": 1,\n}', "a body that is not a JSON object (line 2)")):
            answer = self.server.request("POST", "/api/v1/process", body,
                                         {"Content-Type": "application/json"})
            self.assertEqual((answer.status, answer.json["detail"]), (400, words))

    def test_spaces_around_a_value_are_no_part_of_it(self):
        for value in (b"   abc", b"abc ", b"abc \t "):
            answer = self.server.raw(b"GET /health HTTP/1.1\r\n" + HOST + b"Connection: close\r\n"
                                     b"X-Request-ID: " + value + b"\r\n\r\n")
            self.assertIn(b"X-Request-ID: abc\r\n", answer)
        for value, words in ((b"  3", (b"Invalid format",)),
                             # libmicrohttpd 0.9.75 refuses it before anybody else sees it.
                             (b"3 \t ", (b"Invalid format", b"not plain digits"))):
            answer = self.server.raw(UPLOAD + b"Connection: close\r\nContent-Length: " + value
                                     + b"\r\n\r\nabc")
            self.assertTrue(any(word in answer for word in words), answer)


class Halves(service.ServiceTest):
    """A client that has sent all it will send still listens."""

    def upload(self):
        """A whole request."""
        body, kind = service.multipart({**SMALL, "format": "png"}, [("file", "a.png", PHOTO)])
        return (b"POST /api/v1/process HTTP/1.1\r\n" + HOST + b"Content-Type: " + kind.encode()
                + b"\r\nContent-Length: %d\r\n\r\n" % len(body) + body)

    def half_closed(self, data):
        """What is answered to one who sends so much and closes his side."""
        with socket.create_connection(("127.0.0.1", self.server.port), 60) as link:
            link.sendall(data)
            link.shutdown(socket.SHUT_WR)
            answer = b""
            while part := link.recv(65536):
                answer += part
        # Perhaps after an interim answer, which asks whether anybody is still there.
        return answer.removeprefix(b"HTTP/1.1 100 Continue\r\n\r\n")

    def test_a_half_closed_request_is_answered(self):
        for data in (self.upload(), b"GET /health HTTP/1.1\r\n" + HOST + b"\r\n"):
            answer = self.half_closed(data)
            self.assertTrue(answer.startswith(b"HTTP/1.1 200 "), answer[:60])
        head, body = answer.split(b"\r\n\r\n", 1)
        self.assertIn(b"application/json", head)
        self.assertEqual(json.loads(body), {"status": "healthy"})

    def test_a_request_that_is_not_sent_to_its_end_is_refused(self):
        chunked = UPLOAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhe"
        for data in (self.upload()[:-1], UPLOAD + b"Content-Length: 9\r\n\r\n", chunked,
                     b"GET /health HTTP/1.1\r\nHo"):
            answer = self.half_closed(data)
            head, body = answer.split(b"\r\n\r\n", 1)
            self.assertTrue(head.startswith(b"HTTP/1.1 400 "), answer)
            self.assertEqual(json.loads(body), {"detail": "the request was not sent to its end"})

    def broken_off(self):
        """How many uploads were, by the metrics."""
        found = re.search(r'requests_total{route="/api/v1/process",code="499"} ([0-9]+)',
                          self.server.get("/metrics").body.decode())
        return int(found[1]) if found else 0

    def test_an_upload_that_is_broken_off_is_told_as_such(self):
        before = self.broken_off()
        for count, leave in enumerate((self.half_closed, self.close_at_once), 1):
            leave(self.upload()[:-1])
            service.wait_until(lambda told=before + count: self.broken_off() == told, "it is not told")
        self.server.await_log('route="process" status=499 ')
        self.assertNotIn('route="process" status=400', self.server.log.read_text())

    def close_at_once(self, data):
        """As a browser does when its page is closed."""
        with socket.create_connection(("127.0.0.1", self.server.port), 60) as link:
            link.sendall(data)


class Codings(service.ServiceTest):
    """Packed only for those who can unpack."""

    PATHS = ("/docs", "/docs/swagger-ui.css", "/docs/swagger-ui-bundle.js", "/docs/init.js")

    def test_gzip_is_sent_to_those_who_take_it(self):
        for path in self.PATHS:
            plain = self.server.get(path)  # http.client asks for "identity"
            self.assertIsNone(plain.header("Content-Encoding"), path)
            for accepted in ("gzip", "deflate, gzip;q=0.8, *;q=0.1", "*", "GZIP", "br, *;q=0.5"):
                packed = self.server.get(path, Accept_Encoding=accepted)
                self.assertEqual(packed.header("Content-Encoding"), "gzip", accepted)
                self.assertEqual(gzip.decompress(packed.body), plain.body)
                self.assertNotEqual(packed.header("ETag"), plain.header("ETag"))
                self.assertIn("Accept-Encoding", packed.header("Vary"))
            for refused in ("identity", "gzip;q=0", "gzip; q=0.000, deflate", "*;q=0", "br", "",
                            "gzip;q=0, *", "gzip;q=0.2, identity;q=0.5"):
                answer = self.server.get(path, Accept_Encoding=refused)
                self.assertIsNone(answer.header("Content-Encoding"), refused)
                self.assertEqual(answer.body, plain.body)

    def test_a_list_may_come_in_several_lines(self):
        plain = self.server.get("/docs")
        tag = plain.header("ETag").encode()
        for lines, wanted in ((b"Accept-Encoding: br\r\nAccept-Encoding: gzip", b"Content-Encoding: gzip"),
                              (b'If-None-Match: "x"\r\nIf-None-Match: ' + tag, b" 304 ")):
            answer = self.server.raw(b"GET /docs HTTP/1.1\r\n" + HOST + b"Connection: close\r\n"
                                     + lines + b"\r\n\r\n")
            self.assertIn(wanted, answer[:1000])
        answer = self.server.raw(b"GET / HTTP/1.1\r\n" + HOST + b"Connection: close\r\n"
                                 b"Accept: text/html\r\nAccept-Language: eo\r\nAccept-Language: de\r\n\r\n")
        self.assertIn(b'lang="de"', answer)

    def test_the_page_of_the_service_too(self):
        plain = self.server.get("/", Accept="text/html")
        self.assertTrue(plain.body.startswith(b"<!"), plain.body[:20])
        self.assertIsNone(plain.header("Content-Encoding"))
        self.assertIn("Accept-Language, Accept-Encoding", plain.header("Vary"))

    def test_what_has_no_quality_is_not_wanted(self):
        self.assertEqual(self.server.get("/", Accept="text/html;q=0").status, 307)
        page = self.server.get("/", Accept="text/html", Accept_Language="de;q=0, en")
        self.assertEqual(page.header("Content-Language"), "en")

    def test_each_coding_is_known_by_its_own_tag(self):
        plain = self.server.get("/docs").header("ETag")
        packed = self.server.get("/docs", Accept_Encoding="gzip").header("ETag")
        self.assertEqual(self.server.get("/docs", If_None_Match=plain).status, 304)
        self.assertEqual(self.server.get("/docs", If_None_Match=packed).status, 200)


class Paths(service.ServiceTest):
    """A slash too many leads to the path without it."""

    def test_a_slash_at_the_end_is_redirected(self):
        for method, path, location in (
                ("GET", "/health/", "/health"), ("GET", "/docs/", "/docs"),
                ("GET", "/health//", "/health"), ("POST", "/api/v1/process/", "/api/v1/process"),
                ("POST", "/api/v1/process/quick/?size=64&x=%2F/",
                 "/api/v1/process/quick?size=64&x=%2F/"),
                ("GET", "/api/v1/jobs/ab%20c/", "/api/v1/jobs/ab%20c"),
                ("GET", "/api/v1/process/", "/api/v1/process")):
            answer = self.server.request(method, path, b"" if method == "GET" else PHOTO,
                                         {"Content-Type": "image/png"} if method == "POST" else {})
            self.assertEqual((answer.status, answer.header("Location")), (307, location), path)
            self.assertEqual(answer.body, b"")

    def test_nothing_else_is_redirected(self):
        for path in ("/nothing/", "//", "//example.com/", "//health/", "/health/x/", "/docs/x/y/",
                     "/health/?" + "a" * 700):
            answer = self.server.get(path)
            self.assertEqual((answer.status, answer.header("Location")), (404, None), path)

    def test_a_client_that_follows_gets_its_portrait(self):
        answer = self.server.post_form("/api/v1/process/quick/", {"size": "64"},
                                       [("file", "a.png", PHOTO)])
        self.assertEqual(answer.status, 307)
        answer = self.server.post_form(answer.header("Location"), {"size": "64"},
                                       [("file", "a.png", PHOTO)])
        self.assertEqual(picture_size(answer.body), ("png", 64, 64))


class Dates(service.ServiceTest):
    """A portrait that has not changed is not sent again."""

    def test_since_a_date(self):
        url = self.server.process(**SMALL).json["png_url"]
        first = self.server.get(url)
        saved = first.header("Last-Modified")
        time = email.utils.parsedate_to_datetime(saved).timestamp()
        later = email.utils.formatdate(time + 60, usegmt=True)
        earlier = email.utils.formatdate(time - 60, usegmt=True)
        for date, status in ((saved, 304), (later, 304), (earlier, 200), ("yesterday", 200),
                             ("", 200)):
            answer = self.server.get(url, If_Modified_Since=date)
            self.assertEqual(answer.status, status, date)
            self.assertEqual(answer.header("ETag"), first.header("ETag"))
        # A tag counts more.
        self.assertEqual(self.server.get(url, If_Modified_Since=saved,
                                         If_None_Match='"other"').status, 200)
        # As much as If-Range knows.
        part = self.server.get(url, Range="bytes=0-7", If_Range=saved)
        self.assertEqual((part.status, part.body), (206, first.body[:8]))
        self.assertEqual(self.server.get(url, Range="bytes=0-7", If_Range=earlier).status, 200)


if __name__ == "__main__":
    service.main()

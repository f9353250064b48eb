#!/usr/bin/env python3
"""Keys, sizes, methods, origins, load: what the service refuses and how."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
# pylint: disable=wrong-import-position
import re
import socket
import threading

import service
from jobs import LONG, long_work
from service import PHOTO, SMALL

FAST = {"enhance_photo": "off", "matte_quality": "fast"}

class Keys(service.ServiceTest):
    """API_KEY is enforced."""

    VARIABLES = {"API_KEY": "first-key-of-some-length,second-key-of-some-length"}

    def test_work_needs_a_key(self):
        for method, path in (("POST", "/api/v1/process"), ("POST", "/api/v1/process/quick"),
                             ("POST", "/api/v1/process/batch"), ("GET", "/status"),
                             ("GET", "/metrics"), ("GET", "/api/v1/jobs/x"),
                             ("DELETE", "/api/v1/jobs/x"), ("GET", "/api/v1/download/x/png")):
            answer = self.server.request(method, path)
            self.assertEqual(answer.status, 401, path)
            self.assertIsInstance(answer.json["detail"], str)
            self.assertIsNotNone(answer.header("WWW-Authenticate"))

    def test_both_headers_and_all_keys_are_taken(self):
        for headers in ({"X-API-Key": "first-key-of-some-length"},
                        {"X-API-Key": "second-key-of-some-length"},
                        {"Authorization": "Bearer first-key-of-some-length"}):
            self.assertEqual(self.server.get("/status", **headers).status, 200)
        for headers in ({"X-API-Key": "first-key"}, {"Authorization": "Bearer x"},
                        {"X-API-Key": ""}):
            self.assertEqual(self.server.get("/status", **headers).status, 401)

    def test_health_and_documentation_stay_open(self):
        for path in ("/health", "/livez", "/ready", "/readyz", "/docs", "/openapi.json"):
            self.assertEqual(self.server.get(path).status, 200, path)

    def test_jobs_belong_to_their_key(self):
        mine = {"X-API-Key": "first-key-of-some-length"}
        other = {"X-API-Key": "second-key-of-some-length"}
        answer = self.server.process(headers=mine, **SMALL).json
        self.assertEqual(self.server.get(answer["png_url"], **mine).status, 200)
        self.assertEqual(self.server.get(answer["png_url"], **other).status, 404)
        self.assertIn("not found",
                      self.server.delete(f"/api/v1/jobs/{answer['job_id']}", **other).json["message"])
        self.assertEqual(self.server.get(answer["png_url"], **mine).status, 200)

    def test_keys_are_never_logged(self):
        self.server.get("/status", X_API_Key="first-key-of-some-length",
                        X_Request_ID="not-a-word")
        self.server.await_log("not-a-word")
        self.assertNotIn("first-key", self.server.log.read_text())


class Limits(service.ServiceTest):
    """Sizes, methods, paths, origins."""

    VARIABLES = {"MAX_UPLOAD_SIZE_MB": 1, "CORS_ORIGINS": "https://a.example"}

    def test_large_body_is_refused_before_it_is_read(self):
        answer = self.server.raw(b"POST /api/v1/process HTTP/1.1\r\nHost: x\r\n"
                                 b"Content-Type: image/png\r\nContent-Length: 9000000\r\n\r\n")
        self.assertTrue(answer.startswith(b"HTTP/1.1 413 "), answer[:60])
        self.assertIn(b'{"detail":', answer)

    def test_large_body_without_a_length_is_refused_on_its_way(self):
        def pieces():
            for _ in range(400):
                yield b"x" * 10000

        connection = self.server.connect()
        try:
            connection.request("POST", "/api/v1/process", pieces(), {"Content-Type": "image/png"},
                               encode_chunked=True)
            self.assertEqual(connection.getresponse().status, 413)
        except (BrokenPipeError, ConnectionResetError):
            pass  # it hung up on us, which is as good
        finally:
            connection.close()

    def test_unknown_paths_and_methods_have_fastapis_words(self):
        answer = self.server.get("/nothing")
        self.assertEqual((answer.status, answer.json), (404, {"detail": "Not Found"}))
        answer = self.server.get("/api/v1/process")
        self.assertEqual((answer.status, answer.json), (405, {"detail": "Method Not Allowed"}))
        self.assertIn("POST", answer.header("Allow"))

    def test_origins_are_as_set_and_never_with_credentials(self):
        answer = self.server.get("/health", Origin="https://a.example")
        self.assertEqual(answer.header("Access-Control-Allow-Origin"), "https://a.example")
        self.assertIsNone(answer.header("Access-Control-Allow-Credentials"))
        answer = self.server.get("/health", Origin="https://b.example")
        self.assertIsNone(answer.header("Access-Control-Allow-Origin"))

    def test_request_ids_come_back(self):
        self.assertEqual(self.server.get("/health", X_Request_ID="abc-1").header("X-Request-ID"),
                         "abc-1")
        self.assertRegex(self.server.get("/health").header("X-Request-ID"), "^[0-9a-f]{32}$")

    def test_root_leads_to_the_documentation(self):
        answer = self.server.get("/")
        self.assertEqual((answer.status, answer.header("Location")), (307, "docs"))
        page = self.server.get("/docs")
        self.assertIn("script-src 'self'", page.header("Content-Security-Policy"))
        for name in ("init.js", "swagger-ui.css", "swagger-ui-bundle.js"):
            self.assertEqual(self.server.get(f"/docs/{name}").status, 200)
        self.assertEqual(self.server.get("/docs/other.js").status, 404)

    def test_document_describes_every_route(self):
        document = self.server.get("/openapi.json").json
        self.assertRegex(document["openapi"], "^3\\.1")
        form = document["paths"]["/api/v1/process"]["post"]["requestBody"]["content"]
        width = form["multipart/form-data"]["schema"]["properties"]["width"]
        self.assertEqual((width["minimum"], width["maximum"], width["default"]), (64, 4096, 648))
        for path in ("/health", "/ready", "/status", "/api/v1/process/quick",
                     "/api/v1/process/batch", "/api/v1/jobs/{job_id}",
                     "/api/v1/download/{job_id}/{format}"):
            self.assertIn(path, document["paths"])

    def test_metrics_are_in_the_format_of_prometheus(self):
        self.server.process(**SMALL)
        text = self.server.get("/metrics").body.decode()
        for line in text.splitlines():
            self.assertRegex(line, r"^(# (HELP|TYPE) |[a-z_]+(\{[^}]*\})? [-+0-9.eE]+|[a-z_]+.* \+?Inf$)")
        for name in ("http_server_request_duration_seconds_count", "facecraft_stage_duration",
                     "facecraft_queue_depth", "facecraft_workers", "facecraft_build_info"):
            self.assertIn(name, text)

    def test_status_has_the_shape_of_the_contract(self):
        status = self.server.get("/status").json
        self.assertEqual(list(status), ["status", "version", "uptime_seconds", "device", "models",
                                        "statistics", "sandbox"])
        self.assertEqual(list(status["models"]), ["face_detector", "face_landmarks",
                                                  "face_enhancer", "background_remover"])
        self.assertEqual(list(status["statistics"]), ["total_processed", "success_rate",
                                                      "avg_processing_ms"])


class Load(service.ServiceTest):
    """More work than there is room for."""

    VARIABLES = {"MAX_CONCURRENT_JOBS": 1, "QUEUE_LENGTH": 2}

    def test_full_queue_refuses_and_says_when_to_come_back(self):
        answers = service.in_parallel(12, lambda _: self.server.process(**long_work()))
        codes = [answer.status for answer in answers]
        self.assertIn(200, codes)
        self.assertIn(503, codes)
        self.assertEqual(set(codes), {200, 503})
        for answer in answers:
            if answer.status == 503:
                self.assertGreaterEqual(int(answer.header("Retry-After")), 1)

    def test_health_answers_while_pictures_are_processed(self):
        seen = threading.Event()

        def send(_):
            while not seen.is_set():
                self.server.process(**long_work())

        def look():
            try:
                for _ in range(10):
                    service.wait_until(self.answers_meanwhile, "it waits for the end of a photo")
            finally:
                seen.set()

        service.in_parallel(1, send, look)

    def answers_meanwhile(self):
        """Whether /health has answered in the middle of a photo: one is worked on, none has ended."""
        before = self.work()
        self.assertEqual(self.server.get("/health").status, 200)
        return before[0] == "1" and self.work() == before

    def work(self):
        """Photos that are worked on, and those that have ended."""
        text = self.server.get("/metrics").body.decode()
        return [re.search(rf"^facecraft_{name} (\d+)$", text, re.M)[1] for name in ("workers_busy", "photos_total")]

    def test_client_that_hangs_up_frees_its_place(self):
        body, kind = service.multipart({"width": 1500, "height": 1500}, [("file", "a.png", PHOTO)])
        head = (f"POST /api/v1/process HTTP/1.1\r\nHost: x\r\nContent-Type: {kind}\r\n"
                f"Content-Length: {len(body)}\r\n\r\n").encode()
        for _ in range(9):  # three times as many as there are places
            with socket.create_connection(("127.0.0.1", self.server.port)) as link:
                link.sendall(head + body)
        # The server may read these only after their clients have gone, so an empty queue proves
        # nothing yet: a place that stays taken is one that never comes free.
        service.wait_until(lambda: self.server.process(**SMALL).status == 200,
                           "the places of clients that left stay taken")


class Deadline(service.ServiceTest):
    """The time of one photo."""

    VARIABLES = {"MAX_CONCURRENT_JOBS": 1, "REQUEST_DEADLINE_S": 1}

    def test_late_work_is_given_up(self):
        # One may well be in time.
        answers = service.in_parallel(12, lambda _: self.server.process(**LONG))
        codes = {answer.status for answer in answers}
        self.assertIn(504, codes)
        self.assertLessEqual(codes, {200, 504})
        service.wait_until(lambda: self.server.process(**SMALL).status == 200,
                           "what was given up does not end")  # it does after its stage


HUGE = {**LONG, **FAST}


class Memory(service.ServiceTest):
    """What would take more than the budget is refused in the same way wherever it is asked for."""

    VARIABLES = {"MEMORY_BUDGET_MB": 64, "REMOVEBG_SIZE": "full"}
    REFUSAL = r"the work would take \d+ MB of memory, at most 64 MB are allowed"

    def assert_refused(self, answer):
        self.assertEqual(answer.status, 413, answer.body)
        self.assertRegex(answer.body.decode(), self.REFUSAL)

    def test_portraits_are_refused_on_all_routes(self):
        self.assert_refused(self.server.process(**HUGE))
        self.assert_refused(self.server.process(format="webp", **HUGE))
        self.assert_refused(self.server.post_form("/api/v1/process/quick", {"size": 4096},
                                                  [("file", "a.png", PHOTO)]))
        token = self.server.post_form("/api/v1/analyze", {}, [("file", "a.png", PHOTO)]).json
        self.assert_refused(self.server.post_form(f"/api/v1/render/{token['token']}", HUGE))
        answer = self.server.post_form("/api/v1/process/batch", HUGE,
                                       [("files", "a.png", PHOTO), ("files", "b.png", PHOTO)])
        for result in answer.json["results"]:
            self.assertFalse(result["success"])
            self.assertIn("limit_exceeded", str(result))

    def test_cut_outs_count_at_the_size_of_their_photo(self):
        photo = service.plain_png(2400, (0, 0, 0))
        answer = self.server.post_form("/v1.0/removebg", {"size": "full"},
                                       [("image_file", "a.png", photo)])
        self.assertEqual(answer.status, 400)  # its words for it
        self.assertEqual(answer.json["errors"][0]["code"], "resolution_too_high")
        self.assertRegex(answer.json["errors"][0]["title"], self.REFUSAL)
        self.assert_refused(self.server.post_form("/api/remove", {}, [("file", "a.png", photo)]))
        answer = self.server.post_form("/v1.0/removebg", {"size": "preview"},
                                       [("image_file", "a.png", photo)])
        self.assertNotEqual(answer.status, 413)

    def test_the_usual_fits_and_nothing_is_lost(self):
        self.assertEqual(self.server.process().status, 200)
        self.assertEqual(self.server.process(face="all", **SMALL).status, 200)
        text = self.server.get("/metrics").body.decode()
        self.assertIn("facecraft_memory_used_bytes 0\n", text)


class MoreMemory(service.ServiceTest):
    """A larger budget admits it."""

    VARIABLES = {"MEMORY_BUDGET_MB": 1024}

    def test_the_portrait_that_a_small_budget_refuses_is_made(self):
        self.assertEqual(self.server.process(**HUGE).status, 200)


if __name__ == "__main__":
    service.main()

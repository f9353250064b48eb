#!/usr/bin/env python3
"""Start, configuration, end: .env, --check, health, signals, kill -9, nothing kept."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
# pylint: disable=wrong-import-position
import os
import signal
import subprocess
import threading
import time

import service
from jobs import long_work
from service import PHOTO, SMALL, picture_size


class Life(service.ServersTest):
    """From the start to the end."""

    def command(self, *words, **variables):
        """Run another command; its exit code and all that it prints."""
        folder = self.serve_folder
        environment = {**os.environ, "FACECRAFT_MODELS_DIR": str(service.MODELS),
                       "FACECRAFT_OUTPUT_DIR": str(folder / "out"), **variables}
        done = subprocess.run([service.program(), *words], cwd=folder, env=environment,
                              capture_output=True, text=True, timeout=60, check=False)
        return done.returncode, done.stdout + done.stderr

    def setUp(self):
        folder = service.tempfile.TemporaryDirectory(prefix="facecraft-")
        self.addCleanup(folder.cleanup)
        self.serve_folder = service.pathlib.Path(folder.name)

    def test_start_is_told_in_one_line(self):
        server = self.serve()
        server.await_log(" ready .*\n")  # it answers before it has said so
        line = [text for text in server.log.read_text().splitlines() if " ready " in text]
        self.assertEqual(len(line), 1)
        for word in ("version=", f"port={server.port}", "models=", "workers=", "start_ms="):
            self.assertIn(word, line[0])

    def test_check_tells_what_is_wrong(self):
        port = str(service.free_port())
        code, text = self.command("serve", "--check", FACECRAFT_PORT=port)
        self.assertEqual(code, 0, text)
        self.assertEqual(text.count(" ok\n"), 6, text)
        code, text = self.command("serve", "--check", FACECRAFT_PORT=port,
                                  FACECRAFT_MODELS_DIR="/nowhere")
        self.assertEqual(code, 7)
        self.assertIn("models", text)
        code, text = self.command("serve", "--check", FACECRAFT_PORT="many")
        self.assertEqual(code, 2)
        self.assertIn("FACECRAFT_PORT", text)

    def test_env_file_is_read_and_the_environment_wins(self):
        (self.serve_folder / ".env").write_text("FACECRAFT_PORT=99999\n")
        code, text = self.command("serve", "--check")
        self.assertEqual(code, 2)
        self.assertIn("99999", text)
        code, text = self.command("serve", "--check", FACECRAFT_PORT=str(service.free_port()))
        self.assertEqual(code, 0, text)

    def test_health_asks_the_service(self):
        server = self.serve()
        self.assertEqual(self.command("health", FACECRAFT_PORT=str(server.port))[0], 0)
        self.assertEqual(self.command("health", f"http://127.0.0.1:{server.port}/livez")[0], 0)
        self.assertEqual(self.command("health", f"http://127.0.0.1:{server.port}/x")[0], 1)
        server.stop()
        self.assertEqual(self.command("health", FACECRAFT_PORT=str(server.port))[0], 1)
        for wrong, word in (("ftp://x", "allowed"), ("http://127.0.0.1:99999", "1 to 65535"),
                            ("http://127.0.0.1:", "1 to 65535"), ("--port", "not a flag")):
            code, said = self.command("health", wrong)[:2]
            self.assertEqual(code, 2)
            self.assertIn(word, said)

    def test_idle_service_ends_at_once(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            server = self.serve(SHUTDOWN_DEADLINE_S=600)
            server.child.send_signal(number)
            self.assertEqual(server.child.wait(60), 0)

    def test_end_finishes_what_was_accepted(self):
        server = self.serve(MAX_CONCURRENT_JOBS=1, SHUTDOWN_DEADLINE_S=600)
        answers = []
        threads = [threading.Thread(target=lambda: answers.append(
            server.process(**long_work()))) for _ in range(4)]
        for thread in threads:
            thread.start()
        service.wait_until(  # all but the one that is worked on
            lambda: b"\nfacecraft_queue_depth 3\n" in server.get("/metrics").body,
            "they do not wait")
        later = [server.process(headers={"Prefer": "respond-async"}).json["id"] for _ in range(3)]
        server.child.send_signal(signal.SIGTERM)
        server.await_not_ready()
        self.assertFalse(server.get("/ready").json["ready"])
        self.assertEqual(server.get("/health").status, 200)
        self.assertEqual(server.process(**SMALL).status, 503)
        answer = server.post_form("/v1.0/removebg", (), [("image_file", "a.png", PHOTO)])
        self.assertEqual((answer.status, answer.json["errors"][0]["code"]),
                         (503, "service_unavailable"))
        for thread in threads:
            thread.join()
        self.assertEqual(server.child.wait(600), 0)
        self.assertEqual([answer.status for answer in answers], [200] * 4)
        server.start()
        for job_id in later:
            self.assertEqual(server.get(f"/api/v1/jobs/{job_id}").json["status"], "succeeded")

    def test_end_does_not_wait_longer_than_it_may_and_the_next_start_goes_on(self):
        server = self.serve(MAX_CONCURRENT_JOBS=1, SHUTDOWN_DEADLINE_S=0)
        files = [("files", f"{i}.png", PHOTO) for i in range(12)]
        job_id = server.post_form("/api/v1/process/batch", (), files,
                                  Prefer="respond-async").json["id"]
        server.child.send_signal(signal.SIGTERM)
        self.assertEqual(server.child.wait(30), 0)
        server.start()
        job = service.wait_job(server, job_id)
        self.assertEqual((job["status"], job["result"]["successful"]), ("succeeded", 12))

    def test_end_tells_those_who_wait_that_it_ends(self):
        server = self.serve(MAX_CONCURRENT_JOBS=1, QUEUE_LENGTH=20, SHUTDOWN_DEADLINE_S=0)
        answers = []

        def work():
            try:
                answers.append(server.process(**long_work()))
            except (OSError, service.http.client.HTTPException) as error:
                answers.append(error)

        threads = [threading.Thread(target=work) for _ in range(6)]
        for thread in threads:
            thread.start()
        service.wait_until(lambda: b"\nfacecraft_queue_depth 5\n" in server.get("/metrics").body,
                           "they do not wait")
        self.assertEqual(server.stop(60), 0)
        for thread in threads:
            thread.join()
        # A second after the deadline the process is over: the photo in work may be cut off then, on
        # a busy machine, under a sanitizer. Nobody else is.
        told = [answer for answer in answers if isinstance(answer, service.Answer)]
        refused = [answer for answer in told if answer.status == 503]
        self.assertGreaterEqual(len(told), 5, answers)
        self.assertGreaterEqual(len(refused), 5, answers)
        self.assertLessEqual({answer.status for answer in told}, {200, 503})
        for answer in refused:
            self.assertIsNotNone(answer.header("Retry-After"))
            self.assertIn("being stopped", answer.json["detail"])

    def test_reload_takes_new_keys(self):
        server = self.serve()
        self.assertEqual(server.get("/status").status, 200)
        (server.folder / ".env").write_text("FACECRAFT_API_KEY=a-key-of-some-length\n")
        server.child.send_signal(signal.SIGHUP)
        service.wait_until(lambda: server.get("/status").status == 401, "no key is asked for")
        self.assertEqual(server.get("/status", X_API_Key="a-key-of-some-length").status, 200)
        server.stop()
        server.start()
        (server.folder / ".env").write_text("FACECRAFT_API_KEY=b-key-of-some-length\n")
        server.child.send_signal(signal.SIGHUP)
        service.wait_until(
            lambda: server.get("/status", X_API_Key="b-key-of-some-length").status == 200,
            "the new key is refused")
        self.assertEqual(server.get("/status", X_API_Key="a-key-of-some-length").status, 401)

    def test_nothing_is_written_when_nothing_is_kept(self):
        server = self.serve(CLEANUP_AGE_HOURS=0)
        before = {path for path in server.folder.rglob("*")}
        answer = server.process(return_base64="1", **SMALL).json
        self.assertTrue(answer["success"])
        self.assertIsNone(answer["png_url"])
        self.assertIsNone(answer["jpg_url"])
        self.assertIsNotNone(answer["png_base64"])
        picture = server.process(format="jpg", **SMALL)
        self.assertEqual(picture_size(picture.body), ("jpg", 64, 64))
        batch = server.post_form("/api/v1/process/batch", SMALL, [("files", "a.png", PHOTO)]).json
        self.assertEqual(batch["successful"], 1)
        self.assertIsNone(batch["results"][0]["download_url"])
        self.assertIsNotNone(batch["results"][0]["png_base64"])
        self.assertEqual(server.process(headers={"Prefer": "respond-async"}, **SMALL).status, 200)
        self.assertEqual({path for path in server.folder.rglob("*")}, before)

    def test_kill_leaves_no_torn_picture(self):
        server = self.serve()
        known = {}
        for round_number in range(4):
            def send(_):
                try:
                    while True:  # so that there is work at the moment of the kill
                        answer = server.process(width=700, height=700).json
                        known[answer["job_id"]] = answer["png_url"]
                except (OSError, service.http.client.HTTPException):
                    pass

            threads = [threading.Thread(target=send, args=(i,)) for i in range(3)]
            for thread in threads:
                thread.start()
            time.sleep(0.25 + 0.13 * round_number)
            server.child.kill()
            server.child.wait()
            for thread in threads:
                thread.join()
            server.start()
            for url in known.values():
                answer = server.get(url)
                self.assertEqual(answer.status, 200)
                self.assertEqual(picture_size(answer.body), ("png", 700, 700))
            for name in server.files():
                self.assertTrue(name.endswith((".png", ".jpg")), name)
                picture_size((server.output / name).read_bytes())


if __name__ == "__main__":
    service.main()

#!/usr/bin/env python3
"""Callbacks: the end of an accepted job is told, verified, at least once, and only to who is allowed.
FC_RESUME_KILLS=40 kills more often."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
# pylint: disable=wrong-import-position
import base64
import contextlib
import hashlib
import hmac
import http.server
import json
import os
import random
import re
import signal
import socket
import subprocess
import threading
import time

import service
from jobs import LATER, JobsTest, long_work
from service import PHOTO, SMALL, wait_job

KEYS = [bytes(range(32)), bytes(range(100, 124))]
SECRET = ",".join("whsec_" + base64.b64encode(key).decode() for key in KEYS)
PATIENCE_S = 120
KILLS = int(os.environ.get("FC_RESUME_KILLS", "10"))


class Receiver:
    """A host on this machine that is called back. `codes`: its answers in turn, the last one for
    ever; None: no answer before it is closed."""

    def __init__(self, codes=(204,), port=0, **headers):
        self.messages, self.codes, self.over = [], list(codes), threading.Event()
        self.lock = threading.Lock()
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            """Keeps what comes."""

            def do_POST(self):  # pylint: disable=invalid-name
                """One message."""
                body = self.rfile.read(int(self.headers["Content-Length"]))
                with receiver.lock:
                    code = receiver.codes[min(len(receiver.messages), len(receiver.codes) - 1)]
                    receiver.messages.append((self.path, self.headers, body))
                if code is None:
                    receiver.over.wait(PATIENCE_S)
                    return
                with contextlib.suppress(OSError):
                    self.send_response(code)
                    for name, value in headers.items():
                        self.send_header(name, value)
                    self.send_header("Content-Length", "0")
                    self.end_headers()

            def log_message(self, *_):  # pylint: disable=arguments-differ
                """Nothing on the terminal."""

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.server.daemon_threads = True
        self.host = f"127.0.0.1:{self.server.server_port}"
        self.url = f"http://{self.host}/done?who=1"
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()

    def close(self):
        """Nobody listens any more."""
        self.over.set()
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


def signatures(headers, body):
    """What both secrets make of a message."""
    text = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    return " ".join("v1," + base64.b64encode(hmac.new(key, text, hashlib.sha256).digest()).decode()
                    for key in KEYS)


class Webhooks(JobsTest):
    """Each case has a service and receivers of its own."""

    def receive(self, *arguments, **headers):
        """A receiver that is closed at the end of the case."""
        receiver = Receiver(*arguments, **headers)
        self.addCleanup(receiver.close)
        return receiver

    def calling(self, allow, **variables):
        """A service that calls back, and tries again soon."""
        return self.serve(WEBHOOK_SECRET=SECRET, WEBHOOK_ALLOW=allow,
                          **{"WEBHOOK_RETRY_S": 1, **variables})

    def wait_for(self, what):
        """Until it is so."""
        service.wait_until(what, "waited in vain", PATIENCE_S)

    def callback(self, server, job_id):
        """What the job tells of it."""
        return server.get(f"/api/v1/jobs/{job_id}").json["callback"]

    def wait_callback(self, server, job_id, status):
        """Until it has that status."""
        self.wait_for(lambda: self.callback(server, job_id)["status"] == status)
        return self.callback(server, job_id)

    def assert_told(self, receiver, job_id, status="succeeded"):
        """One verified message of this job."""
        found = [one for one in receiver.messages if one[1]["webhook-id"] == job_id]
        self.assertEqual(len(found), 1)
        path, headers, body = found[0]
        self.assertEqual(path, "/done?who=1")
        self.assertEqual(headers["Content-Type"], "application/json")
        self.assertEqual(headers["webhook-signature"], signatures(headers, body))
        self.assertLess(abs(time.time() - int(headers["webhook-timestamp"])), PATIENCE_S)
        told = json.loads(body)
        self.assertEqual((told["type"], sorted(told)), ("job.ended", ["data", "timestamp", "type"]))
        self.assertEqual((told["data"]["id"], told["data"]["status"]), (job_id, status))
        return told["data"]

    def test_ends_of_photos_and_batches_are_told_once_and_signed(self):
        receiver = self.receive()
        server = self.calling(receiver.host)
        fields = {**SMALL, "callback_url": receiver.url}
        one = self.accept(server, fields)
        self.assertEqual(self.wait_callback(server, one, "delivered"),
                         {"status": "delivered", "tries": 1, "next": None, "error": None})
        batch = self.accept_batch(server, 3, fields)
        self.wait_callback(server, batch, "delivered")
        failed = server.process(service.NO_FACE, headers=LATER, **fields).json["id"]
        self.wait_callback(server, failed, "delivered")
        told = self.assert_told(receiver, one)
        whole = server.get(f"/api/v1/jobs/{one}").json
        self.assertEqual(told, {key: value for key, value in whole.items()
                                if key not in ("result", "callback")})
        self.assertEqual(self.assert_told(receiver, batch)["photos"], 3)
        self.assert_told(receiver, failed, "failed")
        self.assertEqual(len(receiver.messages), 3)
        metrics = server.get("/metrics").body.decode()
        self.assertIn('facecraft_callbacks_total{result="delivered"} 3\n', metrics)
        self.assertIn("facecraft_callbacks_waiting 0\n", metrics)
        silent = self.accept(server)
        self.assertNotIn("callback", wait_job(server, silent))

    def test_receiver_that_is_away_or_fails_is_tried_again(self):
        taken = socket.socket()  # nobody else may listen there, so it does not answer
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(("127.0.0.1", 0))
        self.addCleanup(taken.close)
        port = taken.getsockname()[1]
        failing = self.receive((500, 503, 204))
        server = self.calling(f"127.0.0.1:{port}, {failing.host}")
        away = self.accept(server, {**SMALL, "callback_url": f"http://127.0.0.1:{port}/done?who=1"})
        other = self.accept(server, {**SMALL, "callback_url": failing.url})
        self.wait_for(lambda: self.callback(server, away)["tries"] >= 1)
        waiting = self.callback(server, away)
        self.assertEqual(waiting["status"], "waiting")
        self.assertIn("connect", waiting["error"])
        self.assertIsNotNone(waiting["next"])
        receiver = self.receive((200,), port)
        self.wait_callback(server, away, "delivered")
        self.assert_told(receiver, away)
        self.assertEqual(self.wait_callback(server, other, "delivered")["tries"], 3)
        self.assertEqual([one[1]["webhook-id"] for one in failing.messages], [other] * 3)
        self.assertIn('facecraft_callbacks_total{result="failed"}', server.get("/metrics").body.decode())

    def test_what_fails_for_ever_is_given_up_and_the_job_says_so(self):
        failing, gone = self.receive((500,)), self.receive((410,))
        server = self.calling(f"{failing.host},{gone.host}", WEBHOOK_TRIES=2)
        jobs = [self.accept(server, {**SMALL, "callback_url": one.url}) for one in (failing, gone)]
        self.assertEqual(self.wait_callback(server, jobs[0], "failed"),
                         {"status": "failed", "tries": 2, "next": None, "error": "answered 500"})
        self.assertEqual(self.wait_callback(server, jobs[1], "failed"),
                         {"status": "failed", "tries": 1, "next": None, "error": "answered 410"})
        self.assertEqual((len(failing.messages), len(gone.messages)), (2, 1))
        self.assertIn('facecraft_callbacks_total{result="given_up"} 2\n',
                      server.get("/metrics").body.decode())

    def test_redirects_are_not_followed_and_private_addresses_not_called(self):
        trap = self.receive()
        moved = self.receive((302,), Location=trap.url)
        server = self.calling(f"{moved.host},localhost,127.0.0.2", WEBHOOK_TRIES=1)
        port = trap.host.split(":")[1]
        for url, says in ((moved.url, "answered 302"),
                          (f"https://localhost:{port}/", "public internet"),
                          (f"https://127.0.0.2:{port}/", "public internet")):
            job = self.accept(server, {**SMALL, "callback_url": url})
            self.assertIn(says, self.wait_callback(server, job, "failed")["error"])
        self.assertEqual((len(moved.messages), len(trap.messages)), (1, 0))

    def test_killed_service_delivers_after_its_next_start(self):
        silent = self.receive((None, 204))
        server = self.calling(silent.host, MAX_CONCURRENT_JOBS=1)
        fields = {**SMALL, "callback_url": silent.url}
        told = self.accept(server, fields)
        self.wait_for(lambda: silent.messages)  # it has ended, and nobody has confirmed
        self.assertEqual(wait_job(server, told)["status"], "succeeded")
        queued = [self.accept(server, {**fields, **long_work()}) for _ in range(2)]
        server.child.kill()
        server.child.wait()
        server.start()
        for job_id in (told, *queued):
            self.wait_callback(server, job_id, "delivered")
        counts = [sum(one[1]["webhook-id"] == job_id for one in silent.messages)
                  for job_id in (told, *queued)]
        self.assertEqual(counts, [2, 1, 1])
        for _, headers, body in silent.messages:
            self.assertEqual(headers["webhook-signature"], signatures(headers, body))

    def test_kills_at_any_moment_lose_no_message(self):
        chance = random.Random(11)
        receiver = self.receive()
        server = self.calling(receiver.host, QUEUE_LENGTH=10000)
        fields = {**SMALL, "callback_url": receiver.url}
        ids = []

        def send():
            with contextlib.suppress(OSError, service.http.client.HTTPException):
                while True:
                    ids.append(self.accept(server, fields))
                    time.sleep(0.05)

        for _ in range(KILLS):
            thread = threading.Thread(target=send)
            thread.start()
            time.sleep(chance.uniform(0.1, 0.9))
            server.child.kill()
            server.child.wait()
            thread.join()
            server.start()
        for job_id in ids:
            self.wait_callback(server, job_id, "delivered")
        told = [one[1]["webhook-id"] for one in receiver.messages]
        self.assertEqual(set(ids) - set(told), set())
        print(f"{KILLS} kills, {len(ids)} callbacks, {len(told)} messages", file=sys.stderr)

    def test_slow_receiver_holds_up_neither_photos_nor_others_nor_the_end(self):
        silent, quick = self.receive((None,)), self.receive()
        server = self.calling(f"{silent.host},{quick.host}", WEBHOOK_TIMEOUT_S=60)
        slow = [self.accept(server, {**SMALL, "callback_url": silent.url}) for _ in range(4)]
        self.wait_for(lambda: len(silent.messages) == 4)
        other = self.accept(server, {**SMALL, "callback_url": quick.url})
        self.wait_callback(server, other, "delivered")
        self.assertEqual([self.callback(server, one)["status"] for one in slow], ["waiting"] * 4)
        start = time.monotonic()
        self.assertEqual(server.stop(), 0)
        self.assertLess(time.monotonic() - start, 10)  # then Docker kills

    def test_receiver_that_does_not_answer_is_given_its_time_and_tried_again(self):
        receiver = self.receive((None, 200))
        server = self.calling(receiver.host, WEBHOOK_TIMEOUT_S=5)  # the second answer is in time
        job = self.accept(server, {**SMALL, "callback_url": receiver.url})
        self.assertEqual(self.wait_callback(server, job, "delivered")["tries"], 2)

    def test_deleted_job_calls_nobody(self):
        receiver = self.receive((500, 204))
        server = self.calling(receiver.host, WEBHOOK_RETRY_S=600)
        fields = {**SMALL, "callback_url": receiver.url}
        deleted = self.accept(server, fields)
        self.wait_for(lambda: receiver.messages)
        wait_job(server, deleted)
        server.delete(f"/api/v1/jobs/{deleted}")
        other = self.accept(server, fields)
        self.wait_callback(server, other, "delivered")
        self.assertIn("facecraft_callbacks_waiting 0\n", server.get("/metrics").body.decode())
        self.assertEqual([one[1]["webhook-id"] for one in receiver.messages], [deleted, other])

    def test_key_of_a_request_stands_for_its_callback_too(self):
        receiver = self.receive()
        server = self.calling(receiver.host)
        key = {"Idempotency_Key": "once"}
        fields = {**SMALL, "callback_url": receiver.url}
        job = self.accept(server, fields, **key)
        self.wait_callback(server, job, "delivered")
        self.assertEqual(self.accept(server, fields, **key), job)
        other = server.process(headers={**LATER, **key}, **{**fields, "callback_url": receiver.url + "2"})
        self.assertEqual(other.status, 422)
        self.assertEqual(len(receiver.messages), 1)

    def refuse(self, server, url, says, headers=LATER):
        """The field is refused, and nothing is kept."""
        answer = server.process(headers=headers, **SMALL, callback_url=url)
        self.assertEqual(answer.status, 422, answer.body)
        self.assertIn("callback_url: ", answer.json["detail"])
        self.assertIn(says, answer.json["detail"])
        files = [("files", "a.png", PHOTO)]
        answer = server.post_form("/api/v1/process/batch", {**SMALL, "callback_url": url}, files,
                                  **headers)
        self.assertEqual(answer.status, 422)
        self.assertIn(says, answer.json["detail"])

    def test_field_is_refused_where_it_cannot_be_kept(self):
        self.refuse(self.serve(), "https://hooks.example.com/", "FACECRAFT_WEBHOOK_SECRET")
        server = self.calling("hooks.example.com,*.example.org,127.0.0.1:9")
        self.refuse(server, "https://hooks.example.com/", "Prefer: respond-async", {})
        for url in ("https://example.org/", "https://hooks.example.com.evil.test/", "http://127.0.0.1:10/",
                    "https://10.0.0.1/", "http://127.0.0.1/", "https://hooks.example.com@evil.test/"):
            self.refuse(server, url, "an address with a name" if "@" in url else "operator allows")
        for url in ("http://hooks.example.com/", "ftp://hooks.example.com/"):
            self.refuse(server, url, "https://")
        for url in ("hooks", "https://", "https://hooks.example.com/a\nb", "https://a b/"):
            self.refuse(server, url, "")
        self.refuse(self.calling("", CLEANUP_AGE_HOURS=0), "https://a.test/", "no jobs are kept")
        self.refuse(self.calling(""), "https://a.test/", "operator allows")

    def test_secret_that_is_none_stops_the_start(self):
        for secret in ("short", "whsec_c2hvcnQ=", "whsec_" + "!" * 40, SECRET + ",x"):
            environment = {**os.environ, "FACECRAFT_WEBHOOK_SECRET": secret}
            done = subprocess.run([service.program(), "serve"], env=environment, check=False,
                                  capture_output=True, text=True, timeout=PATIENCE_S)
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assertIn("FACECRAFT_WEBHOOK_SECRET", done.stderr)
            self.assertNotIn(secret, done.stdout + done.stderr)

    def test_receiver_of_the_how_to_verifies(self):
        guide = (service.REPO / "docs/how-to/webhooks.md").read_text(encoding="utf-8")
        source = re.search(r"```python\n(.*?)```", guide, re.S)[1]
        port = service.free_port()
        server = self.calling(f"127.0.0.1:{port}")
        script = server.folder / "receiver.py"
        script.write_text(source, encoding="utf-8")
        with subprocess.Popen([sys.executable, str(script), str(port)], stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, text=True,
                              env={**os.environ, "WEBHOOK_SECRET": SECRET.split(",")[1]}) as receiver:
            self.addCleanup(receiver.kill)
            job = self.accept(server, {**SMALL, "callback_url": f"http://127.0.0.1:{port}/"})
            self.wait_callback(server, job, "delivered")
            self.assertEqual(receiver.stdout.readline(), f"{job} succeeded\n")
            forged = {"webhook-id": job, "webhook-timestamp": str(int(time.time())),
                      "webhook-signature": "v1," + base64.b64encode(bytes(32)).decode()}
            link = service.http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
            link.request("POST", "/", b"{}", forged)
            self.assertEqual(link.getresponse().status, 401)
            link.close()
            receiver.send_signal(signal.SIGKILL)


if __name__ == "__main__":
    service.main()

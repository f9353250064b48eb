#!/usr/bin/env python3
"""What goes wrong around the service: kill -9 in batches, full and read-only disks, a locked
database, clients that vanish, dawdle or crowd in, SIGTERM under load. FC_KILL_ROUNDS=100 kills
more often."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
# pylint: disable=wrong-import-position
import contextlib
import ctypes
import os
import random
import resource
import shutil
import socket
import sqlite3
import struct
import subprocess
import threading
import time

import service
from service import PHOTO, SMALL, picture_size

KILL_ROUNDS = int(os.environ.get("FC_KILL_ROUNDS", "5"))
TYPES = ("png", "jpg", "webp")  # as the database numbers them


def may_filter():
    """Whether this process may attach a filter to a socket, one that lets everything pass."""
    pass_all = ctypes.create_string_buffer(struct.pack("HBBI", 6, 0, 0, 0xffffffff))
    with socket.socket() as any_socket, contextlib.suppress(PermissionError):
        any_socket.setsockopt(socket.SOL_SOCKET, 26,  # SO_ATTACH_FILTER
                              struct.pack("HL", 1, ctypes.addressof(pass_all)))
        return True
    return False


def batch(server, count):
    """A batch of small portraits; its answer."""
    files = [("files", f"{i}.png", PHOTO) for i in range(count)]
    return server.post_form("/api/v1/process/batch", SMALL, files)


def read_database(server, query):
    """Rows of the job store."""
    path = server.output / "facecraft.db"
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        return database.execute(query).fetchall()


def mount(folder, options):
    """Mount a small disk. SkipTest where that is not allowed."""
    command = ["mount", "-t", "tmpfs", "-o", options, "facecraft-test", str(folder)]
    if os.geteuid() != 0 or subprocess.run(command, stderr=subprocess.DEVNULL,
                                           check=False).returncode != 0:
        raise service.unittest.SkipTest("needs the right to mount a tmpfs")


class Faults(service.ServersTest):
    """Disks, databases and clients that fail."""

    def small_disk(self, options):
        """A folder on a disk of its own."""
        folder = pathlib.Path(service.tempfile.mkdtemp(prefix="facecraft-"))
        self.addCleanup(folder.rmdir)
        mount(folder, options)
        self.addCleanup(subprocess.run, ["umount", "-l", str(folder)], check=False)
        return folder

    def refused_start(self, folder):
        """What the program says when it cannot use a folder; it must end by itself."""
        environment = {**os.environ, "FACECRAFT_MODELS_DIR": str(service.MODELS),
                       "FACECRAFT_PORT": str(service.free_port()),
                       "FACECRAFT_HOST": "127.0.0.1", "FACECRAFT_OUTPUT_DIR": str(folder)}
        done = subprocess.run([service.program(), "serve"], cwd="/", env=environment, timeout=60,
                              capture_output=True, text=True, check=False)
        self.assertGreater(done.returncode, 0)
        told = [line for line in (done.stdout + done.stderr).splitlines() if str(folder) in line]
        self.assertEqual(len(told), 1, done.stderr)
        return told[0]

    def assert_store_is_whole(self, server):
        """Every record has its file, every file its record, and no picture is torn."""
        recorded = {f"{job}-{number}.{TYPES[kind]}": size
                    for job, kind, number, size in read_database(
                        server, "SELECT job, type, number, bytes FROM pictures")}
        found = {name: (server.output / name).stat().st_size for name in server.files()}
        self.assertEqual(recorded, found)
        for name in found:
            picture_size((server.output / name).read_bytes())

    def test_kill_in_the_middle_of_batches_tears_nothing(self):
        chance = random.Random(4)
        server, answered = self.serve(), []

        def send(_):
            with contextlib.suppress(OSError, service.http.client.HTTPException):
                while True:  # so that there is work at the moment of the kill
                    answered.append(batch(server, 6).json)

        for _ in range(KILL_ROUNDS):
            threads = [threading.Thread(target=send, args=(i,)) for i in range(2)]
            for thread in threads:
                thread.start()
            time.sleep(chance.uniform(0.02, 1.2))
            server.child.kill()
            server.child.wait()
            for thread in threads:
                thread.join()
            server.start()
            self.assert_store_is_whole(server)
            self.assertEqual(read_database(server, "SELECT id FROM jobs WHERE finished = 0"), [])
        for job in answered:
            for result in job["results"]:
                self.assertEqual(server.get(result["download_url"]).status, 200)
        print(f"{KILL_ROUNDS} kills, {len(answered)} batches answered before", file=sys.stderr)

    def test_full_disk_is_an_answer_and_leaves_nothing_half_written(self):
        folder = self.small_disk("size=2m")
        server = self.serve(OUTPUT_DIR=folder)
        server.output = folder
        jobs, refusal = [], None
        for _ in range(12):
            answer = server.process()
            if answer.status != 200:
                refusal = answer
                break
            jobs.append(answer.json["job_id"])
        self.assertIsNotNone(refusal)
        self.assertEqual(refusal.status, 507, refusal.body)
        self.assertRegex(refusal.json["detail"], "No space left on device|disk .* is full")
        self.assertEqual(server.get("/health").status, 200)
        self.assert_store_is_whole(server)
        for job in jobs:
            self.assertEqual(server.delete(f"/api/v1/jobs/{job}").status, 200)
        self.assertEqual(server.process().status, 200)

    def fill(self, folder, left):
        """Fill a disk but for so many bytes."""
        free = os.statvfs(folder)
        with open(folder / "other", "wb") as other:
            os.posix_fallocate(other.fileno(), 0, free.f_bavail * free.f_frsize - left)

    def await_ready(self, server, status):
        """Wait for an answer of /ready; it."""
        service.wait_until(lambda: server.get("/ready").status == status, f"/ready is {status}")
        return server.get("/ready").json

    def test_ready_says_what_clients_will_get_on_a_full_disk(self):
        folder = self.small_disk("size=32m")
        server = self.serve(OUTPUT_DIR=folder)
        self.fill(folder, 100 << 10)  # a page fits, a portrait does not
        self.assertEqual(server.process().status, 507)
        ready = server.get("/ready")
        self.assertEqual((ready.status, ready.json["reason"]),
                         (503, "the output folder: No space left on device"))
        (folder / "other").unlink()
        self.await_ready(server, 200)
        self.fill(folder, 1200 << 10)  # a portrait fits, three photos do not
        self.await_ready(server, 200)
        photos = [("files", f"{i}.png", PHOTO) for i in range(3)]
        refused = server.post_form("/api/v1/process/batch", SMALL, photos, Prefer="respond-async")
        self.assertEqual(refused.status, 507)
        self.assertEqual(server.get("/ready").status, 503)
        (folder / "other").unlink()
        self.await_ready(server, 200)
        self.assertEqual(server.process(**SMALL).status, 200)

    def test_full_disk_does_not_keep_the_service_from_starting(self):
        folder = self.small_disk("size=32m")
        server = self.serve(OUTPUT_DIR=folder)
        key = {"Idempotency-Key": "before"}
        before = server.process(headers=key, **SMALL).json
        ahead = server.process(headers={"Prefer": "respond-async"}, **SMALL).json["id"]
        server.child.kill()  # perhaps before that one has ended
        server.child.wait()
        (folder / "facecraft.db-shm").unlink()  # made again, which takes room
        self.fill(folder, 0)
        server.start(ready=False)
        server.await_log("no room for jobs")
        ready = self.await_ready(server, 503)
        self.assertIn("no room", ready["reason"])
        for path in ("/health", "/status", "/metrics", "/docs", "/api/v1/presets"):
            self.assertEqual(server.get(path).status, 200, path)
        self.assertEqual(server.post_form("/api/v1/check", {}, [("file", "a.png", PHOTO)]).status,
                         200)
        for headers in ({}, {"Prefer": "respond-async"}):
            refused = server.process(headers=headers, **SMALL)
            self.assertEqual((refused.status, refused.header("X-Error")), (507, "storage_full"))
        self.assertEqual(server.get(before["png_url"]).status, 507)
        (folder / "other").unlink()
        server.await_log("there is room for jobs again")
        self.await_ready(server, 200)
        self.assertEqual(server.get(before["png_url"]).status, 200)
        again = server.process(headers=key, **SMALL)
        self.assertEqual((again.json, again.header("Idempotency-Replayed")), (before, "true"))
        self.assertIn(service.wait_job(server, ahead)["status"], ("succeeded",))
        self.assertEqual(server.stop(), 0)

    def test_folder_that_vanishes_is_an_answer(self):
        server = self.serve()
        gone = server.process(**SMALL).json["png_url"]
        shutil.rmtree(server.output)
        for headers in ({}, {"Prefer": "respond-async"}):
            answer = server.process(headers=headers, **SMALL)
            self.assertEqual((answer.status, answer.header("X-Error")), (500, "io_error"))
            self.assertIn("a file could not be read or written", answer.json["detail"])
        self.assertEqual(server.get("/ready").status, 503)
        self.assertNotEqual(server.get(gone).status, 200)
        self.assertEqual(server.get("/health").status, 200)
        self.assertEqual(server.stop(), 0)
        server.start()
        self.assertEqual(server.process(**SMALL).status, 200)

    def test_folder_that_cannot_be_written_is_told_at_the_start(self):
        self.assertIn("Not a directory", self.refused_start("/dev/null/processed"))
        self.assertIn("Read-only", self.refused_start(self.small_disk("ro")))

    def test_second_server_leaves_the_folder_to_the_first(self):
        server = self.serve()
        self.assertIn("in use by another facecraft", self.refused_start(server.output))
        self.assertEqual(server.process(**SMALL).status, 200)

    def test_locked_database_is_waited_for_but_not_for_ever(self):
        server = self.serve()
        other = sqlite3.connect(server.output / "facecraft.db", isolation_level=None,
                                check_same_thread=False)
        self.addCleanup(other.close)
        other.execute("BEGIN IMMEDIATE")
        release = threading.Timer(1, other.execute, ["COMMIT"])
        release.start()
        self.assertEqual(server.process(**SMALL).status, 200)
        release.join()
        other.execute("BEGIN IMMEDIATE")
        self.assertIn(server.process(**SMALL).status, (500, 503))
        self.assertEqual(server.get("/health").status, 200)
        other.execute("COMMIT")
        self.assertEqual(server.process(**SMALL).status, 200)
        self.assert_store_is_whole(server)

    def test_clients_that_vanish_in_an_upload_leave_nothing(self):
        server = self.serve(MAX_CONCURRENT_JOBS=1, QUEUE_LENGTH=1)
        body, kind = service.multipart((), [("file", "a.png", PHOTO)])
        head = (f"POST /api/v1/process HTTP/1.1\r\nHost: x\r\nContent-Type: {kind}\r\n"
                f"Content-Length: {len(body)}\r\n\r\n").encode()
        for part in range(20):
            with socket.create_connection(("127.0.0.1", server.port)) as link:
                link.sendall(head + body[:len(body) * part // 20])
        service.wait_until(  # 1: the one that asks
            lambda: b"\nhttp_server_active_requests 1\n" in server.get("/metrics").body,
            "uploads of clients that left are waited for")
        self.assertEqual(server.process(**SMALL).status, 200)
        self.assertEqual(len(server.files()), 2)  # PNG and JPEG

    def test_slow_clients_are_cut_off_and_keep_nobody_waiting(self):
        # Time enough for an honest request, however busy the machine is.
        server = self.serve(HEADER_DEADLINE_S=4, BODY_DEADLINE_S=4, BODY_RATE_MIN_KB=1024,
                            CONNECTIONS_PER_IP=0)
        begun = (b"POST /api/v1/process HTTP/1.1\r\nHost: x\r\nContent-Type: image/png\r\n"
                 b"Content-Length: 100000\r\n\r\n")
        png = server.process(width=2000, height=2000).json["png_url"]

        def dawdle(index):
            with socket.socket() as link:
                link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
                link.settimeout(0.1)
                link.connect(("127.0.0.1", server.port))
                start, received = time.monotonic(), b""
                if index % 3 == 2:  # asks for much and reads nothing
                    link.sendall(f"GET {png} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
                    time.sleep(4)
                    return None
                sent = b"GET /health HTTP/1.1\r\n" if index % 3 == 0 else begun
                while time.monotonic() - start < 30:
                    with contextlib.suppress(TimeoutError, BrokenPipeError, ConnectionResetError):
                        link.sendall(sent)
                        sent = b"x"
                        received += link.recv(4096)
                        break
                return time.monotonic() - start, received

        results = [None]
        crowd = threading.Thread(target=lambda: results.append(service.in_parallel(60, dawdle)))
        crowd.start()
        answered = 0
        while crowd.is_alive():
            self.assertEqual(server.get("/health").status, 200)
            answered += 1
            time.sleep(0.05)
        crowd.join()
        self.assertGreater(answered, 9)  # in the 4 s or more that the crowd takes to be cut off
        for index, result in enumerate(results[1]):
            if index % 3 != 2:
                self.assertLess(result[0], 20)
                self.assertTrue(result[1].startswith(b"HTTP/1.1 408 "), result)
        self.assertEqual(server.process(**SMALL).status, 200)

    def test_health_answers_beside_2000_idle_connections(self):
        needed = 4400  # two for each connection of the server
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        if hard != resource.RLIM_INFINITY and hard < needed:
            self.skipTest("needs more descriptors")
        self.addCleanup(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))
        resource.setrlimit(resource.RLIMIT_NOFILE, (1024, hard))  # as most shells have it
        server = self.serve(CONNECTIONS_MAX=2100, CONNECTIONS_PER_IP=0, IDLE_TIMEOUT_S=60,
                            HEADER_DEADLINE_S=60)
        resource.setrlimit(resource.RLIMIT_NOFILE, (needed, hard))
        with contextlib.ExitStack() as idle:
            for _ in range(2000):
                idle.enter_context(socket.create_connection(("127.0.0.1", server.port), 10))
            start = time.monotonic()
            self.assertEqual(server.get("/health").status, 200)
            self.assertLess(time.monotonic() - start, 30)  # those that are idle have 60 s
            self.assertEqual(server.process(**SMALL).status, 200)
            self.assertEqual(server.stop(), 0)

    def test_end_cuts_off_nobody_who_is_connected(self):
        if not may_filter():
            self.skipTest("the kernel lets only administrators keep newcomers out")
        server = self.serve(SHUTDOWN_DEADLINE_S=60)

        answered = [False] * 32

        def client(number):
            while True:
                try:
                    self.assertEqual(server.get("/health").status, 200)
                    answered[number] = True
                except ConnectionRefusedError:
                    return

        def end():
            service.wait_until(lambda: all(answered), "not everybody is answered")
            server.child.send_signal(15)

        results = service.in_parallel(32, client, end)
        self.assertEqual([result for result in results if result is not None], [])
        self.assertEqual(server.child.wait(60), 0)

    def test_end_under_load_loses_no_request(self):
        server = self.serve(SHUTDOWN_DEADLINE_S=60)
        codes, urls, ended = [], [], threading.Event()

        def client(_):
            while True:
                try:
                    answer = server.process(**SMALL)
                except ConnectionRefusedError:  # it was not accepted
                    self.assertTrue(ended.is_set())
                    return
                codes.append(answer.status)
                if answer.status != 200:
                    return
                urls.append(answer.json["png_url"])

        def end():
            service.wait_until(lambda: len(urls) >= 16, "they are not answered")
            ended.set()
            server.child.send_signal(15)

        results = service.in_parallel(8, client, end)
        self.assertEqual([result for result in results if result is not None], [])
        self.assertLessEqual(set(codes), {200, 503})
        self.assertEqual(server.child.wait(60), 0)
        server.start()
        for url in urls:
            self.assertEqual(server.get(url).status, 200)
        self.assert_store_is_whole(server)


if __name__ == "__main__":
    service.main()

"""A client that sends photos and batches until each is accepted, some twice, and keeps a log of what
it was told."""

import contextlib
import http.client
import json
import random
import threading
import time

import service

CLIENTS = 24
AGAIN = 0.1  # so many requests are sent once more after they were accepted
LOOKED_AT = 0.2  # so many jobs are looked at until they have ended
PAUSE_S = 0.2
WAVE_S = 2  # requests come in waves, so that nodes have some in work and some in store


class Load:
    """`request_of`: number to (photos, fields), a batch where it has several photos. Requests are
    sent in waves over some seconds."""

    def __init__(self, servers, request_of, count, seed, seconds, path):
        self.servers, self.request_of, self.count, self.seed = servers, request_of, count, seed
        self.seconds, self.begin = seconds, time.monotonic()
        self.lock = threading.Lock()
        self.next, self.refused, self.failed, self.again = 0, [], 0, 0
        self.seen = {}  # pictures of jobs when they were first said to have succeeded
        self.pending = []
        self.log = open(path, "a", encoding="ascii")
        self.over = threading.Event()
        self.threads = [threading.Thread(target=self.send_all) for _ in range(CLIENTS)]
        self.looker = threading.Thread(target=self.look)
        for thread in (*self.threads, self.looker):
            thread.start()

    def send_all(self):
        """One client."""
        while not self.over.is_set():
            with self.lock:
                number, self.next = self.next, self.next + 1
            if number >= self.count:
                return
            even_s = number * self.seconds / self.count
            self.over.wait(self.begin + even_s - even_s % WAVE_S - time.monotonic())
            draw = random.Random(f"{self.seed} {number}")
            again = draw.random() < AGAIN
            self.send(number, draw)
            if again:
                self.over.wait(draw.random() * 2)
                self.send(number, draw)
                with self.lock:
                    self.again += 1

    def send(self, number, draw):
        """Until it is accepted, at any server."""
        photos, fields = self.request_of(number)
        path = "/api/v1/process" if len(photos) == 1 else "/api/v1/process/batch"
        field = "file" if len(photos) == 1 else "files"
        body, kind = service.multipart(fields, [(field, f"{number}.jpg", photo)
                                                for photo in photos])
        headers = {"Content-Type": kind, "Prefer": "respond-async",
                   "Idempotency-Key": f"{self.seed}-{number}"}
        while not self.over.is_set():
            server = draw.choice(self.servers)
            try:
                answer = server.request("POST", path, body, headers)
            except (OSError, http.client.HTTPException):
                answer = None
            if answer is not None and answer.status == 202:
                self.keep(number, answer.json["id"], len(photos) == 1)
                return
            if answer is not None and answer.status not in (409, 429, 500, 503):
                self.refused.append(f"request {number}: {answer.status} {answer.body[:200]!r}")
                return
            with self.lock:
                self.failed += 1
            self.over.wait(PAUSE_S)

    def keep(self, number, job_id, single):
        """It was acknowledged."""
        with self.lock:
            self.log.write(json.dumps({"number": number, "id": job_id}) + "\n")
            self.log.flush()
            if single and random.Random(f"look {self.seed} {number}").random() < LOOKED_AT:
                self.pending.append(job_id)

    def look(self):
        """What clients see of jobs that have ended."""
        while not self.over.is_set():
            with self.lock:
                job_id = self.pending.pop(0) if self.pending else None
            if job_id is None or not self.look_at(job_id):
                self.over.wait(0.05)
                if job_id is not None:
                    self.pending.append(job_id)

    def look_at(self, job_id):
        """Whether it has ended. Its picture must be there then."""
        server = random.choice(self.servers)
        with contextlib.suppress(OSError, http.client.HTTPException):
            answer = server.get(f"/api/v1/jobs/{job_id}")
            if answer.status != 200 or answer.json["status"] not in ("succeeded", "failed"):
                return False
            if answer.json["status"] == "failed":
                return True
            picture = server.get(answer.json["links"]["png"])
            if picture.status == 200:
                self.seen[job_id] = picture.body
                return True
            if picture.status == 404:
                self.refused.append(f"job {job_id} has succeeded, and its picture is not there")
                return True
        return False

    def wait(self, seconds):
        """Until all are accepted; false where none is for so long."""
        reached, end = -1, 0
        while any(thread.is_alive() for thread in self.threads):
            if self.next > reached:
                reached, end = self.next, time.monotonic() + seconds
            if time.monotonic() > end:
                self.refused.append(f"for {seconds} s no request is accepted")
                return False
            time.sleep(0.1)
        return True

    def close(self):
        """Nothing is asked any more."""
        self.over.set()
        for thread in (*self.threads, self.looker):
            thread.join()
        self.log.close()

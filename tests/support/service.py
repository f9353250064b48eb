"""Starts the real server on a free port and talks to it as clients do. Standard library only."""

import base64
import contextlib
import http.client
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import uuid
import zlib

REPO = pathlib.Path(__file__).resolve().parents[2]
DATA = REPO / "tests" / "data"
PHOTO = (DATA / "astronaut.png").read_bytes()
OTHER_PHOTO = (DATA / "official_portrait.jpg").read_bytes()
NO_FACE = (DATA / "image" / "alpha.png").read_bytes()
MODELS = REPO / "models"
NEEDED = ("face_detection_full_range.tflite", "face_landmark.tflite", "selfie_segmentation.tflite")
DLIB = MODELS / "shape_predictor_68_face_landmarks.dat"  # optional: tools/fetch --with dlib

# Fields that make the work small.
SMALL = {"width": "64", "height": "64", "enhance_photo": "off", "matte_quality": "fast"}


def png_of(header, rows):
    """A PNG: its header, and its rows with a byte for the filter before each."""
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")
        for kind, data in ((b"IHDR", header), (b"IDAT", zlib.compress(rows, 1)), (b"IEND", b"")))


def plain_png(side, px):
    """A PNG of one colour: one level for grey, three for RGB."""
    header = side.to_bytes(4, "big") * 2 + bytes((8, 0 if len(px) == 1 else 2, 0, 0, 0))
    return png_of(header, (b"\0" + bytes(px) * side) * side)


def stacked(png, count=2):
    """A PNG with the picture below itself, so that it has more faces: the rows as they are packed,
    with a black one between them that nothing is predicted from."""
    chunks, at = {}, 8
    while at < len(png):
        length = int.from_bytes(png[at:at + 4], "big")
        chunks[png[at + 4:at + 8]] = chunks.get(png[at + 4:at + 8], b"") + png[at + 8:at + 8 + length]
        at += 12 + length
    rows = zlib.decompress(chunks[b"IDAT"])
    height = int.from_bytes(chunks[b"IHDR"][4:8], "big")
    black = bytes(len(rows) // height)
    header = (chunks[b"IHDR"][:4] + (count * (height + 1)).to_bytes(4, "big") + chunks[b"IHDR"][8:])
    return png_of(header, (rows + black) * count)


def program():
    """The program under test: the first argument of the script."""
    return os.path.realpath(os.environ["FC_PROGRAM"])


def has_sanitizer():
    """Whether the program has memory of a sanitizer, which is larger than what tests measure."""
    return b"__asan_init" in pathlib.Path(program()).read_bytes()


HELD = []  # sockets that keep ports from others


def free_port():
    """A port that nobody listens on. A socket that is bound and does not listen holds it until the
    script ends: nobody else gets it, also while a server is started again, and servers, which share
    addresses (SO_REUSEADDR), may listen on it."""
    held = socket.socket()
    HELD.append(held)
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    held.bind(("127.0.0.1", 0))
    return held.getsockname()[1]


class Answer:
    """What came back."""

    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers
        self.body = body

    @property
    def json(self):
        """The body, read as JSON; keeps the order of the keys."""
        return json.loads(self.body)

    def header(self, name):
        """The value of a header, or None."""
        return self.headers.get(name)


def multipart(fields=(), files=()):
    """A body and its Content-Type. `files`: (field, file name, bytes)."""
    boundary = uuid.uuid4().hex
    parts = []
    for name, value in dict(fields).items():
        parts.append(f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'
                     f"{value}\r\n".encode())
    for field, name, content in files:
        parts.append(f'--{boundary}\r\nContent-Disposition: form-data; name="{field}"; '
                     f'filename="{name}"\r\nContent-Type: application/octet-stream\r\n\r\n'.encode()
                     + content + b"\r\n")
    parts.append(f"--{boundary}--\r\n".encode())
    return b"".join(parts), f"multipart/form-data; boundary={boundary}"


class Server:
    """One running server in an empty folder of its own. `before`: what runs the program; `command`:
    serve, or worker."""

    def __init__(self, before=(), command="serve", **variables):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="facecraft-"))
        self.port = free_port()
        self.output = self.folder / "processed"
        self.log = self.folder / "log"
        environment = {name: value for name, value in os.environ.items()
                       if not name.startswith("FACECRAFT_")}
        environment.update({
            "FACECRAFT_HOST": "127.0.0.1",
            "FACECRAFT_PORT": str(self.port),
            "FACECRAFT_OUTPUT_DIR": str(self.output),
            "FACECRAFT_UPLOAD_DIR": str(self.folder / "uploads"),
            "FACECRAFT_MODELS_DIR": str(MODELS),
            "FACECRAFT_REQUEST_DEADLINE_S": "600",  # sanitizers on a busy machine are slow
        })
        environment.update({f"FACECRAFT_{name}": str(value) for name, value in variables.items()})
        self.environment = environment
        self.before = list(before)
        self.command = command
        self.start()

    def start(self, ready=True):
        """Start it, or start it again, and wait until it is ready, or only there."""
        self.spawn()
        self.wait_ready((200,) if ready else (200, 503))

    def spawn(self):
        """Start it, or start it again."""
        with open(self.log, "ab") as log:
            self.child = subprocess.Popen([*self.before, program(), self.command], cwd=self.folder, stdout=log,
                                            stderr=log, env=self.environment)

    def wait_ready(self, statuses=(200,)):
        """Until /ready says so, at most a minute (sanitizers are slow)."""
        end = time.monotonic() + 60
        while time.monotonic() < end:
            if self.child.poll() is not None:
                raise RuntimeError(f"the server ended: {self.log.read_text()}")
            try:
                if self.get("/ready").status in statuses:
                    return
            except OSError:
                pass
            time.sleep(0.05)
        raise RuntimeError(f"not ready: {self.log.read_text()}")

    def await_log(self, pattern):
        """Wait until a line of the log matches: a thread of its own writes it, after the answer."""
        wait_until(lambda: re.search(pattern, self.log.read_text()),
                   lambda: f"{pattern!r} is not in the log: {self.log.read_text()}")

    def await_not_ready(self):
        """Wait until /ready says no."""
        wait_until(lambda: self.get("/ready").status == 503, "it is still ready")

    def stop(self, seconds=30):
        """Ask it to end; its exit code."""
        if self.child.poll() is None:
            self.child.send_signal(signal.SIGTERM)
        return self.child.wait(seconds)

    def close(self):
        """End it whatever it does and remove its folder."""
        if self.child.poll() is None:
            self.child.kill()
            self.child.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def connect(self, timeout=600):
        """A connection of its own."""
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)

    def request(self, method, path, body=None, headers=None):
        """One request on a connection of its own."""
        connection = self.connect()
        try:
            connection.request(method, path, body, headers or {})
            response = connection.getresponse()
            return Answer(response.status, response.headers, response.read())
        finally:
            connection.close()

    def get(self, path, **headers):
        """GET; header names with _ for -."""
        return self.request("GET", path, headers=dashed(headers))

    def delete(self, path, **headers):
        """DELETE."""
        return self.request("DELETE", path, headers=dashed(headers))

    def post_form(self, path, fields=(), files=(), **headers):
        """POST a multipart form."""
        body, kind = multipart(fields, files)
        return self.request("POST", path, body, {"Content-Type": kind, **dashed(headers)})

    def process(self, photo=PHOTO, name="photo.png", headers=None, **fields):
        """POST /api/v1/process."""
        return self.post_form("/api/v1/process", fields, [("file", name, photo)],
                              **(headers or {}))

    def raw(self, data, seconds=20):
        """Send bytes as they are; everything that comes back until the server closes."""
        with socket.create_connection(("127.0.0.1", self.port), seconds) as link:
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                link.sendall(data)
            received = b""
            with contextlib.suppress(ConnectionResetError, TimeoutError):
                while True:
                    part = link.recv(65536)
                    if not part:
                        break
                    received += part
            return received

    def files(self):
        """Names of all files in the output folder but those of the database and its lock."""
        if not self.output.exists():
            return []
        return sorted(str(path.relative_to(self.output)) for path in self.output.rglob("*")
                      if path.is_file() and ".db" not in path.name
                      and path.suffix != ".lock")


def dashed(headers):
    """Keyword arguments as header names."""
    return {name.replace("_", "-"): value for name, value in headers.items()}


def in_parallel(count, work, meanwhile=lambda: None):
    """Call work(0..count-1) in threads of their own, and `meanwhile` here; the results in order."""
    results = [None] * count

    def run(index):
        try:
            results[index] = work(index)
        except Exception as error:  # the test looks at it
            results[index] = error

    threads = [threading.Thread(target=run, args=(i,), daemon=True) for i in range(count)]
    for thread in threads:
        thread.start()
    meanwhile()
    for thread in threads:
        thread.join()
    return results


def picture_size(content):
    """(type, width, height) of a PNG or JPEG; every PNG chunk's checksum is checked."""
    if content[:8] == b"\x89PNG\r\n\x1a\n":
        at = 8
        while at < len(content):
            length = int.from_bytes(content[at:at + 4], "big")
            chunk = content[at + 4:at + 8 + length]
            assert zlib.crc32(chunk) == int.from_bytes(content[at + 8 + length:at + 12 + length],
                                                       "big"), "a torn PNG"
            at += 12 + length
        assert content[-8:-4] == b"IEND", "a PNG without an end"
        return "png", *(int.from_bytes(content[i:i + 4], "big") for i in (16, 20))
    if content[:3] == b"\xff\xd8\xff":
        assert content[-2:] == b"\xff\xd9", "a JPEG without an end"
        at = 2
        while content[at + 1] not in (0xC0, 0xC1, 0xC2):
            at += 2 + int.from_bytes(content[at + 2:at + 4], "big")
        height, width = (int.from_bytes(content[i:i + 2], "big") for i in (at + 5, at + 7))
        return "jpg", width, height
    raise AssertionError(f"no picture: {content[:40]!r}")


class ServiceTest(unittest.TestCase):
    """Tests of one server; VARIABLES are its settings."""

    VARIABLES = {}

    @classmethod
    def setUpClass(cls):
        cls.server = Server(**cls.VARIABLES)

    @classmethod
    def tearDownClass(cls):
        cls.server.close()


class ServersTest(unittest.TestCase):
    """Each case has servers of its own."""

    def serve(self, **variables):
        """A server that is closed at the end of the case."""
        server = Server(**variables)
        self.addCleanup(server.close)
        return server


def wait_until(condition, what, seconds=60):
    """Wait until a condition holds and return what it gave; `what` is said where it does not, a text
    or what makes one."""
    end = time.monotonic() + seconds
    while not (found := condition()):
        if time.monotonic() > end:
            raise AssertionError(what() if callable(what) else what)
        time.sleep(0.02)
    return found


def wait_job(server, job_id, seconds=120):
    """The job once it has ended."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        answer = server.get(f"/api/v1/jobs/{job_id}")
        if answer.status == 200 and answer.json["status"] in ("succeeded", "failed", "cancelled"):
            return answer.json
        time.sleep(0.05)
    raise AssertionError(f"the job does not end: {answer.body}")


def encode(content):
    """Base64 as text."""
    return base64.b64encode(content).decode()


def main():
    """Run the tests of the calling script: script.py PROGRAM [unittest's own arguments]."""
    os.environ["FC_PROGRAM"] = sys.argv.pop(1)
    if not all((MODELS / name).exists() for name in NEEDED):
        print("skipped: no models are fetched")
        sys.exit(77)
    unittest.main(verbosity=2, failfast=False)

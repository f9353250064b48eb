#!/usr/bin/env python3
"""facecraft models fetch against a mirror on this machine: resuming, lying servers, refusals."""
import atexit
import fcntl
import hashlib
import http.server
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import threading

PROGRAM = os.path.realpath(sys.argv[1])
NAME = "selfie_segmentation"
SOURCE = pathlib.Path("models") / f"{NAME}.tflite"
if not SOURCE.exists():
    print("skipped: no models are fetched")
    sys.exit(77)
CONTENT = SOURCE.read_bytes()
tempfile.tempdir = tempfile.mkdtemp()  # all that follow are in it
atexit.register(shutil.rmtree, tempfile.tempdir)


class Mirror(http.server.BaseHTTPRequestHandler):
    """Serves CONTENT under every path, in the way that `mode` says."""
    mode = "good"
    ranges = []
    paths = []

    def do_GET(self):
        Mirror.paths.append(self.path)
        start = int(self.headers.get("Range", "bytes=0-")[6:].rstrip("-"))
        Mirror.ranges.append(start)
        body = CONTENT
        if Mirror.mode == "tampered":
            body = CONTENT[:-1] + bytes([CONTENT[-1] ^ 1])
        if Mirror.mode == "long":
            body = CONTENT + b"x"
        if Mirror.mode == "missing":
            self.send_error(404)
            return
        if Mirror.mode == "elsewhere":
            self.send_response(302)
            self.send_header("Location", "file:///etc/passwd")
            self.end_headers()
            return
        if Mirror.mode == "no ranges" or start == 0:
            self.send_response(200)
            start = 0
        else:
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {start}-{len(body) - 1}/{len(body)}")
        if Mirror.mode != "long":  # a length would give it away before the first byte
            self.send_header("Content-Length", str(len(body) - start))
        self.end_headers()
        half = len(body) // 2
        self.wfile.write(body[start:half] if Mirror.mode == "cut" else body[start:])

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Mirror)
threading.Thread(target=server.serve_forever, daemon=True).start()
BASE = f"http://127.0.0.1:{server.server_port}/models"
failures = 0


def check(what, condition, detail=""):
    global failures
    if not condition:
        failures += 1
        print("FAILED:", what, detail)


class Scene:
    """A new folder for the models, and one call of the program."""

    def __init__(self, mode="good", part=None):
        Mirror.mode = mode
        Mirror.ranges.clear()
        Mirror.paths.clear()
        self.folder = pathlib.Path(tempfile.mkdtemp())
        self.file = self.folder / SOURCE.name
        self.part = self.folder / f"{SOURCE.name}.part"
        if part is not None:
            self.part.write_bytes(part)

    def fetch(self, *arguments, base=BASE, **variables):
        environment = {name: value for name, value in os.environ.items()
                       if not name.startswith("FACECRAFT_") and "proxy" not in name.lower()}
        environment.update(FACECRAFT_MODELS_DIR=str(self.folder), **variables)
        flags = ["--base-url", base] if base else []
        done = subprocess.run([PROGRAM, "models", "fetch", *arguments, *flags], env=environment,
                              capture_output=True, text=True, timeout=60)
        self.code, self.said = done.returncode, done.stderr
        return self

    def expect(self, code, text, there=False):
        what = f"exit {code} with '{text}'"
        check(what, self.code == code and text in self.said, f"{self.code}: {self.said}")
        check(f"{what}: one line", sum(line.startswith("facecraft: ") for line in
                                       self.said.splitlines()) == 1, self.said)
        is_there = self.file.exists()
        check(f"{what}: the file", is_there == there)
        if is_there:
            check(f"{what}: its content", self.file.read_bytes() == CONTENT)
        return self


good = Scene().fetch(NAME).expect(0, "its hash is right", there=True)
check("the mirror is asked for the file's name", Mirror.paths == [f"/models/{SOURCE.name}"])
check("nothing temporary is left", list(good.folder.iterdir()) == [good.file])
good.fetch(NAME).expect(0, "is there", there=True)
check("what is there is not asked for again", len(Mirror.paths) == 1)
good.file.write_bytes(b"words")
good.fetch(NAME).expect(0, "its hash is right", there=True)

Scene(part=CONTENT[:100000]).fetch(NAME).expect(0, "its hash is right", there=True)
check("a download goes on where it stopped", Mirror.ranges == [100000], Mirror.ranges)
Scene("no ranges", part=CONTENT[:100000]).fetch(NAME).expect(0, "hash is right", there=True)
check("or begins again", len(Mirror.ranges) >= 1)
Scene("missing", part=CONTENT).fetch(NAME).expect(0, "hash is right", there=True)
check("a whole part needs no server", Mirror.ranges == [])
cut = Scene("cut").fetch(NAME).expect(8, f"{BASE}/{SOURCE.name}: ")
check("what came stays for the next time", cut.part.stat().st_size == len(CONTENT) // 2)
Mirror.mode = "good"
cut.fetch(NAME).expect(0, "its hash is right", there=True)

tampered = Scene("tampered").fetch(NAME).expect(7, "nothing was put in place")
check("a bad file is deleted", list(tampered.folder.iterdir()) == [])
spoilt = Scene(part=b"x" * 100).fetch(NAME).expect(7, "SHA-256 is ")
check("a spoilt beginning is deleted", list(spoilt.folder.iterdir()) == [])
Scene("long").fetch(NAME).expect(8, "larger than the published file")
none = Scene("missing").fetch(NAME).expect(8, "404")
check("a failure leaves nothing behind", list(none.folder.iterdir()) == [])
Scene("elsewhere").fetch(NAME).expect(8, f"{BASE}/{SOURCE.name}: ")

busy = Scene(part=b"")
with open(busy.part, "rb") as held:
    fcntl.flock(held, fcntl.LOCK_EX)
    busy.fetch(NAME).expect(11, "another facecraft fetches it")

for url in ("http://192.0.2.1/models", "ftp://127.0.0.1/models", "file:///tmp", "models", "https://"):
    Scene().fetch(NAME, base=url).expect(2, "allowed: https, or http to this machine")
Scene().fetch(NAME, base=None).expect(2, "comes in the Python package mediapipe: run tools/fetch")
Scene().fetch(NAME, base="http://127.0.0.1:1").expect(8, "http://127.0.0.1:1/")
Scene().fetch("selfie").expect(2, "is no model")
Scene().fetch("codeformer", FACECRAFT_COMMERCIAL_ONLY="true").expect(7, "refused: ")
check("what is refused is not asked for", Mirror.paths == [])


# What comes in a Debian package is got by apt-get, whose part a script plays here.
class Debian(Scene):
    """A folder for the models, and an apt-get that does what SCRIPT says."""

    def __init__(self, script):
        super().__init__()
        self.file = self.folder / "shape_predictor_68_face_landmarks.dat"
        self.tools = pathlib.Path(tempfile.mkdtemp())
        apt_get = self.tools / "apt-get"
        apt_get.write_text(f"#!/bin/sh\n{script}\n")
        apt_get.chmod(0o755)

    def get(self):
        """Fetch dlib's file."""
        return self.fetch("dlib", base=None, PATH=f"{self.tools}:{os.environ['PATH']}")

    def expect_dlib(self, code, text, there=False):
        """Exit code, one line, and nothing in the folder but the file."""
        what = f"apt-get: exit {code} with '{text}'"
        check(what, self.code == code and text in self.said, f"{self.code}: {self.said}")
        left = [path.name for path in self.folder.iterdir()]
        check(f"{what}: the folder", left == ([self.file.name] if there else []), left)


def package(content):
    """A Debian package that has dlib's file with this content; None where none can be made."""
    box = pathlib.Path(tempfile.mkdtemp())
    (box / "DEBIAN").mkdir()
    (box / "DEBIAN" / "control").write_text(
        "Package: libdlib-data\nVersion: 1\nArchitecture: all\n"
        "Maintainer: none <none@example>\nDescription: a box\n")
    inside = box / "usr" / "share" / "dlib" / "shape_predictor_68_face_landmarks.dat"
    inside.parent.mkdir(parents=True)
    inside.write_bytes(content)
    deb = box.parent / f"{box.name}.deb"
    subprocess.run(["dpkg-deb", "-Znone", "--root-owner-group", "--build", box, deb], check=True,
                   capture_output=True)
    return deb


DLIB = pathlib.Path("models") / "shape_predictor_68_face_landmarks.dat"
if shutil.which("dpkg-deb"):
    offline = Debian("echo 'E: no network here' >&2; exit 100").get()
    offline.expect_dlib(8, "package libdlib-data: E: no network here")
    wrong = Debian(f"cp {package(b'words')} .").get()
    wrong.expect_dlib(7, "libdlib-data: SHA-256 is ")
    lists = Debian(f"""case "$*" in
        *update) ;;
        *Dir::State::lists*) cp {package(b'words')} . ;;
        *) echo 'E: no lists' >&2; exit 100 ;; esac""").get()
    lists.expect_dlib(7, "libdlib-data: SHA-256 is ")
    empty = Debian(f"cp {package(b'')} .").get()
    empty.expect_dlib(8, "there is no usr/share/dlib/shape_predictor")
    if DLIB.exists():
        genuine = Debian(f"cp {package(DLIB.read_bytes())} .").get()
        genuine.expect_dlib(0, "its hash is right", there=True)
    else:
        print("dlib's model is not fetched (tools/fetch --with dlib): one case is skipped")
    nothing = Debian("exit 1")
    nothing.fetch("dlib", base=None, FACECRAFT_COMMERCIAL_ONLY="true").expect_dlib(7, "refused: ")

closed = Scene()
closed.folder = closed.folder / "nowhere" / "deeper"
closed.fetch(NAME).expect(8, "No such file or directory")

check("the mirror had the published file",
      f"sha256:    {hashlib.sha256(CONTENT).hexdigest()}" in pathlib.Path("supply.lock").read_text())
print("failed:" if failures else "passed", failures or "")
sys.exit(failures > 0)

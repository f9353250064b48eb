"""The contestants: each a process of its own that is asked over HTTP on loopback."""

import base64
import http.client
import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
import uuid

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
START_S = 900  # the first import of rembg compiles for minutes
ANSWER_S = 900
TICKS = os.sysconf("SC_CLK_TCK")


def free_port():
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Refused(Exception):
    """The contestant answered that it cannot do this photo."""


class Contestant:
    """Starts, answers, and tells what it cost."""

    def __init__(self, name, ready_path):
        self.name, self.ready_path = name, ready_path
        self.port = self.child = None

    def command(self):
        """Program and variables."""
        raise NotImplementedError

    def request(self, data):
        """Path, body and headers for one photo."""
        raise NotImplementedError

    def read(self, status, body):
        """PNG bytes and the box of the face, or Refused."""
        raise NotImplementedError

    def start(self):
        """Start it; seconds until it says that it is ready."""
        self.port = free_port()
        arguments, variables, folder = self.command()
        begun = time.monotonic()
        self.child = subprocess.Popen(arguments, cwd=folder, env={**os.environ, **variables},
                                      stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while time.monotonic() - begun < START_S:
            if self.child.poll() is not None:
                raise RuntimeError(f"{self.name} ended with code {self.child.returncode}")
            try:
                link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
                link.request("GET", self.ready_path)
                if link.getresponse().status == 200:
                    return time.monotonic() - begun
            except OSError:
                pass
            time.sleep(0.002)
        raise RuntimeError(f"{self.name} is not ready after {START_S} s")

    def stop(self):
        """End it and wait."""
        if self.child is not None:
            self.child.terminate()
            try:
                self.child.wait(20)
            except subprocess.TimeoutExpired:
                self.child.kill()
                self.child.wait()
            self.child = None

    def ask(self, data):
        """Milliseconds, and what came back: PNG bytes and box."""
        path, body, headers = self.request(data)
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=ANSWER_S)
        begun = time.monotonic()
        link.request("POST", path, body, headers)
        answer = link.getresponse()
        received = answer.read()
        spent = 1000 * (time.monotonic() - begun)
        link.close()
        return spent, self.read(answer.status, received)

    def peak_mb(self):
        """Most memory that it had at any time."""
        for line in pathlib.Path(f"/proc/{self.child.pid}/status").read_text().splitlines():
            if line.startswith("VmHWM"):
                return int(line.split()[1]) / 1024
        return 0.0

    def cpu_s(self):
        """Processor seconds that it has used, with all processes that it has made."""
        stats = {}
        for path in pathlib.Path("/proc").glob("[0-9]*/stat"):
            try:
                stats[path.parent.name] = path.read_text().rsplit(")", 1)[1].split()
            except OSError:  # it has ended, and counts with its parent
                pass
        family = {str(self.child.pid)}
        while new := {pid for pid, stat in stats.items() if stat[1] in family} - family:
            family |= new
        # User and system time, its own and of children that have ended.
        return sum(int(field) for pid in family for field in stats[pid][11:15]) / TICKS

    def crowd(self, data, clients, photos):
        """`photos` requests by `clients` connections at once: seconds and processor seconds."""
        left, lock, failed = [photos], threading.Lock(), []

        def work():
            while True:
                with lock:
                    if left[0] == 0 or failed:
                        return
                    left[0] -= 1
                try:
                    self.ask(data)
                except (Refused, OSError, http.client.HTTPException) as error:
                    failed.append(error)

        used, begun = self.cpu_s(), time.monotonic()
        threads = [threading.Thread(target=work) for _ in range(clients)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if failed:
            raise RuntimeError(f"{self.name} with {clients} clients: {failed[0]}")
        return time.monotonic() - begun, self.cpu_s() - used


class Rival(Contestant):
    """The old chain, or rembg alone."""

    def __init__(self, name, kind, network):
        super().__init__(name, "/")
        self.kind, self.network = kind, network

    def command(self):
        predictor = ROOT / "models" / "shape_predictor_68_face_landmarks.dat"
        return ([sys.executable, str(HERE / "rival.py"), self.kind, str(self.port),
                 str(self.network), str(predictor)],
                {"U2NET_HOME": str(self.network.parent)}, HERE)

    def request(self, data):
        return "/", data, {"Content-Type": "application/octet-stream"}

    def read(self, status, body):
        answer = json.loads(body)
        if status != 200:
            raise Refused(answer.get("error", status))
        return base64.b64decode(answer["png"]), answer.get("box")


class Facecraft(Contestant):
    """This program, as its service."""

    def __init__(self, name, program, models, **variables):
        super().__init__(name, "/ready")
        self.program, self.models, self.variables = program, models, variables
        self.folder = None

    def command(self):
        self.folder = tempfile.mkdtemp(prefix="compare-")
        variables = {"HOST": "127.0.0.1", "PORT": str(self.port), "MODELS_DIR": str(self.models),
                     "OUTPUT_DIR": f"{self.folder}/processed", "MAX_UPLOAD_SIZE_MB": "256",
                     "REQUEST_DEADLINE_S": "600", "BODY_DEADLINE_S": "600", "LOG_LEVEL": "ERROR",
                     **self.variables}
        named = {f"FACECRAFT_{name}": value for name, value in variables.items()}
        return [str(self.program), "serve"], named, self.folder

    def stop(self):
        super().stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def request(self, data):
        edge = uuid.uuid4().hex
        head = (f"--{edge}\r\nContent-Disposition: form-data; name=\"return_base64\"\r\n\r\ntrue"
                f"\r\n--{edge}\r\nContent-Disposition: form-data; name=\"file\"; "
                "filename=\"photo\"\r\nContent-Type: application/octet-stream\r\n\r\n")
        body = head.encode() + data + f"\r\n--{edge}--\r\n".encode()
        return "/api/v1/process", body, {"Content-Type": f"multipart/form-data; boundary={edge}"}

    def read(self, status, body):
        answer = json.loads(body)
        if status != 200 or not answer["success"]:
            raise Refused(answer.get("error_message") or answer.get("detail") or status)
        box = answer["result"]["face_position"]
        return (base64.b64decode(answer["png_base64"]),
                [box["x"], box["y"], box["width"], box["height"]])

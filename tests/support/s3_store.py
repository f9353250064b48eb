"""SeaweedFS, an S3 store, in an empty folder of its own."""

import http.client
import json
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import time

import service

PROGRAM = pathlib.Path(__file__).resolve().parents[2] / "deps" / "seaweedfs" / "weed"
PAGE = 1000
KEY, SECRET = "tester", "no secret at all"


def need():
    """Skip the script where the program was not fetched."""
    if not PROGRAM.exists():
        print("skipped: no deps/seaweedfs/weed (tools/fetch --with s3)")
        sys.exit(77)


def free_ports(count):
    """Ports that nobody listens on at this moment."""
    probes = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    return ports


class S3Store:
    """One running store at an address; with `keeps_ports` it has the same ports when it is started
    again."""

    def __init__(self, host="127.0.0.1", keeps_ports=False):
        self.host, self.keeps_ports, self.ports = host, keeps_ports, None
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="fc-s3-", dir="/tmp"))
        self.program = self.folder / "weed"
        self.program.symlink_to(PROGRAM)
        PROGRAM.chmod(0o755)
        identity = {"name": "tester", "actions": ["Admin", "Read", "Write", "List"],
                    "credentials": [{"accessKey": KEY, "secretKey": SECRET}]}
        self.config = self.folder / "s3.json"
        self.config.write_text(json.dumps({"identities": [identity]}), encoding="ascii")
        self.start()

    def start(self):
        """Start it, with other ports where these are taken meanwhile, until it answers."""
        end = time.monotonic() + 120
        while not self.try_once(end):
            if time.monotonic() > end:
                raise RuntimeError((self.folder / "log").read_text()[-4000:])

    def try_once(self, end):
        """Start it; false where it ends again."""
        ports = self.ports or ([service.free_port() for _ in range(8)] if self.keeps_ports
                               else free_ports(8))
        names = ("master.port", "master.port.grpc", "volume.port", "volume.port.grpc", "filer.port",
                 "filer.port.grpc", "s3.port", "s3.port.grpc")
        options = [text for name, port in zip(names, ports) for text in (f"-{name}", str(port))]
        data = self.folder / "data"
        data.mkdir(exist_ok=True)
        with open(self.folder / "log", "ab") as log:
            self.child = subprocess.Popen(
                [self.program, "server", "-dir", data, "-ip", self.host, "-ip.bind", self.host,
                 "-filer", "-s3", "-s3.config", self.config, "-s3.port.iceberg", "0",
                 "-s3.port.lance", "0", "-master.telemetry=false", "-master.volumeSizeLimitMB", "64",
                 "-volume.max", "64", *options], cwd=self.folder, stdout=log, stderr=log)
        self.port, self.filer_port = ports[6], ports[4]
        self.endpoint = f"http://{self.host}:{self.port}"
        while self.child.poll() is None and time.monotonic() < end:
            try:
                if self.status() in (200, 403):
                    self.ports = ports if self.keeps_ports else None
                    return True
            except OSError:
                pass
            time.sleep(0.05)
        self.child.kill()
        self.child.wait()
        return False

    def status(self):
        """What it answers to somebody without a key."""
        link = http.client.HTTPConnection(self.host, self.port, timeout=10)
        try:
            link.request("GET", "/")
            return link.getresponse().status
        finally:
            link.close()

    def names(self, path):
        """Names of the objects below bucket/prefix."""
        return list(self.sizes(path))

    def sizes(self, path):
        """Bytes of the objects below bucket/prefix, by their names."""
        found, last = {}, ""
        while True:
            page = self.page(f"/buckets/{path}/?limit={PAGE}&lastFileName={last}")
            found.update((entry["FullPath"].rsplit("/", 1)[1], entry["FileSize"])
                         for entry in page)
            if len(page) < PAGE:
                return found
            last = page[-1]["FullPath"].rsplit("/", 1)[1]

    def page(self, path):
        """One page of what the filer lists; nothing where there is no such folder."""
        link = http.client.HTTPConnection(self.host, self.filer_port, timeout=60)
        try:
            link.request("GET", path, headers={"Accept": "application/json"})
            answer = link.getresponse()
            body = answer.read()
            return (json.loads(body)["Entries"] or []) if answer.status == 200 else []
        finally:
            link.close()

    def kill(self):
        """kill -9."""
        self.child.kill()
        self.child.wait()

    def close(self):
        """End it and remove its folder."""
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

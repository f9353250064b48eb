#!/usr/bin/env python3
"""The log: nobody has to read it, and nothing else is written into it."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
# pylint: disable=wrong-import-position
import os
import re
import signal
import subprocess
import tempfile
import unittest

import service
from service import DATA, MODELS, SMALL


class PipedServer(service.Server):
    """A server whose log goes into a pipe that nobody reads."""

    def start(self):
        self.reading, writing = os.pipe()
        self.child = subprocess.Popen([service.program(), "serve"], cwd=self.folder,
                                      stdout=subprocess.DEVNULL, stderr=writing,
                                      env=self.environment)
        os.close(writing)
        self.log.touch()
        self.wait_ready()

    def lost(self):
        """Lines that the metrics say were lost."""
        text = self.get("/metrics").body.decode()
        return int(re.search(r"^facecraft_log_lines_lost_total (\d+)$", text, re.M).group(1))

    def fill(self):
        """Ask until lines get lost: the pipe and all that waits for it is full then."""
        connection = self.connect(60)
        for _ in range(100):
            for _ in range(100):
                connection.request("GET", "/health")
                assert connection.getresponse().read()
            if self.lost() > 0:
                connection.close()
                return
        raise AssertionError("nothing was lost")


class Unread(unittest.TestCase):
    """Whoever should read the log does not."""

    def setUp(self):
        self.server = PipedServer()
        self.addCleanup(self.server.close)

    def test_the_service_goes_on_and_ends(self):
        self.server.fill()
        self.assertEqual(self.server.get("/health").status, 200)
        self.assertEqual(self.server.process(**SMALL).status, 200)
        self.server.child.send_signal(signal.SIGHUP)  # logs as well
        self.assertEqual(self.server.get("/ready").status, 200)
        self.assertEqual(self.server.stop(), 0)

    def test_what_was_lost_is_said_when_the_log_flows_again(self):
        self.server.fill()
        text = b""
        while b"log lines were lost" not in text:
            text += os.read(self.server.reading, 65536)
        self.assertRegex(text, rb"log lines were lost: nobody read them lines=[1-9]")
        self.assertEqual(self.server.get("/health").status, 200)

    def test_a_reader_that_has_left_changes_nothing(self):
        os.close(self.server.reading)
        for _ in range(5):
            self.assertEqual(self.server.get("/health").status, 200)
        service.wait_until(lambda: self.server.lost() > 0, "nothing was lost")
        self.assertEqual(self.server.stop(), 0)


class Closed(unittest.TestCase):
    """Started without standard input, output and error."""

    def test_no_file_of_the_service_takes_their_place(self):
        server = service.Server.__new__(service.Server)
        closed = "exec \"$0\" serve <&- >&- 2>&-"

        def start():
            server.child = subprocess.Popen(["sh", "-c", closed, service.program()],
                                            cwd=server.folder, env=server.environment)
            server.wait_ready()

        server.start = start
        server.__init__()
        self.addCleanup(server.close)
        server.log.touch()
        for number in range(3):
            self.assertEqual(os.readlink(f"/proc/{server.child.pid}/fd/{number}"), "/dev/null")
        self.assertEqual(server.process(**SMALL).status, 200)
        self.assertEqual(server.stop(), 0)

    def test_no_portrait_takes_their_place(self):
        with tempfile.TemporaryDirectory() as folder:
            portrait = pathlib.Path(folder, "portrait.png")
            done = subprocess.run(["sh", "-c", 'exec "$@" <&- >&- 2>&-', "sh", service.program(),
                                   "process", str(DATA / "astronaut.png"), "-o", str(portrait),
                                   "--models-dir", str(MODELS)], check=False, timeout=100)
            self.assertEqual(service.picture_size(portrait.read_bytes())[0], "png")
            self.assertEqual(done.returncode, 8)  # it could not say what it did


if __name__ == "__main__":
    service.main()

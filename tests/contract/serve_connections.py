#!/usr/bin/env python3
"""Many connections, few descriptors, no threads: the service stays alive and says so."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
# pylint: disable=wrong-import-position
import contextlib
import os
import resource
import socket
import time

import service
from service import SMALL, wait_until

HEALTH = b"GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
HALF_BODY = (b"POST /api/v1/process HTTP/1.1\r\nHost: x\r\nContent-Type: image/png\r\n"
             b"Expect: 100-continue\r\nContent-Length: 1000\r\n\r\n")


def accepted(server):
    """How many connections a server has: sockets of its port that are open at its end, and have a
    number, as those that wait to be accepted do not."""
    lines = pathlib.Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()[1:]
    sockets = [line.split() for line in lines]
    return sum(one[1].endswith(f":{server.port:04X}") and one[3] in ("01", "08") and one[9] != "0"
               for one in sockets)


def cpu_s(server):
    """Processor time that a server has used."""
    stat = pathlib.Path(f"/proc/{server.child.pid}/stat").read_text(encoding="ascii")
    user, system = stat.rsplit(")", 1)[1].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


class Connections(service.ServiceTest):
    """Clients of one test; all are closed at its end."""

    def setUp(self):
        self.links = contextlib.ExitStack()
        self.addCleanup(self.links.close)

    def connect(self, data=b""):
        """A connection that has sent something."""
        link = self.links.enter_context(socket.create_connection(("127.0.0.1", self.server.port),
                                                                 20))
        link.sendall(data)
        return link

    def await_rest(self):
        """Until the server has let go of all connections."""
        wait_until(lambda: accepted(self.server) == 0, "others stay")

    def occupy(self, count):
        """So many connections that are within a body, and no others."""
        self.await_rest()
        for _ in range(count):
            self.assertTrue(self.connect(HALF_BODY).recv(100).startswith(b"HTTP/1.1 100 "))

    def limit(self, what, soft):
        """Set a limit of the running server until the test ends."""
        pid = self.server.child.pid
        before = resource.prlimit(pid, what)
        resource.prlimit(pid, what, (soft, before[1]))
        self.addCleanup(resource.prlimit, pid, what, before)

    def warnings(self):
        """Lines of the log that tell of a shortage."""
        return [line for line in self.server.log.read_text().splitlines() if "turned away" in line]

    def told(self, data):
        """The first line of the answer to a request on a connection of its own."""
        return self.server.raw(data).split(b"\r\n")[0]


class Full(Connections):
    """As many connections as there may be."""

    VARIABLES = {"CONNECTIONS_MAX": 8, "CONNECTIONS_PER_IP": 0, "HEADER_DEADLINE_S": 600,
                 "IDLE_TIMEOUT_S": 600, "BODY_DEADLINE_S": 600}

    def test_who_asks_for_nothing_makes_room(self):
        idle = [self.connect() for _ in range(30)]
        heads = [self.connect(b"GET /health HTTP/1.1\r\nHost: x\r\nA: ") for _ in range(30)]
        for _ in range(5):
            self.assertEqual(self.told(HEALTH), b"HTTP/1.1 200 OK")
        self.assertEqual(self.server.process(**SMALL).status, 200)
        # The oldest have gone; who was seen within a head was told why.
        self.assertEqual(idle[0].recv(100), b"")
        self.assertIn(heads[0].recv(12), (b"", b"HTTP/1.1 503"))

    def test_a_connection_that_was_just_used_outlives_older_ones(self):
        self.await_rest()
        connection = self.server.connect()
        connection.connect()
        idle = [self.connect() for _ in range(4)]
        wait_until(lambda: accepted(self.server) == 5, "not accepted")
        connection.request("GET", "/health")
        connection.getresponse().read()
        idle += [self.connect() for _ in range(4)]
        self.assertEqual(idle[0].recv(100), b"")
        connection.request("GET", "/health")
        self.assertEqual(connection.getresponse().status, 200)
        connection.close()

    def test_health_is_answered_when_all_places_are_at_work(self):
        self.occupy(8)
        for _ in range(40):
            self.assertEqual(self.told(HEALTH), b"HTTP/1.1 200 OK")
        self.assertEqual(self.server.get("/ready").status, 200)
        answer = self.server.get("/status")
        self.assertEqual((answer.status, answer.header("Retry-After")), (503, "1"))
        self.assertEqual(answer.json, {"detail": "too many connections"})
        # The reserve cannot be filled up.
        for _ in range(40):
            self.connect(HALF_BODY)
            self.connect()
        self.assertEqual(self.told(HEALTH), b"HTTP/1.1 200 OK")


class OneAddress(Connections):
    """One client may not have everything."""

    VARIABLES = {"CONNECTIONS_PER_IP": 4, "BODY_DEADLINE_S": 600, "HEADER_DEADLINE_S": 600}

    def test_one_address_replaces_its_own_idle_connections(self):
        idle = [self.connect() for _ in range(12)]
        self.assertEqual(self.told(HEALTH), b"HTTP/1.1 200 OK")
        self.assertEqual(idle[0].recv(100), b"")

    def test_one_address_that_works_everywhere_is_told_to_wait(self):
        self.occupy(4)
        answer = self.server.raw(b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n")
        self.assertTrue(answer.startswith(b"HTTP/1.1 429 "), answer)
        self.assertIn(b"Retry-After: 1\r\n", answer)
        self.assertTrue(answer.endswith(b'{"detail":"too many connections from one address"}'))
        self.server.await_log("connections_per_ip")


class Default(Connections):
    """What is set where nobody has set anything."""

    def test_one_client_cannot_lock_others_out(self):
        for _ in range(600):
            self.connect()
        for _ in range(20):
            self.assertEqual(self.told(HEALTH), b"HTTP/1.1 200 OK")


class Shortage(Connections):
    """The system has nothing left to give."""

    VARIABLES = {"CONNECTIONS_PER_IP": 0, "BODY_DEADLINE_S": 600}

    def test_without_descriptors_clients_are_told_and_nothing_spins(self):
        self.limit(resource.RLIMIT_NOFILE, max(map(int, os.listdir(
            f"/proc/{self.server.child.pid}/fd"))) + 4)
        for _ in range(30):
            self.connect(HALF_BODY)
        wait_until(self.warnings, "nothing is said")
        for _ in range(10):  # answered, or told that it cannot be
            self.assertRegex(self.told(HEALTH), b"^HTTP/1.1 (200|503) ")
        before = cpu_s(self.server)
        time.sleep(2)
        self.assertLess(cpu_s(self.server) - before, 1)
        self.assertEqual(len(self.warnings()), 1)
        self.links.close()
        wait_until(lambda: self.told(HEALTH) == b"HTTP/1.1 200 OK", "not alive again")


class NoThreads(Connections):
    """The system starts no more threads."""

    VARIABLES = {"CONNECTIONS_PER_IP": 0, "BODY_DEADLINE_S": 600}

    def test_without_threads_clients_are_turned_away_and_it_is_said(self):
        if service.has_sanitizer():
            self.skipTest("it has memory of its own")
        status = pathlib.Path(f"/proc/{self.server.child.pid}/statm").read_text(encoding="ascii")
        self.limit(resource.RLIMIT_AS, int(status.split()[0]) * resource.getpagesize())
        for _ in range(480):  # beyond what the C library keeps, fewer than may be connected
            with contextlib.suppress(OSError):
                self.connect(HALF_BODY)
            if self.warnings():
                break
        wait_until(self.warnings, "nothing is said")
        self.doCleanups()
        wait_until(lambda: self.told(HEALTH) == b"HTTP/1.1 200 OK", "not alive again")


if __name__ == "__main__":
    service.main()

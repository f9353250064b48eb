"""A database, an S3 store and the nodes on them, each of which is started again when it ends."""

import contextlib
import http.client
import mmap
import pathlib
import re
import shutil
import signal
import struct
import tempfile
import threading
import time

import network
import postgres
import s3_store
import service

AHEAD_S = 3600


class Node(service.Server):
    """A node and who watches over it. All of its life is in `events`."""

    def __init__(self, name, line, times, **variables):
        self.name, self.line, self.times = name, line, times
        self.lock = threading.Lock()  # whoever does something to its process
        self.line_lock = threading.Lock()
        self.wanted = threading.Event()  # it is to be started when it has ended
        self.over = threading.Event()
        self.codes = []  # with which it ended by itself
        self.clock_file = tempfile.NamedTemporaryFile(prefix="fc-clock-")
        self.clock_file.truncate(8)
        self.clock = mmap.mmap(self.clock_file.fileno(), 8)
        self.wanted.set()
        super().__init__(line.inside if line else (), HOST="0.0.0.0" if line else "127.0.0.1",
                         **variables)
        self.watcher = threading.Thread(target=self.watch)
        self.watcher.start()

    def start(self):
        """Start it; it may end at once where the database is away."""
        self.environment.update(self.times, FC_CHAOS_CLOCK=self.clock_file.name)
        super().spawn()

    def watch(self):
        """Start it again whenever it has ended, as an init system does."""
        while not self.over.wait(0.1):
            with self.lock:
                if self.child.poll() is not None and self.wanted.is_set():
                    self.codes.append(self.child.returncode)
                    self.start()

    def connect(self, timeout=10):
        """A connection of its own."""
        host = self.line.far if self.line else "127.0.0.1"
        return http.client.HTTPConnection(host, self.port, timeout=timeout)

    def ready(self):
        """Whether it says so."""
        with contextlib.suppress(OSError, http.client.HTTPException):
            return self.get("/ready").status == 200
        return False

    def kill(self, seconds):
        """kill -9, and start it again after a while."""
        with self.lock:
            self.child.kill()
            self.child.wait()
            time.sleep(seconds)
            self.start()

    def freeze(self, seconds):
        """Nothing of it runs for a while."""
        with self.lock:
            self.child.send_signal(signal.SIGSTOP)
            time.sleep(seconds)
            self.child.send_signal(signal.SIGCONT)

    def shift_clock(self, ahead_s):
        """Its clock jumps."""
        self.clock[:] = struct.pack("<q", ahead_s)

    def end(self):
        """SIGTERM; its exit code, as a list with those before."""
        self.over.set()
        self.watcher.join()
        self.child.send_signal(signal.SIGTERM)
        return self.codes + [self.child.wait(120)]

    def close(self):
        self.over.set()
        self.watcher.join()
        super().close()


class Cluster:
    """All of it. `times`: FC_CHAOS_CLAIM_S and others, of the nodes."""

    def __init__(self, answering, working, keep, **times):
        self.times = times
        self.hub = network.make_hub()
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="fc-chaos-"))
        self.closing = contextlib.ExitStack()
        if not keep:
            self.closing.callback(shutil.rmtree, self.folder, ignore_errors=True)
        try:
            self.database = postgres.Postgres(f"listen_addresses={self.hub or ''}")
            self.closing.callback(self.database.close)
            if self.hub:
                self.let_all_in()
            self.store = s3_store.S3Store(self.hub or "127.0.0.1", keeps_ports=True)
            self.closing.callback(self.store.close)
        except BaseException:
            self.closing.close()
            raise
        self.database_lock, self.store_lock = threading.Lock(), threading.Lock()
        self.lines = [network.Line(i + 1) if self.hub else None
                      for i in range(answering + working)]
        self.answering, self.nodes, self.path = answering, [], ""

    def let_all_in(self):
        """The database takes connections from the nodes' networks."""
        with open(self.database.data / "pg_hba.conf", "a", encoding="ascii") as rules:
            rules.write("host all all 0.0.0.0/0 trust\n")
        self.database.child.send_signal(signal.SIGHUP)

    def begin(self, path, **variables):
        """Nodes on an empty database and an empty folder of the bucket."""
        self.path = path
        self.database.ask("SET client_min_messages = error; DROP SCHEMA IF EXISTS facecraft CASCADE")
        address = (f"postgresql://facecraft@{self.hub}/postgres" if self.hub
                   else self.database.address)
        for i, line in enumerate(self.lines):
            answers = i < self.answering
            self.nodes.append(Node(
                f"{'server' if answers else 'worker'}-{i + 1}", line, self.times,
                command="serve" if answers else "worker", DATABASE=address, STORE=f"s3://{path}",
                S3_ENDPOINT=self.store.endpoint, S3_ACCESS_KEY=s3_store.KEY,
                S3_SECRET_KEY=s3_store.SECRET, OUTPUT_DIR="/dev/null/nowhere",
                LATER_MAX=100000, QUEUE_LENGTH=1000, CLEANUP_AGE_HOURS=1, **variables))

    def servers(self):
        """The nodes that take photos."""
        return self.nodes[:self.answering]

    def node(self, name):
        """By its name."""
        return next(node for node in self.nodes if node.name == name)

    def await_ready(self, seconds=300):
        """Until all nodes say so."""
        for node in self.nodes:
            service.wait_until(node.ready, lambda n=node: f"{n.name}: {n.log.read_text()[-2000:]}",
                               seconds)

    def end(self):
        """Stop all nodes; the exit codes of each."""
        ended = {node.name: node.end() for node in self.nodes}
        for node in self.nodes:
            shutil.copy(node.log, self.folder / f"{self.path.replace('/', '-')}-{node.name}.log")
            node.close()
        self.nodes = []
        return ended

    def find_in_logs(self, pattern):
        """What the logs of nodes that have ended say, of this run."""
        return [found for path in self.folder.glob(f"{self.path.replace('/', '-')}-*.log")
                for found in re.findall(pattern, path.read_text(errors="replace"))]

    def close(self):
        """End everything, whatever it does."""
        for node in self.nodes:
            node.close()
        for line in self.lines:
            if line:
                line.close()
        self.closing.close()

"""A PostgreSQL server for tests, in an empty folder of its own, on a socket there."""

import glob
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

# The server runs for nobody else than this user where the tests run as root.
UNPRIVILEGED = 65534


def programs():
    """The folder of initdb and postgres, or None where none are installed."""
    found = sorted(glob.glob("/usr/lib/postgresql/*/bin/initdb"))
    return pathlib.Path(found[-1]).parent if found else None


def need():
    """Skip the script where PostgreSQL is not installed."""
    if programs() is None:
        print("skipped: PostgreSQL is not installed")
        sys.exit(77)


class Postgres:
    """One running server. Settings such as "fsync=on" come after those of tests."""

    def __init__(self, *settings):
        self.settings = [word for setting in settings for word in ("-c", setting)]
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="fc-pg-", dir="/tmp"))
        self.data = self.folder / "data"
        self.user = {"user": UNPRIVILEGED, "group": UNPRIVILEGED} if os.geteuid() == 0 else {}
        if self.user:
            os.chown(self.folder, UNPRIVILEGED, UNPRIVILEGED)
        subprocess.run([programs() / "initdb", "-D", self.data, "-U", "facecraft", "-A", "trust",
                        "-E", "UTF8", "--locale=C", "--no-sync"], check=True, cwd=self.folder,
                       stdout=subprocess.DEVNULL, **self.user)
        self.address = f"postgresql://facecraft@/postgres?host={self.folder}"
        self.start()

    def start(self):
        """Start it, or start it again, and wait until it answers."""
        self.child = subprocess.Popen(
            [programs() / "postgres", "-D", self.data, "-k", self.folder, "-c", "listen_addresses=",
             "-c", "fsync=off", "-c", "log_min_messages=panic", *self.settings], cwd=self.folder,
            start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            **self.user)
        end = time.monotonic() + 60
        while self.ask("SELECT 1", check=False) != "1":
            if time.monotonic() > end:
                raise RuntimeError("PostgreSQL does not start")
            if self.child.poll() is not None:  # those of the last one have not ended yet
                return self.start()
            time.sleep(0.02)
        return None

    def ask(self, sql, check=True):
        """What psql prints."""
        answer = subprocess.run(["psql", "-X", "-q", "-A", "-t", "-c", sql, self.address],
                                check=check, text=True, stdout=subprocess.PIPE,
                                stderr=None if check else subprocess.DEVNULL)
        return answer.stdout.strip()

    def kill(self):
        """kill -9 of all its processes: each has a session of its own."""
        pid = self.child.pid
        children = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
        self.child.send_signal(signal.SIGSTOP)
        for child in children.split():
            try:
                os.kill(int(child), signal.SIGKILL)
            except ProcessLookupError:
                pass
        self.child.kill()
        self.child.wait()

    def kill_master(self):
        """kill -9 of the first process alone: the others end when they see that."""
        self.child.kill()
        self.child.wait()

    def close(self):
        """Stop it and remove its folder."""
        if self.child.poll() is None:
            self.child.send_signal(signal.SIGQUIT)
            self.child.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

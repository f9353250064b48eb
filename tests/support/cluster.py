"""What tests of several nodes with one database share."""

import os
import subprocess
import time

import postgres
import service
from jobs import JobsTest


class Cluster(JobsTest):
    """Each case has a database, and a folder that its nodes share."""

    def setUp(self):
        self.database = postgres.Postgres()
        self.addCleanup(self.database.close)
        self.shared = self.database.folder / "pictures"
        self.place = {"OUTPUT_DIR": self.shared}

    def node(self, **variables):
        """One more node."""
        return self.serve(DATABASE=self.database.address, **self.place, **variables)

    def tool(self, *arguments):
        """What `facecraft jobs` prints with the variables of a node; its exit code is checked."""
        return self.run_tool(*arguments, check=True).stdout

    def run_tool(self, *arguments, check=False):
        """Exit code and output of `facecraft jobs`."""
        place = {f"FACECRAFT_{name}": str(value) for name, value in self.place.items()}
        return subprocess.run([service.program(), "jobs", *arguments], check=check, text=True,
                              capture_output=True, cwd=self.database.folder,
                              env={**os.environ, **place,
                                   "FACECRAFT_DATABASE": self.database.address})

    def pictures(self):
        """What is in the folder, by endings."""
        return sorted(path.suffix for path in self.shared.iterdir() if path.is_file())

    def await_pictures(self, expected):
        """Until these are there and no others: what goes is removed after its record."""
        end = time.monotonic() + 60
        while self.pictures() != expected:
            self.assertLess(time.monotonic(), end, self.pictures())
            time.sleep(0.05)

    def await_no_photo(self):
        """Until no photo of an accepted job is there."""
        end = time.monotonic() + 60
        while ".photo" in self.pictures():
            self.assertLess(time.monotonic(), end, self.pictures())
            time.sleep(0.05)

    def await_asked(self, sql, expected):
        """Until the database says so."""
        end = time.monotonic() + 120
        while self.database.ask(sql) != expected:
            self.assertLess(time.monotonic(), end, f"{sql}: {self.database.ask(sql)}")
            time.sleep(0.05)

    def await_not_ready(self, server):
        """Until /ready says no."""
        end = time.monotonic() + 60
        while server.get("/ready").status == 200:
            self.assertLess(time.monotonic(), end)
            time.sleep(0.05)

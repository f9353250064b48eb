"""What tests of several nodes with one database share."""

import os
import subprocess

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
        service.wait_until(lambda: self.pictures() == expected, self.pictures)

    def await_no_photo(self):
        """Until no photo of an accepted job is there."""
        service.wait_until(lambda: ".photo" not in self.pictures(), self.pictures)

    def await_asked(self, sql, expected):
        """Until the database says so."""
        service.wait_until(lambda: self.database.ask(sql) == expected,
                           lambda: f"{sql}: {self.database.ask(sql)}", 120)

    def await_metrics(self, server, line):
        """Until the metrics of a node have this line: they may be some seconds old."""
        service.wait_until(lambda: f"\n{line}".encode() in server.get("/metrics").body,
                           lambda: server.get("/metrics").body.decode(), 120)

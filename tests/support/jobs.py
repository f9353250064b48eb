"""What tests of jobs that are answered later share."""

import contextlib
import functools
import pathlib
import sqlite3

import service
from service import PHOTO, SMALL

LATER = {"Prefer": "respond-async"}
LARGE = {"width": "2000", "height": "2000"}  # takes a while
# The most work that one photo can be, fifty times that of a small one.
LONG = {"width": "4096", "height": "4096", "max_jpeg_kb": "32768"}


@functools.cache
def long_work():
    """Fields of a photo that is in work while a test does a dozen of other things. With a sanitizer a
    large one takes seconds."""
    program = pathlib.Path(service.program()).read_bytes()
    return LARGE if b"__asan_init" in program or b"__tsan_init" in program else LONG


def await_no_photos(server):
    """Until no photo of an accepted job is kept: each goes a moment after its end is recorded, and a
    job whose 202 was lost in a kill ends later than those that are known."""
    service.wait_until(lambda: not [name for name in server.files() if ".photo" in name],
                       lambda: f"photos are kept: {server.files()}")


class JobsTest(service.ServersTest):
    """Photos that are accepted, and answered later."""

    def accept(self, server, fields=SMALL, **headers):
        """The id of a job that was answered with 202."""
        answer = server.process(headers={**LATER, **headers}, **fields)
        self.assertEqual(answer.status, 202, answer.body)
        return answer.json["id"]

    def accept_batch(self, server, count, fields=SMALL, **headers):
        """The same for a batch."""
        files = [("files", f"{i}.png", PHOTO) for i in range(count)]
        answer = server.post_form("/api/v1/process/batch", fields, files, **LATER, **headers)
        self.assertEqual(answer.status, 202, answer.body)
        return answer.json["id"]

    def await_photo_in_work(self, server, job_id, crashes=0):
        """Until the store knows that the photo is worked on, after so many ends of the service in its
        middle. The service may be just starting."""
        path = server.output / "facecraft.db"
        rows = []

        def is_in_work():
            with contextlib.suppress(sqlite3.OperationalError), \
                 contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
                rows[:] = database.execute("SELECT state, crashes FROM jobs JOIN accepted ON job = id"
                                           " WHERE id = ?", [job_id]).fetchall()
            return rows == [(1, crashes)]

        service.wait_until(is_in_work, lambda: f"the photo is not worked on: {rows}")

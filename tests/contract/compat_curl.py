#!/usr/bin/env python3
"""The snippets for a shell of docs/how-to/removebg.md and rembg.md."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
# pylint: disable=wrong-import-position
import contextlib
import shutil
import unittest

import service
from clients import Clients, snippets
from removebg import SIZE
from service import OTHER_PHOTO


@unittest.skipUnless(shutil.which("curl"), "curl is not installed")
class Curl(Clients):
    """The snippets for a shell."""

    def test_snippets_of_the_how_to_pages(self):
        (self.folder / "photo.jpg").write_bytes(OTHER_PHOTO)
        for page in ("removebg.md", "rembg.md"):
            for snippet in snippets(page, "sh"):
                if snippet.startswith("curl"):
                    with contextlib.suppress(FileNotFoundError):
                        (self.folder / "cutout.png").unlink()
                    self.run_in_folder(["sh", "-e"], self.here(snippet))
                    self.assertEqual(self.size_of("cutout.png"), ("png", *SIZE))
        self.assertEqual(self.size_of("mask.png"), ("png", *SIZE))
        self.assertEqual(self.size_of("white.png"), ("png", *SIZE))


if __name__ == "__main__":
    service.main()

#!/usr/bin/env python3
"""The examples of README.md, docs/service.md and of the how-tos that need nothing else run as they
stand, with the real program and a real server."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
# pylint: disable=wrong-import-position
import importlib.util
import os
import re
import shutil
import subprocess
import tempfile

import service
from service import OTHER_PHOTO, Server

DOCS = service.REPO / "docs"
PAGES = [service.REPO / "README.md", DOCS / "service.md"]
SHELL_PAGES = [*PAGES, DOCS / "directory.md", *(DOCS / "how-to" / f"{name}.md" for name in (
    "badge-printer-folder", "passport-photo"))]
FENCED = re.compile(r"^```(\w*)\n(.*?)^```$", re.S | re.M)
# Beginnings of lines that are for another machine, for a person to look, or never end.
NOT_RUN = ("docker ", "./dev ", "xdg-open ", "facecraft serve")
ADDRESS = re.compile(r"http://(?:localhost|127\.0\.0\.1):8000")
OUTPUT = re.compile(r"-o (\S+)|(?:open|writeFile)\(\"(\S+?)\", (?:\"wb\"|Buffer)")
PHOTOS = ("photo.jpg", "second.jpg", "me.jpg", "group.jpg", "office.jpg", "photo.heic",
          "staff/photo.jpg", "photos/photo.jpg", "photos/second.jpg")


def blocks(language, pages=tuple(PAGES)):
    """The fenced blocks of a language, with the page that each is from."""
    for page in pages:
        for named, text in FENCED.findall(page.read_text()):
            if named == language:
                yield page.name, text


def shell_blocks():
    """Those for a shell; the language is not always named."""
    for language in ("sh", ""):
        for page, text in blocks(language, SHELL_PAGES):
            lines = [line for line in text.splitlines() if not line.startswith(NOT_RUN)]
            if lines and lines[0].startswith(("curl ", "facecraft ", "token=")):
                yield page, "\n".join(lines)


class Examples(service.unittest.TestCase):
    """One server, a folder with photos and a roster for each example."""

    @classmethod
    def setUpClass(cls):
        cls.server = Server()
        cls.addClassCleanup(cls.server.close)
        folder = pathlib.Path(service.program()).parent
        cls.environment = {**cls.server.environment, "PATH": f"{folder}:{os.environ['PATH']}"}

    def runs(self, page, text, command, name):
        """The example ends well and leaves the files that it names."""
        text = ADDRESS.sub(f"http://127.0.0.1:{self.server.port}", text)
        with tempfile.TemporaryDirectory(prefix="facecraft-") as folder:
            folder = pathlib.Path(folder)
            for photo in PHOTOS:
                (folder / photo).parent.mkdir(exist_ok=True)
                (folder / photo).write_bytes(OTHER_PHOTO)
            (folder / "staff.csv").write_text("account\nphoto\nsecond\n")
            (folder / name).write_text(text.replace("/srv/", f"{folder}/"))
            done = subprocess.run([*command, name], cwd=folder, capture_output=True, text=True,
                                  timeout=300, check=False, env=self.environment)
            self.assertEqual(done.returncode, 0, f"{page}:\n{text}\n{done.stdout}{done.stderr}")
            for names in OUTPUT.findall(text):
                made = folder / "".join(names)
                self.assertGreater(made.stat().st_size, 100, made.name)
                if made.suffix in (".png", ".jpg"):
                    self.assertIn(made.read_bytes()[:3], (b"\x89PN", b"\xff\xd8\xff"), made.name)

    def all_run(self, examples, command, name):
        """Each of them, and there is at least one."""
        examples = list(examples)
        self.assertTrue(examples)
        for page, text in examples:
            with self.subTest(page=page):
                self.runs(page, text, command, name)

    @service.unittest.skipUnless(shutil.which("curl"), "there is no curl here")
    def test_shell(self):
        self.all_run(shell_blocks(), ["sh", "-e"], "example.sh")

    @service.unittest.skipUnless(importlib.util.find_spec("requests"), "there is no requests here")
    def test_python(self):
        self.all_run(blocks("python"), [sys.executable], "example.py")

    @service.unittest.skipUnless(shutil.which("node"), "there is no Node here")
    def test_javascript(self):
        self.all_run(blocks("js"), ["node"], "example.mjs")


if __name__ == "__main__":
    service.main()

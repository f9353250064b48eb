#!/usr/bin/env python3
"""The examples of README.md and docs/service.md run as they stand, against a real server."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
# pylint: disable=wrong-import-position
import importlib.util
import re
import shutil
import subprocess
import tempfile

import service
from service import OTHER_PHOTO, Server

PAGES = [service.REPO / "README.md", service.REPO / "docs" / "service.md"]
ADDRESS = re.compile(r"http://(?:localhost|127\.0\.0\.1):8000")
OUTPUT = re.compile(r"-o (\S+)|(?:open|writeFile)\(\"(\S+?)\", (?:\"wb\"|Buffer)")


def blocks(language):
    """The fenced blocks of a language, with the page that each is from."""
    for page in PAGES:
        for text in re.findall(rf"^```{language}\n(.*?)^```", page.read_text(), re.S | re.M):
            yield page.name, text


def curl_blocks():
    """Those that ask the service; the language is not always named."""
    for language in ("sh", ""):
        for page, text in blocks(language):
            if text.startswith("curl "):
                yield page, text


class Examples(service.unittest.TestCase):
    """One server, a folder with two photos for each example."""

    @classmethod
    def setUpClass(cls):
        cls.server = Server()
        cls.addClassCleanup(cls.server.close)

    def runs(self, page, text, command, name):
        """The example ends well and leaves the files that it names."""
        text = ADDRESS.sub(f"http://127.0.0.1:{self.server.port}", text)
        with tempfile.TemporaryDirectory(prefix="facecraft-") as folder:
            folder = pathlib.Path(folder)
            for photo in ("photo.jpg", "second.jpg"):
                (folder / photo).write_bytes(OTHER_PHOTO)
            (folder / name).write_text(text)
            done = subprocess.run([*command, name], cwd=folder, capture_output=True, text=True,
                                  timeout=100, check=False)
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
    def test_curl(self):
        self.all_run(curl_blocks(), ["sh", "-e"], "example.sh")

    @service.unittest.skipUnless(importlib.util.find_spec("requests"), "there is no requests here")
    def test_python(self):
        self.all_run(blocks("python"), [sys.executable], "example.py")

    @service.unittest.skipUnless(shutil.which("node"), "there is no Node here")
    def test_javascript(self):
        self.all_run(blocks("js"), ["node"], "example.mjs")


if __name__ == "__main__":
    service.main()

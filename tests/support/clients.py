"""Genuine clients of other services, installed once next to the program, and the how-to pages."""

import os
import pathlib
import re
import shutil
import subprocess
import tempfile

import service
from removebg import Compat
from service import NO_FACE, REPO, picture_size

INSTALL_S = 100


def install(command, folder, mark):
    """Install once next to the program; None, or why it cannot be."""
    if (folder / mark).exists():
        return None
    folder.mkdir(parents=True, exist_ok=True)
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, timeout=INSTALL_S,
                              check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    if done.returncode != 0 or not (folder / mark).exists():
        return f"cannot be installed: {done.stderr.decode()[-200:]}"
    return None


def clients():
    """Where clients are kept between runs."""
    return pathlib.Path(service.program()).parent / "clients"


class Clients(Compat):
    """A server, a folder with a photo, and the means to run a client in it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.home = f"http://127.0.0.1:{cls.server.port}/"
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="facecraft-client-"))
        (cls.folder / "photo.jpg").write_bytes(cls.photo)
        (cls.folder / "nobody.png").write_bytes(NO_FACE)

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder, ignore_errors=True)
        super().tearDownClass()

    def run_in_folder(self, command, text=None, **variables):
        """What it printed; fails the test when the program fails."""
        done = subprocess.run(command, input=text, cwd=self.folder, capture_output=True, text=True,
                              timeout=100, check=False, env={**os.environ, **variables})
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout

    def here(self, text):
        """A snippet for this server."""
        return text.replace("http://localhost:8000/", self.home)

    def size_of(self, name):
        """(type, width, height) of a file in the folder."""
        return picture_size((self.folder / name).read_bytes())


def snippets(page, language):
    """The code of a how-to page in one language."""
    text = (REPO / "docs" / "how-to" / page).read_text(encoding="utf-8")
    return re.findall(rf"```{language}\n(.*?)```", text, re.S)

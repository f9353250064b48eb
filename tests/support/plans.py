"""Plans for tests of targets: photos that differ and cost little, and the program that works on them.
Standard library only."""

import functools
import os
import pathlib
import subprocess
import tempfile

import service

WORK = pathlib.Path(tempfile.mkdtemp())
SECRET = "Photo-Pass-1"

# Exit codes.
INVALID = 2
IO = 8
NEEDS_EYES = 20
REFUSED = 21


def varied(jpeg, number):
    """The same photo with another value in its quantisation tables: other pixels."""
    data, at, tables = bytearray(jpeg), 2, []
    while data[at] == 0xFF and data[at + 1] != 0xDA:
        length = int.from_bytes(data[at + 2:at + 4], "big")
        if data[at + 1] == 0xDB:
            tables += range(at + 5, at + 2 + length)
        at += 2 + length
    place = tables[number % 63 + 1]
    data[place] = min(255, data[place] + 1 + number // 63)
    return bytes(data)


def grainy(jpeg):
    """The same photo with all its fine detail made stronger, so that no JPEG of it is small."""
    data, at = bytearray(jpeg), 2
    while data[at] == 0xFF and data[at + 1] != 0xDA:
        length = int.from_bytes(data[at + 2:at + 4], "big")
        if data[at + 1] == 0xDB:
            for place in range(at + 10, at + 69):
                data[place] = min(255, 8 * data[place])
        at += 2 + length
    return bytes(data)


def facecraft(*arguments, password=SECRET):
    """Run `facecraft directory` with the secret of a target file in its environment."""
    return subprocess.run([service.program(), "directory", *map(str, arguments)],
                          capture_output=True, text=True, timeout=240, check=False,
                          env=dict(os.environ, FC_TEST_PASSWORD=password))


def make_plan(folder, photos, *arguments):
    """A plan, with options that make the work small."""
    done = facecraft("plan", *arguments, "--photos", photos, "-o", folder, "--enhance", "off",
                     "--matte-quality", "fast", "--quiet")
    if done.returncode != 0:
        raise RuntimeError(done.stderr)


@functools.cache
def small_photo():
    """A photo that is quick to work on."""
    path = WORK / "small.jpg"
    subprocess.run([service.program(), "process", service.DATA / "astronaut.png", "-o", path,
                    "--size", "240x240", "--no-oval", "--quiet"], check=True)
    return path.read_bytes()


def write_photos(folder, names):
    """One photo for each name."""
    folder.mkdir()
    for number, name in enumerate(names):
        (folder / f"{name}.jpg").write_bytes(varied(small_photo(), number))


def target_file(path, name, settings):
    """Write a section; settings that are None are left out."""
    lines = [f'{key} = "{value}"' for key, value in settings.items() if value is not None]
    path.write_text("\n".join([f"[{name}]", *lines, ""]))
    return path


def pictures(plan, profile):
    """{account: bytes} of a plan."""
    return {path.stem: path.read_bytes() for path in (plan / "pictures" / profile).glob("*.jpg")}

#!/usr/bin/env python3
"""Checks that src/ keeps its floors: a room includes only what lies below it or in itself, a foreign
library is touched by its home room alone, and what is to be a library (engine and all below it)
reads no environment, writes to no standard stream and ends no process.

Prints each fault as FILE:LINE and ends with status 1 when there is one.
"""
import pathlib
import re
import sys

# Rooms of the same floor do not see each other.
FLOORS = [
    ["base"],
    ["config", "infer", "sandbox"],
    ["image"],
    ["ops"],
    ["convert"],
    ["models"],
    ["check"],
    ["pipeline"],
    ["engine"],
    ["jobs", "net"],
    ["store"],
    ["report"],
    ["http"],
    ["service"],
    ["compat", "directory"],
    ["api"],
    ["cli"],
]
FLOOR = {room: floor for floor, rooms in enumerate(FLOORS) for room in rooms}

# The beginning of an included name, and the rooms that may write it.
HOMES = {
    "jpeglib": ["image"],
    "jerror": ["image"],
    "spng": ["image"],
    "webp/": ["image"],
    "libde265/": ["image"],
    "dav1d/": ["image"],
    "tiff": ["image"],
    "gif_lib": ["image"],
    "lcms2": ["image"],
    "linux/filter.h": ["sandbox", "http"],
    "linux/": ["sandbox"],
    "zlib": ["image"],
    "nettle/": ["base"],
    "onnxruntime": ["infer"],
    "protobuf-c/": ["convert"],
    "onnx/": ["convert"],
    "libde265/": ["image"],
    "dav1d/": ["image"],
    "libdeflate": ["base", "image"],
    "isa-l/": ["image"],
    "xxhash": ["infer", "service"],
    "jansson": ["report", "http", "service", "compat", "directory", "api", "cli"],
    "microhttpd": ["http"],
    "sqlite3": ["store"],
    "libpq": ["store"],
    "curl/": ["net"],
    "ldap.h": ["directory"],
    "sasl/": ["directory"],
    "gnutls/": ["directory"],
    "utf8proc": ["service", "directory"],
}
# Headers that the build writes, which any room may read.
GENERATED = {"facecraft_version.h", "supply.def"}

# What only a program may do, and the files of the library that may do it all the same.
LIBRARY = [room for rooms in FLOORS[:FLOORS.index(["engine"]) + 1] for room in rooms]
PROGRAM_ONLY = re.compile(
    r"\b(?:(?:secure_)?getenv|setenv|putenv|unsetenv|exit|_exit|_Exit|quick_exit|abort|atexit|"
    r"v?d?printf|puts|putchar|perror|syslog)\s*\(|\b(?:environ|stdout|stderr|STDOUT_FILENO|STDERR_FILENO)\b")
EXEMPT = {
    # The only way on after a broken promise of our own; the program's hook is told first.
    "base/assert.c": {"abort("},
    # A number: what the descriptors of a program are, which are never closed here; and "-", the
    # name of a file that only a program passes.
    "base/file.c": {"STDERR_FILENO", "STDOUT_FILENO"},
    # The one switch that ONNX Runtime has for not reporting to its makers.
    "infer/runtime.c": {"setenv("},
    # Processes that the sandbox itself has forked: their ends, and the environment that they wipe.
    "sandbox/keeper.c": {"_exit("},
    "sandbox/confine.c": {"environ"},
}
COMMENT_OR_TEXT = re.compile(r'/\*.*?\*/|"(?:[^"\\\n]|\\.)*"', re.S)

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')


def fault_of(room, mark, name):
    """What is wrong with an include line of a room, or None."""
    for beginning, rooms in HOMES.items():
        if name.startswith(beginning):
            return None if room in rooms else f"{name} is for {' and '.join(rooms)} only"
    if mark == "<" or name in GENERATED:
        return None
    other = name.split("/")[0]
    if "/" not in name or other not in FLOOR:
        return f'write "room/file.h" instead of "{name}"'
    if other != room and FLOOR[other] >= FLOOR[room]:
        return f"{room} is on floor {FLOOR[room]} and may not include {name} of floor {FLOOR[other]}"
    return None


def program_only(name, text):
    """Lines of a file of the library that do what only a program may do, as (number, what)."""
    blank = COMMENT_OR_TEXT.sub(lambda found: re.sub(r"[^\n]", " ", found.group()), text)
    for found in PROGRAM_ONLY.finditer(blank):
        what = re.sub(r"\s", "", found.group())
        if what not in EXEMPT.get(name, ()):
            yield blank.count("\n", 0, found.start()) + 1, what.rstrip("(")


def main():
    """Walks src/ of the folder that this tool belongs to, or of the one given."""
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else __file__).resolve()
    if root.is_file():
        root = root.parent.parent
    faults = []
    includes = 0
    for path in sorted((root / "src").rglob("*.[ch]")):
        shown = path.relative_to(root)
        room = shown.parts[1]
        if room not in FLOOR:
            faults.append(f"{shown}: there is no room '{room}'")
            continue
        text = path.read_text(encoding="utf-8")
        if room in LIBRARY:
            faults += [f"{shown}:{number}: {what} is for the program, above engine"
                       for number, what in program_only("/".join(shown.parts[1:]), text)]
        for number, line in enumerate(text.splitlines(), 1):
            found = INCLUDE.match(line)
            if found is None:
                continue
            includes += 1
            fault = fault_of(room, *found.groups())
            if fault is not None:
                faults.append(f"{shown}:{number}: {fault}")
    for fault in faults:
        print(fault)
    if not faults:
        print(f"rooms: all {includes} includes point down, the library does nothing of a program")
    return bool(faults)


if __name__ == "__main__":
    sys.exit(main())

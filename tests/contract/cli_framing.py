#!/usr/bin/env python3
"""facecraft process --framing: whole heads, people who stand on the edge, and the old rule."""
import os
import pathlib
import subprocess
import sys
import tempfile
import zlib

PROGRAM = os.path.realpath(sys.argv[1])
DATA = pathlib.Path("tests/data")
if not pathlib.Path("models/selfie_segmentation.tflite").exists():
    print("skipped: no models are fetched")
    sys.exit(77)


def paeth(a, b, c):
    """The predictor of that name (PNG, 9.4)."""
    p = a + b - c
    near = min(abs(p - a), abs(p - b), abs(p - c))
    return a if near == abs(p - a) else b if near == abs(p - b) else c


def read_png(path):
    """Rows of bytes of an 8-bit picture, and its channels."""
    png, chunks, at = path.read_bytes(), {}, 8
    while at < len(png):
        length, kind = int.from_bytes(png[at:at + 4], "big"), png[at + 4:at + 8]
        chunks[kind] = chunks.get(kind, b"") + png[at + 8:at + 8 + length]
        at += 12 + length
    width = int.from_bytes(chunks[b"IHDR"][:4], "big")
    channels = {2: 3, 6: 4}[chunks[b"IHDR"][9]]
    packed, length = zlib.decompress(chunks[b"IDAT"]), width * channels
    rows, above = [], bytes(length)
    for start in range(0, len(packed), length + 1):
        kind, row = packed[start], bytearray(packed[start + 1:start + 1 + length])
        for i in range(length):
            left = row[i - channels] if i >= channels else 0
            corner = above[i - channels] if i >= channels else 0
            row[i] = (row[i] + (0, left, above[i], (left + above[i]) // 2,
                                paeth(left, above[i], corner))[kind]) & 255
        rows.append(bytes(row))
        above = row
    return rows, channels


def write_png(path, rows, channels):
    """Keep rows as a picture."""
    header = (len(rows[0]) // channels).to_bytes(4, "big") + len(rows).to_bytes(4, "big")
    data = zlib.compress(b"".join(b"\0" + row for row in rows), 1)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(
        len(chunk).to_bytes(4, "big") + kind + chunk + zlib.crc32(kind + chunk).to_bytes(4, "big")
        for kind, chunk in ((b"IHDR", header + bytes((8, 2 if channels == 3 else 6, 0, 0, 0))),
                            (b"IDAT", data), (b"IEND", b""))))


def portrait(photo, *options):
    """Alphas of a portrait, row by row, and what was said."""
    out = photo.parent / "portrait.png" if photo.parent != DATA else folder / "portrait.png"
    run = subprocess.run([PROGRAM, "process", str(photo), "-o", str(out), "--size", "240x240",
                          "--no-oval", "--background", "transparent", "--trace", *options],
                         capture_output=True, text=True, check=True)
    rows, channels = read_png(out)
    assert channels == 4
    return [row[3::4] for row in rows], run.stdout + run.stderr


def seen(alphas):
    """Share of a line that is person."""
    return sum(a > 127 for a in alphas) / len(alphas)


with tempfile.TemporaryDirectory() as name:
    folder = pathlib.Path(name)
    astronaut, official = DATA / "astronaut.png", DATA / "official_portrait.jpg"

    # Both crowns are inside, and the head room with them; the old rule cuts one.
    for photo in (astronaut, official):
        alphas, said = portrait(photo)
        assert max(map(seen, alphas[:8])) == 0, photo
        assert "photo_ends" not in said
    assert seen(portrait(astronaut, "--framing", "face")[0][0]) > 0.1
    near, far = (next(y for y, row in enumerate(portrait(astronaut, "--head-room", room)[0])
                      if seen(row) > 0.02) for room in ("0.05", "0.4"))
    assert far > near + 10, (near, far)

    # The photo ends at the chest: nobody floats. The old rule shows the straight cut.
    rows, channels = read_png(astronaut)
    chest = folder / "chest.png"
    write_png(chest, rows[:198], channels)
    alphas, said = portrait(chest)
    assert seen(alphas[-1]) > 0.2 and seen(alphas[0]) == 0 and ", moved" in said
    assert "photo_ends_inside_the_portrait" not in said
    assert seen(portrait(chest, "--framing", "face")[0][-1]) == 0

    # It ends at a shoulder: moved to the side. It ends in the hair of one side: said and faded.
    side = folder / "side.png"
    write_png(side, [row[140 * channels:] for row in rows], channels)
    alphas, said = portrait(side)
    assert ", moved" in said and "photo_ends_inside_the_portrait" not in said, said
    corner = folder / "corner.png"
    write_png(corner, [row[172 * channels:] for row in rows[:176]], channels)
    alphas, said = portrait(corner)
    assert "note: photo_ends_inside_the_portrait" in said, said
    assert seen(alphas[-1]) > 0.1

    # By hand: half of the portrait to the right, half as large, and what the photo lacks is said.
    middle = len(alphas[0]) // 2
    alphas, said = portrait(official, "--move-x", "0.5")
    assert ", by hand" in said and seen(alphas[middle][:middle // 2]) == 0, said
    heads = [next(y for y, row in enumerate(portrait(official, "--zoom", zoom)[0]) if seen(row) > 0.02)
             for zoom in ("0.5", "1.5")]
    assert heads[0] > heads[1] + 20, heads
    assert "photo_ends_inside_the_portrait: the crop by hand" in portrait(chest, "--move-y", "-0.5")[1]

    # A face that is not found, where it is said to be; numbers still count from the left.
    nobody = folder / "nobody.png"
    write_png(nobody, [bytes(range(240)) * 2] * 160, 3)
    failed = subprocess.run([PROGRAM, "process", str(nobody)], capture_output=True, check=False)
    assert failed.returncode != 0
    assert "one as it was marked" in portrait(nobody, "--face-box", "0.3,0.2,0.3,0.3")[1]
    assert "1 face, plain, one" in portrait(astronaut, "--face-box", "0,0.8,0.1,0.1", "--face", "2")[1]

    # What no portrait can be asked for.
    for options in (("--framing", "bust"), ("--head-room", "1.5"), ("--zoom", "9"), ("--turn", "50"),
                    ("--face-box", "0.5,0.5,0.6,0.6")):
        run = subprocess.run([PROGRAM, "process", str(astronaut), *options], capture_output=True,
                             text=True, check=False)
        assert run.returncode == 2 and "allowed" in run.stderr, run.stderr

"""The photos of the comparison, made from the two public-domain photos of tests/data, so that
everybody has the same: several sizes, types and numbers of faces."""

import io
import pathlib

import PIL.Image
import pillow_heif

DATA = pathlib.Path(__file__).resolve().parents[2] / "tests" / "data"


def portrait():
    """One face, upright, 4:5."""
    return PIL.Image.open(DATA / "official_portrait.jpg").convert("RGB")


def scaled(picture, megapixels):
    """The same picture with that many megapixels."""
    factor = (megapixels * 1e6 / (picture.width * picture.height)) ** 0.5
    size = (round(picture.width * factor), round(picture.height * factor))
    return picture.resize(size, PIL.Image.Resampling.LANCZOS)


def group(columns, rows):
    """Faces side by side, in rows, as in a photo of a team."""
    one = portrait()
    other = PIL.Image.open(DATA / "astronaut.png").convert("RGB").resize(one.size)
    out = PIL.Image.new("RGB", (columns * one.width, rows * one.height))
    for at in range(columns * rows):
        out.paste(other if at % 2 else one,
                  (at % columns * one.width, at // columns * one.height))
    return out


def encoded(picture, kind):
    """The bytes of a file."""
    out = io.BytesIO()
    if kind == "heic":
        pillow_heif.from_pillow(picture).save(out, quality=80)
    elif kind == "png":
        picture.save(out, "PNG", compress_level=6)
    else:
        picture.save(out, "JPEG", quality=90)
    return out.getvalue()


def make(quick):
    """Name, rounds and bytes of each photo, smallest first."""
    one = portrait()
    rows = [("0.5 MP JPEG", 5, scaled(one, 0.5), "jpeg"),
            ("2 MP JPEG", 5, scaled(one, 2), "jpeg"),
            ("12 MP JPEG", 3, scaled(one, 12), "jpeg")]
    if not quick:
        rows += [("48 MP JPEG", 2, scaled(one, 48), "jpeg"),
                 ("2 MP PNG", 3, scaled(one, 2), "png"),
                 ("2 MP HEIC", 3, scaled(one, 2), "heic"),
                 ("2 MP JPEG, 2 faces", 3, scaled(group(2, 1), 2), "jpeg"),
                 ("12 MP JPEG, 12 faces", 3, scaled(group(4, 3), 12), "jpeg")]
    return [(name, rounds, encoded(picture, kind)) for name, rounds, picture, kind in rows]

"""Refuses to compare what is not the same work: every answer must be a portrait of that face."""

import io

import PIL.Image

SIDE = 648


class NotAPortrait(Exception):
    """An answer that is no portrait, or of somebody else."""


def opened(name, data):
    """The picture, decoded whole."""
    picture = PIL.Image.open(io.BytesIO(data))
    picture.load()
    if picture.mode != "RGBA":
        raise NotAPortrait(f"{name}: {picture.mode}, a see-through picture is wanted")
    return picture


def share_kept(picture):
    """Share of the picture that is not see-through."""
    return sum(picture.getchannel("A").histogram()[128:]) / (picture.width * picture.height)


def overlap(one, other):
    """Intersection over union of two boxes x, y, width, height."""
    width = min(one[0] + one[2], other[0] + other[2]) - max(one[0], other[0])
    height = min(one[1] + one[3], other[1] + other[3]) - max(one[1], other[1])
    inside = max(0, width) * max(0, height)
    return inside / (one[2] * one[3] + other[2] * other[3] - inside)


def portrait(name, png, real_matte):
    """A square of the right size; with a real matte a person must be in the oval."""
    picture = opened(name, png)
    if picture.size != (SIDE, SIDE):
        raise NotAPortrait(f"{name}: {picture.width} x {picture.height}, not {SIDE} x {SIDE}")
    kept = share_kept(picture)
    if real_matte and not 0.15 < kept < 0.85:
        raise NotAPortrait(f"{name}: {100 * kept:.0f} % of the picture is kept")


def same_face(name, box, wanted, one_face):
    """The box must be that of the old chain; among several equal faces any of them will do."""
    ratio = box[2] / wanted[2]
    if not 0.6 < ratio < 1.6:
        raise NotAPortrait(f"{name}: a face of {box[2]} px, the old chain's has {wanted[2]}")
    if one_face and overlap(box, wanted) < 0.5:
        raise NotAPortrait(f"{name}: face at {box}, the old chain's at {wanted}")

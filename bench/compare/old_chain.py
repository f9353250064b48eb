"""The old service's way from a photo to a portrait, with its own libraries, written again from its
description: dlib's HOG detector (upsampled once, run twice), dlib's 68 points, rembg with a U2-Net
of full size on the whole photo, OpenCV's enhancement, PNG level 9 and a ladder of JPEG qualities.

The weights of the network are generated, so its mask means nothing: the network runs and its mask
is made as always, and then an upright ellipse around the person takes its place, so that the steps
behind it have real work.
"""

import math

import cv2
import dlib
import numpy
import PIL.Image
import rembg

SIDE = 648
MARGIN = 0.3
BACKGROUND = 240
JPEG_BYTES = 99 * 1024


class NoFace(Exception):
    """Nobody to make a portrait of."""


class OldChain:
    """Everything that is loaded once."""

    def __init__(self, predictor, network):
        self.detect = dlib.get_frontal_face_detector()
        self.points = dlib.shape_predictor(str(predictor))
        self.session = rembg.new_session("u2net_custom", model_path=str(network))

    def largest_face(self, picture):
        """The box of the largest face, or None; the detector works on an enlarged grey picture."""
        grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
        faces = self.detect(grey, 1)
        return max(faces, key=lambda box: box.width() * box.height(), default=None)

    def cut_out(self, picture, face):
        """Colour times alpha and alpha, by a mask of the whole photo."""
        photo = PIL.Image.fromarray(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB))
        rembg.remove(photo, session=self.session, only_mask=True)
        mask = numpy.zeros(picture.shape[:2], numpy.uint8)
        centre = (face.center().x, face.center().y + face.height())
        cv2.ellipse(mask, centre, (int(1.3 * face.width()), 2 * face.height()), 0, 0, 360, 255, -1)
        mask = cv2.GaussianBlur(mask, (9, 9), 0)
        four = numpy.dstack([picture, numpy.full_like(mask, 255)]).astype(numpy.uint16)
        scaled = four * mask[:, :, None] + 128
        return (((scaled >> 8) + scaled) >> 8).astype(numpy.uint8)

    def level(self, picture, cutout, face):
        """Turned about the middle of the eyes until they are level."""
        grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
        shape = self.points(grey, face)
        at = numpy.array([(shape.part(i).x, shape.part(i).y) for i in range(68)], float)
        left, right = at[36:42].mean(0), at[42:48].mean(0)
        angle = math.degrees(math.atan2(right[1] - left[1], right[0] - left[0]))
        turn = cv2.getRotationMatrix2D(tuple((left + right) / 2), angle, 1)
        return cv2.warpAffine(cutout, turn, cutout.shape[1::-1], flags=cv2.INTER_CUBIC,
                              borderValue=(0, 0, 0, 0))

    def crop(self, turned, face):
        """The face and its margins; detected once more on the turned picture."""
        again = self.largest_face(turned[:, :, :3])
        box = again if again is not None else face
        across, along = int(MARGIN * box.width()), int(MARGIN * box.height())
        height, width = turned.shape[:2]
        left, top = max(0, box.left() - across), max(0, box.top() - int(1.5 * along))
        right, bottom = min(width, box.right() + across), min(height, box.bottom() + along)
        return turned[top:bottom, left:right]

    def portrait(self, data):
        """From the bytes of a photo to PNG, JPEG and the box of the face."""
        picture = cv2.imdecode(numpy.frombuffer(data, numpy.uint8), cv2.IMREAD_COLOR)
        if picture is None:
            raise ValueError("not a picture that OpenCV reads")
        face = self.largest_face(picture)
        if face is None:
            raise NoFace
        cutout = self.cut_out(picture, face)
        cropped = self.crop(self.level(picture, cutout, face), face)
        colour, alpha = enhance(cropped[:, :, :3]), cropped[:, :, 3]
        oval = numpy.dstack([colour, with_oval(alpha)])
        canvas = place(oval)
        return {"png": png(canvas), "jpeg": jpeg(canvas),
                "box": [face.left(), face.top(), face.width(), face.height()]}


def enhance(colour):
    """Exposure, denoising, white balance, sharpening, contrast and colour, in that order."""
    lab = cv2.cvtColor(colour, cv2.COLOR_BGR2LAB)
    light = lab[:, :, 0]
    away = 140 - light.mean()
    if abs(away) > 10:
        flat = cv2.createCLAHE(1.5, (8, 8)).apply(light)
        share = min(abs(away) / 50, 0.7)
        light = cv2.addWeighted(light, 1 - share, flat, share, 0)
    if away > 20:
        gamma = min(1 + away / 200, 1.4)
        light = cv2.LUT(light, (255 * (numpy.arange(256) / 255) ** (1 / gamma)).astype(numpy.uint8))
    lab[:, :, 0] = light
    out = cv2.bilateralFilter(cv2.cvtColor(lab, cv2.COLOR_LAB2BGR), 5, 40, 40)
    means = out.reshape(-1, 3).mean(0)
    gains = numpy.minimum(means.mean() / numpy.maximum(means, 1e-6), 1.5)
    out = numpy.clip(out * gains, 0, 255).astype(numpy.uint8)
    out = cv2.filter2D(out, -1, numpy.array([[0, -1, 0], [-1, 5, -1], [0, -1, 0]]))
    grey = cv2.cvtColor(out, cv2.COLOR_BGR2GRAY)
    out = numpy.clip(grey.mean() + 1.15 * (out - grey.mean()), 0, 255)
    grey = out @ numpy.array([0.114, 0.587, 0.299])
    return numpy.clip(grey[:, :, None] + 1.15 * (out - grey[:, :, None]), 0, 255).astype(numpy.uint8)


def with_oval(alpha):
    """Alpha inside a soft oval."""
    height, width = alpha.shape
    oval = numpy.zeros_like(alpha)
    cv2.ellipse(oval, (width // 2, height // 2), (int(0.48 * width), int(0.48 * height)),
                0, 0, 360, 255, -1)
    oval = cv2.GaussianBlur(oval, (21, 21), 10)
    return numpy.rint(alpha / 255 * oval).astype(numpy.uint8)


def place(cropped):
    """Scaled to fit, in the middle of a see-through canvas."""
    height, width = cropped.shape[:2]
    ratio = min(SIDE / width, SIDE / height)
    size = (int(width * ratio), int(height * ratio))
    scaled = cv2.resize(cropped, size, interpolation=cv2.INTER_LANCZOS4)
    canvas = numpy.zeros((SIDE, SIDE, 4), numpy.uint8)
    left, top = (SIDE - size[0]) // 2, (SIDE - size[1]) // 2
    canvas[top:top + size[1], left:left + size[0]] = scaled
    return canvas


def png(canvas):
    """As the old service wrote it."""
    return cv2.imencode(".png", canvas, [cv2.IMWRITE_PNG_COMPRESSION, 9])[1].tobytes()


def jpeg(canvas):
    """On the background; quality goes down in steps of 3 until the file is small enough."""
    share = canvas[:, :, 3:].astype(float) / 255
    flat = (BACKGROUND * (1 - share) + canvas[:, :, :3] * share).astype(numpy.uint8)
    quality = 90
    out = cv2.imencode(".jpg", flat, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    while len(out) > JPEG_BYTES and quality > 50:
        quality -= 3
        out = cv2.imencode(".jpg", flat, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    return out.tobytes()

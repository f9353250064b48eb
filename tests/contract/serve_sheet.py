#!/usr/bin/env python3
"""Sheets to print, by the program and over HTTP: measured in the PDF as poppler draws it at 600 dpi,
and in JPEG and PNG. Skipped where pdftoppm (Debian: poppler-utils) is not installed."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
# pylint: disable=wrong-import-position
import shutil
import subprocess
import tempfile
import unittest

import service
from service import PHOTO, picture_size, plain_png

DPI = 600
MM = DPI / 25.4
TOLERANCE = 0.1 * MM
GREY = 130


class Page:
    """What a printer would get: grey levels of a PDF's only page."""

    def __init__(self, pdf):
        drawn = subprocess.run(["pdftoppm", "-gray", "-aa", "no", "-aaVector", "no", "-r", str(DPI),
                                "-"], input=pdf, check=True, capture_output=True).stdout
        magic, size, depth, self.levels = drawn.split(b"\n", 3)
        assert (magic, depth) == (b"P5", b"255")
        self.width, self.height = map(int, size.split())

    def row(self, y):
        """All levels of a row."""
        return self.levels[y * self.width:(y + 1) * self.width]

    def column(self, x):
        """All levels of a column."""
        return self.levels[x::self.width]


def runs(levels, wanted):
    """(first, length) of each stretch of px that are wanted, in mm."""
    found, start = [], None
    for at, level in enumerate([*levels, -1]):
        if wanted(level) and start is None:
            start = at
        elif not wanted(level) and start is not None:
            found.append((start, at - start))
            start = None
    return found


def is_picture(level):
    """The grey of the portrait, as JPEG leaves it."""
    return abs(level - GREY) < 20


def is_mark(level):
    """Black."""
    return 0 <= level < 60


@unittest.skipUnless(shutil.which("pdftoppm"), "no pdftoppm")
class Sheets(service.ServiceTest):
    """One server, and the program."""

    def sheet(self, portrait=plain_png(200, [GREY]), **fields):
        """POST /api/v1/sheet."""
        return self.server.post_form("/api/v1/sheet", fields, [("file", "me.png", portrait)])

    def assert_mm(self, px, millimetres):
        """Exact to 0.1 mm."""
        self.assertLess(abs(px - millimetres * MM), TOLERANCE, f"{px / MM} mm, not {millimetres}")

    def test_pictures_gaps_and_marks_are_exact(self):
        answer = self.sheet(size="35x45mm", paper="10x15cm", gap="2mm", cut_lines="true",
                            caption="Käthe, 35 x 45 mm")
        self.assertEqual(answer.status, 200, answer.body)
        self.assertEqual(answer.header("Content-Type"), "application/pdf")
        self.assertEqual(answer.header("X-Pictures"), "6")
        page = Page(answer.body)
        self.assert_mm(page.width, 100)
        self.assert_mm(page.height, 150)
        across = runs(page.row(round(30 * MM)), is_picture)
        down = runs(page.column(round(30 * MM)), is_picture)
        self.assertEqual((len(across), len(down)), (2, 3))
        for _, length in across:
            self.assert_mm(length, 35)
        for _, length in down:
            self.assert_mm(length, 45)
        self.assert_mm(across[1][0] - across[0][0], 37)
        self.assert_mm(down[1][0] - down[0][0], 47)
        self.assert_mm(across[0][0], (100 - 72) / 2)
        self.marks(page, across, down)

    def marks(self, page, across, down):
        """Beside the first picture's corners: at its sides, 4 mm long, outside of it."""
        left, top = across[0][0], down[0][0]
        foot = top + down[0][1]
        beside = runs(page.column(left - round(2 * MM)), is_mark)
        for wanted in (top, foot):
            near = [first + length / 2 for first, length in beside if abs(first - wanted) < MM]
            self.assertEqual(len(near), 1, beside)
            self.assertLess(abs(near[0] - wanted), TOLERANCE)
        line = runs(page.row(round(top)), is_mark)
        self.assert_mm(line[0][0] + line[0][1], left / MM)
        self.assert_mm(line[0][1], 4)
        for first, length in across:
            inside = page.row(top + round(5 * MM))[first + 3:first + length - 3]
            self.assertFalse(any(is_mark(level) for level in inside))

    def test_turned_pictures_lie_where_more_of_them_fit(self):
        answer = self.sheet(size="35x45mm", paper="10x15cm")
        self.assertEqual(answer.header("X-Pictures"), "8")
        page = Page(answer.body)
        across = runs(page.row(round(10 * MM)), is_picture)
        self.assertEqual(len(across), 2)
        for _, length in across:
            self.assert_mm(length, 45)
        down = runs(page.column(round(20 * MM)), is_picture)
        self.assertEqual(len(down), 4)
        for _, length in down:
            self.assert_mm(length, 35)

    def test_the_portrait_is_in_the_pdf_once(self):
        pdf = self.sheet(PHOTO, size="2x2in", paper="letter", gap="0", dpi="200").body
        self.assertEqual(pdf.count(b"/DCTDecode"), 1)
        self.assertGreater(pdf.count(b"/P Do"), 10)
        with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
            file.write(pdf)
            file.flush()
            listed = subprocess.run(["pdfimages", "-list", file.name], check=True,
                                    capture_output=True, text=True).stdout
        self.assertIn("400   400", listed)
        self.assertRegex(listed, r"\b200   200\b")

    def test_jpeg_and_png_have_the_paper_s_size_and_tell_their_density(self):
        for kind, density in (("png", b"pHYs" + (11811).to_bytes(4, "big") * 2 + b"\1"),
                              ("jpg", b"JFIF\0\1\1\1" + (300).to_bytes(2, "big") * 2)):
            body = self.sheet(paper="4x6in", format=kind).body
            self.assertEqual(picture_size(body), (kind, 1200, 1800))
            self.assertTrue(density in body or density.replace(b"\1\1\1", b"\1\2\1") in body)

    def test_nonsense_is_refused(self):
        for fields, word in (({"size": "35x45"}, "35x45mm"), ({"paper": "A44"}, "A4"),
                             ({"gap": "wide"}, "2mm"), ({"size": "2x2in", "paper": "2x2in"}, "room"),
                             ({"caption": "写", "format": "png"}, "Latin"),
                             ({"caption": "写真"}, "Latin")):
            answer = self.sheet(**fields)
            self.assertEqual(answer.status, 422, answer.body)
            self.assertIn(word, answer.body.decode())
        answer = self.sheet(dpi="71", format="gif")
        self.assertEqual({item["loc"][1] for item in answer.json["detail"]}, {"dpi", "format"})
        self.assertEqual(self.sheet(b"words").status, 400)
        self.assertEqual(self.sheet(paper="A3", dpi="1200", format="png").status, 413)
        self.assertEqual(self.server.post_form("/api/v1/sheet", {}, []).status, 422)

    def test_the_program_makes_the_same_files(self):
        portrait = self.server.folder / "me.png"
        portrait.write_bytes(plain_png(200, [GREY]))
        for kind in ("pdf", "jpg", "png"):
            out = self.server.folder / f"sheet.{kind}"
            told = subprocess.run([service.program(), "sheet", portrait, "-o", out, "--cut-lines",
                                   "--paper", "13x18cm"], check=True, capture_output=True, text=True)
            self.assertIn("11 pictures, 2 of them turned", told.stderr)
            self.assertEqual(out.read_bytes(), self.sheet(paper="13x18cm", cut_lines="yes",
                                                          format=kind).body)
        one = subprocess.run([service.program(), "sheet", portrait, "-o",
                              self.server.folder / "one.pdf", "--gap", "100mm"],
                             check=True, capture_output=True, text=True)
        self.assertIn("1 picture, 0 of them turned", one.stderr)
        for arguments, word in (([portrait], "-o FILE"), (["-o", "x.pdf"], "one portrait"),
                                ([portrait, "-o", "x.pdf", "--paper", "A0"], "letter"),
                                ([portrait, "-o", "x.pdf", "--dpi", "9"], "72"),
                                ([portrait, "-o", "x.xyz"], ".pdf, .jpg, .jpeg or .png"),
                                ([portrait, "-o", "x.pdf", "--preset", "linkedin"], "no size on paper"),
                                ([portrait, "-o", "x.pdf", "--preset", "us-visa", "--size", "2x2in"],
                                 "leave one of them out")):
            told = subprocess.run([service.program(), "sheet", *arguments], check=False,
                                  capture_output=True, text=True)
            self.assertEqual(told.returncode, 2)
            self.assertIn(word, told.stderr)

    def test_a_photo_becomes_a_documents_sheet_in_one_go(self):
        """By the program, and of an analysed photo; the preset tells size and density."""
        photo = self.server.folder / "photo.png"
        photo.write_bytes(PHOTO)
        out = self.server.folder / "document.png"
        told = subprocess.run([service.program(), "sheet", photo, "-o", out, "--preset",
                               "pl-passport"], check=True, capture_output=True, text=True)
        self.assertIn("8 pictures", told.stderr)
        width, height = picture_size(out.read_bytes())[1:]
        dpi = 357  # 492 px are 35 mm
        self.assertEqual((width, height), (round(100 / 25.4 * dpi), round(150 / 25.4 * dpi)))
        token = self.server.post_form("/api/v1/analyze", {}, [("file", "photo", PHOTO)]).json["token"]
        path = f"/api/v1/render/{token}"
        fields = {"preset": "pl-passport", "sheet": "10x15cm"}
        answer = self.server.post_form(path, fields)
        self.assertEqual((answer.status, answer.header("Content-Type")), (200, "application/pdf"))
        self.assertEqual(answer.header("X-Pictures"), "8")
        self.assertIn("head_height=", answer.header("X-Document"))
        answer = self.server.post_form(path, {**fields, "format": "png"})
        self.assertEqual(picture_size(answer.body), ("png", width, height))
        for wrong, word in (({"preset": "linkedin"}, "no size on paper"), ({"sheet": "A0"}, "letter"),
                            ({"preset": "none"}, "dpi"), ({"format": "webp"}, "pdf, jpg or png")):
            answer = self.server.post_form(path, {**fields, **wrong})
            self.assertEqual(answer.status, 422, wrong)
            self.assertIn(word, answer.body.decode())


if __name__ == "__main__":
    service.main()

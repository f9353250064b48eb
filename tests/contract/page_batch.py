#!/usr/bin/env python3
"""The page at / with many photos: progress, refusals in between, cancelling, and one ZIP. Skipped
where Debian's chromium-driver is not installed."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
# pylint: disable=wrong-import-position
import io
import zipfile

import browser
import page
import service


class Batch(page.PageTest):
    """Fifty photos."""

    # Fewer places in the queue than the page has lanes: 503 is part of this test.
    VARIABLES = {"QUEUE_LENGTH": 1, "MAX_CONCURRENT_JOBS": 1, "DEFAULT_MATTE_QUALITY": "fast"}

    def setUp(self):
        super().setUp()
        self.expected = ["503 (Service Unavailable)"]
        self.ask_for_side(128)  # small pictures: it is the number that counts here

    def test_fifty_photos_become_one_archive(self):
        photos = [(f"photo {i // 2}.jpg", service.OTHER_PHOTO) for i in range(49)]
        self.drop(*photos, ("nobody.png", page.NO_FACE.read_bytes()))
        self.assertEqual(self.wait_states("ready", "failed"), {"ready": 49, "failed": 1})
        self.assertEqual(self.browser.text("#tally"), "49 of 50 ready, 1 failed")
        self.browser.picture("batch")
        self.zip("png")
        archive = zipfile.ZipFile(io.BytesIO(self.downloaded("portraits.zip", 100)))
        self.assertIsNone(archive.testzip())
        names = archive.namelist()
        self.assertEqual(len(set(names)), 50)
        self.assertEqual(archive.read("failed.txt").decode().split(" ")[:6],
                         "nobody.png: We could not find a".split(" "))
        self.assertIn("photo 0_portrait.png", names)
        self.assertIn("photo 0_portrait (2).png", names)
        for name in names[::16]:
            self.assertEqual(service.picture_size(archive.read(name)), ("png", 128, 128))

    def test_archive_has_both_kinds_of_files_under_names_of_a_pattern(self):
        self.drop(*[(f"{name}.jpg", service.OTHER_PHOTO) for name in ("Ann", "Bob")])
        self.assertEqual(self.wait_states("ready"), {"ready": 2})
        self.browser.run("""const field = document.getElementById("names"); field.value = "{n}-{name}: id";
            field.dispatchEvent(new Event("change", { bubbles: true }))""")
        self.zip("both")
        archive = zipfile.ZipFile(io.BytesIO(self.downloaded("portraits.zip", 100)))
        self.assertEqual(archive.namelist(), ["1-Ann_ id.jpg", "2-Bob_ id.jpg", "1-Ann_ id.png", "2-Bob_ id.png"])
        self.browser.open(self.base)  # what was chosen is known at the next visit
        self.assertEqual(self.browser.run("return [names.value, zip_format.value]"),
                         ["{n}-{name}: id", "both"])

    def test_names_that_some_system_takes_for_one_are_told_apart(self):
        names = ("M\u00fcller", "Mu\u0308ller", "M\u00dcLLER", "Stra\u00dfe", "STRASSE")
        self.drop(*[(f"{name}.jpg", service.OTHER_PHOTO) for name in names])
        self.assertEqual(self.wait_states("ready"), {"ready": 5})
        self.zip("jpg")
        archive = zipfile.ZipFile(io.BytesIO(self.downloaded("portraits.zip", 100)))
        self.assertEqual(archive.namelist(), [
            "M\u00fcller_portrait.jpg", "Mu\u0308ller_portrait (2).jpg", "M\u00dcLLER_portrait (3).jpg",
            "Stra\u00dfe_portrait.jpg", "STRASSE_portrait (2).jpg"])

    def test_files_are_named_by_columns_of_a_roster(self):
        roster = 'Mail;Photo;"Full name"\r\nann@example.org;ANN.JPG;"Ann ""A."" Müller"\r\n;bob.jpg;Bob\r\n'
        self.drop(("Ann.jpg", service.OTHER_PHOTO), ("Bob.jpg", service.OTHER_PHOTO),
                  ("Eve.jpg", service.OTHER_PHOTO), ("staff.csv", roster.encode("windows-1252")))
        self.browser.until("document.getElementById('columns').textContent === '{name} {n} {Mail} {Photo} {Full name}'")
        self.assertEqual(self.wait_states("ready"), {"ready": 3})
        for pattern, wanted, unnamed in (
                ("{full name}, {n}", ["Ann _A._ Müller, 1.jpg", "Bob, 2.jpg", "Eve_portrait.jpg"], ": Eve.jpg."),
                ("{mail}", ["ann@example.org.jpg", "Bob_portrait.jpg", "Eve_portrait.jpg"], ": Bob.jpg, Eve.jpg.")):
            self.browser.run("""const field = document.getElementById("names"); field.value = arguments[0];
                field.dispatchEvent(new Event("change", { bubbles: true }))""", pattern)
            self.zip("jpg")
            archive = zipfile.ZipFile(io.BytesIO(self.downloaded("portraits.zip", 100)))
            self.assertEqual(archive.namelist(), wanted)
            self.wait_said(unnamed)
        self.drop(("empty.csv", b"Mail,Photo\n"))
        self.wait_said("no rows")
        self.assertEqual(len(self.browser.run(f"return {page.STATES}")), 3)

    def test_failed_photos_come_first_when_wanted(self):
        self.drop(("Ann.jpg", service.OTHER_PHOTO), ("nobody.png", page.NO_FACE.read_bytes()),
                  ("Bob.jpg", service.OTHER_PHOTO))
        self.assertEqual(self.wait_states("ready", "failed"), {"ready": 2, "failed": 1})
        self.browser.click("[data-do=sort]")
        self.assertEqual(self.browser.run(
            "return [...document.querySelectorAll('#photos .name')].map((n) => n.textContent)"),
            ["nobody.png", "Ann.jpg", "Bob.jpg"])

    def test_card_without_a_picture_is_empty_and_the_large_view_says_whose_it_is(self):
        self.expected.append("400 (Bad Request)")
        self.drop(("notes.txt", b"no picture"), ("Ann.jpg", service.OTHER_PHOTO))
        self.assertEqual(self.wait_states("ready", "failed"), {"ready": 1, "failed": 1})
        self.browser.until("getComputedStyle(document.querySelector('#photos img')).visibility === 'hidden'")
        self.assertEqual(self.browser.text("#progress"), "notes.txt")

    def picked(self):
        """Numbers of the cards that say that they are picked."""
        return self.browser.run(
            "return [...document.querySelectorAll('#photos .tick')].flatMap((tick, i) => "
            "tick.getAttribute('aria-pressed') === 'true' ? [i + 1] : [])")

    def test_several_are_selected_and_what_is_done_is_done_with_those(self):
        self.drop(*[(f"{name}.jpg", service.OTHER_PHOTO) for name in ("Ann", "Bob", "Cid", "Dot", "Eve")],
                  ("nobody.png", page.NO_FACE.read_bytes()))
        self.assertEqual(self.wait_states("ready", "failed"), {"ready": 5, "failed": 1})
        self.browser.click_with(page.CONTROL, "#photos li:nth-child(2) .look")
        self.browser.click_with(page.SHIFT, "#photos li:nth-child(4) .look")
        self.assertEqual(self.picked(), [2, 3, 4])
        self.assertEqual(self.browser.text("#tally"), "3 of 6 selected")
        self.wait_said("3 of 6 selected")
        self.browser.picture("selected")
        self.assertFalse(self.browser.run("return document.querySelector('[data-do=retry]').checkVisibility()"))
        self.zip("png")
        archive = zipfile.ZipFile(io.BytesIO(self.downloaded("portraits.zip", 100)))
        self.assertEqual(archive.namelist(), ["Bob_portrait.png", "Cid_portrait.png", "Dot_portrait.png"])
        self.browser.press(page.ESCAPE)
        self.assertEqual(self.picked(), [])
        self.assertEqual(self.browser.text("#tally"), "5 of 6 ready, 1 failed")
        # By keys alone: a range, one more of it less, all, and a plain click ends it.
        self.browser.run("document.querySelector('#photos li:nth-child(2) .look').focus()")
        self.browser.press_with(page.SHIFT, page.RIGHT)
        self.browser.press_with(page.SHIFT, page.RIGHT)
        self.assertEqual(self.picked(), [2, 3, 4])
        self.browser.press_with(page.CONTROL, page.SPACE)
        self.assertEqual(self.picked(), [2, 3])
        self.browser.press_with(page.CONTROL, "a")
        self.assertEqual(self.picked(), [1, 2, 3, 4, 5, 6])
        self.browser.click("#photos li:nth-child(5) .look")
        self.assertEqual(self.picked(), [])
        # By the marks; once one is set, a finger needs no more of them.
        self.browser.click("#photos li:nth-child(6) .tick")
        self.browser.run("document.querySelector('#photos li:nth-child(5) .look').dispatchEvent("
                         "new PointerEvent('click', { pointerType: 'touch', bubbles: true }))")
        self.assertEqual(self.picked(), [5, 6])
        self.browser.click("#tray [data-do=away]")
        self.assertEqual(self.browser.run(
            "return [...document.querySelectorAll('#photos .name')].map((n) => n.textContent)"),
            ["Ann.jpg", "Bob.jpg", "Cid.jpg", "Dot.jpg"])
        self.assertEqual(self.browser.text("#tally"), "4 of 4 ready")
        self.assertFalse(self.browser.run("return document.activeElement === document.body"))

    def test_batch_is_cancelled_and_taken_up_again(self):
        self.hold("analyze")
        self.drop(*[(f"{i}.jpg", service.OTHER_PHOTO) for i in range(6)])
        self.wait_held()
        self.let_go_first()
        self.browser.until(f"{page.STATES}.includes('ready')")
        self.wait_held()
        self.browser.click("[data-do=cancel]")
        counts = self.wait_states("ready", "cancelled")
        self.assertEqual(counts, {"ready": 1, "cancelled": 5})
        self.browser.run("window.holds = null; window.held.length = 0")
        self.browser.click("#photos [data-state=cancelled] .tick")
        self.browser.click("[data-do=retry]")
        self.browser.until("document.querySelector('#photos li:has([aria-pressed=true])').dataset.state === 'ready'")
        self.assertEqual(self.wait_states("ready", "cancelled")["cancelled"], counts["cancelled"] - 1)
        self.browser.click("[data-do=pick_none]")
        self.assertEqual(self.picked(), [])
        self.browser.click("[data-do=retry]")
        self.assertEqual(self.wait_states("ready"), {"ready": 6})
        self.browser.click("#photos li:nth-child(2) .away")
        self.assertEqual(len(self.browser.run(f"return {page.STATES}")), 5)
        self.browser.press("]")
        self.assertEqual(self.browser.run(
            "return [...document.querySelectorAll('.look')].findIndex("
            "(b) => b.getAttribute('aria-current') === 'true')"), 1)


if __name__ == "__main__":
    browser.main()

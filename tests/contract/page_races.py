#!/usr/bin/env python3
"""The page at / when something is pressed while something else is under way: no photo sticks, no
file is lost, no size changes. Skipped where Debian's chromium-driver is not installed."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
# pylint: disable=wrong-import-position
import io
import zipfile

import browser
import page
import service

WIDTH = "document.querySelector('fc-compare .canvas').clientWidth"
SRC = "document.querySelector('fc-compare .after').src"
# A slider that is still being moved, and one that was let go.
SLIDE = """
    const slider = document.querySelector("[name=face_margin]");
    slider.value = arguments[0];
    slider.dispatchEvent(new Event("input", { bubbles: true }));
"""
LET_GO = """
    document.querySelector("[name=face_margin]").dispatchEvent(new Event("change", { bubbles: true }));
"""


class Races(page.PageTest):
    """Small portraits: it is the order of things that counts here."""

    VARIABLES = {"DEFAULT_MATTE_QUALITY": "fast"}

    def setUp(self):
        super().setUp()
        self.expected = ["503 (Service Unavailable)", "404", "410"]
        self.ask_for_side(128)

    def set_sides(self, **sides):
        """Type another width, height or both."""
        self.browser.run("""for (const [name, side] of Object.entries(arguments[0])) {
            const field = document.querySelector(`[name=${name}]`);
            field.value = side;
            field.dispatchEvent(new Event("change", { bubbles: true }));
        }""", sides)

    def set_side(self, side):
        """Type another size: two changes, one after the other."""
        self.set_sides(width=side, height=side)

    def drop_many(self, count):
        """So many photos, until each has its portrait."""
        self.drop(*[(f"{i}.jpg", service.OTHER_PHOTO) for i in range(count)])
        self.wait_ready(count)

    def wait_ready(self, count):
        """Until that many photos are there and all are ready."""
        self.browser.until(f"(s => s.length === arguments[0] && s.every((x) => x === 'ready'))({page.STATES})",
                           count, seconds=110)

    def archive(self):
        """Sizes of all files of the archive that was saved."""
        archive = zipfile.ZipFile(io.BytesIO(self.downloaded("portraits.zip", 100)))
        self.assertIsNone(archive.testzip())
        return [service.picture_size(archive.read(name)) for name in archive.namelist()]

    def test_download_while_the_preview_is_drawn_leaves_no_photo_drawing(self):
        presses = {"png": lambda: self.save("png"),
                   "jpg": lambda: self.save("jpg"),
                   "key": lambda: self.browser.press("d")}
        self.take(page.PORTRAIT)
        self.wait_picture()
        for side, (name, press) in enumerate(presses.items(), 200):
            with self.subTest(name):
                self.hold("render")
                self.set_sides(width=side)  # one change, one preview
                self.wait_held()
                press()
                self.wait_held(2)
                self.let_go_first()
                self.wait_picture()
                self.let_go()
                content = self.downloaded(f"official_portrait_portrait.{'jpg' if name == 'jpg' else 'png'}")
                self.assertEqual(service.picture_size(content)[1:], (side, 128))
                self.wait_picture()

    def test_download_while_the_photo_is_sent_again_leaves_no_photo_sending(self):
        self.take(page.PORTRAIT)
        self.wait_picture()
        token = next(url for url in self.requests() if "/render/" in url).rsplit("/", 1)[-1]
        self.server.delete(f"/api/v1/analyze/{token}")
        self.hold("analyze")
        self.set_side(200)
        self.wait_held()
        self.browser.press("d")
        self.let_go()
        self.assertEqual(service.picture_size(self.downloaded("official_portrait_portrait.png")),
                         ("png", 200, 200))
        self.wait_picture()
        sent = [url for url in self.requests() if url.endswith("/analyze")]
        self.assertEqual(len(sent), 1)  # once for both

    def test_zip_pressed_twice_makes_one_archive_of_all(self):
        self.drop_many(8)
        self.hold("render")
        self.zip("png")
        self.wait_held(3)
        self.set_side(160)  # what is drawn meanwhile does not offer a second one
        self.wait_held(4)
        self.zip("png")
        self.let_go()
        self.assertEqual(self.archive(), [("png", 128, 128)] * 8)
        self.wait_ready(8)
        self.zip("png")
        self.assertEqual(self.archive(), [("png", 160, 160)] * 8)

    def test_zip_pressed_while_the_previews_are_drawn_has_all_photos_in_one_size(self):
        self.drop_many(6)
        self.hold("render")
        self.set_side(200)
        self.wait_held()
        self.browser.until(f"{page.STATES}.filter((s) => s !== 'ready').length === 6")
        self.zip("png")
        self.set_side(160)
        self.let_go()
        self.assertEqual(self.archive(), [("png", 200, 200)] * 6)
        self.wait_ready(6)

    def test_archive_can_be_of_jpegs(self):
        self.drop_many(2)
        self.assertEqual(self.browser.text("[data-do=zip]"), "ZIP\n2 portraits")
        self.zip("jpg")
        self.assertEqual(self.archive(), [("jpg", 128, 128)] * 2)

    def test_archive_is_given_up_and_the_photos_stay(self):
        self.drop_many(3)
        self.hold("render")
        self.zip("png")
        self.wait_held(3)
        self.browser.click("#zip_stop")
        self.assertEqual(self.wait_said("Cancelled"), "Cancelled")
        self.wait_ready(3)
        self.let_go()
        self.zip("png")
        self.assertEqual(len(self.archive()), 3)

    def test_photo_deleted_meanwhile_is_not_in_the_archive_and_not_sent_again(self):
        self.drop_many(3)
        self.requests()
        self.hold("render")
        self.zip("png")
        self.wait_held(3)
        self.browser.click("#photos li:nth-child(2) .away")
        self.let_go()
        self.assertEqual(len(self.archive()), 2)
        self.assertEqual([url for url in self.requests() if url.endswith("/analyze")], [])

    def test_preview_keeps_its_size_while_a_slider_moves(self):
        self.ask_for_side(648)
        self.take(page.PORTRAIT)
        self.wait_picture()
        self.browser.until(f"{WIDTH} > 500")  # it is laid out after it was loaded
        width = self.browser.run(f"return {WIDTH}")
        before = self.browser.run(f"return {SRC}")
        natural = self.picture()
        for value in (0.5, 0.6):
            self.browser.run(SLIDE, value)
            self.browser.until(f"{SRC} !== arguments[0]", before)  # the rough one
            self.assertEqual(self.browser.run(f"return {WIDTH}"), width)
            before = self.browser.run(f"return {SRC}")
        self.assertLess(self.picture()[0], natural[0])
        self.browser.run(LET_GO)
        self.browser.until(f"{SRC} !== arguments[0]", before)
        self.assertEqual(self.browser.run(f"return {WIDTH}"), width)
        self.assertEqual(self.picture(), natural)

    def test_cancelling_leaves_ready_photos_ready_and_options_go_on(self):
        self.drop_many(5)
        self.hold("render")
        self.set_side(200)
        self.browser.until(f"{page.STATES}.filter((s) => s !== 'ready').length === 5")
        self.browser.click("[data-do=cancel]")
        self.wait_ready(5)
        self.let_go()
        self.set_side(100)  # drawn so soon that nobody may see it under way
        self.browser.until("[...document.querySelectorAll('#photos img')]"
                           ".every((i) => i.complete && i.naturalWidth === 100)")
        self.wait_ready(5)
        self.browser.click("#photos li:nth-child(4) .look")
        self.browser.until("(i => i.complete && i.naturalWidth === 100)(document.querySelector('fc-compare .after'))")

    def test_photo_chosen_right_after_a_change_is_drawn_again_too(self):
        self.drop_many(3)
        self.set_side(200)
        self.browser.run("document.querySelector('#photos li:nth-child(2) .look').click()")
        self.browser.until("(i => i.complete && i.naturalWidth === 200)(document.querySelector('fc-compare .after'))")
        self.browser.until("[...document.querySelectorAll('#photos img')]"
                           ".every((i) => i.complete && i.naturalWidth === 200)")

    def test_way_back_shows_each_person_with_its_own_portrait(self):
        self.drop(("me.jpg", service.OTHER_PHOTO), ("you.png", service.PHOTO))
        self.wait_ready(2)
        self.browser.click("#photos li:first-child .look")
        self.wait_picture()
        first = self.browser.run(f"return {SRC}")
        self.browser.click("[data-open=help]")
        self.browser.click("#help a")
        self.browser.until("location.pathname === '/docs'")
        self.browser.call("POST", "/back")
        self.browser.until("location.pathname === '/' && document.readyState === 'complete'")
        self.assertEqual(len(self.browser.run(f"return {page.STATES}")), 2)  # the browser kept the page
        self.browser.press(page.ESCAPE)  # and the help that was open
        self.browser.click("#photos li:nth-child(2) .look")
        self.browser.until(f"{SRC} !== arguments[0]", first)
        self.assertIn("you.png", self.browser.run("return document.querySelector('fc-compare .after').alt"))
        self.set_side(160)  # and it goes on: the server has forgotten, the photo is sent again
        self.browser.until("(i => i.complete && i.naturalWidth === 160)(document.querySelector('fc-compare .after'))")

    def test_choosing_a_photo_leaves_the_page_where_it_is(self):
        self.drop_many(30)
        with self.window(390, 844):
            self.browser.run("scrollTo(0, 0)")
            self.browser.press(*"]" * 29)
            self.browser.until("document.querySelector('#photos li:last-child .look').ariaCurrent === 'true'")
            self.assertEqual(self.browser.run("return scrollY"), 0)
            self.assertGreater(self.browser.run("return document.getElementById('photos').scrollTop"), 0)

    def test_portrait_that_comes_late_is_not_shown_for_another_photo(self):
        self.drop(("me.jpg", service.OTHER_PHOTO), ("you.png", service.PHOTO))
        self.wait_ready(2)
        self.browser.run("""
            const decode = Image.prototype.decode;
            let isFirst = true;
            Image.prototype.decode = function () {
              const held = isFirst && new Promise((go) => { window.late = go; });
              isFirst = false;
              return decode.call(this).then(() => held);
            };
            document.querySelector('#photos li:first-child .look').click();
            document.querySelector('#photos li:nth-child(2) .look').click();""")
        self.browser.until("document.querySelector('fc-compare .after').alt.includes('you.png') && Boolean(window.late)")
        self.browser.run("window.late()")
        self.assertIn("you.png", self.browser.run("return document.querySelector('fc-compare .after').alt"))

    def test_leaving_with_unsaved_portraits_is_asked_about(self):
        asks = """const event = new Event("beforeunload", { cancelable: true });
                  dispatchEvent(event); return event.defaultPrevented;"""
        self.assertFalse(self.browser.run(asks))
        self.take(page.PORTRAIT)
        self.wait_picture()
        self.assertTrue(self.browser.run(asks))
        self.save("png")
        self.downloaded("official_portrait_portrait.png")
        self.wait_said("official_portrait_portrait.png")
        self.assertFalse(self.browser.run(asks))

    def test_one_photo_is_cancelled_and_taken_up_again(self):
        self.hold("analyze")
        self.take(page.PORTRAIT)
        self.wait_held()
        self.browser.click("#stop")
        self.wait_problem("interrupted")
        self.assertEqual(self.browser.run(f"return {page.STATES}"), ["cancelled"])
        self.browser.run("window.held.length = 0")
        self.browser.click("#problem .primary")
        self.wait_held()
        self.let_go()
        self.wait_picture()

    def test_limit_that_a_photo_breaks_is_named(self):
        self.browser.run("""XMLHttpRequest.prototype.send = function () {
            const text = JSON.stringify({ detail: "a file of 31 MB, at most 20 MB are accepted" });
            const answer = { status: 413, response: new Blob([text]) };
            Object.entries(answer).forEach(([name, value]) => Object.defineProperty(this, name, { value }));
            this.getResponseHeader = (name) => (name === "X-Error" ? "limit_exceeded" : null);
            queueMicrotask(() => this.onload());
        }""")
        self.take(page.PORTRAIT)
        self.wait_problem("too large")
        self.assertIn("at most 20 MB are accepted", self.browser.text("#problem"))
        self.assertEqual(self.browser.run("return document.querySelector('#problem details p').lang"), "en")

    def test_limit_that_a_file_breaks_is_named_where_it_is_saved(self):
        self.expected = ["413 (Content Too Large)"]
        self.browser.run("localStorage.setItem('settings', JSON.stringify({ max_jpeg_kb: 1 }))")
        self.browser.open(self.base)
        self.take(page.PORTRAIT)
        self.wait_picture()
        self.save("jpg")
        self.assertIn(" 1024 allowed", self.wait_said("smallest JPEG takes "))

    def test_undo_says_when_there_is_nothing_to_undo(self):
        off = "return ['undo', 'redo'].map((n) => document.querySelector(`[data-do=${n}]`).ariaDisabled)"
        self.take(page.PORTRAIT)
        self.wait_picture()
        self.assertEqual(self.browser.run(off), ["true", "true"])
        self.browser.click("[value=cv]")
        self.assertEqual(self.browser.run(off), ["false", "true"])
        self.browser.run("""document.body.dispatchEvent(new KeyboardEvent("keydown",
            { key: "z", ctrlKey: true, bubbles: true }))""")
        self.assertTrue(self.browser.run("return document.querySelector('[value=custom]').checked"))
        self.assertEqual(self.browser.run(off), ["true", "false"])
        self.browser.click("[data-do=redo]")
        self.assertTrue(self.browser.run("return document.querySelector('[value=cv]').checked"))


if __name__ == "__main__":
    browser.main()

#!/usr/bin/env python3
"""Cropping by hand on the page at /, in a real browser against the real server: by pointer, wheel,
keys and controls, for one photo or all. Skipped where Debian's chromium-driver is not installed."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
# pylint: disable=wrong-import-position
import math
import re
import urllib.parse

import browser
import page
import service

# Keeps what is asked of the server for a picture, the latest last.
LISTEN = """
    window.sent = [];
    const { open, send } = XMLHttpRequest.prototype;
    XMLHttpRequest.prototype.open = function (method, address) {
      this.isRender = address.includes("render");
      open.call(this, method, address);
    };
    XMLHttpRequest.prototype.send = function (body) {
      if (this.isRender) {
        window.sent.push(String(body));
      }
      send.call(this, body);
    };
"""
DRAG = """
    const [fingers, steps] = arguments;
    const canvas = document.querySelector("#stage .canvas");
    const { left, top, width, height } = canvas.getBoundingClientRect();
    const fire = (type, id, [x, y]) => canvas.dispatchEvent(new PointerEvent(type, { bubbles: true,
      cancelable: true, pointerId: id, button: 0, clientX: left + x * width, clientY: top + y * height }));
    canvas.setPointerCapture = () => {}; // these fingers are none of the browser's
    fingers.forEach(([from], id) => fire("pointerdown", id, from));
    for (let i = 1; i <= steps; i += 1) {
      fingers.forEach(([from, to], id) =>
        fire("pointermove", id, from.map((start, axis) => start + ((to[axis] - start) * i) / steps)));
    }
    fingers.forEach(([, to], id) => fire("lostpointercapture", id, to));
"""
WHEEL = """
    const canvas = document.querySelector("#stage .canvas");
    const { left, top, width, height } = canvas.getBoundingClientRect();
    canvas.dispatchEvent(new WheelEvent("wheel", { bubbles: true, cancelable: true, deltaY: arguments[0],
      clientX: left + width * arguments[1], clientY: top + height * arguments[2] }));
"""
SET = """
    const field = document.querySelector(arguments[0]);
    field.value = arguments[1];
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.dispatchEvent(new Event("change", { bubbles: true }));
"""
# Nothing done by hand, and how exactly a hand is followed: events tell whole px.
UNCROPPED = {"move_x": 0.0, "move_y": 0.0, "zoom": 1.0, "turn": 0.0}
NEAR = 0.005
# Keys one right after the other, however slow the machine is.
TYPE = """
    const canvas = document.querySelector("#stage .canvas");
    arguments[0].forEach((key) => canvas.dispatchEvent(
      new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true })));
"""


class Crop(page.PageTest):
    """What the hand does is what the server is asked for."""

    def start(self, *files):
        """A portrait that is being cropped."""
        self.browser.run(LISTEN)
        if files:
            self.drop(*files)
        else:
            self.take(page.PORTRAIT)
        self.wait_picture()
        self.wait_states("ready")
        self.browser.click("[data-do=crop]")

    def crop(self):
        """What the last picture was asked with."""
        fields = urllib.parse.parse_qs(self.browser.run("return window.sent.at(-1)"))
        return {name: float(fields.get(name, [usual])[0]) for name, usual in UNCROPPED.items()}

    def wait_crop(self, **wanted):
        """Until the picture with this crop is seen."""
        wanted = {**UNCROPPED, **wanted}
        def is_there():
            return all(abs(value - wanted[name]) < NEAR for name, value in self.crop().items())
        try:
            browser.wait_for(is_there)
        except AssertionError:
            self.assertEqual(self.crop(), wanted)
        self.wait_picture()

    def undo_steps(self):
        """How often one can go back, once the hand has come to rest."""
        self.browser.until("document.querySelector('[data-do=undo]').ariaDisabled === 'false'")
        count = 0
        while self.browser.run("return document.querySelector('[data-do=undo]').ariaDisabled") == "false":
            self.browser.click("[data-do=undo]")
            count += 1
        return count

    def test_dragging_moves_the_photo_as_far_as_the_hand(self):
        self.start()
        self.browser.run(DRAG, [[[0.5, 0.5], [0.7, 0.4]]], 10)
        self.wait_crop(move_x=0.2, move_y=-0.1)
        self.browser.until("document.querySelector('fc-compare .after').style.transform.startsWith("
                           "'matrix(1, 0, 0, 1, 0, 0')")
        self.assertEqual(self.undo_steps(), 1)
        self.wait_crop()

    def test_escape_ends_it_wherever_one_is_and_the_focus_goes_on_where_it_began(self):
        self.start(("Ann.jpg", service.OTHER_PHOTO), ("Bob.jpg", service.OTHER_PHOTO))
        self.browser.run("document.querySelector('#photos .tick').click()")
        for place in (".canvas", "#crop_zoom", "[data-do=crop_left]"):
            self.browser.run("document.querySelector(arguments[0]).focus()", place)
            self.browser.press(page.ESCAPE)
            self.assertTrue(self.browser.run("return document.getElementById('hand').hidden"), place)
            self.browser.until("document.activeElement.dataset.do === 'crop'")
            self.browser.press(page.ENTER)
        self.browser.press(page.ESCAPE)
        self.assertEqual(self.browser.text("#tally"), "1 of 2 selected")
        self.browser.press(page.ESCAPE)  # nothing is done by hand any more
        self.assertEqual(self.browser.run("return document.querySelector('#photos .tick').ariaPressed"), "false")

    def test_picture_follows_before_the_server_has_answered(self):
        self.start()
        self.hold("render")
        self.browser.run(DRAG, [[[0.5, 0.5], [0.75, 0.5]]], 1)
        moved = self.browser.run("""const [after, canvas] = [".after", ".canvas"].map((name) =>
            document.querySelector(`#stage ${name}`).getBoundingClientRect());
            return (after.left - canvas.left) / canvas.width;""")
        self.assertAlmostEqual(moved, 0.25, 2)
        self.let_go()
        self.wait_crop(move_x=0.25)

    def test_two_fingers_zoom_and_turn(self):
        self.start()
        self.browser.run(DRAG, [[[0.4, 0.5], [0.3, 0.5]], [[0.6, 0.5], [0.7, 0.5]]], 8)
        self.wait_crop(zoom=2.0)
        self.browser.run(DRAG, [[[0.3, 0.5], [0.3, 0.4]], [[0.7, 0.5], [0.7, 0.6]]], 8)
        self.wait_crop(zoom=2 * math.hypot(0.4, 0.2) / 0.4, turn=math.degrees(math.atan(0.5)))

    def test_wheel_zooms_about_the_pointer(self):
        self.start()
        self.browser.run(WHEEL, -200, 0.5, 0.5)
        self.wait_crop(zoom=math.exp(0.3))
        self.browser.run(WHEEL, -200, 1, 0.5)
        self.wait_crop(zoom=math.exp(0.6), move_x=0.5 - 0.5 * math.exp(0.3))

    def test_keys_move_zoom_and_turn_and_are_one_step_of_undo(self):
        self.start()
        self.browser.run(TYPE, ["ArrowRight", "ArrowRight", "ArrowRight", "ArrowUp", ".", ".", ".", ","])
        self.wait_crop(move_x=0.03, move_y=-0.01, turn=1.0)
        self.assertEqual(self.undo_steps(), 1)
        self.browser.click("[data-do=redo]")
        self.wait_crop(move_x=0.03, move_y=-0.01, turn=1.0)
        self.browser.click("#crop_reset")
        self.wait_crop()
        self.browser.run("document.querySelector('#stage .canvas').focus()")
        self.browser.press("+", "-", "-")
        self.wait_crop(zoom=1 / 1.02)

    def test_going_back_takes_what_the_hand_has_just_done(self):
        self.start()
        self.browser.run(TYPE, ["ArrowRight"])
        self.browser.press("z")
        self.assertEqual(self.browser.text("#crop_zoom_now"), "100%")
        self.wait_crop()
        self.browser.click("[data-do=redo]")
        self.wait_crop(move_x=0.01)

    def test_sliders_and_buttons_do_the_same(self):
        self.start()
        self.browser.run(SET, "#crop_zoom", "1")
        self.wait_crop(zoom=2.0)
        self.assertEqual(self.browser.text("#crop_zoom_now"), "200%")
        self.browser.run(SET, "#crop_turn", "-7.5")
        self.wait_crop(zoom=2.0, turn=-7.5)
        self.browser.click("[data-do=crop_down]")
        self.wait_crop(zoom=2.0, turn=-7.5, move_y=0.05)
        self.browser.click("[data-do=crop_end]")
        self.assertTrue(self.browser.run("return document.getElementById('hand').hidden"))
        self.browser.run("document.querySelector('#stage .handle').focus()")
        self.browser.press(page.END)  # the handle is there again
        self.browser.until("document.querySelector('.handle').getAttribute('aria-valuenow') === '100'")

    def test_what_is_saved_is_cropped(self):
        self.start()
        self.browser.run(SET, "#crop_turn", "10")
        self.wait_crop(turn=10.0)
        self.save("png")
        content = self.downloaded("official_portrait_portrait.png")
        wanted = self.server.process(page.PORTRAIT.read_bytes(), format="png", turn="10",
                                     max_jpeg_kb="99", background="#f0f0f0")
        self.assertEqual(content, wanted.body)

    def test_one_photo_or_all_are_cropped(self):
        self.start(("me.jpg", service.OTHER_PHOTO), ("you.png", service.PHOTO))
        self.browser.run(SET, "#crop_turn", "5")
        self.wait_crop(turn=5.0)
        self.browser.press("]")
        self.browser.until("document.getElementById('progress').textContent.startsWith('you.png')")
        self.assertEqual(self.browser.text("#crop_turn_now"), "0°")
        self.browser.run(SET, "#crop_turn", "-5")
        self.browser.click("#crop_only")  # all, from now on
        self.browser.press("[")
        self.browser.until("document.getElementById('progress').textContent.startsWith('me.jpg')")
        self.browser.until("document.getElementById('crop_turn_now').textContent === '-5°'")
        self.wait_crop(turn=-5.0)

    def test_another_purpose_begins_with_its_own_frame(self):
        self.start()
        self.browser.run(SET, "#crop_zoom", "1")
        self.wait_crop(zoom=2.0)
        self.browser.click("[value=cv]")
        self.wait_crop()
        self.browser.click("[data-do=undo]")
        self.wait_crop(zoom=2.0)

    def test_document_shows_where_the_head_has_to_lie(self):
        self.start()
        self.browser.run("""const field = document.getElementById("find"); field.value = "us passport";
            field.dispatchEvent(new Event("input", { bubbles: true }))""")
        self.browser.click("#found button")
        self.wait_picture()
        self.browser.until("[...document.querySelectorAll('.band')].map((band) => band.textContent)"
                           ".join() === 'Top of the head,Eyes'")
        self.assertTrue(self.browser.run("""const { top } = document.querySelector('#stage .canvas').getBoundingClientRect();
            return [...document.querySelectorAll('.band span')].every((name) => name.getBoundingClientRect().top >= top)"""))
        self.assertEqual(self.head(), "Met")
        self.browser.run(SET, "#crop_zoom", "1")
        browser.wait_for(lambda: self.head() == "Not met")

    def head(self):
        """Whether the rule's head is met, as the page says it; but for the reason, which is the hand."""
        said = self.browser.run("return [...document.querySelectorAll('#rule_lines li')]"
                                ".map((line) => line.textContent)")
        found = [re.fullmatch(r"(.*): Head: [\d.]+ mm \(asked for: 25 to 35 mm\)\.", line) for line in said]
        return next(match[1] for match in found if match)

    def test_each_px_is_seen_as_it_is(self):
        self.take(page.PORTRAIT)
        self.wait_picture()
        self.browser.click("[value=cv]")
        self.wait_picture()
        self.browser.click("[data-do=full]")
        self.browser.until("(i => i.naturalWidth === 1063 && i.clientWidth === 1063)"
                           "(document.querySelector('fc-compare .after'))")
        self.browser.click("[data-do=full]")
        self.browser.until("document.querySelector('fc-compare .after').clientWidth < 1063")


class Mark(page.PageTest):
    """The face is where a person says."""

    def fields(self):
        """What is asked of the server now, but for the photo itself, as the page tells it."""
        self.browser.click("[data-open=help]")
        self.browser.click("[data-open=curl]")
        command = self.browser.text("#command")
        self.browser.press(page.ESCAPE)
        return dict(re.findall(r"-F '?(\w+)=([^ '\n]+)", command))

    def wait_square(self):
        """Until there is something to move."""
        self.browser.until("document.activeElement === document.querySelector('.sheet')")

    def test_photo_without_a_face_becomes_a_portrait(self):
        self.take(page.NO_FACE)
        self.wait_problem("find a face")
        self.browser.click("#problem .primary")
        self.wait_square()
        self.browser.run(TYPE.replace("#stage .canvas", ".sheet"), ["ArrowDown", "+", "+"])
        self.browser.press(page.ENTER)
        self.wait_picture()
        self.assertTrue(self.browser.run("return document.getElementById('problem').hidden"))
        fields = self.fields()
        self.assertEqual(len(fields["face_box"].split(",")), 4)
        self.save("png")
        wanted = self.server.process(page.NO_FACE.read_bytes(), format="png", max_jpeg_kb="99",
                                     background="#f0f0f0", face_box=fields["face_box"])
        self.assertEqual(self.downloaded("rgb_portrait.png"), wanted.body)

    def test_escape_leaves_the_square_and_the_focus_is_where_it_was(self):
        self.take(page.NO_FACE)
        self.wait_problem("find a face")
        for place in (".sheet", "#mark_size", "[data-do=mark_end]"):
            self.browser.click("#problem .primary")
            self.wait_square()
            self.browser.run("document.querySelector(arguments[0]).focus()", place)
            self.browser.press(page.ESCAPE)
            self.assertTrue(self.browser.run("return document.getElementById('mark').hidden"), place)
            self.browser.until("document.activeElement === document.querySelector('#problem .primary')")

    def test_marking_that_was_left_at_once_does_not_end_that_of_another_photo(self):
        self.drop(*[(f"{i}.png", page.NO_FACE.read_bytes()) for i in range(2)])
        self.wait_states("failed")
        self.browser.run("""for (const i of [1, 2]) {
              document.querySelector(`#photos li:nth-child(${i}) .look`).click();
              document.querySelector("#problem .primary").click();
            }""")
        self.wait_square()
        self.browser.run("return document.querySelector('#stage .plain').decode()")
        self.assertFalse(self.browser.run("return document.getElementById('mark').hidden"))
        self.assertFalse([said for said in self.browser.run("return window.said") if "cannot show" in said])

    def test_square_is_drawn_or_set_where_one_clicks(self):
        self.take(page.PORTRAIT)
        self.wait_picture()
        self.browser.click("[data-do=crop]")
        self.browser.click("#hand [data-do=mark]")
        self.wait_square()
        draw = DRAG.replace("#stage .canvas", ".sheet")
        self.browser.run(draw, [[[0.1, 0.6], [0.3, 0.76]]], 4)  # 910 x 1137 px: the sides are alike
        self.assert_square([0.1, 0.6, 0.2, 0.16])
        self.browser.run(draw, [[[0.5, 0.5], [0.5, 0.5]]], 1)
        self.assert_square([0.4, 0.42, 0.2, 0.16])
        self.browser.run(draw, [[[1, 1], [1, 1]]], 1)  # it stays within the photo
        self.assert_square([0.8, 0.84, 0.2, 0.16])
        self.browser.click("[data-do=mark_end]")
        self.assertTrue(self.browser.run("return document.getElementById('mark').hidden"))
        self.assertNotIn("face_box", self.fields())

    def assert_square(self, wanted):
        """Left, top, width and height in parts of the photo."""
        found = self.browser.run("const { left, top, width, height } = document.querySelector('.frame').style;"
                                 "return [left, top, width, height].map((part) => parseFloat(part) / 100)")
        for one, other in zip(found, wanted):
            self.assertAlmostEqual(one, other, 1, msg=f"{found} is not {wanted}")
            self.assertLess(abs(one - other), 0.01)

    def test_marked_face_is_one_more_to_choose_from(self):
        self.take(page.PORTRAIT)
        self.wait_picture()
        before = self.browser.run("return document.querySelector('fc-compare .after').src")
        self.browser.click("[data-do=crop]")
        self.browser.click("#hand [data-do=mark]")
        self.wait_square()
        self.browser.run(DRAG.replace("#stage .canvas", ".sheet"), [[[0.05, 0.7], [0.25, 0.86]]], 2)
        self.browser.click("[data-do=mark_use]")
        self.browser.until("document.querySelectorAll('fc-faces input').length === 2")
        self.browser.until("document.querySelector('fc-faces input:checked').value === '1'")
        self.browser.until("document.querySelector('fc-compare .after').src !== arguments[0]", before)
        self.wait_picture()
        self.browser.run("document.querySelector('fc-faces input[value=\"2\"]').click()")
        self.wait_picture()
        self.assertEqual(self.fields()["face"], "2")


if __name__ == "__main__":
    browser.main()

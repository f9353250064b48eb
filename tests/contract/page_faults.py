#!/usr/bin/env python3
"""The page at / when things go wrong: keys, a server that dies, one that is busy, an insecure
address; and the camera. Skipped where Debian's chromium-driver is not installed."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
# pylint: disable=wrong-import-position
import re
import shutil
import subprocess
import tempfile
import unittest

import access
import browser
import page
import service


# One browser for all: a camera that sees a person, and a name of the LAN.
ARGUMENTS = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream",
             "--host-resolver-rules=MAP lan.test 127.0.0.1"]


def setUpModule():  # pylint: disable=invalid-name
    """The camera shows Motion JPEG of one picture, which Facecraft makes to measure."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="facecraft-"))
    unittest.addModuleCleanup(shutil.rmtree, folder)
    subprocess.run([service.program(), "process", page.PORTRAIT, "-o", folder / "x.png", "--jpeg",
                    folder / "film.mjpeg", "--size", "640x480", "--no-oval", "--face-margin", "1",
                    "--models-dir", service.MODELS], check=True)
    access.AccessTest.ARGUMENTS = (*ARGUMENTS,
                                   f"--use-file-for-fake-video-capture={folder / 'film.mjpeg'}")


class Keys(access.AccessTest):
    """A server that asks for a key."""

    VARIABLES = {"API_KEY": "secret"}

    def give(self, key):
        """Type a key and use it."""
        self.browser.until("document.getElementById('key').open")
        field = self.browser.find("#key_value")
        self.browser.call("POST", f"{field}/value", text=key)
        self.browser.click("#key [value=ok]")

    def test_wrong_key_is_told_and_the_right_one_goes_on(self):
        self.expected = ["401 (Unauthorized)"]
        self.take(page.PORTRAIT)
        self.browser.until("document.getElementById('key').open")
        self.check("key")
        self.give("wrong")
        self.browser.until("document.getElementById('key').open && "
                           "!document.getElementById('key_wrong').hidden")
        self.check("key-wrong")
        self.give("secret")
        self.wait_picture()
        self.assertIsNone(self.browser.run("return sessionStorage.getItem('key')"))

    def test_enter_in_the_field_uses_the_key(self):
        self.expected = ["401 (Unauthorized)"]
        self.take(page.PORTRAIT)
        self.browser.until("document.getElementById('key').open")
        self.browser.press(page.ENTER)  # nothing typed: there is nothing to use yet
        self.assertTrue(self.browser.run("return document.getElementById('key').open"))
        field = self.browser.find("#key_value")
        self.browser.call("POST", f"{field}/value", text=f"secret{page.ENTER}")
        self.wait_picture()

    def test_photo_stays_without_a_key(self):
        self.expected = ["401 (Unauthorized)"]
        self.take(page.PORTRAIT)
        self.browser.until("document.getElementById('key').open")
        self.browser.click("#key [data-close]")
        self.wait_problem("needs a key")
        self.browser.click("#problem .primary")
        self.give("secret")
        self.wait_picture()

    def test_refused_dialog_is_not_opened_again_by_an_answer_that_was_on_its_way(self):
        self.expected = ["401 (Unauthorized)"]
        self.hold("api/v1/presets")
        self.take(page.PORTRAIT)
        self.wait_held()
        self.browser.until("document.getElementById('key').open")
        self.browser.click("#key [data-close]")
        self.wait_problem("needs a key")
        self.let_go()
        self.browser.until("performance.getEntriesByType('resource').some(({ name, responseStatus }) => "
                           "name.endsWith('api/v1/presets') && responseStatus === 401)")
        self.browser.run("return new Promise(requestIdleCallback)")
        self.assertFalse(self.browser.run("return document.getElementById('key').open"))


class Death(access.AccessTest):
    """A server that comes back."""

    def test_server_killed_in_mid_upload_gets_the_photo_when_it_is_back(self):
        self.expected = ["net::ERR_"]
        with self.line(uploadThroughput=10000):  # it takes longer than anybody needs to see it
            self.take(page.PORTRAIT)
            self.browser.until("/[1-9]\\d*\\s?%/.test(document.getElementById('progress').textContent)")
            self.server.child.kill()
            self.server.child.wait()
            self.browser.until("document.getElementById('status').textContent.includes('No connection')")
            self.browser.picture("offline")
        self.server.start()
        self.wait_picture()
        self.assertEqual(self.browser.text("#status"), "")


    def test_photo_deleted_without_a_connection_is_forgotten_when_there_is_one(self):
        self.expected = ["net::ERR_"]
        self.take(page.PORTRAIT)
        self.wait_picture()
        token = next(re.search("render/(\\w+)", url)[1] for url in self.requests() if "/render/" in url)
        with self.line(offline=True):
            self.browser.click("[data-do=forget]")
            self.browser.until("document.getElementById('status').textContent.includes('No connection')")
            self.assertEqual(self.server.get(f"/api/v1/analyze/{token}/original").status, 200)
        service.wait_until(lambda: self.server.get(f"/api/v1/analyze/{token}/original").status == 410,
                           "the photo is still there")
        self.browser.until("document.getElementById('status').textContent === ''")


class Camera(access.AccessTest):
    """A camera that sees a person."""

    def open_camera(self):
        """Until it shows what it sees."""
        self.browser.click("#start [data-do=camera]")
        self.browser.until("!document.getElementById('shoot').disabled")

    def test_shot_of_the_camera_becomes_a_portrait(self):
        self.open_camera()
        self.check("camera")
        self.browser.click("#shoot")
        self.wait_picture()
        self.assertIn("Camera.jpg", self.browser.text("#progress"))
        self.browser.picture("camera-result")

    def test_enter_on_the_timer_does_not_end_the_dialog(self):
        self.open_camera()
        self.browser.run("document.getElementById('timer').focus()")
        self.browser.press(page.ENTER)
        self.assertTrue(self.browser.run("return document.getElementById('camera').open"))
        self.browser.click("#camera [data-close]")
        self.browser.until("document.querySelector('video').srcObject === null")

    def test_timer_of_a_closed_camera_takes_no_photo_when_it_is_opened_again(self):
        self.open_camera()
        self.browser.click("#timer")
        self.browser.click("#shoot")
        self.browser.click("#camera [data-close]")
        self.open_camera()
        start = self.browser.run("return Date.now()")
        self.browser.until("Date.now() - arguments[0] > 4000", start)
        self.assertTrue(self.browser.run("return document.getElementById('camera').open"))
        self.assertFalse(self.browser.run("return document.getElementById('start').hidden"))
        self.browser.press(page.ESCAPE)

    def test_camera_that_was_opened_twice_while_it_was_asked_for_goes_off_too(self):
        self.browser.run("""window.gives = [];
            window.streams = [];
            const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
            navigator.mediaDevices.getUserMedia = async (wanted) => {
              const stream = await ask(wanted);
              window.streams.push(stream);
              return new Promise((give) => { window.gives.push(() => give(stream)); });
            };""")
        self.browser.click("#start [data-do=camera]")
        self.browser.until("window.gives.length === 1")
        self.browser.click("#camera [data-close]")
        self.browser.click("#start [data-do=camera]")
        self.browser.until("window.gives.length === 2")
        self.browser.run("window.gives.forEach((give) => give())")
        self.browser.until("!document.getElementById('shoot').disabled")
        self.browser.press(page.ESCAPE)
        self.browser.until("window.streams.flatMap((stream) => stream.getTracks())"
                           ".every((track) => track.readyState === 'ended')")

    def test_camera_goes_off_with_its_dialog(self):
        self.open_camera()
        self.browser.press(page.ESCAPE)
        self.browser.until("document.querySelector('video').srcObject === null")

    def test_camera_that_is_not_allowed_says_so(self):
        self.browser.run("navigator.mediaDevices.getUserMedia = () => "
                         "Promise.reject(new DOMException('', 'NotAllowedError'))")
        self.browser.click("#start [data-do=camera]")
        self.browser.until("document.getElementById('camera_hint').textContent.includes('not allowed')")
        self.check("camera-denied")


class Folders(access.AccessTest):
    """What is dropped, and turns out to be something else."""

    def setUp(self):
        super().setUp()
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="facecraft-"))
        self.addCleanup(shutil.rmtree, self.folder)

    def drop_path(self, path):
        """Drop something of this machine, as a file manager does."""
        data = {"items": [], "files": [str(path)], "dragOperationsMask": 1}
        for kind in ("dragEnter", "dragOver", "drop"):
            self.browser.devtools("Input.dispatchDragEvent", type=kind, x=200, y=200, data=data)

    def test_dropped_folder_gives_its_pictures(self):
        inner = self.folder / "team" / "more"
        inner.mkdir(parents=True)
        (self.folder / "team" / "a.jpg").write_bytes(service.OTHER_PHOTO)
        (self.folder / "team" / "list.txt").write_bytes(b"no picture")
        (inner / "b.png").write_bytes(service.PHOTO)
        self.drop_path(self.folder / "team")
        self.browser.until("document.getElementById('tally').textContent === '2 of 2 ready'")
        names = self.browser.run("return [...document.querySelectorAll('.name')].map((n) => n.textContent)")
        self.assertEqual(sorted(names), ["a.jpg", "b.png"])

    def test_dropped_folder_without_pictures_says_so(self):
        (self.folder / "empty").mkdir()
        self.drop_path(self.folder / "empty")
        self.wait_said("no picture in this folder")
        self.assertFalse(self.browser.run("return document.getElementById('start').hidden"))

    def test_file_that_is_gone_is_not_told_as_a_lost_connection(self):
        self.expected = ["net::ERR_"]
        photo = self.folder / "photo.jpg"
        photo.write_bytes(service.OTHER_PHOTO)
        self.hold("analyze")
        self.take(photo)
        self.wait_held()
        photo.unlink()
        self.let_go()
        self.wait_problem("cannot be read")
        self.assertEqual(self.browser.run("return document.getElementById('status').textContent"), "")


class Insecure(access.AccessTest):
    """Plain http on a LAN: a browser lends neither camera nor clipboard."""

    def setUp(self):
        super().setUp()
        self.expected = ["Cross-Origin-Opener-Policy header has been ignored"]
        self.base = f"http://lan.test:{self.server.port}/"
        self.browser.open(self.base)

    def test_copying_a_picture_says_why_not_and_what_works(self):
        self.take(page.PORTRAIT)
        self.wait_picture()
        self.browser.click("#formats")
        self.browser.click("[data-do=copy]")
        self.assertEqual(self.wait_said("plain http"), "Over plain http, browsers let no page copy pictures. "
                         "Save the PNG instead, or open this page by https.")

    def test_command_is_copied_all_the_same(self):
        self.take(page.PORTRAIT)
        self.wait_picture()
        self.browser.click("[data-open=help]")
        self.browser.click("[data-open=curl]")
        self.browser.run("document.addEventListener('copy', () => {"
                         "window.copied = String(getSelection()); })")
        self.browser.click("[data-do=copy-command]")
        self.assertIn("curl", self.browser.until("window.copied"))

    def test_camera_is_hidden_with_a_reason(self):
        self.assertTrue(self.browser.run("return document.querySelector('[data-do=camera]').hidden"))
        self.assertIn("needs https or localhost", self.browser.text("#insecure"))
        self.take(page.PORTRAIT)
        self.wait_picture()


if __name__ == "__main__":
    browser.main()

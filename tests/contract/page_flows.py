#!/usr/bin/env python3
"""The page at / from photo to portrait, in a real browser against the real server. Skipped where
Debian's chromium-driver is not installed."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
# pylint: disable=wrong-import-position
import re
import shutil
import subprocess
import tempfile
import unittest

import browser
import page
import service


# Shows a file, as base64, in the place of the picture, so that the browser scales both alike.
SHOW = """
    const bytes = Uint8Array.from(atob(arguments[0]), (c) => c.charCodeAt(0));
    const picture = document.querySelector("fc-compare .after");
    picture.src = URL.createObjectURL(new Blob([bytes]));
    return picture.decode();
"""
# Mean difference of two screenshots, as base64, within the stage's picture but for its rim: its
# corners are round.
DIFFERENCE = """
    const box = document.querySelector("fc-compare .canvas").getBoundingClientRect();
    const [before, after] = await Promise.all([...arguments].map(async (text) => {
      const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
      const bitmap = await createImageBitmap(new Blob([bytes]));
      const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext("2d");
      context.drawImage(bitmap, 0, 0);
      return context.getImageData(box.left + 12, box.top + 12, box.width - 24, box.height - 24).data;
    }));
    return before.reduce((sum, level, i) => sum + Math.abs(level - after[i]), 0) / (before.length * 3 / 4);
"""


# A photo as TIFF, which browsers do not show: uncompressed RGB in one strip.
TIFF = """
    return (async (text) => {
      const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
      const bitmap = await createImageBitmap(new Blob([bytes]));
      const { width, height } = bitmap;
      const context = new OffscreenCanvas(width, height).getContext("2d");
      context.drawImage(bitmap, 0, 0);
      const pixels = context.getImageData(0, 0, width, height).data;
      const tags = [[256, 3, 1, width], [257, 3, 1, height], [258, 3, 3, 134], [259, 3, 1, 1], [262, 3, 1, 2],
        [273, 4, 1, 140], [277, 3, 1, 3], [278, 3, 1, height], [279, 4, 1, width * height * 3], [284, 3, 1, 1]];
      const view = new DataView(new ArrayBuffer(140 + width * height * 3));
      view.setUint32(0, 0x49492a00);
      view.setUint32(4, 8, true);
      view.setUint16(8, tags.length, true);
      tags.forEach(([tag, type, count, value], i) => {
        view.setUint16(10 + 12 * i, tag, true);
        view.setUint16(12 + 12 * i, type, true);
        view.setUint32(14 + 12 * i, count, true);
        view.setUint32(18 + 12 * i, value, true);
      });
      [8, 8, 8].forEach((bits, i) => view.setUint16(134 + 2 * i, bits, true));
      const rgb = new Uint8Array(view.buffer, 140);
      for (let i = 0; i < width * height * 3; i += 1) {
        rgb[i] = pixels[Math.floor(i / 3) * 4 + (i % 3)];
      }
      window.testFiles = [new File([view.buffer], "scan.tif", { type: "image/tiff" })];
    }).apply(null, arguments);
"""


class Portraits(page.PageTest):
    """One photo."""

    def token(self):
        """Of the analysis that the page works with."""
        return next(url for url in self.requests() if "/render/" in url).rsplit("/", 1)[-1]

    def ask(self, token):
        """What the server answers to who wants a portrait of this analysis."""
        return self.server.request("POST", f"/api/v1/render/{token}", "width=64&height=64",
                                   {"Content-Type": "application/x-www-form-urlencoded"}).status

    def difference(self, content):
        """Between what the stage shows and a file: levels of 255, mean of all pixels and colours."""
        self.browser.run("""document.querySelectorAll('fc-compare .handle, fc-compare .tag')
            .forEach((part) => { part.style.visibility = 'hidden'; })""")
        seen = self.browser.screenshot()
        picture = self.browser.run("return document.querySelector('fc-compare .after').src")
        self.browser.run(SHOW, service.encode(content))
        saved = self.browser.screenshot()
        self.browser.run("document.querySelector('fc-compare .after').src = arguments[0]", picture)
        return self.browser.run(f"return (async () => {{ {DIFFERENCE} }}).apply(null, arguments)",
                                seen, saved)

    def test_chosen_photo_becomes_a_portrait_without_any_further_step(self):
        self.take(page.PORTRAIT)
        self.wait_picture()
        self.assertEqual(self.browser.text("#progress"), "official_portrait.jpg · 910 × 1137 px")
        self.assertIn("at most 10 more minutes", self.browser.text("#kept"))
        self.browser.picture("ready")

    def test_one_photo_is_not_counted_as_several(self):
        self.take(page.PORTRAIT)
        self.wait_said("1 photo added.")
        self.wait_picture()
        self.drop(("me.jpg", service.OTHER_PHOTO), ("you.png", service.PHOTO))
        self.wait_said("2 photos added.")

    def test_dropped_photo_becomes_a_portrait(self):
        self.assertTrue(self.drop(("me.jpg", service.OTHER_PHOTO)))
        self.wait_picture()
        self.assertTrue(self.browser.run("return document.getElementById('drop').hidden"))

    def test_pasted_photo_becomes_a_portrait(self):
        self.bring(("image.png", service.PHOTO))
        self.browser.run(page.PASTE)
        self.wait_picture()

    def test_paste_button_takes_what_the_clipboard_holds(self):
        self.browser.devtools("Browser.grantPermissions", origin=self.base,
                              permissions=["clipboardReadWrite", "clipboardSanitizedWrite"])
        self.browser.run("return navigator.clipboard.writeText('no picture')")
        self.browser.click("#start [data-do=paste]")
        self.wait_said("no picture")
        self.browser.run("""return (async (text) => {
            const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
            const blob = new Blob([bytes], { type: "image/png" });
            await navigator.clipboard.write([new ClipboardItem({ "image/png": blob })]);
        }).apply(null, arguments)""", service.encode(service.PHOTO))
        self.browser.click("#start [data-do=paste]")
        self.wait_picture()
        self.assertIn("pasted.png", self.browser.text("#progress"))

    def test_downloads_are_what_was_asked_for(self):
        self.take(page.PORTRAIT)
        self.wait_picture()
        self.browser.click("[value=cv]")
        self.wait_picture()
        self.save("jpg")
        content = self.downloaded("official_portrait_portrait.jpg")
        self.assertEqual(service.picture_size(content), ("jpg", 1063, 1417))
        self.assertLessEqual(len(content), 99 << 10)
        self.save("png")
        content = self.downloaded("official_portrait_portrait.png")
        self.assertEqual(service.picture_size(content), ("png", 1063, 1417))
        self.assertEqual(content[25], 2)  # RGB: a rectangle on a colour has nothing to see through

    def test_button_says_how_large_its_file_is(self):
        self.take(page.PORTRAIT)
        self.wait_picture()
        self.requests()
        self.browser.run("document.querySelector('[data-do=save]').focus()")
        size = self.browser.until("document.getElementById('save_size').textContent")
        self.browser.click("[data-do=save]")
        content = self.downloaded("official_portrait_portrait.png")
        self.assertEqual(size, f" · {round(len(content) / 1024)} KB")
        self.assertEqual(len([url for url in self.requests() if "/render/" in url]), 1)  # for both
        self.browser.click("[value='#2f5d8a']")
        self.assertEqual(self.browser.run("return document.getElementById('save_size').textContent"), "")

    def test_picture_that_is_seen_is_the_one_that_is_saved(self):
        choices = {"oval": ["[value='#c9d8e6']"], "print": ["[value=cv]", "[value='#2f5d8a']"]}
        with self.window(1280, 1000, prefers_reduced_motion="reduce"):
            self.take(page.PORTRAIT)
            self.wait_picture()
            self.compare(choices)

    def compare(self, choices):
        """The stage and both files, for each choice of options."""
        for name, clicks in choices.items():
            for click in clicks:
                self.browser.click(click)
            self.wait_picture()
            for kind, limit in (("png", 1), ("jpg", 2)):  # a JPEG pays for its 99 KB
                self.save(kind)
                content = self.downloaded(f"official_portrait_portrait.{kind}")
                with self.subTest(f"{name} {kind}"):
                    self.assertLess(self.difference(content), limit)

    def test_options_change_the_picture_at_once(self):
        self.take(page.PORTRAIT)
        self.wait_picture()
        before = self.browser.run("return document.querySelector('fc-compare .after').src")
        self.browser.click("[name=use_oval_mask]")
        self.browser.until("document.querySelector('fc-compare .after').src !== arguments[0]", before)
        self.browser.click("[value=cv]")
        self.browser.until("(i => i.naturalWidth / i.naturalHeight < 0.76)"
                           "(document.querySelector('fc-compare .after'))")
        self.browser.click("[value=custom]")
        self.browser.run("""const field = document.querySelector("[name=width]");
            field.value = "1417"; field.dispatchEvent(new Event("change", { bubbles: true }))""")
        self.browser.until("(i => i.naturalWidth === i.naturalHeight)"
                           "(document.querySelector('fc-compare .after'))")

    def test_original_lies_under_the_portrait_however_the_camera_was_held(self):
        """Reduced, as it has more px than the portrait; both are the same picture here."""
        exif = b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x08\0\0\0\0\0\0"
        photo = service.OTHER_PHOTO  # with this it lies on its side
        marker = b"\xff\xe1" + (len(exif) + 2).to_bytes(2, "big") + exif
        self.browser.run("localStorage.setItem('settings', JSON.stringify({ preset: 'custom', width: 300, height: 300, "
                         "use_oval_mask: false, background: 'keep', enhance_photo: 'off', enhance_face: false }))")
        self.browser.open(self.base)
        with self.window(1280, 1000, prefers_reduced_motion="reduce"):
            self.bring(("me.jpg", photo[:2] + marker + photo[2:]))
            self.browser.run("window.testFiles = window.testFiles.map((file) =>"
                             "new File([file], file.name, { type: 'image/jpeg' }))")
            self.browser.run(page.DROP)
            self.wait_picture()
            self.browser.until("!document.querySelector('.before canvas').hidden")
            box = self.browser.run("const { left, top, width, height } = document.querySelector('#stage .canvas')"
                                   ".getBoundingClientRect(); return [left, top, width, height]")
            places = [(box[0] + box[2] * x, box[1] + box[3] * y) for x in (0.2, 0.45, 0.7) for y in (0.2, 0.5, 0.8)]
            seen = {}
            for key in ("1", "3"):
                self.browser.press(key)
                seen[key] = [self.pixel(*place) for place in places]
            far = [max(abs(a - b) for a, b in zip(one, other)) for one, other in zip(seen["1"], seen["3"])]
            self.assertLess(sorted(far)[len(far) // 2], 16, seen)

    def test_background_changes_without_asking_the_server(self):
        self.take(page.PORTRAIT)
        self.wait_picture()
        self.browser.click("[value=off]")
        self.wait_picture()
        self.requests()
        self.browser.click("[value='#2f5d8a']")
        self.assertEqual(self.corner(), [0x2f, 0x5d, 0x8a])
        self.assertEqual(self.requests(), [])
        self.browser.click("[value='#f0f0f0']")
        self.browser.run("return fetch('/health')")

    def corner(self):
        """The colour in the upper right corner of the portrait."""
        left, top = self.browser.run("const r = document.querySelector('.canvas')"
                                     ".getBoundingClientRect(); return [r.right - 20, r.top + 20]")
        return self.pixel(left, top)

    def test_a_gradient_is_laid_by_the_page_and_a_kept_background_by_the_server(self):
        self.take(page.PORTRAIT)
        self.wait_picture()
        self.browser.click("[value=cv]")
        self.wait_picture()
        self.requests()
        self.browser.click("[value^='gradient']")
        red, green, blue = self.corner()
        self.assertTrue(0x9f < red < green < blue <= 255)
        self.assertEqual(self.requests(), [])
        seen = []
        for ground in ("keep", "blur"):
            self.redraw(f"[value={ground}]")
            seen.append(self.corner())
        self.assertNotIn([red, green, blue], seen)
        self.assertEqual(len([url for url in self.requests() if "/render/" in url]), 2)

    def test_an_own_picture_lies_behind_the_portrait(self):
        self.take(page.PORTRAIT)
        self.wait_picture()
        self.browser.click("[value=cv]")
        self.wait_picture()
        self.browser.choose("[name=picture]", service.DATA / "image" / "orientation_1.jpg")
        def is_green():
            red, green, blue = self.corner()
            return green > red + 50 and green > blue + 50
        browser.wait_for(is_green)  # the browser decodes it when it can
        self.save("png")
        content = self.downloaded("official_portrait_portrait.png")
        fields = {"preset": "cv", "format": "png"}
        behind = (service.DATA / "image" / "orientation_1.jpg").read_bytes()
        wanted = self.server.post_form("/api/v1/process", fields, [
            ("file", "p.jpg", page.PORTRAIT.read_bytes()), ("background_file", "b.jpg", behind)])
        self.assertTrue(content == wanted.body)
        self.browser.open(self.base)
        self.assertTrue(self.browser.run("return document.querySelector('[value=\\'#f0f0f0\\']').checked"))

    def test_undo_and_redo(self):
        self.take(page.PORTRAIT)
        self.wait_picture()
        self.browser.click("[value=cv]")
        self.browser.press("z")
        self.assertTrue(self.browser.run("return document.querySelector('[value=directory]').checked"))
        self.browser.press("Z")
        self.assertTrue(self.browser.run("return document.querySelector('[value=cv]').checked"))

    def test_settings_are_kept_on_the_device(self):
        self.take(page.PORTRAIT)
        self.wait_picture()
        self.browser.click("[value=cv]")
        self.browser.open(self.base)
        self.assertTrue(self.browser.run("return document.querySelector('[value=cv]').checked"))

    def test_settings_of_an_earlier_version_are_understood_as_far_as_they_go(self):
        self.browser.run("""localStorage.setItem("settings", JSON.stringify({ preset: "passport",
            width: 413, height: 531, use_oval_mask: false, face_margin: "wide", gone: true }))""")
        self.browser.open(self.base)
        self.take(page.PORTRAIT)
        self.wait_picture()
        self.assertTrue(self.browser.run("return document.querySelector('[value=custom]').checked"))
        self.save("png")
        content = self.downloaded("official_portrait_portrait.png")
        self.assertEqual(service.picture_size(content), ("png", 413, 531))

    def test_portrait_lies_over_its_face_in_the_photo(self):
        self.take(page.PORTRAIT)
        self.browser.click("[value=off]")
        self.wait_picture()
        place = self.browser.run("""document.querySelector('fc-compare').split = 100;
            const r = document.querySelector('.canvas').getBoundingClientRect();
            return [r.left + r.width * 0.49, r.top + r.height * 0.5]""")
        original = self.pixel(*place)
        self.browser.run("document.querySelector('fc-compare').split = 0")
        portrait = self.pixel(*place)
        self.assertLess(max(abs(a - b) for a, b in zip(original, portrait)), 40)

    def test_photo_without_a_face_says_so_and_keeps_the_settings(self):
        self.browser.run("document.querySelector('[value=custom]').click()")
        self.take(page.NO_FACE)
        self.wait_problem("We could not find a face")
        self.browser.picture("no-face")
        self.assertTrue(self.browser.run("return document.querySelector('[value=custom]').checked"))
        # Trying again cannot help.
        self.assertEqual(self.browser.run("return [...document.querySelectorAll('#problem button')]"
                                          ".map((button) => button.textContent)"), ["Mark the face", "Remove"])

    def test_files_that_are_no_photos_are_told_apart(self):
        self.expected = ["400 (Bad Request)", "415"]
        self.drop(("notes.txt", b"no picture at all"))
        self.wait_problem("not supported")
        self.drop(("cut.png", service.PHOTO[:40000]))
        self.wait_problem("damaged")
        self.browser.picture("damaged")

    def test_photo_that_only_the_server_can_show(self):
        self.take(page.HEIC)  # a test card, so there is no face either
        self.wait_problem("We could not find a face")

    def test_deleted_photo_is_gone_everywhere(self):
        self.take(page.PORTRAIT)
        self.wait_picture()
        self.requests()
        self.browser.click("[data-do=forget]")
        self.assertFalse(self.browser.run("return document.getElementById('start').hidden"))
        asked = self.requests()
        self.assertEqual([url for url in asked if "/api/v1/analyze/" in url], asked)
        browser.wait_for(lambda: self.ask(asked[0].rsplit("/", 1)[-1]) == 410)

    def test_page_that_is_left_or_closed_is_forgotten_by_the_server(self):
        def leave():
            self.browser.open("about:blank")

        def close():
            self.browser.call("DELETE", "/window")

        home = self.browser.call("GET", "/window")
        for go in (leave, close):
            made = self.browser.call("POST", "/window/new", type="tab")
            self.browser.call("POST", "/window", handle=made["handle"])
            self.browser.open(self.base)
            self.take(page.PORTRAIT)
            self.wait_picture()
            token = self.token()
            self.assertEqual(self.ask(token), 200)
            go()
            self.browser.call("POST", "/window", handle=home)
            browser.wait_for(lambda token=token: self.ask(token) == 410)

    def test_forgotten_photo_is_sent_again_by_itself(self):
        self.expected = ["404", "410"]
        self.take(page.PORTRAIT)
        self.wait_picture()
        token = self.token()
        self.assertIn(self.server.delete(f"/api/v1/analyze/{token}").status, (200, 204))
        self.browser.click("[value=cv]")
        self.wait_picture()
        asked = self.requests()
        self.assertIn(f"{self.base}api/v1/analyze", asked)

    def test_curl_command_makes_the_same_portrait(self):
        self.take(page.PORTRAIT)
        self.wait_picture()
        self.browser.click("[value='#2f5d8a']")
        self.browser.click("[data-open=help]")
        self.browser.click("[data-open=curl]")
        command = self.browser.text("#command")
        self.assertIn("-F file=@official_portrait.jpg", command)
        self.assertIn("-F background=#2f5d8a", command)
        self.assertIn(f"{self.base}api/v1/process", command)

    @unittest.skipUnless(shutil.which("curl"), "no curl")
    def test_curl_command_works_with_any_name_of_a_file(self):
        name = "it's; a, \"b\" \\ c.jpg"
        self.drop((name, service.OTHER_PHOTO))
        self.wait_picture()
        self.browser.click("[data-open=help]")
        self.browser.click("[data-open=curl]")
        command = self.browser.text("#command")
        with tempfile.TemporaryDirectory(prefix="facecraft-") as folder:
            pathlib.Path(folder, name).write_bytes(service.OTHER_PHOTO)
            ran = subprocess.run(["sh", "-c", command], cwd=folder, capture_output=True, check=False)
            self.assertEqual(ran.returncode, 0, ran.stderr)
            content = pathlib.Path(folder, "portrait.png").read_bytes()
        self.assertEqual(service.picture_size(content), ("png", 648, 648))

    def test_sample_is_tried_from_the_start(self):
        self.wait_example()
        self.assertEqual(self.browser.run("return document.querySelector('#example .handle').ariaValueNow"), "50")
        self.browser.picture("start")
        self.browser.click("[data-do=sample]")
        self.wait_picture()
        self.assertIn("sample.jpg · 512 × 512 px", self.browser.text("#progress"))
        self.assertIsNone(self.browser.run("return document.querySelector('#example fc-compare')"))
        self.browser.click("[data-do=forget]")
        self.browser.until("document.querySelector('#example fc-compare') !== null")

    def test_example_is_a_real_portrait_of_the_sample(self):
        places = self.browser.run("""return (({ photo, portrait }) => [photo, portrait])
            (document.getElementById("example").dataset)""")
        photo, portrait = (self.server.get(f"/{place}").body for place in places)
        analysis = self.server.post_form("/api/v1/analyze", {}, [("file", "s.jpg", photo)]).json
        wanted = {"width": 440, "height": 440, "use_oval_mask": "false", "face_margin": "0.35"}
        answer = self.server.post_form(f"/api/v1/render/{analysis['token']}", wanted)
        self.assertEqual(service.picture_size(portrait), ("jpg", 440, 440))
        source = (service.REPO / "ui" / "example.js").read_text()
        told = re.search(r"a: ([\d.-]+), b: ([\d.-]+), tx: ([\d.-]+), ty: ([\d.-]+)", source).groups()
        for mine, its in zip(map(float, told), map(float, answer.header("X-Frame").split(","))):
            self.assertAlmostEqual(mine, its, delta=max(0.02 * abs(its), 3))

    def test_photo_that_the_browser_cannot_show_is_shown_by_the_server(self):
        self.browser.run(TIFF, service.encode(service.PHOTO))
        self.browser.until("window.testFiles?.[0].name === 'scan.tif'")
        self.browser.run(page.DROP)
        self.wait_picture()
        self.browser.until("!document.querySelector('.before canvas').hidden")
        self.assertEqual(self.browser.run("const { width, height } = document.querySelector('.before canvas');"
                                          "return [width, height]"), [512, 512])
        self.assertTrue(self.browser.run("return document.querySelector('#stage .handle').checkVisibility()"))
        self.assertNotIn("cannot show", self.browser.run("return document.getElementById('checks').textContent"))

    def test_photo_that_nobody_can_show_is_said_so(self):
        self.expected = ["404 (Not Found)"]
        self.browser.run("""const { open } = XMLHttpRequest.prototype;
            XMLHttpRequest.prototype.open = function (method, address) {
              open.call(this, method, address.replace("/original", "/nothing"));
            };""")
        self.browser.run(TIFF, service.encode(service.PHOTO))
        self.browser.until("window.testFiles?.[0].name === 'scan.tif'")
        self.browser.run(page.DROP)
        self.wait_picture()
        self.browser.until("document.getElementById('checks').textContent.includes('cannot show the original')")
        self.assertFalse(self.browser.run("return document.querySelector('#stage .handle').checkVisibility()"))

    def test_slow_line_gets_small_previews(self):
        self.browser.run("""window.kinds = [];
            const { send } = XMLHttpRequest.prototype;
            XMLHttpRequest.prototype.send = function (body) {
              window.kinds.push(body?.get?.("format"));
              send.call(this, body);
            };""")
        self.take(page.PORTRAIT)
        self.wait_picture()
        self.assertNotIn("webp", self.browser.run("return window.kinds"))
        self.browser.run(page.MEASURE)
        with self.line(downloadThroughput=100000):
            for choice in ("off", "strong"):  # the first is measured, the second is smaller
                self.redraw(f"[name=enhance_photo][value={choice}]")
            self.assertEqual(self.browser.run("return window.kinds.slice(-2)"), ["png", "webp"])

    def test_form_without_javascript_makes_a_portrait(self):
        text = self.server.get("/", Accept="text/html").body.decode()
        form = re.search(r"<noscript>.*?<form[^>]*action=\"([^\"]+)\".*?</noscript>", text, re.S)
        answer = self.server.post_form(f"/{form[1]}", {"size": "128"}, [("file", "a.png", service.PHOTO)])
        self.assertEqual(service.picture_size(answer.body), ("png", 128, 128))


class Faces(page.PageTest):
    """Several people."""

    def test_face_is_chosen_in_the_photo(self):
        self.drop_group()
        self.wait_picture()
        self.assertIn("several faces", self.browser.text("#which"))
        labels = self.browser.run("return [...document.querySelectorAll('fc-faces input')]"
                                  ".map((i) => i.getAttribute('aria-label'))")
        self.assertEqual(labels, ["Face 1 of 2, left", "Face 2 of 2, right"])
        chosen = "return document.querySelector('fc-faces :checked').value"
        self.browser.picture("faces")
        first = self.browser.run(chosen)
        before = self.browser.run("return document.querySelector('fc-compare .after').src")
        self.browser.press("f")
        self.assertNotEqual(self.browser.run(chosen), first)
        self.browser.until("document.querySelector('fc-compare .after').src !== arguments[0]", before)

    def test_several_faces_are_announced_and_each_can_have_its_portrait(self):
        self.drop_group()
        self.wait_picture()
        self.wait_said("2 faces were found")
        self.browser.click("#all_faces")
        self.browser.until("document.getElementById('tally').textContent === '2 of 2 ready'")
        self.assertTrue(self.browser.run("return document.getElementById('all_faces').hidden"))
        sent = [url for url in self.requests() if url.endswith("/analyze")]
        self.assertEqual(len(sent), 1)  # both are of one analysis
        pictures = "return [...document.querySelectorAll('#photos img')].map((i) => i.src)"
        self.assertEqual(len(set(self.browser.run(pictures))), 2)
        token = self.token_of_all()
        self.browser.click("#photos li:first-child .away")
        self.browser.click("[value='off']")
        self.wait_picture()
        self.assertEqual(self.token_of_all(), token)  # the server still has it for the other one

    def token_of_all(self):
        """Of the analyses that portraits were rendered from: there is one only."""
        tokens = {url.rsplit("/", 1)[-1] for url in self.asked + self.requests() if "/render/" in url}
        self.assertEqual(len(tokens), 1)
        return tokens


if __name__ == "__main__":
    browser.main()

#!/usr/bin/env python3
"""The page at / for everybody: axe's rules in every state, theme and width; keys alone; narrow
windows; right to left. FC_SCREENSHOTS=FOLDER keeps a picture of each state. Skipped where Debian's
chromium-driver is not installed; axe's rules where tools/fetch --with test has not fetched them."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
# pylint: disable=wrong-import-position
import signal

import access
import browser
import page
import service

# Every stop of the tab order is seen: what lies at its middle is the stop or a part of it (2.4.11),
# and it is large enough for a thumb (2.5.5).
STOPS = """
    const small = [];
    const hidden = [];
    for (const element of document.querySelectorAll(
        "a[href], button, select, input, summary, [tabindex='0']")) {
      if (element.closest("dialog, [hidden], .gone") || element.disabled
          || element.matches(".skip, .gone") || !element.checkVisibility()) {
        continue;
      }
      element.focus();
      const box = element.getBoundingClientRect();
      const at = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
      const name = element.outerHTML.slice(0, 90);
      if (!at || !(element.contains(at) || at.contains(element) || element.closest("label")?.contains(at))) {
        hidden.push(name);
      }
      const target = element.closest("label") ?? element;
      const size = target.getBoundingClientRect();
      if (size.width < 44 || size.height < 44) {
        small.push(name);
      }
    }
    return { small, hidden };
"""


# Every request is answered as a server does whose queue is full. (page_batch.py fills a real one.)
FULL = """
    XMLHttpRequest.prototype.send = function () {
      const answer = { status: 503, response: new Blob(["{}"]) };
      for (const [name, value] of Object.entries(answer)) {
        Object.defineProperty(this, name, { value });
      }
      this.getResponseHeader = (name) => ({ "X-Error": "busy", "Retry-After": "100" })[name] ?? null;
      queueMicrotask(() => this.onload());
    };
"""


# Words of the brand and of the presets that stand on more than one line.
BROKEN = """
    return [...document.querySelectorAll(".brand, .chips span")].map((element) => {
      const range = document.createRange();
      range.selectNodeContents([...element.childNodes].find((node) => node.nodeType === Node.TEXT_NODE));
      return [String(range), range.getClientRects().length];
    }).filter(([text, lines]) => lines > 1 && !text.includes(" "));
"""


class Access(access.AccessTest):
    """One browser through all states; page_faults.py has those of keys and cameras."""

    def speak(self, language):
        """Choose a language, and wait until the page has it."""
        self.browser.run("const menu = document.getElementById('language'); menu.value = arguments[0];"
                         "menu.dispatchEvent(new Event('change'))", language)
        self.browser.until("document.documentElement.lang === arguments[0]", language)

    def test_start(self):
        self.check("start")

    def test_on_the_way(self):
        self.server.child.send_signal(signal.SIGSTOP)
        self.addCleanup(self.server.child.send_signal, signal.SIGCONT)
        self.take(page.PORTRAIT)
        self.browser.until("document.getElementById('stage').getAttribute('aria-busy') === 'true'")
        self.check("loading")
        self.server.child.send_signal(signal.SIGCONT)
        self.wait_picture()

    def test_busy(self):
        self.browser.run(FULL)
        self.take(page.PORTRAIT)
        self.browser.until("document.getElementById('status').textContent.includes('busy')")
        self.check("busy")
        self.browser.click("#stop")  # nobody waits for the server any more
        self.browser.until("document.getElementById('status').textContent === ''")

    def test_portrait_and_dialogs(self):
        self.take(page.PORTRAIT)
        self.wait_picture()
        self.browser.run("document.querySelector('#options details').open = true")
        self.check("portrait")
        self.browser.click("[data-open=help]")
        self.check("help")
        self.browser.click("[data-open=curl]")
        self.check("curl")

    def test_document(self):
        self.take(page.PORTRAIT)
        self.wait_picture()
        self.browser.until("document.querySelector('[value=outlook]') !== null")
        search = """const field = document.getElementById("find"); field.value = arguments[0];
            field.dispatchEvent(new Event("input", { bubbles: true }))"""
        with self.window(1280, 1900):  # no row of what is found lies behind the bar of the buttons
            self.browser.run(search, "visa")
            self.assert_no_violation()
        self.browser.run(search, "us passport")
        self.browser.click("#found button")
        self.wait_picture()
        self.browser.click("#formats")
        self.check("document")

    def test_crop_by_hand(self):
        self.drop(("me.jpg", service.OTHER_PHOTO), ("you.png", service.PHOTO))
        self.wait_picture()
        self.browser.click("[data-do=crop]")
        self.check("crop")
        self.browser.click("#hand [data-do=mark]")
        self.browser.until("document.querySelector('.frame').style.width !== ''")
        self.check("mark")

    def test_faces_and_batch(self):
        self.drop_group()
        self.drop(("me.jpg", service.OTHER_PHOTO), ("nobody.png", page.NO_FACE.read_bytes()))
        self.browser.until("document.getElementById('tally').textContent.startsWith('2 of 3 ready, 1')")
        self.browser.click("#photos li:first-child .look")
        self.wait_picture()
        self.check("faces")
        self.browser.click("#photos li:nth-child(2) .look")
        self.wait_picture()
        self.zip("png")
        self.wait_said("portraits.zip")
        self.check("batch")
        self.browser.click("#photos li:nth-child(2) .tick")
        self.check("selected")
        self.browser.click("#photos li:last-child .look")
        self.wait_problem("find a face")
        self.check("problem")

    def test_controls_have_names_that_say_what_they_do(self):
        self.take(page.PORTRAIT)
        self.wait_picture()
        self.browser.run("document.querySelector('#options details').open = true")
        self.browser.click("[value=custom]")
        self.wait_picture()
        found = self.controls()
        named = {role: {name for kind, name in found if kind == role} for role, _ in found}
        self.assertEqual(named["slider"], {"Original and portrait", "Space around the face",
                                           "Closeness to the photo"})
        self.assertEqual(named["spinbutton"], {"Width", "Height", "Largest JPEG, KB"})
        self.assertEqual(named["switch"], {"Soft oval", "Restore the face"})
        self.assertEqual(named["ColorWell"], {"Custom colour"})
        self.assertLessEqual({"Off", "Natural", "Strong", "White", "Transparent"}, named["radio"])
        self.assertEqual(named["combobox"], {"Language"})
        self.assertEqual(named["searchbox"], {"Passport, visa: search a country"})

    def test_focus_is_never_lost(self):
        lost = "return document.activeElement === document.body"
        self.drop(*[(f"{i}.jpg", service.OTHER_PHOTO) for i in range(3)],
                  ("nobody.png", page.NO_FACE.read_bytes()))
        self.browser.until("document.getElementById('tally').textContent.startsWith('3 of 4 ready, 1')")
        for selector in ("#photos li:nth-child(4) .look", "#problem button:last-child",
                         "#photos li:nth-child(2) .away",
                         "#photos li:nth-child(1) .away", "[data-do=forget]"):
            self.browser.run("document.querySelector(arguments[0]).focus()", selector)
            self.browser.press(page.ENTER)
            self.assertFalse(self.browser.run(lost), selector)
        self.assertEqual(self.browser.run("return document.activeElement.dataset.do"), "choose")
        self.take(page.PORTRAIT)
        self.assertFalse(self.browser.run(lost))
        self.wait_picture()

    def test_narrow_phone_breaks_no_word(self):
        self.take(page.PORTRAIT)
        self.wait_picture()
        self.speak("de")
        with self.window(360, 780):
            self.browser.picture("phone-360")
            self.assertEqual(self.browser.run(BROKEN), [])
            self.assertEqual(self.browser.run("const e = document.documentElement;"
                                              "return e.scrollWidth - e.clientWidth"), 0)

    def test_phone_keeps_the_portrait_in_sight_while_options_change(self):
        self.take(page.PORTRAIT)
        self.wait_picture()
        with self.window(390, 844):
            for selector in ("[name=face_margin]", "[name=enhance_photo]", "#find"):
                self.browser.run("document.querySelector(arguments[0]).focus()", selector)
                seen = self.browser.run("""
                    const canvas = document.querySelector("#stage .canvas").getBoundingClientRect();
                    const control = document.querySelector(arguments[0]).getBoundingClientRect();
                    return [canvas.top >= 0, canvas.bottom <= control.top, control.bottom < innerHeight];
                """, selector)
                self.assertEqual(seen, [True, True, True], selector)
                self.browser.picture(f"phone-options-{selector.strip('[]#').split('=')[-1]}")

    def test_forced_colours_and_wide_spacing(self):
        self.take(page.PORTRAIT)
        self.wait_picture()
        with self.window(1280, 900, forced_colors="active"):
            self.browser.picture("forced-colours")
        self.browser.run("""const sheet = new CSSStyleSheet();
            sheet.replaceSync("* { line-height: 1.5 !important; letter-spacing: .12em !important;"
              + "word-spacing: .16em !important } p { margin-bottom: 2em !important }");
            document.adoptedStyleSheets = [sheet];""")
        with self.window(320, 640):
            self.browser.picture("spacing")
            self.assertEqual(self.browser.run("const e = document.documentElement;"
                                              "return e.scrollWidth - e.clientWidth"), 0)

    def test_every_stop_is_seen_and_large_enough(self):
        self.drop_group()
        self.wait_picture()
        for width, height in access.SHAPES.values():
            with self.window(width, height):
                self.assertEqual(self.browser.run(STOPS), {"small": [], "hidden": []})

    def test_keys_alone_lead_to_the_portrait(self):
        self.browser.run("document.getElementById('file').addEventListener('click', (event) => {"
                         "event.preventDefault(); document.title = 'asked'; })")
        self.browser.press(page.TAB, page.ENTER)  # the skip link
        self.browser.press(page.TAB, page.ENTER)  # the first button behind it
        self.browser.until("document.title === 'asked'")
        self.take(page.PORTRAIT)
        self.wait_picture()
        self.browser.run("document.querySelector('.handle').focus()")
        value = "return document.querySelector('.handle').getAttribute('aria-valuetext')"
        for keys, expected in (((page.END,), "100% original"), ((page.HOME,), "0% original"),
                               ((page.RIGHT, page.RIGHT), "2% original"),
                               (("2",), "50% original"), (("1",), "0% original")):
            self.browser.press(*keys)
            self.assertEqual(self.browser.run(value), expected)
        self.browser.run("document.querySelector('[name=face_margin]').focus()")
        before = self.browser.run("return document.querySelector('fc-compare .after').src")
        self.browser.press(page.RIGHT)
        self.browser.until("document.querySelector('fc-compare .after').src !== arguments[0]", before)
        self.wait_picture()
        self.browser.press("?")
        self.browser.click("#letters")
        self.browser.press(page.ESCAPE, "3")
        self.assertEqual(self.browser.run(value), "0% original")  # letters are off

    def test_language_is_the_one_chosen_last_whichever_comes_first(self):
        self.browser.run("""const { fetch } = window;
            window.gives = {};
            window.fetch = async (address) => {
              const answer = await fetch(address);
              return new Promise((give) => { window.gives[address.match(/ui.(..)[.]/)[1]] = () => give(answer); });
            };
            const menu = document.getElementById("language");
            for (const language of ["de", "fr"]) {
              menu.value = language;
              menu.dispatchEvent(new Event("change"));
            }""")
        self.browser.until("Object.keys(window.gives).length === 2")
        self.browser.run("window.gives.fr()")
        self.browser.until("document.documentElement.lang === 'fr'")
        self.browser.run("window.gives.de()")
        self.browser.run("return new Promise(requestIdleCallback)")
        self.assertEqual(self.browser.run("return [document.documentElement.lang, language.value]"), ["fr", "fr"])

    def test_language_that_cannot_be_had_is_not_shown_as_chosen(self):
        self.browser.run("window.fetch = async () => new Response('{}', { status: 503 })")
        self.browser.run("const menu = document.getElementById('language'); menu.value = 'de';"
                         "menu.dispatchEvent(new Event('change'))")
        self.wait_said("No connection")
        self.assertEqual(self.browser.run("return [document.documentElement.lang, language.value]"), ["en", "en"])

    def test_language_changes_and_the_photo_stays(self):
        self.take(page.PORTRAIT)
        self.wait_picture()
        self.speak("ar")
        self.browser.until("document.documentElement.dir === 'rtl'")
        self.browser.until("document.querySelector('[data-open=curl]').textContent.includes('كأمر')")
        self.wait_picture()
        self.check("arabic")

    def test_names_and_sizes_keep_their_order_from_right_to_left(self):
        self.drop(*[(f"2024-05 {name}.jpg", service.OTHER_PHOTO) for name in ("Ann", "Bob")])
        self.wait_picture()
        self.speak("ar")
        self.browser.until("document.documentElement.dir === 'rtl'")
        field = self.browser.find("#find")
        self.browser.call("POST", f"{field}/value", text="US")
        self.browser.click("#found button")
        self.browser.until("document.getElementById('rule_size').textContent.includes('mm')")
        self.wait_picture()
        for place in ("#photos .name", "#progress", "#rule_size"):
            is_in_order = self.browser.run("""
                const node = document.createTreeWalker(document.querySelector(arguments[0]), NodeFilter.SHOW_TEXT).nextNode();
                const lefts = [...node.data].slice(0, 10).map((_, at) => {
                  const range = document.createRange();
                  range.setStart(node, at);
                  range.setEnd(node, at + 1);
                  return range.getBoundingClientRect().left;
                });
                return lefts.every((left, at) => at === 0 || left > lefts[at - 1]);""", place)
            self.assertTrue(is_in_order, place)

    def test_page_comes_in_the_language_of_the_browser_without_a_further_request(self):
        self.requests()
        self.browser.devtools("Network.setExtraHTTPHeaders", headers={"Accept-Language": "de-DE,de"})
        self.addCleanup(self.browser.devtools, "Network.setExtraHTTPHeaders", headers={})
        self.browser.devtools("Network.clearBrowserCache")
        self.browser.open(self.base)
        self.wait_example()
        self.assertEqual(self.browser.text("h1"), "Aus einem Foto wird ein Porträt")
        names = [url.rsplit("/", 1)[-1].split(".")[0] for url in self.requests()]
        self.assertEqual(sorted(set(names) - {"manifest"}), ["", "icon", "page", "sample", "sample_portrait"])


if __name__ == "__main__":
    browser.main()

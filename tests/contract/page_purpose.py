#!/usr/bin/env python3
"""The page at /: what a portrait is for. Documents are found by country and name, their rules are
shown with the numbers of the portrait, and one button saves what the purpose wants. Skipped where
Debian's chromium-driver is not installed."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
# pylint: disable=wrong-import-position
import browser
import page
import service

CHOSEN = "return document.querySelector('[name=preset]:checked').value"
FOUND = "return [...document.querySelectorAll('#found button')].map((b) => b.firstChild.textContent)"


class Purpose(page.PageTest):
    """One photo, many purposes."""

    def find(self, text):
        """Type into the search field; the titles that are found."""
        self.browser.run("""const field = document.getElementById("find"); field.value = arguments[0];
            field.dispatchEvent(new Event("input", { bubbles: true }))""", text)
        return self.browser.run(FOUND)

    def take_found(self, text, title):
        """Choose what the search finds under this title."""
        self.browser.until("document.querySelector('[value=outlook]') !== null")
        self.assertIn(title, self.find(text))
        self.browser.run("""[...document.querySelectorAll("#found button")]
            .find((button) => button.firstChild.textContent === arguments[0]).click()""", title)
        self.wait_picture()

    def start(self):
        """A portrait of the photo."""
        self.take(page.PORTRAIT)
        self.wait_picture()
        self.browser.until("document.querySelector('[value=outlook]') !== null")

    def test_documents_are_found_by_country_and_name(self):
        self.start()
        self.assertEqual(self.find("kingdom digital"), ["United Kingdom: passport (online)"])
        self.assertEqual(self.browser.text("#found_count"), "1 document found")
        self.assertIn("United States: passport", self.find("US pass"))
        self.assertEqual(self.find("us passport")[0], "United States: passport")  # not Australia
        self.assertEqual(self.find("nowhere at all"), [])
        self.assertEqual(self.browser.text("#found_count"), "0 documents found")
        self.browser.run("const menu = document.getElementById('language'); menu.value = 'de';"
                         "menu.dispatchEvent(new Event('change'))")
        self.browser.until("document.documentElement.lang === 'de'")
        self.assertIn("Österreich: Reisepass", self.find("osterreich"))
        self.assertIn("Österreich: Reisepass", self.find("Austria"))

    def test_rule_is_shown_with_the_numbers_of_the_portrait(self):
        self.start()
        self.assertTrue(self.browser.run("return document.getElementById('rule').hidden"))
        self.take_found("united states passport", "United States: passport")
        self.assertEqual(self.browser.run(CHOSEN), "us-passport")
        self.assertEqual(self.browser.run("return document.activeElement.value"), "us-passport")
        self.assertEqual(self.browser.text("#rule_title"), "United States: passport")
        self.assertEqual(self.browser.text("#rule_size"), "50.8 × 50.8 mm · 600 × 600 px")
        answer = self.server.post_form("/api/v1/process", {"preset": "us-passport"}, [
            ("file", "p.jpg", page.PORTRAIT.read_bytes())])
        head = answer.json["result"]["document"]["head_height"]["value"]
        self.assertRegex(self.browser.text("#rule_lines"),
                         rf"Head: {head:.1f} mm \(asked for: 25 to 35 mm\)")
        self.assertIn("only cropped", self.browser.text("#rule_lines"))
        marks = self.browser.run("return [...document.querySelectorAll('.guides .line')].map((m) => parseFloat(m.style.top))")
        eyes = answer.json["result"]["document"]["eye_line"]["value"]
        self.assertEqual(len(marks), 3)  # crown, eyes, chin
        self.assertAlmostEqual(marks[1], 100 * (1 - eyes / 50.8), delta=0.5)
        self.assertAlmostEqual(marks[2] - marks[0], 100 * head / 50.8, delta=0.5)
        self.browser.picture("document")
        self.browser.click("[value='#2f5d8a']")
        self.browser.until("document.getElementById('rule_lines').textContent.includes("
                           "'you have changed the background')")

    def test_what_cannot_be_met_is_said(self):
        self.start()
        self.drop(("face.png", service.PHOTO))  # the astronaut fills her photo
        self.wait_picture()
        self.take_found("switzerland digital", "Switzerland: passport (digital delivery)")
        wanted = self.server.post_form("/api/v1/process", {"preset": "ch-passport-digital"}, [
            ("file", "p.png", service.PHOTO)]).json["result"]["document"]
        shown = self.browser.text("#rule_lines")
        self.assertEqual("cannot be met" in shown or "ends too close" in shown, not wanted["compliant"],
                         wanted["reasons"])

    def test_photo_is_checked_and_each_fault_has_its_advice(self):
        self.start()
        self.take_found("us passport", "United States: passport")
        self.browser.until("document.querySelector('#rule_lines').textContent.includes('Close your mouth')")
        told = self.server.post_form("/api/v1/check", {}, [("file", "p.jpg", page.PORTRAIT.read_bytes())]).json
        states = {row["id"]: row["state"] for row in told["check"]["measures"]}
        self.assertIn(states["mouth_closed"], ("warn", "fail"))  # he smiles
        self.browser.picture("check")
        shown = self.browser.text("#rule_lines")
        for measure, words in (("eyes_open", "Open your eyes."), ("yaw", "straight to the camera"),
                               ("background", "before a plain wall")):
            self.assertEqual(words in shown, states[measure] in ("warn", "fail"), measure)
        self.browser.click("[value='#ffffff']")  # mends the background
        self.browser.until("!document.querySelector('#rule_lines').textContent.includes('plain wall')")

    def test_office_that_takes_no_home_made_picture_is_named(self):
        self.start()
        self.take_found("germany passport", "Germany: passport, identity card")
        self.assertIn("takes no home-made pictures", self.browser.text("#rule_lines"))

    def test_saved_document_is_what_the_server_makes_of_the_preset(self):
        self.start()
        self.take_found("us visa upload", "United States: visa (upload of DS-160)")
        self.assertEqual(self.browser.text("[data-do=save]"), "Save\nJPEG, at most 240 KB")
        self.save("jpg")
        content = self.downloaded("official_portrait_portrait.jpg")
        wanted = self.server.post_form("/api/v1/process", {"preset": "us-visa", "format": "jpg"}, [
            ("file", "p.jpg", page.PORTRAIT.read_bytes())])
        self.assertTrue(content == wanted.body)

    def test_purpose_decides_which_file_is_saved_and_the_other_one_is_behind_the_arrow(self):
        self.start()
        self.assertEqual(self.browser.text("[data-do=save]"), "Save\nPNG, transparent")
        self.browser.click("[value=outlook]")
        self.assertEqual(self.browser.text("[data-do=save]"), "Save\nJPEG, at most 99 KB")
        self.wait_picture()
        self.assertTrue(self.browser.run("return document.getElementById('rule').hidden"))  # no office
        self.assertEqual(self.browser.run("return document.querySelectorAll('.guides .line').length"), 0)
        self.save("jpg")
        content = self.downloaded("official_portrait_portrait.jpg")
        self.assertEqual(service.picture_size(content), ("jpg", 648, 648))
        self.assertLessEqual(len(content), 99 << 10)
        self.save("png")
        self.assertEqual(service.picture_size(self.downloaded("official_portrait_portrait.png")),
                         ("png", 648, 648))

    def test_sheet_to_print_holds_the_document(self):
        self.start()
        self.assertFalse(self.browser.run("return document.querySelector('[data-do=sheet]').checkVisibility()"))
        self.take_found("us passport", "United States: passport")
        self.save("sheet")
        content = self.downloaded("official_portrait_portrait_10x15.pdf")
        self.assertTrue(content.startswith(b"%PDF"))

    def test_background_is_taken_as_hex(self):
        self.start()
        for typed, background in (("#2F5D8A", "#2f5d8a"), ("abc", "#aabbcc")):
            self.browser.run("""const field = document.getElementById("hex"); field.value = arguments[0];
                field.dispatchEvent(new Event("change", { bubbles: true }))""", typed)
            self.assertEqual(self.browser.run("return JSON.parse(localStorage.settings).background"), background)
            self.assertEqual(self.browser.run("return document.getElementById('hex').value"), background)
        self.browser.run("""const field = document.getElementById("hex"); field.value = "nothing";
            field.dispatchEvent(new Event("change", { bubbles: true }))""")
        self.assertEqual(self.browser.run("return JSON.parse(localStorage.settings).background"), "#aabbcc")

    def test_chosen_documents_are_offered_again_and_known_at_the_next_visit(self):
        self.start()
        self.take_found("japan passport", "Japan: passport")
        self.browser.click("[value=linkedin]")
        self.wait_picture()
        self.browser.open(self.base)
        self.start()
        self.assertEqual(self.browser.run(CHOSEN), "linkedin")
        self.browser.click("[value=jp-passport]")
        self.wait_picture()
        self.browser.open(self.base)
        self.start()
        self.assertEqual(self.browser.run(CHOSEN), "jp-passport")
        self.assertEqual(self.find("japan")[0], "Japan: passport")

    def test_own_background_stays_between_profiles_and_leaves_with_a_document(self):
        self.start()
        self.browser.click("[value=outlook]")
        self.browser.click("[value='#2f5d8a']")
        self.browser.click("[value=linkedin]")
        blue = "return document.querySelector(\"[value='#2f5d8a']\").checked"
        self.assertTrue(self.browser.run(blue))
        self.take_found("us passport", "United States: passport")
        self.assertTrue(self.browser.run("return document.querySelector('[value=keep]').checked"))
        self.browser.click("[value=outlook]")
        self.assertTrue(self.browser.run("return document.querySelector(\"[value='#f0f0f0']\").checked"))
        self.browser.press("z", "z")
        self.assertTrue(self.browser.run(blue))


if __name__ == "__main__":
    browser.main()

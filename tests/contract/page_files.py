#!/usr/bin/env python3
"""The page at /: who gets it, in which language, with which headers, and how many bytes it is."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
# pylint: disable=wrong-import-position
import gzip
import re
import unittest

import service

HTML = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
POLICY = ("default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; "
          "connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
          "require-trusted-types-for 'script'")


class PageFiles(service.ServiceTest):
    """As a browser fetches them."""

    def page(self, **headers):
        """The page as text, and its answer."""
        answer = self.server.get("/", Accept=HTML, Accept_Encoding="gzip", **headers)
        self.assertEqual(answer.status, 200)
        return gzip.decompress(answer.body).decode(), answer

    def files(self):
        """Names of the files that the page asks for: relative, as it may lie behind a prefix."""
        return [f"/{name}" for name in re.findall(r'(?:href|src)="(ui/[^"]+)"', self.page()[0])]

    def test_browsers_get_the_page_and_programs_the_documentation(self):
        self.assertIn("<!doctype html>", self.page()[0])
        for accept in ("*/*", "application/json", "image/png"):
            answer = self.server.get("/", Accept=accept)
            self.assertEqual((answer.status, answer.header("Location")), (307, "docs"))
            self.assertEqual(answer.header("Vary"), "Accept, Accept-Language")

    def test_page_says_what_it_may(self):
        _, answer = self.page()
        self.assertEqual(answer.header("Content-Security-Policy"), POLICY)
        self.assertIn("camera=(self)", answer.header("Permissions-Policy"))
        self.assertIn("geolocation=()", answer.header("Permissions-Policy"))
        expected = {"Cache-Control": "no-cache", "X-Content-Type-Options": "nosniff",
                    "Referrer-Policy": "no-referrer", "Cross-Origin-Opener-Policy": "same-origin",
                    "Vary": "Accept, Accept-Language, Accept-Encoding", "Set-Cookie": None}
        for name, value in expected.items():
            self.assertEqual(answer.header(name), value, name)

    def test_page_is_sent_once(self):
        _, answer = self.page()
        again = self.server.get("/", Accept=HTML, Accept_Encoding="gzip",
                                If_None_Match=answer.header("ETag"))
        self.assertEqual((again.status, again.body), (304, b""))

    def test_page_speaks_the_language_of_the_browser(self):
        for wanted, found in (("de-AT,de;q=0.9,en;q=0.8", "de"), ("ar", "ar"), ("zh-CN", "zh"),
                              ("nl, fr;q=0.5", "fr"), ("", "en"), ("xx", "en"), (",;-", "en")):
            page, answer = self.page(Accept_Language=wanted)
            head = re.search("<html.*?>", page)[0]
            self.assertEqual(head, f'<html lang="{found}" dir="{"rtl" if found == "ar" else "ltr"}">')
            self.assertEqual(answer.header("Content-Language"), found)

    def test_files_are_kept_for_ever_under_names_of_their_content(self):
        names = self.files()
        self.assertEqual(len(names), 4)
        for name in names:
            self.assertRegex(name, r"^/ui/\w+\.[0-9a-f]{10}\.(js|css|svg|webmanifest)$")
            answer = self.server.get(name, Accept_Encoding="gzip")
            self.assertEqual(answer.header("Cache-Control"), "public, max-age=31536000, immutable")
            self.assertEqual(answer.header("Content-Encoding"), "gzip")
        for name in ("/ui/page.js", "/ui/index_en.html", "/ui/NULL", "/ui/x"):
            self.assertEqual(self.server.get(name).status, 404)

    def test_page_is_small(self):
        page = len(self.page()[1].body)
        sizes = {name.rsplit(".")[-1]: len(self.server.get(name, Accept_Encoding="gzip").body)
                 for name in self.files()}
        self.assertLessEqual(page, 14 << 10)
        self.assertLessEqual(sizes["js"], 31 << 10)
        self.assertLessEqual(page + sum(sizes.values()), 45 << 10)

    def test_page_can_be_installed(self):
        name = next(name for name in self.files() if name.endswith(".webmanifest"))
        answer = self.server.get(name)
        self.assertEqual(answer.header("Content-Type"), "application/manifest+json")
        manifest = answer.json
        self.assertEqual(manifest["start_url"], "../")  # there may be a prefix before it
        icon = self.server.get(f"/ui/{manifest['icons'][0]['src']}")
        self.assertEqual((icon.status, icon.header("Content-Type")), (200, "image/svg+xml"))

    def test_page_needs_no_key(self):
        server = service.Server(API_KEY="abc", CORS_ORIGINS="https://a.example")
        try:
            answer = server.get("/", Accept=HTML)
            self.assertEqual(answer.status, 200)
            self.assertEqual(answer.header("Vary"),
                             "Origin, Accept, Accept-Language, Accept-Encoding")
        finally:
            server.close()


class WithoutPage(service.ServiceTest):
    """As it was."""

    VARIABLES = {"UI": "off"}

    def test_everybody_is_sent_to_the_documentation(self):
        answer = self.server.get("/", Accept=HTML)
        self.assertEqual((answer.status, answer.header("Location")), (307, "docs"))
        self.assertEqual(self.server.get("/ui/x").status, 404)


class Sources(unittest.TestCase):
    """What the source of the page keeps to."""

    def test_nothing_becomes_markup_or_code(self):
        for file in (service.REPO / "ui").glob("*.js"):
            for word in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(",
                         "new Function", "document.cookie", "http://www.", "https://"):
                text = file.read_text().replace("http://www.w3.org/2000/svg", "")
                self.assertNotIn(word, text, file.name)


if __name__ == "__main__":
    service.main()

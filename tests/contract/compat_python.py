#!/usr/bin/env python3
"""The genuine `removebg` of PyPI with only its address changed, over all that it can ask for.
Skipped where it cannot be installed."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
# pylint: disable=wrong-import-position
import unittest

import service
from clients import Clients, clients, install, snippets
from removebg import PREVIEW, SMALL
from service import OTHER_PHOTO


class Python(Clients):
    """`removebg` of PyPI."""

    @classmethod
    def setUpClass(cls):
        cls.library = clients() / "python"
        problem = install([sys.executable, "-m", "pip", "install", "--quiet", "--target", ".",
                           "removebg", "requests"], cls.library, "removebg/removebg.py")
        if problem:
            raise unittest.SkipTest(f"removebg of PyPI {problem}")
        super().setUpClass()

    def call(self, *lines):
        """Python with the client in it."""
        start = ("from removebg import removebg\n"
                 f"removebg.API_ENDPOINT = '{self.home}v1.0/removebg'\n"
                 "client = removebg.RemoveBg('key', 'error.log')\n")
        return self.run_in_folder([sys.executable, "-"], start + "\n".join(lines),
                                  PYTHONPATH=str(self.library))

    def test_files_in_each_size_and_on_a_colour(self):
        for size in ("regular", "preview", "small", "medium", "hd", "full", "4k", "auto"):
            self.call(f"client.remove_background_from_img_file('photo.jpg', size='{size}')")
            self.assertEqual(self.size_of("photo.jpg_no_bg.png"), ("png", *SMALL))
        self.call("client.remove_background_from_img_file('photo.jpg', bg_color='81d4fa')")
        self.assertEqual(self.size_of("photo.jpg_no_bg.png"), ("jpg", *SMALL))

    def test_its_default_reduces_a_large_photo(self):
        (self.folder / "large.jpg").write_bytes(OTHER_PHOTO)
        self.call("client.remove_background_from_img_file('large.jpg')")
        self.assertEqual(self.size_of("large.jpg_no_bg.png"), ("png", *PREVIEW))

    def test_base64_as_it_sends_it(self):
        self.call("import base64",
                  "text = base64.b64encode(open('photo.jpg', 'rb').read())",
                  "client.remove_background_from_base64_img(text, new_file_name='from64.png')")
        self.assertEqual(self.size_of("from64.png"), ("png", *SMALL))

    def test_refusals_reach_it_as_errors(self):
        for line in ("client.remove_background_from_img_file('nobody.png')",
                     "client.remove_background_from_img_file('photo.jpg', size='huge')",
                     "client.remove_background_from_img_file('photo.jpg', bg_color='nocolour')",
                     "client.remove_background_from_img_url('https://example.com/a.jpg')"):
            said = self.call("import requests", "try:", f"    {line}", "    print('none')",
                             "except requests.HTTPError as error:",
                             "    print(error.response.status_code,"
                             " error.response.json()['errors'][0]['code'])")
            self.assertRegex(said, r"^400 \w+\n$")

    def test_snippet_of_the_how_to_page(self):
        for snippet in snippets("removebg.md", "python"):
            self.run_in_folder([sys.executable, "-"], self.here(snippet),
                               PYTHONPATH=str(self.library))
        self.assertEqual(self.size_of("photo.jpg_no_bg.png"), ("png", *SMALL))


if __name__ == "__main__":
    service.main()

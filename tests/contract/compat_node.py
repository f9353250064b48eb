#!/usr/bin/env python3
"""The genuine `remove.bg` of npm with only its address changed, over all that it can ask for.
Skipped where it cannot be installed."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
# pylint: disable=wrong-import-position
import base64
import json
import shutil
import subprocess
import unittest

import service
from clients import Clients, clients, install, snippets
from removebg import SMALL
from service import picture_size


class Node(Clients):
    """`remove.bg` of npm."""

    CALL = """
const client = require("remove.bg");
const options = JSON.parse(require("fs").readFileSync(0, "utf8"));
client[options.call](options).then(
    (result) => console.log(JSON.stringify({ result })),
    (errors) => console.log(JSON.stringify({ errors })));
"""

    @classmethod
    def setUpClass(cls):
        library = clients() / "node"
        problem = install(["npm", "install", "--no-audit", "--no-fund", "--prefix", ".",
                           "remove.bg"], library, "node_modules/remove.bg/dist/index.js")
        if problem:
            raise unittest.SkipTest(f"remove.bg of npm {problem}")
        super().setUpClass()
        shutil.copytree(library / "node_modules", cls.folder / "node_modules", symlinks=True)
        patch = [text for text in snippets("removebg.md", "sh") if text.startswith("sed ")]
        assert len(patch) == 1
        subprocess.run(patch[0].replace("http://localhost:8000/", cls.home), shell=True,
                       cwd=cls.folder, check=True)

    def call(self, call, **options):
        """The client's own answer."""
        options = {"call": call, "apiKey": "key", **options}
        return json.loads(self.run_in_folder(["node", "-e", self.CALL], json.dumps(options)))

    def test_files_over_all_of_its_options(self):
        for options in ({}, {"size": "full"}, {"size": "50MP"}, {"type": "person"},
                        {"scale": "50%"}, {"position": "center"}, {"position": "10% 90%"},
                        {"crop": True}, {"crop": True, "crop_margin": "10% 5px"},
                        {"roi": "0% 0% 100% 60%"}, {"bg_color": "#ff0000"},
                        {"bg_color": "81d4fa77"}, {"channels": "alpha"}, {"channels": "rgba"},
                        {"add_shadow": True}):
            result = self.call("removeBackgroundFromImageFile", path="photo.jpg",
                               outputFile="out.png", **options).get("result")
            self.assertIsNotNone(result, options)
            kind, width, height = picture_size(base64.b64decode(result["base64img"]))
            self.assertEqual((result["resultWidth"], result["resultHeight"]),
                             (str(width), str(height)))
            self.assertEqual(kind, "jpg" if options.get("bg_color") == "#ff0000" else "png")
            self.assertEqual(self.size_of("out.png"), (kind, width, height))
            self.assertEqual(result["detectedType"], "person")
            self.assertEqual(result["creditsCharged"], "0")
            self.assertTrue(all(result[name].isdigit() for name in
                                ("rateLimit", "rateLimitRemaining", "rateLimitReset")))

    def test_base64_is_sent_as_json(self):
        text = service.encode(self.photo)
        result = self.call("removeBackgroundFromImageBase64", base64img=text, crop=True)["result"]
        self.assertTrue(result["base64img"])

    def test_refusals_reach_it_as_the_list_of_errors(self):
        for options, code in (({"path": "nobody.png"}, "unknown_foreground"),
                              ({"path": "photo.jpg", "size": "huge"}, "invalid_size"),
                              ({"path": "photo.jpg", "roi": "1"}, "invalid_roi")):
            errors = self.call("removeBackgroundFromImageFile", **options)["errors"]
            self.assertEqual(errors[0]["code"], code)
        errors = self.call("removeBackgroundFromImageUrl", url="https://example.com/a")["errors"]
        self.assertEqual(errors[0]["code"], "invalid_image_url")

    def test_snippet_of_the_how_to_page(self):
        for snippet in snippets("removebg.md", "js"):
            said = self.run_in_folder(["node", "-e", self.here(snippet)])
            self.assertEqual(said.split(), list(map(str, SMALL)))
        self.assertEqual(self.size_of("cutout.png"), ("png", *SMALL))


if __name__ == "__main__":
    service.main()

#!/usr/bin/env python3
"""GET /image: portraits by a signed address; what is kept of them, and what is refused."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
# pylint: disable=wrong-import-position
import contextlib
import http.client
import os
import re
import subprocess
import threading
import time
import unittest
import urllib.parse

import images
import service
from images import KEY, SMALL, Site, for_url, path_of, sign
from service import NO_FACE, OTHER_PHOTO, PHOTO, in_parallel, picture_size, wait_until

class ImageTest(service.ServiceTest):
    """A service that signs, and a host that it may fetch from."""

    MORE = {}

    @classmethod
    def setUpClass(cls):
        cls.host = cls.enterClassContext(images.site())
        cls.VARIABLES = {"FETCH_URLS": "http", "FETCH_ALLOW": cls.host, "FETCH_TIMEOUT_S": 20,
                         "IMAGE_KEY": KEY, "API_KEY": "secret", **cls.MORE}
        super().setUpClass()

    def setUp(self):
        Site.photos = {"/a": PHOTO, "/b": OTHER_PHOTO, "/none": NO_FACE, "/text": b"text" * 99}
        Site.asked = []
        Site.pause = 0

    def url(self, name):
        """Where a photo lies."""
        return f"http://{self.host}{name}"

    def image(self, name, options=SMALL, **headers):
        """The portrait of a photo."""
        return self.server.get(path_of(self.url(name), options), **headers)

    def counted(self, way):
        """How many images were answered that way."""
        text = self.server.get("/metrics", X_API_Key="secret").body.decode()
        return int(re.search(rf'facecraft_images_total{{way="{way}"}} (\d+)', text)[1])

    def assert_way(self, answer, way):
        """It is a picture, and came about like this."""
        self.assertEqual(answer.status, 200, answer.body[:300])
        self.assertEqual(answer.header("X-Image"), way)

    def assert_refused(self, answer, code, text):
        """Why not."""
        self.assertEqual(answer.status, code, answer.body[:300])
        self.assertIn(text, str(answer.json["detail"]))
        self.assertEqual(answer.header("Cache-Control"), "no-store")


def kept(server):
    """The files of the cache."""
    folder = server.folder / "cache" / "images"
    return sorted(folder.iterdir()) if folder.exists() else []


class Kept(ImageTest):
    """With a cache of its own."""

    MORE = {"CACHE_DIR": "cache"}  # in the folder of the server

    def setUp(self):
        super().setUp()
        for path in kept(self.server):
            path.unlink()

    def test_first_fetched_then_kept_then_not_changed(self):
        first = self.image("/a")
        self.assert_way(first, "made")
        self.assertEqual(picture_size(first.body), ("jpg", 64, 64))
        self.assertEqual(first.header("Content-Type"), "image/jpeg")
        self.assertEqual(first.header("X-Face-Count"), "1")
        self.assertRegex(first.header("Cache-Control"), r"^public, max-age=86(400|39\d)$")
        second = self.image("/a")
        self.assert_way(second, "kept")
        self.assertEqual((second.body, second.header("ETag")), (first.body, first.header("ETag")))
        third = self.image("/a", If_None_Match=first.header("ETag"))
        self.assertEqual((third.status, third.body), (304, b""))
        self.assertEqual(third.header("ETag"), first.header("ETag"))
        head = self.server.request("HEAD", path_of(self.url("/a")))
        self.assertEqual((head.status, head.body), (200, b""))
        part = self.image("/a", Range="bytes=0-9")
        self.assertEqual((part.status, part.body), (206, first.body[:10]))
        self.assertEqual(Site.asked, ["/a"])
        self.assertEqual([path.stat().st_mode & 0o77 for path in kept(self.server)], [0] * len(
            kept(self.server)))

    def test_options_and_photo_make_the_tag(self):
        tags = {self.image("/a").header("ETag"), self.image("/b").header("ETag"),
                self.image("/a", SMALL + ",grey:on").header("ETag")}
        self.assertEqual(len(tags), 3)

    def test_other_spellings_are_the_same_image(self):
        first = self.image("/a")
        quoted = urllib.parse.quote(self.url("/a"), safe="")
        swapped = ",".join(reversed(SMALL.replace(":", "=").split(",")))
        for path in (sign(f"/{SMALL}/{quoted}"), sign(f"/{swapped}/{quoted.replace('%2F', '%2f')}"),
                     path_of(self.url("/a"), SMALL.replace("width", "w").replace("format", "fm")),
                     path_of(self.url("/a"), size=16), path_of(self.url("/a")) + "?cdn=1"):
            answer = self.server.get(path)
            self.assert_way(answer, "kept")
            self.assertEqual(answer.body, first.body)

    def test_a_restart_knows_what_is_kept(self):
        first = self.image("/a")
        self.assertEqual(self.server.stop(), 0)
        self.server.start()
        Site.asked = []
        second = self.image("/a")
        self.assert_way(second, "kept")
        self.assertEqual((second.body, Site.asked), (first.body, []))

    def test_a_damaged_file_is_made_again(self):
        first = self.image("/b")
        for path in kept(self.server):
            content = bytearray(path.read_bytes())
            content[-1] ^= 1
            path.write_bytes(content)
        second = self.image("/b")
        self.assert_way(second, "made")
        self.assertEqual(second.body, first.body)
        for path in kept(self.server):
            path.write_bytes(path.read_bytes()[:100])
        self.assert_way(self.image("/b"), "made")
        for path in kept(self.server):
            path.unlink()
        self.assert_way(self.image("/b"), "made")
        self.assert_way(self.image("/b"), "kept")

    def test_imgix_names_and_webp_without_options(self):
        answer = self.image("/a", "w=80,h=64,fit=facearea,facepad=1.6,fm=png,bg=fff,"
                                  "enhance_photo=off,matte_quality=fast")
        self.assertEqual(picture_size(answer.body), ("png", 80, 64))
        answer = self.image("/a", "-")
        self.assertEqual(answer.header("Content-Type"), "image/webp")
        self.assertEqual((answer.body[:4], answer.body[8:12]), (b"RIFF", b"WEBP"))

    def test_values_may_hold_commas_percent_encoded(self):
        one = self.image("/a", SMALL + ",background:255%2C0%2C0")
        two = self.image("/a", SMALL + ",background:%23ff0000")
        self.assertEqual((one.status, one.body), (200, two.body))

    def test_a_photo_without_a_face_gives_its_middle(self):
        answer = self.image("/none")
        self.assert_way(answer, "made")
        self.assertEqual(picture_size(answer.body), ("jpg", 64, 64))
        self.assertEqual(answer.header("X-Face-Count"), "0")
        self.assert_way(self.image("/none"), "kept")

    def test_100_equal_requests_at_once_are_one_portrait(self):
        Site.pause = 1
        before = self.counted("made")
        options = SMALL + ",grey:on,width:65"
        answers = in_parallel(100, lambda _: self.image("/b", options))
        self.assertEqual([answer.status for answer in answers], [200] * 100)
        self.assertEqual(len({answer.body for answer in answers}), 1)
        self.assertEqual(Site.asked, ["/b"])
        self.assertEqual(self.counted("made"), before + 1)

    def test_a_page_of_many_images_waits_for_its_turn(self):
        Site.pause = 0.2
        answers = in_parallel(30, lambda i: self.image("/a", f"{SMALL},width:{70 + i}"))
        self.assertEqual([answer.status for answer in answers], [200] * 30)
        self.assertEqual(len(Site.asked), 30)

    def test_the_first_client_may_leave(self):
        Site.pause = 1
        options = SMALL + ",width:66"
        path = path_of(self.url("/b"), options)
        link = self.server.connect()
        link.request("GET", path)
        time.sleep(0.3)
        answers = []
        second = threading.Thread(target=lambda: answers.append(self.server.get(path)))
        second.start()
        time.sleep(0.3)
        link.close()
        second.join()
        self.assertEqual(answers[0].status, 200)

    def test_signatures_of_others_are_refused(self):
        good = path_of(self.url("/a"))
        rest = good[good.index("/", 7):]
        signature = good[7:good.index("/", 7)]
        flipped = signature[:5] + ("A" if signature[5] != "A" else "B") + signature[6:]
        for path in (path_of(self.url("/a"), key="another key of length"), f"/image/{flipped}{rest}",
                     f"/image/-{rest}", f"/image/{signature[:20]}{rest}", f"/image/%41{rest}",
                     f"/image/{signature}AAAA{rest}", path_of(self.url("/a"), size=15),
                     good.replace("width:64", "width:65"), good.replace("width", "widt%68"),
                     good + "A", f"/image/../{rest[1:]}", f"/image/{signature}%00{rest}"):
            answer = self.server.get(path)
            self.assertEqual(answer.status, 403, path)
        self.assertEqual(Site.asked, [])

    def test_paths_that_are_none(self):
        for path, code in (("/image", 404), ("/image/", 404), ("/image/a", 404),
                           ("/image/a/b", 404), ("/image/a/b/", 404), ("/image//b/c", 404),
                           ("/image/a/b/c/d", 404), ("/image/%2e%2e/health", 404),
                           ("/image/../../etc/passwd/x", 404), ("/imag%65/a/b/c", 403)):
            self.assertEqual(self.server.get(path).status, code, path)
        self.assertEqual(self.server.request("POST", path_of(self.url("/a"))).status, 405)

    def test_options_that_are_none(self):
        for options, text in (("width:0", "64 to 4096"), ("widht:64", "did you mean width?"),
                              ("zzzzzzzzz:1", "no option"), ("width", "NAME:VALUE"),
                              ("width:64,", "NAME:VALUE"), (",", "NAME:VALUE"),
                              ("format:json", "jpg|png|webp"), ("format:gif", "jpg|png|webp"),
                              ("q:80", "max_jpeg_kb"), ("fit:crop", "facearea"),
                              ("facepad:0.5", "1 to 3"), ("face:all", "one picture"),
                              ("check:on", "no picture"), ("background:picture", "cannot bring"),
                              ("preset:moon", "nearest"), ("width:%zz", "hexadecimal"),
                              ("width:64%00", "not allowed"), (",".join(["width:64"] * 65), "64")):
            answer = self.image("/a", options)
            self.assertIn(answer.status, (413, 422), options)
            self.assertIn(text, str(answer.json["detail"]))
        self.assertEqual(Site.asked, [])

    def test_addresses_that_are_none(self):
        for address in ("AAAA", "https%3A%2F%2F", "nowhere", "%zz", "a%00b", for_url(b"http://a b"),
                        for_url(b"http://a\0b"), for_url(b"http://a\nb"), "http%3A%2F%2Fa%0d%0ab",
                        "%2e%2e%2f%2e%2e", for_url(b"../../etc/passwd")):
            answer = self.server.get(sign(f"/{SMALL}/{address}"))
            self.assertIn(answer.status, (404, 422), address)
        self.assertEqual(Site.asked, [])

    def test_the_own_network_is_never_reached(self):
        port = self.host.split(":")[1]
        for address in (f"http://127.0.0.2:{port}/a", f"http://[::1]:{port}/a", "file:///etc/passwd",
                        "http://169.254.169.254/latest/meta-data", "http://10.0.0.1/",
                        f"http://localhost:{int(port) + 1}/a", "ftp://example.org/a.jpg"):
            answer = self.server.get(path_of(address))
            self.assertEqual(answer.status, 422, (address, answer.body))
        self.assertEqual(Site.asked, [])

    def test_what_the_other_host_does_is_told(self):
        self.assert_refused(self.image("/missing"), 404, "answered 404")
        self.assert_refused(self.image("/text"), 400, "no picture")
        Site.photos["/torn"] = PHOTO[:3000]
        self.assertEqual(self.image("/torn").status, 400)

    def test_the_key_is_asked_elsewhere_and_not_here(self):
        self.assertEqual(self.server.get("/status").status, 401)
        self.assertEqual(self.image("/a").status, 200)


class Aged(ImageTest):
    """Everything is old at once."""

    MORE = {"CACHE_DIR": "cache", "IMAGE_MAX_AGE_S": 0}

    def test_a_photo_that_is_the_same_is_not_worked_on_again(self):
        first = self.image("/a")
        self.assertEqual(first.header("Cache-Control"), "public, no-cache")
        second = self.image("/a")
        self.assert_way(second, "confirmed")
        self.assertEqual((second.body, Site.asked), (first.body, ["/a", "/a"]))
        self.assertEqual(self.image("/a", If_None_Match=first.header("ETag")).status, 304)
        Site.photos["/a"] = OTHER_PHOTO
        third = self.image("/a")
        self.assert_way(third, "made")
        self.assertNotEqual(third.header("ETag"), first.header("ETag"))


class Small(ImageTest):
    """A cache for a few."""

    MORE = {"CACHE_DIR": "cache", "IMAGE_CACHE_MB": 1, "IMAGE_NO_FACE": "refuse"}

    def test_the_least_recently_used_go_first(self):
        large = "enhance_photo:off,matte_quality:fast,use_oval_mask:off,format:png,height:400,width:"
        self.assert_way(self.image("/a", SMALL), "made")
        for width in range(400, 412):
            self.assert_way(self.image("/a", large + str(width)), "made")
            self.assert_way(self.image("/a", SMALL), "kept")
            self.assertLessEqual(sum(path.stat().st_size for path in kept(self.server)), 1 << 20)
        self.assert_way(self.image("/a", large + "411"), "kept")
        self.assert_way(self.image("/a", large + "400"), "made")
        text = self.server.get("/metrics", X_API_Key="secret").body.decode()
        self.assertGreater(int(re.search(r"image_cache_evicted_total (\d+)", text)[1]), 0)
        self.assertLessEqual(int(re.search(r"image_cache_bytes (\d+)", text)[1]), 1 << 20)

    def test_no_face_is_refused_where_the_operator_wants_that(self):
        self.assert_refused(self.image("/none"), 400, "face")


class Killed(ImageTest):
    """kill -9 while images are written."""

    MORE = {"CACHE_DIR": "cache"}

    def test_what_is_answered_after_a_kill_is_whole(self):
        right = {width: self.image("/a", f"{SMALL},width:{width}").body for width in range(64, 70)}
        for written in range(3):
            for path in kept(self.server):
                path.unlink()

            def ask(index):
                with contextlib.suppress(OSError, http.client.HTTPException):
                    self.image("/a", f"{SMALL},width:{64 + index % 6}")

            def kill(count=written):
                wait_until(lambda: len(kept(self.server)) >= count, "no image is written")
                self.server.child.kill()

            in_parallel(12, ask, kill)
            self.server.child.wait()
            self.server.start()
            for width, body in right.items():
                self.assertEqual(self.image("/a", f"{SMALL},width:{width}").body, body)
        names = [path.name for path in kept(self.server)]
        self.assertEqual(len([name for name in names if len(name) == 64]), 6, names)


class Off(service.ServiceTest):
    """Without a key."""

    def test_there_are_no_images(self):
        answer = self.server.get(path_of("https://example.org/a.jpg"))
        self.assertEqual(answer.status, 404)
        self.assertIn("FACECRAFT_IMAGE_KEY", answer.json["detail"])


class Command(unittest.TestCase):
    """facecraft sign, and keys that are none."""

    def run_with(self, *arguments, **variables):
        """The program with these FACECRAFT_ variables."""
        environment = {**os.environ, **{f"FACECRAFT_{name}": value
                                        for name, value in variables.items()}}
        return subprocess.run([service.program(), *arguments], capture_output=True, text=True,
                              env=environment, cwd="/", check=False)

    def test_it_signs_as_others_do(self):
        address = "https://example.org/photo of me.jpg".replace(" ", "%20")
        done = self.run_with("sign", address, "--options", SMALL, IMAGE_KEY=KEY)
        self.assertEqual((done.returncode, done.stdout), (0, path_of(address) + "\n"), done.stderr)
        done = self.run_with("sign", address, IMAGE_KEY=f"{KEY},an older key of length")
        self.assertEqual(done.stdout, path_of(address, "-") + "\n")

    def test_what_it_refuses(self):
        for arguments, variables, text in (
                (["https://example.org/a"], {}, "no key"),
                (["https://example.org/a"], {"IMAGE_KEY": "short"}, "16"),
                (["a.jpg"], {"IMAGE_KEY": KEY}, "no address"),
                ([], {"IMAGE_KEY": KEY}, "one photo"),
                (["https://example.org/a", "--options", "w:1"], {"IMAGE_KEY": KEY}, "64 to 4096"),
                (["https://example.org/a", "--options", "background:#fff"], {"IMAGE_KEY": KEY},
                 "%23")):
            done = self.run_with("sign", *arguments, **variables)
            self.assertEqual((done.returncode, done.stdout), (2, ""))
            self.assertIn(text, done.stderr)
        done = self.run_with("serve", IMAGE_KEY="short", OUTPUT_DIR="/tmp", PORT="0")
        self.assertEqual(done.returncode, 2)
        self.assertNotIn("short", done.stderr)


class HowTo(unittest.TestCase):
    """The page shows code that works."""

    def test_the_python_example_signs_as_the_program_does(self):
        page = (service.REPO / "docs" / "how-to" / "face-crops-by-address.md").read_text()
        names = {}
        exec(re.search(r"```python\n(.*?)```", page, re.S)[1], names)  # pylint: disable=exec-used
        address = "https://example.org/me.jpg?size=1&x=\u00fc"
        self.assertEqual(names["image_path"](address, SMALL, KEY), path_of(address))


if __name__ == "__main__":
    service.main()

#!/usr/bin/env python3
"""POST /v1.0/removebg and GET /v1.0/account: what remove.bg's clients send and need back."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
# pylint: disable=wrong-import-position
import base64
import io
import json
import urllib.parse
import zipfile

import service
from removebg import PREVIEW, ROUTE, SIZE, SMALL, Compat
from service import OTHER_PHOTO, PHOTO, encode, picture_size

FACTS = ("X-Width", "X-Height", "X-Max-Width", "X-Max-Height", "X-Credits-Charged",
         "X-Foreground-Top", "X-Foreground-Left", "X-Foreground-Width", "X-Foreground-Height",
         "X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset")


class Picture(Compat):
    """What comes back for a photo of a person."""

    VARIABLES = Compat.VARIABLES | {"CORS_ORIGINS": "https://a.example"}

    def test_answer_is_a_preview_with_all_facts_as_headers(self):
        answer = self.post()
        self.assertEqual(answer.status, 200)
        self.assertEqual(answer.header("Content-Type"), "image/png")
        self.assertEqual(picture_size(answer.body), ("png", *SMALL))
        self.assertEqual(answer.body[25], 6)  # RGBA
        for name in FACTS:
            self.assertTrue(answer.header(name).isdigit(), name)
        self.assertEqual(answer.header("X-Type"), "person")
        self.assertEqual(answer.header("X-Facecraft-Model"), "selfie_segmentation")
        self.assertEqual(answer.header("X-Facecraft-Device"), "cpu")
        self.assertIsNone(answer.header("Content-Encoding"))

    def test_pages_of_allowed_origins_can_read_every_fact(self):
        answer = self.post(Origin="https://a.example")
        self.assertEqual(answer.status, 200)
        told = answer.header("Access-Control-Expose-Headers").split(", ")
        for name in (*FACTS, "X-Type", "X-Facecraft-Model", "X-Facecraft-Device"):
            self.assertIn(name, told)

    def test_each_size_is_kept_and_nothing_is_enlarged(self):
        for size, wanted in (("preview", PREVIEW), ("full", SIZE)):
            answer = self.post({"size": size}, [("image_file", "photo.jpg", OTHER_PHOTO)])
            self.assertEqual(picture_size(answer.body)[1:], wanted, size)
            self.assertEqual((answer.header("X-Max-Width"), answer.header("X-Max-Height")),
                             tuple(map(str, SIZE)))
        for size in ("small", "50MP"):
            self.assertEqual(picture_size(self.post({"size": size}).body)[1:], SMALL)

    def test_format_decides_and_auto_follows_the_transparency(self):
        for fields, kind in (({"format": "jpg"}, "image/jpeg"), ({"format": "webp"}, "image/webp"),
                             ({"bg_color": "green"}, "image/jpeg"),
                             ({"bg_color": "#0f08"}, "image/png"),
                             ({"bg_color": "fff", "format": "png"}, "image/png")):
            answer = self.post(fields)
            self.assertEqual((answer.status, answer.header("Content-Type")), (200, kind), fields)

    def test_zip_is_two_stored_members_of_one_size(self):
        answer = self.post({"format": "zip"})
        self.assertEqual(answer.header("Content-Type"), "application/zip")
        with zipfile.ZipFile(io.BytesIO(answer.body)) as archive:
            members = archive.infolist()
            self.assertEqual([item.filename for item in members], ["color.jpg", "alpha.png"])
            for item in members:
                self.assertEqual(item.compress_type, zipfile.ZIP_STORED)
                self.assertFalse(item.flag_bits & 8)  # no data descriptor
            color, alpha = (archive.read(item) for item in members)
        self.assertEqual(picture_size(color), ("jpg", *SMALL))
        self.assertEqual(picture_size(alpha), ("png", *SMALL))
        self.assertEqual((alpha[24], alpha[25]), (8, 0))  # 8 bits, grey

    def test_alpha_is_a_grey_picture(self):
        answer = self.post({"channels": "alpha"})
        self.assertEqual((answer.body[24], answer.body[25]), (8, 0))

    def test_crop_scale_and_position_move_the_person(self):
        cropped = self.post({"crop": "true", "crop_margin": "10px"})
        box = [int(cropped.header(f"X-Foreground-{side}")) for side in ("Left", "Top", "Width",
                                                                        "Height")]
        self.assertEqual(picture_size(cropped.body)[1:], (box[2] + 20, box[3] + 20))
        self.assertEqual(box[:2], [10, 10])
        scaled = self.post({"scale": "50%", "position": "0% 100%"})
        self.assertEqual(picture_size(scaled.body)[1:], SMALL)
        self.assertEqual(scaled.header("X-Foreground-Left"), "0")
        self.assertEqual(int(scaled.header("X-Foreground-Top"))
                         + int(scaled.header("X-Foreground-Height")), SMALL[1])

    def test_roi_hides_what_lies_outside(self):
        answer = self.post({"roi": "0% 0% 50% 50%"})
        right = (int(answer.header("X-Foreground-Left"))
                 + int(answer.header("X-Foreground-Width")))
        self.assertLessEqual(right, SMALL[0] // 2 + 1)

    def test_picture_may_lie_behind(self):
        answer = self.post(files=[("bg_image_file", "b.png", PHOTO),
                                  ("image_file", "a.jpg", self.photo)])
        self.assertEqual(picture_size(answer.body), ("jpg", *SMALL))

    def test_type_level_none_leaves_the_type_out(self):
        self.assertIsNone(self.post({"type_level": "none"}).header("X-Type"))

    def test_json_is_answered_where_it_is_accepted(self):
        for accept in ("application/json", "text/plain, application/json;q=0.9"):
            answer = self.post(Accept=accept)
            self.assertEqual(answer.header("Content-Type"), "application/json")
            data = answer.json["data"]
            self.assertEqual(picture_size(base64.b64decode(data["result_b64"])),
                             ("png", *SMALL))
            for side in ("top", "left", "width", "height"):
                self.assertEqual(str(data[f"foreground_{side}"]),
                                 answer.header(f"X-Foreground-{side.title()}"))
        self.assertEqual(self.post(Accept="image/*").header("Content-Type"), "image/png")

    def test_all_kinds_of_bodies_give_the_same_picture(self):
        wanted = self.post({"crop": "true"}).body
        text = encode(self.photo)
        bodies = (
            (urllib.parse.urlencode({"image_file_b64": text, "crop": "true"}),
             "application/x-www-form-urlencoded"),
            (json.dumps({"image_file_b64": text, "crop": True, "roi": None, "image_url": ""}),
             "application/json"),
            (json.dumps({"image_file_b64": "data:image/jpeg;base64," + text, "crop": True}),
             "application/json; charset=utf-8"),
            service.multipart({"image_file_b64": text, "crop": "true", "size": ""}),
            service.multipart({"crop": "true", "image_url": ""},
                              [("image_file", "photo.png", self.photo),
                               ("bg_image_file", "", b"")]),
        )
        for body, kind in bodies:
            answer = self.server.request("POST", ROUTE, body, {"Content-Type": kind})
            self.assertEqual((answer.status, answer.body == wanted), (200, True), kind)

    def test_body_in_chunks_is_read(self):
        body = json.dumps({"image_file_b64": encode(self.photo)}).encode()
        pieces = (body[i:i + 5000] for i in range(0, len(body), 5000))
        self.assertEqual(self.server.request("POST", ROUTE, pieces,
                                             {"Content-Type": "application/json"}).status, 200)

    def test_order_of_parts_and_their_types_do_not_matter(self):
        boundary = "xyz"
        part = f'--{boundary}\r\nContent-Disposition: form-data; name='
        body = (f'{part}"image_file"; filename="a.gif"\r\n\r\n'.encode() + self.photo
                + f'\r\n{part}"format"\r\n\r\njpg\r\n--{boundary}--'.encode())  # no last CRLF
        answer = self.server.request("POST", ROUTE, body, {
            "Content-Type": f"multipart/form-data; boundary={boundary}"})
        self.assertEqual(answer.header("Content-Type"), "image/jpeg")

    def test_account_has_exactly_the_keys_that_its_clients_know(self):
        attributes = self.server.get("/v1.0/account").json["data"]["attributes"]
        self.assertEqual(sorted(attributes), ["api", "credits"])
        self.assertEqual(sorted(attributes["credits"]),
                         ["enterprise", "payg", "subscription", "total"])
        self.assertEqual(sorted(attributes["api"]), ["free_calls", "sizes"])
        self.assertEqual(attributes["api"]["sizes"], "all")
        self.assertEqual(self.server.get("/v1.0/account", X_Api_Key="any").status, 200)


if __name__ == "__main__":
    service.main()

#!/usr/bin/env python3
"""Real answers of every route against what the served /openapi.json says of them."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
# pylint: disable=wrong-import-position
import json

import images
import schema
import service
from service import NO_FACE, OTHER_PHOTO, PHOTO, SMALL, wait_job

LATER = {"Prefer": "respond-async"}
UNKNOWN = "0" * 32
CUTOUT = {"size": "small"}


class Openapi(service.ServiceTest):
    """Each call names the route and the code that it wants; the rest is the document's."""

    @classmethod
    def setUpClass(cls):
        cls.host = cls.enterClassContext(images.site())
        cls.VARIABLES = {"FETCH_URLS": "http", "FETCH_ALLOW": cls.host, "IMAGE_KEY": images.KEY,
                         "CACHE_DIR": "cache"}
        super().setUpClass()
        cls.document = cls.server.get("/openapi.json").json
        cls.operations = {}
        cls.tried = set()
        for path, methods in cls.document["paths"].items():
            for method, operation in methods.items():
                cls.operations[operation["operationId"]] = (method.upper(), path, operation)

    def check(self, name, answer, code):
        """The answer of a route is one that the document describes."""
        self.assertEqual(answer.status, code, answer.body[:300])
        responses = self.operations[name][2]["responses"]
        self.assertIn(str(code), responses, f"{name} does not tell of {code}")
        response = schema.resolve(self.document, responses[str(code)])
        for header in response.get("headers", {}):
            self.assertIsNotNone(answer.header(header), f"{name} {code}: {header}")
        self.check_body(name, answer, response.get("content", {}))
        self.tried.add(name)
        return answer

    def check_body(self, name, answer, content):
        """The body has a type of the list, and is of its schema."""
        if not content:
            self.assertEqual(answer.body, b"", name)
            return
        kind = answer.header("Content-Type").split(";")[0]
        self.assertIn(kind, content, name)
        if kind == "application/json":
            faults = schema.faults_of(self.document, content[kind]["schema"], answer.json)
            self.assertEqual(faults, [], f"{name}: {answer.body[:300]}")

    def ask(self, name, code=200, parts=None, query="", **headers):
        """A request without a body."""
        method, path, _ = self.operations[name]
        answer = self.server.request(method, path.format(**(parts or {})) + query,
                                     headers=service.dashed(headers))
        return self.check(name, answer, code)

    def send(self, name, fields=(), files=(), code=200, parts=None, **headers):
        """A form."""
        path = self.operations[name][1].format(**(parts or {}))
        return self.check(name, self.server.post_form(path, fields, files, **headers), code)

    def photo(self, name, fields=(), code=200, content=PHOTO, **headers):
        """A form with one photo."""
        return self.send(name, fields, [("file", "a.png", content)], code, **headers)

    def test_routes_without_work(self):
        for name in ("health", "livez", "ready", "readyz", "status", "models", "presets",
                     "metrics", "docs",
                     "openapi"):
            self.ask(name)
        self.ask("root", 307)
        page = self.ask("root", Accept="text/html")
        self.ask("root", 304, Accept="text/html", If_None_Match=page.header("ETag"))
        self.ask("docs_file", parts={"file": "init.js"})
        self.ask("docs_file", 404, parts={"file": "none.js"})
        self.ask("page_file", 404, parts={"file": "none.js"})
        name = page.body.decode().split('src="')[1].split('"')[0].split("/")[-1]
        self.ask("page_file", parts={"file": name})

    def test_portraits(self):
        self.photo("process", SMALL)
        self.photo("process", {**SMALL, "return_base64": "true", "face": "all"})
        self.photo("process", {**SMALL, "format": "webp"})
        self.photo("process", {"preset": "us-passport"})
        self.photo("sheet", {"paper": "10x15cm", "size": "35x45mm"})
        self.photo("process", content=NO_FACE)
        self.photo("process", {"width": "wide"}, 422)
        self.photo("process", code=400, content=b"no photo")
        self.photo("process_quick", {"size": "64"})
        self.photo("process_quick", code=400, content=NO_FACE)
        self.send("process_quick", code=422)
        self.photo("process_profile", parts={"name": "ad"})
        self.photo("process_profile", code=404, parts={"name": "passport"})
        self.photo("process_profile", {"background": "nowhere"}, 422, parts={"name": "ad"})

    def test_images(self):
        images.Site.photos = {"/a": PHOTO, "/text": b"text" * 99}

        def image(code, photo, options=images.SMALL, **headers):
            path = images.path_of(f"http://{self.host}/{photo}", options)
            parts = dict(zip(("signature", "options", "address"), path.split("/")[2:]))
            return self.ask("image", code, parts, **headers)

        tag = image(200, "a").header("ETag")
        image(304, "a", If_None_Match=tag)
        image(206, "a", Range="bytes=0-3")
        image(416, "a", Range="bytes=99999999-")
        image(404, "missing")
        image(400, "text")
        image(422, "a", "width:0")
        self.ask("image", 403, {"signature": "A" * 43, "options": "-", "address": "AAAA"})

    def test_checks(self):
        self.photo("check")
        self.photo("check", {"face": "all"})
        self.photo("check", content=NO_FACE)
        self.photo("check", code=400, content=b"no photo")
        self.send("check", code=422)
        self.photo("process", {**SMALL, "check": "true"})

    def test_batches(self):
        files = [("files", "a.png", PHOTO), ("files", "b.png", NO_FACE)]
        self.send("process_batch", SMALL, files)
        self.send("process_batch", {**SMALL, "return_base64": "true"}, files)
        job = self.send("process_batch", SMALL, files, 202, **LATER).json["id"]
        wait_job(self.server, job)
        self.ask("job", parts={"job_id": job})
        self.send("process_batch", SMALL, [], 422)

    def test_jobs(self):
        job = self.photo("process", SMALL, 202, **LATER).json["id"]
        stream = self.ask("job_events", parts={"job_id": job})
        seen = [json.loads(line[6:]) for line in stream.body.decode().splitlines()
                if line.startswith("data: ")]
        described = {"$ref": "#/components/schemas/Job"}
        self.assertTrue(seen)
        for event in seen:
            self.assertEqual(schema.faults_of(self.document, described, event), [])
        self.ask("job", parts={"job_id": job})
        for kind in ("png", "jpg", "zip"):
            self.ask("download", parts={"job_id": job, "format": kind})
        png = {"job_id": job, "format": "png"}
        tag = self.ask("download", parts=png).header("ETag")
        self.ask("download", 206, png, Range="bytes=0-3")
        self.ask("download", 416, png, Range="bytes=99999999-")
        self.ask("download", 304, png, If_None_Match=tag)
        self.ask("download", 404, png, "?number=9")
        self.ask("delete_job", parts={"job_id": job})
        for name in ("job", "job_events"):
            self.ask(name, 404, {"job_id": UNKNOWN})

    def test_failed_jobs(self):
        job = self.photo("process", SMALL, 202, NO_FACE, **LATER).json["id"]
        wait_job(self.server, job)
        self.ask("job", parts={"job_id": job})

    def test_repeated_requests(self):
        first = self.photo("process", SMALL, Idempotency_Key="one").body
        self.assertEqual(self.photo("process", SMALL, Idempotency_Key="one").body, first)
        self.photo("process", {"width": "65"}, 422, Idempotency_Key="one")

    def test_live_portraits(self):
        token = self.photo("analyze").json["token"]
        self.photo("analyze", content=NO_FACE)
        self.photo("analyze", {"background": "nowhere"}, 422)
        self.send("render", SMALL, parts={"token": token})
        self.send("render", {"width": "1"}, code=422, parts={"token": token})
        self.ask("original", parts={"token": token})
        self.ask("forget_analysis", parts={"token": token})
        self.send("render", SMALL, code=410, parts={"token": token})
        self.ask("original", 410, {"token": token})
        self.ask("original", 404, {"token": UNKNOWN})
        self.ask("forget_analysis", 404, {"token": UNKNOWN})

    def test_other_services(self):
        files = [("image_file", "a.jpg", OTHER_PHOTO)]
        self.send("removebg", CUTOUT, files)
        self.send("removebg", CUTOUT, files, Accept="application/json")
        self.send("removebg", {"format": "zip", **CUTOUT}, files)
        self.send("removebg", CUTOUT, [], 400)
        self.ask("removebg_account")
        self.photo("rembg", {"om": "true"}, content=OTHER_PHOTO)
        self.photo("rembg", {"model": "gpt"}, 422)
        self.ask("rembg_url", 422)

    def test_zz_every_route_was_asked(self):
        """Last by its name: whoever adds a route adds a request above."""
        self.assertEqual(sorted(set(self.operations) - self.tried), [])


class Refusals(service.ServiceTest):
    """What a key is asked for."""

    VARIABLES = {"API_KEY": "a-key-of-some-length"}

    def test_without_the_key_each_route_refuses_in_its_own_words(self):
        document = self.server.get("/openapi.json").json
        for path, methods in document["paths"].items():
            for method, operation in methods.items():
                answer = self.server.request(method.upper(), path)
                if operation["security"]:
                    described = schema.resolve(document,
                                               operation["responses"][str(answer.status)])
                    self.assertIn(answer.status, (401, 403), path)
                    content = described["content"]["application/json"]["schema"]
                    self.assertEqual(schema.faults_of(document, content, answer.json), [], path)
                else:
                    self.assertNotIn(answer.status, (401, 403), path)


service.main()

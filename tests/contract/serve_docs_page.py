#!/usr/bin/env python3
"""/docs in a real browser: one request through the page; nothing on the console, nothing from
elsewhere. Speaks WebDriver to Debian's chromium-driver; skipped where that is not installed."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
# pylint: disable=wrong-import-position
import base64
import http.client
import json
import os
import shutil
import subprocess
import time

import service

ARGUMENTS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
             "--disable-background-networking", "--disable-component-update", "--disable-sync",
             "--window-size=1280,2000"]
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"  # as the standard names references


class Browser:
    """A session of WebDriver."""

    def __init__(self):
        self.folder = service.tempfile.mkdtemp(prefix="facecraft-")
        port = service.free_port()
        self.driver = subprocess.Popen(["chromedriver", f"--port={port}"],
                                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.address = ("127.0.0.1", port)
        self.path = ""
        options = {"args": [*ARGUMENTS, f"--user-data-dir={self.folder}"],
                   "perfLoggingPrefs": {"enableNetwork": True}}
        wanted = {"browserName": "chrome", "goog:chromeOptions": options,
                  "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"}}
        wait_for(self.is_up)
        made = self.call("POST", "/session", capabilities={"alwaysMatch": wanted})
        self.path = f"/session/{made['sessionId']}"

    def is_up(self):
        """Whether the driver takes sessions."""
        try:
            return self.call("GET", "/status")["ready"]
        except OSError:
            return False

    def call(self, method, path, **arguments):
        """One command."""
        link = http.client.HTTPConnection(*self.address, timeout=60)
        link.request(method, self.path + path, json.dumps(arguments) if method == "POST" else None)
        response = link.getresponse()
        value = json.loads(response.read())["value"]
        link.close()
        if response.status != 200:
            raise LookupError(value)
        return value

    def find(self, selector):
        """The path of an element; waits until it is there."""
        def look():
            try:
                found = self.call("POST", "/element", using="css selector", value=selector)
                return f"/element/{found[ELEMENT]}"
            except LookupError:
                return None
        return wait_for(look)

    def click(self, selector):
        """Click, and wait for what is to be clicked."""
        self.call("POST", f"{self.find(selector)}/click")

    def text(self, selector):
        """The text that a person sees."""
        return self.call("GET", f"{self.find(selector)}/text")

    def log(self, kind):
        """What was logged since the last look."""
        return self.call("POST", "/se/log", type=kind)

    def close(self):
        """End the browser and its driver."""
        if self.path:
            self.call("DELETE", "")
        self.driver.terminate()
        self.driver.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


def wait_for(look, seconds=20):
    """The first true answer."""
    end = time.monotonic() + seconds
    while not (found := look()):
        if time.monotonic() > end:
            raise AssertionError(f"waited {seconds} s in vain")
        time.sleep(0.05)
    return found


class Page(service.ServiceTest):
    """The page as a visitor uses it."""

    def setUp(self):
        self.browser = Browser()
        self.addCleanup(self.browser.close)
        self.browser.call("POST", "/url", url=f"http://127.0.0.1:{self.server.port}/docs")

    def assert_quiet(self):
        """No message on the console (CSP reports go there too), and no foreign address."""
        self.assertEqual(self.browser.log("browser"), [])
        base = f"http://127.0.0.1:{self.server.port}/"
        asked = []
        for entry in self.browser.log("performance"):
            event = json.loads(entry["message"])["message"]
            if (event["method"] == "Network.requestWillBeSent"
                    and event["params"]["documentURL"].startswith(base)):
                asked.append(event["params"]["request"]["url"])
        self.assertTrue(asked)
        self.assertEqual([url for url in asked if not url.startswith((base, "data:", "blob:"))], [])

    def picture(self, name):
        """Keep what the browser shows, where FC_SCREENSHOTS names a folder."""
        if "FC_SCREENSHOTS" in os.environ:
            path = pathlib.Path(os.environ["FC_SCREENSHOTS"]) / f"{name}.png"
            path.write_bytes(base64.b64decode(self.browser.call("GET", "/screenshot")))

    def test_request_goes_through_the_page(self):
        operation = "#operations-operation-health"
        self.browser.click(f"{operation} .opblock-summary-control")
        self.browser.click(f"{operation} .try-out__btn")
        self.browser.click(f"{operation} .execute")
        answer = self.browser.text(f"{operation} tr.response .response-col_description")
        self.assertIn('"status": "healthy"', answer)
        self.picture("health")
        self.assert_quiet()

    def test_photo_goes_through_the_page(self):
        operation = "#operations-portraits-process"
        self.browser.click(f"{operation} .opblock-summary-control")
        self.browser.click(f"{operation} .try-out__btn")
        chosen = self.browser.find(f"{operation} input[type=file]")
        self.browser.call("POST", f"{chosen}/value", text=str(service.DATA / "astronaut.png"))
        self.browser.click(f"{operation} .execute")
        answer = self.browser.text(f"{operation} tr.response .response-col_description")
        self.picture("process")
        self.assertIn('"success": true', answer)
        self.assert_quiet()


if __name__ == "__main__":
    if shutil.which("chromedriver") is None:
        sys.exit(77)  # skipped
    service.main()

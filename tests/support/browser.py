"""A headless Chromium for tests of pages. Speaks WebDriver to Debian's chromium-driver. Standard
library only."""

import base64
import http.client
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

import service

ARGUMENTS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
             "--disable-background-networking", "--disable-component-update", "--disable-sync",
             "--disable-dev-shm-usage", "--force-color-profile=srgb"]
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"  # as the standard names references


def wait_for(look, seconds=40):
    """The first true answer."""
    return service.wait_until(look, f"waited {seconds} s in vain", seconds)


class Browser:
    """A session of WebDriver."""

    def __init__(self, size=(1280, 2000), language="en-US", arguments=()):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="facecraft-"))
        self.downloads = self.folder / "downloads"
        port = service.free_port()
        self.driver = subprocess.Popen(["chromedriver", f"--port={port}"],
                                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.address = ("127.0.0.1", port)
        self.path = ""
        options = {"args": [*ARGUMENTS, f"--window-size={size[0]},{size[1]}",
                            f"--user-data-dir={self.folder}", *arguments],
                   "prefs": {"intl.accept_languages": language,
                             "download.default_directory": str(self.downloads)},
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

    def open(self, url):
        """Go to a page."""
        self.call("POST", "/url", url=url)

    def devtools(self, command, **parameters):
        """A command of the browser's own protocol."""
        return self.call("POST", "/goog/cdp/execute", cmd=command, params=parameters)

    def run(self, script, *arguments):
        """The value of a script that is the body of a function; promises are waited for."""
        return self.call("POST", "/execute/sync", script=script, args=list(arguments))

    def until(self, script, *arguments, seconds=40):
        """The first true value of an expression."""
        return wait_for(lambda: self.run(f"return {script}", *arguments), seconds)

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

    def choose(self, selector, *paths):
        """Give files to a file input."""
        self.call("POST", f"{self.find(selector)}/value", text="\n".join(map(str, paths)))

    def press(self, *keys):
        """Press keys one after the other, as a person does on the whole page."""
        actions = [{"type": kind, "value": key} for key in keys for kind in ("keyDown", "keyUp")]
        self.call("POST", "/actions", actions=[{"type": "key", "id": "keys", "actions": actions}])

    def press_with(self, held, key):
        """Press a key while another one is held."""
        actions = [{"type": kind, "value": value} for kind, value in
                   (("keyDown", held), ("keyDown", key), ("keyUp", key), ("keyUp", held))]
        self.call("POST", "/actions", actions=[{"type": "key", "id": "keys", "actions": actions}])

    def click_with(self, held, selector):
        """Click while a key is held."""
        element = {ELEMENT: self.find(selector).rsplit("/", 1)[-1]}
        self.run("arguments[0].scrollIntoView({ block: 'nearest' })", element)
        pause = {"type": "pause"}
        keys = [{"type": "keyDown", "value": held}, pause, pause, pause, {"type": "keyUp", "value": held}]
        mouse = [pause, {"type": "pointerMove", "origin": element, "x": 0, "y": 0},
                 {"type": "pointerDown", "button": 0}, {"type": "pointerUp", "button": 0}, pause]
        self.call("POST", "/actions", actions=[
            {"type": "key", "id": "keys", "actions": keys},
            {"type": "pointer", "id": "mouse", "parameters": {"pointerType": "mouse"}, "actions": mouse}])

    def text(self, selector):
        """The text that a person sees."""
        return self.call("GET", f"{self.find(selector)}/text")

    def log(self, kind):
        """What was logged since the last look."""
        return self.call("POST", "/se/log", type=kind)

    def screenshot(self):
        """What the browser shows while nothing moves, as a PNG in base64. What moves for ever does not
        count: it says that something is being worked on."""
        still = "document.getAnimations().every(({ effect }) => effect.getComputedTiming().endTime === Infinity)"
        def look():
            self.until(still)
            seen = self.call("GET", "/screenshot")
            return self.run(f"return {still}") and seen
        return wait_for(look)

    def picture(self, name):
        """Keep what the browser shows, where FC_SCREENSHOTS names a folder."""
        if "FC_SCREENSHOTS" in os.environ:
            path = pathlib.Path(os.environ["FC_SCREENSHOTS"]) / f"{name}.png"
            path.write_bytes(base64.b64decode(self.screenshot()))

    def close(self):
        """End the browser and its driver."""
        if self.path:
            self.call("DELETE", "")
        self.driver.terminate()
        self.driver.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


def requests_of(log, base):
    """The addresses that pages of `base` asked for."""
    asked = []
    for entry in log:
        event = json.loads(entry["message"])["message"]
        if (event["method"] == "Network.requestWillBeSent"
                and event["params"]["documentURL"].startswith(base)):
            asked.append(event["params"]["request"]["url"])
    return asked


def main():
    """As service.main; skipped where Debian's chromium-driver is not installed."""
    if shutil.which("chromedriver") is None:
        print("skipped: no chromedriver (Debian: apt-get install chromium-driver)")
        sys.exit(77)
    service.main()

"""The page at / of a running server in a browser, as a person uses it. Standard library only."""

import contextlib
import unittest

import browser
import service

PORTRAIT = service.DATA / "official_portrait.jpg"
ASTRONAUT = service.DATA / "astronaut.png"
NO_FACE = service.DATA / "image" / "rgb.png"
HEIC = service.DATA / "image" / "quadrants.heic"

# Keys as WebDriver names them.
TAB, ENTER, SPACE, HOME, END = "\ue004", "\ue007", " ", "\ue011", "\ue010"
LEFT, RIGHT, SHIFT, CONTROL, ESCAPE = "\ue012", "\ue014", "\ue008", "\ue009", "\ue00c"

# What Chromium says when a test leaves a page that would ask, and nobody has clicked in it.
LEFT_WITHOUT_A_GESTURE = "Blocked attempt to show a 'beforeunload' confirmation panel"

# A picture of two people: both photos of tests/data side by side, made by the browser itself.
GROUP = """
    const bitmaps = await Promise.all(arguments[0].map(async (text) => {
      const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
      return createImageBitmap(new Blob([bytes]));
    }));
    const height = 900;
    const widths = bitmaps.map((b) => Math.round(b.width * height / b.height));
    const canvas = new OffscreenCanvas(widths[0] + widths[1], height);
    const context = canvas.getContext("2d");
    context.drawImage(bitmaps[0], 0, 0, widths[0], height);
    context.drawImage(bitmaps[1], widths[0], 0, widths[1], height);
    const blob = await canvas.convertToBlob({ type: "image/jpeg", quality: 0.9 });
    window.testFiles = [new File([blob], "group.jpg", { type: blob.type })];
"""
FILES = """
    const contents = arguments[1].map((text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0)));
    window.testFiles = arguments[0].map(([name, which]) => new File([contents[which]], name));
"""
DROP = """
    const data = new DataTransfer();
    window.testFiles.forEach((file) => data.items.add(file));
    const fire = (type) => document.body.dispatchEvent(
      new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true }));
    fire("dragenter");
    const seen = !document.getElementById("drop").hidden;
    fire("dragover");
    fire("drop");
    return seen;
"""
PASTE = """
    const data = new DataTransfer();
    window.testFiles.forEach((file) => data.items.add(file));
    document.body.dispatchEvent(
      new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
"""
# Requests whose address matches are held until let_go() lets them.
HOLD = """
    window.holds = new RegExp(arguments[0]);
    if (!window.held) {
      window.held = [];
      const { open, send } = XMLHttpRequest.prototype;
      XMLHttpRequest.prototype.open = function (method, address) {
        this.address = address;
        open.call(this, method, address);
      };
      XMLHttpRequest.prototype.send = function (body) {
        const go = () => send.call(this, body);
        window.holds?.test(this.address) ? window.held.push(go) : go();
      };
    }
"""
# The page measures how quick the line is; a busy machine is no slow line.
NO_MEASURE = "performance.now = () => 0"
MEASURE = "delete performance.now"
# What the page says goes after seconds, or when something else is said; a test may look later.
LISTEN = """
    window.said = [];
    addEventListener("DOMContentLoaded", () => {
      for (const place of document.querySelectorAll("#toast, #announce")) {
        new MutationObserver(() => window.said.push(place.textContent)).observe(place, { childList: true });
      }
    });
"""
# The portrait of the photo that is looked at is seen, and the photo lies under it.
SEEN = """(({ dataset, ariaBusy }, after, card) => dataset.state === "picture" && ariaBusy === "false"
    && after.src === card?.src && after.complete
    && document.querySelector("#stage .before :is(img[src], canvas:not([hidden]))"))(
  document.querySelector("#stage"), document.querySelector("#stage .after"),
  document.querySelector("#photos [aria-current=true] img"))"""

# What is said of each photo.
STATES = "[...document.querySelectorAll('#photos li')].map((li) => li.dataset.state)"

_SHARED = {}


def shared(kind, make):
    """What all tests of a script have in common: made once, closed when they are through."""
    if kind not in _SHARED:
        _SHARED[kind] = make()
        unittest.addModuleCleanup(lambda: _SHARED.pop(kind).close())
    return _SHARED[kind]


class PageTest(unittest.TestCase):
    """Tests of the page; VARIABLES are settings of the server, ARGUMENTS of the browser. Classes of
    a script that want the same share it."""

    VARIABLES = {}
    ARGUMENTS = ()

    @classmethod
    def setUpClass(cls):
        cls.server = shared(("server", str(cls.VARIABLES)), lambda: service.Server(**cls.VARIABLES))
        cls.browser = shared(("browser", cls.ARGUMENTS), cls.start_browser)
        cls.base = f"http://127.0.0.1:{cls.server.port}/"

    @classmethod
    def start_browser(cls):
        """One whose pages do not measure their line, and keep what they say."""
        started = browser.Browser((1280, 1000), arguments=cls.ARGUMENTS)
        for source in (NO_MEASURE, LISTEN):
            started.devtools("Page.addScriptToEvaluateOnNewDocument", source=source)
        return started

    def setUp(self):
        self.expected = []  # parts of console messages that the test provokes
        self.asked = []
        self.browser.log("browser")
        self.browser.log("performance")
        self.browser.devtools("Storage.clearDataForOrigin", origin=self.base, storageTypes="all")
        self.browser.open(self.base)
        self.addCleanup(self.assert_quiet)

    def assert_quiet(self):
        """Nothing on the console (reports of the policy go there too), nobody else asked."""
        messages = [entry["message"] for entry in self.browser.log("browser")]
        expected = [*self.expected, LEFT_WITHOUT_A_GESTURE]
        self.assertEqual([message for message in messages
                          if not any(part in message for part in expected)], [])
        self.requests()
        self.assertTrue(self.asked)
        self.assertEqual([url for url in self.asked
                          if not url.startswith((self.base, "blob:", "data:"))], [])
        self.assertEqual(self.browser.run("return document.cookie"), "")

    def ask_for_side(self, side):
        """Open the page again with this size of the portraits."""
        self.browser.run("localStorage.setItem('settings', JSON.stringify({ preset: 'custom', "
                         f"width: {side}, height: {side}, enhance_photo: 'off' }}))")
        self.browser.open(self.base)

    def requests(self):
        """The addresses asked for since the last look, without pictures that lie in the page."""
        new = browser.requests_of(self.browser.log("performance"), self.base)
        self.asked += new
        return [url for url in new if not url.startswith("blob:")]

    def wait_problem(self, part):
        """Until the page says what is wrong with the chosen photo."""
        self.browser.until("!document.getElementById('problem').hidden && "
                           "document.querySelector('#problem h2').textContent.includes(arguments[0])",
                           part)

    def wait_said(self, part):
        """What the page says with this part, now or when it comes; nothing up to that is heard again."""
        return self.browser.until("""((at) => at >= 0 && window.said.splice(0, at + 1).at(-1))(
            window.said.findIndex((text) => text.includes(arguments[0])))""", part)

    def hold(self, address):
        """From now on requests wait whose address matches."""
        self.browser.run(HOLD, address)

    def wait_held(self, count=1):
        """Until so many requests wait."""
        self.browser.until("window.held.length >= arguments[0]", count)

    def let_go_first(self):
        """The one that waits longest goes on."""
        self.browser.run("window.held.shift()()")

    def let_go(self):
        """All that wait go on, and nothing waits any more."""
        self.browser.run("window.holds = null; window.held.splice(0).forEach((go) => go())")

    def take(self, *paths):
        """Choose files."""
        self.browser.choose("#file", *paths)

    def bring(self, *files):
        """Bring (name, bytes) into the browser, to drop or paste them. Each content goes there once."""
        contents = list({content for _, content in files})
        self.browser.run(FILES, [(name, contents.index(content)) for name, content in files],
                         [service.encode(content) for content in contents])

    def drop(self, *files):
        """Drop (name, bytes) on the page."""
        self.bring(*files)
        return self.browser.run(DROP)

    def drop_group(self):
        """Drop a photo of two people."""
        photos = [service.encode(path.read_bytes()) for path in (ASTRONAUT, PORTRAIT)]
        self.browser.run(f"return (async () => {{ {GROUP} }}).apply(null, arguments)", photos)
        self.browser.run(DROP)

    def wait_picture(self, seconds=40):
        """Until the chosen photo has its portrait, and both are seen: the browser decodes them when it can."""
        self.browser.until(SEEN, seconds=seconds)

    def wait_states(self, *allowed):
        """Until every photo is in one of these states; how many there are of each."""
        states = self.browser.until(f"(s => s.every((x) => arguments[0].includes(x)) && s)({STATES})",
                                    allowed, seconds=110)
        return {state: states.count(state) for state in allowed}

    def wait_example(self):
        """Until the example of the start is seen, both of its pictures."""
        self.browser.until("(all => all.length === 2 && all.every((one) => one.complete && one.naturalWidth > 0))"
                           "([...document.querySelectorAll('#example :is(.after, .before img)')])")

    def redraw(self, selector):
        """Click what makes the server draw again, and wait for its picture, however soon it comes."""
        self.browser.run("""const stage = document.querySelector('#stage');
            window.redrawn = false;
            new MutationObserver((changes, observer) => {
              if (stage.getAttribute('aria-busy') === 'true' || changes.some((one) => one.oldValue === 'true')) {
                window.redrawn = true;
                observer.disconnect();
              }
            }).observe(stage, { attributeFilter: ['aria-busy'], attributeOldValue: true });""")
        self.browser.click(selector)
        self.browser.until("window.redrawn")
        self.wait_picture()

    def save(self, kind):
        """Save the chosen portrait: by the button where the purpose wants this kind, else by the
        one behind the arrow."""
        if self.browser.run("return document.querySelector('[data-do=save]').dataset.format") == kind:
            self.browser.click("[data-do=save]")
            return
        if self.browser.run("return document.getElementById('other').hidden"):
            self.browser.click("#formats")
        self.browser.click(f"[data-do={kind}]")

    def zip(self, kind):
        """Save all portraits: "jpg", "png" or "both"."""
        self.browser.run("""const menu = document.getElementById("zip_format"); menu.value = arguments[0];
            menu.dispatchEvent(new Event("change", { bubbles: true }))""", kind)
        self.browser.click("[data-do=zip]")

    def picture(self):
        """Natural width and height of the portrait that is shown."""
        self.wait_picture()
        return self.browser.run("const i = document.querySelector('fc-compare .after');"
                                "return [i.naturalWidth, i.naturalHeight]")

    def downloaded(self, name, seconds=40):
        """The bytes of a file that the browser saved; the next one may have the same name."""
        path = self.browser.downloads / name
        # Chromium holds the name with an empty file, until the whole one takes its place.
        browser.wait_for(lambda: path.exists() and path.stat().st_size > 0, seconds)
        content = path.read_bytes()
        path.unlink()
        return content

    def pixel(self, x, y):
        """Colour of a place of what the browser shows, by the browser's own eyes."""
        shot = self.browser.screenshot()
        return self.browser.run("""
            return (async (text, x, y) => {
              const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
              const bitmap = await createImageBitmap(new Blob([bytes]));
              const context = new OffscreenCanvas(1, 1).getContext("2d");
              context.drawImage(bitmap, -x * devicePixelRatio, -y * devicePixelRatio);
              return [...context.getImageData(0, 0, 1, 1).data].slice(0, 3);
            }).apply(null, arguments)""", shot, x, y)

    @contextlib.contextmanager
    def line(self, **conditions):
        """Another line to the server: offline, latency in ms, downloadThroughput and uploadThroughput
        in bytes a second."""
        usual = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
        self.browser.devtools("Network.enable")
        self.browser.devtools("Network.emulateNetworkConditions", **{**usual, **conditions})
        try:
            if conditions.get("offline"):  # the network is told by its own way, a request may overtake that
                self.browser.until("fetch('health').then(() => false, () => true)")
            yield
        finally:
            self.browser.devtools("Network.emulateNetworkConditions", **usual)

    @contextlib.contextmanager
    def window(self, width, height, **features):
        """Another size of the window, and media features such as prefers_color_scheme."""
        self.browser.devtools("Emulation.setDeviceMetricsOverride", width=width, height=height,
                              deviceScaleFactor=1, mobile=width < 600)
        media = [{"name": name.replace("_", "-"), "value": value}
                 for name, value in features.items()]
        self.browser.devtools("Emulation.setEmulatedMedia", features=media)
        try:
            yield
        finally:
            self.browser.devtools("Emulation.clearDeviceMetricsOverride")
            self.browser.devtools("Emulation.setEmulatedMedia", features=[])


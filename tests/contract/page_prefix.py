#!/usr/bin/env python3
"""The page at / and /docs behind a proxy that gives them a path of its own. Skipped where Debian's
chromium-driver is not installed."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
# pylint: disable=wrong-import-position
import http.client
import http.server
import threading

import browser
import page
import service

PREFIX = "/tools/facecraft"


class Proxy(http.server.BaseHTTPRequestHandler):
    """Hands on what lies below PREFIX, without it; elsewhere is nothing."""

    protocol_version = "HTTP/1.1"
    port = 0  # of the server

    def hand_on(self):
        """One request."""
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if not self.path.startswith(f"{PREFIX}/"):
            self.send_error(404)
            return
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=100)
        link.request(self.command, self.path.removeprefix(PREFIX), body or None, dict(self.headers))
        answer = link.getresponse()
        content = answer.read()
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in ("connection", "content-length", "date", "server",
                                    "transfer-encoding"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
        link.close()

    do_GET = do_POST = do_DELETE = hand_on

    def log_message(self, *_):  # pylint: disable=arguments-differ
        """Nothing."""


class Prefix(page.PageTest):
    """One photo, and one request of the documentation."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        handler = type("Handler", (Proxy,), {"port": cls.server.port})
        proxy = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=proxy.serve_forever, daemon=True).start()
        cls.addClassCleanup(proxy.server_close)
        cls.addClassCleanup(proxy.shutdown)
        cls.base = f"http://127.0.0.1:{proxy.server_port}{PREFIX}/"

    def test_photo_becomes_a_portrait(self):
        self.take(page.PORTRAIT)
        self.wait_picture()
        self.browser.click("[data-open=help]")
        self.browser.click("[data-open=curl]")
        self.assertIn(f"{self.base}api/v1/process", self.browser.text("#command"))
        self.browser.press(page.ESCAPE)
        self.save("jpg")
        self.assertEqual(service.picture_size(self.downloaded("official_portrait_portrait.jpg")),
                         ("jpg", 648, 648))
        self.browser.run("const menu = document.getElementById('language'); menu.value = 'de';"
                         "menu.dispatchEvent(new Event('change'))")
        self.browser.until("document.documentElement.lang === 'de'")

    def test_brand_leads_to_the_page(self):
        self.browser.click(".brand")
        self.browser.until("location.href === arguments[0]", self.base)

    def test_documentation_tries_requests_at_the_prefix(self):
        self.browser.click("[data-open=help]")
        self.browser.click("#help a")
        operation = "#operations-operation-health"
        self.browser.click(f"{operation} .opblock-summary-control")
        self.browser.click(f"{operation} .try-out__btn")
        self.browser.click(f"{operation} .execute")
        self.assertIn('"status": "healthy"',
                      self.browser.text(f"{operation} tr.response .response-col_description"))

    def test_programs_are_sent_to_the_documentation_below_the_prefix(self):
        link = http.client.HTTPConnection(self.base.split("/")[2], timeout=100)
        link.request("GET", f"{PREFIX}/")
        self.assertEqual(link.getresponse().getheader("Location"), "docs")
        link.close()
        self.browser.run("return fetch('health')")  # this test asks for itself


if __name__ == "__main__":
    browser.main()

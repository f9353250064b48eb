#!/usr/bin/env python3
"""/docs in a real browser: one request through the page; nothing on the console, nothing from
elsewhere. Skipped where Debian's chromium-driver is not installed."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
# pylint: disable=wrong-import-position
import browser
import service


class Page(service.ServiceTest):
    """The page as a visitor uses it."""

    def setUp(self):
        self.browser = browser.Browser()
        self.addCleanup(self.browser.close)
        self.browser.open(f"http://127.0.0.1:{self.server.port}/docs")

    def assert_quiet(self):
        """No message on the console (CSP reports go there too), and no foreign address."""
        self.assertEqual(self.browser.log("browser"), [])
        base = f"http://127.0.0.1:{self.server.port}/"
        asked = browser.requests_of(self.browser.log("performance"), base)
        self.assertTrue(asked)
        self.assertEqual([url for url in asked if not url.startswith((base, "data:", "blob:"))], [])

    def test_request_goes_through_the_page(self):
        operation = "#operations-operation-health"
        self.browser.click(f"{operation} .opblock-summary-control")
        self.browser.click(f"{operation} .try-out__btn")
        self.browser.click(f"{operation} .execute")
        answer = self.browser.text(f"{operation} tr.response .response-col_description")
        self.assertIn('"status": "healthy"', answer)
        self.browser.picture("health")
        self.assert_quiet()

    def test_photo_goes_through_the_page(self):
        operation = "#operations-portraits-process"
        self.browser.click(f"{operation} .opblock-summary-control")
        self.browser.click(f"{operation} .try-out__btn")
        self.browser.choose(f"{operation} input[type=file]", service.DATA / "astronaut.png")
        self.browser.click(f"{operation} .execute")
        answer = self.browser.text(f"{operation} tr.response .response-col_description")
        self.browser.picture("process")
        self.assertIn('"success": true', answer)
        self.assert_quiet()


if __name__ == "__main__":
    browser.main()

"""Signed addresses of portraits, and a host of photos that they name. Standard library only."""

import base64
import contextlib
import hashlib
import hmac
import http.server
import threading
import time

KEY = "a key of some length"
SMALL = "width:64,height:64,enhance_photo:off,matte_quality:fast,use_oval_mask:off,format:jpg"


def for_url(content):
    """Base64 for addresses."""
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def sign(rest, key=KEY, size=32):
    """/image/... of "/options/address"."""
    mac = hmac.new(key.encode(), rest.encode(), hashlib.sha256).digest()
    return f"/image/{for_url(mac[:size])}{rest}"


def path_of(address, options=SMALL, **how):
    """As a website makes it."""
    return sign(f"/{options}/{for_url(address.encode())}", **how)


class Site(http.server.BaseHTTPRequestHandler):
    """A host of pictures."""

    photos = {}
    asked = []
    pause = 0

    def do_GET(self):  # pylint: disable=invalid-name
        """A picture by its path."""
        self.asked.append(self.path)
        time.sleep(Site.pause)
        body = self.photos.get(self.path)
        self.send_response(200 if body else 404)
        self.send_header("Content-Length", str(len(body or b"")))
        self.end_headers()
        with contextlib.suppress(OSError):
            self.wfile.write(body or b"")

    def log_message(self, *_):  # pylint: disable=arguments-differ
        """Nothing on the terminal."""


@contextlib.contextmanager
def site(handler=Site):
    """Its address, as long as it runs."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()

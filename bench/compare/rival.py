"""One rival as a small HTTP service, so that all contestants are asked in the same way:

    rival.py old|rembg PORT NETWORK PREDICTOR

POST the bytes of a photo; the answer is JSON with the picture as base64. One request at a time, as
the old service worked. GET answers 200 once everything is loaded.
"""

import base64
import http.server
import io
import json
import sys


def load_old(network, predictor):
    """The old service's chain."""
    import old_chain  # pylint: disable=import-outside-toplevel
    chain = old_chain.OldChain(predictor, network)

    def work(data):
        try:
            made = chain.portrait(data)
        except old_chain.NoFace:
            return {"error": "no face"}
        return {"png": base64.b64encode(made["png"]).decode(), "box": made["box"],
                "jpeg": base64.b64encode(made["jpeg"]).decode()}
    return work


def load_rembg(network, _predictor):
    """rembg alone: the background taken away from the whole photo, as PNG."""
    import PIL.Image  # pylint: disable=import-outside-toplevel
    import pillow_heif  # pylint: disable=import-outside-toplevel
    import rembg  # pylint: disable=import-outside-toplevel
    pillow_heif.register_heif_opener()
    session = rembg.new_session("u2net_custom", model_path=network)

    def work(data):
        out = io.BytesIO()
        cut = rembg.remove(PIL.Image.open(io.BytesIO(data)).convert("RGB"), session=session)
        cut.save(out, "PNG")
        return {"png": base64.b64encode(out.getvalue()).decode()}
    return work


def main():
    """Load, then serve until killed."""
    kind, port, network, predictor = sys.argv[1:]
    work = {"old": load_old, "rembg": load_rembg}[kind](network, predictor)

    class Handler(http.server.BaseHTTPRequestHandler):
        """One photo a connection."""

        def answer(self, status, value):
            """JSON."""
            body = json.dumps(value).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_GET(self):  # pylint: disable=invalid-name
            """Ready."""
            self.answer(200, {"ready": True})

        def do_POST(self):  # pylint: disable=invalid-name
            """Work."""
            data = self.rfile.read(int(self.headers["Content-Length"]))
            try:
                value = work(data)
            except (ValueError, OSError, MemoryError) as error:
                value = {"error": str(error)}
            self.answer(400 if "error" in value else 200, value)

        def log_message(self, format, *args):  # pylint: disable=redefined-builtin
            """Quiet."""

    class Server(http.server.HTTPServer):
        """One request at a time; the others wait in line."""
        request_queue_size = 64

    Server(("127.0.0.1", int(port)), Handler).serve_forever()


if __name__ == "__main__":
    main()

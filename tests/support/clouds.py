"""Stand-ins for Microsoft Graph and Google's Directory API, as their documentation describes them:
tokens that end, too many calls, users who may not have a photo, connections that break. Standard
library and openssl only; no tenant of either was ever asked."""

import base64
import http.server
import json
import pathlib
import socket
import ssl
import struct
import subprocess
import tempfile
import threading
import time
import urllib.parse


def decoded(text):
    """Web-safe base64 without padding."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Key:
    """An RSA key and a certificate of it, in files."""

    def __init__(self, folder):
        folder.mkdir(parents=True)
        self.key, self.certificate = folder / "key.pem", folder / "certificate.pem"
        self.public = folder / "public.pem"
        self._openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", self.key, "-out",
                      self.certificate, "-subj", "/CN=application", "-days", "30")
        self._openssl("pkey", "-in", self.key, "-pubout", "-out", self.public)
        self.folder = folder

    @staticmethod
    def _openssl(*arguments):
        return subprocess.run(["openssl", *map(str, arguments)], check=True,
                              capture_output=True).stdout

    def thumbprint(self):
        """x5t#S256 of the certificate."""
        der = self._openssl("x509", "-in", self.certificate, "-outform", "DER")
        digest = subprocess.run(["openssl", "dgst", "-sha256", "-binary"], input=der, check=True,
                                capture_output=True).stdout
        return base64.urlsafe_b64encode(digest).decode().rstrip("=")

    def claims(self, token):
        """(header, claims) of a JWT that this key has signed; else None."""
        said, _, signature = token.rpartition(".")
        with tempfile.NamedTemporaryFile(dir=self.folder) as file:
            file.write(decoded(signature))
            file.flush()
            done = subprocess.run(["openssl", "dgst", "-sha256", "-verify", self.public,
                                   "-signature", file.name], input=said.encode(), check=False,
                                  capture_output=True)
        return [json.loads(decoded(part)) for part in said.split(".")] if done.returncode == 0 else None


class Cloud:
    """What both have: a server, tokens, photos by user, and faults that are asked for."""

    def __init__(self, certificate=None):
        cloud = self
        self.lock = threading.Lock()
        self.photos, self.puts, self.tokens, self.calls = {}, {}, {}, 0
        self.token_requests = 0
        self.uses = 10 ** 9  # of a token, until it is refused
        self.lasts_s = 3599  # as it is told
        self.every_429 = 0  # each so-manieth call
        self.every_reset, self.resets = 0, set()  # each so-manieth, or these
        self.retry_after = "1"
        self.hold_first_s = 0  # before the first call with a token is answered
        self.refusals = {}  # user: (status, answer)

        class Handler(http.server.BaseHTTPRequestHandler):
            """Hands everything to the cloud."""

            protocol_version = "HTTP/1.1"

            def log_message(self, *arguments):
                """Says nothing."""

            def handle_any(self):
                """One request of any method."""
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                cloud.handle(self, body)

            do_GET = do_PUT = do_POST = do_DELETE = handle_any  # pylint: disable=invalid-name

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        scheme = "http"
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*certificate)
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
            scheme = "https"
        self.url = f"{scheme}://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        """End it."""
        self.server.shutdown()
        self.server.server_close()

    @staticmethod
    def reply(handler, status, value=None, **headers):
        """An answer: JSON, bytes or nothing."""
        body = value if isinstance(value, bytes) else b"" if value is None else json.dumps(value).encode()
        handler.send_response(status)
        for name, text in headers.items():
            handler.send_header(name.replace("_", "-"), text)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    def give_token(self, handler):
        """A new token, which is good for `uses` calls."""
        with self.lock:
            self.token_requests += 1
            token = f"token-{self.token_requests}"
            self.tokens[token] = self.uses
        self.reply(handler, 200, {"token_type": "Bearer", "expires_in": self.lasts_s,
                                  "access_token": token})

    def handle(self, handler, body):
        """A token, or one call with a token."""
        path = urllib.parse.urlsplit(handler.path).path
        if path.endswith("/token"):
            form = {name: values[0] for name, values in urllib.parse.parse_qs(body.decode()).items()}
            self.token(handler, form)
            return
        token = handler.headers.get("Authorization", "").removeprefix("Bearer ")
        with self.lock:
            self.calls += 1
            number = self.calls
            left = self.tokens.get(token, 0)
            self.tokens[token] = left - 1
        if number == 1:
            time.sleep(self.hold_first_s)
        if left <= 0:
            self.reply(handler, 401, self.refusal(401, "InvalidAuthenticationToken", "Lifetime "
                                                  "validation failed, the token is expired."))
        elif number in self.resets or (self.every_reset and number % self.every_reset == 0):
            handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            handler.connection.close()
            handler.close_connection = True
        elif self.every_429 and number % self.every_429 == 0:
            self.too_often(handler)
        else:
            self.call(handler, path, body)

    def keep(self, user, photo):
        """What a user has now."""
        with self.lock:
            self.photos[user] = photo
            self.puts[user] = self.puts.get(user, 0) + 1

    def refusal(self, status, code, message):
        """The body of a refusal."""
        raise NotImplementedError

    def token(self, handler, form):
        """A request for a token."""
        raise NotImplementedError

    def too_often(self, handler):
        """Later, please."""
        raise NotImplementedError

    def call(self, handler, path, body):
        """A call with a good token."""
        raise NotImplementedError


class Graph(Cloud):
    """Microsoft Graph v1.0 and the platform that gives its tokens."""

    SECRET = "s3cr3t&=+ü"

    def __init__(self, certificate=None, key=None):
        self.key = key
        self.batches = []  # how many requests each had
        self.batched, self.every_batched_429 = 0, 0  # requests in batches, each so-manieth too much
        self.forgets = set()  # numbers of batched requests that are not answered
        super().__init__(certificate)

    def refusal(self, status, code, message):
        return {"error": {"code": code, "message": message,
                          "innerError": {"request-id": "0", "date": "2026-01-01T00:00:00"}}}

    def token(self, handler, form):
        proof = form.get("client_secret") == self.SECRET
        if self.key and form.get("client_assertion_type", "").endswith(":jwt-bearer"):
            said = self.key.claims(form["client_assertion"])
            proof = bool(said) and said[0]["x5t#S256"] == self.key.thumbprint() and \
                said[1]["iss"] == said[1]["sub"] == "app-1" and \
                said[1]["aud"] == self.url + "/contoso.example/oauth2/v2.0/token"
        right = (proof and form["grant_type"] == "client_credentials" and form["client_id"] == "app-1"
                 and form["scope"] == self.url + "/.default"
                 and handler.path == "/contoso.example/oauth2/v2.0/token")
        if right:
            self.give_token(handler)
        else:
            self.reply(handler, 401, {"error": "invalid_client", "error_description":
                                      "AADSTS7000215: Invalid client secret provided."})

    def too_often(self, handler):
        self.reply(handler, 429, self.refusal(429, "TooManyRequests", "Too many requests"),
                   Retry_After=self.retry_after)

    def call(self, handler, path, body):
        if path == "/v1.0/users":
            self.reply(handler, 200, {"value": [{"userPrincipalName": "u001@contoso.example"}]})
        elif path == "/v1.0/$batch":
            self.batch(handler, json.loads(body))
        else:
            status, value = self.photo(handler.command, path.removeprefix("/v1.0"),
                                       handler.headers["Content-Type"], body)
            self.reply(handler, status, value)

    def photo(self, method, path, content_type, body):
        """(status, answer) of a call about the photo of a user."""
        user = urllib.parse.unquote(path.removeprefix("/users/").removesuffix("/photo/$value"))
        if user in self.refusals:
            return self.refusals[user]
        if method == "PUT":
            if content_type != "image/jpeg":
                return 400, self.refusal(400, "BadRequest", "No image.")
            self.keep(user, body)
            return 200, None
        if user not in self.photos:
            return 404, self.refusal(404, "ImageNotFound", "The photo wasn't found.")
        if method == "DELETE":
            del self.photos[user]
            return 204, None
        return 200, self.photos[user]

    def batch(self, handler, batch):
        """JSON batching: each request has its own answer, and they come in any order."""
        requests = batch["requests"]
        with self.lock:
            self.batches.append(len(requests))
        if len(requests) > 20 or len({request["id"] for request in requests}) < len(requests):
            self.reply(handler, 400, self.refusal(400, "BadRequest", "Invalid batch payload."))
            return
        answers = [self.part(request) for request in requests]
        self.reply(handler, 200, {"responses": [answer for answer in reversed(answers) if answer]})

    def part(self, request):
        """The answer to one request of a batch; None: there is none."""
        with self.lock:
            self.batched += 1
            number = self.batched
        if number in self.forgets:
            return None
        if self.every_batched_429 and number % self.every_batched_429 == 0:
            return {"id": request["id"], "status": 429, "headers": {"Retry-After": self.retry_after},
                    "body": self.refusal(429, "TooManyRequests", "Too many requests")}
        headers = {name.lower(): text for name, text in request.get("headers", {}).items()}
        body = decoded(request["body"]) if "body" in request else b""
        status, value = self.photo(request["method"], request["url"], headers.get("content-type"), body)
        answer = {"id": request["id"], "status": status, "headers": {}}
        if value is not None:
            answer["body"] = base64.b64encode(value).decode() if isinstance(value, bytes) else value
        return answer

    def target(self, **changes):
        """The settings of a target."""
        return dict(kind="graph", tenant="contoso.example", client_id="app-1",
                    secret_env="FC_TEST_PASSWORD", graph_url=self.url, login_url=self.url,
                    batch=1, timeout_s=10) | changes


class Google(Cloud):
    """The Directory API of Google Workspace and the place where service accounts get tokens."""

    EMAIL = "photos@project.iam.gserviceaccount.com"
    ADMIN = "admin@contoso.example"

    def __init__(self, key, folder):
        self.key = key
        super().__init__()
        self.key_file = pathlib.Path(folder) / "service-account.json"
        self.key_file.write_text(json.dumps({
            "type": "service_account", "client_email": self.EMAIL, "private_key_id": "1",
            "private_key": key.key.read_text(), "token_uri": self.url + "/token"}))

    def refusal(self, status, code, message):
        return {"error": {"code": status, "message": message,
                          "errors": [{"domain": "global", "reason": code, "message": message}]}}

    def token(self, handler, form):
        said = self.key.claims(form.get("assertion", ""))
        right = (said and form["grant_type"] == "urn:ietf:params:oauth:grant-type:jwt-bearer"
                 and said[0] == {"alg": "RS256", "typ": "JWT"} and said[1]["iss"] == self.EMAIL
                 and said[1]["sub"] == self.ADMIN and said[1]["aud"] == self.url + "/token"
                 and said[1]["scope"] == "https://www.googleapis.com/auth/admin.directory.user"
                 and 0 < said[1]["exp"] - said[1]["iat"] <= 3600)
        if right:
            self.give_token(handler)
        else:
            self.reply(handler, 401, {"error": "unauthorized_client", "error_description":
                                      "Client is unauthorized to retrieve access tokens using this "
                                      "method, or client not authorized for any of the scopes "
                                      "requested."})

    def too_often(self, handler):
        self.reply(handler, 403, self.refusal(403, "userRateLimitExceeded", "User Rate Limit Exceeded"))

    def call(self, handler, path, body):
        if path == "/admin/directory/v1/users":
            self.reply(handler, 200, {"users": []})
            return
        user = urllib.parse.unquote(path.removeprefix("/admin/directory/v1/users/")
                                    .removesuffix("/photos/thumbnail"))
        if user in self.refusals:
            self.reply(handler, *self.refusals[user])
        elif handler.command == "PUT":
            photo = json.loads(body)
            assert photo["mimeType"] == "JPEG" and not set("+/=") & set(photo["photoData"])
            self.keep(user, decoded(photo["photoData"]))
            self.reply(handler, 200, {"kind": "admin#directory#user#photo"})
        elif user not in self.photos:
            self.reply(handler, 404, self.refusal(404, "notFound", "Resource Not Found: photo"))
        elif handler.command == "DELETE":
            del self.photos[user]
            self.reply(handler, 204)
        else:
            self.reply(handler, 200, {"photoData": base64.urlsafe_b64encode(self.photos[user]).decode(),
                                      "mimeType": "JPEG"})

    def target(self, **changes):
        """The settings of a target."""
        return dict(kind="google", key_file=self.key_file, admin=self.ADMIN, api_url=self.url,
                    timeout_s=10) | changes

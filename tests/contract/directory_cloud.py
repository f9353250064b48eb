#!/usr/bin/env python3
"""Pictures to stand-ins of Microsoft Graph and Google's Directory API: what arrives in spite of
throttling, ended tokens and broken connections, and what is refused in whose words."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
# pylint: disable=wrong-import-position
import contextlib
import functools
import shutil
import tempfile
import time
import unittest

import clouds
import directories
import plans
import service
from plans import INVALID, IO, REFUSED, WORK, facecraft

NAMES = [f"u{i:02}" for i in range(12)]


@functools.cache
def plan_of_all():
    """A plan for all, made once; its folder is to be copied."""
    plans.write_photos(WORK / "photos", NAMES)
    roster = WORK / "staff.csv"
    roster.write_text("account,mail\n" + "".join(f"{name},{name}@contoso.example\n" for name in NAMES))
    plans.make_plan(WORK / "plan", WORK / "photos", roster, "--profile", "ad")
    return WORK / "plan"


class CloudTest:
    """What holds for both; `cloud` is new for each test."""

    cloud = None

    def make_cloud(self):
        """A stand-in without faults."""
        raise NotImplementedError

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(dir=WORK))
        self.plan = self.folder / "plan"
        shutil.copytree(plan_of_all(), self.plan)
        self.expected = {name + "@contoso.example": picture
                         for name, picture in plans.pictures(self.plan, "ad").items()}
        self.cloud = self.make_cloud()
        self.addCleanup(self.cloud.close)

    def target(self, **changes):
        """A target file."""
        return plans.target_file(self.folder / "target.toml", "cloud",
                                 self.cloud.target(profile="ad", **changes))

    def apply(self, *arguments, password=clouds.Graph.SECRET, **changes):
        """Deliver the plan."""
        return facecraft("apply", self.plan, "--to", self.target(**changes), *arguments,
                         password=password)

    def assert_all_there_once(self, done):
        """Each picture has arrived, and none twice."""
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.cloud.photos, self.expected)
        self.assertEqual(set(self.cloud.puts.values()), {1})

    def test_all_arrive_once_and_nothing_is_sent_again(self):
        self.assert_all_there_once(self.apply())
        self.assertLessEqual(self.cloud.token_requests, 4)  # one for each connection
        calls = self.cloud.calls
        self.assert_all_there_once(self.apply())
        self.assertEqual(self.cloud.calls, calls)

    def test_a_busy_service_is_obeyed(self):
        self.cloud.every_429 = 5
        started = time.monotonic()
        self.assert_all_there_once(self.apply())
        self.assertGreater(time.monotonic() - started, 1)

    def test_a_token_that_ends_early_is_renewed(self):
        self.cloud.uses = 5
        self.assert_all_there_once(self.apply())
        self.assertGreater(self.cloud.token_requests, 4)

    def test_a_token_is_renewed_before_its_end(self):
        self.cloud.lasts_s = 60
        self.assert_all_there_once(self.apply())
        self.assertGreater(self.cloud.token_requests, len(NAMES))

    def test_broken_connections_are_made_again(self):
        self.cloud.every_reset = 7
        self.assert_all_there_once(self.apply("--parallel", 1))

    def test_a_refusal_is_told_of_its_user_and_stops_nobody(self):
        forbidden, unknown = "u03@contoso.example", "u05@contoso.example"
        self.cloud.refusals = {
            forbidden: (403, self.cloud.refusal(403, "ErrorAccessDenied", "Not by policy.")),
            unknown: (404, self.cloud.refusal(404, "ErrorInvalidUser", "No mailbox."))}
        done = self.apply()
        self.assertEqual(done.returncode, REFUSED, done.stderr)
        self.assertIn("u03", done.stderr)
        self.assertIn("403", done.stderr)
        self.assertIn("Not by policy.", done.stderr)
        self.assertIn("No mailbox.", done.stderr)
        for user in (forbidden, unknown):
            del self.expected[user]
        self.assertEqual(self.cloud.photos, self.expected)
        self.cloud.refusals = {}
        done = self.apply()
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(len(self.cloud.photos), len(NAMES))

    def test_undo_brings_back_what_was_there(self):
        first = self.apply("--only", "u01")
        self.assertEqual(first.returncode, 0, first.stderr)
        again = self.folder / "again"
        photos = self.folder / "photos"
        photos.mkdir()
        for number, name in enumerate(NAMES[1:3]):
            (photos / f"{name}.jpg").write_bytes(plans.varied(plans.small_photo(), 90 + number))
        plans.make_plan(again, photos, WORK / "staff.csv", "--profile", "ad")
        for step in ((), ("--undo",)):
            done = facecraft("apply", again, "--to", self.target(), *step,
                             password=clouds.Graph.SECRET)
            self.assertEqual(done.returncode, 0, done.stderr)
        user = "u01@contoso.example"
        self.assertEqual(self.cloud.photos, {user: self.expected[user]})

    def test_check_changes_nothing(self):
        done = facecraft("check", self.target(), password=clouds.Graph.SECRET)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("a token was given", done.stdout)
        self.assertIn("users can be read", done.stdout)
        self.assertEqual(self.cloud.puts, {})

    def test_plain_http_to_another_machine_is_refused(self):
        key = "login_url" if "login_url" in self.cloud.target() else "api_url"
        done = self.apply("--only", "u01", **{key: "http://192.0.2.1"})
        self.assertEqual(done.returncode, INVALID, done.stderr)
        self.assertIn("https", done.stderr)


class GraphTest(CloudTest, unittest.TestCase):
    """Microsoft Graph."""

    def make_cloud(self):
        return clouds.Graph()

    def test_a_wrong_secret_is_named(self):
        done = self.apply(password="wrong")
        self.assertEqual(done.returncode, IO, done.stderr)
        self.assertIn("gives no token", done.stderr)
        self.assertIn("AADSTS7000215", done.stderr)
        self.assertEqual(self.cloud.photos, {})

    def test_neither_secret_nor_certificate(self):
        done = self.apply(secret_env=None)
        self.assertEqual(done.returncode, INVALID, done.stderr)
        self.assertIn("secret_file", done.stderr)

    def test_a_certificate_stands_in_for_a_secret(self):
        key = clouds.Key(self.folder / "key")
        self.cloud.key = key
        own = {"secret_env": None, "certificate_file": key.certificate, "key_file": key.key}
        self.assert_all_there_once(self.apply(**own))
        other = clouds.Key(self.folder / "other")
        done = self.apply("--only", "u01", secret_env=None, certificate_file=other.certificate,
                          key_file=other.key)
        self.assertIn(done.returncode, (0, IO), done.stderr)  # 0: nothing was left to send
        done = facecraft("check", self.target(**own | {"key_file": other.key}))
        self.assertEqual(done.returncode, IO, done.stderr)
        self.assertIn("invalid_client", done.stderr)

    def test_its_certificate_is_verified(self):
        certificates = directories.Certificates(self.folder / "tls")
        path = certificates.path
        for name, ca_file, words in (("server", "ca.pem", ""), ("server", None, "certificate"),
                                     ("expired", "ca.pem", "expired"), ("other", "ca.pem", "match")):
            cloud = clouds.Graph((path(name + ".pem"), path(name + ".key")))
            self.addCleanup(cloud.close)
            self.cloud = cloud
            done = facecraft("check", self.target(ca_file=ca_file and path(ca_file)),
                             password=clouds.Graph.SECRET)
            self.assertEqual(done.returncode, IO if words else 0, done.stderr)
            self.assertIn(words, done.stderr)

    def test_the_wait_that_is_asked_for_is_kept(self):
        self.cloud.retry_after = "3"
        self.cloud.every_429 = 2
        started = time.monotonic()
        done = self.apply("--only", "u01")  # read, then written: the second call
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertGreater(time.monotonic() - started, 2.9)


class GraphBatchTest(CloudTest, unittest.TestCase):
    """Graph again, with many requests in one call; each has an answer of its own."""

    def make_cloud(self):
        return clouds.Graph()

    def setUp(self):
        super().setUp()
        self.cloud.hold_first_s = 0.3  # the others come meanwhile

    def target(self, **changes):
        return super().target(**({"batch": None} | changes))

    def test_all_arrive_once_and_nothing_is_sent_again(self):
        super().test_all_arrive_once_and_nothing_is_sent_again()
        self.assertGreater(max(self.cloud.batches), 1)
        self.assertLessEqual(max(self.cloud.batches), 20)
        self.assertLess(self.cloud.calls, 2 * len(NAMES))

    def test_a_batch_may_be_smaller(self):
        self.assert_all_there_once(self.apply(batch=3))
        self.assertEqual(max(self.cloud.batches), 3)

    def test_a_busy_service_is_obeyed(self):
        self.cloud.every_429 = 2  # whole batches
        started = time.monotonic()
        self.assert_all_there_once(self.apply())
        self.assertGreater(time.monotonic() - started, 1)

    def test_a_busy_answer_in_a_batch_is_obeyed(self):
        self.cloud.every_batched_429 = 4
        started = time.monotonic()
        self.assert_all_there_once(self.apply())
        self.assertGreater(time.monotonic() - started, 1)

    def test_what_was_there_is_kept_also_when_reading_has_to_wait(self):
        old = {user: b"old " + user.encode() for user in self.expected}
        self.cloud.photos = dict(old)
        self.cloud.every_batched_429 = 3
        self.assert_all_there_once(self.apply())
        done = self.apply("--undo")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.cloud.photos, old)

    def test_a_request_without_an_answer_is_sent_again(self):
        self.cloud.forgets = {2, 5, 14}
        done = self.apply()
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.cloud.photos, self.expected)

    def test_a_token_that_ends_early_is_renewed(self):
        self.cloud.uses = 1
        self.assert_all_there_once(self.apply())
        self.assertGreater(self.cloud.token_requests, 1)

    def test_a_token_is_renewed_before_its_end(self):
        self.cloud.lasts_s = 60
        self.assert_all_there_once(self.apply())
        self.assertGreater(self.cloud.token_requests, 2)

    def test_broken_connections_are_made_again(self):
        self.cloud.resets = {2, 4}
        self.assert_all_there_once(self.apply())

    def test_a_batch_of_another_size_is_refused(self):
        for size in (0, 21):
            done = self.apply(batch=size)
            self.assertEqual(done.returncode, INVALID, done.stderr)
            self.assertIn("batch", done.stderr)


class GoogleTest(CloudTest, unittest.TestCase):
    """The Directory API."""

    def make_cloud(self):
        return clouds.Google(self.key(), self.folder)

    @staticmethod
    @functools.cache
    def key():
        """Of the service account."""
        return clouds.Key(WORK / "google")

    def test_a_service_account_that_is_not_delegated_is_named(self):
        done = self.apply(admin="somebody@contoso.example")
        self.assertEqual(done.returncode, IO, done.stderr)
        self.assertIn("unauthorized_client", done.stderr)
        self.assertEqual(self.cloud.photos, {})

    def test_what_is_no_key_is_named(self):
        self.cloud.key_file.write_text("{}")
        done = self.apply()
        self.assertEqual(done.returncode, INVALID, done.stderr)
        self.assertIn("no key of a service account", done.stderr)


if __name__ == "__main__":
    if not shutil.which("openssl"):
        print("skipped: no openssl")
        sys.exit(77)
    try:
        service.main()
    finally:
        with contextlib.suppress(OSError):
            shutil.rmtree(WORK)

#!/usr/bin/env python3
"""Pictures of 200 people into real directories: a Samba domain controller and OpenLDAP, both started
here. What arrives, what is refused in whose words, and what breaks on the way."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
# pylint: disable=wrong-import-position
import contextlib
import functools
import glob
import os
import shutil
import tempfile
import unittest
import unittest.mock

import directories
import plans
import service
from plans import INVALID, IO, REFUSED, WORK, facecraft, make_plan, small_photo, varied


@functools.cache
def people():
    """How many accounts there are."""
    return 20 if service.has_sanitizer() else 200


def names():
    """(account, name) of all."""
    return [(f"u{i:03}", f"Zoë Müller-{i}, geb. (Süd)") for i in range(people())]


@functools.cache
def plan_of_all():
    """A plan for all accounts, made once; its folder is to be copied."""
    photos = WORK / "photos"
    plans.write_photos(photos, [account for account, _ in names()])
    roster = WORK / "staff.csv"
    roster.write_text("account\n" + "".join(f"{account}\n" for account, _ in names()))
    make_plan(WORK / "plan", photos, roster, "--profile", "ad")
    return WORK / "plan"


class DirectoryTest:
    """What holds for both servers; `server`, `attribute` and `changes` are the class'."""

    server = None
    attribute = ""
    counter = ""  # operational attribute that each write changes

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(dir=WORK))
        self.plan = self.folder / "plan"
        shutil.copytree(plan_of_all(), self.plan)
        self.expected = plans.pictures(self.plan, "ad")
        self.wipe()

    def wipe(self):
        """Take all pictures away."""
        there = self.server.pictures(self.attribute)
        if there:
            self.server.modify("".join(
                f"dn: {self.entry(name)}\nchangetype: modify\nreplace: {self.attribute}\n-\n\n"
                for name in there))

    def entry(self, name):
        """The DN of an account."""
        raise NotImplementedError

    def target(self, **changes):
        """A target file."""
        return plans.target_file(self.folder / "target.toml", "staff", self.server.target(**changes))

    def apply(self, *arguments, password=plans.SECRET, **changes):
        """Deliver the plan; gives what the program said."""
        return facecraft("apply", self.plan, "--to", self.target(**changes), *arguments,
                         password=password)

    def marks(self):
        """{entry: mark}, which each write changes."""
        listing = self.server.tool("ldapsearch", "-LLL", "-o", "ldif-wrap=no", "-E",
                                   "pr=500/noprompt", "-b", self.server.people, "(objectClass=*)",
                                   self.counter)
        found, name = {}, ""
        for line in listing.splitlines():
            if line.startswith("dn"):
                name = line
            elif line.startswith(self.counter):
                found[name] = line
        return found

    def assert_fails(self, done, code, *words):
        """It says why, in one line, and nothing has arrived."""
        self.assertEqual(done.returncode, code, done.stderr)
        for word in words:
            self.assertIn(word, done.stderr)
        self.assertEqual(self.server.pictures(self.attribute), {})

    # ---- what arrives ----

    def test_all_arrive_once_and_only_changes_are_sent(self):
        done = self.apply()
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn(f"{people()} delivered", done.stdout)
        self.assertEqual(self.server.pictures(self.attribute), self.expected)

        before = self.marks()
        done = self.apply()
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn(f"{people()} unchanged", done.stdout)
        self.assertEqual(self.marks(), before)

        photos = self.folder / "photos"
        shutil.copytree(WORK / "photos", photos)
        (photos / "u007.jpg").write_bytes(varied(small_photo(), people() + 5))
        make_plan(self.plan, photos, WORK / "staff.csv", "--profile", "ad")
        self.assertEqual(self.apply().returncode, 0)
        after = self.marks()
        changed = [name for name in after if after[name] != before[name]]
        self.assertEqual(len(changed), 1, changed)
        self.assertIn("u007", changed[0])
        self.expected["u007"] = (self.plan / "pictures" / "ad" / "u007.jpg").read_bytes()
        self.assertEqual(self.server.pictures(self.attribute), self.expected)

    def test_what_somebody_else_changed_is_seen(self):
        self.apply("--limit", 3)
        self.wipe()
        done = self.apply("--only", "u001")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.server.pictures(self.attribute), {"u001": self.expected["u001"]})

    def test_the_previous_pictures_come_back(self):
        first = self.apply("--only", "u001", "--quiet")
        self.assertEqual(first.returncode, 0, first.stderr)
        photos = self.folder / "photos"
        photos.mkdir()
        for account in ("u001", "u002"):
            (photos / f"{account}.jpg").write_bytes(varied(small_photo(), people() + 9))
        second = self.folder / "second"
        make_plan(second, photos, WORK / "staff.csv", "--profile", "ad", "--limit", "2")
        target = self.target()
        for step in ((), ("--undo",)):
            done = facecraft("apply", second, "--to", target, *step)
            self.assertIn(done.returncode, (0, 20), done.stderr)
        self.assertEqual(self.server.pictures(self.attribute), {"u001": self.expected["u001"]})

    def test_the_directory_is_a_roster(self):
        plan = self.folder / "from_directory"
        done = facecraft("plan", "--to", self.target(profile="ad"), "--photos", WORK / "photos",
                         "-o", plan, "--limit", 3, "--enhance", "off", password=plans.SECRET)
        self.assertIn(done.returncode, (0, 20), done.stderr)
        listed = (plan / "plan.csv").read_text(encoding="utf-8-sig")
        for account, name in names():
            self.assertIn(account, listed)
            self.assertIn(name, listed)

    def test_an_account_is_found_by_its_address(self):
        photos, roster = self.folder / "photos", self.folder / "roster.csv"
        photos.mkdir()
        (photos / "u003.jpg").write_bytes(small_photo())
        roster.write_text("mail\nu003@face.example\n")
        make_plan(self.folder / "by_mail", photos, roster, "--profile", "ad")
        done = facecraft("apply", self.folder / "by_mail", "--to", self.target())
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(list(self.server.pictures(self.attribute)), ["u003"])

    # ---- who may and who may not ----

    def test_check_reads_and_writes_nothing(self):
        before = self.marks()
        done = facecraft("check", self.target())
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("accounts below DC=face,DC=example", done.stdout.replace("dc=", "DC="))
        self.assertIn(f"0 with {self.attribute}", done.stdout)
        self.assertEqual(self.marks(), before)

    def test_starttls_is_encrypted_and_verified(self):
        done = self.apply("--only", "u001", url=self.server.plain_url)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.wipe()
        done = self.apply("--only", "u001", url=self.server.plain_url, ca_file=None)
        self.assert_fails(done, IO, "signed by nobody who is trusted")

    def test_a_wrong_password_is_named(self):
        done = self.apply("--only", "u001", password="wrong")
        self.assert_fails(done, IO, "refuses", self.server.service, "Invalid credentials")

    def test_certificates_that_are_not_trusted_are_named(self):
        stranger = self.server.certificates.path("stranger.pem")
        done = self.apply("--only", "u001", ca_file=stranger)
        self.assert_fails(done, IO, "signed by nobody who is trusted")
        self.addCleanup(self.server.show, "server")
        for name, words in (("expired", "expired on 2021-01-02"), ("other", "not of 127.0.0.1")):
            self.server.show(name)
            for url in (self.server.url, self.server.plain_url):
                done = facecraft("apply", self.plan, "--only", "u001", "--to",
                                 self.target(url=url))
                self.assertEqual(done.returncode, IO, done.stderr)
                self.assertIn(words, done.stderr)
        self.server.show("server")
        self.assertEqual(self.server.pictures(self.attribute), {})

    def test_a_missing_right_is_told_of_each_account_and_can_be_given_later(self):
        done = self.apply("--limit", 3, user=self.server.reader)
        self.assert_fails(done, REFUSED, "Insufficient access", "u000", "u001", "u002")
        done = self.apply("--limit", 3)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(len(self.server.pictures(self.attribute)), 3)

    def test_who_is_not_there_stops_nobody_else(self):
        photos, roster = self.folder / "photos", self.folder / "roster.csv"
        photos.mkdir()
        rows = ["u001", "nobody", "u*", ")(uid=u002"]
        for name in rows:
            (photos / f"{rows.index(name)}.jpg").write_bytes(varied(small_photo(), rows.index(name)))
        roster.write_text("account,photo\n" + "".join(f"{name},{number}.jpg\n"
                                                      for number, name in enumerate(rows)))
        make_plan(self.folder / "some", photos, roster, "--profile", "ad")
        done = facecraft("apply", self.folder / "some", "--to", self.target())
        self.assertEqual(done.returncode, REFUSED, done.stderr)
        for name in rows[1:]:
            self.assertIn(f'no entry for "{name}"', done.stderr)
        self.assertEqual(list(self.server.pictures(self.attribute)), ["u001"])

    def test_a_wrong_base_and_a_wrong_attribute_are_named(self):
        done = self.apply("--only", "u001", base="DC=other,DC=example")
        self.assert_fails(done, REFUSED, "No such object")
        done = self.apply("--only", "u001", attribute="jpgPhoto")
        self.assert_fails(done, REFUSED, "jpgPhoto")

    def test_a_secret_in_the_file_is_refused(self):
        target = self.target()
        target.write_text(target.read_text() + f'password = "{plans.SECRET}"\n')
        done = facecraft("apply", self.plan, "--to", target)
        self.assert_fails(done, INVALID, "password_file")
        self.assertNotIn(plans.SECRET, done.stderr)

    # ---- what breaks ----

    def test_a_server_killed_in_the_middle_gets_the_rest_later(self):
        third = sum(map(len, self.expected.values())) // 3
        with directories.Passage(self.server.url, third, self.server.stop) as passage:
            run = self.apply("--parallel", "2", url=passage.url, timeout_s=2)
        self.server.start()
        there = self.server.pictures(self.attribute)
        self.assertEqual(run.returncode, IO, run.stderr)
        self.assertGreater(len(there), 0)
        self.assertLess(len(there), people())
        for name, picture in there.items():
            self.assertEqual(picture, self.expected[name])
        done = self.apply()
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.server.pictures(self.attribute), self.expected)

    def test_a_silent_server_is_given_up(self):
        for url in (self.server.url, self.server.plain_url):
            self.server.pause()
            try:
                done = facecraft("check", self.target(url=url, timeout_s=1))
            finally:
                self.server.resume()
            self.assertEqual(done.returncode, IO, done.stderr)
            self.assertIn("no answer within 1 s", done.stderr)

    def test_nobody_listens(self):
        done = facecraft("check", self.target(url="ldaps://127.0.0.1:1"))
        self.assertEqual(done.returncode, IO, done.stderr)
        self.assertIn("no server answers", done.stderr)


@unittest.skipIf(directories.why_no_slapd(), directories.why_no_slapd())
class OpenLdapTest(DirectoryTest, unittest.TestCase):
    """jpegPhoto of inetOrgPerson."""

    attribute = "jpegPhoto"
    counter = "entryCSN"

    @classmethod
    def setUpClass(cls):
        folder = pathlib.Path(tempfile.mkdtemp(dir=WORK))
        cls.certificates = directories.Certificates(folder / "tls")
        cls.server = directories.OpenLdap(folder / "server", cls.certificates)
        cls.addClassCleanup(cls.server.stop)
        cls.server.add_people(names())

    def entry(self, name):
        return f"uid={name},{self.server.people}"

    def test_a_server_without_starttls_gets_no_password(self):
        plain = directories.OpenLdap(self.folder / "plain", self.certificates, starttls=False)
        self.addCleanup(plain.stop)
        path = self.folder / "plain.toml"
        done = facecraft("check", plans.target_file(path, "staff", plain.target()))
        self.assertEqual(done.returncode, IO, done.stderr)
        self.assertIn("no StartTLS", done.stderr)
        plans.target_file(path, "staff", plain.target(tls="off"))
        self.assertIn("no account below", facecraft("check", path).stderr)

    def test_a_certificate_or_the_socket_stand_in_for_a_password(self):
        own = {"user": None, "password_env": None, "sasl": "external"}
        path = self.server.certificates.path
        for number, changes in enumerate(({"certificate_file": path("person.pem"),
                                           "key_file": path("person.key")},
                                          {"url": self.server.socket})):
            done = self.apply("--only", f"u00{number}", **own, **changes)
            self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(sorted(self.server.pictures(self.attribute)), ["u000", "u001"])
        done = self.apply("--only", "u002", **own)
        self.assertEqual(done.returncode, IO, done.stderr)

    def test_more_accounts_than_a_server_lists_at_once(self):
        done = facecraft("check", self.target(user=self.server.reader))
        self.assertIn(f"{people()} accounts", done.stdout)  # slapd's limit is 100, by pages all


@unittest.skipIf(directories.why_no_samba(), directories.why_no_samba())
class ActiveDirectoryTest(DirectoryTest, unittest.TestCase):
    """thumbnailPhoto on a domain controller."""

    attribute = "thumbnailPhoto"
    counter = "uSNChanged"

    @classmethod
    def setUpClass(cls):
        folder = pathlib.Path(tempfile.mkdtemp(dir=WORK))
        certificates = directories.Certificates(folder / "tls")
        cls.server = directories.ActiveDirectory(folder / "server", certificates)
        cls.addClassCleanup(cls.server.stop)
        cls.server.add_people(names())

    def entry(self, name):
        return f"CN={name},{self.server.people}"

    def test_check_tells_who_may_write(self):
        done = facecraft("check", self.target(base=self.server.people))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("may be written of", done.stdout)
        done = facecraft("check", self.target(base=self.server.people, user=self.server.reader))
        self.assertEqual(done.returncode, IO, done.stdout)
        self.assertIn("may write thumbnailPhoto of none", done.stderr)

    def test_a_picture_above_the_schemas_limit_is_refused_in_the_servers_words(self):
        photos = self.folder / "photos"
        photos.mkdir()
        (photos / "u001.jpg").write_bytes(plans.grainy(service.OTHER_PHOTO))
        (photos / "u002.jpg").write_bytes(small_photo())
        make_plan(self.folder / "large", photos, WORK / "staff.csv", "--profile", "slack")
        size = (self.folder / "large" / "pictures" / "slack" / "u001.jpg").stat().st_size
        self.assertGreater(size, 102400)
        done = facecraft("apply", self.folder / "large", "--to", self.target(profile="slack"))
        self.assertEqual(done.returncode, REFUSED, done.stderr)
        self.assertIn("attribute 'thumbnailPhoto' on entry", done.stderr)
        self.assertEqual(list(self.server.pictures(self.attribute)), ["u002"])
        report = (self.folder / "large" / "plan.csv").read_text(encoding="utf-8-sig")
        self.assertIn("attribute 'thumbnailPhoto'", report)

    def test_a_kerberos_ticket_stands_in_for_a_password(self):
        if not self.server.has_kerberos() or not glob.glob("/usr/lib/*/sasl2/libgssapiv2.so"):
            self.skipTest("no krb5-user, libsasl2-modules-gssapi-mit, or network of its own")
        ticket = self.server.ticket(self.folder)
        own = {"url": self.server.plain_url, "sasl": "gssapi", "user": None, "password_env": None}
        done = self.apply("--only", "u001", **own)
        self.assert_fails(done, IO, "refuses gssapi")
        with unittest.mock.patch.dict(os.environ, ticket):
            done = self.apply("--only", "u001", **own)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.server.pictures(self.attribute), {"u001": self.expected["u001"]})

    def test_a_password_in_the_clear_is_refused(self):
        done = self.apply("--only", "u001", url=self.server.plain_url, tls="off")
        self.assert_fails(done, IO, "Transport encryption required")


if __name__ == "__main__":
    directories.own_network()
    if directories.why_no_slapd() and directories.why_no_samba():
        print(f"skipped: {directories.why_no_slapd()}; {directories.why_no_samba()}")
        sys.exit(77)
    try:
        service.main()
    finally:
        with contextlib.suppress(OSError):
            shutil.rmtree(WORK)

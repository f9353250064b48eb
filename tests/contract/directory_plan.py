#!/usr/bin/env python3
"""facecraft directory with the real program: plan, report, apply to a folder, undo, kill -9, watch."""
import csv
import fcntl
import hashlib
import html.parser
import json
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

PROGRAM = os.path.realpath(sys.argv[1])
PHOTO = pathlib.Path(__file__).resolve().parents[1] / "data" / "official_portrait.jpg"
# Makes the work small.
QUICK = {"FACECRAFT_DEFAULT_ENHANCE_PHOTO": "off", "FACECRAFT_DEFAULT_MATTE_QUALITY": "fast"}
if not pathlib.Path("models/face_landmark.tflite").exists():
    print("skipped: no models are fetched")
    sys.exit(77)
EYES, REFUSED = 20, 21


class Report(html.parser.HTMLParser):
    """Tags and texts of report.html."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.texts = [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.texts.append(data)


class Case(unittest.TestCase):
    """A folder with a roster and photos."""

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)
        (self.folder / "photos").mkdir()

    def photo(self, name, content=None):
        path = self.folder / "photos" / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(PHOTO.read_bytes() if content is None else content)

    def roster(self, text, encoding="utf-8"):
        (self.folder / "staff.csv").write_bytes(text.encode(encoding))

    def start(self, *arguments):
        return subprocess.Popen([PROGRAM, "directory", *arguments], cwd=self.folder, text=True,
                                env=os.environ | QUICK,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def run_it(self, *arguments, code=0):
        process = self.start(*arguments)
        out, err = process.communicate(timeout=250)
        self.assertEqual(process.returncode, code, err + out)
        return out, err

    def plan(self, *more, to="folder:out", code=0):
        return self.run_it("plan", "staff.csv", "--photos", "photos", "--to", to, *more, code=code)

    def apply(self, *more, code=0):
        return self.run_it("apply", "plan", *more, code=code)

    def lines(self):
        with open(self.folder / "plan/plan.csv", encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file))

    def states(self):
        return {line["account"] or line["photo"]: line["state"] for line in self.lines()}

    def delivered(self):
        return {path.name: hashlib.sha256(path.read_bytes()).hexdigest()
                for path in (self.folder / "out").glob("*")} if (self.folder / "out").exists() else {}


class Planning(Case):
    def test_each_row_and_each_photo_is_told_once(self):
        self.roster("sAMAccountName;mail;displayName\r\nJDOE;;\"Doe, John\"\r\n"
                    "anna;anna.müller@example.org;Müller\r\ntwins;;Two\r\nempty;;None\r\n"
                    "same;;One\r\nSAME;;Two\r\n;;Nobody\r\nbad;;Bad\r\nnote;;Note\r\n", "cp1252")
        self.photo("jdoe.JPG")
        self.photo("deep/anna.mu\u0308ller.jpeg")
        self.photo("twins.jpg")
        self.photo("deep/twins.jpg")
        self.photo("stranger.jpg")
        self.photo("bad.jpg", PHOTO.read_bytes()[:2000])
        self.photo("note.jpg", b"this is a note")
        _, err = self.plan(code=EYES)
        self.assertIn("Windows-1252", err)
        states = self.states()
        self.assertEqual(len(self.lines()), 9 + 3)
        self.assertEqual(states["JDOE"], "ready")
        self.assertEqual(states["anna"], "ready")
        self.assertEqual(states["twins"], "ambiguous")
        self.assertEqual(states["photos/twins.jpg"], "ambiguous")
        self.assertEqual(states["empty"], "no_photo")
        self.assertEqual((states["same"], states["SAME"]), ("ambiguous", "ambiguous"))
        self.assertEqual(states["bad"], "unreadable")
        self.assertEqual(states["note"], "unreadable")
        self.assertEqual(states["photos/stranger.jpg"], "no_account")
        self.assertEqual(self.delivered(), {})

    def test_the_report_escapes_what_the_roster_says(self):
        evil = "<script>alert(1)</script>'\"&"
        self.roster("account,name\n\"a\"\"><img src=x>\",\"" + evil.replace('"', '""') + "\"\n"
                    "=cmd,=1+1\n")
        self.photo("a\"><img src=x>.jpg")
        self.plan(code=0)
        text = (self.folder / "plan/report.html").read_text(encoding="utf-8")
        report = Report(text)
        self.assertNotIn("script", [tag for tag, _ in report.tags])
        self.assertIn(evil, "".join(report.texts))
        pictures = [attrs["src"] for tag, attrs in report.tags if tag == "img"]
        self.assertEqual(len(pictures), 2)
        self.assertTrue(all(source.startswith(("photos/", "pictures/")) for source in pictures))
        rows = {line["state"]: line for line in self.lines()}
        self.assertEqual((rows["no_photo"]["account"], rows["no_photo"]["name"]), ("'=cmd", "'=1+1"))

    def test_only_what_changed_is_worked_on(self):
        self.roster("account\na\nb\n")
        self.photo("a.jpg")
        self.photo("b.jpg")
        self.plan()
        made = {path: path.stat().st_mtime_ns for path in (self.folder / "plan/pictures").rglob("*.jpg")}
        os.utime(self.folder / "photos/a.jpg")  # another time, the same content
        self.photo("b.jpg", PHOTO.read_bytes() + b"more")
        self.plan()
        again = {path: path.stat().st_mtime_ns for path in made}
        self.assertEqual([path.stem for path in made if made[path] != again[path]], ["b"])
        self.plan("--background", "white")
        self.assertTrue(all(again[path] != path.stat().st_mtime_ns for path in made))
        self.roster("account\na\n")
        self.plan("--background", "white")
        self.assertEqual([path.stem for path in (self.folder / "plan/pictures").rglob("*.jpg")], ["a"])
        self.assertEqual(self.states()["photos/b.jpg"], "no_account")

    def test_all_profiles_come_from_one_look(self):
        self.roster("account\na\n")
        self.photo("a.jpg")
        self.run_it("plan", "staff.csv", "--photos", "photos", "--profile", "ad,ad-large,badge")
        line = self.lines()[0]
        for profile, bytes_max in (("ad", 10000), ("ad-large", 100000), ("badge", 400000)):
            picture = (self.folder / f"plan/pictures/{profile}/a.jpg").read_bytes()
            self.assertLessEqual(len(picture), bytes_max)
            self.assertEqual(line[f"{profile}_sha256"], hashlib.sha256(picture).hexdigest())
        self.assertIn(b"JFIF\0\1\1\1\x01\x2c\x01\x2c", picture[:32])  # 300 px an inch

    def test_limit_and_only_leave_the_rest_waiting(self):
        self.roster("account\na\nb\nc\n")
        for name in "abc":
            self.photo(f"{name}.jpg")
        self.plan("--limit", "1")
        self.assertEqual(sorted(self.states().values()), ["ready", "waiting", "waiting"])
        self.plan("--only", "c")
        self.assertEqual(self.states(), {"a": "ready", "b": "waiting", "c": "ready"})
        _, err = self.plan("--only", "nobody", code=10)
        self.assertIn("nobody", err)

    def test_what_is_no_roster_is_refused(self):
        for text, words in (("", "empty"), ("name\nx\n", "names accounts"), ("account\n\"x\n", "never closed")):
            self.roster(text)
            _, err = self.plan(code=2)
            self.assertIn(words, err)
        _, err = self.run_it("plan", "staff.csv", "--photos", "gone", "--to", "folder:out", code=2)
        self.assertIn("never closed", err)
        self.roster("account\nx\n")
        self.run_it("plan", "staff.csv", "--photos", "gone", "--to", "folder:out", code=8)
        _, err = self.plan(to="pigeon:out", code=2)
        self.assertIn("no kind of target", err)
        self.assertFalse((self.folder / "plan").exists())

    def test_fifty_thousand_rows(self):
        rows = "".join(f"u{i};u{i}@example.org;{i:06};\"Name, {i}\"\r\n" for i in range(50000))
        self.roster("\ufeffaccount;mail;id;name\r\n" + rows, "utf-16-le")
        self.photo("u49999.jpg")
        self.plan()
        states = list(self.states().values())
        self.assertEqual((len(states), states.count("ready")), (50000, 1))


class NeedsEyes(Case):
    """What somebody should look at is made, shown first, and kept back."""

    def small(self, name):
        """A photo whose face has too few px to know anybody."""
        subprocess.run([PROGRAM, "process", PHOTO, "--plain", "--size", "64x64", "-q", "-o",
                        self.folder / "photos" / name], check=True, env=os.environ | QUICK)

    def test_it_is_delivered_on_request_only(self):
        self.roster("account\nalice\nzoe\n")
        self.photo("alice.jpg")
        self.small("zoe.jpg")
        self.plan(code=EYES)
        self.assertEqual(self.states(), {"alice": "ready", "zoe": "needs_eyes"})
        self.assertIn("px wide", next(row["reason"] for row in self.lines() if row["account"] == "zoe"))
        report = (self.folder / "plan/report.html").read_text(encoding="utf-8")
        self.assertLess(report.index("zoe"), report.index("alice"))
        self.apply(code=EYES)
        self.assertEqual(sorted(self.delivered()), ["alice.jpg"])
        self.assertEqual(self.states(), {"alice": "delivered", "zoe": "needs_eyes"})
        self.apply("--needs-eyes", "--only", "zoe")
        self.assertEqual(sorted(self.delivered()), ["alice.jpg", "zoe.jpg"])
        self.assertEqual(self.states(), {"alice": "delivered", "zoe": "delivered"})
        self.apply()  # somebody has looked: it stays so

    def test_the_check_is_of_the_recipe(self):
        self.roster("account\na\n")
        self.photo("a.jpg")
        self.plan()
        made = (self.folder / "plan/pictures/badge/a.jpg")
        before, content = made.stat().st_mtime_ns, made.read_bytes()
        self.plan("--no-check")
        self.assertNotEqual(made.stat().st_mtime_ns, before)
        self.assertEqual(made.read_bytes(), content)


class Applying(Case):
    def setUp(self):
        super().setUp()
        self.roster("account\na\nb\nc\n")
        for name in "abc":
            self.photo(f"{name}.jpg", PHOTO.read_bytes() + name.encode())

    def test_a_second_time_sends_nothing(self):
        self.plan()
        out, _ = self.apply("--dry-run")
        self.assertTrue(out.startswith("would send a folder\nwould send b folder\n"), out)
        self.assertEqual(self.delivered(), {})
        self.apply()
        self.assertEqual(sorted(self.delivered()), ["a.jpg", "b.jpg", "c.jpg"])
        self.assertEqual(set(self.states().values()), {"delivered"})
        before = {path: path.stat().st_mtime_ns for path in (self.folder / "out").glob("*")}
        self.apply()
        self.assertEqual(before, {path: path.stat().st_mtime_ns for path in before})
        self.assertEqual(set(self.states().values()), {"unchanged"})
        (self.folder / "out/b.jpg").write_bytes(b"somebody else's")
        self.apply()
        changed = [path.name for path in before if before[path] != path.stat().st_mtime_ns]
        self.assertEqual(changed, ["b.jpg"])

    def test_undo_brings_back_what_was_there(self):
        (self.folder / "out").mkdir()
        (self.folder / "out/a.jpg").write_bytes(b"the old one")
        self.plan()
        self.apply()
        (self.folder / "out/c.jpg").write_bytes(b"changed since")
        self.apply("--undo", "--dry-run")
        self.assertEqual(len(self.delivered()), 3)
        _, err = self.apply("--undo", code=REFUSED)
        self.assertIn("left alone", err)
        self.assertEqual((self.folder / "out/a.jpg").read_bytes(), b"the old one")
        self.assertEqual((self.folder / "out/c.jpg").read_bytes(), b"changed since")
        self.assertEqual(sorted(self.delivered()), ["a.jpg", "c.jpg"])

    def test_undo_goes_back_delivery_by_delivery(self):
        (self.folder / "out").mkdir()
        (self.folder / "out/a.jpg").write_bytes(b"the old one")
        steps = [self.delivered()]
        for what in ("", "second", "third"):
            if what:
                self.photo("a.jpg", PHOTO.read_bytes() + what.encode())
                self.photo("b.jpg", PHOTO.read_bytes() + what.encode())
            self.plan("--background", {"": "white", "second": "black", "third": "red"}[what])
            self.apply()
            self.apply()  # delivers nothing, so it is no step
            steps.append(self.delivered())
        self.assertEqual(len({str(step) for step in steps}), 4)
        for step in reversed(steps[:-1]):
            self.apply("--undo")
            self.assertEqual(self.delivered(), step)
        out, _ = self.apply("--undo")
        self.assertEqual(self.delivered(), steps[0])
        self.apply()
        self.assertEqual(self.delivered(), steps[-1])

    def test_a_picture_that_was_changed_in_the_plan_is_not_sent(self):
        self.plan()
        (self.folder / "plan/pictures/badge/a.jpg").write_bytes(b"forged")
        _, err = self.apply(code=REFUSED)
        self.assertIn("plan again", err)
        self.assertEqual(sorted(self.delivered()), ["b.jpg", "c.jpg"])
        self.plan()
        self.apply()
        self.assertEqual(sorted(self.delivered()), ["a.jpg", "b.jpg", "c.jpg"])

    def test_a_program_is_asked_for_each(self):
        program = self.folder / "send"
        program.write_text("#!/bin/sh\necho \"$1\" >> calls\ncase $1 in b) echo mailbox full >&2; "
                           "exit 1;; c) [ -e tried ] || { touch tried; exit 75; };; esac\n"
                           "mkdir -p out; cp \"$2\" \"out/$1.jpg\"\n")
        program.chmod(0o755)
        self.plan(to="command:./send")
        _, err = self.apply(code=REFUSED)
        self.assertIn("mailbox full", err)
        self.assertEqual(self.states(), {"a": "delivered", "b": "refused_by_target", "c": "delivered"})
        self.assertEqual(sorted(self.delivered()), ["a.jpg", "c.jpg"])
        self.apply(code=REFUSED)
        calls = (self.folder / "calls").read_text().split()
        self.assertEqual((calls.count("a"), calls.count("b"), calls.count("c")), (1, 2, 2))

    def test_ldif_is_as_rfc_2849_says(self):
        self.roster("account,dn\na,\"CN=A,DC=x\"\nb,\"CN=Bé,DC=x\"\nc,\n")
        self.plan(to="ldif:out")
        _, err = self.apply(code=REFUSED)
        self.assertIn("c refused_by_target", err)
        files = sorted((self.folder / "out").glob("*"))
        self.assertEqual([path.name for path in files], ["pictures-00001.ldif"])
        text = files[0].read_text(encoding="ascii")
        self.assertTrue(all(len(line) <= 76 for line in text.split("\n")))
        self.assertTrue(text.startswith("version: 1\n\ndn:"))  # in the order of delivery
        self.assertIn("\n\ndn: CN=A,DC=x\nchangetype: modify\n"
                      "replace: thumbnailPhoto\nthumbnailPhoto:: ", text)
        self.assertIn("\ndn:: ", text)
        self.apply(code=REFUSED)
        self.assertEqual(len(list((self.folder / "out").glob("*"))), 1)

    def test_one_plan_is_for_one_program_at_a_time(self):
        self.plan()
        folder = os.open(self.folder / "plan", os.O_RDONLY)
        fcntl.flock(folder, fcntl.LOCK_EX)
        _, err = self.apply(code=11)
        self.assertIn("another facecraft", err)
        os.close(folder)


class Killed(Case):
    """Whenever it is killed: the same commands again end as if nothing had happened."""

    def test_the_end_is_the_same(self):
        times = int(os.environ.get("FC_TEST_KILLS", "3"))
        names = [f"p{i}" for i in range(4 * times)]
        self.roster("account\n" + "\n".join(names) + "\n")
        for name in names:
            self.photo(f"{name}.jpg", PHOTO.read_bytes() + name.encode())
        plan_s = self.time(lambda: self.plan("-o", "calm", "--jobs", "1"))
        apply_s = self.time(lambda: self.run_it("apply", "calm"))
        wanted = self.delivered()
        shutil.rmtree(self.folder / "out")
        chance = random.Random(7)
        for _ in range(times):
            self.kill_soon(chance.uniform(0, plan_s), "plan", "staff.csv", "--photos", "photos",
                           "--to", "folder:out", "--jobs", "1")
        self.plan()
        for _ in range(times):
            self.kill_soon(chance.uniform(0, apply_s), "apply", "plan")
        self.apply()
        self.assertEqual({name: digest for name, digest in self.delivered().items()
                          if not name.startswith(".")}, wanted)
        self.apply()
        self.assertEqual(set(self.states().values()), {"unchanged"})
        for _ in range(times):
            self.kill_soon(chance.uniform(0, apply_s), "apply", "plan", "--undo")
        self.apply("--undo")
        self.assertEqual({name for name in self.delivered() if not name.startswith(".")}, set())

    def time(self, work):
        """How long it takes here and now, so that kills come in its middle."""
        start = time.monotonic()
        work()
        return time.monotonic() - start

    def kill_soon(self, seconds, *arguments):
        process = self.start(*arguments)
        time.sleep(seconds)
        process.kill()
        process.communicate()


class Watching(Case):
    def test_what_arrives_is_delivered(self):
        self.roster("account\na\nb\n")
        self.photo("a.jpg")
        process = self.start("watch", "photos", "staff.csv", "--to", "folder:out", "-q")
        try:
            self.wait_for("a.jpg")
            self.photo("new/b.jpg")
            self.wait_for("b.jpg")
        finally:
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=60)
        self.assertEqual(process.returncode, 0)

    def wait_for(self, name):
        end = time.monotonic() + 120
        while not (self.folder / "out" / name).exists():
            self.assertLess(time.monotonic(), end, "it was never delivered")
            time.sleep(0.1)

    def test_a_plan_among_the_photos_is_refused(self):
        self.roster("account\na\n")
        _, err = self.run_it("watch", "photos", "staff.csv", "--to", "folder:out", "-o", "photos/plan", code=2)
        self.assertIn("outside of the photos", err)


class Telling(Case):
    def test_profiles_and_targets_are_listed(self):
        out, _ = self.run_it("profiles", "--json")
        profiles = {row["name"]: row for row in json.loads(out)}
        self.assertEqual((profiles["ad"]["width"], profiles["ad"]["bytes_max"]), (96, 10000))
        out, _ = self.run_it("targets")
        self.assertIn("folder:", out)
        out, _ = self.run_it("check", "folder:out")
        self.assertIn("can be written to", out)

    def test_a_check_tells_of_those_before_the_one_that_fails(self):
        (self.folder / "targets.toml").write_text(
            "[here]\nkind = \"folder\"\nfolder = \"out\"\n"
            "[gone]\nkind = \"command\"\nprogram = \"/no/such/program\"\n")
        out, err = self.run_it("check", "targets.toml", code=8)
        self.assertEqual(out, "here: out can be written to\n")
        self.assertIn("/no/such/program: No such file", err)

    def test_profiles_of_the_target_file_are_made_and_delivered(self):
        self.roster("account\na\n")
        self.photo("a.jpg")
        targets = self.folder / "targets.toml"
        targets.write_text("[web]\nkind = \"folder\"\nfolder = \"out\"\nprofile = \"intranet\"\n"
                           "[profile.intranet]\nwidth = 90\nheight = 120\nbackground = \"white\"\n")
        out, _ = self.run_it("profiles", "targets.toml")
        self.assertIn("intranet    90 x 120", out)
        self.plan(to="targets.toml")
        self.apply()
        made = (self.folder / "out/a.jpg").read_bytes()
        subprocess.run([PROGRAM, "process", "photos/a.jpg", "--profiles", "targets.toml", "--profile",
                        "intranet", "-o", "me.jpg", "-q"],
                       cwd=self.folder, check=True, env=os.environ | QUICK)
        self.assertEqual((self.folder / "me.jpg").read_bytes(), made)
        targets.write_text(targets.read_text().replace("white", "black"))
        self.plan(to="targets.toml")
        self.apply()
        self.assertNotEqual((self.folder / "out/a.jpg").read_bytes(), made)
        targets.write_text(targets.read_text() + "head_room = 9\n")
        _, err = self.plan(to="targets.toml", code=2)
        self.assertIn("targets.toml: line 9: head_room", err)

    def test_process_makes_the_same_picture(self):
        self.roster("account\na\n")
        self.photo("a.jpg")
        self.run_it("plan", "staff.csv", "--photos", "photos", "--profile", "ad")
        subprocess.run([PROGRAM, "process", "photos/a.jpg", "--profile", "ad", "-o", "me.jpg", "-q"],
                       cwd=self.folder, check=True, env=os.environ | QUICK)
        self.assertEqual((self.folder / "me.jpg").read_bytes(),
                         (self.folder / "plan/pictures/ad/a.jpg").read_bytes())


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[2:])

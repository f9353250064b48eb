#!/usr/bin/env python3
"""Photos are decoded by processes that can do nothing else, and that may die at any moment."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
# pylint: disable=wrong-import-position
import contextlib
import errno
import os
import signal
import subprocess
import threading
import time

import service
from service import DATA, MODELS, OTHER_PHOTO, PHOTO, SMALL, Server, in_parallel, wait_until

REFUSE = str(pathlib.Path(__file__).resolve().parents[1] / "support" / "refuse.py")
FILES = (("p.png", PHOTO), ("o.jpg", OTHER_PHOTO),
         ("h.heic", (DATA / "image" / "quadrants.heic").read_bytes()))


def facts(pid):
    """(name, state, parent) of a process, which anybody may read; None: there is none."""
    with contextlib.suppress(OSError):
        text = pathlib.Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
        state, parent = text[text.rindex(")") + 2:].split()[:2]
        return text[text.index("(") + 1:text.rindex(")")], state, int(parent)
    return None


def is_over(pid):
    """Whether a process has ended, also where nobody has asked how (in containers)."""
    found = facts(pid)
    return found is None or found[1] in "ZX"


def processes(root):
    """(pid, name, state) of all processes that descend from one."""
    pids = [int(name) for name in os.listdir("/proc") if name.isdigit()]
    table = {pid: found for pid in pids if (found := facts(pid)) is not None}
    found, level = [], {root}
    while level:
        level = {pid for pid, one in table.items() if one[2] in level}
        found += [(pid, *table[pid][:2]) for pid in level]
    return found


def named(server, name):
    """Pids of the server's processes of a name."""
    return [pid for pid, one, _ in processes(server.child.pid) if one == name]


def end(pid, number=signal.SIGKILL):
    """kill -9, or less, whether it is still there or not."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


def metric(server, line):
    """The value of a line of /metrics."""
    for each in server.get("/metrics").body.decode().splitlines():
        if each.startswith(line + " "):
            return float(each.rsplit(" ", 1)[1])
    raise AssertionError(f"no {line}")


class Sandbox(service.unittest.TestCase):
    """Each case has a server of its own."""

    def serve(self, before=(), **variables):
        """A server that is closed at the end of the case."""
        server = Server(before, MAX_CONCURRENT_JOBS=2, **variables)
        self.addCleanup(server.close)
        return server

    def sandboxed(self, **variables):
        """A server with a sandbox; skips where the program or the machine cannot have one."""
        server = self.serve(**variables)
        sandbox = server.get("/status").json["sandbox"]
        if not sandbox["active"]:
            self.skipTest(sandbox["reason"])
        return server

    def test_it_is_on_and_told(self):
        server = self.sandboxed()
        told = server.get("/status").json["sandbox"]
        self.assertEqual(told["mode"], "auto")
        self.assertIn("seccomp", told["reason"])
        self.assertEqual(metric(server, "facecraft_sandbox"), 1)
        server.await_log("seccomp")
        self.assertEqual(server.process(**SMALL).status, 200)
        self.assertGreaterEqual(metric(server, "facecraft_decoder_started_total"), 1)

    def test_it_is_on_though_the_parent_ignores_the_ends_of_children(self):
        self.sandboxed()
        ignore = ("import os, signal, sys; signal.signal(signal.SIGCHLD, signal.SIG_IGN); "
                  "os.execv(sys.argv[1], sys.argv[1:])")
        server = self.serve((sys.executable, "-c", ignore))
        self.assertTrue(server.get("/status").json["sandbox"]["active"])
        self.assertEqual(server.process(**SMALL).status, 200)

    def test_answers_are_those_without_it(self):
        with_it, without = self.sandboxed(), self.serve(SANDBOX="off")
        off = without.get("/status").json["sandbox"]
        self.assertEqual(off, {"mode": "off", "active": False, "reason": "switched off"})
        self.assertEqual(named(without, "fc-forker"), [])
        for name, photo in FILES:
            for kind in ("png", "jpg"):
                answers = [server.process(photo, name, format=kind, **SMALL)
                           for server in (with_it, without)]
                self.assertEqual(answers[0].status, answers[1].status, (name, kind))
                if answers[0].status == 200:
                    self.assertEqual(answers[0].body, answers[1].body, (name, kind))

    def test_kill_of_decoders_under_load_loses_nothing(self):
        """Each answer is the right one, or says that it could not be given."""
        server = self.sandboxed()
        expected = {name: server.process(photo, name, format="png", **SMALL)
                    for name, photo in FILES}
        stop = threading.Event()

        def kill_on():
            held = []  # what a quick one gets meanwhile it has not decoded when it is killed
            while not stop.wait(0.005):
                for pid in held:
                    end(pid)
                held = named(server, "fc-decoder")
                for pid in held:
                    end(pid, signal.SIGSTOP)
            for pid in held:
                end(pid)

        def send(_):
            answers = []

            def is_lost():
                answers.extend((name, server.process(photo, name, format="png", **SMALL)) for name, photo in FILES)
                return len(answers) >= 5 * len(FILES) and metric(server, lost) > 0

            wait_until(is_lost, "none was killed at work")
            return answers

        lost = 'facecraft_decoder_ended_total{why="lost"}'
        killer = threading.Thread(target=kill_on)
        killer.start()
        answers = in_parallel(4, send)
        stop.set()
        killer.join()
        self.assertGreater(metric(server, lost), 0)
        for name, answer in sum(answers, []):
            if answer.status == 200:
                self.assertEqual(answer.body, expected[name].body, name)
            else:
                self.assertIn(answer.status, (expected[name].status, 503), answer.body)
        self.assertIsNone(server.child.poll())
        server.await_log("a decoder was ended")
        for name, photo in FILES:
            again = server.process(photo, name, format="png", **SMALL)
            self.assertEqual(again.status, expected[name].status)
        wait_until(lambda: len(named(server, "fc-decoder")) == 2,  # those that wait, no zombies
                   lambda: processes(server.child.pid))

    def test_a_decoder_that_dies_as_it_waits_is_missed_whichever_it_is(self):
        server = self.sandboxed()
        for which in (0, 1):
            wait_until(lambda: len(named(server, "fc-decoder")) == 2, "two do not wait")
            dead = sorted(named(server, "fc-decoder"))[which]
            end(dead)
            for _ in range(2):
                self.assertEqual(server.process(**SMALL).status, 200)
            wait_until(lambda: len(set(named(server, "fc-decoder")) - {dead}) == 2, lambda: processes(server.child.pid))

    def test_a_killed_maker_of_decoders_is_made_again(self):
        server = self.sandboxed()
        for _ in range(3):
            wait_until(lambda: len(named(server, "fc-forker")) == 1, "there is none")
            forker = named(server, "fc-forker")[0]
            end(forker)
            answer = server.process(**SMALL)
            self.assertEqual(answer.status, 200, answer.body)
            wait_until(lambda pid=forker: pid not in named(server, "fc-forker"), "it is not reaped")
        self.assertEqual(server.get("/ready").status, 200)

    def test_without_makers_it_is_not_ready(self):
        server = self.sandboxed()
        keeper = named(server, "fc-keeper")[0]
        os.kill(keeper, signal.SIGSTOP)
        for pid in (*named(server, "fc-forker"), keeper):
            end(pid)
        server.await_not_ready()
        self.assertIn("decode", server.get("/ready").json["reason"])
        self.assertEqual(server.get("/health").status, 200)
        start = time.monotonic()
        self.assertEqual(server.process(**SMALL).status, 503)
        self.assertLess(time.monotonic() - start, 60)

    def test_nothing_outlives_the_service(self):
        for number, code in ((signal.SIGTERM, 0), (signal.SIGKILL, -9)):
            server = self.sandboxed()
            server.process(**SMALL)
            family = [pid for pid, _, _ in processes(server.child.pid)]
            self.assertGreaterEqual(len(family), 3)
            server.child.send_signal(number)
            self.assertEqual(server.child.wait(60), code)
            wait_until(lambda pids=family: all(is_over(pid) for pid in pids), family)

    def test_keys_are_not_in_the_memory_of_decoders(self):
        """Neither as variables nor as arguments: a decoder's memory has neither."""
        key = "key-that-nobody-else-has"
        server = self.serve(API_KEY=key)
        if not named(server, "fc-forker"):
            self.skipTest("no sandbox here")
        for name in ("fc-keeper", "fc-forker", "fc-decoder"):
            wait_until(lambda one=name: named(server, one), f"there is no {name}")
            pid = named(server, name)[0]
            for file in ("environ", "cmdline"):
                content = pathlib.Path(f"/proc/{pid}/{file}")
                with contextlib.suppress(PermissionError):
                    self.assertNotIn(key.encode(), content.read_bytes())

    def test_a_system_without_seccomp_is_told(self):
        for error in (errno.EPERM, errno.ENOSYS):
            server = self.serve((sys.executable, REFUSE, str(error)))
            told = server.get("/status").json["sandbox"]
            self.assertEqual((told["mode"], told["active"]), ("auto", False))
            self.assertRegex(told["reason"], "seccomp|sanitizer")
            server.await_log("WARNING.*decoded in this process.*reason")
            self.assertEqual(metric(server, "facecraft_sandbox"), 0)
            self.assertEqual(server.process(**SMALL).status, 200)

    def test_a_sandbox_that_is_required_and_cannot_be_had_ends_the_start(self):
        environment = {**os.environ, "FACECRAFT_MODELS_DIR": str(MODELS),
                       "FACECRAFT_SANDBOX": "required"}
        for words in (("serve", "--port", "0"), ("serve", "--check"),
                      ("process", str(DATA / "astronaut.png"), "-o", "nowhere.png")):
            done = subprocess.run([sys.executable, REFUSE, str(errno.EPERM), service.program(),
                                   *words], env=environment, cwd="/", capture_output=True,
                                  text=True, timeout=120, check=False)
            self.assertEqual(done.returncode, 7, done)
            self.assertRegex(done.stdout + done.stderr, "seccomp|sanitizer")


if __name__ == "__main__":
    service.main()

#!/usr/bin/env python3
"""Chaos: nodes on one database and one S3 store, while everything goes wrong.

tests/chaos/chaos.py build/tests/chaos_node --seeds 3
tests/chaos/chaos.py build/tests/chaos_node --seeds 30 --jobs 20000
tests/chaos/chaos.py build/tests/chaos_node --first 7
tests/chaos/chaos.py build/tests/chaos_node --real --jobs 500

Two servers and four workers, each in a network of its own where the machine allows it, work on
photos by sleeping 5 to 50 ms (or, with --real, by making portraits, which are compared with those of
a run without faults). A client sends photos and batches until each is accepted, a tenth twice. By a
schedule that the seed stands for, nodes are killed and frozen for longer than their claims hold,
PostgreSQL and the store are killed, packets are lost one way, lines are slow, clocks are an hour
wrong. After that: nothing that was acknowledged is lost, nothing was published twice, everything has
ended, the store has no object that no record needs. Needs PostgreSQL and tools/fetch --with s3.
"""

import argparse
import collections
import os
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
# pylint: disable=wrong-import-position
import checker
import faults
import load
import network
import nodes
import postgres
import s3_store
import service

SERVERS, WORKERS = 2, 4
BATCH, BATCH_EVERY = 20, 10  # each tenth request is a batch of so many photos
CALM_S = 300  # after the faults everything ends within this
PHOTOS = (service.PHOTO, service.OTHER_PHOTO)


def say(line):
    """At once, also into a file."""
    print(line, flush=True)


def stub_request(number):
    """What looks like a JPEG by its first bytes, or a batch of that."""
    count = BATCH if number % BATCH_EVERY == BATCH_EVERY - 1 else 1
    return [b"\xff\xd8\xff%d %d" % (number, i) for i in range(count)], {}


def real_request(number):
    """Another portrait for each number: photo, size, and background."""
    colour = f"#{number * 2654435761 % (1 << 24):06x}"
    return [PHOTOS[number % len(PHOTOS)]], {**service.SMALL, "width": str(64 + number % 32),
                                            "background": colour}


def arguments():
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", help="chaos_node of a build")
    parser.add_argument("--seeds", type=int, default=1, help="how many runs")
    parser.add_argument("--first", type=int, default=1, help="seed of the first one")
    parser.add_argument("--jobs", type=int, default=300, help="requests of a run")
    parser.add_argument("--seconds", type=float, help="in which they are sent (a 50th of that)")
    parser.add_argument("--claim", type=int, default=3, help="seconds that a claim holds")
    parser.add_argument("--keep", action="store_true", help="keep logs, and say where")
    parser.add_argument("--real", action="store_true", help="make portraits, and compare them")
    return parser.parse_args()


class Run:
    """One seed; None: without faults."""

    def __init__(self, cluster, options, seed, request_of):
        self.cluster, self.options, self.seed, self.request_of = cluster, options, seed, request_of
        name = f"seed-{seed}" if seed is not None else "calm"
        self.log = cluster.folder / f"{name}.jsonl"
        self.seconds = options.seconds or max(8, options.jobs / 50)
        self.checker = checker.Checker(cluster, self.log, options.jobs)
        cluster.begin(f"chaos/{name}", PROCESSORS=1)
        self.cluster.await_ready()
        self.steps = [("begun", time.monotonic())]

    def step(self, name):
        """When something was reached."""
        self.steps.append((name, time.monotonic()))

    def faults(self):
        """Its schedule."""
        names = [node.name for node in self.cluster.nodes]
        return ([] if self.seed is None else
                faults.schedule(self.seed, self.seconds, self.options.claim, names))

    def go(self):
        """Faults under load, then the calm, then the check; what was found."""
        client = load.Load(self.cluster.servers(), self.request_of, self.options.jobs, self.seed,
                           self.seconds, self.log)
        chaos = faults.Chaos(self.cluster, self.faults(), say)
        try:
            chaos.wait()
            self.step("faults over")
            for failure in chaos.failures:
                self.checker.find("a fault that could not be done", failure)
            self.cluster.await_ready()
            if client.wait(CALM_S):
                self.step("all accepted")
                self.await_end()
        except AssertionError as error:
            self.checker.find("no end", error)
        finally:
            client.close()
        for line in chaos.left_out:
            say(f"left out: {line}")
        for refusal in client.refused:
            self.checker.find("refused", refusal)
        dead = self.check(client)
        self.step("checked")
        begun = collections.Counter(self.cluster.find_in_logs(r'photo begun photo="(\w+)"'))
        say(f"{self.options.jobs} requests with {len(self.checker.photos)} photos,"
            f" {client.again} sent twice, {client.failed} failed and were repeated, {len(client.seen)} watched,"
            f" {sum(n > 1 for n in begun.values())} begun more than once, {dead} dead")
        say(", ".join(f"{name} at {at - self.steps[0][1]:.0f} s" for name, at in self.steps[1:]))
        return self.checker.told()

    def await_end(self):
        """Until all jobs have ended and all blobs that are to go have gone."""
        for step, sql in (("all ended", "SELECT count(*) FROM facecraft.accepted WHERE NOT dead"),
                          ("all clean", "SELECT count(*) FROM facecraft.doomed")):
            end, left = time.monotonic() + CALM_S, ""
            while left != "0":
                assert time.monotonic() < end, f"after {CALM_S} s not {step}: {left}"
                time.sleep(0.2)
                left = self.cluster.database.ask(sql, check=False)
            self.step(step)

    def check(self, client):
        """All of it; how many are dead."""
        self.checker.read()
        dead = self.checker.check_records(lambda number: len(self.request_of(number)[0]))
        if not self.options.real:
            self.checker.check_pictures(self.request_of, client.seen)
        for name, codes in self.cluster.end().items():
            if codes[-1] != 0:
                self.checker.find("a node that does not end well", f"{name}: {codes[-1]}")
            for code in codes[:-1]:
                if code < 0:
                    self.checker.find("a node that has crashed", f"{name}: {code}")
        self.checker.check_store(dead)
        self.checker.check_totals()
        return len(dead)


def compare(calm, run):
    """Portraits of a run and of one without faults, by number; what differs."""
    before, after = calm.portraits(), run.portraits()
    differ = [number for number in before if before[number] != after.get(number)]
    say(f"{len(before) - len(differ)} of {len(before)} portraits are the same as without faults,"
        f" {len(set(map(tuple, before.values())))} of them different from each other")
    return [f"{len(differ)} x other bytes than without faults: {differ[:10]}"] if differ else []


def run_all(cluster, options):
    """All seeds; whether all went well."""
    request_of = real_request if options.real else stub_request
    calm = None
    if options.real:
        say("without faults")
        calm = Run(cluster, options, None, request_of)
        for line in calm.go():
            say(f"  {line}")
    good = True
    for seed in range(options.first, options.first + options.seeds):
        say(f"seed {seed}")
        run = Run(cluster, options, seed, request_of)
        found = run.go()
        found += compare(calm.checker, run.checker) if calm else []
        for line in found:
            say(f"seed {seed}: {line}")
        good = good and not found
    return good


def main():
    """The whole."""
    options = arguments()
    postgres.need()
    s3_store.need()
    os.environ["FC_PROGRAM"] = options.program
    if not all((service.MODELS / name).exists() for name in service.NEEDED):
        print("skipped: no models are fetched")
        sys.exit(77)
    network.enter()
    if not os.environ.get(network.INSIDE):
        say("no network namespaces here: packets are neither lost nor late")
    cluster = nodes.Cluster(SERVERS, WORKERS, options.keep, FC_CHAOS_CLAIM_S=str(options.claim),
                            FC_CHAOS_DOOMED_S=str(5 * options.claim), FC_CHAOS_TAKEN_S="5",
                            FC_CHAOS_WORK="real" if options.real else "stub")
    try:
        good = run_all(cluster, options)
    finally:
        cluster.close()
        if options.keep:
            say(f"logs: {cluster.folder}")
    say("all is well" if good else "FAILED: the seeds are above, and each is its schedule again")
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()

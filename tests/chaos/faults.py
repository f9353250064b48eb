"""What goes wrong and when: a seed is a schedule."""

import dataclasses
import random
import signal
import threading
import time

import nodes

# Mean pause between the beginnings of two faults, as a part of the time of a claim: they overlap.
PAUSE = 1.0

KINDS = ("kill a node", "freeze a node", "kill PostgreSQL", "kill the store", "freeze the store",
         "lose packets", "slow line", "shift a clock")


@dataclasses.dataclass
class Fault:
    """At `at` seconds after the beginning, for `seconds`."""

    at: float
    kind: str
    node: str
    seconds: float
    forward: bool  # or outward

    def __str__(self):
        whom = f" {self.node}" if "Postgre" not in self.kind and "store" not in self.kind else ""
        how = {"lose packets": " out" if self.forward else " in",
               "shift a clock": " ahead" if self.forward else " back"}.get(self.kind, "")
        return f"{self.at:6.1f} s  {self.kind}{whom}{how} for {self.seconds:.1f} s"


def schedule(seed, seconds, claim_s, names):
    """Every kind at least once, in another order for each seed."""
    draw = random.Random(seed)
    count = max(len(KINDS), round(seconds / (PAUSE * claim_s)))
    kinds = list(KINDS) + draw.choices(KINDS, k=count - len(KINDS))
    draw.shuffle(kinds)
    longest = {"kill a node": 0.5 * claim_s, "kill PostgreSQL": 0.5 * claim_s,
               "freeze a node": 2.5 * claim_s, "kill the store": min(10, 2.5 * claim_s),
               "freeze the store": 2.5 * claim_s}
    faults = []
    for i, kind in enumerate(kinds):
        most = longest.get(kind, 2 * claim_s)
        least = 1.25 * claim_s if kind.startswith("freeze") else most / 4
        faults.append(Fault(seconds * (i + draw.random()) / count, kind, draw.choice(names),
                            draw.uniform(least, most), draw.random() < 0.5))
    return faults


class Chaos:
    """Does what a schedule says."""

    def __init__(self, cluster, faults, say):
        self.cluster, self.say, self.failures, self.left_out = cluster, say, [], set()
        self.begin = time.monotonic()
        self.threads = [threading.Thread(target=self.run, args=(fault,)) for fault in faults]
        for thread in self.threads:
            thread.start()

    def run(self, fault):
        """One fault, when its time has come and nothing else happens to the same part."""
        time.sleep(max(0, self.begin + fault.at - time.monotonic()))
        try:
            self.say(f"{fault}")
            self.do(fault, self.cluster.node(fault.node))
        except Exception as error:  # the end of a thread is told by nobody
            self.failures.append(f"{fault}: {error!r}")

    def do(self, fault, node):
        """It happens."""
        if fault.kind == "kill a node":
            node.kill(fault.seconds)
        elif fault.kind == "freeze a node":
            node.freeze(fault.seconds)
        elif fault.kind == "kill PostgreSQL":
            with self.cluster.database_lock:
                self.cluster.database.kill_master()
                time.sleep(fault.seconds)
                self.cluster.database.start()
        elif fault.kind == "kill the store":
            with self.cluster.store_lock:
                self.cluster.store.kill()
                time.sleep(fault.seconds)
                self.cluster.store.start()
        elif fault.kind == "freeze the store":
            with self.cluster.store_lock:
                self.cluster.store.child.send_signal(signal.SIGSTOP)
                time.sleep(fault.seconds)
                self.cluster.store.child.send_signal(signal.SIGCONT)
        elif fault.kind == "shift a clock":
            node.shift_clock(nodes.AHEAD_S if fault.forward else -nodes.AHEAD_S)
            time.sleep(fault.seconds)
            node.shift_clock(0)
        elif node.line is None:
            self.left_out.add(f"{fault.kind}: no network namespaces here")
        else:
            with node.line_lock:
                self.on_line(fault, node.line)

    def on_line(self, fault, line):
        """What happens to packets."""
        done = line.lose(fault.forward) if fault.kind == "lose packets" else line.slow()
        if not done:
            self.left_out.add(f"{fault.kind}: ip or tc cannot do that here")
            return
        time.sleep(fault.seconds)
        line.heal()

    def wait(self):
        """Until everything is mended."""
        for thread in self.threads:
            thread.join()

"""A network for each node: a namespace with one line to that of the script, where the machine allows
it. Packets are lost one way by a neighbour's address that nobody has, so that only `ip` is needed."""

import os
import pathlib
import subprocess
import sys

import service

HUB = "10.99.0.1"
NOBODY = "02:00:00:00:00:99"
INSIDE = "FC_CHAOS_NETWORK"

# What makes a line slow: 300 ms each way, or where the kernel has no netem a narrow one with a queue
# of 300 ms, whose end is lost.
SLOW = (("300 ms", ("netem", "delay", "300ms")),
        ("64 kbit/s", ("tbf", "rate", "64kbit", "burst", "1600", "latency", "300ms")))


def run(*command):
    """Run a tool; whether it went well."""
    try:
        return subprocess.run(command, check=False, stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL).returncode == 0
    except OSError:
        return False


def enter():
    """Run the script again in a network of its own. Comes back where there is none to be had."""
    if os.environ.get(INSIDE):
        return
    probe = "ip link set lo up && ip link add fc0 type veth peer name fc1 && nsenter -t $$ -n true"
    if run("unshare", "-n", "sh", "-c", probe):
        os.environ[INSIDE] = "1"
        sys.stdout.flush()
        os.execvp("unshare", ["unshare", "-n", sys.executable, "-B", *sys.argv])


def make_hub():
    """The end of all lines; None where the script is in nobody's network but the machine's."""
    if not os.environ.get(INSIDE):
        return None
    assert run("ip", "link", "set", "lo", "up")
    run("ip", "address", "add", f"{HUB}/32", "dev", "lo")
    return HUB


class Line:
    """A namespace and the line to it."""

    def __init__(self, number):
        self.near, self.far = f"10.99.{number}.1", f"10.99.{number}.2"
        self.device = f"fc-{number}"
        self.holder = subprocess.Popen(["unshare", "-n", "cat"], stdin=subprocess.PIPE)
        own = os.readlink("/proc/self/ns/net")
        place = pathlib.Path(f"/proc/{self.holder.pid}/ns/net")
        service.wait_until(lambda: os.readlink(place) != own, "no namespace for a node")
        self.inside = ["nsenter", "-t", str(self.holder.pid), "-n"]
        for command in (("ip", "link", "add", self.device, "type", "veth", "peer", "name", "out"),
                        ("ip", "link", "set", "out", "netns", str(self.holder.pid)),
                        ("ip", "address", "add", f"{self.near}/30", "dev", self.device),
                        ("ip", "link", "set", self.device, "up"),
                        (*self.inside, "ip", "link", "set", "lo", "up"),
                        (*self.inside, "ip", "address", "add", f"{self.far}/30", "dev", "out"),
                        (*self.inside, "ip", "link", "set", "out", "up"),
                        (*self.inside, "ip", "route", "add", "default", "via", self.near)):
            assert run(*command), command

    def lose(self, outward):
        """From now on what the node sends (or what is sent to it) is lost."""
        before = self.inside if outward else []
        return run(*before, "ip", "neighbour", "replace", self.near if outward else self.far,
                   "lladdr", NOBODY, "dev", "out" if outward else self.device, "nud", "permanent")

    def slow(self):
        """Make it slow both ways; how slow, or None where the kernel cannot."""
        for told, how in SLOW:
            if (run("tc", "qdisc", "replace", "dev", self.device, "root", *how) and
                    run(*self.inside, "tc", "qdisc", "replace", "dev", "out", "root", *how)):
                return told
        return None

    def heal(self):
        """As it was made."""
        run("ip", "neighbour", "delete", self.far, "dev", self.device)
        run(*self.inside, "ip", "neighbour", "delete", self.near, "dev", "out")
        run("tc", "qdisc", "delete", "dev", self.device, "root")
        run(*self.inside, "tc", "qdisc", "delete", "dev", "out", "root")

    def close(self):
        """The namespace goes with its last process."""
        self.holder.stdin.close()
        self.holder.wait()

"""Facecraft next to the chain that it replaces and to rembg alone, in one run, alternating, on
the same photos. Started by bench/compare/compare, which sets up the environment.

Latency: each contestant in turn, one request at a time. Throughput: each alone, several clients.
Every answer is checked; what was not measured is not printed. Times of one run hold for that
machine and that hour: read the ratios.
"""

import argparse
import hashlib
import http.client
import json
import pathlib
import statistics
import subprocess
import sys
import time

import check
import photos
import report
from contestants import ROOT, Facecraft, Refused, Rival

CLIENTS = (1, 2, 4, 8)
STARTS = 3


def arguments():
    """The command line."""
    parser = argparse.ArgumentParser(prog="bench/compare/compare", description=__doc__)
    parser.add_argument("--scratch", required=True, type=pathlib.Path, help=argparse.SUPPRESS)
    parser.add_argument("--program", type=pathlib.Path, default=ROOT / "build" / "facecraft")
    parser.add_argument("--only", default="old,rembg,selfie,u2net,restore",
                        help="contestants, separated by commas; old must be among them")
    parser.add_argument("--quick", action="store_true", help="three photos, fewer clients")
    parser.add_argument("--u2net", type=pathlib.Path,
                        help="published u2net_human_seg.onnx; else weights are generated")
    parser.add_argument("--codeformer", type=pathlib.Path,
                        help="codeformer.pth; without it restoration is not measured")
    parser.add_argument("--write", action="store_true",
                        help="write docs/comparison.md and docs/images/comparison.svg")
    return parser.parse_args()


def is_published(file):
    """Whether the weights are those that supply.lock names by their SHA-256."""
    with open(file, "rb") as weights:
        found = hashlib.file_digest(weights, "sha256").hexdigest()
    return found in (ROOT / "supply.lock").read_text()


def generated(options):
    """The networks whose weights are not the published ones."""
    files = {"U2-Net": u2net(options), "CodeFormer": options.codeformer}
    return [name for name, file in files.items() if file and not is_published(file)]


def u2net(options):
    """The network of the heavy contestants."""
    if options.u2net:
        return options.u2net.resolve()
    network = options.scratch / "u2net.onnx"
    if not network.exists():
        subprocess.run([sys.executable, str(pathlib.Path(__file__).with_name("network.py")),
                        str(network)], check=True)
    return network


def models_with(options, name, files):
    """A model folder: the default models, and `files` as path inside: file."""
    folder = options.scratch / name
    wanted = {model.name: model for model in (ROOT / "models").glob("*.[td][fa][lt]*")}
    wanted.update(files)
    for inside, file in wanted.items():
        link = folder / inside
        link.parent.mkdir(parents=True, exist_ok=True)
        link.unlink(missing_ok=True)
        link.symlink_to(file.resolve())
    return folder


def contestants(options):
    """All that were asked for and can run here, the old chain first."""
    network = u2net(options)
    light = models_with(options, "light", {})
    heavy = models_with(options, "heavy", {"u2net_human_seg.onnx": network})
    plain = {"DEFAULT_ENHANCE_FACE": "false"}
    made = {
        "old": Rival("old chain", "old", network),
        "rembg": Rival("rembg alone", "rembg", network),
        "selfie": Facecraft("Facecraft", options.program, light, MATTE="selfie", **plain),
        "u2net": Facecraft("Facecraft, u2net", options.program, heavy, MATTE="u2net", **plain),
    }
    if options.codeformer:
        restoring = models_with(options, "restoring",
                                {"codeformer/codeformer.pth": options.codeformer})
        made["restore"] = Facecraft("Facecraft, restoration", options.program, restoring,
                                    MATTE="selfie", DEFAULT_RESTORE="always")
    else:
        print("restoration is not measured: no --codeformer FILE", file=sys.stderr)
    return {key: made[key] for key in options.only.split(",") if key in made}


def checked(key, name, answer, wanted, one_face):
    """Refuse what is not the same work. rembg answers with the whole photo: nothing to frame."""
    png, box = answer
    if key == "rembg":
        check.opened(name, png)
        return
    check.portrait(name, png, real_matte=key != "u2net")
    if box is not wanted and wanted is not None:
        check.same_face(name, box, wanted, one_face)


def latency(running, name, rounds, photo):
    """Milliseconds of each contestant for one photo, in turn; None: it cannot do that photo."""
    times = {key: [] for key in running}
    wanted = None
    for _ in range(rounds):
        for key, contestant in running.items():
            if times[key] is None:
                continue
            try:
                spent, answer = contestant.ask(photo)
            except Refused as error:
                print(f"{name}: {contestant.name} refuses: {error}", file=sys.stderr)
                times[key] = None
                continue
            wanted = answer[1] if key == "old" else wanted
            checked(key, contestant.name, answer, wanted, "faces" not in name)
            times[key].append(spent)
    return times


def measure_latency(running, chosen):
    """One row a photo."""
    rows = []
    for name, rounds, photo in chosen:
        times = latency(running, name, rounds, photo)
        rows.append({"photo": name, "bytes": len(photo), "ms": {
            key: values and {"median": statistics.median(values), "least": min(values),
                             "most": max(values)} for key, values in times.items()}})
        print(json.dumps(rows[-1]), flush=True)
    return rows


def enough(contestant, photo, quick):
    """Photos for about 12 seconds (4 when quick), at least 4, from one request's time."""
    spent, _ = contestant.ask(photo)
    return max(4, min(400, int((4 if quick else 12) * 1000 / spent)))


def measure_crowds(made, photo, quick):
    """Photos a second at several clients, each contestant alone."""
    rows = []
    for key, contestant in made.items():
        contestant.start()
        try:
            count = enough(contestant, photo, quick)
            for clients in CLIENTS[2:3] if quick else CLIENTS:
                seconds, cpu = contestant.crowd(photo, clients, max(count, clients))
                photos_done = max(count, clients)
                rows.append({"contestant": key, "clients": clients, "photos": photos_done,
                             "photos_per_s": photos_done / seconds,
                             "cpu_s_per_1000": 1000 * cpu / photos_done})
                print(json.dumps(rows[-1]), flush=True)
        finally:
            contestant.stop()
    return rows


def measure_memory(made, photo):
    """Peak of a fresh process after four 12 MP photos at once."""
    rows = []
    for key, contestant in made.items():
        contestant.start()
        try:
            contestant.crowd(photo, 4, 4)
            rows.append({"contestant": key, "peak_mb": contestant.peak_mb()})
            print(json.dumps(rows[-1]), flush=True)
        finally:
            contestant.stop()
    return rows


def measure_starts(made):
    """Seconds until ready; the files are in the page cache after the first."""
    rows = []
    for key, contestant in made.items():
        seconds = []
        for _ in range(STARTS):
            seconds.append(contestant.start())
            contestant.stop()
        rows.append({"contestant": key, "s": statistics.median(seconds), "first_s": seconds[0]})
        print(json.dumps(rows[-1]), flush=True)
    return rows


def main():
    """Measure, print, and write when asked to."""
    options = arguments()
    options.program = options.program.resolve()
    if not options.program.exists():
        sys.exit(f"{options.program} is missing: run `make build` first")
    made = contestants(options)
    if "old" not in made:
        sys.exit("--only must name old: all ratios are to it")
    chosen = photos.make(options.quick)
    by_name = {name: photo for name, _, photo in chosen}
    result = {"machine": report.machine(), "when": time.strftime("%Y-%m-%d"),
              "generated": generated(options),
              "names": {key: contestant.name for key, contestant in made.items()}}
    result["starts"] = measure_starts(made)
    try:
        for contestant in made.values():
            contestant.start()
        result["latency"] = measure_latency(made, chosen)
    finally:
        for contestant in made.values():
            contestant.stop()
    result["memory"] = measure_memory(made, by_name["12 MP JPEG"])
    result["crowds"] = measure_crowds(made, by_name["2 MP JPEG"], options.quick)
    (options.scratch / "result.json").write_text(json.dumps(result, indent=1) + "\n")
    print(report.table(result))
    if options.write:
        report.write(result, ROOT / "docs")


if __name__ == "__main__":
    try:
        main()
    except (RuntimeError, check.NotAPortrait, http.client.HTTPException) as error:
        sys.exit(f"compare: {error}")

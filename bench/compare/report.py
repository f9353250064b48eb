"""The result as a table in Markdown and as a plot in SVG. Only measured numbers."""

import math
import os
import pathlib

HEAD = """# Facecraft next to the chain that it replaces

`bench/compare/compare --write` measured this on {when}, in one run, on {machine}: all contestants
as HTTP services on the same machine, asked in turn with the same photos, every answer checked to be
a portrait of the same face. The **old chain** is a stand-in for the old service, made of its
own libraries (dlib's HOG detector with one upsampling, twice; dlib's 68 points; rembg with U2-Net on
the whole photo; OpenCV; PNG level 9; a ladder of JPEG qualities), without its PyTorch part, which
never ran. {weights}

![Time for one photo, by photo and contestant](images/comparison.svg)
"""

GENERATED = ("The weights of {names} are generated: times are those of the published files; masks "
             "and faces made with them mean nothing and are not compared.")
PUBLISHED = "All networks have their published weights."
COLOURS = {"old": "#8a8f98", "rembg": "#c4a35a", "selfie": "#1f7a5c", "u2net": "#2f5d8a",
           "restore": "#8a4f7d"}


def machine():
    """Processor and cores, as the system tells."""
    name = "an unknown processor"
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            name = " ".join(line.split(":", 1)[1].split())
            break
    return f"{name}, {len(os.sched_getaffinity(0))} cores"


def spread(cell):
    """Median and range of one cell."""
    if not cell:
        return "cannot read it" if cell is None else "-"
    return f"{cell['median']:.0f} ({cell['least']:.0f}-{cell['most']:.0f})"


def ratio(old, cell):
    """How many times faster than the old chain."""
    return f"{old['median'] / cell['median']:.1f}" if old and cell else "-"


def rows_of(header, rows):
    """A Markdown table."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)


def latency_table(result):
    """Time for one photo."""
    keys, names = list(result["names"]), result["names"]
    own = [key for key in keys if key not in ("old", "rembg")]
    header = (["photo"] + [f"{names[key]}, ms" for key in keys]
              + [f"{names[key]}: times faster" for key in own])
    rows = [[row["photo"]] + [spread(row["ms"][key]) for key in keys]
            + [ratio(row["ms"]["old"], row["ms"][key]) for key in own]
            for row in result["latency"]]
    return rows_of(header, rows)


def crowd_table(result):
    """Photos a second."""
    clients = sorted({row["clients"] for row in result["crowds"]})
    found = {(row["contestant"], row["clients"]): row for row in result["crowds"]}
    rows = []
    for key, name in result["names"].items():
        cells = [f"{found[key, count]['photos_per_s']:.2f}" for count in clients]
        rows.append([name, *cells, f"{found[key, 4]['cpu_s_per_1000']:.0f}"])
    header = ["", *[f"{count} at once" for count in clients], "CPU s per 1000 photos"]
    return rows_of(header, rows)


def cost_table(result):
    """Start and memory."""
    starts = {row["contestant"]: row for row in result["starts"]}
    memory = {row["contestant"]: row for row in result["memory"]}
    rows = [[name, f"{starts[key]['s']:.2f}", f"{memory[key]['peak_mb']:.0f}"]
            for key, name in result["names"].items()]
    return rows_of(["", "start to ready, s", "peak memory with four 12 MP photos at once, MB"],
                   rows)


def table(result):
    """All tables."""
    return "\n\n".join([
        "Milliseconds for one photo, median (least-most):", latency_table(result),
        "Photos a second, 2 MP JPEG:", crowd_table(result),
        "Start and memory:", cost_table(result)])


def svg(result):
    """Bars on a logarithmic axis: one group a photo, one bar a contestant."""
    keys, names = list(result["names"]), result["names"]
    left, width, bar, gap = 190, 560, 13, 16
    group = bar * len(keys) + gap
    height = 64 + group * len(result["latency"]) + 30
    most = max(cell["median"] for row in result["latency"] for cell in row["ms"].values() if cell)
    decades = math.ceil(math.log10(most)) - 1

    def x_of(ms):
        return left + width * max(0.0, math.log10(ms / 10)) / decades

    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {left + width + 70} {height}" '
           'font-family="sans-serif" font-size="12" role="img" '
           'aria-label="Time for one photo, by photo and contestant">',
           f'<rect width="{left + width + 70}" height="{height}" fill="#ffffff"/>']
    for at, key in enumerate(keys):
        out.append(f'<rect x="{20 + at * 150}" y="14" width="11" height="11" '
                   f'fill="{COLOURS[key]}"/><text x="{36 + at * 150}" y="24" '
                   f'fill="#222">{names[key]}</text>')
    for decade in range(decades + 1):
        x = left + width * decade / decades
        label = f"{10 ** (decade + 1)} ms" if decade < 2 else f"{10 ** (decade - 2)} s"
        out.append(f'<line x1="{x:.1f}" x2="{x:.1f}" y1="44" y2="{height - 26}" stroke="#ddd"/>'
                   f'<text x="{x:.1f}" y="{height - 10}" text-anchor="middle" '
                   f'fill="#555">{label}</text>')
    for number, row in enumerate(result["latency"]):
        top = 52 + number * group
        out.append(f'<text x="{left - 10}" y="{top + group / 2 - 4:.0f}" text-anchor="end" '
                   f'fill="#222">{row["photo"]}</text>')
        for at, key in enumerate(keys):
            cell = row["ms"][key]
            y = top + at * bar
            if cell:
                end = x_of(cell["median"])
                out.append(f'<rect x="{left}" y="{y}" width="{end - left:.1f}" '
                           f'height="{bar - 2}" fill="{COLOURS[key]}"/>'
                           f'<text x="{end + 4:.1f}" y="{y + 9}" font-size="10" '
                           f'fill="#222">{cell["median"]:.0f} ms</text>')
            else:
                out.append(f'<text x="{left + 4}" y="{y + 9}" font-size="10" '
                           f'fill="#777">{names[key]}: cannot read it</text>')
    out.append("</svg>")
    return "\n".join(out) + "\n"


def write(result, docs):
    """docs/comparison.md and its plot."""
    head = HEAD.format(when=result["when"], machine=result["machine"],
                       weights=GENERATED.format(names=" and ".join(result["generated"]))
                       if result["generated"] else PUBLISHED)
    (docs / "comparison.md").write_text(head + "\n" + table(result) + "\n")
    (docs / "images" / "comparison.svg").write_text(svg(result))

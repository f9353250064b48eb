"""HEIC and AVIF files box by box (ISO/IEC 14496-12 and 23008-12), for kinds that no encoder writes.

An item is a dict: type, props (a list of (type, body)), data; also `extents` (pieces that its data
lies in) and `in_meta` (its data lies in the 'idat' box). Items of the same data share its bytes.
"""
import struct


def box(kind, *parts):
    body = b"".join(parts)
    return struct.pack(">I4s", 8 + len(body), kind.encode()) + body


def full_box(kind, version, *parts):
    return box(kind, struct.pack(">I", version << 24), *parts)


def boxes(data):
    at = 0
    while at < len(data):
        size, kind = struct.unpack(">I4s", data[at:at + 8])
        yield kind.decode("latin1"), data[at + 8:at + size]
        at += size


def child(data, kind):
    return next(body for name, body in boxes(data) if name == kind)


def read_items(path):
    """The items of a file of heif-enc, by their number."""
    with open(path, "rb") as file:
        data = file.read()
    meta = child(data, "meta")[4:]
    catalogue = list(boxes(child(child(meta, "iprp"), "ipco")))
    links = child(child(meta, "iprp"), "ipma")
    places = child(meta, "iloc")
    items = {}
    for _, info in boxes(child(meta, "iinf")[6:]):
        number, _, kind = struct.unpack(">HH4s", info[4:12])
        items[number] = dict(type=kind.decode(), props=[], data=b"")
    at = 8
    for _ in range(struct.unpack(">I", links[4:8])[0]):
        number, count = struct.unpack(">HB", links[at:at + 3])
        items[number]["props"] = [catalogue[(x & 0x7f) - 1] for x in links[at + 3:at + 3 + count]]
        at += 3 + count
    sizes = struct.unpack(">H", places[4:6])[0]
    offset_size, length_size, base_size = sizes >> 12, sizes >> 8 & 15, sizes >> 4 & 15
    at = 6

    def number_of(size):
        nonlocal at
        at += size
        return int.from_bytes(places[at - size:at], "big")
    for _ in range(number_of(2)):
        number, method = number_of(2), number_of(2) if places[0] > 0 else 0
        number_of(2)
        base = number_of(base_size)
        for _ in range(number_of(2)):
            start, length = base + number_of(offset_size), number_of(length_size)
            source = data if method == 0 else child(meta, "idat")
            items[number]["data"] += source[start:start + length]
    return items


def write(path, brand, items, references=(), primary=1):
    """Write a file; items: a list, numbered from 1; references: (type, from, [to, ...])."""
    catalogue = []
    links = b""
    for number, item in enumerate(items, 1):
        for prop in item["props"]:
            if prop not in catalogue:
                catalogue.append(prop)
        indices = bytes(catalogue.index(prop) + 1 for prop in item["props"])
        links += struct.pack(">HB", number, len(indices)) + indices
    infos = b"".join(full_box("infe", 2, struct.pack(">HH4sx", number, 0, item["type"].encode()))
                     for number, item in enumerate(items, 1))
    parts = [b"", b""]  # outside and inside of the 'meta' box
    offsets = {}
    for item in items:
        method = int(bool(item.get("in_meta")))
        if (method, item["data"]) not in offsets:
            offsets[method, item["data"]] = len(parts[method])
            parts[method] += item["data"]
    outside, inside = parts

    def meta(start):
        places = struct.pack(">HH", 0x4400, len(items))
        for number, item in enumerate(items, 1):
            method = int(bool(item.get("in_meta")))
            at = offsets[method, item["data"]] + (0 if method else start)
            size, count = len(item["data"]), item.get("extents", 1)
            cuts = [size * i // count for i in range(count + 1)]
            places += struct.pack(">HHHH", number, method, 0, count)
            for first, end in zip(cuts, cuts[1:]):
                places += struct.pack(">II", at + first, end - first)
        linked = [box(kind, struct.pack(f">HH{len(to)}H", source, len(to), *to))
                  for kind, source, to in references]
        return full_box(
            "meta", 0, full_box("hdlr", 0, b"\0\0\0\0pict" + bytes(13)),
            full_box("pitm", 0, struct.pack(">H", primary)), full_box("iloc", 1, places),
            full_box("iinf", 0, struct.pack(">H", len(items)), infos),
            full_box("iref", 0, *linked) if linked else b"",
            box("iprp", box("ipco", *(box(*prop) for prop in catalogue)),
                full_box("ipma", 0, struct.pack(">I", len(items)), links)),
            box("idat", inside) if inside else b"")
    head = box("ftyp", brand.encode(), bytes(4), b"mif1", brand.encode())
    start = len(head) + len(meta(0)) + 8
    with open(path, "wb") as file:
        file.write(head + meta(start) + box("mdat", outside))


def size(width, height):
    return "ispe", struct.pack(">III", 0, width, height)


def turn(quarters):
    return "irot", bytes([quarters])


def mirror(axis):
    return "imir", bytes([axis])


def crop(width, height, right, down):
    """Clean aperture; right and down: how far its centre is from that of the picture, in half px."""
    return "clap", struct.pack(">IIIIiIiI", width, 1, height, 1, right, 2, down, 2)


def colours(primaries, transfer, matrix, is_full):
    return "colr", b"nclx" + struct.pack(">HHHB", primaries, transfer, matrix, is_full << 7)


def grid(lines, columns, width, height, *props):
    return dict(type="grid", props=[size(width, height), *props], in_meta=True,
                data=struct.pack(">BBBBHH", 0, 0, lines - 1, columns - 1, width, height))


def overlay(width, height, background, places):
    return dict(type="iovl", props=[size(width, height)], in_meta=True,
                data=struct.pack(">BB4HHH", 0, 0, *background, 0xffff, width, height) +
                b"".join(struct.pack(">hh", *place) for place in places))

#!/usr/bin/env python3
"""Packs ui/ into the few files that a browser fetches: pack_page.py UI STATUS_DEF MEASURES_DEF OUT.

One script is made of all modules and one page of each language; comments and indentation go, names
carry a hash of the content, and all is packed by gzip. OUT/assets.def lists the files for
cmake/page_assets.c, OUT/advice.def the advice that the service gives, for cmake/advice.c. A text
that is missing in a language ends the build, also one of a failure or of advice that only the
tables of the program name."""

import gzip
import hashlib
import html
import json
import pathlib
import re
import sys

ENGLISH = "en"
RIGHT_TO_LEFT = {"ar"}
# Forms of a text that counts, as the Unicode CLDR has them for numbers below a million.
PLURALS = {"ar": {"zero", "one", "two", "few", "many", "other"}, "ja": {"other"}, "zh": {"other"}}
PLURALS_ELSEWHERE = {"one", "other"}
TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8",
         ".json": "application/json", ".svg": "image/svg+xml", ".jpg": "image/jpeg",
         ".html": "text/html; charset=utf-8", ".webmanifest": "application/manifest+json"}
IMPORT = re.compile(r'^import (?:(\{[^}]*\}) from )?"\./([a-z_]+)\.js";\n', re.M)
EXPORT = re.compile(r"^export (?=(?:async )?(?:function|const|let|class) ([\w$]+))", re.M)


def without_comments(script):
    """A module without its indentation and its comments: those that stand alone on their lines, and
    those at the end of a line that have no quotes, so that no text is taken for one. Lines that go on
    or have ended are joined, and the last of a block needs no end."""
    script = re.sub(r"^\s*/\*\*?.*?\*/\n", "", script, flags=re.M | re.S)
    script = re.sub(r"\s+// [^\"'`\n]*$", "", script, flags=re.M)
    lines = [squeeze_line(line.strip()) for line in script.splitlines()]
    lines = [line for line in lines if line and not line.startswith("//")]
    return "".join(map(joined, lines, [*lines[1:], ""]))


def joined(line, after):
    """A line of a script as it stands in front of the one after it."""
    if "//" in line:
        return line + "\n"
    if after.startswith("}"):
        return line.removesuffix(";")
    return line if line[-1] in ";{,([" else line + "\n"


def squeeze_line(line):
    """A line of a script without needless spaces; one that may hold a pattern, other quotes or a
    template in a template stays as it is."""
    parts = re.split(r'("(?:[^"\\]|\\.)*"|`[^`]*`)', line)
    if line.count("`") not in (0, 2) or any(re.search("[`'/]", code) for code in parts[::2]):
        return line
    parts[::2] = (re.sub(r"(?<=[\w)\]]) ([-+]) (?=[\w(])| ?([=(){}\[\],;:?<>&|!*]) ?", r"\1\2", code)
                  for code in parts[::2])
    return "".join(parts)


def modules_of(folder, name, done):
    """Names of the modules that `name` needs, itself last."""
    if name not in done:
        done[name] = None
        source = (folder / f"{name}.js").read_text()
        for _, needed in IMPORT.findall(source):
            modules_of(folder, needed, done)
        done[name] = done.pop(name)  # behind those it needs
        done[name] = source
    return done


def bundle(folder):
    """All modules in one: each is a function that gives what it exports."""
    parts = []
    for name, source in modules_of(folder, "main", {}).items():
        names = re.findall(EXPORT, source)
        source = IMPORT.sub(lambda found: f"const {found[1]} = ${found[2]};\n" if found[1] else "",
                            source)
        body = without_comments(EXPORT.sub("", source))
        parts.append(f"const ${name}=(()=>{{\n{body}return{{{','.join(names)}}};\n}})();\n")
    return "".join(parts)


def squeeze_css(style):
    """A style sheet without comments and needless spaces."""
    style = re.sub(r"/\*.*?\*/", "", style, flags=re.S)
    style = re.sub(r"\s+", " ", style)
    return re.sub(r" ?([{};,>]) ?", r"\1", re.sub(r": ", ":", style)).replace(";}", "}").strip()


def squeeze_html(page):
    """A page without comments, indentation, and quotes around single words."""
    page = re.sub(r"<!--.*?-->", "", page, flags=re.S)
    page = re.sub(r'(?<= )([\w-]+)="([\w-]+)"(?=[ >])', r"\1=\2", page)
    return re.sub(r"\n\s*", "\n", page)


def with_texts(page, texts):
    """The page in a language: data-t names the text of an element, data-a those of attributes."""
    def element(found):
        return f"{found[0]}{html.escape(texts[found[1]], quote=False)}"

    def attributes(found):
        pairs = (pair.split(":") for pair in found[1].split(";"))
        return found[0] + "".join(f' {name}="{html.escape(texts[key])}"' for name, key in pairs)

    page = re.sub(r'\bdata-a="([^"]*)"', attributes, page)
    return re.sub(r'<[^<>]*\bdata-t="([a-z0-9_]+)"[^<>]*>', element, page)


def keys_in(page):
    """Keys of the texts that stand in the page itself."""
    keys = set(re.findall(r'\bdata-t="([a-z0-9_]+)"', page))
    for pairs in re.findall(r'\bdata-a="([^"]*)"', page):
        keys.update(pair.split(":")[1] for pair in pairs.split(";"))
    return keys


def spoken_keys(script, known):
    """Keys that the script names: in t(), anywhere as a word, or put together in t(`PREFIX_${...`."""
    keys = set(re.findall(r'\bt\(\s*"([a-z0-9_]+)"', script)) | {"language_name"}
    prefixes = tuple(re.findall(r"\bt\(`([a-z]+_)\$\{", script))
    words = set(re.findall(r'"([a-z0-9_]+)"', script))
    failures = {f"error_{word}{part}" for word in words for part in ("", "_do")}
    return keys | {key for key in known
                   if key in words | failures or key.startswith(prefixes)}


def slots(text):
    """The {name}s of a text; of one that counts, those of the form for large numbers."""
    return sorted(re.findall(r"\{\w+\}", text if isinstance(text, str) else text.get("other", "")))


def lacks_forms(language, text, english):
    """Whether a text that counts in English has not just the forms that this language needs."""
    forms = PLURALS.get(language, PLURALS_ELSEWHERE)
    wanted = forms if isinstance(english, dict) and len(forms) > 1 else None
    return (set(text) if isinstance(text, dict) else None) != wanted


def keys_of_tables(statuses, measures):
    """Keys of what can fail, and of advice that the person in the photo can follow: what passes
    always needs none."""
    slugs = set(re.findall(r'^FC_STATUS\(\w+,\s*"(\w+)"', statuses, re.M)) - {"ok"}
    rows = re.findall(r"^FC_MEASURE\((\w+),(.*)", measures, re.M)
    return ({f"error_{slug}{part}" for slug in slugs for part in ("", "_do")}
            | {f"advice_{name}" for name, row in rows if not re.search("TOLD|UNSEEN", row)})


def advice_of_crops(measures):
    """Keys of advice that only the service gives: the page crops the photo itself."""
    return {f"advice_{name}" for name in re.findall(r"^FC_MEASURE\((\w+),.*\bCROP,", measures, re.M)}


def check_texts(texts, wanted):
    """What is wrong with the texts, as lines."""
    english = texts[ENGLISH]
    faults = [f"{ENGLISH}: no text {key}" for key in sorted(wanted - set(english))]
    faults += [f"{ENGLISH}: text {key} is used nowhere" for key in sorted(set(english) - wanted)]
    for language, table in texts.items():
        faults += [f"{language}: no text {key}" for key in sorted(set(english) - set(table))]
        faults += [f"{language}: text {key} is not in {ENGLISH}"
                   for key in sorted(set(table) - set(english))]
        faults += [f"{language}: {key} has other {{names}} than in {ENGLISH}"
                   for key in sorted(set(english) & set(table))
                   if slots(english[key]) != slots(table[key])]
        faults += [f"{language}: {key} has other forms than numbers have in this language"
                   for key in sorted(set(english) & set(table))
                   if lacks_forms(language, table[key], english[key])]
    return faults


class Store:
    """The packed files and the rows that list them."""

    def __init__(self, folder):
        self.folder = folder
        self.rows = []

    def add(self, stem, ending, content, language=None):
        """Keep a file; its name as the browser asks for it."""
        content = content.encode() if isinstance(content, str) else content
        digest = hashlib.sha256(content).hexdigest()[:32]
        symbol = f"{stem}_{ending[1:]}"
        name = "NULL" if language else f'"{stem}.{digest[:10]}{ending}"'
        (self.folder / symbol).write_bytes(gzip.compress(content, 9, mtime=0))
        self.rows.append(f'ASSET({symbol}, "{symbol}", {name}, '
                         f'{json.dumps(language) if language else "NULL"}, "{TYPES[ending]}", '
                         f'"{digest}")\n')
        return name.strip('"')


def read_texts(folder):
    """Language and its texts, English first."""
    files = sorted(folder.glob("*.json"), key=lambda file: (file.stem != ENGLISH, file.stem))
    return {file.stem: json.loads(file.read_text()) for file in files}


def languages_of(texts, store):
    """The choices of the language menu."""
    options = []
    for language, table in texts.items():
        name = store.add(language, ".json",
                         json.dumps(table, ensure_ascii=False, separators=(",", ":")))
        options.append(f'<option value="{language}" data-file="{name}">{table["language_name"]}')
    return "\n".join(options)


def rows_of_advice(texts):
    """What the service says of a photo is what the page says."""
    rows = [f'LANGUAGE("{language}")\n' for language in texts]
    for number, table in enumerate(texts.values()):
        rows += [f'ADVICE({number}, {key.removeprefix("advice_")}, '
                 f'{json.dumps(text, ensure_ascii=False)})\n'
                 for key, text in table.items() if key.startswith("advice_")]
    return "".join(rows)


def main():
    """Do it."""
    ui, status_def, measures_def, out = (pathlib.Path(argument) for argument in sys.argv[1:5])
    out.mkdir(parents=True, exist_ok=True)
    texts = read_texts(ui / "texts")
    page = (ui / "index.html").read_text()
    script = bundle(ui)
    tables = keys_of_tables(status_def.read_text(), measures_def.read_text())
    spoken = spoken_keys(script, texts[ENGLISH])
    unspoken = advice_of_crops(measures_def.read_text())
    faults = check_texts(texts, keys_in(page) | spoken | tables)
    if faults:
        sys.exit("ui/texts:\n" + "\n".join(faults))

    store = Store(out)
    names = {"script": store.add("page", ".js", script),
             "style": store.add("page", ".css", squeeze_css((ui / "style.css").read_text())),
             "icon": store.add("icon", ".svg", (ui / "icon.svg").read_text()),
             "sample": store.add("sample", ".jpg", (ui / "sample.jpg").read_bytes()),
             "sample_portrait": store.add("sample_portrait", ".jpg",
                                          (ui / "sample_portrait.jpg").read_bytes()),
             "languages": languages_of(texts, store)}
    manifest = (ui / "manifest.webmanifest").read_text().replace("{{icon}}", names["icon"])
    names["manifest"] = store.add("manifest", ".webmanifest", manifest)
    for language, table in texts.items():
        later = {key: text for key, text in table.items()
                 if key in spoken - unspoken or key.startswith("error_")}
        filled = {**names, "lang": language,
                  "dir": "rtl" if language in RIGHT_TO_LEFT else "ltr",
                  "texts": json.dumps(later, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")}
        localised = re.sub(r"\{\{(\w+)\}\}", lambda found, values=filled: values[found[1]],
                           squeeze_html(with_texts(page, table)))
        store.add(f"index_{language}", ".html", localised, language)
    (out / "advice.def").write_text(rows_of_advice(texts))
    (out / "assets.def").write_text("".join(store.rows))


if __name__ == "__main__":
    main()

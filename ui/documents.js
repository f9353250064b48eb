/** Pictures that somebody has a rule for - passports, visas, badges, profiles: the rows of the
 *  server's /api/v1/presets, by their names. */

import { memory } from "./page.js";
import { presets } from "./server.js";
import { number, t } from "./text.js";

/** Those that most people ask for; each has a word of its own in every language. */
export const PEOPLE = ["outlook", "teams", "linkedin", "cv", "id-card"];

/** Of the others that were chosen, as many are offered again. */
const RECENT_MAX = 3;
/** Found ones that are shown. */
const FOUND_MAX = 8;
/** As the server judges: smaller differences are those of rounding. */
const TOLERANCE = 0.05;

/** Fires "change" when the rows have come, or others are the recent ones. */
export const documents = new EventTarget();

const rows = new Map();
let loading = null;

/* What was chosen before is known at once, so that the page opens as it was left. */
for (const row of [...memory.read("documents") ?? [], memory.read("profile")]) {
  if (row) {
    rows.set(row.name, row);
  }
}

/** The row of a name; undefined where there is none. */
export function documentOf(name) {
  return rows.get(name);
}

/** Get the rows, once. */
export function loadDocuments() {
  loading ??= presets().then((list) => {
    list.forEach((row) => rows.set(row.name, row));
    documents.dispatchEvent(new Event("change"));
  }).catch(() => { loading = null; }); // the next photo asks again
}

/** Names of those that were chosen last, the latest first. */
export function recent() {
  return (memory.read("documents") ?? []).map(({ name }) => name);
}

/** Note that one was chosen. */
export function noteChosen(name) {
  if (PEOPLE.includes(name)) {
    memory.write("profile", rows.get(name));
  } else if (rows.has(name) && !recent().includes(name)) {
    const names = [name, ...recent()].slice(0, RECENT_MAX);
    memory.write("documents", names.map((one) => rows.get(one)));
    documents.dispatchEvent(new Event("change"));
  }
}

/** What a document sets, in the words of settings.js. */
export function optionsOf(row) {
  return {
    width: row.width, height: row.height, background: row.background, use_oval_mask: false,
    enhance_photo: row.edits === "free" ? "natural" : "off", enhance_face: row.confidence === "own",
    max_jpeg_kb: row.kb_max ?? 0,
  };
}

/* In the words of this language where it has all of them. */
const WORDS = { passport: "passport", "identity card": "identity", visa: "visa", "e-visa": "evisa",
  printed: "printed", online: "online" };

function wordsOf(document) {
  const parts = document.split(/(, | \(|\))/);
  return parts.every((part, i) => i % 2 === 1 || part === "" || part in WORDS)
    ? parts.map((part) => (part in WORDS ? t(`word_${WORDS[part]}`) : part)).join("") : document;
}

function countryOf(code, locale = document.documentElement.lang) {
  return new Intl.DisplayNames([locale], { type: "region" }).of(code);
}

/** What a document is called: "Germany: passport". */
export function titleOf({ name, country, document }) {
  if (PEOPLE.includes(name)) {
    return t(`preset_${name.replace("-", "_")}`);
  }
  const words = wordsOf(document);
  return country ? `${countryOf(country)}: ${words}` : words;
}

const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

/* Everything that a document may be called. */
function callsOf(row, title) {
  const country = row.country ? `${row.country} ${countryOf(row.country, "en")}` : "";
  return plain([title, row.name, row.document, country].join(" "));
}

/** Documents by parts of country or name, in this language or in English: { rows, count }. Those
 *  chosen last come first, then those where whole words fit: "us" is the United States before Russia. */
export function find(text) {
  const words = plain(text).split(/\s+/).filter(Boolean);
  const last = recent();
  const hits = [...rows.values()].map((row) => {
    const title = titleOf(row);
    const calls = callsOf(row, title);
    const whole = calls.split(/[^\p{L}\p{N}]+/u);
    return { row, title, fits: words.every((word) => calls.includes(word)),
      whole: words.filter((word) => whole.includes(word)).length };
  }).filter(({ fits }) => fits);
  hits.sort((a, b) => last.includes(b.row.name) - last.includes(a.row.name)
    || b.whole - a.whole || a.title.localeCompare(b.title));
  return { rows: hits.slice(0, FOUND_MAX).map(({ row }) => row), count: hits.length };
}

/* "25 to 35 mm". */
function rangeText({ min, max }, unit) {
  const [low, high] = [min, max].map((value) => value && number(value, 1));
  if (low && high) {
    return t("range", { low, high, unit });
  }
  return low ? t("at_least", { n: low, unit }) : t("at_most", { n: high, unit });
}

/** Where crown, eyes and chin lie in the picture of a document: shares of its height, from the top. */
export function marksOf(row, place) {
  const height = row.height_mm ?? 100;
  const head = row.crown === "hair" ? [place.top_margin, place.top_margin + place.head_height] : [];
  return [...head, height - place.eye_line].map((at) => at / height).sort((a, b) => a - b);
}

/* What our crop mends, or says better with its own numbers. */
const MENDED = ["head_height", "eye_line", "centring", "roll"];
/* What another background mends. */
const GROUND = ["background", "background_colour", "subject_contrast"];

/* From the top edge; the eyes are half-way up a skull. */
function chinOf(row, place, height) {
  return row.crown === "skull" ? height - place.eye_line + place.head_height / 2
    : place.top_margin + place.head_height;
}

/** Where the rule wants the eyes and, above this chin, the end of the head: [{ from, to, text }],
 *  shares as above. */
export function bandsOf(row, place) {
  const height = row.height_mm ?? 100;
  const band = (range, at, text) => {
    const ends = [at(range.min ?? 0), at(range.max ?? height)].map((end) => Math.min(1, Math.max(0, end / height)));
    return { from: Math.min(...ends), to: Math.max(...ends), text: t(text) };
  };
  const bands = [];
  if (row.top_margin) {
    bands.push(band(row.top_margin, (value) => value, "guide_head"));
  } else if (row.head_height && row.crown !== "forehead") {
    bands.push(band(row.head_height, (value) => chinOf(row, place, height) - value, "guide_head"));
  }
  return row.eye_line ? [...bands, band(row.eye_line, (value) => height - value, "guide_eyes")] : bands;
}

/** How the photo suits a document, one sentence of advice for each fault: as judge() has it. */
export function advise(check, keepsGround) {
  const faults = (check?.items ?? []).filter(([id]) =>
    !MENDED.includes(id) && (keepsGround || !GROUND.includes(id)));
  if (faults.length > 0 || !check) {
    return faults.map(([id, state]) => ({ state: state === "fail" ? "missed" : "warn", text: t(`advice_${id}`) }));
  }
  return [{ state: "met", text: t("check_pass") }];
}

/** How a portrait meets its rule: [{ state: "met" | "missed" | "warn" | "note", text }]. place: what
 *  the server told with the picture, or null; changed: whether picture or background were edited;
 *  byHand: whether the photo was cropped by hand. */
export function judge(row, place, changed, byHand) {
  const lines = [];
  const say = (state, text) => lines.push({ state, text });
  for (const key of ["head_height", "eye_line", "top_margin"]) {
    const range = row[key];
    if (place && range) {
      const value = place[key];
      const met = !(range.min && value < range.min - TOLERANCE) && !(range.max && value > range.max + TOLERANCE);
      const values = { value: `${number(value, 1)} ${row.unit}`, range: rangeText(range, row.unit) };
      const what = t(`rule_${key}`, values);
      say(met ? "met" : "missed", met || byHand ? what : `${what} ${t("cannot_be_met")}`);
    }
  }
  if (place && !place.fits_photo) {
    say("missed", t(byHand ? "photo_ends" : "photo_too_tight"));
  }
  if (row.office_only) {
    say("missed", t("office_only"));
  }
  if (row.edits === "no_edits") {
    say(changed ? "missed" : "note", t(changed ? "edits_changed" : "edits_none"));
  }
  return lines;
}

/** Downloads. An order is taken when a button is pressed: which photos, which face of each, all
 *  options. What happens on the page afterwards changes no file of it, but a photo that is deleted. */

import { LANES, portrait } from "./photos.js";
import { rowsOf } from "./roster.js";
import { fields } from "./settings.js";

/** The names of files: {name} is the photo's without its ending, {n} its number in the list, others
 *  are columns of the roster. */
export const NAMES = "{name}_portrait";

const KEY = /\{([^{}]+)\}/g;
const keysOf = (pattern) => [...pattern.matchAll(KEY)].map(([, key]) => key.trim().toLowerCase());

/* Whether all that a pattern asks for is known of a photo. */
function isNamed(pattern, known) {
  return keysOf(pattern).every((key) => known[key]);
}

/* What systems refuse in names becomes a line. */
function fileName(pattern, known) {
  const name = pattern.replace(KEY, (_, key) => known[key.trim().toLowerCase()]);
  return name.trim().replace(/[\\/:*?"<>|\p{Cc}]/gu, "_");
}

/** Files of the photos, to be made: [{ photo, name, fields, isUnnamed }]. format: "png" or "jpg".
 *  isUnnamed: the pattern asks for what is not known, so that it has its usual name. */
export function takeOrder(photos, format, wanted = NAMES) {
  const digits = String(photos.length).length;
  const pattern = wanted.trim() || NAMES;
  const rows = rowsOf(photos);
  return photos.map((photo, i) => {
    const known = { ...rows[i], name: photo.name.replace(/\.[^.]*$/, ""), n: String(i + 1).padStart(digits, "0") };
    const isUnnamed = !isNamed(pattern, known);
    const name = `${fileName(isUnnamed ? NAMES : pattern, known)}.${format}`;
    return { photo, name, fields: { ...fields(photo), face: photo.face, format }, isUnnamed };
  });
}

/** Make one file: { name, blob, photo }. */
export async function fill({ photo, name, fields: wanted }, signal) {
  return { name, blob: await portrait(photo, wanted, signal), photo };
}

/** Make all files, some at once: { files, lost: [{ name, failure }] }, both in the order of the list.
 *  A photo that was deleted meanwhile is in neither. progress(n): so many are through. */
export async function fillAll(order, signal, progress) {
  const results = [];
  const rest = [...order.entries()];
  let through = 0;
  const lane = async () => {
    for (let part = rest.shift(); part; part = rest.shift()) {
      const [at, wanted] = part;
      try {
        results[at] = { file: await fill(wanted, signal) };
      } catch (failure) {
        signal.throwIfAborted();
        const { name, photo } = wanted;
        results[at] = photo.gone.signal.aborted ? {} : { lost: { name, failure } };
      }
      progress(through += 1);
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  const all = (key) => results.map((result) => result[key]).filter(Boolean);
  return { files: all("file"), lost: all("lost") };
}

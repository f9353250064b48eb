/** Downloads. An order is taken when a button is pressed: which photos, which face of each, all
 *  options. What happens on the page afterwards changes no file of it, but a photo that is deleted. */

import { LANES, portrait } from "./photos.js";
import { fields } from "./settings.js";

/** The names of files: {name} is the photo's without its ending, {n} its number in the list. */
export const NAMES = "{name}_portrait";

/* What systems refuse in names becomes a line. */
function fileName(pattern, photo, n) {
  const known = { name: photo.name.replace(/\.[^.]*$/, ""), n };
  const name = (pattern.trim() || NAMES).replace(/\{(name|n)\}/g, (_, key) => known[key]);
  return name.replace(/[\\/:*?"<>|\p{Cc}]/gu, "_");
}

/** Files of the photos, to be made: [{ photo, name, fields }]. format: "png" or "jpg". */
export function takeOrder(photos, format, pattern = NAMES) {
  const digits = String(photos.length).length;
  return photos.map((photo, i) => ({
    photo,
    name: `${fileName(pattern, photo, String(i + 1).padStart(digits, "0"))}.${format}`,
    fields: { ...fields(photo), face: photo.face, format },
  }));
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

/** What the portraits are to be: one set of options for all photos, with undo, kept on the device. */

import { documentOf, noteChosen, optionsOf } from "./documents.js";
import { NO_CROP, fieldsOf, isSame } from "./crop.js";
import { memory } from "./page.js";

/* Our own purposes and the options that they set; all others are documents, as the server has them. */
const PURPOSES = {
  directory: { width: 648, height: 648, use_oval_mask: true, face_margin: 0.3, max_jpeg_kb: 99 },
  custom: {},
};

/** Backgrounds to choose from. */
export const BACKGROUNDS = ["#f0f0f0", "#ffffff", "#c9d8e6", "#2f5d8a", "#d9cfc1", "#22262b",
  "transparent", "gradient:#ffffff,#9fb4c7", "keep", "blur"];

/* By hand: what holds for all photos, and by their ids for those that have a crop of their own. */
const UNCROPPED = { crop: NO_CROP, crops: {} };

export const DEFAULTS = {
  preset: "directory", ...PURPOSES.directory, background: "#f0f0f0", enhance_photo: "natural",
  enhance_face: true, enhance_fidelity: 0.7, ...UNCROPPED,
};

const UNDO_MAX = 100;

/** Fires "change", where `detail.settled` is false while a slider is still being moved, and "crop" while
 *  a photo is moved by hand. */
export const settings = new EventTarget();

/* What an earlier version of this page kept may have other names, and presets that are no more. */
function recall() {
  const kept = Object.entries(memory.read("settings") ?? {}).filter(([name, value]) =>
    typeof value === typeof DEFAULTS[name]);
  const found = { ...DEFAULTS, ...Object.fromEntries(kept) };
  if (found.background === "picture") { // it is not kept on the device
    found.background = DEFAULTS.background;
  }
  const isKnown = documentOf(found.preset) || Object.hasOwn(PURPOSES, found.preset);
  return isKnown ? found : { ...found, preset: "custom" };
}

let picture = null; // { file, url } of the background of that name

let past = [];
let future = [];
let settled = recall();
let now = settled;

/** The options as they are. Not to be changed. */
export function current() {
  return now;
}

function tell(isSettled) {
  settings.dispatchEvent(new CustomEvent("change", { detail: { settled: isSettled } }));
}

function settle(next) {
  settled = next;
  now = next;
  const { crop, crops, ...kept } = settled; // crops are of these photos
  memory.write("settings", kept);
  tell(true);
}

/** Change some options. Without `isSettled` it is a look, which the next change replaces. */
export function change(patch, isSettled = true) {
  if (!isSettled) {
    now = { ...now, ...patch };
    tell(false);
    return;
  }
  const next = { ...now, ...patch };
  if (JSON.stringify(next) !== JSON.stringify(settled)) {
    past = [...past.slice(1 - UNDO_MAX), settled];
    future = [];
  }
  settle(next);
}

/** The document that is made; undefined for our own purposes. */
export function chosenDocument() {
  return documentOf(now.preset);
}

/* What an office has a say in, and taste elsewhere. */
const TASTE = ["background", "enhance_photo", "enhance_face"];
const tasteOf = (options) => Object.fromEntries(TASTE.map((name) => [name, options[name]]));

/** Take all options of a purpose. A chosen background stays, but where an office has its own. */
export function choosePreset(id) {
  const row = documentOf(id);
  const options = row ? optionsOf(row) : PURPOSES[id];
  const taste = chosenDocument()?.country ? tasteOf(DEFAULTS) : tasteOf(now);
  change({ ...options, ...(row?.country ? {} : taste), ...UNCROPPED, preset: id });
  noteChosen(id);
}

/** Options that have another value than the document's. */
export function changed() {
  const wanted = optionsOf(chosenDocument());
  return Object.keys(wanted).filter((name) => wanted[name] !== now[name]);
}

export function canUndo() {
  return past.length > 0 || now !== settled;
}

export function canRedo() {
  return future.length > 0;
}

/** What is only looked at becomes a step of its own. */
export function keepLook() {
  if (now !== settled) {
    change({});
  }
}

/** Back to what was before. */
export function undo() {
  keepLook();
  if (canUndo()) {
    future = [settled, ...future];
    settle(past.pop());
  }
}

export function redo() {
  keepLook();
  if (canRedo()) {
    past = [...past, settled];
    settle(future.shift());
  }
}

/** Take a file as the picture behind the person. */
export function choosePicture(file) {
  URL.revokeObjectURL(picture?.url);
  picture = { file, url: URL.createObjectURL(file) };
  change({ background: "picture" });
}

/** The crop by hand of a photo. */
export function cropOf(photo) {
  return now.crops[photo?.id] ?? now.crop;
}

/** Crop a photo by hand; without one, all of them. While the hand moves (not isSettled) that is all
 *  that changes: it fires "crop" alone. */
export function changeCrop(photo, crop, isSettled = true) {
  const patch = photo ? { crops: { ...now.crops, [photo.id]: crop } } : { crop, crops: {} };
  if (isSettled) {
    change(patch);
  } else {
    now = { ...now, ...patch };
    settings.dispatchEvent(new Event("crop"));
  }
}

/** Whether a photo is not as the server framed it. */
export function isCropped(photo) {
  return !isSame(cropOf(photo), NO_CROP);
}

/** The fields of a request for a photo, as the server names them. */
export function fields(photo) {
  const { preset, crop, crops, ...all } = now;
  const options = chosenDocument()
    ? { preset, ...Object.fromEntries(["enhance_fidelity", ...changed()].map((name) => [name, now[name]])) } : all;
  const picked = now.background === "picture" ? { background: "picture", background_file: picture.file } : {};
  const marked = photo?.box ? { face_box: photo.box } : {};
  return { ...options, ...fieldsOf(cropOf(photo)), ...marked, ...picked };
}

/** Whether a background is the photo's own, which only the server can lay under the person. */
export function isOfPhoto(background) {
  return ["keep", "blur"].includes(background);
}

/** The background of pictures to look at: the page lays all but the photo's own under them itself. */
export function lookedAt() {
  return isOfPhoto(now.background) ? now.background : "transparent";
}

/** A background as CSS. */
export function css(background) {
  const [kind, colours] = background.split(":");
  return { keep: "#fff", blur: "#fff", gradient: `linear-gradient(${colours})`,
    picture: picture && `center / cover url("${picture.url}")` }[kind] ?? background;
}

/** What a picture of a photo to look at depends on, as text: not on what the page lays under it itself, not on
 *  the size of files. */
export function looks(photo) {
  const { background, max_jpeg_kb, crop, crops, ...options } = now;
  return JSON.stringify({ ...options, ...cropOf(photo), preset: chosenDocument()?.name, background: lookedAt() });
}

/** The kind of file that the purpose wants: "png" where there is something to see through, or "jpg". */
export function wantedFormat() {
  return now.use_oval_mask || now.background === "transparent" ? "png" : "jpg";
}

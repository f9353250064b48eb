/** What the portraits shall be: one set of options for all photos, with undo, kept on the device. */

import { memory } from "./page.js";

/** Sizes that people ask for. None is named after a document, as those have rules for the head, too. */
export const PRESETS = [
  { id: "directory", width: 648, height: 648, use_oval_mask: true, face_margin: 0.3 },
  { id: "avatar", width: 400, height: 400, use_oval_mask: true, face_margin: 0.3 },
  { id: "cv", width: 900, height: 1200, use_oval_mask: false, face_margin: 0.4 },
  { id: "square", width: 1000, height: 1000, use_oval_mask: false, face_margin: 0.4 },
  { id: "custom" },
];

/** Backgrounds to choose from. */
export const BACKGROUNDS = ["#f0f0f0", "#ffffff", "#c9d8e6", "#2f5d8a", "#d9cfc1", "#22262b",
  "transparent", "gradient:#ffffff,#9fb4c7", "keep", "blur"];

export const DEFAULTS = {
  preset: "directory", width: 648, height: 648, background: "#f0f0f0", face_margin: 0.3,
  use_oval_mask: true, enhance_photo: "natural", enhance_face: true, enhance_fidelity: 0.7,
  max_jpeg_kb: 99,
};

const UNDO_MAX = 100;

/** Fires "change"; `detail.settled` is false while a slider is still being moved. */
export const settings = new EventTarget();

/* What an earlier version of this page kept may have other names, and presets that are no more. */
function recall() {
  const kept = Object.entries(memory.read("settings") ?? {}).filter(([name, value]) =>
    typeof value === typeof DEFAULTS[name]);
  const found = { ...DEFAULTS, ...Object.fromEntries(kept) };
  if (found.background === "picture") { // it is not kept on the device
    found.background = DEFAULTS.background;
  }
  return PRESETS.some(({ id }) => id === found.preset) ? found : { ...found, preset: "custom" };
}

let picture = null; // { file, url }: what "picture" stands for

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
  memory.write("settings", settled);
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

/** Take all options of a preset. */
export function choosePreset(id) {
  const { id: preset, ...options } = PRESETS.find((row) => row.id === id);
  change({ preset, ...options });
}

export function canUndo() {
  return past.length > 0;
}

export function canRedo() {
  return future.length > 0;
}

/** Back to what was before. */
export function undo() {
  if (canUndo()) {
    future = [settled, ...future];
    settle(past.pop());
  }
}

export function redo() {
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

/** The fields of a request, as the server names them. */
export function fields() {
  const { preset, ...options } = now;
  return now.background === "picture" ? { ...options, background_file: picture.file } : options;
}

/** Whether the background is the photo's own, which only the server can lay under the person. */
function isOwn() {
  return ["keep", "blur"].includes(now.background);
}

/** The background of pictures to look at: the page lays all but the photo's own under them itself. */
export function lookedAt() {
  return isOwn() ? now.background : "transparent";
}

/** A background as CSS. */
export function css(background) {
  const [kind, colours] = background.split(":");
  return { keep: "#fff", blur: "#fff", gradient: `linear-gradient(${colours})`,
    picture: picture && `center / cover url("${picture.url}")` }[kind] ?? background;
}

/** What a picture to look at depends on, as text: not on what the page lays under it itself, not on
 *  the size of files. */
export function looks() {
  const { preset, background, max_jpeg_kb, ...options } = now;
  return JSON.stringify({ ...options, background: lookedAt() });
}

/** Whether a PNG has something to see through. */
export function isSeeThrough() {
  return now.use_oval_mask || now.background === "transparent";
}

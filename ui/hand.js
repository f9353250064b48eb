/** Cropping by hand: the photo is dragged, zoomed and turned under the canvas, by pointer, wheel, keys
 *  or the controls below. What belongs together is one step of undo. */

import { NO_CROP, dragged, isSame, moved, turned, zoomed } from "./crop.js";
import { $, enable, holdFocus } from "./page.js";
import { list, photos, selected } from "./photos.js";
import { changeCrop, cropOf, current, keepLook, settings } from "./settings.js";
import { language, number, percent, t } from "./text.js";

/** Wheel and keys have come to rest after so long. */
const REST_MS = 400;
const MOVE = 0.01;
const ZOOM = 1.02;
const TURN = 0.5;
/** With Shift, and by the buttons, as many times more. */
const LEAP = 5;
/** Zoom for each px of a wheel; a pinch on a pad tells less of them. */
const WHEEL = 0.0015;
const PAD = 0.01;

/** Fires "change" when cropping begins or ends. */
export const hand = new EventTarget();

let compare = null;
let resting = null;
let isOn = false;
const pointers = new Map();

const aspect = () => current().width / current().height;

/* Change the crop of the chosen photo, or of all. */
function take(crop, isSettled) {
  clearTimeout(resting);
  changeCrop($("crop_only").checked ? selected() : null, crop, isSettled);
}

/* One step of several that come one after the other. */
function nudge(crop) {
  take(crop, false);
  resting = setTimeout(settle, REST_MS);
}

function settle() {
  clearTimeout(resting);
  keepLook();
}

/* Shares of the canvas, from its middle. */
function pointOf({ clientX, clientY }) {
  const { left, top, width, height } = compare.canvas.getBoundingClientRect();
  return { x: (clientX - left) / width - 0.5, y: (clientY - top) / height - 0.5 };
}

function press(event) {
  if (isOn && event.button === 0) {
    event.preventDefault();
    compare.canvas.focus({ preventScroll: true });
    compare.canvas.setPointerCapture(event.pointerId);
    pointers.set(event.pointerId, pointOf(event));
  }
}

/* Of more than two fingers the first two count. */
function drag(event) {
  if (pointers.has(event.pointerId) && selected()) {
    const before = [...pointers.values()].slice(0, 2);
    pointers.set(event.pointerId, pointOf(event));
    const after = [...pointers.values()].slice(0, 2);
    take(dragged(cropOf(selected()), before, after, aspect()), false);
  }
}

function release({ pointerId }) {
  if (pointers.delete(pointerId) && pointers.size === 0) {
    settle();
  }
}

function roll(event) {
  if (isOn) {
    event.preventDefault();
    const { x, y } = pointOf(event);
    const lines = event.deltaMode === 0 ? 1 : 20;
    const by = Math.exp(-event.deltaY * lines * (event.ctrlKey ? PAD : WHEEL));
    nudge(zoomed(cropOf(selected()), by, x, y));
  }
}

/* What a key makes of a crop; undefined: nothing. With Shift, "," and "." are other characters. */
function byKey(crop, key, by) {
  const [step, factor, turn] = [MOVE * by, ZOOM ** by, TURN * by];
  return {
    ArrowLeft: () => moved(crop, -step, 0), ArrowRight: () => moved(crop, step, 0),
    ArrowUp: () => moved(crop, 0, -step), ArrowDown: () => moved(crop, 0, step),
    "+": () => zoomed(crop, factor), "=": () => zoomed(crop, factor),
    "-": () => zoomed(crop, 1 / factor), _: () => zoomed(crop, 1 / factor),
    ",": () => turned(crop, -turn, aspect()), "<": () => turned(crop, -turn, aspect()),
    ".": () => turned(crop, turn, aspect()), ">": () => turned(crop, turn, aspect()),
  }[key]?.();
}

function type(event) {
  if (!isOn || event.ctrlKey || event.metaKey || event.altKey) {
    return;
  }
  const crop = byKey(cropOf(selected()), event.key, event.shiftKey && event.key !== "+" ? LEAP : 1);
  if (crop) {
    event.preventDefault();
    event.stopPropagation();
    nudge(crop);
  }
}

/* The sliders: of zoom its logarithm, so that both ways are as long. */
const SLIDERS = {
  zoom: { show: ({ zoom }) => Math.log2(zoom), say: ({ zoom }) => percent(zoom),
    take: (crop, value) => zoomed(crop, 2 ** value / crop.zoom) },
  turn: { show: ({ turn }) => turn, say: ({ turn }) => `${number(turn, 1)}°`,
    take: (crop, value) => turned(crop, value - crop.turn, aspect()) },
};

function show() {
  const photo = selected();
  if (!photo) {
    return;
  }
  const crop = cropOf(photo);
  compare.crop(photo.url, crop);
  for (const [name, slider] of Object.entries(SLIDERS)) {
    const input = $(`crop_${name}`);
    input.value = slider.show(crop);
    input.setAttribute("aria-valuetext", slider.say(crop));
    $(`crop_${name}_now`).textContent = slider.say(crop);
  }
  $("crop_only").parentElement.hidden = list.length < 2;
  enable($("crop_reset"), !isSame(crop, NO_CROP));
}

/** Begin or end; the other of both, where it is not said. */
export function crops(on = !isOn) {
  if (on === isOn || (on && !selected()?.picture)) {
    return;
  }
  isOn = on;
  pointers.clear();
  const button = document.querySelector("[data-do=crop]");
  button.setAttribute("aria-expanded", on);
  holdFocus(() => {
    $("hand").hidden = !on;
    compare.byHand(on, t("crop_area"));
  }, () => [button]);
  if (on) {
    show();
    compare.canvas.focus({ preventScroll: true });
  } else {
    settle();
  }
  hand.dispatchEvent(new Event("change"));
}

/** The buttons: [x, y] of a step. */
export function moveCrop(x, y) {
  nudge(moved(cropOf(selected()), x * MOVE * LEAP, y * MOVE * LEAP));
}

export function resetCrop() {
  if (!isSame(cropOf(selected()), NO_CROP)) {
    take(NO_CROP, true);
  }
}

/** The element that is cropped on. */
export function startHand(element) {
  compare = element;
  const { canvas } = compare;
  canvas.addEventListener("pointerdown", press);
  canvas.addEventListener("pointermove", drag);
  canvas.addEventListener("lostpointercapture", release);
  canvas.addEventListener("wheel", roll, { passive: false });
  canvas.addEventListener("keydown", type);
  for (const [name, slider] of Object.entries(SLIDERS)) {
    $(`crop_${name}`).addEventListener("input", ({ target }) =>
      take(slider.take(cropOf(selected()), target.valueAsNumber), false));
    $(`crop_${name}`).addEventListener("change", settle);
  }
  // For all: they are as the one that is seen.
  $("crop_only").addEventListener("change", ({ target }) => !target.checked && take(cropOf(selected()), true));
  settings.addEventListener("change", show);
  settings.addEventListener("crop", show);
  photos.addEventListener("choose", () => (selected() ? show() : crops(false)));
  photos.addEventListener("change", ({ detail }) => detail === null && show());
  language.addEventListener("change", () => {
    compare.byHand(isOn, t("crop_area"));
    show();
  });
}

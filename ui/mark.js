/** Marking a face by hand, where none was found or another one is meant: a square over the photo is
 *  drawn, moved and sized by pointer, keys or the controls below; the server takes it as the face. */

import { $, holdFocus, toast } from "./page.js";
import { markFace, photos, selected } from "./photos.js";
import { percent, t } from "./text.js";

/** Shares of the photo's shorter side: of the square at first, and at least. */
const USUAL = 0.3;
const LEAST = 0.02;
const MOVE = 0.01;
const LEAP = 5;

let compare = null;
let isOn = false;
let seen = null; // the promise of what was begun or ended last
let square = null; // middle { x, y } and side, shares of the shorter side; null: nothing is marked
let from = null; // where a finger has gone down

const sheet = () => compare.sheet;
const area = () => compare.plain.getBoundingClientRect();

/* Width and height of the photo, in shorter sides. */
function extent() {
  const { width, height } = area();
  const shorter = Math.min(width, height) || 1;
  return { width: width / shorter, height: height / shorter };
}

const limit = (value, low, high) => Math.min(Math.max(value, low), Math.max(low, high));

function take(x, y, side) {
  const { width, height } = extent();
  const fits = limit(side, LEAST, 1);
  square = { side: fits, x: limit(x, fits / 2, width - fits / 2), y: limit(y, fits / 2, height - fits / 2) };
  show();
}

function show() {
  const { width, height } = extent();
  const { style } = compare.frame;
  style.left = `${((square.x - square.side / 2) / width) * 100}%`;
  style.top = `${((square.y - square.side / 2) / height) * 100}%`;
  style.width = `${(square.side / width) * 100}%`;
  style.height = `${(square.side / height) * 100}%`;
  $("mark_size").value = square.side;
  $("mark_size").setAttribute("aria-valuetext", percent(square.side));
}

function pointOf({ clientX, clientY }) {
  const { left, top, width, height } = area();
  const shorter = Math.min(width, height);
  return { x: (clientX - left) / shorter, y: (clientY - top) / shorter };
}

/* A press moves the square there; what is drawn from there becomes its side. */
function press(event) {
  if (square && event.button === 0) {
    event.preventDefault();
    sheet().focus({ preventScroll: true });
    sheet().setPointerCapture(event.pointerId);
    from = pointOf(event);
    take(from.x, from.y, square.side);
  }
}

function draw(event) {
  if (from) {
    const to = pointOf(event);
    const side = Math.max(Math.abs(to.x - from.x), Math.abs(to.y - from.y));
    if (side > LEAST) {
      const toward = (axis) => from[axis] + (Math.sign(to[axis] - from[axis]) * side) / 2;
      take(toward("x"), toward("y"), side);
    }
  }
}

function type(event) {
  if (!square || event.ctrlKey || event.metaKey || event.altKey) {
    return;
  }
  const { x, y, side } = square;
  const step = MOVE * (event.shiftKey ? LEAP : 1);
  const act = {
    ArrowLeft: () => take(x - step, y, side), ArrowRight: () => take(x + step, y, side),
    ArrowUp: () => take(x, y - step, side), ArrowDown: () => take(x, y + step, side),
    "+": () => take(x, y, side + MOVE), "-": () => take(x, y, side - MOVE),
    Enter: useMark,
  }[event.key];
  if (act) {
    event.preventDefault();
    event.stopPropagation();
    act();
  }
}

/** The square becomes the face. */
export function useMark() {
  if (!square) {
    return;
  }
  const { width, height } = extent();
  const { x, y, side } = square;
  const part = (value, whole) => Number(Math.max(0, value / whole).toFixed(4));
  const box = [part(x - side / 2, width), part(y - side / 2, height), part(side, width), part(side, height)];
  const photo = selected();
  marks(false);
  markFace(photo, box.join());
}

/** Begin, where the browser can show the photo, or end. */
export async function marks(on) {
  if (on === isOn || (on && !selected())) {
    return;
  }
  isOn = on;
  square = null;
  $("stage").classList.toggle("marking", on);
  holdFocus(() => {
    $("mark").hidden = !on;
    seen = compare.marks(on && (selected().seenUrl ?? selected().url), t("mark_area"));
  }, () => ["#problem button", "[data-do=crop]"].map((place) => document.querySelector(place)));
  const own = seen;
  const isSeen = await own.then(() => true, () => false);
  if (!isOn || seen !== own) {
    return;
  }
  if (!isSeen) {
    toast(t("no_original"));
    marks(false);
  } else {
    const { width, height } = extent();
    take(width / 2, height / 3, USUAL);
    sheet().focus({ preventScroll: true });
  }
}

/** The element that is marked on. */
export function startMark(element) {
  compare = element;
  sheet().addEventListener("pointerdown", press);
  sheet().addEventListener("pointermove", draw);
  sheet().addEventListener("lostpointercapture", () => { from = null; });
  sheet().addEventListener("keydown", type);
  $("mark_size").addEventListener("input", ({ target }) =>
    square && take(square.x, square.y, target.valueAsNumber));
  photos.addEventListener("choose", () => marks(false));
}

/** The photos that were given and the work on them: photo_state.js says what comes next, here it is
 *  done. */

import { NO_CROP } from "./crop.js";
import { isBusy, isStuck, isWorking, newFacts, next } from "./photo_state.js";
import { analyse, Failure, forget, isSlow, original, render } from "./server.js";
import { changeCrop, chosenDocument, cropOf, current, fields, isCropped, lookedAt, looks } from "./settings.js";
import { Shared } from "./shared.js";

/** Photos on their way at the same time; the others wait here and not at the server. The one that
 *  is looked at never waits for them. */
export const LANES = 3;

/** Photos that one page holds. */
export const PHOTOS_MAX = 500;

/* Of more photos than these only the one that is looked at has a picture larger than its card: a
 * browser keeps all of them. */
const LARGE_MAX = 24;
const CARD_PX = 160;

/** Fires "change" with a photo as detail (null: the list), "choose" when another one is looked at,
 *  and "pick" when others are picked. */
export const photos = new EventTarget();

export const list = [];
let chosen = null;
let anchor = null; // where a range of picked ones begins
let serial = 0;
let shareOf = () => 1;

/** Who says how large a picture is needed: (isRough) => share of the full size. */
export function setPreviewShare(share) {
  shareOf = share;
}

/** The photo that is looked at, or null. */
export function selected() {
  return chosen;
}

function tell(photo) {
  photos.dispatchEvent(new CustomEvent("change", { detail: photo }));
}

function apply(photo, event, run) {
  const { facts, order } = next(photo, event, run);
  Object.assign(photo, facts);
  if (order === "abort") {
    photo.abort?.abort();
    photo.asked = null;
  }
  if (photo.state !== "removed") {
    tell(photo);
  }
  if (order === "run") {
    draw(photo);
  }
}

function pump() {
  for (;;) {
    const first = chosen?.state === "waiting" ? chosen : list.find(({ state }) => state === "waiting");
    const lanes = LANES + (first === chosen ? 1 : 0);
    if (!first || list.filter(isWorking).length >= lanes) {
      return;
    }
    apply(first, "starts");
  }
}

/* Something has happened to a photo; `run` where the news is of a run. */
function send(photo, event, run) {
  apply(photo, event, run);
  pump();
}

/* Find the faces: once, for all who need it now. */
function look(photo, signal, tellRun) {
  if (!photo.looking?.isOpen) {
    photo.progress = 0;
    photo.looking = new Shared(async (giveUp, news) => {
      const progress = (share) => {
        photo.progress = share;
        news(share < 1 ? "sends" : "finds");
      };
      const { token, endsAt, ...analysis } = await analyse(photo.file, photo.box, { signal: giveUp, progress });
      photo.analysis = analysis;
      photo.face = photo.isMarked ? analysis.largest : photo.face ?? analysis.largest;
      photo.isMarked = false;
      photo.hold = { token, endsAt };
      return photo.hold;
    });
  }
  tellRun(photo.progress < 1 ? "sends" : "finds");
  return photo.looking.wait(signal, tellRun);
}

/* What ask(token) gives. The server forgets after some minutes; the photo is still here, so it is
 * sent again. */
async function askFor(photo, ask, signal, tellRun = () => {}) {
  for (let again = false; ; again = true) {
    const { token } = photo.hold ?? await look(photo, signal, tellRun);
    tellRun("draws");
    try {
      return await ask(token);
    } catch (failure) {
      if (failure.slug !== "not_found" || again) {
        throw failure;
      }
      if (photo.hold?.token === token) {
        photo.hold = null;
      }
    }
  }
}

/** Whether pictures have to be small. */
export function areMany() {
  return list.length > LARGE_MAX;
}

/* A portrait of what read() gives when it is asked for. */
function make(photo, read, signal, tellRun) {
  return askFor(photo, (token) => render(token, read(), signal), signal, tellRun);
}

/** The photo as the server shows it, a Blob: once for each. Its address is then photo.seenUrl. */
export function askOriginal(photo) {
  const { signal } = photo.gone;
  photo.original ??= askFor(photo, (token) => original(token, signal), signal).then((blob) => {
    photo.seenUrl = URL.createObjectURL(blob);
    tell(photo);
    return blob;
  });
  return photo.original;
}

function previewShare(photo, rough) {
  const isCard = photo !== chosen && areMany();
  const share = isCard ? CARD_PX / Math.min(current().width, current().height) : shareOf(rough);
  return Number(Math.min(1, Math.max(0.1, share)).toFixed(2));
}

function keep(photo, picture) {
  const old = photo.picture;
  photo.picture = { ...picture, url: URL.createObjectURL(picture.blob) };
  if (old) {
    URL.revokeObjectURL(old.url);
  }
}

/* One run. It may be given up at any time: then photo.run is another one. */
async function draw(photo) {
  const { run } = photo;
  photo.abort = new AbortController();
  let canvas = null; // px of the portrait in full
  let preset = null;
  let crop = null;
  const read = () => {
    const { face, rough } = photo;
    const { width, height } = current();
    canvas = { width, height };
    preset = current().preset;
    crop = cropOf(photo);
    const preview = previewShare(photo, rough);
    photo.asked = { looks: looks(photo), face, rough, preview };
    const { background_file, ...options } = fields(photo);
    const check = chosenDocument()?.country ? { check: true } : {};
    return { ...options, ...check, face, format: isSlow() ? "webp" : "png", background: lookedAt(), preview };
  };
  try {
    const picture = await make(photo, read, photo.abort.signal, (event) => send(photo, event, run));
    if (run === photo.run) {
      keep(photo, { ...picture, canvas, crop, document: preset });
      send(photo, "drawn", run);
    }
  } catch (failure) {
    if (run === photo.run) {
      photo.failure = failure instanceof Failure ? failure : new Failure("page_error", { detail: String(failure) });
      send(photo, "fails", run);
    }
  }
}

/* A picture that is larger than it has to be is fine as well. */
function fits(asked, wanted, photo) {
  return asked && asked.looks === wanted && asked.face === photo.face
    && (photo.rough || (!asked.rough && asked.preview >= previewShare(photo, false)));
}

/** Draw a photo with the options of now where it was not; rough: while a slider moves. */
export function refresh(photo, rough = false) {
  photo.rough = rough;
  if (!fits(photo.asked, looks(photo), photo)) {
    send(photo, "changes");
  }
}

export function choose(photo) {
  chosen = photo;
  photos.dispatchEvent(new Event("choose"));
  if (photo) {
    send(photo, "chosen");
    refresh(photo);
  }
}

/** Put those without a portrait first; the others stay in their order. */
export function sortFailed() {
  list.sort((a, b) => isStuck(b) - isStuck(a));
  tell(null);
}

/** The one before (-1) or behind (1) the chosen photo. */
export function step(by) {
  const other = list[list.indexOf(chosen) + by];
  if (other) {
    choose(other);
  }
}

/** Those of several that somebody picked. */
export function picked() {
  return list.filter(({ isPicked }) => isPicked);
}

/** Those that is meant what is done with several: the picked ones, or else all. */
export function meant() {
  const some = picked();
  return some.length > 0 ? some : list;
}

/** Pick these and no others. */
export function pick(some) {
  const before = picked();
  list.forEach((photo) => { photo.isPicked = some.includes(photo); });
  if (String(before.map(({ id }) => id)) !== String(picked().map(({ id }) => id))) {
    photos.dispatchEvent(new Event("pick"));
  }
}

/** Pick one as well, or no longer. The next range begins at it. */
export function togglePick(photo) {
  anchor = photo;
  pick(list.filter((other) => other.isPicked !== (other === photo)));
}

/** Pick all between a photo and the one where the range began; the first begins at `from`. */
export function pickTo(photo, from = chosen) {
  anchor = picked().length > 0 && list.includes(anchor) ? anchor : from;
  const [first, last] = [anchor, photo].map((end) => list.indexOf(end)).sort((a, b) => a - b);
  pick(list.slice(first, last + 1));
}

/** Take pictures in. Returns how many did not fit. */
export function add(files) {
  const room = PHOTOS_MAX - list.length;
  const taken = [...files].slice(0, Math.max(0, room)).map((file) => newPhoto(file, file.name));
  list.push(...taken);
  tell(null);
  if (taken.length > 0) {
    choose(taken[0]);
  }
  pump();
  return files.length - taken.length;
}

/* What of a photo a person chooses by hand, or the server tells, begins empty. */
function newPhoto(file, name) {
  return {
    ...newFacts(), id: serial += 1, file, name, url: URL.createObjectURL(file), progress: 0,
    picture: null, analysis: null, hold: null, asked: null, rough: false, isPicked: false, gone: new AbortController(),
  };
}

/** Whether there are faces in a photo that have no portrait of their own yet. */
export function lacksFaces({ file, analysis }) {
  return list.filter((photo) => photo.file === file).length < analysis.faces.length;
}

/** A portrait of each face: the others stand behind the photo, as "group-2.jpg". They share what the
 *  server found. */
export function addFaces(photo) {
  const { file, analysis, hold, name, box } = photo;
  const taken = list.filter((other) => other.file === file).map(({ face }) => face);
  const room = PHOTOS_MAX - list.length;
  const others = analysis.faces.filter(({ number }) => !taken.includes(number)).slice(0, room)
    .map(({ number: face }) => ({
      ...newPhoto(file, name.replace(/(\.[^.]*)?$/, `-${face}$1`)), face, analysis, hold, box, sound: true,
    }));
  list.splice(list.indexOf(photo) + 1, 0, ...others);
  tell(null);
  pump();
}

/** Another face of a photo: it has a frame of its own. */
export function chooseFace(photo, number) {
  photo.face = number;
  if (isCropped(photo)) {
    changeCrop(photo, NO_CROP);
  }
  refresh(photo);
}

/** The face is where somebody says: "x,y,width,height" in parts of the photo. It is looked at again. */
export function markFace(photo, box) {
  send(photo, "cancels");
  letGo(photo);
  Object.assign(photo, { box, isMarked: true, hold: null, looking: null, asked: null, sound: false });
  if (isCropped(photo)) {
    changeCrop(photo, NO_CROP);
  }
  send(photo, "retries");
}

/** Give up the work on some photos. Those that wait do not start meanwhile. */
export function cancel(some) {
  some.forEach((photo) => apply(photo, "cancels"));
  pump();
}

export function retry(photo) {
  send(photo, "retries");
}

/* What the server keeps for this photo alone is forgotten there. */
function letGo(photo) {
  if (photo.hold && !list.some((other) => other !== photo && other.hold?.token === photo.hold.token)) {
    forget(photo.hold.token);
  }
}

/** Forget photos, here and at the server. Who looks at one of them looks at the next one then. */
export function remove(...gone) {
  const stays = (photo) => !gone.includes(photo);
  const next = list.slice(list.indexOf(chosen)).find(stays) ?? list.findLast(stays) ?? null;
  const hadPicked = gone.some(({ isPicked }) => isPicked);
  for (const photo of gone) {
    list.splice(list.indexOf(photo), 1);
    photo.gone.abort();
    apply(photo, "removed");
    letGo(photo);
    [photo.url, photo.seenUrl, photo.picture?.url].forEach((url) => URL.revokeObjectURL(url));
  }
  tell(null);
  if (hadPicked) {
    photos.dispatchEvent(new Event("pick"));
  }
  if (next !== chosen) {
    choose(next);
  }
  pump();
}

/** The portrait with these fields, as a Blob. Ends with a failure when the photo is removed. */
export async function portrait(photo, wanted, signal) {
  const any = signal ? AbortSignal.any([signal, photo.gone.signal]) : photo.gone.signal;
  return (await make(photo, () => wanted, any)).blob;
}

/** Whether leaving the page would throw away what nobody saved. */
export function isUnsaved(photo) {
  return !photo.saved && (isBusy(photo) || photo.shown);
}

addEventListener("pagehide", () => {
  for (const photo of list) {
    if (photo.hold) {
      forget(photo.hold.token);
      photo.hold = null; // the page may come back
    }
  }
});

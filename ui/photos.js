/** The photos that were given and the work on them. Each goes through these states:
 *  waiting, sending, finding, drawing, ready; or failed, cancelled. */

import { analyse, Failure, forget, render } from "./server.js";
import { fields } from "./settings.js";

/** Photos on their way at the same time; the others wait here and not at the server. */
const LANES = 3;

/** Pictures to look at are see-through: the page lays the background under them itself. */
const LOOK = { format: "png", background: "transparent" };

/** Photos that one page holds. */
export const PHOTOS_MAX = 200;

/** Fires "change" with a photo as detail (null: the list), and "choose" when another one is looked at. */
export const photos = new EventTarget();

export const list = [];
let chosen = null;
let running = 0;
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

export function isBusy(photo) {
  return !["ready", "failed", "cancelled"].includes(photo.state);
}

function tell(photo) {
  photos.dispatchEvent(new CustomEvent("change", { detail: photo }));
}

function enter(photo, state) {
  photo.state = state;
  photo.progress = 0;
  tell(photo);
}

export function choose(photo) {
  chosen = photo;
  photos.dispatchEvent(new Event("choose"));
}

/** The one before (-1) or behind (1) the chosen photo. */
export function step(by) {
  const next = list[list.indexOf(chosen) + by];
  if (next) {
    choose(next);
  }
}

async function look(photo, signal) {
  enter(photo, "sending");
  const progress = (share) => {
    photo.progress = share;
    if (share < 1) {
      tell(photo);
    } else {
      enter(photo, "finding");
    }
  };
  photo.analysis = await analyse(photo.file, { signal, progress });
  photo.face ??= photo.analysis.largest;
}

/* The server forgets after some minutes; the photo is still here, so it is sent again. */
async function make(photo, options, signal) {
  for (let again = false; ; again = true) {
    if (!photo.analysis) {
      await look(photo, signal);
      enter(photo, "drawing");
    }
    try {
      return await render(photo.analysis.token, { ...fields(), face: photo.face, ...options }, signal);
    } catch (failure) {
      if (failure.slug !== "not_found" || again) {
        throw failure;
      }
      photo.analysis = null;
    }
  }
}

function keep(photo, picture) {
  const old = photo.picture;
  photo.picture = { ...picture, url: URL.createObjectURL(picture.blob) };
  enter(photo, "ready");
  if (old) {
    URL.revokeObjectURL(old.url);
  }
}

/* One picture at a time; what changes meanwhile is drawn next, and nothing between. */
async function draw(photo) {
  photo.abort = new AbortController();
  try {
    do {
      photo.stale = false;
      const preview = Math.min(1, Math.max(0.1, shareOf(photo.rough))).toFixed(2);
      keep(photo, await make(photo, { ...LOOK, preview }, photo.abort.signal));
    } while (photo.stale);
  } catch (failure) {
    if (photo.abort.signal.aborted) {
      enter(photo, "cancelled");
    } else {
      photo.failure = failure instanceof Failure ? failure : new Failure("server_error", { detail: String(failure) });
      enter(photo, "failed");
    }
  }
}

function pump() {
  while (running < LANES) {
    const next = chosen?.state === "waiting" ? chosen : list.find((photo) => photo.state === "waiting");
    if (!next) {
      return;
    }
    running += 1;
    enter(next, next.analysis ? "drawing" : "sending");
    draw(next).finally(() => {
      running -= 1;
      pump();
    });
  }
}

/** Draw a photo anew with the options of now; rough: while a slider moves. */
export function redraw(photo, rough = false) {
  photo.rough = rough;
  photo.stale = true;
  if (photo.state === "ready" || (photo.state === "failed" && photo.analysis)) {
    enter(photo, "drawing");
    draw(photo);
  }
}

/** The same for one that is not looked at: when there is time. */
export function redrawLater(photo) {
  photo.rough = false;
  photo.stale = true;
  if (photo.state === "ready") {
    enter(photo, "waiting");
    pump();
  }
}

/** Take pictures in. Returns how many did not fit. */
export function add(files) {
  const room = PHOTOS_MAX - list.length;
  const taken = [...files].slice(0, Math.max(0, room)).map((file) => ({
    id: serial += 1, file, name: file.name, url: URL.createObjectURL(file), state: "waiting", progress: 0,
  }));
  list.push(...taken);
  tell(null);
  if (taken.length > 0) {
    choose(taken[0]);
  }
  pump();
  return files.length - taken.length;
}

/** Another face of a photo. */
export function chooseFace(photo, number) {
  photo.face = number;
  redraw(photo);
}

export function cancel(photo) {
  if (photo.state === "waiting") {
    enter(photo, "cancelled");
  } else if (isBusy(photo)) {
    photo.abort.abort();
  }
}

export function retry(photo) {
  if (!isBusy(photo)) {
    photo.failure = null;
    enter(photo, "waiting");
    pump();
  }
}

/** Forget a photo, here and at the server. */
export function remove(photo) {
  cancel(photo);
  const at = list.indexOf(photo);
  list.splice(at, 1);
  if (photo.analysis) {
    forget(photo.analysis.token);
  }
  URL.revokeObjectURL(photo.url);
  URL.revokeObjectURL(photo.picture?.url);
  tell(null);
  if (photo === chosen) {
    choose(list[at] ?? list[at - 1] ?? null);
  }
}

/** The portrait in full, as a file: "png" or "jpg". */
export async function portrait(photo, format) {
  const { state } = photo;
  try {
    const { blob } = await make(photo, { format });
    return { blob, name: `${photo.name.replace(/\.[^.]*$/, "")}_portrait.${format}` };
  } finally {
    if (photo.state !== state) {
      enter(photo, state);
    }
  }
}

addEventListener("pagehide", () => {
  for (const photo of list) {
    if (photo.analysis) {
      forget(photo.analysis.token);
      photo.analysis = null; // the page may come back
    }
  }
});

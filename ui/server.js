/** What is asked of the server. Every refusal becomes a Failure whose slug is a row of
 *  src/base/status.def, or "offline", "key", "unreadable" or "server_error". Addresses are relative
 *  to the page: it may lie behind a prefix. */

import { pause } from "./page.js";

const TRIES = { busy: 30, stopping: 30, model_unavailable: 30, offline: 200 };
/* The slowest upload that is waited for. Without a limit a lost answer would be waited for for ever. */
const ANSWER_MAX_MS = 20 * 60 * 1000;
const WAIT_MS = { busy: 2000, stopping: 2000, model_unavailable: 2000, offline: 1500 };

/* Where an answer does not name its failure itself: refused before a handler saw it. */
const SLUGS = {
  401: "key", 403: "key", 404: "not_found", 408: "deadline_exceeded", 410: "not_found",
  413: "limit_exceeded", 415: "unsupported_format", 422: "invalid_argument", 429: "busy",
  503: "busy", 504: "deadline_exceeded",
};

/* Trying again makes nothing better: it is the photo. */
const FINAL = ["no_face_detected", "unsupported_format", "corrupt_image", "limit_exceeded", "unreadable"];

export class Failure extends Error {
  constructor(slug, facts = {}) {
    super(facts.detail ?? slug);
    this.slug = slug;
    this.id = facts.id ?? "";
    this.detail = facts.detail ?? "";
    this.waitMs = facts.waitMs;
    this.isFinal = FINAL.includes(slug);
  }
}

/** Fires "change" with { detail: null | slug } when the server stops or starts to answer. */
export const health = new EventTarget();

function tell(slug) {
  health.dispatchEvent(new CustomEvent("change", { detail: slug }));
}

let key = sessionStorage.getItem("key") ?? "";
let askForKey = null;
let asking = null;
let refusals = 0; // how often the user was asked and gave none

/** Who asks the user for a key: wrong => Promise of { value, keep } or null. */
export function setKeyDialog(ask) {
  askForKey = ask;
}

async function renewKey(used, refusalsThen) {
  if (key !== used) {
    return;
  }
  if (refusals !== refusalsThen) {
    throw new Failure("key"); // the user has said no while this request was on its way
  }
  asking ??= askForKey(key !== "").finally(() => { asking = null; });
  const answer = await asking;
  if (answer === null) {
    refusals += 1;
    throw new Failure("key");
  }
  key = answer.value;
  if (answer.keep) {
    sessionStorage.setItem("key", key);
  }
}

async function failureOf(request) {
  let detail = "";
  try {
    const answer = JSON.parse(await request.response.text());
    detail = Array.isArray(answer.detail) ? answer.detail[0].msg : answer.detail;
  } catch {
    // An answer of something between us and the server.
  }
  const wait = Number(request.getResponseHeader("Retry-After"));
  return new Failure(request.getResponseHeader("X-Error") ?? SLUGS[request.status] ?? "server_error", {
    id: request.getResponseHeader("X-Request-ID"), detail,
    waitMs: wait > 0 ? wait * 1000 : undefined,
  });
}

/* Bytes in a second that came last, where there were enough to tell. */
let rate = Infinity;
const RATE_BYTES_MIN = 30000;
const RATE_SLOW = 500000;

/** Whether small pictures are worth their trouble here: measured, not guessed. */
export function isSlow() {
  return rate < RATE_SLOW;
}

function measure(bytes, sinceMs) {
  if (bytes > RATE_BYTES_MIN) {
    rate = (bytes * 1000) / Math.max(1, performance.now() - sinceMs);
  }
}

/* XMLHttpRequest, because fetch does not tell how far an upload is. */
function exchange(method, path, { body, signal, progress }) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open(method, path);
    request.responseType = "blob";
    request.timeout = ANSWER_MAX_MS;
    if (key !== "") {
      request.setRequestHeader("X-API-Key", key);
    }
    const began = performance.now();
    if (progress) {
      request.upload.onprogress = (event) => progress(event.loaded / event.total);
      request.upload.onload = ({ total }) => measure(total, began);
    }
    let answered = 0;
    request.onreadystatechange = () => {
      answered ||= request.readyState === XMLHttpRequest.HEADERS_RECEIVED ? performance.now() : 0;
    };
    request.onload = () => {
      measure(request.response.size, answered);
      resolve(request);
    };
    request.onerror = () => reject(new Failure("offline"));
    request.ontimeout = () => reject(new Failure("deadline_exceeded"));
    signal?.throwIfAborted();
    signal?.addEventListener("abort", () => {
      request.abort();
      reject(signal.reason);
    }, { once: true });
    request.send(body);
  });
}

async function send(method, path, options) {
  for (;;) {
    const [used, refusalsThen] = [key, refusals];
    const request = await exchange(method, path, options);
    if (request.status < 400) {
      return request;
    }
    const failure = await failureOf(request);
    if (failure.slug !== "key") {
      throw failure;
    }
    await renewKey(used, refusalsThen);
  }
}

/* Again and again while the server is busy, starting or away. */
async function persist(method, path, options) {
  for (let attempt = 0; ; attempt += 1) {
    try {
      const request = await send(method, path, options);
      tell(null);
      return request;
    } catch (failure) {
      if (attempt >= (TRIES[failure.slug] ?? 0)) {
        throw failure;
      }
      await options.check?.();
      tell(failure.slug);
      await pause(failure.waitMs ?? WAIT_MS[failure.slug], options.signal).catch((reason) => {
        tell(null); // who still waits says it again
        throw reason;
      });
    }
  }
}

/* A folder, or a file that was moved or changed, ends the connection as a lost network does. (Not by
 * a slice: Chromium takes that of a file that is gone for empty.) */
async function assertReadable(file) {
  try {
    const reader = file.stream().getReader();
    await reader.read();
    reader.cancel();
  } catch {
    throw new Failure("unreadable");
  }
}

function formOf(fields) {
  const form = new FormData();
  Object.entries(fields).forEach(([name, value]) => form.append(name, value));
  return form;
}

/** Find the faces of a photo; box: where somebody says that one is, or undefined. */
export async function analyse(file, box, { signal, progress }) {
  const body = formOf(box ? { file, face_box: box } : { file });
  const check = () => assertReadable(file);
  const request = await persist("POST", "api/v1/analyze", { body, signal, progress, check });
  const answer = JSON.parse(await request.response.text());
  if (answer.token === null) {
    throw new Failure(answer.error, { detail: answer.error_message });
  }
  return { ...answer, endsAt: Date.now() + answer.expires_in_s * 1000 };
}

/* "head_height=30.12; fits_photo=true" as an object; null where there is none. */
function factsOf(header) {
  return header && Object.fromEntries(header.split("; ").map((pair) => {
    const [name, value] = pair.split("=");
    return [name, value === "true" || value === "false" ? value === "true" : Number(value)];
  }));
}

/* "warn; yaw=warn; background=fail" as { overall, items: [[id, state]] }; null where there is none. */
function checkOf(header) {
  const [overall, ...items] = header?.split("; ") ?? [];
  return overall ? { overall, items: items.map((item) => item.split("=")) } : null;
}

/** Make a portrait of what was analysed. `frame`: canvas px to photo px; `place`: where the head lies
 *  in the picture of a document; `check`: how the photo suits one, where that was asked for. */
export async function render(token, fields, signal) {
  const body = fields.background_file ? formOf(fields) : new URLSearchParams(fields);
  const request = await persist("POST", `api/v1/render/${token}`, { body, signal });
  const [a, b, tx, ty] = request.getResponseHeader("X-Frame").split(",").map(Number);
  return {
    blob: request.response,
    width: Number(request.getResponseHeader("X-Width")),
    height: Number(request.getResponseHeader("X-Height")),
    frame: { a, b, tx, ty },
    place: factsOf(request.getResponseHeader("X-Document")),
    check: checkOf(request.getResponseHeader("X-Check")),
  };
}

/** A photo that was analysed as a JPEG, reduced: for formats that browsers do not know. */
export async function original(token, signal) {
  return (await persist("GET", `api/v1/analyze/${token}/original`, { signal })).response;
}

/** As many copies of a picture of this document as fit on paper of 10 x 15 cm: a PDF. */
export async function printSheet(picture, { width_mm, height_mm, dpi }) {
  const body = formOf({
    file: picture, size: `${width_mm}x${height_mm}mm`, paper: "10x15cm", dpi: dpi ?? 300, cut_lines: true,
  });
  return (await persist("POST", "api/v1/sheet", { body })).response;
}

let forgetting = Promise.resolve(); // what could not be told at once, one after the other

/** Let the server forget a photo now, or when it can be reached again. Works while the page is being
 *  closed, too. */
export function forget(token) {
  const headers = key === "" ? {} : { "X-API-Key": key };
  const path = `api/v1/analyze/${token}`;
  fetch(path, { method: "DELETE", headers, keepalive: true }).catch(() => {
    forgetting = forgetting.then(() => persist("DELETE", path, {})).catch(() => {});
  });
}

/** The pictures that somebody has a rule for. */
export async function presets() {
  const request = await persist("GET", "api/v1/presets", {});
  return JSON.parse(await request.response.text());
}

/** Whether faces can be restored here. */
export async function canRestore() {
  const request = await send("GET", "status", {});
  return JSON.parse(await request.response.text()).models.face_enhancer.loaded;
}

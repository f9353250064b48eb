/** How photos come in: chosen, dropped anywhere, pasted. */

import { $, announce, toast } from "./page.js";
import { PHOTOS_MAX, add } from "./photos.js";
import { isRoster, takeRoster } from "./roster.js";
import { counted, number, t } from "./text.js";

/** How deep folders are looked into. */
const DEPTH_MAX = 8;

async function readRoster(file) {
  const columns = await takeRoster(file).catch(() => []);
  toast(columns.length > 0 ? t("roster_taken", { name: file.name, columns: columns.map((column) => `{${column}}`).join(" ") })
    : t("roster_empty", { name: file.name }));
  dispatchEvent(new Event("roster"));
}

/* Types are not looked at: the server tells by content, and names no picture that it cannot read. */
function take(given) {
  const rosters = given.filter(isRoster);
  rosters.forEach(readRoster);
  const files = given.filter((file) => !isRoster(file));
  if (files.length === 0 && rosters.length > 0) {
    return;
  }
  const left = add(files);
  if (left > 0) {
    toast(t("too_many", { n: number(PHOTOS_MAX) }));
  }
  announce(counted("announce_taken", files.length - left));
}

/* Systems know no type of some pictures. */
function isPicture({ name, type }) {
  return type.startsWith("image/") || /\.(heic|heif|avif|tiff?|bmp)$/i.test(name);
}

/* The part of a folder that comes next; none is the end. */
function readPart(reader) {
  return new Promise((resolve, reject) => { reader.readEntries(resolve, reject); });
}

/* Files that were dropped, and the pictures of folders; other files of folders are not meant. One
 * more than fit is enough to know that they are too many. */
async function collect(entry, files, depth = 0) {
  if (entry.isFile) {
    const file = await new Promise((resolve, reject) => { entry.file(resolve, reject); });
    if (depth === 0 || isPicture(file) || isRoster(file)) {
      files.push(file);
    }
  } else if (depth < DEPTH_MAX) {
    const reader = entry.createReader();
    for (let part = await readPart(reader); part.length > 0; part = await readPart(reader)) {
      for (let i = 0; i < part.length && files.length <= PHOTOS_MAX; i += 1) {
        await collect(part[i], files, depth + 1);
      }
    }
  }
}

async function takeFolders(entries) {
  const files = [];
  try {
    for (const entry of entries) {
      await collect(entry, files);
    }
  } catch {
    toast({ slug: "unreadable" });
  }
  if (files.length > 0) {
    take(files);
  } else {
    toast(t("folder_empty"));
  }
}

/* Entries are only to be had while the event lasts. */
function takeDropped({ files, items }) {
  const entries = [...items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (entries.some((entry) => entry.isDirectory)) {
    takeFolders(entries);
  } else {
    take([...files]);
  }
}

export function chooseFiles() {
  $("file").click();
}

/** Take a picture that was made here. */
export function takeShot(blob, name) {
  take([new File([blob], name, { type: blob.type })]);
}

/** Take the picture of the clipboard: the way of a button. */
export async function pasteNow() {
  try {
    for (const item of await navigator.clipboard.read()) {
      const type = item.types.find((name) => name.startsWith("image/"));
      if (type) {
        takeShot(await item.getType(type), `${t("pasted")}.${type.split("/")[1]}`);
        return;
      }
    }
    toast(t("clipboard_empty"));
  } catch {
    toast(t("clipboard_closed"));
  }
}

const holdsFiles = (event) => event.dataTransfer?.types.includes("Files");

export function startIntake() {
  $("file").addEventListener("change", ({ target }) => {
    take([...target.files]);
    target.value = "";
  });
  addEventListener("paste", (event) => {
    const files = [...event.clipboardData.files];
    if (files.length > 0) {
      event.preventDefault();
      take(files);
    }
  });
  let depth = 0;
  const show = (change) => {
    depth = change === 0 ? 0 : depth + change;
    $("drop").hidden = depth <= 0;
  };
  addEventListener("dragenter", (event) => holdsFiles(event) && show(1));
  addEventListener("dragleave", (event) => holdsFiles(event) && show(-1));
  addEventListener("dragover", (event) => holdsFiles(event) && event.preventDefault());
  addEventListener("drop", (event) => {
    if (holdsFiles(event)) {
      event.preventDefault();
      show(0);
      takeDropped(event.dataTransfer);
    }
  });
  for (const button of document.querySelectorAll("[data-do=paste]")) {
    button.hidden = !navigator.clipboard?.read;
  }
}

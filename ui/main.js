/** The page: joins its parts. */

import { cameraPossible, openCamera, startCamera } from "./camera.js";
import { askKey, curlCommand, startDialogs } from "./dialogs.js";
import { takeSample } from "./example.js";
import { crops, moveCrop, resetCrop, startHand } from "./hand.js";
import { chooseFiles, pasteNow, startIntake } from "./intake.js";
import { startKeyboard } from "./keyboard.js";
import { loadDocuments } from "./documents.js";
import { marks, startMark, useMark } from "./mark.js";
import { NAMES, fill, fillAll, takeOrder } from "./orders.js";
import { $, explain, memory, save, toast } from "./page.js";
import { askRestorer, startPanel } from "./panel.js";
import { chooseFace, isUnsaved, list, meant, photos, pick, picked, remove, selected, sortFailed, step } from "./photos.js";
import { rosterColumns } from "./roster.js";
import { Failure, health, printSheet, setKeyDialog } from "./server.js";
import { DEFAULTS, change, chosenDocument, redo, settings, undo, wantedFormat } from "./settings.js";
import { comparison, startStage, toggleFull } from "./stage.js";
import { counted, language, number, speak, t } from "./text.js";
import { cancelAll, retryAll, startTray, tellArchive } from "./tray.js";
import { distinct, zip } from "./zip.js";

/** Names that are said of what an archive lacks. */
const LOST_SAID = 3;

/* What may fail for reasons of the server, said where the user looks. */
async function attempt(work) {
  try {
    await work();
  } catch (failure) {
    if (failure.name !== "AbortError") { // given up, as the photo was deleted
      toast(failure);
    }
  }
}

function hand(blob, name, photosOfIt) {
  save(blob, name);
  photosOfIt.forEach((photo) => { photo.saved = true; });
  guardUnsaved();
  return t("saved", { name, size: number(blob.size / 1024) });
}

let prepared = null; // the file that is about to be saved: { key, file }

/* What an order depends on, as text. */
function keyOf({ photo, fields }) {
  return JSON.stringify([photo.id, fields], (_, value) =>
    (value instanceof File ? [value.name, value.size, value.lastModified] : value));
}

/* The file of a photo, made once for whoever looks at the button and then presses it. */
function prepare(photo, format) {
  const [order] = takeOrder([photo], format);
  const key = keyOf(order);
  if (prepared?.key !== key) {
    const made = { key, file: fill(order) };
    made.file.catch(() => { prepared = prepared === made ? null : prepared; });
    prepared = made;
  }
  return prepared.file;
}

function download(format) {
  const photo = selected();
  if (photo?.picture) {
    attempt(async () => {
      const { blob, name } = await prepare(photo, format);
      toast(hand(blob, name, [photo]));
    });
  }
}

/* How large the file is that the button saves, as soon as somebody comes near it. */
async function saySize() {
  const photo = selected();
  if (photo?.picture && photo.state === "ready") {
    const file = prepare(photo, wantedFormat());
    const { blob } = await file.catch(() => ({}));
    if (blob && prepared?.file === file && selected() === photo) {
      $("save_size").textContent = ` · ${number(blob.size / 1024)} KB`;
    }
  }
}

function forgetSize() {
  $("save_size").textContent = "";
}

function downloadSheet() {
  const photo = selected();
  if (photo?.picture) {
    attempt(async () => {
      const rule = chosenDocument();
      const { blob, name } = await fill(takeOrder([photo], "jpg")[0]);
      toast(hand(await printSheet(blob, rule), name.replace(/\.jpg$/, "_10x15.pdf"), [photo]));
    });
  }
}

/* Not all of hundreds. */
function some(names) {
  const said = names.slice(0, LOST_SAID).join(", ");
  return names.length > LOST_SAID ? `${said} …` : said;
}

/* Names of what is not in the archive. */
function sayLost(lost) {
  return lost.length > 0 ? t("zip_lacks", { names: some(lost.map(({ name }) => name)) }) : "";
}

/* Photos of which is not known what their names were to say. */
function sayUnnamed(order) {
  const names = new Set(order.filter((part) => part.isUnnamed).map(({ photo }) => photo.name));
  return names.size > 0 ? t("roster_lacks", { names: some([...names]) }) : "";
}

/* Why photos are not in the archive, as a file in it: a line for each. */
function listLost(lost) {
  const lines = lost.map(({ name, failure }) => `${name}: ${explain(failure).join(" ")}\r\n`);
  return lost.length > 0 ? [{ name: "failed.txt", blob: new Blob(lines, { type: "text/plain" }) }] : [];
}

/* missing: photos without a portrait when the button was pressed. */
async function makeArchive(order, missing, signal) {
  const { files, lost } = await fillAll(order, signal,
    (done) => tellArchive({ done, all: order.length }));
  if (files.length === 0) {
    throw lost[0]?.failure ?? new Failure("cancelled");
  }
  const names = distinct(files.map((file) => file.name));
  const left = [...missing, ...lost];
  const archive = await zip([...files.map(({ blob }, i) => ({ name: names[i], blob })), ...listLost(left)]);
  signal.throwIfAborted();
  const said = hand(archive, "portraits.zip", files.map((file) => file.photo));
  toast([said, sayLost(left), sayUnnamed(order)].filter(Boolean).join(" "));
}

function orderAll(shown) {
  const kinds = { both: ["jpg", "png"] }[$("zip_format").value] ?? [$("zip_format").value];
  return kinds.flatMap((format) => takeOrder(shown, format, $("names").value));
}

let archiving = null; // gives up the archive that is being made

/* One at a time: it is of the photos and the options at the press. */
async function downloadAll() {
  const some = meant();
  const shown = some.filter((photo) => photo.picture);
  if (archiving !== null || shown.length === 0) {
    return;
  }
  archiving = new AbortController();
  const { signal } = archiving;
  const order = orderAll(shown);
  const missing = some.filter((photo) => !photo.picture).map(({ name, failure }) =>
    ({ name, failure: failure ?? new Failure("cancelled") }));
  tellArchive({ done: 0, all: order.length });
  try {
    await makeArchive(order, missing, signal);
  } catch (failure) {
    toast(signal.aborted ? t("state_cancelled") : failure);
  }
  archiving = null;
  tellArchive(null);
}

/* The clipboard takes pictures and texts only where nobody can listen in. What fails on the way to
 * the picture is told as it is; what the browser refuses, as that. */
async function copyPicture() {
  const photo = selected();
  if (!photo?.picture) {
    return;
  }
  if (!navigator.clipboard?.write) {
    toast({ slug: "copy_insecure" });
    return;
  }
  const blob = fill(takeOrder([photo], "png")[0]).then((file) => file.blob);
  await attempt(async () => {
    await navigator.clipboard.write([new ClipboardItem({ "image/png": blob })]).catch(async () => {
      await blob;
      throw new Failure("copy_refused");
    });
    toast(t("copied"));
  });
}

/* Without a clipboard the old way is left, and then the user's own hand. */
async function copyCommand() {
  try {
    await navigator.clipboard.writeText($("command").textContent);
    toast(t("copied"));
  } catch {
    getSelection().selectAllChildren($("command"));
    toast(t(document.execCommand("copy") ? "copied" : "copy_by_hand"));
  }
}

function forgetPhoto() {
  const { name } = selected();
  remove(selected());
  toast(t("forgotten", { name }));
}

function nextFace() {
  const photo = selected();
  const faces = photo?.analysis?.faces ?? [];
  if (faces.length > 1) {
    const at = faces.findIndex((face) => face.number === photo.face);
    chooseFace(photo, faces[(at + 1) % faces.length].number);
  }
}

/* One thing by hand at a time. */
function startMarking() {
  crops(false);
  marks(true);
}

/* What is done by hand ends first, and keeps what was picked. */
function leave() {
  if ($("hand").hidden && $("mark").hidden) {
    pick([]);
  }
  crops(false);
  marks(false);
}

function saySplit(value) {
  return () => { comparison().split = value; };
}

const ACTIONS = {
  choose: chooseFiles, sample: () => attempt(takeSample), camera: openCamera, paste: pasteNow, png: () => download("png"),
  jpg: () => download("jpg"), save: () => download(wantedFormat()), copy: copyPicture,
  zip: downloadAll, sheet: downloadSheet, sort: sortFailed, zip_stop: () => archiving?.abort(), forget: forgetPhoto,
  mark: startMarking, mark_end: () => marks(false), mark_use: useMark,
  full: toggleFull, crop: () => crops(), crop_end: () => crops(false), crop_reset: resetCrop,
  crop_left: () => moveCrop(-1, 0), crop_right: () => moveCrop(1, 0), crop_up: () => moveCrop(0, -1), crop_down: () => moveCrop(0, 1),
  cancel: cancelAll, retry: retryAll, away: () => remove(...picked()), pick_none: () => pick([]), undo, redo, defaults: () => change(DEFAULTS),
  "copy-command": copyCommand,
};

const KEYS = {
  O: { text: "choose", run: chooseFiles },
  V: { text: "paste", run: pasteNow },
  C: { text: "camera", run: () => cameraPossible() && openCamera() },
  1: { text: "key_left", run: saySplit(0) },
  2: { text: "key_middle", run: saySplit(50) },
  3: { text: "key_right", run: saySplit(100) },
  " ": { text: "key_peek", run: () => comparison().peek(true), end: () => comparison().peek(false) },
  "[": { text: "key_previous", run: () => step(-1) },
  "]": { text: "key_next", run: () => step(1) },
  F: { text: "key_face", run: nextFace },
  0: { text: "full", run: toggleFull },
  K: { text: "crop", run: () => crops() },
  D: { text: "key_download", run: () => download(wantedFormat()) },
  Z: { text: "undo", run: undo },
  "Shift+Z": { text: "redo", run: redo },
  "Ctrl+Z": { text: "undo", run: undo },
  "Ctrl+Shift+Z": { text: "redo", run: redo },
  "Ctrl+A": { text: "pick_all", run: () => pick(list), place: "tray" },
  Escape: { text: "pick_none", run: leave },
  "?": { text: "help", run: () => $("help").showModal() },
};

function startTheme() {
  const themes = ["", "light", "dark"];
  const set = (theme) => { document.documentElement.dataset.theme = theme; };
  set(memory.read("theme") ?? "");
  $("theme").addEventListener("click", () => {
    const dark = matchMedia("(prefers-color-scheme: dark)").matches;
    const now = document.documentElement.dataset.theme || (dark ? "dark" : "light");
    const next = now === "dark" ? "light" : "dark";
    set((next === "dark") === dark ? themes[0] : next);
    memory.write("theme", document.documentElement.dataset.theme);
    toast(t(`theme_${next}`));
  });
}

function startLanguage() {
  const menu = $("language");
  const use = (choice) => speak(choice).catch(() => {
    if (choice.selected) {
      menu.value = document.documentElement.lang;
      toast(t("error_offline"));
    }
  });
  menu.value = document.documentElement.lang;
  menu.addEventListener("change", () => {
    memory.write("language", menu.value);
    use(menu.selectedOptions[0]);
  });
  const kept = [...menu.options].find((option) => option.value === memory.read("language"));
  if (kept && kept.value !== menu.value) {
    menu.value = kept.value;
    use(kept);
  }
}

function sayKept() {
  const hold = selected()?.hold;
  const minutes = hold ? Math.ceil((hold.endsAt - Date.now()) / 60000) : 0;
  $("kept").textContent = minutes > 0 ? counted("kept", minutes) : "";
}

function askBeforeLeaving(event) {
  event.preventDefault();
}

/* Only while something would be lost: browsers keep pages that ask less readily for the way back. */
function guardUnsaved() {
  const change = list.some(isUnsaved) ? addEventListener : removeEventListener;
  change("beforeunload", askBeforeLeaving);
}

/* What may stand in the names of files. */
function sayColumns() {
  $("columns").textContent = ["name", "n", ...rosterColumns()].map((column) => `{${column}}`).join(" ");
}

/* How archives are made is kept on the device. */
function startArchive() {
  for (const [id, usual] of [["zip_format", "jpg"], ["names", NAMES]]) {
    $(id).value = memory.read(id) ?? usual;
    $(id).addEventListener("change", () => memory.write(id, $(id).value));
  }
}

function startStatus() {
  health.addEventListener("change", ({ detail }) => {
    const text = detail === null ? "" : explain({ slug: detail }).join(" ");
    if ($("status").textContent !== text) {
      $("status").textContent = text;
    }
  });
}

for (const button of document.querySelectorAll("[data-do]")) {
  button.addEventListener("click", () => ACTIONS[button.dataset.do]());
}
document.querySelector("[data-open=curl]").addEventListener("click",
  () => { $("command").textContent = curlCommand(); });
setKeyDialog(askKey);
startLanguage();
startTheme();
startDialogs();
startPanel();
startTray();
startStage();
startHand(comparison());
startMark(comparison());
startIntake();
startCamera();
startStatus();
startArchive();
sayColumns();
for (const event of ["pointerenter", "focus"]) {
  document.querySelector("[data-do=save]").addEventListener(event, saySize);
}
settings.addEventListener("change", forgetSize);
settings.addEventListener("crop", forgetSize);
photos.addEventListener("choose", forgetSize);
photos.addEventListener("change", ({ detail }) => detail === selected() && forgetSize());
addEventListener("roster", sayColumns);
startKeyboard(KEYS);
photos.addEventListener("change", sayKept);
photos.addEventListener("choose", sayKept);
photos.addEventListener("change", guardUnsaved);
settings.addEventListener("change", sayKept);
language.addEventListener("change", sayKept);
photos.addEventListener("change", () => askRestorer(), { once: true });
photos.addEventListener("choose", () => selected() && loadDocuments());

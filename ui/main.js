/** The page: joins its parts. */

import { cameraPossible, openCamera, startCamera } from "./camera.js";
import { askKey, curlCommand, startDialogs } from "./dialogs.js";
import { chooseFiles, pasteNow, startIntake } from "./intake.js";
import { startKeyboard } from "./keyboard.js";
import { $, explain, memory, save, toast } from "./page.js";
import { askRestorer, startPanel } from "./panel.js";
import { chooseFace, isBusy, list, photos, portrait, remove, selected, step } from "./photos.js";
import { health, setKeyDialog } from "./server.js";
import { DEFAULTS, change, redo, settings, undo } from "./settings.js";
import { comparison, startStage } from "./stage.js";
import { language, number, speak, t } from "./text.js";
import { cancelAll, retryAll, startTray } from "./tray.js";
import { distinct, zip } from "./zip.js";

const LANES = 3;

/* What may fail for reasons of the server, said where the user looks. */
async function attempt(work) {
  try {
    await work();
  } catch (failure) {
    toast(explain(failure).join(" "));
  }
}

function download(format) {
  const photo = selected();
  if (photo?.picture) {
    attempt(async () => {
      const { blob, name } = await portrait(photo, format);
      save(blob, name);
      toast(t("saved", { name, size: number(blob.size / 1024) }));
    });
  }
}

/* As many at once as the lanes of the other work; in the order of the list. */
async function allPortraits(ready, format) {
  const files = [];
  const rest = [...ready.entries()];
  const lane = async () => {
    for (let next = rest.shift(); next; next = rest.shift()) {
      files[next[0]] = await portrait(next[1], format);
      $("zip").lastElementChild.textContent = t("zip_makes", { n: number(ready.length - rest.length), all: number(ready.length) });
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return files;
}

async function downloadAll() {
  const ready = list.filter((photo) => photo.picture && !isBusy(photo));
  $("zip").disabled = true;
  await attempt(async () => {
    const files = await allPortraits(ready, "png");
    const names = distinct(files.map((file) => file.name));
    const archive = await zip(files.map(({ blob }, i) => ({ name: names[i], blob })));
    save(archive, "portraits.zip");
    toast(t("saved", { name: "portraits.zip", size: number(archive.size / 1024) }));
  });
  photos.dispatchEvent(new CustomEvent("change", { detail: null }));
}

function copyPicture() {
  const photo = selected();
  if (photo?.picture) {
    attempt(async () => {
      const blob = portrait(photo, "png").then((file) => file.blob);
      await navigator.clipboard.write([new ClipboardItem({ "image/png": blob })]);
      toast(t("copied"));
    });
  }
}

function copyCommand() {
  navigator.clipboard?.writeText($("command").textContent).then(() => toast(t("copied")), () => {});
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
    document.querySelector(`fc-faces [value="${photo.face}"]`).checked = true;
  }
}

function saySplit(value) {
  return () => { comparison().split = value; };
}

const ACTIONS = {
  choose: chooseFiles, camera: openCamera, paste: pasteNow, png: () => download("png"),
  jpg: () => download("jpg"), copy: copyPicture, zip: downloadAll, forget: forgetPhoto,
  cancel: cancelAll, retry: retryAll, undo, defaults: () => change(DEFAULTS),
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
  D: { text: "key_download", run: () => download("png") },
  Z: { text: "undo", run: undo },
  "Shift+Z": { text: "redo", run: redo },
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
  const use = (choice) => speak(choice).catch(() => toast(t("error_offline")));
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
  const analysis = selected()?.analysis;
  const minutes = analysis ? Math.max(1, Math.ceil((analysis.endsAt - Date.now()) / 60000)) : 0;
  $("kept").textContent = analysis ? t("kept", { n: number(minutes) }) : "";
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
startIntake();
startCamera();
startStatus();
startKeyboard(KEYS);
photos.addEventListener("change", sayKept);
photos.addEventListener("choose", sayKept);
settings.addEventListener("change", sayKept);
language.addEventListener("change", sayKept);
photos.addEventListener("change", () => askRestorer(), { once: true });

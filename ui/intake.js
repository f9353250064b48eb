/** How photos come in: chosen, dropped anywhere, pasted. */

import { $, announce, toast } from "./page.js";
import { PHOTOS_MAX, add } from "./photos.js";
import { number, t } from "./text.js";

/* Types are not looked at: the server tells by content, and names no picture that it cannot read. */
function take(files) {
  const left = add(files);
  if (left > 0) {
    toast(t("too_many", { n: number(PHOTOS_MAX) }));
  }
  announce(t("announce_taken", { n: number(files.length - left) }));
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
      take([...event.dataTransfer.files]);
    }
  });
  for (const button of document.querySelectorAll("[data-do=paste]")) {
    button.hidden = !navigator.clipboard?.read;
  }
}

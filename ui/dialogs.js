/** Dialogs: the key of the server, the request as curl. */

import { $ } from "./page.js";
import { selected } from "./photos.js";
import { DEFAULTS, chosenDocument, fields, wantedFormat } from "./settings.js";

/** Ask for the key of the server: { value, keep }, or null when there is none. */
export function askKey(isWrong) {
  const dialog = $("key");
  $("key_wrong").hidden = !isWrong;
  $("key_value").value = "";
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      const value = $("key_value").value.trim();
      resolve(dialog.returnValue === "ok" && value !== "" ? { value, keep: $("key_keep").checked } : null);
      $("key_value").value = "";
    }, { once: true });
  });
}

/* curl takes ; and , in the name of a file for the end of it, but not between its own quotes. */
const fileOf = (name) => (/[;,"\\]/.test(name) ? `"${name.replace(/["\\]/g, "\\$&")}"` : name);

const quoted = (text) => (/^[\w./@:=#-]+$/.test(text) ? text : `'${text.replace(/'/g, "'\\''")}'`);

/** The request that makes the same portrait, for a shell. */
export function curlCommand() {
  const usual = chosenDocument() ? { enhance_fidelity: DEFAULTS.enhance_fidelity } : DEFAULTS;
  const changed = Object.entries(fields(selected())).filter(([name, value]) => value !== usual[name]);
  const format = wantedFormat();
  const photo = selected();
  if (photo?.analysis && photo.face !== photo.analysis.largest) {
    changed.push(["face", photo.face]);
  }
  const parts = [`format=${format}`, ...changed.map(([name, value]) =>
    (value instanceof File ? `${name}=@${fileOf(value.name)}` : `${name}=${value}`))];
  return ["curl", `-F ${quoted(`file=@${fileOf(photo?.name ?? "photo.jpg")}`)}`,
    ...parts.map((part) => `-F ${quoted(part)}`), quoted(new URL("api/v1/process", location).href),
    `-o portrait.${format}`].join(" \\\n  ");
}

export function startDialogs() {
  for (const button of document.querySelectorAll("[data-open]")) {
    button.addEventListener("click", () => {
      button.closest("dialog")?.close();
      $(button.dataset.open).showModal();
    });
  }
  for (const dialog of document.querySelectorAll("dialog")) {
    dialog.addEventListener("click", ({ target }) =>
      (target === dialog || target.matches("[data-close]")) && dialog.close());
  }
}

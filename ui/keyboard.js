/** Keys for those who know them. Single letters can be switched off, as they collide with speech
 *  input (WCAG 2.1.4). */

import { $, make, memory } from "./page.js";
import { language, t } from "./text.js";

let actions = {};

function typing(target) {
  return target.matches("input:not([type=range], [type=checkbox], [type=radio]), select, textarea");
}

function nameOf(event) {
  return event.shiftKey && event.key.length === 1 ? `Shift+${event.key.toUpperCase()}`
    : event.key.length === 1 ? event.key.toUpperCase() : event.key;
}

function drawHelp() {
  const rows = Object.entries(actions).map(([key, { text }]) => make("tr", {},
    make("th", { scope: "row" }, make("kbd", {}, key === " " ? t("key_space") : key)),
    make("td", {}, t(text))));
  $("keys").replaceChildren(...rows);
}

/** actions: key -> { text: key of its text, run, end (when the key is let go) }. */
export function startKeyboard(map) {
  actions = map;
  const letters = $("letters");
  letters.checked = memory.read("letters") ?? true;
  letters.addEventListener("change", () => memory.write("letters", letters.checked));
  drawHelp();
  language.addEventListener("change", drawHelp);
  const find = (event) => (letters.checked && !event.ctrlKey && !event.metaKey && !event.altKey
    && !document.querySelector("dialog[open]") && !typing(event.target)
    ? actions[nameOf(event)] ?? actions[event.key] : undefined);
  addEventListener("keydown", (event) => {
    const action = find(event);
    const presses = event.key === " " && event.target.matches("button, a, summary, input");
    if (action && !presses) {
      event.preventDefault();
      if (!event.repeat) {
        action.run();
      }
    }
  });
  addEventListener("keyup", (event) => find(event)?.end?.());
}

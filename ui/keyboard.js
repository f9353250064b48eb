/** Keys for those who know them. Single letters can be switched off, as they collide with speech
 *  input (WCAG 2.1.4). */

import { $, make, memory } from "./page.js";
import { language, t } from "./text.js";

let actions = {};

function typing(target) {
  return target.matches("input:not([type=range], [type=checkbox], [type=radio]), select, textarea");
}

/* As in the table of actions: "A", "Shift+A", "Ctrl+A"; Ctrl is Command on a Mac. */
function nameOf({ key, shiftKey, ctrlKey, metaKey }) {
  const letter = key.length === 1;
  return (ctrlKey || metaKey ? "Ctrl+" : "") + (letter && shiftKey ? "Shift+" : "")
    + (letter ? key.toUpperCase() : key);
}

function drawHelp() {
  const rows = Object.entries(actions).map(([key, { text }]) => make("tr", {},
    make("th", { scope: "row" }, make("kbd", {}, key === " " ? t("key_space") : key)),
    make("td", {}, t(text))));
  $("keys").replaceChildren(...rows);
}

/* What a key holds ends with it, wherever the focus is by then. */
let held = null;

function letGo() {
  held?.end();
  held = null;
}

/** actions: key -> { text: key of its text, run, end (when the key is let go), place (the id of where
 *  alone it is heard) }. */
export function startKeyboard(map) {
  actions = map;
  const letters = $("letters");
  letters.checked = memory.read("letters") ?? true;
  letters.addEventListener("change", () => memory.write("letters", letters.checked));
  drawHelp();
  language.addEventListener("change", drawHelp);
  const find = (event) => {
    const chord = event.ctrlKey || event.metaKey;
    const action = actions[nameOf(event)] ?? (chord ? undefined : actions[event.key]);
    const isOn = event.key.length > 1 || chord || letters.checked;
    const isHere = !action?.place || $(action.place).contains(event.target);
    return isOn && isHere && !event.altKey && !document.querySelector("dialog[open]") && !typing(event.target)
      ? action : undefined;
  };
  addEventListener("keydown", (event) => {
    const action = find(event);
    const presses = event.key === " " && event.target.matches("button, a, summary, input");
    if (action && !presses) {
      event.preventDefault();
      if (!event.repeat) {
        letGo();
        action.run();
        held = action.end ? action : null;
      }
    }
  });
  addEventListener("keyup", letGo);
  addEventListener("blur", letGo);
}

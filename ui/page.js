/** Small helpers for the page. */

import { speaks, t } from "./text.js";

/** The element of an id. */
export function $(id) {
  return document.getElementById(id);
}

/** Make an element: attributes, listeners as "onclick", then its children. */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) {
      element.addEventListener(name.slice(2), value);
    } else if (value !== false && value !== null) {
      element.setAttribute(name, value === true ? "" : value);
    }
  }
  element.append(...children);
  return element;
}

/** One of the page's drawings. */
export function icon(name) {
  const space = "http://www.w3.org/2000/svg";
  const drawing = document.createElementNS(space, "svg");
  drawing.setAttribute("aria-hidden", "true");
  drawing.append(document.createElementNS(space, "use"));
  drawing.firstChild.setAttribute("href", `#i-${name}`);
  return drawing;
}

/** Say something that passes: a text, or what has failed. */
export function toast(said) {
  const text = typeof said === "string" ? said : explain(said).join(" ");
  const place = $("toast");
  place.textContent = text;
  clearTimeout(toast.timer);
  toast.timer = setTimeout(() => place.replaceChildren(), 5000);
}

/** Tell a screen reader. */
export function announce(text) {
  $("announce").textContent = text;
}

/** The text of a failure, what can be done, and which limit it was: [title, remedy, detail]. */
export function explain({ slug = "page_error", detail }) {
  const key = speaks(`error_${slug}`) ? `error_${slug}` : "error_server_error";
  return [t(key), t(`${key}_do`), ...(slug === "limit_exceeded" ? [detail] : [])];
}

/** Do what may take the focused element away; then the focus goes to the first of what next() lists
 *  that is seen, or else to where one goes on. */
export function holdFocus(work, next = () => []) {
  const had = document.activeElement;
  work();
  if (had !== document.body && (document.activeElement === document.body || !had.checkVisibility())) {
    [...next(), document.querySelector("#start [data-do=choose]"), $("main")]
      .find((element) => element?.checkVisibility()).focus();
  }
}

/** Whether a button does something now. It keeps the focus when it does not. */
export function enable(button, can) {
  button.setAttribute("aria-disabled", !can);
}

/** Give bytes to the user as a file. */
export function save(blob, name) {
  const url = URL.createObjectURL(blob);
  make("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10000);
}

/** Wait; ends early, with a failure, when the signal says so. */
export function pause(ms, signal) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal?.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(signal.reason);
    }, { once: true });
  });
}

/** localStorage that may be forbidden. */
export const memory = {
  read(name) {
    try {
      return JSON.parse(localStorage.getItem(name));
    } catch {
      return null;
    }
  },
  write(name, value) {
    try {
      localStorage.setItem(name, JSON.stringify(value));
    } catch {
      // Private windows may refuse; then it lasts as long as the page.
    }
  },
};

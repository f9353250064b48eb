/** Texts in the language of the page. Those that stand in the page itself come with it; the others
 *  are in its element #texts. Another language is one file away. */

const page = document.documentElement;
const RIGHT_TO_LEFT = ["ar"];
let texts = JSON.parse(document.getElementById("texts").textContent);

/** Fires "change" when the language has changed. */
export const language = new EventTarget();

function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

/** The text of a key with its {name}s filled in. */
export function t(key, values = {}) {
  return fill(texts[key] ?? key, values);
}

/** The same of a text that counts {n} things: it has a form for each kind of number. */
export function counted(key, n, values = {}) {
  const forms = texts[key];
  const form = typeof forms === "string" ? forms
    : forms[new Intl.PluralRules(page.lang).select(n)] ?? forms.other;
  return fill(form, { ...values, n: number(n) });
}

/** Whether there is such a text. */
export function speaks(key) {
  return key in texts;
}

/** A number as it is written here. */
export function number(value, digits = 0) {
  return value.toLocaleString(page.lang, { maximumFractionDigits: digits });
}

/** A share 0..1 as percent. */
export function percent(share) {
  return share.toLocaleString(page.lang, { style: "percent", maximumFractionDigits: 0 });
}

/** Say everything in the language of a choice of the menu, unless another one is made meanwhile. */
export async function speak(choice) {
  const answer = await fetch(`ui/${choice.dataset.file}`);
  if (!answer.ok) {
    throw new Error(answer.status);
  }
  const read = await answer.json();
  if (!choice.selected) {
    return;
  }
  texts = read;
  page.lang = choice.value;
  page.dir = RIGHT_TO_LEFT.includes(choice.value) ? "rtl" : "ltr";
  for (const element of document.querySelectorAll("[data-t]")) {
    element.textContent = t(element.dataset.t);
  }
  for (const element of document.querySelectorAll("[data-a]")) {
    for (const pair of element.dataset.a.split(";")) {
      const [name, key] = pair.split(":");
      element.setAttribute(name, t(key));
    }
  }
  language.dispatchEvent(new Event("change"));
}

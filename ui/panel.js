/** The options at the side: what is chosen there is changed in the settings, and shown from them. */

import { $, enable, icon, make } from "./page.js";
import { canRestore } from "./server.js";
import { BACKGROUNDS, PRESETS, canRedo, canUndo, change, choosePicture, choosePreset, css, current, isSeeThrough, settings } from "./settings.js";
import { language, number, percent, t } from "./text.js";

const form = $("options");
const NUMBERS = ["width", "height", "max_jpeg_kb"];
const SHARES = ["face_margin", "enhance_fidelity"];
const CHECKS = ["use_oval_mask", "enhance_face"];

function presetSize({ width, height }) {
  return width ? `${width} × ${height}` : "";
}

function drawPresets() {
  $("presets").replaceChildren(...PRESETS.map((preset) => make("label", {},
    make("input", { type: "radio", name: "preset", value: preset.id }),
    make("span", {}, t(`preset_${preset.id}`), make("small", { dir: "ltr" }, presetSize(preset))))));
}

/* The word for a background. */
function nameOf(value) {
  if (value === "transparent") {
    return t("transparent");
  }
  const [kind] = value.split(":");
  return value.startsWith("#") ? t(`colour_${value.slice(1)}`) : t(`ground_${kind}`);
}

function swatch(value) {
  const known = nameOf(value);
  const own = ["keep", "blur"].includes(value);
  const input = make("input", { type: "radio", name: "background", value, "aria-label": known });
  const label = make("label", { title: known, class: { transparent: "checker", blur: "blurred" }[value] ?? "" },
    input, make("span", {}, ...(own ? [icon("scene")] : [])));
  if (!own) {
    label.style.setProperty("--colour", css(value));
  }
  return label;
}

function drawSwatches() {
  const own = make("input", { type: "color", name: "own", "aria-label": t("colour_own") });
  const label = make("label", { class: "own", title: t("colour_own") }, own, make("span", {}, icon("plus")));
  const file = make("input", { type: "file", name: "picture", accept: "image/*", "aria-label": t("ground_picture") });
  const picture = make("label", { class: "own", title: t("ground_picture") }, file, make("span", {}, icon("scene")));
  $("swatches").replaceChildren(...BACKGROUNDS.map(swatch), label, picture);
}

function show() {
  const now = current();
  for (const name of ["preset", "background", "enhance_photo"]) {
    for (const input of form.querySelectorAll(`[type=radio][name=${name}]`)) {
      input.checked = input.value === now[name];
    }
  }
  const own = form.elements.own;
  const isOwn = now.background.startsWith("#") && !BACKGROUNDS.includes(now.background);
  own.parentElement.classList.toggle("chosen", isOwn);
  own.parentElement.style.setProperty("--colour", isOwn ? now.background : "");
  if (isOwn) {
    own.value = now.background;
  }
  const isPicture = now.background === "picture";
  form.elements.picture.parentElement.classList.toggle("chosen", isPicture);
  form.elements.picture.parentElement.style.setProperty("--colour", isPicture ? css("picture") : "");
  for (const name of [...NUMBERS, ...SHARES]) {
    if (document.activeElement !== form.elements[name] || SHARES.includes(name)) {
      form.elements[name].value = now[name];
    }
  }
  for (const name of CHECKS) {
    form.elements[name].checked = now[name];
  }
  for (const name of SHARES) {
    form.querySelector(`#${name}_now`).textContent = percent(now[name]);
    form.elements[name].setAttribute("aria-valuetext", percent(now[name]));
  }
  enable(document.querySelector("[data-do=undo]"), canUndo());
  enable(document.querySelector("[data-do=redo]"), canRedo());
  $("custom").hidden = now.preset !== "custom";
  $("png_kind").textContent = t(isSeeThrough() ? "kind_through" : "kind_ground");
  $("jpg_kind").textContent = t("kind_limit", { n: number(now.max_jpeg_kb) });
}

/* One field as the settings have it; null while it is not allowed. */
function read(input) {
  if (NUMBERS.includes(input.name)) {
    return input.checkValidity() ? { [input.name]: Math.round(input.valueAsNumber) } : null;
  }
  if (SHARES.includes(input.name)) {
    return { [input.name]: input.valueAsNumber };
  }
  if (CHECKS.includes(input.name)) {
    return { [input.name]: input.checked };
  }
  return { [input.name === "own" ? "background" : input.name]: input.value };
}

function take(input, isSettled) {
  if (input.name === "preset") {
    choosePreset(input.value);
    return;
  }
  if (input.name === "picture") {
    if (input.files.length > 0) {
      choosePicture(input.files[0]);
    }
    return;
  }
  const patch = read(input);
  if (patch) {
    change(patch, isSettled);
  } else if (isSettled) {
    input.reportValidity();
  }
}

/** Say whether the server can restore faces, as soon as that matters. */
export async function askRestorer() {
  const can = await canRestore().catch(() => true);
  $("no_restorer").hidden = can;
  for (const name of ["enhance_face", "enhance_fidelity"]) {
    form.elements[name].disabled = !can;
  }
}

export function startPanel() {
  const draw = () => {
    drawPresets();
    drawSwatches();
    show();
  };
  draw();
  language.addEventListener("change", draw);
  settings.addEventListener("change", show);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", ({ target }) => {
    if (target.type === "range" || target.type === "color") {
      take(target, false);
    }
  });
  form.addEventListener("change", ({ target }) => take(target, true));
}

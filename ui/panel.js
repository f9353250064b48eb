/** The options at the side: what is chosen there is changed in the settings, and shown from them. */

import { $, enable, icon, make } from "./page.js";
import { canRestore } from "./server.js";
import { PEOPLE, documentOf, documents, find, recent, titleOf } from "./documents.js";
import { BACKGROUNDS, canRedo, canUndo, change, choosePicture, choosePreset, chosenDocument, css, current, isOfPhoto, settings,
  wantedFormat } from "./settings.js";
import { counted, language, number, percent, t } from "./text.js";

const form = $("options");
const NUMBERS = ["width", "height", "max_jpeg_kb"];
const SHARES = ["face_margin", "enhance_fidelity"];
const CHECKS = ["use_oval_mask", "enhance_face"];

function sizeOf(row) {
  return row.width_mm ? `${number(row.width_mm, 1)} × ${number(row.height_mm, 1)} mm` : `${row.width} × ${row.height}`;
}

function chip(value, title, size) {
  return make("label", {}, make("input", { type: "radio", name: "preset", value }),
    make("span", {}, title, make("small", { dir: "ltr" }, size)));
}

/* What most people want, what was chosen last, and any size. */
function drawPresets() {
  const rows = [...PEOPLE, ...recent()].map(documentOf).filter(Boolean);
  $("presets").replaceChildren(chip("directory", t("preset_directory"), "648 × 648"),
    ...rows.map((row) => chip(row.name, titleOf(row), sizeOf(row))), chip("custom", t("preset_custom"), "px"));
}

/* The documents that fit what is typed; Enter takes the first. */
function drawFound() {
  const text = $("find").value.trim();
  const { rows, count } = text === "" ? { rows: [], count: 0 } : find(text);
  $("found").replaceChildren(...rows.map((row) => make("li", {}, make("button",
    { type: "button", onclick: () => takeFound(row.name) }, titleOf(row), make("small", { dir: "ltr" }, sizeOf(row))))));
  $("found_count").textContent = text === "" ? "" : counted("found_count", count);
}

/* The focus goes on where the chosen one stands. */
function takeFound(name) {
  choosePreset(name);
  $("find").value = "";
  drawFound();
  form.querySelector("[name=preset]:checked").focus();
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
  const ofPhoto = isOfPhoto(value);
  const input = make("input", { type: "radio", name: "background", value, "aria-label": known });
  const label = make("label", { title: known, class: { transparent: "checker", blur: "blurred" }[value] ?? "" },
    input, make("span", {}, ...(ofPhoto ? [icon("scene")] : [])));
  if (!ofPhoto) {
    label.style.setProperty("--colour", css(value));
  }
  return label;
}

/* A background that the user brings: a colour, a picture. */
function ownSwatch(attributes, words, drawing) {
  return make("label", { class: "own", title: words },
    make("input", { ...attributes, "aria-label": words }), make("span", {}, icon(drawing)));
}

function drawSwatches() {
  $("swatches").replaceChildren(...BACKGROUNDS.map(swatch),
    ownSwatch({ type: "color", name: "own" }, t("colour_own"), "plus"),
    ownSwatch({ type: "file", name: "picture", accept: "image/*" }, t("ground_picture"), "scene"));
}

/* colour: what it has brought, where that is chosen. */
function showOwn(input, colour) {
  input.parentElement.classList.toggle("chosen", colour !== "");
  input.parentElement.style.setProperty("--colour", colour);
}

function showBackground({ background }) {
  const isColour = background.startsWith("#");
  const { own, picture } = form.elements;
  const isOwn = isColour && !BACKGROUNDS.includes(background);
  showOwn(own, isOwn ? background : "");
  if (isOwn) {
    own.value = background;
  }
  $("hex").value = isColour ? background : "";
  showOwn(picture, background === "picture" ? css("picture") : "");
}

/* One button saves what the purpose wants; the other kind is behind the arrow. */
function showFormats(now, rule) {
  const wanted = wantedFormat();
  const kb = number(now.max_jpeg_kb);
  const least = rule?.kb_min && rule.kb_max === now.max_jpeg_kb ? number(rule.kb_min) : "";
  const kinds = {
    png: t(wanted === "png" ? "kind_through" : "kind_ground"),
    jpg: now.max_jpeg_kb === 0 ? "" : least ? t("kind_range", { least, n: kb }) : t("kind_limit", { n: kb }),
  };
  const names = { png: "PNG", jpg: "JPEG" };
  const button = document.querySelector("[data-do=save]");
  button.dataset.format = wanted;
  $("save_kind").textContent = [names[wanted], kinds[wanted]].filter(Boolean).join(", ");
  for (const format of ["png", "jpg"]) {
    $(`${format}_kind`).textContent = kinds[format];
    document.querySelector(`[data-do=${format}]`).hidden = format === wanted;
  }
  document.querySelector("[data-do=sheet]").hidden = !rule?.width_mm;
}

/* "#abc" and "aabbcc" mean "#aabbcc". */
function takeHex(input) {
  const digits = input.value.trim().replace("#", "").toLowerCase();
  if (digits === "" || !input.reportValidity()) {
    return;
  }
  change({ background: `#${digits.length === 3 ? digits.replace(/./g, "$&$&") : digits}` });
}

function show() {
  const now = current();
  for (const name of ["preset", "background", "enhance_photo"]) {
    for (const input of form.querySelectorAll(`[type=radio][name=${name}]`)) {
      input.checked = input.value === now[name];
    }
  }
  showBackground(now);
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
  const rule = chosenDocument();
  $("margin").hidden = Boolean(rule); // the head lies where the rule wants it
  form.elements.use_oval_mask.parentElement.hidden = Boolean(rule?.country);
  if (now.max_jpeg_kb === 0) {
    form.elements.max_jpeg_kb.value = "";
  }
  enable(document.querySelector("[data-do=undo]"), canUndo());
  enable(document.querySelector("[data-do=redo]"), canRedo());
  $("custom").hidden = now.preset !== "custom";
  showFormats(now, rule);
}

/* One field as the settings have it; null while it is not allowed. */
function read(input) {
  if (NUMBERS.includes(input.name)) {
    return input.checkValidity() ? { [input.name]: Math.round(input.valueAsNumber || 0) } : null;
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
    drawFound();
    show();
  };
  draw();
  language.addEventListener("change", draw);
  settings.addEventListener("change", show);
  documents.addEventListener("change", draw);
  $("find").addEventListener("input", drawFound);
  $("hex").addEventListener("change", ({ target }) => takeHex(target));
  form.addEventListener("submit", (event) => event.preventDefault());
  $("find").addEventListener("keydown", (event) => {
    if (event.key === "Enter") {
      $("found").querySelector("button")?.click();
    } else if (event.key === "Escape") {
      $("find").value = "";
      drawFound();
    }
  });
  $("formats").addEventListener("click", () => {
    $("other").hidden = !$("other").hidden;
    $("formats").setAttribute("aria-expanded", !$("other").hidden);
  });
  form.addEventListener("input", ({ target }) => {
    if (target.type === "range" || target.type === "color") {
      take(target, false);
    }
  });
  form.addEventListener("change", ({ target }) => target.name && take(target, true));
}

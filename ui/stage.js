/** The large view: the chosen photo on its way, its portrait, or what went wrong. */

import "./compare.js";
import "./faces.js";
import { showExample } from "./example.js";
import { marks } from "./mark.js";
import { originalOf } from "./original.js";
import { $, announce, enable, explain, holdFocus, icon, make } from "./page.js";
import { isBusy, isStuck } from "./photo_state.js";
import { addFaces, cancel, choose, chooseFace, lacksFaces, list, photos, refresh, remove, retry, selected, setPreviewShare } from "./photos.js";
import { advise, bandsOf, documents, judge, marksOf, titleOf } from "./documents.js";
import { changed, chosenDocument, css, current, isCropped, isOfPhoto, settings } from "./settings.js";
import { language, number, percent, t } from "./text.js";

/** Below this height of the face, px, the portrait looks soft. */
const FACE_SMALL_PX = 120;
/** Dim the old picture only when the new one takes so long. */
const DIM_AFTER_MS = 300;
/** When nothing was changed for so long, the other photos follow. */
const OTHERS_AFTER_MS = 600;

const compare = document.querySelector("#stage fc-compare");
const faces = document.querySelector("fc-faces");
const stage = $("stage");
let shown = null; // the picture that is seen
let dimming = null;
let others = null;
let problem = null; // the failure that is seen

/** See each px of the portrait, or all of it. */
export function toggleFull() {
  compare.full = !compare.full;
  document.querySelector("[data-do=full]").setAttribute("aria-pressed", compare.full);
  if (selected()) {
    refresh(selected());
  }
}

/** The element with the handle, for the keyboard. */
export function comparison() {
  return compare;
}

function share(rough) {
  const pixels = compare.widthOf(current()) * devicePixelRatio;
  return (pixels / current().width) * (rough ? 0.5 : 1);
}

function sayProgress(photo) {
  const sent = percent(photo.progress);
  return { waiting: t("state_waiting"), sending: t("state_sending", { share: sent }),
    finding: t("state_finding"), drawing: t("state_drawing") }[photo.state] ?? photo.name;
}

function sayFacts({ name, analysis }) {
  return analysis ? `${name} · ${analysis.size.width} × ${analysis.size.height} px` : name;
}

function showBackground() {
  const { background } = current();
  document.body.classList.toggle("checker", background === "transparent");
  document.body.style.setProperty("--paper", css(background));
}

function dim(on) {
  clearTimeout(dimming);
  if (on) {
    dimming = setTimeout(() => stage.classList.add("dim"), DIM_AFTER_MS);
  } else {
    stage.classList.remove("dim");
  }
}

function advice(photo) {
  if (!photo.analysis || isStuck(photo)) {
    return [];
  }
  const face = photo.analysis.faces.find((row) => row.number === photo.face);
  const height = Math.round(face.box.height);
  const own = height < FACE_SMALL_PX ? [t("face_small", { n: number(height) })] : [];
  const unseen = photo.isUnseen ? [t("no_original")] : [];
  return [...own, ...unseen, ...photo.analysis.warnings];
}

function sayProblem(photo) {
  const failure = photo.state === "failed" ? photo.failure : { slug: "cancelled" };
  if (problem?.photo === photo && problem.failure.slug === failure.slug && problem.failure.id === failure.id) {
    return; // its buttons keep the focus
  }
  problem = { photo, failure };
  const [title, remedy] = explain(failure);
  const { detail, id } = failure;
  const facts = [detail, id && t("request_id", { id })].filter(Boolean);
  $("problem").replaceChildren(
    make("h2", {}, title), make("p", {}, remedy),
    ...(facts.length > 0 ? [make("details", { open: failure.slug === "limit_exceeded" }, make("summary", {}, t("details")),
      ...facts.map((fact) => make("p", { class: "hint", lang: "en", dir: "ltr" }, fact)))] : []),
    make("div", { class: "row" },
      ...(failure.slug === "no_face_detected" ? [make("button", { type: "button", class: "primary", onclick: () => marks(true) },
        t("mark"))] : []),
      ...(failure.isFinal ? [] : [make("button", { type: "button", class: "primary", onclick: () => retry(photo) },
        icon("again"), t("retry"))]),
      make("button", { type: "button", onclick: () => remove(photo) }, t("remove"))));
}

async function showPicture(photo) {
  const { picture } = photo;
  if (shown === picture) {
    return;
  }
  const first = shown?.owner !== photo;
  shown = picture;
  picture.owner = photo;
  await compare.show({
    photo: photo.url, original: () => originalOf(photo), size: photo.analysis.size, after: picture.url, width: picture.width,
    frame: picture.frame, canvas: picture.canvas, crop: picture.crop, text: () => t("result_of", { name: photo.name }),
  });
  if (first) {
    const count = photo.analysis.faces.length;
    const several = count > 1 ? t("announce_several", { n: number(count) }) : "";
    announce(`${t("announce_ready", { name: photo.name })} ${several}`.trim());
  }
}

/* What is altered, for an office that refuses that. */
const ALTERS = ["background", "enhance_photo", "enhance_face", "use_oval_mask"];

function showRule({ picture }) {
  const row = chosenDocument();
  const isRule = row && row.confidence !== "own"; // nobody refuses what we chose ourselves
  const place = isRule && picture?.document === row.name ? picture.place : null;
  $("rule").hidden = !isRule;
  compare.mark(place ? marksOf(row, place) : [], place ? bandsOf(row, place) : []);
  if (!isRule) {
    return;
  }
  $("rule_title").textContent = titleOf(row);
  const paper = row.width_mm ? `${number(row.width_mm, 1)} × ${number(row.height_mm, 1)} mm · ` : "";
  $("rule_size").textContent = `${paper}${row.width} × ${row.height} px`;
  const isAltered = changed().some((name) => ALTERS.includes(name));
  const lines = judge(row, place, isAltered, isCropped(selected()));
  if (place && row.country) {
    lines.push(...advise(picture.check, isOfPhoto(current().background)));
  }
  $("rule_lines").replaceChildren(...lines.map(({ state, text }) =>
    make("li", { class: state }, make("span", { class: "gone" }, `${t(`rule_${state}`)}: `), text)));
  $("rule_words").textContent = [row.source, row.seen, row.background_rule, row.note].filter(Boolean).join(" · ");
}

function update() {
  const photo = selected();
  $("start").hidden = photo !== null;
  showExample(photo === null);
  $("work").hidden = photo === null;
  if (photo === null) {
    compare.leave();
    return;
  }
  const busy = isBusy(photo);
  stage.dataset.state = photo.picture ? "picture" : "photo";
  stage.setAttribute("aria-busy", busy);
  dim(photo.picture && busy);
  for (const button of document.querySelectorAll("[data-do=save], [data-do=png], [data-do=jpg], [data-do=copy], [data-do=sheet], [data-do=crop], [data-do=full]")) {
    enable(button, photo.picture !== null);
  }
  $("problem").hidden = !isStuck(photo);
  if (isStuck(photo)) {
    sayProblem(photo);
  } else {
    problem = null;
  }
  const sees = photo.picture && (!busy || photo.state === "drawing");
  $("progress").textContent = sees ? sayFacts(photo) : sayProgress(photo);
  $("stop").hidden = !busy || sees;
  $("checks").replaceChildren(...advice(photo).map((text) => make("li", {}, text)));
  showRule(photo);
  const several = (photo.analysis?.faces.length ?? 0) > 1;
  $("which").hidden = !several;
  if (several) {
    faces.show(photo);
    $("all_faces").hidden = !lacksFaces(photo);
  }
  if (photo.picture) {
    showPicture(photo);
  } else {
    compare.wait(photo.url);
  }
}

/** Follow the photos and the options. */
export function startStage() {
  setPreviewShare(share);
  photos.addEventListener("change", ({ detail }) => {
    if (detail === null || detail === selected()) {
      holdFocus(update);
    }
  });
  photos.addEventListener("choose", () => {
    shown = null;
    holdFocus(update);
  });
  compare.addEventListener("unseen", () => {
    if (selected()) {
      selected().isUnseen = true;
      update();
    }
  });
  $("all_faces").addEventListener("click", () => holdFocus(() => addFaces(selected()), () => [$("photos").querySelector(".look")]));
  $("stop").addEventListener("click", () => cancel([selected()]));
  faces.addEventListener("choose", ({ detail }) => chooseFace(selected(), detail));
  language.addEventListener("change", () => {
    problem = null;
    update();
  });
  settings.addEventListener("crop", () => refresh(selected(), true));
  settings.addEventListener("change", ({ detail }) => {
    showBackground();
    clearTimeout(others);
    if (selected()) {
      showRule(selected());
      refresh(selected(), !detail.settled);
    }
    others = setTimeout(() => {
      list.filter((photo) => photo !== selected()).forEach((photo) => refresh(photo));
    }, OTHERS_AFTER_MS);
  });
  documents.addEventListener("change", () => selected() && showRule(selected()));
  showBackground();
  choose(null);
}

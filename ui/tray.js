/** The photos of this page as a row of cards, and what can be done with all of them. */

import { $, enable, explain, holdFocus, icon, make } from "./page.js";
import { isBusy, isStuck } from "./photo_state.js";
import { areMany, cancel, choose, list, photos, remove, retry, selected } from "./photos.js";
import { counted, language, number, percent, t } from "./text.js";

const cards = new Map();
let archive = null; // { done, all } of the one that is being made

function stateText(photo) {
  return {
    waiting: () => t("state_waiting"), sending: () => percent(photo.progress),
    finding: () => t("state_finding"), drawing: () => t("state_drawing"),
    ready: () => "", failed: () => explain(photo.failure)[0], cancelled: () => t("state_cancelled"),
  }[photo.state]();
}

function newCard(photo) {
  const picture = make("img", { alt: "", loading: "lazy", decoding: "async" });
  const look = make("button", { type: "button", class: "look", onclick: () => choose(photo) },
    picture, make("progress", { max: "1" }), make("span", { class: "name" }, photo.name),
    make("span", { class: "state" }));
  const again = make("button", { type: "button", class: "icon again", onclick: () => retry(photo) },
    icon("again"));
  const away = make("button", { type: "button", class: "icon away", onclick: () => remove(photo) },
    icon("close"));
  picture.addEventListener("error", () => picture.removeAttribute("src"));
  return make("li", {}, look, again, away);
}

function update(photo) {
  const card = cards.get(photo.id);
  const [picture, progress] = [card.querySelector("img"), card.querySelector("progress")];
  const url = photo.picture?.url ?? (isStuck(photo) || !areMany() ? photo.url : "");
  if (picture.getAttribute("src") !== url) {
    picture.setAttribute("src", url);
  }
  card.dataset.state = photo.state;
  progress.hidden = !isBusy(photo);
  progress.setAttribute("aria-label", t("progress_of", { name: photo.name }));
  if (photo.state === "sending") {
    progress.value = photo.progress;
  } else {
    progress.removeAttribute("value");
  }
  card.querySelector(".state").textContent = stateText(photo);
  card.querySelector(".look").setAttribute("aria-current", photo === selected());
  const labels = { again: t("retry_name", { name: photo.name }), away: t("remove_name", { name: photo.name }) };
  for (const [name, label] of Object.entries(labels)) {
    card.querySelector(`.${name}`).setAttribute("aria-label", label);
    card.querySelector(`.${name}`).title = label;
  }
  card.querySelector(".again").hidden = !isWorthRetry(photo);
}

function isWorthRetry(photo) {
  return isStuck(photo) && !(photo.state === "failed" && photo.failure.isFinal);
}

function sum() {
  const count = (test) => list.filter(test).length;
  const [ready, failed] = [count(({ state }) => state === "ready"), count(isStuck)];
  const values = { ready: number(ready), all: number(list.length), failed: number(failed) };
  $("tally").textContent = list.length < 2 ? "" : t(failed > 0 ? "tally_failed" : "tally", values);
  document.querySelector("[data-do=cancel]").hidden = list.length < 2 || !list.some(isBusy);
  document.querySelector("[data-do=retry]").hidden = list.length < 2 || !list.some(isWorthRetry);
  document.querySelector("[data-do=sort]").hidden = failed === 0 || failed === list.length;
  $("photos").hidden = list.length < 2;
  sumArchive(count(({ shown }) => shown));
}

/* While an archive is being made, there is no other one to begin. */
function sumArchive(files) {
  $("zip").hidden = list.length < 2 && archive === null;
  $("zip_stop").hidden = archive === null;
  enable(document.querySelector("[data-do=zip]"), archive === null && files > 0);
  $("zip_kind").textContent = archive
    ? t("zip_makes", { n: number(archive.done), all: number(archive.all) }) : counted("zip_kind", files);
}

/** How far the archive is, { done, all }, or null when there is none. */
export function tellArchive(now) {
  archive = now;
  holdFocus(sum, () => [$("zip").querySelector("button")]);
}

function updateAll() {
  for (const photo of list) {
    if (!cards.has(photo.id)) {
      cards.set(photo.id, newCard(photo));
    }
  }
  const known = new Map(list.map((photo) => [photo.id, photo]));
  for (const id of cards.keys()) {
    if (!known.has(id)) {
      cards.get(id).remove();
      cards.delete(id);
    }
  }
  const wanted = list.map((photo) => cards.get(photo.id));
  const isSorted = [...$("photos").children].every((card, i) => card === wanted[i]);
  $("photos").append(...(isSorted ? wanted.filter((card) => !card.isConnected) : wanted));
  list.forEach(update);
  sum();
}

export function cancelAll() {
  cancel(list.filter(isBusy));
}

export function retryAll() {
  list.filter(isWorthRetry).forEach(retry);
}

/* In the row alone: the page stays where it is. */
function scrollTo(card) {
  if (card) {
    const row = $("photos");
    const [seen, wanted] = [row.getBoundingClientRect(), card.getBoundingClientRect()];
    row.scrollTop += Math.min(0, wanted.top - seen.top) || Math.max(0, wanted.bottom - seen.bottom);
  }
}

/* What had the focus may go with its card, or because there is no more use for it. */
function keepPlace(work) {
  const row = $("photos");
  const at = [...row.children].findIndex((card) => card.contains(document.activeElement));
  const neighbour = () => (at < 0 ? null : row.children[at] ?? row.lastElementChild);
  holdFocus(work, () => [neighbour()?.querySelector(".look"), document.querySelector("[data-do=retry]"),
    document.querySelector("#tray [data-do=choose]")]);
}

export function startTray() {
  photos.addEventListener("change", ({ detail }) => {
    if (detail === null) {
      keepPlace(updateAll);
    } else if (cards.has(detail.id)) {
      keepPlace(() => {
        update(detail);
        sum();
      });
    }
  });
  photos.addEventListener("choose", () => {
    list.forEach(update);
    scrollTo(cards.get(selected()?.id));
  });
  language.addEventListener("change", updateAll);
}

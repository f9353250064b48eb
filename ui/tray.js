/** The photos of this page as a row of cards, and what can be done with all of them. */

import { $, announce, enable, explain, holdFocus, icon, make } from "./page.js";
import { isBusy, isStuck } from "./photo_state.js";
import {
  areMany, cancel, choose, list, meant, photos, pick, picked, pickTo, remove, retry, selected, togglePick,
} from "./photos.js";
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

/* As file managers do it. A finger has no Ctrl: once something is picked, it goes on picking. */
function press(photo, { ctrlKey, metaKey, shiftKey, pointerType }) {
  if (shiftKey) {
    pickTo(photo);
  } else if (ctrlKey || metaKey || (pointerType === "touch" && picked().length > 0)) {
    togglePick(photo);
  } else {
    pick([]);
    choose(photo);
  }
}

/* Arrows go from card to card, with Shift they pick on the way; Ctrl+Space picks where one is. */
function move(photo, event) {
  const [{ offsetTop }] = $("photos").children;
  const columns = [...$("photos").children].filter((card) => card.offsetTop === offsetTop).length;
  const ahead = document.dir === "rtl" ? -1 : 1;
  const by = { ArrowLeft: -ahead, ArrowRight: ahead, ArrowUp: -columns, ArrowDown: columns }[event.key];
  const other = list[list.indexOf(photo) + by];
  if (event.ctrlKey && event.key === " ") {
    togglePick(photo);
  } else if (other) {
    if (event.shiftKey) {
      pickTo(other, photo);
    }
    cards.get(other.id).querySelector(".look").focus();
  } else {
    return;
  }
  event.preventDefault();
}

function newCard(photo) {
  const picture = make("img", { alt: "", loading: "lazy", decoding: "async" });
  const look = make("button", {
    type: "button", class: "look", onclick: (event) => press(photo, event), onkeydown: (event) => move(photo, event),
  }, picture, make("progress", { max: "1" }), make("span", { class: "name" }, make("bdi", {}, photo.name)), make("span", { class: "state" }));
  const tick = make("button", { type: "button", class: "icon tick",
    onclick: (event) => (event.shiftKey ? pickTo : togglePick)(photo) }, icon("tick"));
  const again = make("button", { type: "button", class: "icon again", onclick: () => retry(photo) },
    icon("again"));
  const away = make("button", { type: "button", class: "icon away", onclick: () => remove(photo) },
    icon("close"));
  picture.addEventListener("error", () => picture.removeAttribute("src"));
  return make("li", {}, look, tick, again, away);
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
  card.querySelector(".tick").setAttribute("aria-pressed", photo.isPicked);
  for (const [name, text] of [["tick", "pick_name"], ["again", "retry_name"], ["away", "remove_name"]]) {
    const button = card.querySelector(`.${name}`);
    button.title = t(text, photo);
    button.setAttribute("aria-label", button.title);
  }
  card.querySelector(".again").hidden = !isWorthRetry(photo);
}

function isWorthRetry(photo) {
  return isStuck(photo) && !(photo.state === "failed" && photo.failure.isFinal);
}

function sum() {
  const isFew = list.length < 2;
  const some = meant();
  const count = (test) => list.filter(test).length;
  const [ready, failed] = [count(({ state }) => state === "ready"), count(isStuck)];
  const values = { ready: number(ready), all: number(list.length), failed: number(failed) };
  const isHidden = {
    cancel: isFew || !some.some(isBusy), retry: isFew || !some.some(isWorthRetry),
    sort: failed === 0 || failed === list.length || some !== list,
    away: isFew || some === list, pick_none: isFew || some === list,
  };
  $("tally").textContent = isFew ? ""
    : some !== list ? sayPicked() : t(failed > 0 ? "tally_failed" : "tally", values);
  for (const [name, hidden] of Object.entries(isHidden)) {
    document.querySelector(`#tray [data-do=${name}]`).hidden = hidden;
  }
  $("photos").hidden = isFew;
  sumArchive(some.filter(({ shown }) => shown).length);
}

function sayPicked() {
  return t("picked", { n: number(picked().length), all: number(list.length) });
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
  cancel(meant().filter(isBusy));
}

export function retryAll() {
  meant().filter(isWorthRetry).forEach(retry);
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
  photos.addEventListener("pick", () => {
    keepPlace(updateAll);
    announce(sayPicked());
  });
  language.addEventListener("change", updateAll);
}

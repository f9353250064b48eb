/** <fc-compare>: the portrait over the photo it was made from, with a handle between them. The
 *  photo is laid under it by the frame that the server tells, so that both faces cover each other.
 *  How large it is seen depends on the portrait in full, not on the picture that stands for it. */

import { NO_CROP, shift } from "./crop.js";
import { make, icon } from "./page.js";
import { language, percent, t } from "./text.js";

const STEP = 1;
const LEAP = 10;

/* CSS for photo px to canvas px, drawn at `scale`: the frame turned round. */
function matrix({ a, b, tx, ty }, scale) {
  const square = a * a + b * b;
  const c = (a / square) * scale;
  const s = (-b / square) * scale;
  const numbers = [c, s, -s, c, -(c * tx - s * ty), -(s * tx + c * ty)];
  return `matrix(${numbers.map((value) => value.toFixed(6)).join(",")})`;
}

/* Whether an element is worked on by keys of its own. */
function takeKeys(element, on, label) {
  for (const [name, value] of Object.entries({ tabindex: "0", role: "application", "aria-label": label })) {
    if (on) {
      element.setAttribute(name, value);
    } else {
      element.removeAttribute(name);
      element.blur();
    }
  }
}

class Compare extends HTMLElement {
  #split = 0;
  #kept = null;
  #shown = null;
  #wanted = null;
  #crop = {}; // that is wanted, and of which photo

  connectedCallback() {
    if (this.canvas) {
      return; // it was elsewhere before
    }
    this.after = make("img", { class: "after", draggable: "false" });
    this.photo = make("img", { alt: "", draggable: "false" });
    this.reduced = make("canvas", { hidden: true });
    this.before = make("div", { class: "before" }, this.photo, this.reduced);
    this.handle = make("div", {
      class: "handle", role: "slider", tabindex: "0", "aria-valuemin": "0", "aria-valuemax": "100",
    }, make("span", {}, icon("split")));
    this.tags = [make("span", { class: "tag first" }), make("span", { class: "tag last" })];
    this.guides = make("div", { class: "guides", "aria-hidden": "true" });
    this.canvas = make("div", { class: "canvas", dir: "ltr" },
      this.after, this.before, this.guides, ...this.tags, this.handle);
    this.plain = make("img", { class: "plain", alt: "" });
    this.frame = make("div", { class: "frame" });
    this.sheet = make("div", { class: "sheet", dir: "ltr" }, this.plain, this.frame);
    this.room = make("div", { class: "room" });
    this.append(this.sheet, this.canvas, this.room);
    this.canvas.addEventListener("pointerdown", (event) => this.#drag(event));
    this.handle.addEventListener("keydown", (event) => this.#key(event));
    // A browser may be unable to show what the server can read, such as HEIC.
    this.photo.addEventListener("error", () => {
      this.classList.add("unseen");
      this.dispatchEvent(new Event("unseen"));
    });
    this.plain.addEventListener("error", () => { this.plain.hidden = true; });
    new ResizeObserver(() => this.#lay()).observe(this.canvas);
    language.addEventListener("change", () => this.#speak());
    this.#speak();
  }

  /** How much of the original is seen, 0..100. */
  get split() {
    return this.#split;
  }

  set split(value) {
    this.#split = Math.min(100, Math.max(0, value));
    this.style.setProperty("--split", `${this.#split}%`);
    this.#speak();
  }

  /** Lay a photo and its picture as a crop by hand wants them, until a picture of it comes. */
  crop(photo, crop) {
    this.#crop = { photo, crop };
    this.#lay();
  }

  /** Whether the photo is cropped by hand: then no handle divides it. */
  byHand(on, label) {
    this.classList.toggle("hand", on);
    takeKeys(this.canvas, on, label);
  }

  /** Show a photo to mark a face on; none: no longer. Fails where the browser cannot show it. */
  async marks(photo, label) {
    this.classList.toggle("marks", Boolean(photo));
    takeKeys(this.sheet, Boolean(photo), label);
    if (photo) {
      this.plain.hidden = false;
      this.plain.src = photo;
      await this.plain.decode();
    }
  }

  /** Whether each px of the portrait is one of the screen, or all of it is seen. */
  get full() {
    return this.classList.contains("full");
  }

  set full(on) {
    this.classList.toggle("full", on);
    this.style.setProperty("--dpr", devicePixelRatio);
  }

  /** CSS px that a portrait of this size is seen at: its width. */
  widthOf({ width, height }) {
    this.room.style.setProperty("--w", width);
    this.room.style.setProperty("--h", height);
    return this.room.clientWidth;
  }

  /** What is seen may be gone: nothing more of it is asked for. */
  leave() {
    this.#wanted = null;
  }

  /** Show a photo that has no portrait yet. */
  wait(photo) {
    this.#wanted = null;
    this.classList.add("waits");
    if (this.#shown?.photo !== photo) {
      this.#shown = { photo };
      this.plain.hidden = false;
      this.plain.src = photo;
    }
  }

  /** Show a result. view: { photo, original, size, after, width, frame, canvas, text, split }; photo
   *  and after are addresses, original() makes an ImageBitmap of the photo, or null: as it is, size that of the photo, width and frame those of the picture, canvas the size of
   *  the portrait in full, crop what was cropped by hand; text() describes it; split, 0 if it is not said, is how much of the photo
   *  is seen at first. Resolves when it is seen, or when something newer is to be seen. */
  async show(view) {
    this.#wanted = view;
    const next = new Image();
    next.src = view.after;
    await next.decode().catch(() => {});
    if (this.#wanted !== view) {
      return;
    }
    const first = !this.#shown?.after || this.#shown.photo !== view.photo;
    this.#shown = view;
    this.classList.remove("waits");
    if (first) {
      this.classList.remove("unseen");
      this.#underlay(view);
    }
    this.after.src = view.after;
    this.after.alt = view.text();
    this.style.setProperty("--w", view.canvas.width);
    this.style.setProperty("--h", view.canvas.height);
    this.photo.width = view.size.width;
    this.photo.height = view.size.height;
    this.#lay();
  }

  /* The original comes when it can. */
  async #underlay({ photo, original, size, split = 0 }) {
    this.split = split;
    this.photo.removeAttribute("src");
    this.reduced.hidden = true;
    const bitmap = await original?.();
    if (this.#wanted?.photo !== photo) {
      bitmap?.close();
      return;
    }
    if (bitmap) {
      // Drawn, not transferred: that forgets how a camera was held (Chromium 156).
      Object.assign(this.reduced, { width: bitmap.width, height: bitmap.height, hidden: false });
      Object.assign(this.reduced.style, { width: `${size.width}px`, height: `${size.height}px` });
      this.reduced.getContext("2d").drawImage(bitmap, 0, 0);
      bitmap.close();
    } else {
      this.photo.src = photo;
      await this.photo.decode().catch(() => {});
    }
    this.#reveal(split);
  }

  /** Mark heights at both edges, shares of the height from the top; bands, { from, to, text }, are
   *  where something has to lie, and are seen while the photo is cropped by hand. */
  mark(shares, bands) {
    const lines = shares.map((share) => {
      const line = make("div", { class: "line" });
      line.style.top = `${share * 100}%`;
      return line;
    });
    const rooms = bands.map(({ from, to, text }) => {
      const band = make("div", { class: "band" }, make("span", {}, text));
      band.style.top = `${from * 100}%`;
      band.style.height = `${(to - from) * 100}%`;
      return band;
    });
    this.guides.replaceChildren(...rooms, ...lines);
  }

  /** See the original for as long as wanted. */
  peek(on) {
    if (on && this.#kept === null) {
      this.#kept = this.#split;
      this.split = 100;
    } else if (!on && this.#kept !== null) {
      this.split = this.#kept;
      this.#kept = null;
    }
  }

  /* The portrait comes out of its photo once, so that the handle explains itself. */
  #reveal(split) {
    if (split === this.#split && split === 0 && !matchMedia("(prefers-reduced-motion: reduce)").matches) {
      this.before.animate([{ clipPath: "inset(0)" }, { clipPath: "inset(0 100% 0 0)" }],
        { duration: 900, easing: "cubic-bezier(.6,0,.2,1)" });
    }
  }

  #lay() {
    if (this.#shown?.frame) {
      const { clientWidth, clientHeight } = this.canvas;
      const { photo, frame, width, crop = NO_CROP } = this.#shown;
      const wanted = this.#crop.photo === photo ? this.#crop.crop : crop;
      const shifted = shift(crop, wanted, clientWidth, clientHeight);
      this.after.style.transform = shifted;
      const laid = `${shifted} ${matrix(frame, clientWidth / width)}`;
      this.photo.style.transform = laid;
      this.reduced.style.transform = laid;
    }
  }

  #speak() {
    this.handle.setAttribute("aria-label", t("compare"));
    this.handle.setAttribute("aria-valuenow", Math.round(this.#split));
    this.handle.setAttribute("aria-valuetext", t("compare_value", { share: percent(this.#split / 100) }));
    this.after.alt = this.#shown?.text?.() ?? "";
    this.tags[0].textContent = t("before");
    this.tags[1].textContent = t("after");
  }

  #drag(event) {
    const isElsewhere = this.full && !this.handle.contains(event.target);
    if (event.button !== 0 || isElsewhere || this.classList.contains("hand")) {
      return;
    }
    const move = ({ clientX }) => {
      const { left, width } = this.canvas.getBoundingClientRect();
      this.split = ((clientX - left) / width) * 100;
    };
    event.preventDefault();
    this.handle.focus({ preventScroll: true });
    this.canvas.setPointerCapture(event.pointerId);
    this.canvas.addEventListener("pointermove", move);
    this.canvas.addEventListener("lostpointercapture",
      () => this.canvas.removeEventListener("pointermove", move), { once: true });
    move(event);
  }

  #key(event) {
    const step = event.shiftKey ? LEAP : STEP;
    const ways = {
      ArrowLeft: -step, ArrowDown: -step, ArrowRight: step, ArrowUp: step, PageDown: -LEAP,
      PageUp: LEAP, Home: -100, End: 100,
    };
    if (event.key in ways) {
      event.preventDefault();
      this.split = Math.round(this.#split) + ways[event.key];
    }
  }
}

customElements.define("fc-compare", Compare);

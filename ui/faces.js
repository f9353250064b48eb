/** <fc-faces>: the faces of a photo to choose from, each as a small picture. */

import { make } from "./page.js";
import { language, t } from "./text.js";

/** Side of such a picture, as in style.css, and how much more than the face's box it shows. */
const CHIP_PX = 72;
const RIM = 1.5;

class Faces extends HTMLElement {
  #photo = null;
  #analysis = null;
  #url = "";

  connectedCallback() {
    language.addEventListener("change", () => {
      if (this.#photo) {
        this.#draw();
        this.show(this.#photo);
      }
    });
  }

  /** Offer the faces of a photo. Fires "choose" with the number as detail. */
  show(photo) {
    const url = photo.seenUrl ?? photo.url;
    if (this.#photo !== photo || this.#analysis !== photo.analysis || this.#url !== url) {
      this.#photo = photo;
      this.#analysis = photo.analysis;
      this.#url = url;
      this.#draw();
    }
    for (const input of this.querySelectorAll("input")) {
      input.checked = Number(input.value) === photo.face;
    }
  }

  #place(face, size) {
    const centre = (face.box.x + face.box.width / 2) / size.width;
    return t(centre < 0.4 ? "left" : centre > 0.6 ? "right" : "middle");
  }

  #option(face, analysis) {
    const input = make("input", {
      type: "radio", name: "face", value: face.number,
      "aria-label": t("face_number", {
        n: face.number, all: analysis.faces.length, place: this.#place(face, analysis.size),
      }),
    });
    input.addEventListener("change",
      () => this.dispatchEvent(new CustomEvent("choose", { detail: face.number })));
    const crop = make("span", { class: "crop" }, make("small", { "aria-hidden": "true" }, String(face.number)));
    this.#crop(crop, face.box, analysis.size);
    return make("label", {}, input, crop);
  }

  /* The face with a rim, from the photo itself. */
  #crop(crop, box, size) {
    const side = RIM * Math.max(box.width, box.height);
    const scale = CHIP_PX / side;
    const left = box.x + (box.width - side) / 2;
    const top = box.y + (box.height - side) / 2;
    crop.style.backgroundImage = `url("${this.#url}")`;
    crop.style.backgroundSize = `${size.width * scale}px ${size.height * scale}px`;
    crop.style.backgroundPosition = `${-left * scale}px ${-top * scale}px`;
  }

  #draw() {
    const { analysis } = this.#photo;
    this.replaceChildren(make("div", { role: "radiogroup", "aria-label": t("faces"), dir: "ltr" },
      ...analysis.faces.map((face) => this.#option(face, analysis))));
  }
}

customElements.define("fc-faces", Faces);

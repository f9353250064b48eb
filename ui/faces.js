/** <fc-faces>: the photo with its faces to choose from. */

import { make } from "./page.js";
import { language, t } from "./text.js";

class Faces extends HTMLElement {
  #photo = null;

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
    if (this.#photo !== photo) {
      this.#photo = photo;
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
    const label = make("label", {}, input, make("span", { "aria-hidden": "true" }, String(face.number)));
    const { box } = face;
    label.style.left = `${(box.x / analysis.size.width) * 100}%`;
    label.style.top = `${(box.y / analysis.size.height) * 100}%`;
    label.style.width = `${(box.width / analysis.size.width) * 100}%`;
    label.style.height = `${(box.height / analysis.size.height) * 100}%`;
    return label;
  }

  #draw() {
    const { analysis } = this.#photo;
    const picture = make("img", { src: this.#photo.url, alt: "" });
    const group = make("div", { role: "radiogroup", "aria-label": t("faces"), dir: "ltr" }, picture,
      ...analysis.faces.map((face) => this.#option(face, analysis)));
    picture.addEventListener("error", () => group.classList.add("unseen"));
    this.replaceChildren(group);
  }
}

customElements.define("fc-faces", Faces);

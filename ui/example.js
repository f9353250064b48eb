/** What the page does, shown with a photo of its own: it is there only while no other photo is. */

import "./compare.js";
import { takeShot } from "./intake.js";
import { $, make } from "./page.js";
import { t } from "./text.js";

/* Of ui/sample_portrait.jpg, which was rendered from ui/sample.jpg: the answer's X-Frame. */
const FRAME = { a: 0.488299165, b: 0.0228682563, tx: 123.15429, ty: -7.55646787 };
const PHOTO = { width: 512, height: 512 };
const SIDE = 440;

const place = $("example");
let comparison = null;

/** Show it, or take it away. */
export function showExample(isWanted) {
  if (isWanted === place.hasChildNodes()) {
    return;
  }
  if (!isWanted) {
    comparison.remove();
    return;
  }
  const isNew = comparison === null;
  comparison ??= make("fc-compare");
  place.append(comparison);
  if (isNew) {
    comparison.show({
      photo: place.dataset.photo, size: PHOTO, after: place.dataset.portrait, width: SIDE, frame: FRAME,
      canvas: { width: SIDE, height: SIDE }, text: () => t("sample_text"), split: 50,
    });
  }
}

/** Make a portrait of it. */
export async function takeSample() {
  const answer = await fetch(place.dataset.photo);
  takeShot(await answer.blob(), "sample.jpg");
}

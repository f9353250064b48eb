/** The photo as it is seen under its portrait: no finer than that, as browsers keep the pixels of many
 *  photos, and move them slowly. */

import { askOriginal } from "./photos.js";

/* Of a photo that has up to so many px a px of the portrait nothing is gained. */
const FINER_MIN = 1.25;

/* Px of the photo a px of the portrait in full. */
function finerBy({ frame: { a, b }, width, canvas }) {
  return (Math.hypot(a, b) * width) / canvas.width;
}

/* What browsers show themselves. */
const isKnown = ({ type }) => /^image\/(jpeg|png|webp|gif|bmp|avif)$/.test(type);

/** An ImageBitmap of a photo that has a picture; null where the file itself is as good, or all there
 *  is. Of those that browsers know JPEG alone is reduced: others may be see-through. */
export async function originalOf(photo) {
  const { file, analysis, picture } = photo;
  try {
    if (!isKnown(file)) {
      return await createImageBitmap(await askOriginal(photo));
    }
    const finer = finerBy(picture);
    if (file.type !== "image/jpeg" || finer <= FINER_MIN) {
      return null;
    }
    const [resizeWidth, resizeHeight] = [analysis.size.width, analysis.size.height].map((side) =>
      Math.round(side / finer));
    return await createImageBitmap(file, { resizeWidth, resizeHeight, resizeQuality: "medium" });
  } catch {
    return null;
  }
}

/** The photo as it is seen under its portrait: no finer than that, as browsers keep the pixels of many
 *  photos, and move them slowly. */

/* Of a photo that has up to so many px a px of the portrait nothing is gained. */
const FINER_MIN = 1.25;

/* Px of the photo a px of the portrait in full. */
function finerBy({ frame: { a, b }, width, canvas }) {
  return (Math.hypot(a, b) * width) / canvas.width;
}

/** An ImageBitmap of a photo that has a picture; null where the file itself is as good. JPEG alone is
 *  reduced: others may be what the browser cannot read. */
export async function originalOf({ file, analysis, picture }) {
  const finer = finerBy(picture);
  if (file.type !== "image/jpeg" || finer <= FINER_MIN) {
    return null;
  }
  const [resizeWidth, resizeHeight] = [analysis.size.width, analysis.size.height].map((side) =>
    Math.round(side / finer));
  return createImageBitmap(file, { resizeWidth, resizeHeight, resizeQuality: "medium" }).catch(() => null);
}

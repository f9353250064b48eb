/** A crop by hand, { move_x, move_y, zoom, turn } as the server's options have it: over the frame that
 *  it found, the photo is zoomed and turned (degrees, clockwise) about the middle of the canvas, then
 *  moved by shares of the canvas. Points are shares of the canvas too, from its middle. */

/** The frame as the server found it. */
export const NO_CROP = { move_x: 0, move_y: 0, zoom: 1, turn: 0 };

/** How far each can go. */
export const LIMITS = { move_x: [-4, 4], move_y: [-4, 4], zoom: [0.25, 4], turn: [-45, 45] };

const DECIMALS = { move_x: 5, move_y: 5, zoom: 5, turn: 3 };

function within(name, value) {
  const [low, high] = LIMITS[name];
  return Number(Math.min(high, Math.max(low, value)).toFixed(DECIMALS[name])) + 0; // no -0
}

function tidy(crop) {
  return Object.fromEntries(Object.keys(NO_CROP).map((name) => [name, within(name, crop[name])]));
}

/** Whether two are the same. */
export function isSame(one, other) {
  return Object.keys(NO_CROP).every((name) => one[name] === other[name]);
}

/** What is not as the server found it. */
export function fieldsOf(crop) {
  return Object.fromEntries(Object.entries(crop).filter(([name, value]) => value !== NO_CROP[name]));
}

export function moved(crop, x, y) {
  return tidy({ ...crop, move_x: crop.move_x + x, move_y: crop.move_y + y });
}

/** Zoom by a factor; what lies at a point stays there. */
export function zoomed(crop, factor, x = 0, y = 0) {
  const zoom = within("zoom", crop.zoom * factor);
  const by = zoom / crop.zoom;
  return tidy({ ...crop, zoom, move_x: x + (crop.move_x - x) * by, move_y: y + (crop.move_y - y) * by });
}

/** Turn by degrees about a point. aspect: the canvas' width to its height. */
export function turned(crop, degrees, aspect, x = 0, y = 0) {
  const turn = within("turn", crop.turn + degrees);
  const angle = ((turn - crop.turn) * Math.PI) / 180;
  const [right, down] = [(crop.move_x - x) * aspect, crop.move_y - y];
  return tidy({
    ...crop, turn,
    move_x: x + (right * Math.cos(angle) - down * Math.sin(angle)) / aspect,
    move_y: y + right * Math.sin(angle) + down * Math.cos(angle),
  });
}

const middleOf = (points) => ["x", "y"].map((axis) =>
  points.reduce((sum, point) => sum + point[axis], 0) / points.length);

/** What one finger or two do that lay at some points and lie at others now. */
export function dragged(crop, before, after, aspect) {
  const [was, is] = [middleOf(before), middleOf(after)];
  const next = moved(crop, is[0] - was[0], is[1] - was[1]);
  if (before.length < 2) {
    return next;
  }
  const [from, to] = [before, after].map(([one, other]) =>
    [(other.x - one.x) * aspect, other.y - one.y]);
  const [least, most] = [Math.hypot(...from), Math.hypot(...to)];
  const degrees = ((Math.atan2(to[1], to[0]) - Math.atan2(from[1], from[0])) * 180) / Math.PI;
  const apart = least > 0 ? zoomed(next, most / least, ...is) : next;
  return turned(apart, degrees - 360 * Math.round(degrees / 360), aspect, ...is);
}

/* Px of a canvas as it was found -> px of the canvas as it is cropped. */
function mapOf({ move_x, move_y, zoom, turn }, width, height) {
  const angle = (turn * Math.PI) / 180;
  const [a, b] = [zoom * Math.cos(angle), zoom * Math.sin(angle)];
  const [x, y] = [width / 2, height / 2];
  return { a, b, tx: x + move_x * width - (a * x - b * y), ty: y + move_y * height - (b * x + a * y) };
}

/** CSS that lays a picture of one crop where another one wants it, on a canvas of so many px. */
export function shift(from, to, width, height) {
  const [was, is] = [mapOf(from, width, height), mapOf(to, width, height)];
  const square = was.a * was.a + was.b * was.b;
  const a = (is.a * was.a + is.b * was.b) / square;
  const b = (is.b * was.a - is.a * was.b) / square;
  const numbers = [a, b, -b, a, is.tx - (a * was.tx - b * was.ty), is.ty - (b * was.tx + a * was.ty)];
  return `matrix(${numbers.map((value) => value.toFixed(6)).join(",")})`;
}

/* Crops by hand, ui/crop.js: node crops.mjs FOLDER, which holds a copy of it. What a hand does is
 * compared with what CSS makes of the same crop. Fails by an exception. */

import assert from "node:assert/strict";
import path from "node:path";
import { pathToFileURL } from "node:url";

const { LIMITS, NO_CROP, dragged, fieldsOf, isSame, moved, shift, turned, zoomed }
  = await import(pathToFileURL(path.join(process.argv[2], "crop.js")));

const [WIDTH, HEIGHT] = [300, 400];
const ASPECT = WIDTH / HEIGHT;

/* Where a crop lays a point of the canvas as it was found, both as shares from the middle. */
function place(crop, { x, y }) {
  const [a, b, c, d, tx, ty] = shift(NO_CROP, crop, WIDTH, HEIGHT).slice(7, -1).split(",").map(Number);
  const [px, py] = [(x + 0.5) * WIDTH, (y + 0.5) * HEIGHT];
  return { x: (a * px + c * py + tx) / WIDTH - 0.5, y: (b * px + d * py + ty) / HEIGHT - 0.5 };
}

function assertNear(found, wanted) {
  assert.ok(Math.hypot(found.x - wanted.x, found.y - wanted.y) < 2e-3,
    `${JSON.stringify(found)} is not ${JSON.stringify(wanted)}`);
}

const SOME = { move_x: 0.1, move_y: -0.2, zoom: 1.5, turn: 20 };
let crops = 0;

for (const crop of [NO_CROP, SOME, { move_x: -0.4, move_y: 0.3, zoom: 0.5, turn: -44 }]) {
  for (const at of [{ x: 0, y: 0 }, { x: 0.3, y: -0.2 }, { x: -0.5, y: 0.5 }]) {
    // What lies under the finger stays there.
    const seen = place(crop, at);
    assertNear(place(moved(crop, 0.07, -0.03), at), { x: seen.x + 0.07, y: seen.y - 0.03 });
    assertNear(place(zoomed(crop, 1.2, seen.x, seen.y), at), seen);
    assertNear(place(turned(crop, 5, ASPECT, seen.x, seen.y), at), seen);
    assertNear(place(dragged(crop, [seen], [{ x: 0.2, y: 0.1 }], ASPECT), at), { x: 0.2, y: 0.1 });
    crops += 4;
  }
  // Two fingers hold two points of the photo, as long as nothing reaches its limit.
  const points = [{ x: -0.1, y: 0 }, { x: 0.2, y: 0.1 }];
  const before = points.map((point) => place(crop, point));
  const angle = -0.05;
  const after = before.map(({ x, y }) => ({
    x: (1.1 * (x * ASPECT * Math.cos(angle) - y * Math.sin(angle))) / ASPECT + 0.02,
    y: 1.1 * (x * ASPECT * Math.sin(angle) + y * Math.cos(angle)) - 0.01,
  }));
  const pinched = dragged(crop, before, after, ASPECT);
  if (pinched.turn > LIMITS.turn[0]) {
    points.forEach((point, i) => assertNear(place(pinched, point), after[i]));
  }
  crops += 1;
}

// A finger that crosses the other one's level turns by little, not by nearly a whole turn.
const level = [{ x: 0.2, y: 0.001 }, { x: -0.2, y: 0 }];
const crossed = dragged(NO_CROP, level, [{ x: 0.2, y: -0.001 }, { x: -0.2, y: 0 }], ASPECT);
assert.ok(Math.abs(crossed.turn) < 1, String(crossed.turn));

// From a crop to itself nothing moves.
const still = shift(SOME, SOME, WIDTH, HEIGHT).slice(7, -1).split(",").map((text) => Math.abs(Number(text)));
assert.deepEqual(still, [1, 0, 0, 1, 0, 0]);

// Nothing leaves the limits of the server, and nothing is sent that is as it was found.
const most = turned(zoomed(moved(NO_CROP, 99, -99), 99), 99, ASPECT);
assert.deepEqual([most.zoom, most.turn], [LIMITS.zoom[1], LIMITS.turn[1]]);
for (const [name, [low, high]] of Object.entries(LIMITS)) {
  assert.ok(most[name] >= low && most[name] <= high, name);
}
assert.deepEqual(fieldsOf(NO_CROP), {});
assert.deepEqual(fieldsOf({ ...NO_CROP, turn: -3 }), { turn: -3 });
assert.ok(isSame(moved(moved(NO_CROP, 0.1, 0), -0.1, 0), NO_CROP));
assert.ok(!isSame(SOME, NO_CROP));

console.log(`${crops} crops`);

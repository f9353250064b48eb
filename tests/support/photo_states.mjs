/* Walks through ui/photo_state.js, and drives ui/photos.js and ui/orders.js against a server whose
 * answers come in any order: node photo_states.mjs FOLDER. FOLDER holds copies of those modules, and
 * stand-ins for server.js and settings.js (page_states.py). Fails by an exception. */

import assert from "node:assert/strict";
import path from "node:path";
import { pathToFileURL } from "node:url";

globalThis.addEventListener = () => {}; // nobody leaves this page
const load = (name) => import(pathToFileURL(path.join(process.argv[2], name)));
const { EVENTS, TABLE, WORKING, isBusy, isStuck, isWorking, newFacts, next } = await load("photo_state.js");
const server = await load("server.js");
const settings = await load("settings.js");
const photos = await load("photos.js");
const orders = await load("orders.js");

/* ---- the table ---- */

const key = (facts) => JSON.stringify({ ...facts, run: 0 });

/* All facts that a photo can get into, with one of the ways to each. */
function reachable() {
  const found = new Map([[key(newFacts()), { facts: newFacts(), way: [] }]]);
  for (const { facts, way } of found.values()) { // grows while it is walked
    for (const event of EVENTS) {
      const then = next(facts, event).facts;
      if (!found.has(key(then))) {
        found.set(key(then), { facts: then, way: [...way, event] });
      }
    }
  }
  return [...found.values()];
}

/* Whether a run is alive is told by orders and ends, never by the state: both have to agree. */
function withRun(facts) {
  return { facts, alive: isWorking(facts) };
}

function go({ facts, alive }, event) {
  const { facts: then, order } = next(facts, event);
  assert(!(order === "run" && alive), `${event} begins a second run in ${facts.state}`);
  const ends = alive && (event === "drawn" || event === "fails");
  const now = order === "run" || (alive && !ends && order !== "abort");
  assert.equal(now, isWorking(then), `${event} in ${facts.state}: a run without a state, or a state without a run`);
  if (order === "run" || order === "abort") {
    assert.notEqual(then.run, facts.run);
  }
  return { facts: then, alive: now };
}

/* What comes by itself: a free lane, and the end of a run. */
function settle(photo, ending) {
  for (let steps = 0; isBusy(photo.facts); steps += 1) {
    assert(steps < 10, `${photo.facts.state} never ends`);
    if (photo.facts.state === "waiting") {
      photo = go(photo, "starts");
    } else {
      photo = go(ending === "drawn" ? go(photo, "draws") : photo, ending);
    }
  }
  return photo.facts;
}

function everyStateAnswersEveryEvent() {
  assert.deepEqual(Object.keys(TABLE).sort(),
    ["waiting", ...WORKING, "ready", "failed", "cancelled", "removed"].sort());
  for (const [state, row] of Object.entries(TABLE)) {
    assert.equal(row.length, EVENTS.length, state);
    row.forEach((cell, i) => assert.equal(typeof cell, "function", `${state} ${EVENTS[i]}`));
  }
  const states = new Set(reachable().map(({ facts }) => facts.state));
  assert.equal(states.size, Object.keys(TABLE).length, "a state is never reached");
}

function everyPairOfEventsEndsInRest() {
  let pairs = 0;
  for (const { facts } of reachable()) {
    for (const first of EVENTS) {
      for (const second of EVENTS) {
        for (const ending of ["drawn", "fails"]) {
          const then = go(go(withRun(facts), first), second);
          const end = settle(then, ending);
          assert(["ready", "failed", "cancelled", "removed"].includes(end.state), end.state);
          assert(!facts.shown || end.shown, `${first}, ${second}: the picture is lost`);
          pairs += 1;
        }
      }
    }
  }
  return pairs;
}

/* "draws" is when options are read; what changed behind it has to lead to another "draws". */
function noChangeIsLost() {
  for (const { facts } of reachable()) {
    for (const between of EVENTS.filter((event) => event !== "draws" && event !== "cancels")) {
      const then = go(go(withRun(facts), "changes"), between);
      let reads = 0;
      let photo = then;
      while (isBusy(photo.facts)) {
        const ways = photo.facts.state === "waiting" ? ["starts"] : ["draws", "drawn"];
        for (const way of ways) {
          reads += way === "draws" ? 1 : 0;
          photo = go(photo, way);
        }
      }
      if (photo.facts.state === "ready") {
        assert(reads > 0, `${facts.state}: changes, ${between}: not drawn again`);
        assert(!photo.facts.stale);
      }
    }
  }
}

function cancellingMakesNoFailureOfAPicture() {
  for (const { facts } of reachable().filter(({ facts: { shown, state } }) => shown && state !== "removed" && state !== "failed")) {
    const rested = next(facts, "cancels").facts;
    assert.equal(rested.state, "ready");
    assert.equal(settle(go(withRun(rested), "changes"), "drawn").state, "ready");
    assert.equal(isBusy(next(rested, "chosen").facts), rested.stale, "who looks at it sees what is wanted");
  }
}

function oldRunsAreNotHeard() {
  for (const { facts } of reachable()) {
    for (const event of ["sends", "finds", "draws", "drawn", "fails"]) {
      assert.deepEqual(next(facts, event, facts.run - 1), { facts, order: null });
    }
  }
}

function whatIsStuckCanBeTriedAgain() {
  for (const { facts } of reachable().filter((row) => isStuck(row.facts))) {
    assert.equal(settle(go(withRun(facts), "retries"), "drawn").state, "ready");
  }
}

/* ---- the work ---- */

/* Numbers that look random and are the same each time. */
function numbers(seed) {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const turn = () => new Promise((resolve) => { setImmediate(resolve); });

/* Answer what was asked, in any order, until nothing is asked any more. */
async function answerAll(pick) {
  for (let idle = 0; idle < 3;) {
    await turn();
    idle = server.asked.length === 0 ? idle + 1 : 0;
    server.answer(pick);
  }
}

function mischief(pick, press) {
  const photo = photos.list[pick(photos.list.length)];
  const acts = [
    () => photos.choose(photo), () => photos.cancel([photo]), () => photos.retry(photo),
    () => settings.set("width", 100 + pick(5)), () => photos.list.forEach((one) => photos.refresh(one, pick(2) === 0)),
    () => photos.chooseFace(photo, 1 + pick(2)), () => press([photo]), () => press(photos.list.filter((one) => one.picture)),
    () => { server.forgetAll(); }, () => photos.step(1), () => photos.cancel(photos.list.filter(isBusy)),
    () => server.answer(pick), () => server.answer(pick), () => server.answer(pick), () => photos.add([new File(["x"], "late.jpg")]),
    () => photos.list.length > 3 && photos.remove(photo),
    () => photos.togglePick(photo), () => photos.pickTo(photo), () => photos.pick([]),
    () => photos.picked().length < photos.list.length - 2 && photos.remove(...photos.picked()),
  ];
  acts[pick(acts.length)]();
}

function assertAtRest() {
  assert(photos.list.includes(photos.selected()), "a photo is looked at that is gone");
  assert.deepEqual(photos.meant().filter((photo) => !photos.list.includes(photo)), []);
  for (const photo of photos.list) {
    assert(["ready", "failed", "cancelled"].includes(photo.state), `a photo stays ${photo.state}`);
    assert(photo.state !== "ready" || photo.picture, "ready without a picture");
    if (photo.state === "ready" && !photo.stale) {
      assert.equal(photo.picture.drawnWith.width, settings.fields().width, "an old picture");
      assert.equal(photo.picture.drawnWith.face, photo.face, "the picture of another face");
      assert(photo.picture.of === photo.file, "the picture of another photo");
    }
  }
}

/* Whole orders at any time: each file as it was ordered, none missing but those deleted or failed. */
async function assertOrders(made) {
  for (const { order, taken, promise } of made) {
    const { files, lost } = await promise;
    const gone = order.filter(({ photo }) => photo.gone.signal.aborted);
    const missing = order.length - files.length - lost.length;
    assert(missing >= 0 && missing <= gone.length, "a file is missing");
    assert.equal(new Set(files.map((file) => file.photo)).size, files.length, "a file is there twice");
    for (const { blob, photo } of files) {
      const wanted = taken.find((part) => part.photo === photo);
      assert.equal(blob.drawnWith.width, wanted.width, "an archive of mixed sizes");
      assert.equal(blob.drawnWith.face, wanted.face);
    }
  }
}

async function mischiefEndsWell(seed) {
  const pick = numbers(seed);
  const made = [];
  const press = (some) => {
    const ready = some.filter((photo) => photo.picture);
    const order = orders.takeOrder(ready, "png");
    const taken = ready.map((photo) => ({ photo, width: settings.fields().width, face: photo.face }));
    made.push({ order, taken, promise: orders.fillAll(order, new AbortController().signal, () => {}) });
  };
  server.reset(pick);
  photos.add(Array.from({ length: 6 }, (_, i) => new File([String(i)], `${i}.jpg`)));
  for (let i = 0; i < 60; i += 1) {
    mischief(pick, press);
    if (pick(3) === 0) {
      await turn();
    }
    const working = photos.list.filter(isWorking).length;
    assert(working <= photos.LANES + 1, `${working} photos at once`);
  }
  server.behave();
  photos.list.forEach((photo) => photos.refresh(photo));
  await answerAll(pick);
  assertAtRest();
  await assertOrders(made);
  photos.list.filter(isStuck).forEach(photos.retry);
  await answerAll(pick);
  photos.list.forEach((photo) => assert.equal(photo.state, "ready"));
  assertAtRest();
  while (photos.list.length > 0) {
    photos.remove(photos.list[0]);
  }
  assert.equal(photos.selected(), null);
}

/* ---- which of several are picked ---- */

/* Each step of a hand, and the names that are picked then; every change is told once. */
async function picksAreThoseOfFileManagers() {
  server.reset(numbers(1));
  server.behave();
  photos.add([..."abcdef"].map((name) => new File([name], name)));
  const [a, b, c, d, e, f] = photos.list;
  let told = 0;
  const tell = () => { told += 1; };
  photos.photos.addEventListener("pick", tell);
  const steps = [
    [() => photos.pickTo(c), "abc", "a range begins at the photo that is looked at"],
    [() => photos.pickTo(b), "ab", "and grows and shrinks from there"],
    [() => photos.togglePick(e), "abe"],
    [() => photos.togglePick(a), "be", "once more takes it away"],
    [() => photos.togglePick(d), "bde"],
    [() => photos.pickTo(f), "def", "a range begins at the last one"],
    [() => photos.pickTo(b), "bcd", "also backwards"],
    [() => photos.pick(photos.list), "abcdef"],
    [() => photos.pick([]), ""],
    [() => photos.pickTo(d, e), "de", "or where the keys are"],
    [() => photos.choose(f), "de", "who looks at another one picks nothing"],
    [() => photos.togglePick(c), "cde"],
    [() => photos.remove(c), "de", "what is gone is not picked"],
    [() => photos.pickTo(e), "ef", "and no range begins there"],
    [() => photos.remove(...photos.picked()), ""],
  ];
  const namesOf = (some) => some.map(({ name }) => name).join("");
  for (const [act, wanted, why] of steps) {
    const [before, toldBefore] = [namesOf(photos.picked()), told];
    act();
    assert.equal(namesOf(photos.picked()), wanted, why);
    assert.deepEqual(photos.meant(), wanted === "" ? photos.list : photos.picked());
    assert.equal(told - toldBefore, before === wanted ? 0 : 1, `"${wanted}" is told when it is new`);
  }
  assert.equal(photos.selected(), d, "the next one is looked at, or else the one before");
  assert.equal(namesOf(photos.list), "abd");
  photos.choose(a);
  photos.remove(a, b);
  assert.equal(photos.selected(), d);
  photos.photos.removeEventListener("pick", tell);
  photos.remove(d);
  await answerAll(numbers(1));
  assert.equal(photos.selected(), null);
}

everyStateAnswersEveryEvent();
const pairs = everyPairOfEventsEndsInRest();
noChangeIsLost();
cancellingMakesNoFailureOfAPicture();
oldRunsAreNotHeard();
whatIsStuckCanBeTriedAgain();
await picksAreThoseOfFileManagers();
const walks = Number(process.argv[3] ?? 300);
for (let seed = 1; seed <= walks; seed += 1) {
  await mischiefEndsWell(seed).catch((error) => {
    error.message += ` (walk ${seed})`;
    throw error;
  });
}
console.log(`${reachable().length} facts, ${pairs} pairs, ${walks} walks`);

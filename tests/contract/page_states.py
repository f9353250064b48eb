#!/usr/bin/env python3
"""The photos of the page at / without a browser: every pair of events in every state, and the work
on them against a server that answers in any order. Needs node; skipped, with a word, where there
is none."""

import pathlib
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
# pylint: disable=wrong-import-position
import unittest

import service

MODULES = ("photo_state.js", "photos.js", "orders.js", "shared.js", "crop.js", "roster.js")

# In the place of ui/server.js: what is asked waits in `asked` until the test answers it.
SERVER = """
export class Failure extends Error {
  constructor(slug) { super(slug); this.slug = slug; }
}
export const asked = [];
const known = new Map();
let pick = () => 0;
let isKind = true;
let serial = 0;
export function reset(numbers) { pick = numbers; isKind = false; known.clear(); }
export function behave() { isKind = true; }
export function forgetAll() { known.clear(); }
function wait(signal, answer, progress) {
  return new Promise((resolve, reject) => {
    const one = { progress, answer: () => { try { resolve(answer()); } catch (failure) { reject(failure); } } };
    signal?.throwIfAborted();
    signal?.addEventListener("abort", () => {
      asked.splice(asked.indexOf(one), asked.includes(one) ? 1 : 0);
      reject(signal.reason);
    }, { once: true });
    asked.push(one);
  });
}
function fail() {
  if (!isKind && pick(8) === 0) {
    throw new Failure(["offline", "busy", "no_face_detected"][pick(3)]);
  }
}
export function answer(choose) {
  if (asked.length > 0) {
    const [one] = asked.splice(choose(asked.length), 1);
    one.progress?.(choose(2));
    one.answer();
  }
}
export function analyse(file, box, { signal, progress }) {
  return wait(signal, () => {
    fail();
    const token = `t${serial += 1}`;
    known.set(token, file);
    return { token, endsAt: 1, largest: 1, faces: [{ number: 1 }, { number: 2 }] };
  }, progress);
}
export function render(token, fields, signal) {
  return wait(signal, () => {
    fail();
    if (!known.has(token)) { throw new Failure("not_found"); }
    const blob = new Blob([JSON.stringify(fields)]);
    blob.drawnWith = fields;
    return { blob, drawnWith: fields, of: known.get(token) };
  });
}
export function forget(token) { known.delete(token); }
export const isSlow = () => false;
export const original = () => {};
"""
SETTINGS = """
const now = { width: 100, height: 100 };
export const set = (name, value) => { now[name] = value; };
export const fields = () => ({ ...now });
export const current = fields;
export const chosenDocument = () => undefined;
export const lookedAt = () => "transparent";
export const cropOf = () => ({});
export const isCropped = () => false;
export const changeCrop = () => {};
export const looks = () => JSON.stringify(now);
"""


class States(unittest.TestCase):
    """By node."""

    def run_by_node(self, folder, script):
        """What a script says of the modules in a folder."""
        pathlib.Path(folder, "package.json").write_text('{"type": "module"}')
        ran = subprocess.run(["node", service.REPO / "tests" / "support" / script, folder],
                             capture_output=True, text=True, timeout=300, check=False)
        self.assertEqual(ran.returncode, 0, ran.stderr)
        return ran.stdout

    def test_crops_by_hand_go_where_the_hand_goes(self):
        with tempfile.TemporaryDirectory(prefix="facecraft-") as folder:
            shutil.copy(service.REPO / "ui" / "crop.js", folder)
            self.assertIn("crops", self.run_by_node(folder, "crops.mjs"))

    def test_nothing_sticks_and_nothing_is_lost_whatever_happens_when(self):
        with tempfile.TemporaryDirectory(prefix="facecraft-") as folder:
            for name in MODULES:
                shutil.copy(service.REPO / "ui" / name, folder)
            pathlib.Path(folder, "server.js").write_text(SERVER)
            pathlib.Path(folder, "settings.js").write_text(SETTINGS)
            self.assertIn("walks", self.run_by_node(folder, "photo_states.mjs"))


def main():
    """As service.main, which needs the models; this does not."""
    sys.argv.pop(1)
    if shutil.which("node") is None:
        print("skipped: no node (Debian: apt-get install nodejs)")
        sys.exit(77)
    unittest.main(verbosity=2)


if __name__ == "__main__":
    main()

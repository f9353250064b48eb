/** What can happen to a photo: its states, the events that move it between them, and what is to be
 *  done then. Nothing here knows a browser or a server: tests/contract/page_states.py walks through
 *  every pair of events in every state.
 *
 *  The work on a picture to look at is a run. A photo has one run at most, and each run ends by
 *  "drawn" or "fails". Events of a run carry its number: what an old one says is not heard.
 *  Downloads are no runs (orders.js): they leave the state alone, so neither can hold up the other. */

/** States in which a run is under way. */
export const WORKING = ["sending", "finding", "drawing"];

/** Events; the first six belong to a run. */
export const EVENTS = ["starts", "sends", "finds", "draws", "drawn", "fails", "changes", "chosen",
  "cancels", "retries", "removed"];
const OF_A_RUN = EVENTS.slice(1, 6);

/** Facts of a photo that was just given. `shown`: there is a picture to look at. `stale`: what is
 *  shown or drawn is not what is wanted now. `sound`: a face was found, so that options may help. */
export function newFacts() {
  return { state: "waiting", run: 0, shown: false, stale: false, sound: false };
}

const stay = () => ({});

/* The options are those of now, so nothing is stale. */
const begin = ({ run, sound }) =>
  ({ state: sound ? "drawing" : "sending", run: run + 1, stale: false, order: "run" });

const sends = () => ({ state: "sending" });
const finds = () => ({ state: "finding" });
const draws = () => ({ state: "drawing", sound: true });

/* What has changed meanwhile is drawn next, and nothing between. */
const drawn = ({ stale }) => ({ state: stale ? "waiting" : "ready", shown: true, sound: true });

/* It may have failed because of options that are no longer wanted. */
const fails = ({ stale, sound }) => ({ state: stale && sound ? "waiting" : "failed" });

const mark = () => ({ stale: true });
const again = () => ({ state: "waiting" });
const renew = () => ({ state: "waiting", stale: true });
const mend = ({ sound }) => (sound ? renew() : stay());
const catchUp = ({ stale }) => (stale ? again() : stay());

/* What was seen before stays to be seen; it is drawn again when somebody looks or changes something. */
const rest = ({ shown }) => ({ state: shown ? "ready" : "cancelled", stale: true });
const stop = (facts) => ({ ...rest(facts), run: facts.run + 1, order: "abort" });
const end = ({ run }) => ({ state: "removed", run: run + 1, order: "abort" });

/** A row for each state, a column for each of EVENTS: facts => what is new of them, and `order`. */
export const TABLE = {
  //           starts sends  finds  draws  drawn  fails  changes chosen   cancels retries removed
  waiting:   [begin, stay,  stay,  stay,  stay,  stay,  mark,   stay,    rest,   stay,   end],
  sending:   [stay,  sends, finds, draws, drawn, fails, mark,   stay,    stop,   stay,   end],
  finding:   [stay,  sends, finds, draws, drawn, fails, mark,   stay,    stop,   stay,   end],
  drawing:   [stay,  sends, finds, draws, drawn, fails, mark,   stay,    stop,   stay,   end],
  ready:     [stay,  stay,  stay,  stay,  stay,  stay,  renew,  catchUp, stay,   renew,  end],
  failed:    [stay,  stay,  stay,  stay,  stay,  stay,  mend,   stay,    stay,   again,  end],
  cancelled: [stay,  stay,  stay,  stay,  stay,  stay,  mark,   stay,    stay,   again,  end],
  removed:   [stay,  stay,  stay,  stay,  stay,  stay,  stay,   stay,    stay,   stay,   stay],
};

/** What an event makes of a photo: { facts, order }. order: "run" (begin run facts.run), "abort"
 *  (give up the run that was) or null. `run` is that of whoever speaks, for events of a run. */
export function next({ state, run, shown, stale, sound }, event, speaker = run) {
  const facts = { state, run, shown, stale, sound };
  const isOld = OF_A_RUN.includes(event) && speaker !== run;
  const { order = null, ...change } = isOld ? {} : TABLE[state][EVENTS.indexOf(event)](facts);
  return { facts: { ...facts, ...change }, order };
}

export function isWorking({ state }) {
  return WORKING.includes(state);
}

/** On its way, or waiting for that. */
export function isBusy(photo) {
  return photo.state === "waiting" || isWorking(photo);
}

/** Without a portrait, until somebody tries again. */
export function isStuck({ state }) {
  return state === "failed" || state === "cancelled";
}

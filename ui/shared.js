/** Work that several wait for: it is done once, and given up when nobody waits any more. */

export class Shared {
  #abort = new AbortController();
  #waiters = new Set();
  #isOver = false;
  #result;

  /** work: (signal, tell) => Promise. What it tells is passed on to all who wait. */
  constructor(work) {
    const tell = (...news) => this.#waiters.forEach((waiter) => waiter(...news));
    this.#result = work(this.#abort.signal, tell).finally(() => { this.#isOver = true; });
    this.#result.catch(() => {}); // whoever waits hears of it
  }

  /** Whether one can still join: it runs, and was not given up. */
  get isOpen() {
    return !this.#isOver && !this.#abort.signal.aborted;
  }

  /** The result; ends early, with a failure, when the signal says so. */
  wait(signal, tell = () => {}) {
    const waiter = (...news) => tell(...news);
    this.#waiters.add(waiter);
    return new Promise((resolve, reject) => {
      signal.throwIfAborted();
      signal.addEventListener("abort", () => reject(signal.reason), { once: true });
      this.#result.then(resolve, reject);
    }).finally(() => {
      this.#waiters.delete(waiter);
      if (this.#waiters.size === 0) {
        this.#abort.abort();
      }
    });
  }
}

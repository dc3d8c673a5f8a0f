// @ts-check
/** How long an answer is waited for. A page may have been held up, and its timers ring before the answers come that are there already. */

/** What is given in the place of an answer that did not come in time. */
export const LATE = Symbol("late");

/** So many tasks of the event loop pass before something counts as unanswered whose time is up: some tenths of a second, */
const TASKS_OF_GRACE = 20_000;
/** or fewer, but at least so many, if they take */
const FEWEST_TASKS = 20;
/** so long together, in milliseconds: a page may be busy without end. */
const LONGEST_GRACE = 500;
/** One task counts as so long at most, in milliseconds, so that the fewest are enough: a clock may be set meanwhile. */
const LONGEST_TASK = LONGEST_GRACE / (FEWEST_TASKS - 1);

/**
 * What work gives, or {@link LATE} if the time is up before. A page that was frozen gets it twice.
 * @template T
 * @param {Promise<T>} work goes on also when nobody waits any longer
 * @param {number} milliseconds
 * @returns {Promise<T | typeof LATE>}
 */
export async function inTime(work, milliseconds) {
  let isDone = false;
  const settled = () => void (isDone = true); // not before whoever races with it could hear
  work.then(settled, settled);
  for (let half = 0; half < 2; half++) {
    /** @type {any} */
    let timer;
    const rings = new Promise((resolve) => (timer = setTimeout(resolve, milliseconds / 2, LATE)));
    try {
      const first = await Promise.race([work, rings]);
      if (first !== LATE) return first;
    } finally {
      clearTimeout(timer);
    }
  }
  return Promise.race([work, grace(() => isDone)]);
}

/** Lets tasks pass between a timer that rings and the end of waiting, as long as there is something to wait for. @param {() => boolean} isDone @returns {Promise<typeof LATE>} */
export async function grace(isDone) {
  let taken = 0;
  for (let tasks = 0; tasks < TASKS_OF_GRACE && !isDone(); tasks++) {
    if (tasks >= FEWEST_TASKS && taken > LONGEST_GRACE) break;
    const start = performance.now();
    await task();
    taken += Math.min(Math.max(performance.now() - start, 0), LONGEST_TASK);
  }
  return LATE;
}

/** Settles in a task that no timer holds back. @returns {Promise<unknown>} */
function task() {
  return new Promise((resolve) => {
    if (typeof MessageChannel !== "function") return setTimeout(resolve, 0);
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = resolve;
    return port2.postMessage(undefined);
  });
}

/** Settles in a later task, so that what the page has to do meanwhile comes first. Without a timer, which a hidden page may have once a second. */
export const rest = task;

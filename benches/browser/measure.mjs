// @ts-check
/**
 * Measures contenders side by side: a round takes one sample of each, so that whatever else the machine does meanwhile
 * meets them all alike. What is told are medians over the rounds.
 */
import { randoms, shuffled } from "./random.mjs";

/**
 * @typedef {object} Contender
 * @property {string} name
 * @property {(at: number) => unknown} run one operation, on the value at a random place of the pool
 * @property {boolean} [isAsync] `run` gives a promise, which is awaited before the next operation
 */
/**
 * What is to be reached. `against` names a contender, and the first one is ours.
 * @typedef {{ against: string, faster: number }
 *   | { against: string, atMost: number }
 *   | { most: number }} Target so many times as fast; at most so many times its time; at most this, in the case's unit
 */
/** @typedef {{ title: string, figure: string, reached: boolean }} Check what holds or does not */
/**
 * @typedef {object} Case
 * @property {string} title
 * @property {number} pool how many values there are to choose from
 * @property {Contender[]} contenders ours first
 * @property {Target[]} targets
 * @property {() => Check[]} [after] looked at when everything is measured; throws if it was not what should be measured
 */
/**
 * What one operation takes, over the samples of `batch` operations each.
 * @typedef {{ name: string, median: number, p25: number, p75: number, min: number, max: number, samples: number, batch: number }} Figure
 */
/** @typedef {{ title: string, unit: "ns" | "B", figures: Figure[], targets: Target[], checks: Check[] }} Measured */
/** @typedef {(line: string) => void} Say */

/** At least so many rounds, and for so long: what else the machine does comes in bursts of a second. */
const ROUNDS = 41;
const ROUNDS_MS = 3_000;
/** A sample is so many operations that it takes about this long: a thousand times the clock's 5 µs. */
const SAMPLE_MS = 5;
/** Each contender runs for this long before it counts, in turns, so that V8's last optimisations come before the first sample. */
const WARM_MS = 500;
const WARM_TURNS = 10;

/** A power of two. Enough places for one sample, so that it draws from the whole pool. */
const DRAWN = 1 << 16;

const drawn = new Uint32Array(DRAWN);
const random = randoms(Date.now());

/** Holds the last results, so that they count as used. @type {unknown[]} */
const sink = new Array(8).fill(0);

/** @param {Case} description @param {Say} say @returns {Promise<Measured>} */
export async function measure({ title, pool, contenders, targets, after }, say) {
  const racers = contenders.map((contender) => ({ ...contender, loop: loopOf(contender), batch: 1, times: /** @type {number[]} */ ([]) }));
  for (let turn = 0; turn < WARM_TURNS; turn++) {
    say(`${title}: warming up (${turn + 1} of ${WARM_TURNS})`);
    for (const racer of racers) await warmUp(racer, pool);
  }
  const start = performance.now();
  for (let round = 0; round < ROUNDS || performance.now() - start < ROUNDS_MS; round++) {
    if (round % 10 === 0) say(`${title}: round ${round + 1}`);
    // In another order each time: nobody always follows the same neighbour, and what it leaves in the caches.
    for (const racer of shuffled(racers, random)) racer.times.push(((await sample(racer, pool)) * 1e6) / racer.batch);
    await new Promise((resolve) => setTimeout(resolve));
  }
  const figures = racers.map(({ name, times, batch }) => ({ name, ...spread(times), batch }));
  return { title, unit: "ns", figures, targets, checks: after?.() ?? [] };
}

/** @typedef {Contender & { loop: (batch: number) => unknown, batch: number, times: number[] }} Racer */

/**
 * Runs a contender for its turn, and finds how many operations make a sample: by the fastest time of the turn, so that
 * none is too short.
 * @param {Racer} racer @param {number} pool
 */
async function warmUp(racer, pool) {
  const until = performance.now() + WARM_MS / WARM_TURNS;
  let fastest = Infinity;
  do {
    const ms = await sample(racer, pool);
    fastest = Math.min(fastest, Math.max(ms, 0.005) / racer.batch);
    // Step by step: the first operations are slow, and say little.
    racer.batch = Math.min(Math.ceil(SAMPLE_MS / fastest), racer.batch * 10);
  } while (performance.now() < until);
}

/** @param {Racer} racer @param {number} pool @returns {Promise<number>} milliseconds */
async function sample({ loop, batch, isAsync }, pool) {
  for (let i = 0; i < DRAWN; i++) drawn[i] = random() * pool;
  globalThis.gc?.({ type: "minor" }); // what the last one left behind is not this one's to clear away
  const start = performance.now();
  const end = loop(batch);
  if (isAsync) await end;
  return performance.now() - start;
}

let loops = 0;

/**
 * A loop from a text of its own, since V8 keeps what it learns of a call by the place in the text: one loop for all
 * contenders would call each of them the slow way.
 * @param {Contender} contender
 * @returns {(batch: number) => unknown}
 */
function loopOf({ run, isAsync }) {
  const [asynchronous, awaited] = isAsync ? ["async", "await"] : ["", ""];
  const text = `// ${loops++}
    return ${asynchronous} function loop(batch) {
      for (let i = 0; i < batch; i++) sink[i & 7] = ${awaited} run(drawn[i & ${DRAWN - 1}]);
    };`;
  return new Function("run", "drawn", "sink", text)(run, drawn, sink);
}

/** @param {number[]} values */
export function spread(values) {
  const sorted = values.slice().sort((a, b) => a - b);
  /** @param {number} share between neighbours: in proportion */
  const at = (share) => {
    const place = (sorted.length - 1) * share;
    const below = /** @type {number} */ (sorted[Math.floor(place)]);
    const above = /** @type {number} */ (sorted[Math.ceil(place)]);
    return below + (above - below) * (place % 1);
  };
  return { median: at(0.5), p25: at(0.25), p75: at(0.75), min: at(0), max: at(1), samples: sorted.length };
}

/**
 * For `after`: throws if anything was computed while hits were measured.
 * @param {number} computed how often @param {number} entries @returns {never[]}
 */
export function onlyHits(computed, entries) {
  if (computed !== entries) throw new Error(`computed ${computed} times for ${entries} entries, so not only hits were measured`);
  return [];
}

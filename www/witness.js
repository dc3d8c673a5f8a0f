// What Keepsake says while a call runs: which cached functions answered, and out of what.
import { configure } from "keepsake";

/** @typedef {"computed" | "memory" | "disk" | "joined"} Outcome */
/** @typedef {{ functionName: string, outcome: Outcome }} Answer */

/** @type {Set<{ names: Set<string>, answers: Answer[] }>} */
const watches = new Set();

/** Takes over the events of the page. `onFault` hears what Keepsake could not do. */
export function listen(onFault) {
  configure({
    onEvent(event) {
      if (event.type === "fault") onFault(event);
      const outcome = outcomeOf(event);
      if (!outcome) return;
      for (const watch of watches) {
        if (watch.names.has(event.functionName)) watch.answers.push({ functionName: event.functionName, outcome });
      }
    },
  });
}

/** @returns {Outcome | undefined} */
function outcomeOf(event) {
  if (event.type === "hit") return event.from;
  if (event.type === "miss") return "computed";
  if (event.type === "join") return "joined";
  return undefined;
}

/** The last turn taken with each function, by name. */
const turns = new Map();

/**
 * Runs `call` and gives what it came to, how long it took, and the answers of `functions` on the
 * way. Calls that go through the same function take turns, so that an answer belongs to one call.
 */
export function witness(functions, call) {
  const names = new Set(functions.map((fn) => fn.name));
  const before = [...names].map((name) => turns.get(name));
  const turn = Promise.allSettled(before).then(() => watchCall(names, call));
  for (const name of names) turns.set(name, turn);
  return turn;
}

async function watchCall(names, call) {
  const watch = { names, answers: [] };
  watches.add(watch);
  const start = performance.now();
  const result = await settle(call);
  const ms = performance.now() - start;
  await new Promise((resolve) => setTimeout(resolve)); // for an event that comes right after the value
  watches.delete(watch);
  return { ...result, ms, answers: watch.answers };
}

async function settle(call) {
  try {
    return { value: await call() };
  } catch (error) {
    return { error };
  }
}

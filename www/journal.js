// Where each result came from, as Keepsake itself tells it: a trail of badges for each cached function.
import { on } from "keepsake";

/** So many calls of a function are remembered. */
const KEPT = 5;

const number = new Intl.NumberFormat("en", { maximumSignificantDigits: 3 });

/** By the function's name. A function may be called before its trail is on the page. */
const trails = new Map();

on((event) => {
  const outcome = outcomeOf(event);
  if (outcome) note(event.functionName, outcome, event.type === "computed" ? milliseconds(event.duration) : "");
});

function milliseconds(duration) {
  return duration < 0.05 ? "< 0.1 ms" : `${number.format(duration)} ms`;
}

function outcomeOf({ type, from, failed }) {
  if (type === "computed") return failed ? "failed" : "computed";
  return { hit: from, join: "joined" }[type];
}

/** The list of what came of a function's last calls, the newest last. */
export function trailOf(name) {
  if (!trails.has(name)) trails.set(name, document.createElement("ol"));
  return trails.get(name);
}

/** Adds to a function's trail. */
export function note(name, outcome, detail = "") {
  const item = document.createElement("li");
  item.className = `badge ${outcome}`;
  item.textContent = `${outcome} ${detail}`.trim();
  const trail = trailOf(name);
  trail.append(item);
  while (trail.childElementCount > KEPT) trail.firstChild.remove();
}

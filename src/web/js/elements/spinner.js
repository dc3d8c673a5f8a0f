// @ts-check
/** What is shown while a cached call is computed: where the call draws, or in the page's own place. */
import { HERE, shared } from "../replay/context.js";
import { element } from "./dom.js";
import { insideOf, regionOf } from "./handle.js";

const TICK_MS = 100;

/** @type {import("../replay/context.js").Spinner} */
export function spinner(text, { showTime, place }) {
  const where = place ?? HERE;
  const region = regionOf(where);
  if (region.element === null) return () => {}; // of a run that is over, or without a page
  const shown = insideOf(where)?.run?.shown;
  const node = element("div", "spinner", element("span", "wheel"), element("span", "", text));
  node.role = "status";
  region.show(node);
  const stop = showTime ? clock(node) : () => {};
  const end = () => {
    stop();
    node.remove();
    shown?.delete(end);
  };
  shown?.add(end);
  return end;
}

/** Counts the seconds, for the eye only: aloud it would never end. @param {HTMLElement} node */
function clock(node) {
  const time = element("span", "time");
  time.ariaHidden = "true";
  node.append(time);
  const start = performance.now();
  const tick = () => (time.textContent = `${((performance.now() - start) / 1_000).toFixed(1)} s`);
  tick();
  const timer = setInterval(tick, TICK_MS);
  return () => clearInterval(timer);
}

shared.spinner = spinner;

// @ts-check
/** The spinner: shows that a call is being computed, to whoever has waited for a while. */
import { shared } from "./replay/context.js";

/** @typedef {import("./cached.js").Cached} Cached */
/** @typedef {import("./flight.js").Extra} Extra */
/** @typedef {import("./flight.js").Flight} Flight */

/** Who waits less than this is shown nothing, in milliseconds: what comes at once would only flicker. */
const PATIENCE = 500;

const nothing = () => {};

/** Shows it to the leader of a flight. @param {Cached} cached @param {Flight} flight @param {Extra | null} extra */
export function spinFor(cached, flight, extra) {
  flight.endSpinner = spin(cached, flight, extra);
}

/** Shows it to a caller who waits for what another one leads. @template T @param {Cached} cached @param {Flight} flight @param {Promise<T>} outcome @param {Extra | null} extra @returns {Promise<T>} */
export function spun(cached, flight, outcome, extra) {
  const end = spin(cached, flight, extra);
  if (end === nothing) return outcome;
  const signals = extra?.signals ?? [];
  for (const signal of signals) signal.addEventListener("abort", end);
  return outcome.finally(() => {
    for (const signal of signals) signal.removeEventListener("abort", end);
    end();
  });
}

/**
 * Shows it, if the function has one, as long as its computation takes: once in each place where somebody waits. Only the
 * outermost call has one, as far as that can be told: who calls cached functions in a cached function waits for that.
 * @param {Cached} cached @param {Flight} flight @param {Extra | null} extra what goes with the call
 * @returns {() => void} ends it
 */
function spin(cached, flight, extra) {
  const { page } = cached.cache;
  const context = extra === null ? null : extra.context;
  const wanted = cached.options.showSpinner ?? page.showSpinner ?? false;
  if (wanted === false || typeof document === "undefined" || context?.isDetached || context?.recorder || context?.beside || context?.isWithin) return nothing;
  const place = context?.place ?? null;
  const places = (flight.spinsIn ??= new Set());
  if (places.has(place)) return nothing;
  places.add(place);
  const text = typeof wanted === "string" ? wanted : `Running \`${cached.name || "function"}(...)\`.`;
  const options = { showTime: Boolean(cached.options.showTime ?? page.showTime), place };
  let end = nothing;
  const attempt = (/** @type {() => unknown} */ act) => {
    try {
      return act();
    } catch (error) {
      cached.cache.report("spinner-failed", "the `spinner` threw.", error);
      return undefined;
    }
  };
  const timer = setTimeout(() => {
    const show = page.spinner ?? shared.spinner;
    const shown = show === null ? undefined : attempt(() => show(text, options));
    if (typeof shown === "function") end = () => void attempt(/** @type {() => unknown} */ (shown));
    if (show === null) cached.cache.report("no-spinner", "`showSpinner` draws by keepsake/elements: import it, or give one of your own: configure({ spinner: (text) => () => {} }).");
  }, PATIENCE);
  return () => {
    clearTimeout(timer);
    places.delete(place);
    end();
    end = nothing;
  };
}

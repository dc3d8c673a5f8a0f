// @ts-check
/** The spinner: shows that a call is being computed, to whoever has waited for a while. */
import { shared } from "./replay/context.js";

/** @typedef {import("./cached.js").Cached} Cached */
/** @typedef {import("./flight.js").Flight} Flight */
/** @typedef {import("./replay/context.js").Context} Context */

/** Who waits less than this is shown nothing, in milliseconds: what comes at once would only flicker. */
const PATIENCE = 500;

const nothing = () => {};

/**
 * Shows it, if the function has one, as long as its computation takes: once in each place where somebody waits. Only the
 * outermost call has one: who calls cached functions in a cached function waits for that.
 * @param {Cached} cached @param {Flight} flight @param {Context | null} context that the call is made in
 * @returns {() => void} ends it
 */
export function spin(cached, flight, context) {
  const { page } = cached.cache;
  const wanted = cached.options.showSpinner ?? page.showSpinner ?? false;
  if (wanted === false || typeof document === "undefined" || context?.isDetached || context?.recorder || context?.beside) return nothing;
  const place = context?.place ?? null;
  if (flight.places?.has(place)) return nothing;
  (flight.places ??= new Set()).add(place);
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
    end();
    end = nothing;
  };
}

/** Shows it to who waits for a computation that is under way, until they have waited. @param {Cached} cached @param {Flight} flight @param {Context | null} context that the call is made in @param {Promise<any>} waited */
export function spinWhile(cached, flight, context, waited) {
  const stop = spin(cached, flight, context);
  if (stop !== nothing) waited.then(stop, stop);
}

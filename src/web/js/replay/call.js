// @ts-check
/** A cached call among effects: the context that it is made in, and the one that its function runs in. */
import { ST } from "../platform.js";
import { withSt } from "../stand-ins.js";
import { currentContext, shared, within } from "./context.js";
import { Recorder } from "./recorder.js";
import { replay } from "./replay.js";

/** @typedef {import("../cached.js").Cached} Cached */
/** @typedef {import("./context.js").Context} Context */
/** @typedef {import("./context.js").St} St */

/** Where nobody is to see what is drawn. */
export const NOWHERE = Object.freeze({ recorder: null, place: null, isDetached: true });

/** The context that a call is made in: that of an `st` among its arguments, or that of the moment. What is called by an effect is a part of the effect. @param {St | undefined} st @returns {Context | null} */
export function contextOf(st) {
  const current = currentContext();
  const isWithin = current?.isWithin === true;
  if (st === undefined) return isWithin ? { ...current, recorder: null, beside: null } : current;
  const own = /** @type {Context} */ (ask(st));
  const isDetached = own.isDetached || current?.isDetached === true;
  return { recorder: isWithin ? null : own.recorder, beside: isWithin ? null : (current?.recorder ?? null), place: st, isWithin, isDetached };
}

/**
 * Runs the function of a call, and records what it draws.
 * @param {Cached} cached @param {unknown} self @param {any[]} args @param {import("../flight.js").Flight} flight @param {import("../flight.js").Extra | null} extra
 */
export function runRecorded(cached, self, args, flight, extra) {
  const context = enter(cached, extra === null ? null : extra.context, flight.isBehind);
  flight.recorder = context.recorder;
  const own = extra === null || extra.st === undefined ? args : withSt(args, (st) => stWithin(st, context));
  return within(context, () => cached.run(self, own));
}

/**
 * The context that the function of a call runs in.
 * @param {Cached} cached @param {Context | null} outer @param {boolean} isDetached whether nobody is to see it
 * @returns {Context & { recorder: Recorder }}
 */
function enter(cached, outer, isDetached) {
  const place = outer?.place ?? null;
  return { recorder: new Recorder(cached, outer, place), place, isDetached: isDetached || outer?.isDetached === true };
}

/** Until the promise of a function settles, nobody can tell whether what is drawn is its own. @template T @param {import("../flight.js").Flight} flight @param {PromiseLike<T>} result @returns {Promise<T>} */
export async function untilSettled(flight, result) {
  const counts = Number(!flight.isBehind);
  shared.waiting += counts;
  try {
    return await result;
  } finally {
    shared.waiting -= counts;
    close(flight);
  }
}

/** A computation has ended: what its handles draw from now on is not part of it. @param {import("../flight.js").Flight} flight */
export function close(flight) {
  if (flight.recorder !== null) flight.recorder.isOpen = false;
}

/** What a computation drew; nothing if that is nothing. @param {import("../flight.js").Flight} flight */
export function drawnBy({ recorder }) {
  return recorder === null || recorder.effects.length === 0 ? null : recorder.effects;
}

/** Draws again what a computation drew, for a caller who did not see it and is still there. @param {Cached} cached @param {import("./recorder.js").Recorded[] | null} effects @param {import("../flight.js").Extra | null} extra what goes with the call */
export function draw(cached, effects, extra) {
  if (effects === null || extra?.signals?.some(({ aborted }) => aborted)) return;
  const { cache } = cached;
  replay(effects, extra === null ? null : extra.context, cache.codecs, (error) => cache.report("replay-failed", `what ${cached.description} drew could not all be drawn again.`, error));
}

/** The handle that stands for an `st` among the arguments in a call's own context. @param {St} st @param {Context & { recorder: Recorder }} context */
function stWithin(st, context) {
  const own = { ...context };
  const handle = ask(st, own);
  own.place = handle;
  shared.handles.add(handle);
  for (const recorder of context.recorder.active()) recorder.adopt(handle, st);
  return handle;
}

/** The arguments with an `st` that draws where nobody sees it. @param {unknown[]} args */
export function withoutPlace(args) {
  return withSt(args, (st) => ask(st, { ...NOWHERE }));
}

/** The arguments with an `st` whose drawing is recorded by nobody. @param {any[]} args */
export function unrecorded(args) {
  return withSt(args, (st) => {
    const own = /** @type {Context} */ (ask(st));
    return own.recorder === null ? st : ask(st, { ...own, recorder: null });
  });
}

/** @param {St} st @param {Context} [context] */
function ask(st, context) {
  return /** @type {(context?: Context) => any} */ (st[ST]).call(st, context);
}

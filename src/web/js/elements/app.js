// @ts-check
/**
 * Apps: a script that draws from top to bottom, at the start and again at every interaction. A newer run supersedes one that
 * is under way: what the older draws after that is seen nowhere, and still recorded for the cached functions that drew it.
 */
import { KeepsakeError } from "../errors.js";
import { within } from "../replay/context.js";
import { hasDocument } from "./dom.js";
import { handleOver } from "./handle.js";
import { regionIn } from "./page.js";
import { errorLine } from "./plain.js";
import { messageView } from "./texts.js";

/** @typedef {import("./region.js").Region} Region */
/** @typedef {(st: import("./handle.js").Handle, run: { signal: AbortSignal }) => unknown} Script */

/** One run of a script, from its start until the next one starts. */
export class Run {
  /** The identities of the widgets that it has drawn. @type {Set<string>} */
  drawn = new Set();
  /** What ends that which it shows beside the elements of the script, such as spinners. @type {Set<() => void>} */
  shown = new Set();
  #controller = new AbortController();
  signal = this.#controller.signal;

  /** @param {App} app */
  constructor(app) {
    this.app = app;
  }

  /** Whether a newer one has started, or the app has ended. */
  get isOver() {
    return this.signal.aborted;
  }

  supersede() {
    this.#controller.abort();
    for (const end of [...this.shown]) end();
  }
}

export class App {
  /** What the widgets stand at, by their identity. @type {Map<string, unknown>} */
  state = new Map();
  /** The buttons that have been clicked, until a run has learned of it. @type {Set<string>} */
  clicks = new Set();
  #script;
  /** @type {Region} */
  #region;
  /** @type {Run | null} */
  #run = null;
  /** Whether the script is on the stack: what it causes itself is a run after this one. */
  #isRunning = false;
  /** Whether it has caused one. */
  #isAsked = false;
  #isStopped = false;
  #isUnderWay = false;
  /** Those who wait until no run is under way. @type {(() => void)[]} */
  #waiting = [];

  /** @param {Region} region @param {Script} script */
  constructor(region, script) {
    this.#region = region;
    this.#script = script;
  }

  /** @returns {Promise<void>} */
  get settled() {
    return new Promise((resolve) => (this.#isUnderWay ? this.#waiting.push(resolve) : resolve()));
  }

  rerun() {
    if (this.#isStopped) return;
    if (this.#isRunning) {
      if (!this.#isAsked) setTimeout(() => this.rerun()); // a page that draws itself without end still hears its user
      this.#isAsked = true;
      return;
    }
    this.#isAsked = false;
    const before = this.#run;
    this.#run = null;
    before?.supersede();
    if (this.#isStopped || this.#run !== null) return; // whoever heard of it has run it, or stopped it
    const run = new Run(this);
    this.#run = run;
    this.#isUnderWay = true;
    this.#region.begin(run, "");
    /** @type {import("./handle.js").Context} */
    const context = { recorder: null, place: null, isDetached: false };
    const st = handleOver(this.#region, run, context);
    context.place = st;
    try {
      this.#isRunning = true;
      const result = within(context, () => this.#script(st, { signal: run.signal }));
      if (typeof (/** @type {any} */ (result)?.then) !== "function") return this.#end(run);
      Promise.resolve(result).then(() => this.#end(run), (error) => this.#fail(run, error));
    } catch (error) {
      this.#fail(run, error);
    } finally {
      this.#isRunning = false;
    }
  }

  stop() {
    if (this.#isStopped) return;
    this.#isStopped = true;
    this.#run?.supersede();
    this.#region.element?.remove();
    this.#rest();
  }

  #rest() {
    this.#isUnderWay = false;
    for (const tell of this.#waiting.splice(0)) tell();
  }

  /** @param {Run} run */
  #end(run) {
    if (run.isOver) return;
    this.#region.sweep();
    if (!this.#isAsked) this.clicks.clear(); // a click on what is no longer drawn
    this.#rest();
  }

  /** What a script throws is shown where it was, and told like any error that nobody catches. @param {Run} run @param {unknown} error */
  #fail(run, error) {
    if (run.isOver) return; // mostly what the signal ended
    this.#region.draw("error", null, () => messageView("error"), [errorLine(error)]);
    this.#end(run);
    reportError(error);
  }
}

const NEEDS = 'st.run takes an element and a function: st.run(document.querySelector("#app"), async (st) => { … })';

/** An element has one app. @type {WeakMap<object, App>} */
const apps = new WeakMap();

/**
 * Runs a script in an element of the page, now and at every interaction with its widgets.
 * @param {Element} root @param {Script} script
 */
export function run(root, script) {
  if (typeof script !== "function") throw new KeepsakeError(NEEDS, { code: "invalid-app" });
  if (!hasDocument()) return { rerun() {}, stop() {}, settled: Promise.resolve() };
  if (![1, 11].includes(root?.nodeType)) throw new KeepsakeError(`${NEEDS}. The first is none. Is it on the page yet?`, { code: "invalid-app" });
  apps.get(root)?.stop(); // as after a hot reload
  const app = new App(regionIn(root), script);
  apps.set(root, app);
  app.rerun();
  return {
    rerun: () => app.rerun(),
    stop: () => app.stop(),
    get settled() {
      return app.settled;
    },
  };
}

// @ts-check
/** Holds `identity` to its promise: objects by themselves, in memory by number, beyond the page by the call that made them; runs in every environment. */
import { collect, differs, hexOf, holds, same, shown, text, thrownBy, walkersOf } from "./walking.mjs";

/** @typedef {import("./walking.mjs").Inside} Inside */
/** An instance of Keepsake, and what it has reported. @typedef {{ own: ReturnType<Inside["createKeepsake"]>, reports: string[] }} Page */

/** @param {Inside} inside */
export function checkIdentity(inside) {
  return collect(inside, CHECKS);
}

/** How many bytes tell a call that made a resource: its function's key and a digest of the call. */
const ORIGIN_BYTES = 32;

class Model {
  /** @param {unknown} id */
  constructor(id) {
    this.id = id;
  }
}

/** The walkers know `identity` by its mark, and never call it. */
const identity = Object.defineProperty(
  () => {
    throw new Error("called");
  },
  Symbol.for("keepsake.identity"),
  { value: true },
);

/** @type {import("./walking.mjs").Checks} */
const CHECKS = {
  "in memory every object has its number": (inside) => {
    const identities = new inside.walkers.Identities();
    const rules = inside.walkers.rules([[Model, identity]]);
    const [one, twin] = [new Model(1), new Model(1)];
    const number = (/** @type {unknown} */ value, known = identities.page) => hexOf(walkersOf(inside).complete(value, { rules, identities: known }));
    const first = number(one);
    holds(first.startsWith("33") && first.length === 18, first);
    differs(first, number(twin), "equal content, other objects");
    one.id = 9;
    same(number(one), first, "the content does not count");
    same(number(one, identities.page), first, "the same in every walk");
    same(number(one, new inside.walkers.Identities().page), first, "the same in every instance");
    same(number([one, twin]), `1002${number(one)}${number(twin)}`, "a list of both");
  },

  "functions have an identity too": (inside) => {
    const { page } = new inside.walkers.Identities();
    const rules = inside.walkers.rules([[Function, identity]]);
    const [one, two] = [() => 1, () => 1].map((value) => hexOf(walkersOf(inside).complete(value, { rules, identities: page })));
    differs(one, two, "two functions of one text");
  },

  "primitives have none": (inside) => {
    const { page, beyond } = new inside.walkers.Identities();
    const rules = inside.walkers.rules([[String, identity]]);
    for (const [where, identities] of /** @type {const} */ ([["in the page", page], ["beyond it", beyond]])) {
      const error = thrownBy(() => walkersOf(inside).complete(["a"], { rules, identities }), `a text has an identity ${where}`);
      same(text(error, "name"), "UserHashError", `${where}: ${shown(error)}`);
      same(text(error, "path"), "value[0]", where);
      holds(text(error, "message").includes("takes objects only"), text(error, "message"));
    }
  },

  "beyond the page only what a resource call made has one": async (inside) => {
    const identities = new inside.walkers.Identities();
    const rules = inside.walkers.rules([[Model, identity]]);
    const of = (/** @type {unknown} */ object, known = identities.beyond) => hexOf(walkersOf(inside).complete(object, { rules, identities: known }));
    const calls = [1, 2].map((byte) => new Uint8Array(ORIGIN_BYTES).fill(byte));
    const [one, again, other, stranger] = [new Model(1), new Model(1), new Model(1), new Model(1)];
    for (const [object, call] of /** @type {[Model, Uint8Array][]} */ ([[one, calls[0]], [again, calls[0]], [other, calls[1]]])) identities.remember(object, call);
    const known = of(one);
    same(known, `34${hexOf(/** @type {Uint8Array} */ (calls[0]))}`, "a resource");
    same(of(again), known, "another object of the same call");
    differs(of(other), known, "an object of another call");
    refusedBeyond(() => of(stranger), "nobody made it");
    holds(of(one, identities.page).startsWith("33"), "in memory it is the object that counts");
    await itIsTheCallThatCounts(inside);
  },

  "the call that made a resource is the same on every page": (inside) => {
    const [here, there] = [pageOf(inside), pageOf(inside)].map((page) => {
      const { own } = page;
      const [model, newer] = ["1", "2"].map((version) => own.cacheResource((/** @type {string} */ name) => new Model(name), { name: "model", version }));
      return [model("a"), model("b"), newer("a")].map((object) => digestOf(page, object));
    });
    same(here, there, "two pages");
    const [first, second, third] = /** @type {string[]} */ (here);
    holds(first !== second && second !== third && first !== third, `${first} ${second} ${third}`);
  },

  "what a function without a lasting identity made has no origin": (inside) => {
    const page = pageOf(inside);
    const { own } = page;
    const wrapAt = (/** @type {string} */ stack) => withStack(stack, () => own.cacheResource((/** @type {string} */ name) => new Model(name), {}));
    const placeless = wrapAt("");
    refusedBeyond(() => digestOf(page, placeless("a")), "nobody would find the function again");

    const stack = `Error\n    at https://a.example/${Math.random()}.js:1:2`; // the register of call sites outlives this check
    const placed = wrapAt(stack);
    digestOf(page, placed("a"));
    const twin = wrapAt(stack);
    refusedBeyond(() => digestOf(page, placed("b")), "its place is a factory's");
    refusedBeyond(() => digestOf(page, twin("b")), "its twin's place is a factory's");

    const unknown = inside.createKeepsake({ enabled: false }); // so the engine is never told of its functions
    const made = unknown.cacheResource((/** @type {string} */ name) => new Model(name), { name: "model", version: "1" })("a");
    refusedBeyond(() => unknown.hash(made, { hashFuncs: [[Model, identity]] }), "the engine does not know its function");
    same(page.reports, [], "reported");
  },

  "nothing is written onto an object": (inside) => {
    const page = pageOf(inside);
    const object = page.own.cacheResource(() => Object.freeze({ a: 1 }), { name: "model", version: "1" })();
    digestOf(page, object);
    const identities = new inside.walkers.Identities();
    const origin = new Uint8Array(ORIGIN_BYTES).fill(1);
    identities.remember(object, origin);
    same(typeof identities.page.number(object), "number", "its number");
    same(identities.beyond.origin(object), origin, "its origin");
    same(Reflect.ownKeys(object), ["a"], "its properties");
  },
};

/** What the library remembers of its own resources, by the digests of what a persisted function would have in its key. @param {Inside} inside */
async function itIsTheCallThatCounts(inside) {
  const page = pageOf(inside);
  const model = page.own.cacheResource((/** @type {string} */ name) => new Model(name), { name: "model", version: "1" });
  const one = model("a");
  same(await model.clear("a"), 1, "entries that were removed");
  const [again, other] = [model("a"), model("b")];
  holds(one !== again, "the call was not made again");
  const known = digestOf(page, one);
  same(digestOf(page, again), known, "another object of the same call, by its digest");
  differs(digestOf(page, other), known, "an object of another call, by its digest");
  refusedBeyond(() => digestOf(page, new Model("a")), "nobody made it, by its digest");
  same(page.reports, [], "reported");
}

/** @param {Inside} inside @returns {Page} */
function pageOf({ createKeepsake }) {
  /** @type {string[]} */
  const reports = [];
  const own = createKeepsake({ enabled: true });
  own.on(({ type, code, message }) => type === "fault" && reports.push(`${code}: ${message}`));
  return { own, reports };
}

/** A digest of an object by itself, as it is beyond the page; throws where it is nothing there. @param {Page} page @param {object} object */
function digestOf({ own, reports }, object) {
  same(reports, [], "reported");
  return own.hash(object, { hashFuncs: [[Object, identity]] });
}

/** An object has no identity beyond the page. @param {() => unknown} act @param {string} what */
function refusedBeyond(act, what) {
  const error = thrownBy(act, what);
  same(text(error, "name"), "UserHashError", `${what}: ${shown(error)}`);
  holds(/persisted|the same everywhere/.test(text(error, "message")), `${what}: ${shown(error)}`);
}

/** Does something where the platform gives this stack. @template T @param {string} stack @param {() => T} act @returns {T} */
function withStack(stack, act) {
  const own = Object.getOwnPropertyDescriptor(Error, "captureStackTrace");
  Object.defineProperty(Error, "captureStackTrace", { value: (/** @type {any} */ holder) => void (holder.stack = stack), configurable: true });
  try {
    return act();
  } finally {
    delete (/** @type {any} */ (Error).captureStackTrace);
    if (own !== undefined) Object.defineProperty(Error, "captureStackTrace", own);
  }
}

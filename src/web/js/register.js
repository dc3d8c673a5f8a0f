// @ts-check
/**
 * The register of call sites, one for all copies and instances of Keepsake in a page: which functions each has wrapped.
 *
 * A call site that wraps more than one function of one text is a factory. Its closures look the same and are not, so each of its
 * functions is kept in memory only, by itself.
 */

/**
 * @typedef {{ stamps: string, number: number, isFactory: boolean, most: number, members: WeakRef<{ isolate(isHot: boolean): void }>[] }} Site
 * @typedef {{ sites: Map<string, Site>, numbers: WeakMap<object, number>, last: number }} Register
 */

/** When so many have been wrapped at one place, those that are gone are forgotten. */
const MOST_MEMBERS = 64;

/** @type {Register} */
const own = { sites: new Map(), numbers: new WeakMap(), last: 0 };

/** @returns {Register} */
function register() {
  const page = /** @type {any} */ (globalThis);
  const known = page[Symbol.for("keepsake")];
  if (known !== undefined) return known;
  try {
    page[Symbol.for("keepsake")] = own;
  } catch {
    // A hardened page takes nothing more: this copy of Keepsake knows its own functions.
  }
  return own;
}

/** A number for an object: it tells one function that is wrapped twice from two, and one blob from another. @param {object} original @returns {number} */
export function numberOf(original) {
  const known = register();
  let number = known.numbers.get(original);
  if (number === undefined) {
    number = known.last += 1;
    known.numbers.set(original, number);
  }
  return number;
}

/**
 * Notes that a function was wrapped at a call site. If that makes the site a factory, all that it wrapped is isolated.
 * @param {string} key of the site @param {string} stamps of its scripts @param {number} number of the function
 * @param {{ isolate(isHot: boolean): void }} member what wraps it
 */
export function visit(key, stamps, number, member) {
  const { sites } = register();
  const site = sites.get(key);
  // The same module with another stamp was evaluated again, as hot reload does: its functions replace those before.
  if (site === undefined || site.stamps !== stamps) {
    sites.set(key, { stamps, number, isFactory: false, members: [new WeakRef(member)], most: MOST_MEMBERS });
    return;
  }
  if (site.members.length >= site.most) {
    site.members = site.members.filter((reference) => reference.deref() !== undefined);
    site.most = Math.max(MOST_MEMBERS, site.members.length * 2);
  }
  site.members.push(new WeakRef(member));
  if (site.number === number && !site.isFactory) return;
  site.isFactory = true;
  const members = site.members;
  site.members = [];
  for (const reference of members) reference.deref()?.isolate(isHot());
}

/**
 * Whether a runtime is about that replaces modules in a running page without another URL, so that a call site may have
 * been evaluated again: webpack's (Next.js and Rspack have the same) and Turbopack's leave functions in the global scope.
 */
function isHot() {
  return Object.keys(globalThis).some((name) => name.startsWith("webpackHotUpdate") || name === "TURBOPACK_CHUNK_UPDATE_LISTENERS");
}

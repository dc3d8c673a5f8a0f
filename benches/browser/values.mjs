// @ts-check
/** Pools of values as apps pass and get them: in each the contents vary, and the shapes too. */
import { draws, randoms, shuffled } from "./random.mjs";

const WORDS = ["user", "order", "invoice", "id", "session", "product", "region", "account-holder", "sku", "customer"];
const CITIES = ["Berlin", "Lyon", "New York", "Osaka", "São Paulo", "Cairo", "Nairobi", "Zürich"];
const COLUMNS = ["price", "year", "name", "updatedAt", "rating", "stock", "country", "weight"];
const TAGS = ["new", "sale", "electric", "used", "imported", "certified", "rare", "bulk"];

/** An array built by push, so that V8 knows it to be without holes. @template T @param {number} count @param {(at: number) => T} make @returns {T[]} */
function many(count, make) {
  /** @type {T[]} */
  const values = [];
  for (let at = 0; at < count; at++) values.push(make(at));
  return values;
}

/** Argument lists like `("user", 42)`. @param {number} count @returns {[string, number][]} */
export function calls(count) {
  const { below, flag, one } = draws(1);
  return many(count, () => [flag() ? one(WORDS) : `${one(WORDS)}${below(1_000)}`, below(100_000)]);
}

/** Query objects of 12 nodes each (objects, arrays and leaves), nested, in four shapes. @param {number} count @returns {object[]} */
export function queries(count) {
  const { below, flag, one, price } = draws(2);
  const shapes = [
    () => ({
      filters: { model: one(WORDS), year: 1990 + below(40), tags: [one(TAGS), one(TAGS)] },
      sort: { by: one(COLUMNS), descending: flag() },
      page: below(50),
      size: 25,
    }),
    () => ({
      table: one(WORDS),
      where: { city: one(CITIES), minimum: price(), maximum: price(), active: flag() },
      order: [one(COLUMNS), "asc"],
      limit: 100,
      offset: below(1_000),
    }),
    () => ({
      q: `${one(TAGS)} ${one(WORDS)}`,
      facets: { brand: [one(WORDS), one(WORDS)], price: { from: below(50), to: 50 + below(50) } },
      sort: one(COLUMNS),
      page: below(20),
      locale: flag() ? "de-CH" : "en",
    }),
    () => ({
      range: { from: "2024-01-01", to: `2024-12-${10 + below(20)}` },
      metrics: [one(COLUMNS), one(COLUMNS), one(COLUMNS)],
      group: { by: one(COLUMNS), bucket: below(60) },
      zone: flag() ? null : "UTC",
    }),
  ];
  return many(count, (at) => {
    const query = /** @type {() => object} */ (shapes[at % shapes.length])();
    if (nodes(query) !== 12) throw new Error(`a query has ${nodes(query)} nodes`);
    return query;
  });
}

/** @param {unknown} value @returns {number} */
function nodes(value) {
  if (typeof value !== "object" || value === null) return 1;
  return Object.values(value).reduce((sum, item) => sum + nodes(item), 1);
}

/** Tables of 100 rows of 5 fields; each of its own contents, in four shapes. @param {number} count @returns {object[][]} */
export function tables(count) {
  const { below, flag, one, price } = draws(3);
  const shapes = [
    (/** @type {number} */ at) => ({ id: at, name: `${one(TAGS)} ${one(WORDS)}`, price: price(), inStock: flag(), category: one(TAGS) }),
    (/** @type {number} */ at) => ({ date: `2024-11-${10 + below(20)}`, open: price(), high: price(), low: price(), volume: at * below(1_000) }),
    () => ({ city: one(CITIES), year: 1990 + below(40), population: below(10_000_000), area: flag() ? price() : null, capital: flag() }),
    (/** @type {number} */ at) => ({ user: `${one(WORDS)}${at}`, email: `${one(WORDS)}@example.org`, age: below(100), active: flag(), score: price() }),
  ];
  return many(count, (at) => many(100, /** @type {(at: number) => object} */ (shapes[at % shapes.length])));
}

/** Plain arrays of 100,000 whole numbers below a million. @param {number} count @returns {number[][]} */
export function integers(count) {
  const { below } = draws(4);
  return many(count, () => many(100_000, () => below(1_000_000)));
}

/** Plain arrays of 100,000 fractions with all their digits. @param {number} count @returns {number[][]} */
export function floats(count) {
  const { fraction } = draws(5);
  return many(count, () => many(100_000, () => fraction() * 1_000));
}

/** Arrays of 20 fractions. @param {number} count @returns {number[][]} */
export function records(count) {
  const { fraction } = draws(7);
  return many(count, () => many(20, fraction));
}

/**
 * Different keys in random order, so that neighbours in the pool are none in memory.
 * @template T @param {number} count @param {(at: number) => T} make @returns {T[]}
 */
export function keys(count, make) {
  return shuffled(many(count, make), randoms(count));
}

/** What else an app passes, so that a function that is about to be measured has seen more than one type. @returns {unknown[]} */
export function sundries() {
  const { below, fraction, one } = draws(6);
  return many(100, () => [
    null, undefined, true, -0, NaN, "", "Привет", "日本語", new Date(below(2 ** 40)), [], {}, [[1], [2, [3]]],
    many(below(20), () => below(100)), many(below(20), fraction), many(below(20), () => one(CITIES)),
    new Float64Array(many(8, fraction)), new Uint8Array(many(300, () => below(256))),
    { [one(COLUMNS)]: one(CITIES), [one(TAGS)]: { [one(WORDS)]: [] } },
  ]).flat();
}

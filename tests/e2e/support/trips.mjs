/**
 * An app whose cached functions return every value of tests/data/round-trips.mjs, and that looks at what comes back.
 */
import { readFileSync } from "node:fs";
import { ISOLATED } from "../../data/environments.mjs";

const data = (name) => readFileSync(new URL(`../../data/${name}`, import.meta.url), "utf8");

/** Isolated, so that there is shared memory; with an answer that is always the same and may be kept, and a way to it. */
export const TRIPS_SITE = {
  headers: ISOLATED,
  files: {
    "data/round-trips.mjs": data("round-trips.mjs"),
    "data/same.mjs": data("same.mjs"),
    "data/here.mjs": data("here.mjs"),
    "data/storable.mjs": data("storable.mjs"),
    rows: { headers: { "Cache-Control": "max-age=0", Date: "Thu, 01 Jan 2026 00:00:00 GMT", "X-Rows": "3" }, body: "[1,2,3]" },
    moved: { status: 302, headers: { Location: "/rows" } },
  },
};

/** Functions of every kind for all values, and what looks at the results. */
export const trips = async ({ cacheData, configure, flush, registerType }) => {
  const lists = await import("/data/round-trips.mjs");
  const { difference, objectsIn, spoil } = await import("/data/same.mjs");
  const { isStorable } = await import("/data/storable.mjs");
  const { ROWS, REFUSED, REFUSED_AT_ONCE, NEAR_MISSES, FACES, register } = lists;
  register(registerType);
  const faults = [];
  configure({ onEvent: ({ type, code, message }) => type === "fault" && faults.push(`${code}: ${message}`) });

  /** What the disk of this engine refuses: Firefox's bitmaps, and blobs in a session of WebKit's that leaves nothing behind. */
  const refused = [];
  for (const sample of [new Blob(["a"]), await createImageBitmap(new ImageData(1, 1))]) if (!(await isStorable(sample))) refused.push(sample.constructor);

  const makers = new Map([...ROWS, ...REFUSED, ...REFUSED_AT_ONCE].map(([label, make]) => [label, make]));
  const runs = new Map();
  const originals = new Map();

  /** A stack shows where the value was made, and not on which way, so that it is the same each time. */
  const fresh = async (make) => {
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 1;
    try {
      return await make();
    } finally {
      Error.stackTraceLimit = stackTraceLimit;
    }
  };
  const note = (label, value) => {
    runs.set(label, (runs.get(label) ?? 0) + 1);
    originals.set(label, value);
    return value;
  };
  const compute = async (label) => note(label, await fresh(makers.get(label)));
  const prepared = new Map();
  const loads = {
    memory: cacheData(async (label) => compute(label), { persist: false, name: "memory", version: 1 }),
    persisted: cacheData(async (label) => compute(label), { name: "persisted", version: 1 }),
    "at once": cacheData((label) => note(label, prepared.get(label)), { persist: false, name: "at once", version: 1 }),
  };
  /** Which values each kind of function takes. */
  const takes = {
    memory: () => true,
    persisted: async ({ inMemory }, make) => !inMemory && !isRefused(await make()),
    "at once": ({ waits }) => !waits,
  };
  const isRefused = (value) => [...objectsIn(value)].some((each) => refused.some((type) => each instanceof type) || (each instanceof FormData && [...each.values()].some(isRefused)));

  /** Looks at one value through one function; tells what is wrong. */
  const look = async (kind, [label, make, { back = make } = {}], isFromDisk) => {
    console.debug(`${kind}, ${label}`); // the last to be seen if the page hangs
    const wrong = [];
    const say = (what, words) => wrong.push(`${label}, ${kind}, ${what}: ${words}`);
    const isLike = async (what, value) => {
      const found = await difference(await fresh(back), value);
      if (found !== null) say(what, found);
    };
    const isApart = (what, objects, others) => {
      const both = [...objects].find((each) => others.has(each));
      if (both !== undefined) say(what, `have ${Object.prototype.toString.call(both)} in common`);
    };
    const ruin = async (what, value) => {
      await spoil(value);
      if (Object(value) === value && (await difference(await fresh(back), value)) === null) say(what, "nothing was spoilt");
    };
    try {
      runs.delete(label);
      originals.delete(label);
      if (kind === "at once") prepared.set(label, await fresh(make));
      const first = await loads[kind](label);
      await isLike(isFromDisk ? "from disk" : "first", first);
      const original = originals.get(label);
      const [ofFirst, ofOriginal] = [objectsIn(first), objectsIn(original)]; // what is spoilt can no longer be looked at
      isApart("first and original", ofFirst, ofOriginal);
      await spoil(original);
      await ruin("first", first);
      const second = await loads[kind](label);
      await isLike("second", second);
      const ofSecond = objectsIn(second);
      isApart("second and original", ofSecond, ofOriginal);
      isApart("second and first", ofSecond, ofFirst);
      await ruin("second", second);
      await isLike("third", await loads[kind](label));
      const computed = runs.get(label) ?? 0;
      if (computed !== (isFromDisk ? 0 : 1)) say("computed", `${computed} times`);
    } catch (error) {
      say("threw", error);
    }
    return wrong;
  };

  const lookAtAll = async (kind, isFromDisk = false) => {
    const rows = [];
    for (const row of ROWS) if (await takes[kind](row[2] ?? {}, row[1])) rows.push(row);
    const wrong = [];
    for (const row of rows) wrong.push(...(await look(kind, row, isFromDisk)));
    await flush();
    return { seen: rows.length, wrong: [...wrong, ...faults.splice(0)] };
  };

  /** How a function refuses, as text; each call is computed anew. */
  const refusals = async (kind, list) => {
    const wrong = [];
    for (const [label, make, path, type] of lists[list]) {
      console.debug(`${kind}, ${label}`);
      runs.delete(label);
      const told = [];
      for (let turn = 0; turn < 2; turn++) {
        if (kind === "at once") prepared.set(label, await fresh(make));
        try {
          const value = await loads[kind](label);
          told.push(`kept as ${Object.prototype.toString.call(value)}`);
        } catch (error) {
          const { name, code, functionName, path, type, message } = error;
          told.push(JSON.stringify({ name, code, functionName, path, type: String(type), says: message.includes(path) }));
        }
      }
      const expected = JSON.stringify({ name: "UnserializableReturnValueError", code: "unserializable-return-value", functionName: kind, path, type: String(type), says: true });
      const other = told.find((each) => each !== expected);
      if (other !== undefined) wrong.push(`${label}, ${kind}: ${other}, not ${path}, ${type}`);
      if (runs.get(label) !== 2) wrong.push(`${label}, ${kind}: computed ${runs.get(label)} times`);
    }
    return { seen: lists[list].length, wrong: [...wrong, ...faults.splice(0)] };
  };

  /** What the comparison does not tell apart and should, or the other way round. */
  const comparison = async () => {
    const wrong = [];
    for (const [label, one, other] of NEAR_MISSES) {
      const all = await Promise.all([one, one, other, other].map(fresh));
      const [same, alike, there, back] = await Promise.all([difference(all[0], all[1]), difference(all[2], all[3]), difference(all[0], all[2]), difference(all[3], all[1])]);
      if (same !== null || alike !== null) wrong.push(`${label}: not like itself: ${same ?? alike}`);
      if (there === null || back === null) wrong.push(`${label}: not seen`);
    }
    for (const [label, one, other] of FACES) {
      const [real, face] = [await fresh(one), await fresh(other)];
      if ((await difference(real, face)) === null || (await difference(face, real)) === null) wrong.push(`${label}: not seen`);
    }
    const values = [];
    for (const [label, make] of ROWS) {
      const [value, other] = [await fresh(make), await fresh(make)];
      const found = await difference(value, other);
      if (found !== null) wrong.push(`${label}: not like itself: ${found}`);
      for (const [known, each] of values) if ((await difference(value, each)) === null) wrong.push(`${label}: like ${known}`);
      // Long ones are compared with those before them only.
      if (objectsIn(value).size < 500 && !(value?.length > 1_000)) values.push([label, value]);
    }
    const labels = [...ROWS, ...REFUSED, ...REFUSED_AT_ONCE, ...NEAR_MISSES].map(([label]) => label);
    const twice = labels.filter((label, at) => labels.indexOf(label) !== at);
    return { wrong, twice, rows: ROWS.length, refused: REFUSED.length, nearMisses: NEAR_MISSES.length };
  };

  return { lookAtAll, refusals, comparison, flush };
};

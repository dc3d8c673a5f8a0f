// An option is taken where it belongs, in every form it may have, and refused anywhere else with words that help.
import assert from "node:assert/strict";
import test from "node:test";
import vm from "node:vm";
import { inWords } from "../../src/web/js/words.js";
import { InvalidOptionError } from "../../src/web/js/errors.js";
import { BYTES } from "../../src/web/js/options/bytes.js";
import { DURATION } from "../../src/web/js/options/duration.js";
import { checkNames } from "../../src/web/js/options/names.js";
import { nearMiss } from "../../src/web/js/options/near-miss.js";
import { check, checkTogether, invalid, isSuspicious, readOptions, ttlByValue } from "../../src/web/js/options/read.js";
import { checkType } from "../../src/web/js/options/types.js";
import { choices } from "../data/seeded.mjs";

/** @typedef {import("../../src/web/js/options/names.js").Scope} Scope */

const DATA = "cacheData";
const RESOURCE = "cacheResource";
const PAGE = "configure";
/** @type {Scope[]} */
const SCOPES = [DATA, RESOURCE, PAGE];

/** Every option of this version, and whether `cacheData`, `cacheResource` and `configure` take it. @type {Record<string, [boolean, boolean, boolean]>} */
const OPTIONS = {
  name: [true, true, false],
  version: [true, true, true],
  deps: [true, true, true],
  keyBy: [true, true, false],
  params: [true, true, false],
  hashFuncs: [true, true, true],
  ttl: [true, true, true],
  refreshMode: [true, true, true],
  maxStale: [true, true, true],
  maxEntries: [true, true, true],
  maxSize: [true, false, true],
  persist: [true, false, true],
  scope: [true, false, true],
  singleFlight: [true, false, true],
  lockTimeout: [true, false, true],
  enabled: [true, true, true],
  validate: [true, true, true],
  cacheIf: [true, true, true],
  onUncacheable: [true, true, true],
  onRelease: [false, true, true],
  showSpinner: [true, true, true],
  showTime: [true, true, true],
  spinner: [false, false, true],
  maxMemory: [false, false, true],
  maxDisk: [false, false, true],
  namespace: [false, false, true],
  onEvent: [false, false, true],
};
const NAMES = Object.keys(OPTIONS);

/** What the engine is told, in this order. */
const NUMBERS = ["ttl", "maxStale", "lockTimeout", "maxEntries", "maxSize", "maxMemory", "maxDisk", "persist", "refreshMode", "scope", "singleFlight"];

/** The engine's numbers for the second of two forms, and for a ttl that is a function of the value. */
const [FIRST, SECOND, BY_VALUE] = [0, 1, 0];

/** What is refused of an action, by its message. @param {() => unknown} act @param {string} option @param {string} [about] */
function refusal(act, option, about = option) {
  try {
    act();
  } catch (error) {
    assert.ok(error instanceof InvalidOptionError, `${about}: ${error}`);
    const { name, code, option: told } = /** @type {any} */ (error);
    assert.deepEqual([name, code, told], ["InvalidOptionError", "invalid-option", option], about);
    return error.message;
  }
  return assert.fail(`${about} is taken`);
}

/** @param {Scope} scope @param {any} given @param {string} option */
const refused = (scope, given, option) => refusal(() => readOptions(scope, given), option, inWords(given[option]));

/** What is set, by name; nothing else is. @param {Scope} scope @param {any} given @returns {Record<string, unknown>} */
function taken(scope, given) {
  const { numbers, ...words } = readOptions(scope, given);
  assert.equal(numbers.length, NUMBERS.length);
  const all = [...Object.entries(words), ...NUMBERS.map((option, at) => [option, numbers[at]])];
  return Object.fromEntries(all.filter(([, value]) => value !== undefined && !Number.isNaN(value)));
}

/** A name that is no option, as it is refused. @param {Scope} scope @param {string} name */
const unknown = (scope, name) => refusal(() => checkNames(scope, { [name]: 1 }), name);

function throwing() {
  throw new Error("a proxy's own");
}

/** A value that throws whatever is done to it. */
function revoked(/** @type {object} */ target) {
  const { proxy, revoke } = Proxy.revocable(target, {});
  revoke();
  return proxy;
}

// ---- names

test("each option is taken where it belongs, and elsewhere the places are told", () => {
  for (const [name, takers] of Object.entries(OPTIONS)) {
    for (const [at, scope] of SCOPES.entries()) {
      if (takers[at]) {
        checkNames(scope, { [name]: 1 });
        continue;
      }
      const places = SCOPES.filter((_, place) => takers[place]);
      assert.equal(unknown(scope, name), `${scope} has no option \`${name}\`. It is an option of ${places.join(" and ")}.`);
    }
  }
});

test("slips are met with what was meant", () => {
  for (const [scope, slip, meant] of /** @type {[Scope, string, string][]} */ ([
    [DATA, "maxEntires", "maxEntries"],
    [DATA, "max_entries", "maxEntries"],
    [DATA, "maxentries", "maxEntries"],
    [DATA, "TTL", "ttl"],
    [DATA, "tll", "ttl"],
    [DATA, "persists", "persist"],
    [DATA, "persisted", "persist"],
    [DATA, "hashFunc", "hashFuncs"],
    [DATA, "hash_funcs", "hashFuncs"],
    [DATA, "keyby", "keyBy"],
    [DATA, "param", "params"],
    [DATA, "dep", "deps"],
    [DATA, "enable", "enabled"],
    [DATA, "validat", "validate"],
    [DATA, "versoin", "version"],
    [DATA, "refreshmode", "refreshMode"],
    [DATA, "refresh_mode", "refreshMode"],
    [DATA, "maxstale", "maxStale"],
    [DATA, "maxStael", "maxStale"],
    [DATA, "max_size", "maxSize"],
    [DATA, "maxSizes", "maxSize"],
    [DATA, "cacheif", "cacheIf"],
    [DATA, "onUncachable", "onUncacheable"],
    [PAGE, "maxMemmory", "maxMemory"],
    [RESOURCE, "onrelease", "onRelease"],
    [RESOURCE, "on_release", "onRelease"],
    [PAGE, "nameSpace", "namespace"],
    [PAGE, "onEvents", "onEvent"],
  ])) {
    assert.equal(unknown(scope, slip), `${scope} has no option \`${slip}\`. Did you mean \`${meant}\`?`);
  }
});

test("what is meant by nobody gets the list", () => {
  const list = `The options are: ${NAMES.filter((name) => OPTIONS[name]?.[0]).join(", ")}.`;
  for (const name of ["", "x", "staleTime", "queryKey", "constructor", "__proto__", "toString", "é", "\0", "ttl "]) {
    const mend = name === "ttl " ? "Did you mean `ttl`?" : list;
    assert.equal(unknown(DATA, name), `cacheData has no option \`${name}\`. ${mend}`);
  }
});

test("each list names what is taken there", () => {
  for (const [scope, list] of /** @type {[Scope, string][]} */ ([
    [RESOURCE, "name, version, deps, keyBy, params, hashFuncs, ttl, refreshMode, maxStale, maxEntries, enabled, validate, cacheIf, onUncacheable, onRelease, showSpinner, showTime"],
    [PAGE, "version, deps, hashFuncs, ttl, refreshMode, maxStale, maxEntries, maxSize, persist, scope, singleFlight, lockTimeout, enabled, validate, cacheIf, onUncacheable, onRelease, showSpinner, showTime, spinner, maxMemory, maxDisk, namespace, onEvent"],
    ["hash", "hashFuncs"],
    ["registerType", "type, tag, version, encode, decode"],
  ])) {
    assert.equal(unknown(scope, "zzzzzz"), `${scope} has no option \`zzzzzz\`. The options are: ${list}.`);
    for (const name of list.split(", ")) checkNames(scope, { [name]: 1 });
  }
});

test("hash and types take no options of functions", () => {
  for (const [scope, name, mend] of /** @type {[Scope, string, string][]} */ ([
    ["hash", "ttl", "It is an option of cacheData and cacheResource and configure."],
    ["hash", "keyBy", "It is an option of cacheData and cacheResource."],
    ["hash", "hashfuncs", "Did you mean `hashFuncs`?"],
    ["registerType", "hashFuncs", "It is an option of cacheData and cacheResource and configure."],
    ["registerType", "name", "It is an option of cacheData and cacheResource."],
    ["registerType", "versions", "Did you mean `version`?"],
    ["registerType", "decod", "Did you mean `decode`?"],
  ])) {
    assert.equal(unknown(scope, name), `${scope} has no option \`${name}\`. ${mend}`);
  }
});

test("limits of size are for those whose values have one", () => {
  for (const [scope, option, message] of /** @type {[Scope, string, string][]} */ ([
    [RESOURCE, "maxSize", "cacheResource has no option `maxSize`. It is an option of cacheData and configure."],
    [RESOURCE, "maxMemory", "cacheResource has no option `maxMemory`. It is an option of configure."],
    [DATA, "maxMemory", "cacheData has no option `maxMemory`. It is an option of configure."],
  ])) {
    assert.equal(refused(scope, { [option]: "500MB" }, option), message);
  }
});

test("the first name that is wrong is told", () => {
  assert.match(refusal(() => checkNames(DATA, { ttl: 1, tll: 1, nmae: 1 }), "tll"), /`tll`/);
  checkNames(DATA, {});
});

test("what has no names has none that is wrong", () => {
  for (const given of [undefined, null, 5, revoked({})]) checkNames("hash", given);
});

test("an unknown name is refused before values are looked at", () => {
  assert.equal(refused(DATA, { ttl: "nonsense", maxEntires: 1 }, "maxEntires"), "cacheData has no option `maxEntires`. Did you mean `maxEntries`?");
  assert.match(refused(RESOURCE, { persist: true }, "persist"), /It is an option of cacheData and configure/);
  assert.match(refused(PAGE, { name: "a" }, "name"), /^configure has no option `name`\. /);
  refused(DATA, { ["__proto__"]: 1 }, "__proto__");
  refused(DATA, { "": null }, "");
});

test("only own enumerable names that have a value are options", () => {
  for (const given of [Object.create({ nonsense: 1 }), Object.defineProperty({}, "nonsense", { value: 1, enumerable: false }), { [Symbol("nonsense")]: 1 }, { nonsense: undefined }]) {
    assert.deepEqual(taken(DATA, given), {});
  }
});

test("any name that is no option is refused, and told", () => {
  const { anyText, text } = choices(4);
  for (let round = 0; round < 2_000; round++) {
    const name = round % 2 === 0 ? anyText(12) : text(1, 3, ["max", "Size", "ttl", "on", "key", "By", "_", "é"]);
    if (NAMES.includes(name)) continue;
    for (const scope of SCOPES) assert.ok(unknown(scope, name).startsWith(`${scope} has no option \`${name}\`. `));
  }
});

// ---- near misses

test("a near miss finds the slip and nothing else", () => {
  const names = ["maxEntries", "maxSize", "ttl", "persist"];
  assert.equal(nearMiss("maxEntires", names), "maxEntries");
  assert.equal(nearMiss("max_entries", names), "maxEntries");
  assert.equal(nearMiss("TTL", names), "ttl");
  assert.equal(nearMiss("staleTime", names), undefined);
  assert.equal(nearMiss("maxEntries", []), undefined);
});

test("a name may be wrong in a third of its letters, and of two that are as near the first by their letters is meant", () => {
  assert.equal(nearMiss("abcxyz", ["abcdef"]), undefined);
  assert.equal(nearMiss("abcdxy", ["abcdef"]), "abcdef");
  assert.equal(nearMiss("xd", ["id"]), "id", "in one of two");
  assert.equal(nearMiss("abd", ["abe", "abc"]), "abc");
  assert.equal(nearMiss("abd", ["abc", "abe"]), "abc");
});

test("one slip is always understood", () => {
  let slips = 0;
  for (const name of NAMES) {
    const letters = [...name];
    const removed = letters.map((_, at) => letters.toSpliced(at, 1));
    const inserted = [...letters, ""].map((_, at) => letters.toSpliced(at, 0, "q"));
    const replaced = letters.map((_, at) => letters.with(at, "q"));
    const swapped = letters.slice(1).map((letter, at) => letters.toSpliced(at, 2, letter, /** @type {string} */ (letters[at])));
    for (const slip of [...removed, ...inserted, ...replaced, ...swapped].map((each) => each.join(""))) {
      if (NAMES.includes(slip)) continue;
      assert.equal(nearMiss(slip, NAMES), name, slip);
      slips += 1;
    }
  }
  assert.ok(slips > 700, `${slips} slips`);
});

test("a name is nearest to itself", () => {
  const { some, text } = choices(5);
  const letters = "abcdefghijklmnopqrstuvwxyz";
  for (let round = 0; round < 2_000; round++) {
    const name = text(1, 12, `${letters}${letters.toUpperCase()}`);
    const all = [...some(0, 4, () => text(1, 12, letters)), name];
    assert.equal(nearMiss(name, all)?.toLowerCase(), name.toLowerCase());
  }
});

// ---- values

test("nothing given is nothing set", () => {
  for (const given of [
    {},
    Object.create(null),
    { ttl: undefined, name: undefined, nonsense: undefined, hashFuncs: undefined },
    { refreshMode: undefined, maxStale: undefined, maxSize: undefined, cacheIf: undefined, onUncacheable: undefined },
    Object.fromEntries(NAMES.map((name) => [name, undefined])),
  ]) {
    assert.deepEqual(taken(DATA, given), {});
  }
});

test("everything given is set", () => {
  const all = {
    name: "rows",
    version: "2",
    deps: [1],
    keyBy: (/** @type {unknown} */ x) => x,
    params: ["_db", "sql"],
    hashFuncs: new Map(),
    ttl: "10m",
    refreshMode: "background",
    maxStale: "1h",
    maxEntries: 200,
    maxSize: "500MB",
    persist: false,
    enabled: true,
    scope: "tab",
    singleFlight: "tab",
    lockTimeout: "5s",
    validate: () => true,
    cacheIf: () => true,
    onUncacheable: "pass",
    showSpinner: "Loading",
    showTime: true,
  };
  assert.deepEqual(taken(DATA, all), {
    name: "rows",
    version: "2",
    params: ["_db", "sql"],
    ttl: 600_000,
    refreshMode: SECOND,
    maxStale: 3_600_000,
    maxEntries: 200,
    maxSize: 524_288_000,
    persist: 0,
    scope: SECOND,
    singleFlight: SECOND,
    lockTimeout: 5_000,
  });
  const resource = { onRelease: () => {}, deps: () => [], enabled: () => true, hashFuncs: [], ttl: () => 1, refreshMode: "foreground", maxStale: 5, cacheIf: () => true, onUncacheable: "throw", showSpinner: false };
  assert.deepEqual(taken(RESOURCE, resource), { ttl: BY_VALUE, refreshMode: FIRST, maxStale: 5 });
  const page = {
    namespace: "user 7",
    onEvent: () => {},
    onRelease: () => {},
    spinner: () => {},
    version: "build 7",
    persist: true,
    ttl: "1d",
    refreshMode: "background",
    maxStale: "1d",
    maxSize: "1GB",
    maxMemory: "2GB",
    maxDisk: "4GB",
    scope: "origin",
    singleFlight: "origin",
    cacheIf: () => true,
    onUncacheable: "pass",
  };
  assert.deepEqual(taken(PAGE, page), {
    version: "build 7",
    ttl: 86_400_000,
    refreshMode: SECOND,
    maxStale: 86_400_000,
    maxSize: 2 ** 30,
    maxMemory: 2 ** 31,
    maxDisk: 2 ** 32,
    persist: 1,
    scope: FIRST,
    singleFlight: FIRST,
  });
});

test("the names of parameters are the caller's no longer", () => {
  const params = ["a"];
  const settings = readOptions(DATA, { params });
  params.push("b");
  assert.deepEqual(settings.params, ["a"]);
});

test("a value of another type is refused, and called what it is", () => {
  /** What each takes that has no form of its own. @type {Record<string, string>} */
  const takes = {
    name: "a text that is not empty",
    version: "a text or a number",
    deps: "an array, or a function that returns one",
    keyBy: "a function",
    params: 'an array of names, such as ["_conn", "sql"]',
    maxEntries: "a whole number from 1",
    persist: "true or false",
    enabled: "true, false or a function",
    validate: "a function",
    cacheIf: "a function",
    onUncacheable: '"throw" or "pass"',
    refreshMode: '"foreground" or "background"',
    scope: '"origin" or "tab"',
    singleFlight: '"origin" or "tab"',
    showSpinner: "true, false or a text",
    showTime: "true or false",
    maxStale: DURATION,
    lockTimeout: DURATION,
    ttl: `${DURATION}, or a function of the value that gives one of these`,
    maxSize: BYTES,
  };
  class Model {}
  for (const [option, value, got] of /** @type {[string, unknown, string][]} */ ([
    ["name", 5, "5"],
    ["name", "", '""'],
    ["name", null, "null"],
    ["name", new String("x"), "an instance of String"],
    ["name", ["x"], "an array"],
    ["version", true, "true"],
    ["version", null, "null"],
    ["version", NaN, "NaN"],
    ["version", Infinity, "Infinity"],
    ["version", {}, "an object"],
    ["version", 1n, "1n"],
    ["deps", 5, "5"],
    ["deps", null, "null"],
    ["deps", {}, "an object"],
    ["deps", new Set(), "an instance of Set"],
    ["deps", revoked([]), "an object without a constructor"],
    ["keyBy", "id", '"id"'],
    ["keyBy", null, "null"],
    ["params", "_db", '"_db"'],
    ["params", ["_db", 5], "an array"],
    ["params", ["_db", null], "an array"],
    ["params", ["_db", , "x"], "an array"],
    ["params", { 0: "_db", length: 1 }, "an object"],
    ["params", 5, "5"],
    ["params", () => [], "a function"],
    ["params", new Proxy(["_db"], { get: throwing }), "an array"],
    ["maxEntries", 0, "0"],
    ["maxEntries", -1, "-1"],
    ["maxEntries", 1.5, "1.5"],
    ["maxEntries", NaN, "NaN"],
    ["maxEntries", Infinity, "Infinity"],
    ["maxEntries", 2 ** 32, "4294967296"],
    ["maxEntries", "200", '"200"'],
    ["maxEntries", null, "null"],
    ["maxEntries", 5n, "5n"],
    ["persist", 1, "1"],
    ["persist", "true", '"true"'],
    ["persist", null, "null"],
    ["persist", new Boolean(false), "an instance of Boolean"],
    ["persist", () => true, "a function"],
    ["enabled", 1, "1"],
    ["enabled", null, "null"],
    ["validate", true, "true"],
    ["validate", {}, "an object"],
    ["cacheIf", "ok", '"ok"'],
    ["onUncacheable", "skip", '"skip"'],
    ["refreshMode", "later", '"later"'],
    ["scope", "page", '"page"'],
    ["singleFlight", true, "true"],
    ["showSpinner", 1, "1"],
    ["showTime", "yes", '"yes"'],
    ["maxStale", "a while", '"a while"'],
    ["lockTimeout", 0, "0"],
    ["maxSize", "large", '"large"'],
    ["ttl", new Model(), "an instance of Model"],
    ["ttl", Symbol(), "a symbol"],
    ["ttl", 5n, "5n"],
    ["ttl", revoked({}), "an object without a constructor"],
    ["name", Model, "a function"],
    ["name", Promise.resolve(), "a promise"],
    ["name", Object.create(null), "an object without a constructor"],
  ])) {
    assert.equal(refused(DATA, { [option]: value }, option), `cacheData: \`${option}\` is ${got}. It takes ${takes[option]}.`);
  }
  assert.equal(refused(RESOURCE, { onRelease: true }, "onRelease"), "cacheResource: `onRelease` is true. It takes a function.");
  assert.equal(refused(PAGE, { namespace: 5 }, "namespace"), "configure: `namespace` is 5. It takes a text.");
  assert.equal(refused(PAGE, { onEvent: {} }, "onEvent"), "configure: `onEvent` is an object. It takes a function.");
  assert.equal(refused(PAGE, { spinner: "a" }, "spinner"), 'configure: `spinner` is "a". It takes a function.');
  assert.equal(refused(PAGE, { maxDisk: 0 }, "maxDisk"), `configure: \`maxDisk\` is 0. It takes ${BYTES}.`);
});

test("a count is a whole number as far as the engine counts", () => {
  for (const maxEntries of [1, 200, 2 ** 32 - 1]) assert.deepEqual(taken(DATA, { maxEntries }), { maxEntries });
});

test("a refused value says who, what, and what is taken", () => {
  const error = /** @type {any} */ (invalid(RESOURCE, "ttl", '"10"', "a text with a unit"));
  assert.equal(error.option, "ttl");
  assert.equal(error.message, 'cacheResource: `ttl` is "10". It takes a text with a unit.');
  const message = refusal(() => check("hash", "hashFuncs", 5, "a map", () => false), "hashFuncs");
  assert.equal(message, "hash: `hashFuncs` is 5. It takes a map.");
  refusal(() => check("hash", "hashFuncs", 5, "a map", throwing), "hashFuncs");
  check("hash", "hashFuncs", 5, "a map", () => true);
  check("hash", "hashFuncs", undefined, "a map", throwing);
});

test("a long text is cut in messages", () => {
  for (const letter of ["é", "😀"]) {
    const message = refused(DATA, { ttl: letter.repeat(500) }, "ttl");
    assert.ok(message.startsWith(`cacheData: \`ttl\` is "${letter.repeat(40)}…". It takes `), message);
  }
  assert.ok(refused(DATA, { ttl: "é".repeat(40) }, "ttl").includes(`"${"é".repeat(40)}". `), "as it is, up to 40 letters");
});

test("versions may be numbers", () => {
  for (const [version, expected] of /** @type {[string | number, string][]} */ ([
    [1, "1"],
    ["1", "1"],
    [1.5, "1.5"],
    [-0, "0"],
    ["", ""],
    [20260101, "20260101"],
  ])) {
    assert.deepEqual(taken(DATA, { version }), { version: expected });
  }
});

/** As Temporal.Duration: accessors of a class, with parts that are zero. */
class Duration {
  get years() {
    return 0;
  }
  get months() {
    return 0;
  }
  get hours() {
    return 2;
  }
  get minutes() {
    return 0;
  }
}
class Months extends Duration {
  get months() {
    return 1;
  }
}
class Years extends Duration {
  get years() {
    return 1;
  }
}

test("a duration is taken in every form", () => {
  for (const [given, millis] of /** @type {[unknown, number][]} */ ([
    [1500, 1_500],
    [0.5, 1],
    [Infinity, Infinity],
    ["1h30m", 5_400_000],
    ["PT1H", 3_600_000],
    [{ hours: 1 }, 3_600_000],
    [{ hours: 1, minutes: 30 }, 5_400_000],
    [{ weeks: 1, days: 1, hours: 1, minutes: 1, seconds: 1, milliseconds: 1 }, 694_861_001],
    [{ minutes: 1.5 }, 90_000],
    [{ hours: 1, minutes: -30 }, 1_800_000],
    [{ hours: 1, minutes: undefined }, 3_600_000],
    [{ days: Infinity }, Infinity],
    [new Duration(), 7_200_000],
    ...("Temporal" in globalThis ? [[/** @type {any} */ (globalThis).Temporal.Duration.from("PT1H30M"), 5_400_000]] : []),
  ])) {
    for (const option of ["ttl", "maxStale", "lockTimeout"]) assert.deepEqual(taken(DATA, { [option]: given }), { [option]: millis });
    assert.equal(ttlByValue(given), millis);
  }
});

test("a duration is refused where its length is not known, or none", () => {
  for (const given of [
    0,
    -1,
    NaN,
    "10",
    "",
    "0s",
    "1 month",
    null,
    true,
    [],
    [1],
    {},
    { hours: 0 },
    { hours: -1 },
    { hours: NaN },
    { hours: "1" },
    { hours: null },
    { hours: 1n },
    { days: Infinity, hours: -Infinity },
    { hour: 1 },
    { hours: 1, hour: 1 },
    { months: 1 },
    { years: 1, hours: 1 },
    { years: 0, hours: 1 },
    new Months(),
    new Years(),
    new Date(1000),
    new Map([["hours", 1]]),
    new String("1h"),
    new Number(5),
    revoked({}),
    new Proxy({ hours: 1 }, { get: throwing }),
    ...("Temporal" in globalThis ? [/** @type {any} */ (globalThis).Temporal.Duration.from("P1M")] : []),
  ]) {
    const got = inWords(given);
    assert.equal(refused(DATA, { ttl: given }, "ttl"), `cacheData: \`ttl\` is ${got}. It takes ${DURATION}, or a function of the value that gives one of these.`);
    for (const option of ["maxStale", "lockTimeout"]) assert.equal(refused(DATA, { [option]: given }, option), `cacheData: \`${option}\` is ${got}. It takes ${DURATION}.`);
    assert.equal(refusal(() => ttlByValue(given), "ttl"), `The function given as \`ttl\` gave ${got}. It is to give ${DURATION}.`);
  }
});

test("messages tell what a duration and a size look like", () => {
  assert.equal(
    refused(RESOURCE, { ttl: "1 month" }, "ttl"),
    'cacheResource: `ttl` is "1 month". It takes a number of milliseconds above 0, a text with a unit such as "10m", "1.5 days", "1h30m", "500ms" or ISO "PT1H", an object such as { hours: 1 }, or Infinity, or a function of the value that gives one of these.',
  );
  assert.equal(
    refused(DATA, { maxStale: 0 }, "maxStale"),
    'cacheData: `maxStale` is 0. It takes a number of milliseconds above 0, a text with a unit such as "10m", "1.5 days", "1h30m", "500ms" or ISO "PT1H", an object such as { hours: 1 }, or Infinity.',
  );
  assert.equal(
    refused(DATA, { maxSize: "500" }, "maxSize"),
    'cacheData: `maxSize` is "500". It takes a number of bytes from 1, or a text with a unit such as "500MB" or "1.5GiB" (powers of 1024), or Infinity.',
  );
});

test("a ttl may be a function of the value, and no other duration may", () => {
  for (const ttl of [() => "1h", async () => "1h", function () {}, class Ttl {}, Number]) {
    for (const scope of SCOPES) assert.deepEqual(taken(scope, { ttl }), { ttl: BY_VALUE });
  }
  for (const option of ["maxStale", "lockTimeout"]) {
    assert.equal(refused(DATA, { [option]: () => "1h" }, option), `cacheData: \`${option}\` is a function. It takes ${DURATION}.`);
  }
});

test("what such a function gives is a duration, or nothing", () => {
  assert.equal(ttlByValue(undefined), NaN);
  for (const [given, words] of /** @type {[unknown, string][]} */ ([
    [null, "null"],
    [0, "0"],
    ["soon", '"soon"'],
    [() => 1, "a function"],
    [Promise.resolve(5), "a promise"],
  ])) {
    assert.equal(refusal(() => ttlByValue(given), "ttl"), `The function given as \`ttl\` gave ${words}. It is to give ${DURATION}.`);
  }
});

test("a size is taken in every form", () => {
  for (const [given, bytes] of /** @type {[unknown, number][]} */ ([
    [1, 1],
    [1.9, 1],
    [2 ** 53, 2 ** 53],
    [Infinity, Infinity],
    ["1B", 1],
    ["500 bytes", 500],
    ["500MB", 500 * 2 ** 20],
    [" 500 mib ", 500 * 2 ** 20],
    ["1.5GiB", 1.5 * 2 ** 30],
    ["0.5kB", 512],
    ["1TB", 2 ** 40],
    ["99999999999TB", 99_999_999_999 * 2 ** 40], // more than the engine counts to
  ])) {
    for (const scope of /** @type {Scope[]} */ ([DATA, PAGE])) assert.deepEqual(taken(scope, { maxSize: given }), { maxSize: bytes });
    for (const option of ["maxMemory", "maxDisk"]) assert.deepEqual(taken(PAGE, { [option]: given }), { [option]: bytes });
  }
});

test("a size is refused where it is none", () => {
  for (const given of [
    0,
    -0,
    0.99,
    -1,
    NaN,
    -Infinity,
    "",
    "500",
    "MB",
    "0MB",
    "0.0001kB",
    "-1MB",
    "+1MB",
    "1e3B",
    "1.2.3MB",
    "1,5MB",
    "1k",
    "1iB",
    "1PB",
    "1kmB",
    "1MBit",
    "1MB 1kB",
    "Infinity",
    "\u0661MB", // a digit of another script
    null,
    true,
    5n,
    [],
    {},
    { MB: 1 },
    new String("1MB"),
    () => "1MB",
    Symbol(),
    revoked({}),
  ]) {
    for (const [scope, option] of /** @type {[Scope, string][]} */ ([
      [DATA, "maxSize"],
      [PAGE, "maxSize"],
      [PAGE, "maxMemory"],
      [PAGE, "maxDisk"],
    ])) {
      assert.equal(refused(scope, { [option]: given }, option), `${scope}: \`${option}\` is ${inWords(given)}. It takes ${BYTES}.`);
    }
  }
});

test("choices are one of their words", () => {
  for (const [option, words] of /** @type {[string, string[]][]} */ ([
    ["refreshMode", ["foreground", "background"]],
    ["scope", ["origin", "tab"]],
    ["singleFlight", ["origin", "tab"]],
  ])) {
    for (const scope of option === "refreshMode" ? SCOPES : /** @type {Scope[]} */ ([DATA, PAGE])) {
      for (const [at, word] of words.entries()) assert.deepEqual(taken(scope, { [option]: word }), { [option]: at });
    }
  }
  for (const onUncacheable of ["throw", "pass"]) {
    for (const scope of SCOPES) assert.deepEqual(taken(scope, { onUncacheable }), {}, "the engine has no part in it");
  }
  for (const [value, words] of /** @type {[unknown, string][]} */ ([
    ["", '""'],
    ["Background", '"Background"'],
    ["throw ", '"throw "'],
    ["foreground,background", '"foreground,background"'],
    [null, "null"],
    [true, "true"],
    [false, "false"],
    [0, "0"],
    [["pass"], "an array"],
    [new String("pass"), "an instance of String"],
    [() => "pass", "a function"],
    [{ toString: () => "background" }, "an object"],
  ])) {
    for (const scope of SCOPES) {
      assert.equal(refused(scope, { refreshMode: value }, "refreshMode"), `${scope}: \`refreshMode\` is ${words}. It takes "foreground" or "background".`);
      assert.equal(refused(scope, { onUncacheable: value }, "onUncacheable"), `${scope}: \`onUncacheable\` is ${words}. It takes "throw" or "pass".`);
      if (scope === RESOURCE) continue;
      for (const option of ["scope", "singleFlight"]) assert.equal(refused(scope, { [option]: value }, option), `${scope}: \`${option}\` is ${words}. It takes "origin" or "tab".`);
    }
  }
  for (const other of ["throw", "pass"]) refused(DATA, { refreshMode: other }, "refreshMode");
  for (const other of ["foreground", "background"]) refused(DATA, { onUncacheable: other }, "onUncacheable");
});

test("what decides about a result is a function", () => {
  for (const scope of SCOPES) {
    for (const cacheIf of [() => true, async (/** @type {any} */ value) => value.ok, Boolean, function () {}]) assert.deepEqual(taken(scope, { cacheIf }), {});
    for (const [value, words] of /** @type {[unknown, string][]} */ ([
      [true, "true"],
      [false, "false"],
      [null, "null"],
      ["ok", '"ok"'],
      [5, "5"],
      [{}, "an object"],
      [[() => true], "an array"],
      [Promise.resolve(() => true), "a promise"],
    ])) {
      assert.equal(refused(scope, { cacheIf: value }, "cacheIf"), `${scope}: \`cacheIf\` is ${words}. It takes a function.`);
    }
  }
});

// ---- options together

test("a background refresh needs a ttl of the function or of the page", () => {
  for (const scope of /** @type {Scope[]} */ ([DATA, RESOURCE])) {
    for (const [own, page] of [
      [{ refreshMode: "background", ttl: "10m" }, {}],
      [{ refreshMode: "background", ttl: () => "10m" }, {}],
      [{ refreshMode: "background" }, { ttl: "10m" }],
      [{ refreshMode: "background" }, { ttl: () => "10m" }],
      [{ refreshMode: "background", ttl: undefined }, { ttl: 1 }],
      [{ refreshMode: "foreground" }, {}],
      [{ maxStale: "10m" }, {}],
      [{}, { refreshMode: "background" }], // who has a ttl is refreshed, the others live on
    ]) {
      checkTogether(scope, own, page);
    }
    for (const own of [{ refreshMode: "background" }, { refreshMode: "background", maxStale: "10m" }, { refreshMode: "background", ttl: undefined }]) {
      for (const page of [{}, { refreshMode: "background" }]) {
        const message = refusal(() => checkTogether(scope, own, page), "refreshMode");
        assert.equal(message, `${scope}: \`refreshMode\` is "background" without a ttl. It takes "background" together with a ttl, after which there is something to refresh: ttl: "10m".`);
      }
    }
  }
});

test("a ttl of a few whole milliseconds was probably meant in seconds, but for one that has a unit", () => {
  for (const [ttl, is] of /** @type {[unknown, boolean][]} */ ([
    [10, true],
    [999, true],
    [1_000, false],
    [5e6, false],
    [10.5, false],
    ["10ms", false],
    [Infinity, false],
    [{ seconds: 10 }, false],
    [{ milliseconds: 10 }, false],
    [() => 10, false],
    [undefined, false],
  ])) {
    assert.equal(isSuspicious(ttl), is, inWords(ttl));
  }
});

// ---- types

class Point {}
const RIGHT = { type: Point, tag: "point", encode: () => [], decode: () => new Point() };

test("a type of one's own is taken", () => {
  function Old() {}
  function Heir() {}
  Heir.prototype = Object.create(Map.prototype);
  for (const type of [Point, class extends Map {}, Old, Heir]) checkType({ ...RIGHT, type });
  for (const version of [undefined, 1, 0, -1, 2 ** 53]) checkType({ ...RIGHT, version });
  checkType({ ...RIGHT, nonsense: undefined });
});

test("what is wrong with a type is told", () => {
  const ours = "a class of your own. For the platform's own there is hashFuncs";
  const tags = "a text that is not empty and no other type has";
  function Impostor() {}
  Impostor.prototype = Map.prototype;
  for (const [option, value, got, takes] of /** @type {[string, unknown, string, string][]} */ ([
    ["type", undefined, "undefined", "a class"],
    ["type", null, "null", "a class"],
    ["type", "Point", '"Point"', "a class"],
    ["type", new Point(), "an instance of Point", "a class"],
    ["type", () => {}, "a function", "a class"],
    ["type", Point.bind(null), "a function", "a class"],
    ["type", { prototype: {} }, "an object", "a class"],
    ["type", revoked(Point), "a function", "a class"],
    ["type", Map, "a function", ours],
    ["type", Object, "a function", ours],
    ["type", vm.runInNewContext("Map"), "a function", ours],
    ["type", Impostor, "a function", ours],
    ["tag", undefined, "undefined", tags],
    ["tag", "", '""', tags],
    ["tag", 5, "5", tags],
    ["tag", null, "null", tags],
    ["version", 1.5, "1.5", "a whole number"],
    ["version", "1", '"1"', "a whole number"],
    ["version", null, "null", "a whole number"],
    ["version", NaN, "NaN", "a whole number"],
    ["version", Infinity, "Infinity", "a whole number"],
    ["version", 1n, "1n", "a whole number"],
    ["encode", undefined, "undefined", "a function"],
    ["encode", {}, "an object", "a function"],
    ["decode", undefined, "undefined", "a function"],
    ["decode", "x", '"x"', "a function"],
  ])) {
    assert.equal(refusal(() => checkType({ ...RIGHT, [option]: value }), option, `${option}: ${got}`), `registerType: \`${option}\` is ${got}. It takes ${takes}.`);
  }
});

test("the names of a type's parts are checked first, then the parts in the order in which they matter", () => {
  assert.equal(refusal(() => checkType({ ...RIGHT, type: 5, tags: "a" }), "tags"), "registerType has no option `tags`. Did you mean `tag`?");
  const wrong = { type: 5, decode: 5, tag: 5, version: "5", encode: 5 };
  for (const option of Object.keys(wrong)) {
    refusal(() => checkType(wrong), option);
    Object.assign(wrong, { [option]: /** @type {any} */ (RIGHT)[option] });
  }
  checkType(wrong);
  for (const given of [undefined, null, 5, "type", revoked({})]) refusal(() => checkType(given), given === "type" ? "0" : "type");
});

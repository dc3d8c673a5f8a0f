/**
 * Code blocks of the documentation as modules. What a comment at the end of a line claims is checked:
 *
 *     await load(1);      // computed, …     the function ran
 *     await load(1);      // a hit: …        it did not, and no older value was served
 *     await load(1);      // stale: …        an older value was served
 *     load.peek(1);       // → 42            an expression has this value
 *     load(new Lock());   // throws Name     or rejects with an error of that name
 *
 * The lines stand at the top level of their block; a claim anywhere else is an error, since nobody would check it.
 */

const CLAIM = /\/\/ (?:(?<looked>computed|a hit|stale)\b|→ (?<value>.+)|throws (?<error>\w+)).*$/;

/**
 * The text of a module that runs a block and checks its claims.
 * @param {string} code
 * @returns {string}
 */
export function withClaims(code) {
  return code
    .split("\n")
    .map((line) => {
      const found = CLAIM.exec(line);
      if (!found) return line;
      const { looked, value, error } = /** @type {Record<string, string>} */ (found.groups);
      const statement = line.slice(0, found.index).trim();
      const told = JSON.stringify(line.trim());
      if (/^\s/.test(line) || !statement.endsWith(";")) throw new Error(`A claim is checked at the end of a statement of one line, at the top level: ${line}`);
      if (looked) return `__claims.begin(); ${statement} await __claims.looked(${JSON.stringify(looked)}, ${told});`;
      if (/^(?:const|let|var|import|export)\b/.test(statement)) throw new Error(`The value of an expression is checked, not of a declaration: ${line}`);
      const expression = statement.slice(0, -1);
      if (error) return `await __claims.throws(async () => ${expression}, ${JSON.stringify(error)}, ${told});`;
      return `await __claims.is(async () => ${expression}, async () => (${value}), ${told});`;
    })
    .join("\n");
}

/**
 * The module that checks, first in the page. `globalThis.told` has what the page comes to: the claims that failed, and the
 * faults that were reported.
 */
export const CHECKER = `
import { on } from "keepsake";

const told = (globalThis.told = { checked: 0, failed: [], faults: [], events: [], isDone: false });
let events = [];
/** Hears of an instance. */
const hear = (listen) => listen((event) => {
  events.push(event);
  if (event.type === "fault") told.faults.push(event.code);
});
hear(on);
const fail = (claim, got) => told.failed.push(claim + "  ✗ " + got);

const words = (value) => {
  if (value instanceof Error) return value.name + ": " + value.message;
  if (ArrayBuffer.isView(value)) return value.constructor.name + "[" + [...value] + "]";
  if (value instanceof Map || value instanceof Set) return value.constructor.name + "{" + [...value].map(words) + "}";
  if (Array.isArray(value)) return "[" + value.map(words).join(", ") + "]";
  if (value !== null && typeof value === "object" && [null, Object.prototype].includes(Object.getPrototypeOf(value))) {
    return "{ " + Object.keys(value).sort().map((key) => key + ": " + words(value[key])).join(", ") + " }";
  }
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "bigint") return value + "n";
  return Object.is(value, -0) ? "-0" : String(value);
};

globalThis.__claims = {
  hear,
  words,
  fail,
  begin: () => void (events = []),
  async looked(claimed, claim) {
    told.checked += 1;
    const what = claimed === "computed" && sessionStorage.getItem("again") ? "a hit" : claimed; // the second time, after a reload
    const types = events.filter(({ type }) => type !== "evict").map(({ type }) => type);
    const ran = types.includes("computed");
    const isTrue = { computed: ran && !types.includes("stale"), "a hit": types.includes("hit") && !ran, stale: types.includes("stale") }[what];
    if (!isTrue) fail(claim, "events: " + (types.join(", ") || "none"));
  },
  async is(got, expected, claim) {
    told.checked += 1;
    try {
      const [one, other] = [words(await got()), words(await expected())];
      if (one !== other) fail(claim, one);
    } catch (error) {
      fail(claim, words(error));
    }
  },
  async throws(act, name, claim) {
    told.checked += 1;
    try {
      fail(claim, "gave " + words(await act()));
    } catch (error) {
      if (error?.name !== name) fail(claim, words(error));
    }
  },
};

/** For what stands after a block. */
globalThis.until = async (condition) => {
  const end = performance.now() + 10_000; // then it never comes
  while (!(await condition())) {
    if (performance.now() > end) throw new Error("It never came to this: " + condition + ". The page shows: " + document.body.innerText);
    await new Promise((resolve) => setTimeout(resolve));
  }
};
globalThis.check = (condition, claim) => {
  told.checked += 1;
  if (!condition) fail(claim, "is not so");
};
globalThis.same = (got, expected, claim) => {
  told.checked += 1;
  if (words(got) !== words(expected)) fail(claim ?? words(expected), words(got));
};
`;

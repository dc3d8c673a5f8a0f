// @ts-check
/**
 * What one entry looks like on disk. The schema is version 1 for good; ARCHITECTURE.md has the experiment behind it.
 *
 * Store `values`, key: 32 bytes, 16 of the function and 16 of the call. All that a hit needs, in one read; an array of
 *
 * | at | field | |
 * |---|---|---|
 * | 0 | record version | {@link VERSION} |
 * | 1 | stored at | milliseconds since the epoch |
 * | 2 | fresh until | the same; `Infinity` is for ever |
 * | 3 | stale until | the same |
 * | 4 | generation of the database | under which the value was computed |
 * | 5 | generation of the function | the same |
 * | 6 | effects | `null`; or what the function drew (`replay/recorder.js`) |
 * | 7 | value | by structured clone |
 * | 8 | parts | `null`; or how the objects in it are made that a structured clone would lose (`pack.js`). In one record with the value, so that one object in both stays one |
 *
 * A hit reads the generations of the moment in the same transaction; a value that was computed under others is a
 * miss. So a write asks nothing: it can go out, committed, in the task that delivers the result, and a late result
 * does not come back after a clear.
 *
 * Store `entries`, the same key. What eviction and inspection need, so that neither reads a value; an array of
 *
 * | at | field | |
 * |---|---|---|
 * | 0 | record version | |
 * | 1 | size | bytes, estimated; 0 is not known |
 * | 2 | last used | milliseconds since the epoch; written at the write, and then at most hourly |
 * | 3 | stale until, as above | so that a collection need not read `values` |
 * | 4 | | `null` |
 * | 5 | outline | `null`; or a number for each part of the arguments, by its path: what has changed between two calls |
 *
 * Store `functions`. Key {@link DATABASE_KEY}: an array of record version, database id (16 bytes), hash secret (192
 * bytes), generation of the database, 0, last collection, last time that room was made. Key: 16 bytes, the function's
 * digest: an array of record version, generation, kind (always 0), identity in words, a number for each part of its key
 * ({@link Portrait}), last registered (to the day), and the tab that it belongs to, or `null`.
 * A generation is a random number; no record stands for generation 0. Key {@link MARK} and 32 hexadecimal digits, the
 * digest of a call site that wraps several functions: an array of record version, and the time until which that is
 * remembered.
 */

/** A byte for each character: 16 of the function, 16 of the call. @typedef {string} Key */
/** The same of a function alone. @typedef {string} FunctionKey */
/** When an entry was written and when it ends, in milliseconds since the epoch. @typedef {{ storedAt: number, freshUntil: number, staleUntil: number }} Lifetime */
/** The generations that a value was computed under. @typedef {{ database: number, function: number }} Stamp */
/** A function as it is compared with earlier versions of it: in words, a number for each part of its key, the tab it belongs to. @typedef {{ words: string, parts: number[], owner: string | null }} Portrait */
/** An entry as it was found; its value is a copy of its own. @typedef {Lifetime & { value: any, parts: any, effects: any, stamp: Stamp }} Stored */
/** An entry to be written. @typedef {Stored & { key: Key, size: number, outline: object | null }} Entry */
/** What a small record tells. @typedef {{ key: Key, size: number, lastUsed: number, staleUntil: number }} Small */

/** The version of the records. A record with any other is a miss. */
export const VERSION = 1;

/** The version of the database. */
export const SCHEMA = 1;

export const VALUES = "values";
export const ENTRIES = "entries";
export const FUNCTIONS = "functions";
export const ALL = [VALUES, ENTRIES, FUNCTIONS];

/** The key of the database's own record. */
export const DATABASE_KEY = "database";

/** What the keys of marks start with. */
export const MARK = "factory ";

/** The fields of a small record that change, by place. */
export const SMALL = { LAST_USED: 2, STALE_UNTIL: 3, OUTLINE: 5 };

/** Fields of the database's own record. */
export const OWN = { SECRET: 2, GENERATION: 3, COLLECTED: 5, EVICTED: 6 };

/** Fields of a function's record. */
export const FUNCTION = { GENERATION: 1, WORDS: 3, PARTS: 4, REGISTERED: 5, OWNER: 6 };

const VALUE_FIELDS = 9;

/** How long the key of an entry is, in bytes, and that of a function. */
export const KEY_BYTES = 32;
export const FUNCTION_BYTES = 16;

/** How long the secret of the digests is, in bytes: as XXH3 wants it. */
export const SECRET_BYTES = 192;

/** @param {Key} key @returns {FunctionKey} */
export const functionOf = (key) => key.slice(0, FUNCTION_BYTES);

/** A key as IndexedDB takes it. @param {Key | FunctionKey} key */
export function toBytes(key) {
  const bytes = new Uint8Array(key.length);
  for (let i = 0; i < key.length; i++) bytes[i] = key.charCodeAt(i);
  return bytes;
}

/** @param {Uint8Array} bytes @returns {Key} */
export const toKey = (bytes) => String.fromCharCode(...bytes);

/** All entries of a function: they lie side by side. @param {FunctionKey} key */
export const rangeOf = (key) => IDBKeyRange.bound(toBytes(key.padEnd(KEY_BYTES, "\0")), toBytes(key.padEnd(KEY_BYTES, "\xff")));

/** A generation: a number that no other has. */
export const newGeneration = () => Math.random() || Number.MIN_VALUE;

/** A number in a record, if it is a record and has it. @param {unknown} record @param {number} at @returns {number | undefined} */
export function numberAt(record, at) {
  const number = Array.isArray(record) ? record[at] : undefined;
  return typeof number === "number" ? number : undefined;
}

/** @param {unknown} record @returns {number} that of the database, by its own record */
export const databaseGeneration = (record) => numberAt(record, OWN.GENERATION) ?? 0;

/** @param {unknown} record @returns {number} that of a function, by its record */
export const functionGeneration = (record) => numberAt(record, FUNCTION.GENERATION) ?? 0;

/** What a hit needs of an entry. @param {Entry} entry */
export const valueRecord = ({ storedAt, freshUntil, staleUntil, stamp, effects, value, parts }) => [VERSION, storedAt, freshUntil, staleUntil, stamp.database, stamp.function, effects, value, parts];

/** What eviction and inspection need of it. @param {Entry} entry */
export const smallRecord = ({ size, storedAt, staleUntil, outline }) => [VERSION, size, storedAt, staleUntil, null, outline];

/** A value's record with another lifetime. @param {any[]} record @param {Lifetime} lifetime */
export function setLifetime(record, { storedAt, freshUntil, staleUntil }) {
  [record[1], record[2], record[3]] = [storedAt, freshUntil, staleUntil];
}

/** Reads a value's record; nothing if it is none of this version. @param {unknown} record @returns {Stored | undefined} */
export function readValue(record) {
  if (!Array.isArray(record) || record.length !== VALUE_FIELDS || record[0] !== VERSION) return undefined;
  const [, storedAt, freshUntil, staleUntil, database, own, effects, value, parts] = record;
  const areTimes = [storedAt, freshUntil, staleUntil].every((time) => typeof time === "number" && time >= 0);
  if (!areTimes || typeof database !== "number" || typeof own !== "number") return undefined;
  return { storedAt, freshUntil, staleUntil, stamp: { database, function: own }, effects, value, parts };
}

/** @param {Stamp | undefined} one @param {Stamp} other */
export const isSameStamp = (one, other) => one !== undefined && one.database === other.database && one.function === other.function;

/** Reads a small record; nothing of what no release of this version has written: it is a miss, and goes when it is read. @param {unknown} key @param {unknown} record @returns {Small | undefined} */
export function readSmall(key, record) {
  if (!(key instanceof ArrayBuffer) || key.byteLength !== KEY_BYTES || !Array.isArray(record)) return undefined;
  const [version, size, lastUsed, staleUntil] = record;
  if (version !== VERSION || ![size, lastUsed, staleUntil].every((number) => typeof number === "number" && number >= 0)) return undefined;
  return { key: toKey(new Uint8Array(key)), size, lastUsed, staleUntil };
}

/** The key of a function's record; nothing for what is no such key. @param {unknown} key @returns {FunctionKey | undefined} */
export const readFunctionKey = (key) => (key instanceof ArrayBuffer && key.byteLength === FUNCTION_BYTES ? toKey(new Uint8Array(key)) : undefined);

/** A function's record. @param {number} generation @param {Portrait} portrait */
export const functionRecord = (generation, { words, parts, owner }) => [VERSION, generation, 0, words, parts, Date.now(), owner];

/** The record of a function that was cleared before anybody has noted it. @param {number} generation */
export const namelessRecord = (generation) => functionRecord(generation, { words: "", parts: [], owner: null });

/** Whether a function's record says whose it is. @param {unknown} record */
export const isNamed = (record) => Array.isArray(record) && typeof record[FUNCTION.WORDS] === "string" && record[FUNCTION.WORDS] !== "";

/** A new database's own record. */
export const databaseRecord = () => [VERSION, random(16), random(SECRET_BYTES), newGeneration(), 0, 0, 0];

/** The secret and the generation of a database; nothing if its record is damaged. @param {unknown} record @returns {{ secret: Uint8Array, generation: number } | undefined} */
export function readDatabase(record) {
  const generation = numberAt(record, OWN.GENERATION);
  const secret = Array.isArray(record) ? record[OWN.SECRET] : undefined;
  if (generation === undefined || !(secret instanceof Uint8Array) || secret.length !== SECRET_BYTES) return undefined;
  return { secret, generation };
}

/** @param {number} length */
export function random(length) {
  const bytes = new Uint8Array(length);
  crypto.getRandomValues(bytes);
  return bytes;
}

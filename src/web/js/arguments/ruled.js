// @ts-check
/** Values that something else stands for: what a hash function, `identity`, the object's own hash method or a registered type's `encode` gives. */
import { counted, numbered, raw, string, tag } from "../encoding.js";
import { HASH_METHOD } from "../platform.js";
import * as TAG from "../tags.js";
import { isObject } from "../weak.js";
import { RULE, STEAD } from "./frames.js";

/** @typedef {import("./walk.js").Walk} Walk */

const IS_PERSISTED = "is identity, and the function is persisted: after a reload the object would be another one. Only what a cacheResource made keeps its identity. Give a hash function, or persist: false";

/** @param {Walk} walk @param {number} place of the rule @param {unknown} value */
export function ruled(walk, place, value) {
  const { label: name, ask } = walk.rules.at(place);
  const label = `the hash function for ${name}`;
  if (ask === null) return identity(walk, value, label);
  const result = asked(walk, label, () => ask(value));
  counted(walk.out, TAG.RULE, place);
  walk.active.push(place);
  walk.resting += 1;
  walk.push({ type: RULE, label }, undefined);
  walk.goOnWith(result);
}

/** @param {Walk} walk @param {unknown} value @param {string} label */
function identity(walk, value, label) {
  const { out, identities } = walk;
  if (!isObject(value)) throw walk.ruleFailed(label, "is identity, which takes objects only");
  const origin = identities.origin(value);
  if (origin !== undefined) {
    tag(out, TAG.IDENTITY_CALL);
    return raw(out, origin);
  }
  const number = identities.number(value);
  if (number === undefined) throw walk.ruleFailed(label, walk.context.noIdentity ?? IS_PERSISTED);
  numbered(out, TAG.IDENTITY_NUMBER, number);
}

/** Asks the object's own `[Symbol.for("keepsake.hash")]`, if it has one and is not a result of it. @param {Walk} walk @param {any} value @returns {boolean} */
export function ownMethod(walk, value) {
  if (walk.isSteadOf(value)) return false;
  const method = walk.attempt(() => value[HASH_METHOD]);
  if (typeof method !== "function") return false;
  const label = '[Symbol.for("keepsake.hash")]';
  const result = asked(walk, label, () => Reflect.apply(method, value, []));
  tag(walk.out, TAG.HASH_METHOD);
  stead(walk, `${label}()`, value, result);
  return true;
}

/** Asks the registered type of a value, if it has one. @param {Walk} walk @param {object} value @param {object} prototype @returns {boolean} */
export function registered(walk, value, prototype) {
  const type = walk.rules.typeOf(prototype);
  if (type === undefined || walk.isSteadOf(value)) return false;
  const label = `the \`encode\` of the type "${type.tag}"`;
  const { encode } = type;
  const result = asked(walk, label, () => encode(value));
  tag(walk.out, TAG.REGISTERED);
  string(walk.out, type.tag);
  numbered(walk.out, TAG.NUMBER, type.version ?? 1);
  stead(walk, ` (result of ${label})`, value, result);
  return true;
}

/** @template T @param {Walk} walk @param {string} label @param {() => T} question @returns {T} */
function asked(walk, label, question) {
  let result;
  try {
    result = question();
  } catch (thrown) {
    throw walk.threw(label, thrown);
  }
  if (result instanceof Promise) throw walk.ruleFailed(label, "gave a promise. Give the value itself: keys are made at the call");
  if (result === undefined) throw walk.ruleFailed(label, "gave undefined, which would make all its objects one. Give what identifies each, and null where there is nothing");
  return result;
}

/** Goes on with what stands for a value, which may be met again below it. @param {Walk} walk @param {string} label @param {object} value @param {unknown} result */
function stead(walk, label, value, result) {
  walk.enter({ type: STEAD, label }, value);
  walk.goOnWith(result);
}

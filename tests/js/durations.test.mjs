// A duration means what it says in every form it may take, and everything else is refused.
import assert from "node:assert/strict";
import test from "node:test";
import { DURATION, durationOf } from "../../src/web/js/options/duration.js";
import { choices } from "../data/seeded.mjs";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const WEEK = 7 * DAY;

const NAMES = {
  ms: 1, msec: 1, msecs: 1, milli: 1, millis: 1, millisecond: 1, milliseconds: 1,
  s: SECOND, sec: SECOND, secs: SECOND, second: SECOND, seconds: SECOND,
  m: MINUTE, min: MINUTE, mins: MINUTE, minute: MINUTE, minutes: MINUTE,
  h: HOUR, hr: HOUR, hrs: HOUR, hour: HOUR, hours: HOUR,
  d: DAY, day: DAY, days: DAY,
  w: WEEK, week: WEEK, weeks: WEEK,
};
/** Every name of a unit. */
const UNITS = Object.entries(NAMES);

/** What is no plain decimal number. */
const NO_NUMBERS = [".", "-1", "+1", "1e3", "1e", "1.2.3", "1..2", "1,5", "1_0", "1 0", "0x1", "٣", "１", "1²", "½", "Infinity", "NaN", "inf"];

/** What may stand between a number and its unit. */
const SPACES = [" ", "\t", "\n", "\u00a0"];

/** What the engine's clock counts to, in milliseconds: whatever is longer is for ever. */
const FOR_EVER = 2 ** 64;

test("a text with units is the sum of them", () => {
  for (const [text, millis] of /** @type {[string, number][]} */ ([
    ["1D", DAY],
    ["1.5 days", 36 * HOUR],
    ["1h23s", HOUR + 23 * SECOND],
    ["500ms", 500],
    ["1h30m", 90 * MINUTE],
    ["10m", 10 * MINUTE],
    ["1 day 2 hours", DAY + 2 * HOUR],
    ["1day2hours", DAY + 2 * HOUR],
    ["  5 s  ", 5 * SECOND],
    ["5\ts", 5 * SECOND],
    [".5h", 30 * MINUTE],
    ["5.h", 5 * HOUR],
    ["0h5m", 5 * MINUTE],
    ["5m0.5s", 5 * MINUTE + 500],
    ["30m1h", 90 * MINUTE],
    ["1h1h", 2 * HOUR],
    ["007s", 7 * SECOND],
    ["1M", MINUTE],
    ["1MS", 1],
    ["5.s", 5 * SECOND],
    [".5s", 500],
    ["1.9ms", 1],
    ["0.1ms", 1],
    ["2Weeks", 2 * WEEK],
  ])) {
    assert.equal(durationOf(text), millis, text);
  }
});

test("every unit is taken in either case", () => {
  for (const [unit, millis] of UNITS) {
    for (const name of [unit, unit.toUpperCase()]) {
      assert.equal(durationOf(`3${name}`), 3 * millis, name);
      assert.equal(durationOf(`3 ${name} `), 3 * millis, name);
    }
  }
});

test("a text of ISO 8601 is taken as far as its parts have a fixed length", () => {
  for (const [text, millis] of /** @type {[string, number][]} */ ([
    ["PT1H", HOUR],
    ["PT0.5S", 500],
    ["P1D", DAY],
    ["P2W", 2 * WEEK],
    ["P1W2D", WEEK + 2 * DAY],
    ["P1DT12H", DAY + 12 * HOUR],
    ["P1DT2H3M4.5S", DAY + 2 * HOUR + 3 * MINUTE + 4_500],
    ["PT36H", 36 * HOUR],
    ["PT1M", MINUTE],
    ["pt1h", HOUR],
    [" PT1H ", HOUR],
    ["P0DT1S", SECOND],
  ])) {
    assert.equal(durationOf(text), millis, text);
  }
});

test("a text is refused without a number and a known unit for each part, and where nothing is left", () => {
  for (const text of [
    // no unit
    "",
    " ",
    "10",
    "1.5",
    "1h30",
    "1h 30",
    "10 10s",
    "Infinity",
    "NaN",
    "inf",
    "h",
    "ms",
    // an unknown one, or one without a fixed length
    "1x",
    "1 month",
    "1y",
    "1 year",
    "1us",
    "1 fortnight",
    "1h and 5m",
    "1h, 5m",
    "1h,5m",
    "1e3ms",
    "1e3s",
    "1e3",
    "0x10s",
    "5%",
    // nothing, or less than nothing
    "0s",
    "0h0m",
    "0.0s",
    "-1s",
    "- 1s",
    "1h-30m",
    "+1s",
    "P0D",
    "PT0S",
    "-PT1H",
    "P-1D",
    // no number
    ".s",
    ".",
    "1..5s",
    "1.2.3s",
    "..1s",
    "1,5h",
    "1_000ms",
    "１s",
    "٣s",
    "one hour",
    // no ISO 8601 duration, or one of months and years
    "P",
    "PT",
    "P1",
    "P1H",
    "PT1D",
    "P1DT",
    "PT1",
    "PTH",
    "PT1HM",
    "P1M",
    "P1Y",
    "P1Y2M3DT4H",
    "PT1S1M",
    "PT1M1M",
    "P1D1W",
    "P T1H",
    "P1W T1H",
    "PT1H30",
    "PTT1H",
    "P1DT2HT3M",
    "PT1,5H",
    // what looks like a unit and is not
    "1ſ",
    "1ms\0",
    "1 µs",
    "1m²",
  ]) {
    assert.equal(durationOf(text), undefined, JSON.stringify(text));
  }
});

test("what a refusal gives as an example is taken", () => {
  const examples = DURATION.split('"').filter((_, at) => at % 2 === 1);
  assert.deepEqual(examples, ["10m", "1.5 days", "1h30m", "500ms", "PT1H"]);
  for (const text of examples) assert.notEqual(durationOf(text), undefined, text);
});

test("a number is of milliseconds, of which at least one is left", () => {
  for (const [number, millis] of /** @type {[number, number | undefined][]} */ ([
    [1, 1],
    [0.4, 1],
    [Number.MIN_VALUE, 1],
    [1_500.9, 1_500],
    [Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
    [Infinity, Infinity],
    [Number.MAX_VALUE, Number.MAX_VALUE],
    [0, undefined],
    [-0, undefined],
    [-1, undefined],
    [-Infinity, undefined],
    [NaN, undefined],
  ])) {
    assert.equal(durationOf(number), millis, String(number));
  }
});

test("what is longer than time is for ever", () => {
  assert.ok(/** @type {number} */ (durationOf("999999999999999999999999 weeks")) >= FOR_EVER);
  assert.equal(durationOf(`${"9".repeat(400)}d`), Infinity);
  assert.equal(durationOf(`P${"9".repeat(400)}D`), Infinity);
});

test("the parts of an object are the units of a text", () => {
  for (const part of ["weeks", "days", "hours", "minutes", "seconds", "milliseconds"]) {
    const millis = durationOf(`1 ${part}`);
    assert.ok(millis !== undefined, part);
    assert.equal(durationOf({ [part]: 1 }), millis, part);
  }
});

test("decimal numbers are read exactly", () => {
  const { below, some, text } = choices(1);
  const digits = "0123456789";
  for (let round = 0; round < 3_000; round++) {
    // Up to 15 digits and a power of ten up to 22 have no error, and their quotient has the least there is.
    const number = text(1, 15, digits);
    const at = below(number.length + 1);
    const value = Number(BigInt(number)) / 10 ** (number.length - at);
    const weeks = `${number.slice(0, at)}.${number.slice(at)}w`;
    assert.equal(durationOf(weeks), value === 0 ? undefined : Math.floor(Math.max(1, value * WEEK)), weeks);

    const long = `1${some(15, 60, () => below(10)).join("")}`;
    assert.equal(durationOf(`${long}ms`), Number(BigInt(long)), long);
  }
  assert.equal(durationOf(`0.${"1".repeat(400)}s`), 111, "a fraction has as many digits as it likes");
  assert.equal(durationOf(`PT1.${"5".repeat(400)}S`), 1_555);
});

// ---- laws, for what looks random

const { below, pick, random, some, text: textOf, anyText, anyNumber } = choices(2);

/** Each letter in a case of its own. @param {string} text */
const mixed = (text) => Array.from(text, (letter) => (random() < 0.5 ? letter.toUpperCase() : letter)).join("");

/** ASCII alone, since another letter may become one of these in the other case. @param {string} text */
const upper = (text) => text.replace(/[a-z]/g, (letter) => letter.toUpperCase());

/** A plain decimal number with up to three digits behind the point, and its thousandths. @returns {[text: string, thousandths: number]} */
function decimal() {
  const [whole, fraction, zeros] = [below(random() < 0.2 ? 2 : 10_000), textOf(0, 3, "0123456789"), below(3)];
  const point = fraction === "" && zeros !== 0 ? "" : ".";
  const digits = whole === 0 && fraction !== "" && zeros === 0 ? "" : String(whole);
  return [`${"0".repeat(zeros)}${digits}${point}${fraction}`, whole * 1_000 + Number(fraction.padEnd(3, "0"))];
}

/** Fractions are read in binary: a millisecond may be lost, not more, and nothing is gained. At least one is left. @param {number | undefined} read @param {number} exact */
const isAbout = (read, exact) => read !== undefined && read >= Math.max(1, exact - 1) && read <= Math.max(1, exact);

/** @param {number | undefined} read */
const isWholeOrNone = (read) => read === undefined || read === Infinity || (Number.isInteger(read) && read >= 1);

test("no text makes the parser fail, or means nothing", () => {
  for (let round = 0; round < 10_000; round++) {
    const text = anyText(12);
    assert.ok(isWholeOrNone(durationOf(text)), JSON.stringify(text));
  }
});

test("neither case nor space around a text makes a difference", () => {
  const pieces = [..."0123456789", "12", "305", ".", ".", "P", "PT", ..."abcdefghijklmnopqrstuvwxyzHDWMS", "ms", "min", "h", "h", "s", "d", "+", "-", " ", "\t", "\u00a0", "٣", "１", "²", "½", "ſ", "K", "e3"];
  let taken = 0;
  for (let round = 0; round < 40_000; round++) {
    const text = textOf(0, pick([3, 12]), pieces);
    const read = durationOf(text);
    assert.ok(isWholeOrNone(read), JSON.stringify(text));
    assert.equal(durationOf(upper(text)), read, JSON.stringify(text));
    assert.equal(durationOf(`\n ${text}\t`), read, JSON.stringify(text));
    if (read !== undefined) taken += 1;
  }
  assert.ok(taken > 200, `${taken} were taken`);
});

test("a decimal number and a unit is their product", () => {
  for (let round = 0; round < 5_000; round++) {
    const [[number, thousandths], [name, millis]] = [decimal(), pick(UNITS)];
    const text = `${number}${textOf(0, 2, SPACES)}${mixed(name)}`;
    const read = durationOf(text);
    assert.ok(thousandths === 0 ? read === undefined : isAbout(read, Math.floor((thousandths * millis) / 1_000)), `${JSON.stringify(text)}: ${read}`);
  }
});

test("an ISO text is the sum of its designators", () => {
  const designators = /** @type {[string, number][]} */ ([["w", WEEK], ["d", DAY], ["h", HOUR], ["m", MINUTE], ["s", SECOND]]);
  for (let round = 0; round < 5_000; round++) {
    const halves = ["", ""];
    let sum = 0;
    for (const [place, [letter, millis]] of designators.entries()) {
      if (random() < 0.5) continue;
      const [number, thousandths] = decimal();
      halves[place < 2 ? 0 : 1] += `${number}${letter}`;
      sum += (thousandths * millis) / 1_000;
    }
    const [date, time] = halves;
    const text = mixed(time === "" ? `p${date}` : `p${date}t${time}`);
    const read = durationOf(text);
    assert.ok(sum === 0 ? read === undefined : isAbout(read, sum), `${text}: ${read} for ${sum}`);
  }
});

test("what is no plain decimal number is refused in every place", () => {
  const spaced = () => textOf(0, 2, SPACES);
  for (let round = 0; round < 500; round++) {
    const pattern = random() < 0.7 ? some(1, 3, () => `#${spaced()}${pick(UNITS)[0]}${spaced()}`).join("") : pick(["P#D", "P#W#DT#H", "PT#H#M", "pT#S"]);
    const at = below(pattern.split("#").length - 1);
    /** @param {string} bad */
    const holding = (bad) => {
      let place = 0;
      return pattern.replace(/#/g, () => (place++ === at ? bad : String(1 + below(999))));
    };
    assert.notEqual(durationOf(holding("7")), undefined, pattern);
    for (const bad of NO_NUMBERS) {
      const text = holding(bad);
      assert.equal(durationOf(text), undefined, JSON.stringify(text));
    }
  }
});

test("huge numbers end at for ever", () => {
  const earlier = "180000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000001620799883475553127811282290075167783222364883249395715602393643887958852931901984109825063164407973418058130264895093670328678692100381463934404299559";
  for (let round = 0; round < 500; round++) {
    const digits = round === 0 ? earlier : `${1 + below(9)}${textOf(20, 340, "0123456789")}`;
    const [name] = pick(UNITS);
    assert.ok(/** @type {number} */ (durationOf(`${digits}${name}`)) >= FOR_EVER, digits);
    assert.ok(/** @type {number} */ (durationOf(`PT${digits}S`)) >= FOR_EVER, digits);
  }
});

test("pairs of a number and a unit are summed", () => {
  for (let round = 0; round < 3_000; round++) {
    const pairs = some(1, 5, () => ({ number: 1 + below(9_999), unit: pick(UNITS), space: textOf(0, 2, " ") }));
    const text = pairs.map(({ number, unit: [name], space }) => `${number}${space}${name}${space}`).join("");
    assert.equal(durationOf(text), pairs.reduce((sum, { number, unit: [, millis] }) => sum + number * millis, 0), text);
  }
});

test("an ISO text and one with units agree", () => {
  for (let round = 0; round < 3_000; round++) {
    const [days, hours, minutes, seconds, millis] = [below(400), below(100), below(100), below(100), 1 + below(999)];
    const sum = days * DAY + hours * HOUR + minutes * MINUTE + seconds * SECOND + millis;
    assert.equal(durationOf(`${days}d ${hours}h ${minutes}m ${seconds}s ${millis}ms`), sum);
    const iso = `P${days}DT${hours}H${minutes}M${seconds}.${String(millis).padStart(3, "0")}S`;
    assert.ok(isAbout(durationOf(iso), sum), `${iso}: ${durationOf(iso)} for ${sum}`);
  }
});

test("a number without a unit is refused as a text", () => {
  for (let round = 0; round < 2_000; round++) {
    const text = String(random() * 10 ** below(19));
    assert.equal(durationOf(text), undefined, text);
  }
});

test("a number is taken if it is above zero", () => {
  for (let round = 0; round < 5_000; round++) {
    const number = anyNumber();
    const read = durationOf(number);
    assert.equal(read !== undefined, number > 0, String(number));
    assert.ok(isWholeOrNone(read), String(number));
  }
});

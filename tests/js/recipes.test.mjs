// The recipes of keepsake/types, against the libraries themselves: what is decoded is what was encoded, equal values have
// equal data (they are the same key), and different ones have not.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { isDeepStrictEqual, promisify } from "node:util";
import * as arrow from "apache-arrow";
import { Decimal } from "decimal.js";
import * as luxon from "luxon";
import { ROOT } from "../../scripts/process.mjs";
import * as recipes from "../../src/web/js/types/index.js";
import { recipeFor } from "../../src/web/js/types/recipes.js";

process.env.TZ = "Europe/Berlin";
const require = createRequire(import.meta.url);
const tf = require("@tensorflow/tfjs");
tf.enableProdMode(); // else it advertises
const dayjs = require("dayjs");
const [utc, timezone, duration] = ["utc", "timezone", "duration"].map((name) => require(`dayjs/plugin/${name}`));
for (const plugin of [utc, timezone, duration]) dayjs.extend(plugin);
for (const locale of ["de", "ar"]) require(`dayjs/locale/${locale}`);
dayjs.locale("en");
const { DateTime, Duration, Interval, FixedOffsetZone, IANAZone, Settings, SystemZone } = luxon;
const Money = Decimal.clone({ precision: 40 });

const { Field, Table, vectorFromArray } = arrow;

// ---- values: each of a recipe is another value; a function makes it anew

const item = (/** @type {any} */ type, name = "item") => new Field(name, type, true);
const column = (/** @type {any[]} */ values, /** @type {any} */ type) => new Table({ c: vectorFromArray(values, type) });
const rows = (/** @type {(i: number) => unknown} */ row) => Array.from({ length: 10 }, (_, i) => (i % 4 === 1 ? null : row(i)));
const texts = () => new arrow.Dictionary(new arrow.Utf8(), new arrow.Int32());

/** By type: what a column of it is made from. @type {Record<string, () => [type: any, values: any[]]>} */
const COLUMNS = {
  int8: () => [new arrow.Int8(), rows((i) => i)],
  uint32: () => [new arrow.Uint32(), rows((i) => i)],
  int64: () => [new arrow.Int64(), rows((i) => BigInt(i) * 2n ** 60n)],
  float16: () => [new arrow.Float16(), rows((i) => i)],
  float64: () => [new arrow.Float64(), rows((i) => [1.5, 0, NaN, -0, Infinity][i % 5])],
  bool: () => [new arrow.Bool(), rows((i) => i % 3 === 0)],
  utf8: () => [new arrow.Utf8(), rows((i) => "äö".repeat(i))],
  largeUtf8: () => [new arrow.LargeUtf8(), rows((i) => "äö".repeat(i))],
  binary: () => [new arrow.Binary(), rows((i) => new Uint8Array(i).fill(i))],
  fixedSizeBinary: () => [new arrow.FixedSizeBinary(3), rows((i) => new Uint8Array([i, 1, 2]))],
  dateDay: () => [new arrow.DateDay(), rows((i) => new Date(i * 86_400_000))],
  dateMillisecond: () => [new arrow.DateMillisecond(), rows((i) => new Date(i))],
  timestamp: () => [new arrow.TimestampMillisecond("Europe/Berlin"), rows((i) => i)],
  timestampElsewhere: () => [new arrow.TimestampMillisecond("Asia/Tokyo"), rows((i) => i)],
  time: () => [new arrow.TimeMillisecond(), rows((i) => i)],
  duration: () => [new arrow.DurationMillisecond(), rows((i) => BigInt(i))],
  interval: () => [new arrow.IntervalDayTime(), rows((i) => Int32Array.of(i, 1))],
  dictionary: () => [texts(), rows((i) => `text ${i % 3}`)],
  list: () => [new arrow.List(item(new arrow.Int32())), rows((i) => [i, null])],
  lists: () => [new arrow.List(item(new arrow.List(item(new arrow.Utf8())))), rows((i) => [[`${i}`], [], ["q", null]])],
  listOfDictionary: () => [new arrow.List(item(texts())), rows((i) => [`text ${i % 3}`, "b"])],
  fixedSizeList: () => [new arrow.FixedSizeList(2, item(new arrow.Bool())), rows((i) => [i % 2 === 0, i % 3 === 0])],
  struct: () => [new arrow.Struct([item(new arrow.Utf8(), "x"), item(texts(), "y")]), rows((i) => ({ x: `${i}`, y: "y" }))],
  dictionaryOfStruct: () => [new arrow.Dictionary(new arrow.Struct([item(texts(), "x")]), new arrow.Int32()), rows((i) => ({ x: `${i % 3}` }))],
  map: () => [
    new arrow.Map_(new Field("entries", new arrow.Struct([new Field("key", new arrow.Utf8()), item(new arrow.Int32(), "value")]))),
    rows((i) => new Map([["a", i]])),
  ],
};

/** @type {Record<string, (table: any) => any>} */
const PARTS = {
  whole: (table) => table,
  start: (table) => table.slice(0, 3),
  middle: (table) => table.slice(3, 9),
  end: (table) => table.slice(8),
  nothing: (table) => table.slice(5, 5),
  "of a part": (table) => table.slice(2, 9).slice(2, 6),
  batches: (table) => table.slice(2, 5).concat(table.slice(0, 3)),
};

const tables = Object.fromEntries(
  Object.entries(COLUMNS).flatMap(([type, made]) =>
    Object.entries(PARTS).map(([part, cut]) => [`${type}, ${part}`, () => cut(column(...(/** @type {[any, any]} */ (made().reverse()))))]),
  ),
);
const described = (/** @type {[string, string][]} */ own, /** @type {[string, string][]} */ ofField) => () => {
  const schema = new arrow.Schema([new Field("a", new arrow.Int8(), false, new Map(ofField))], new Map(own));
  return new Table(schema, new arrow.RecordBatch(schema, column([1, 2], new arrow.Int8()).data[0].clone(new arrow.Struct(schema.fields))));
};

const LOCAL = { locale: "de", numberingSystem: "beng", outputCalendar: "hebrew" };
const at = (/** @type {object} */ options, time = 1_720_000_000_123) => () => DateTime.fromMillis(time, options);
const dates = {
  "in the system's zone": at({}),
  "in the zone that the system has": at({ zone: "Europe/Berlin" }),
  "another instant": at({}, 1_720_000_000_124),
  "a part of a millisecond": at({ zone: "utc" }, 0.5),
  "before 1970": at({ zone: "utc" }, -1),
  "the first instant": at({ zone: "utc" }, -8.64e15),
  "in UTC": at({ zone: "utc" }),
  "in a zone of the name UTC": () => DateTime.fromMillis(1_720_000_000_123, { zone: IANAZone.create("UTC") }),
  "with an offset": at({ zone: FixedOffsetZone.instance(90) }),
  "with an offset below zero": at({ zone: "UTC-7" }),
  "in a zone in lower case": at({ zone: "asia/tokyo" }),
  "in a zone": at({ zone: "Asia/Tokyo" }),
  "the first of two hours": () => DateTime.fromISO("2024-10-27T02:30:00+02:00", { setZone: false, zone: "Europe/Berlin" }),
  "the second of two hours": () => DateTime.fromISO("2024-10-27T02:30:00+01:00", { setZone: false, zone: "Europe/Berlin" }),
  "an hour that there is not": () => DateTime.local(2024, 3, 31, 2, 30, { zone: "Europe/Berlin" }),
  "with a locale": at({ locale: "de" }),
  "with the system's locale, chosen": at({ locale: DateTime.now().locale ?? "en-US" }),
  "with a locale that says more": at({ locale: "ar-u-nu-arab-ca-islamic" }),
  "with a numbering system": at({ numberingSystem: "beng" }),
  "with a calendar": at({ outputCalendar: "buddhist" }),
  "with all of them": at({ ...LOCAL, zone: "America/New_York" }),
  "with weeks of its own": at({ weekSettings: { firstDay: 7, minimalDays: 1, weekend: [5, 6] } }),
  invalid: () => DateTime.fromObject({ month: 13 }),
  "invalid without an explanation": () => DateTime.fromMillis(NaN),
  "in a zone that there is not": () => DateTime.local({ zone: "Mars/Olympus" }),
};

const durations = {
  "an hour": () => Duration.fromObject({ hours: 1 }),
  "60 minutes": () => Duration.fromObject({ minutes: 60 }),
  "an hour and no minutes": () => Duration.fromObject({ hours: 1, minutes: 0 }),
  nothing: () => Duration.fromObject({}),
  "all units": () => Duration.fromISO("P1Y2M3W4DT5H6M7.008S"),
  "below zero, and in parts": () => Duration.fromObject({ days: -1.5, milliseconds: 1e-7 }),
  "long-term": () => Duration.fromObject({ hours: 1 }, { conversionAccuracy: "longterm" }),
  "a matrix of its own": () => Duration.fromObject({ hours: 1 }, { matrix: { ...(/** @type {any} */ (Duration.fromMillis(0)).matrix), weeks: { days: 5 } } }),
  "with a locale": () => Duration.fromObject({ hours: 1 }, { locale: "fr" }),
  "with a numbering system": () => Duration.fromObject({ hours: 1 }, { numberingSystem: "arab" }),
  invalid: () => Duration.fromISO("one hour"),
  "invalid for another reason": () => Duration.invalid("mine", "because"),
};

const intervals = {
  "an hour": () => Interval.after(dates["in UTC"](), { hours: 1 }),
  "an hour in another zone": () => Interval.after(dates["in a zone"](), { hours: 1 }),
  "two zones": () => Interval.fromDateTimes(dates["in UTC"](), dates["with all of them"]().plus({ hours: 1 })),
  "no time": () => Interval.fromDateTimes(dates["in UTC"](), dates["in UTC"]()),
  "the wrong way round": () => Interval.fromDateTimes(dates["in UTC"](), dates["before 1970"]()),
  "with an invalid end": () => Interval.fromDateTimes(dates["in UTC"](), dates.invalid()),
  invalid: () => Interval.invalid("mine"),
};

const TIME = "2024-07-03T09:46:40.123Z";
const days = {
  local: () => dayjs(TIME),
  "another instant": () => dayjs("2024-07-03T09:46:40.124Z"),
  "in winter": () => dayjs("2024-01-03T09:46:40.123Z"),
  "in UTC": () => dayjs.utc(TIME),
  "in German": () => dayjs(TIME).locale("de"),
  "in Arabic, in UTC": () => dayjs.utc(TIME).locale("ar"),
  "with an offset": () => dayjs(TIME).utcOffset(330),
  "with an offset, of the same time of day": () => dayjs(TIME).utcOffset(330, true),
  "with an offset, from UTC": () => dayjs.utc(TIME).utcOffset(-7),
  "in a zone": () => dayjs(TIME).tz("America/New_York"),
  "in a zone with the same offset": () => dayjs(TIME).tz("America/Toronto"),
  "in a zone, of the same time of day": () => dayjs.tz("2024-07-03 09:46", "America/New_York"),
  "in a zone, in German": () => dayjs(TIME).locale("de").tz("Asia/Tokyo"),
  invalid: () => dayjs("no date"),
  "invalid, in UTC": () => dayjs.utc("no date"),
  "invalid, in a zone": () => dayjs.tz("no date", "Asia/Tokyo"),
};

const decimals = Object.fromEntries([
  ...["0", "-0", "1", "-1", "0.1", "NaN", "Infinity", "-Infinity", "1e21", "1e-7", "123456789012345678901234567890.123456789012345678901234567891",
    `${"9".repeat(500)}.${"1".repeat(500)}`, "1e+9000000000000000", "1e-9000000000000000", "1e7", "10000001"].map((text) => [text, () => new Decimal(text)]),
  ["a third", () => new Decimal(1).div(3)],
  ["a clone's", () => new Money("0.1")],
  ["a clone's minus zero", () => new Money("-0")],
  ["a clone's third", () => new Money(1).div(3)],
]);

const numbers = (/** @type {any[]} */ ...given) => () => tf.tensor(...given);
const tensors = {
  scalar: () => tf.scalar(7),
  "one number": () => tf.tensor1d([7]),
  "a row": () => tf.tensor2d([[1, 2, 3, 4]]),
  "a square": () => tf.tensor2d([[1, 2], [3, 4]]),
  "a square of others": () => tf.tensor2d([[1, 2], [3, 5]]),
  "four dimensions": () => tf.zeros([2, 1, 3, 1]),
  "special numbers": numbers([NaN, -0, 0, Infinity, -Infinity, 1e-45]),
  "minus zero": numbers([-0]),
  zero: numbers([0]),
  nothing: numbers([], [0]),
  "nothing, in three columns": numbers([], [0, 3]),
  integers: numbers([[1, 2], [3, 4]], undefined, "int32"),
  booleans: numbers([true, false, true]),
  "booleans as integers": numbers([1, 0, 1], undefined, "int32"),
  text: () => tf.scalar("äö😀"),
  texts: () => tf.tensor2d([["a", ""], ["b\0", "c"]]),
  "no texts": numbers([], [0], "string"),
  "bytes that are no text": numbers([new Uint8Array([255, 254]), new Uint8Array([0])], [2], "string"),
  "other bytes that are no text": numbers([new Uint8Array([255, 253]), new Uint8Array([0])], [2], "string"),
  complex: () => tf.complex([1, 2, 3, 4], [5, -0, NaN, 8]),
  "complex, in two rows": () => tf.complex([[1, 2], [3, 4]], [[5, -0], [NaN, 8]]),
  "complex, the other way round": () => tf.complex([5, -0, NaN, 8], [1, 2, 3, 4]),
  "one complex number": () => tf.complex(1, 2),
};

/** What can be seen of a value. @type {Record<string, (value: any) => unknown>} */
const LOOKS = {
  arrowTable: ({ schema, batches, numRows }) => ({
    numRows,
    metadata: schema.metadata,
    fields: schema.fields.map((/** @type {any} */ { name, type, nullable, metadata }) => [name, String(type), nullable, metadata]),
    // A table without rows comes back with an empty batch.
    batches: batches.map((/** @type {any} */ batch) => batch.toArray().map((/** @type {any} */ row) => plain(row))).filter((/** @type {any[]} */ { length }) => length > 0),
  }),
  tensor: (value) => [value.dtype, value.shape, value.rank, value.size, value.dataSync(), value.dtype === "string" && tf.engine().readSync(value.dataId)],
  luxonDateTime: (value) => [
    Object.fromEntries(["isValid", "invalidReason", "zoneName", "offset", "locale", "numberingSystem", "outputCalendar", "weekday", "localWeekNumber",
      "isInDST", "isWeekend"].map((name) => [name, value[name]])),
    value.invalidExplanation ?? null,
    value.isValid && [value.toMillis(), value.zone.constructor, value.toISO(), value.c, value.o, value.loc.specifiedLocale, value.loc.weekSettings],
    value.toFormat("cccc d MMMM yyyy G HH:mm ZZZZ"),
    value.toLocaleString(DateTime.DATETIME_HUGE),
    value.plus({ months: 6 }).toISO(),
  ],
  luxonDuration: (value) => [value.isValid, value.invalidReason, value.invalidExplanation ?? null, value.isValid && value.toObject(), value.toISO(),
    value.toHuman(), value.locale, value.numberingSystem, value.conversionAccuracy, value.matrix, value.isValid && value.loc.specifiedLocale],
  luxonInterval: (value) => [value.isValid, value.invalidReason, value.invalidExplanation ?? null, value.toISO(),
    ...(value.isValid ? [value.start, value.end].map((end) => LOOKS.luxonDateTime(end)) : [])],
  dayjs: (value) => [value.isValid(), value.valueOf(), value.locale(), value.isUTC(), value.utcOffset(), value.format("dddd D MMMM YYYY HH:mm:ss.SSS Z"),
    value.add(6, "month").format(), value.startOf("week").format(),
    value.isValid() && value.$x.$timezone && value.offsetName(), value.$x, value.$d.getTime()],
  decimal: (value) => [value.constructor, value.s, value.e, value.d, value.toString(), value.div(3).toString()],
};

/** @param {any} value of Arrow's @returns {unknown} */
function plain(value) {
  if (value === null || typeof value !== "object" || ArrayBuffer.isView(value) || value instanceof Date) return value;
  if (typeof value.toArray === "function" && typeof value.get === "function" && "numChildren" in value) return [...value].map(plain);
  const entries = typeof value.toJSON === "function" ? Object.entries(value.toJSON()) : Object.entries(value);
  return entries.map(([key, each]) => [key, plain(each)]);
}

/** @type {Record<string, { recipe: any, values: Record<string, () => any>, tag: string }>} */
const ALL = {
  arrowTable: {
    recipe: recipes.arrowTable(arrow),
    tag: "arrow.Table",
    values: {
      ...tables,
      "no column": () => new Table(),
      "no batch": () => new Table(new arrow.Schema([new Field("a", new arrow.Int8(), true)])),
      "rows without columns": () => {
        const schema = new arrow.Schema([]);
        return new Table(schema, [new arrow.RecordBatch(schema, arrow.makeData({ type: new arrow.Struct([]), length: 5 }))]);
      },
      nulls: () => column([null, null], new arrow.Null()),
      "no null allowed": described([], []),
      "with metadata": described([["a", "1"]], []),
      "with metadata of a column": described([], [["a", "1"]]),
      "two dictionaries": () => arrow.tableFromArrays({ a: ["p", "q", "p"], b: ["r", "r", "s"] }),
      "two dictionaries, one way round": () => arrow.tableFromArrays({ b: ["r", "r", "s"], a: ["p", "q", "p"] }),
      "one dictionary of two columns": () => {
        const vector = vectorFromArray(["p", "q", "p"]);
        return new Table({ a: vector, b: vector });
      },
      "another dictionary in each batch": () => {
        const first = vectorFromArray(["a", "b"]);
        return new Table({ c: first }).concat(new Table({ c: vectorFromArray(["c", "a"], first.type) }));
      },
      "a dictionary that grows": () => {
        const builder = arrow.makeBuilder({ type: texts() });
        const first = builder.append("x").append("y").toVector();
        return new Table({ c: first.concat(builder.append("z").append("x").toVector()) });
      },
      views: () => column(["short", "much longer than twelve bytes", null], new arrow.Utf8View()),
      union: () => {
        const [a, b] = [vectorFromArray([1, 2], new arrow.Int32()).data[0], vectorFromArray(["a", "b"], new arrow.Utf8()).data[0]];
        const type = new arrow.DenseUnion([0, 1], [item(new arrow.Int32(), "a"), item(new arrow.Utf8(), "b")]);
        const data = arrow.makeData({ type, length: 4, typeIds: Int8Array.of(0, 1, 0, 1), valueOffsets: Int32Array.of(0, 0, 1, 1), children: [a, b] });
        return new Table({ u: new arrow.Vector([data]) });
      },
    },
  },
  tensor: { recipe: recipes.tensor(tf), tag: "tf.Tensor", values: tensors },
  luxonDateTime: { recipe: recipes.luxonDateTime(luxon), tag: "luxon.DateTime", values: dates },
  luxonDuration: { recipe: recipes.luxonDuration(luxon), tag: "luxon.Duration", values: durations },
  luxonInterval: { recipe: recipes.luxonInterval(luxon), tag: "luxon.Interval", values: intervals },
  dayjs: { recipe: recipes.dayjs(dayjs), tag: "dayjs.Dayjs", values: days },
  decimal: { recipe: recipes.decimal(Decimal, { Money }), tag: "decimal.Decimal", values: decimals },
};

const NAMES = ["arrowTable", "tensor", "luxonDateTime", "luxonDuration", "luxonInterval", "dayjs", "decimal"];

test("there is a recipe of each name", () => {
  assert.deepEqual(Object.keys(recipes).sort(), [...NAMES].sort());
  assert.deepEqual(Object.keys(ALL), NAMES);
});

for (const name of NAMES) {
  test(`${name}: what registerType takes, with the class of its objects`, () => {
    const { recipe, tag, values } = ALL[name];
    assert.deepEqual([recipe.tag, recipe.version, typeof recipe.encode, typeof recipe.decode], [tag, 1, "function", "function"]);
    assert.deepEqual(Object.keys(recipe).sort(), ["decode", "encode", "tag", "type", "version"]);
    for (const [which, make] of Object.entries(values)) assert.equal(Object.getPrototypeOf(make()), recipe.type.prototype, which);
  });

  test(`${name}: what is decoded is what was encoded`, () => {
    const { recipe, values } = ALL[name];
    for (const [which, make] of Object.entries(values)) {
      const value = make();
      const before = LOOKS[name](value);
      const copy = recipe.decode(structuredClone(recipe.encode(value)));
      assert.notEqual(copy, value, which);
      assert.equal(Object.getPrototypeOf(copy), recipe.type.prototype, which);
      assert.deepEqual(LOOKS[name](copy), before, which);
      assert.deepEqual(LOOKS[name](value), before, `${which}: as it was`);
    }
  });

  test(`${name}: the same value has the same data, and so has its copy`, () => {
    const { recipe, values } = ALL[name];
    for (const [which, make] of Object.entries(values)) {
      const data = structuredClone(recipe.encode(make()));
      assert.deepEqual(recipe.encode(make()), data, which);
      assert.deepEqual(recipe.encode(recipe.decode(structuredClone(data))), data, `${which}: a copy`);
    }
  });

  test(`${name}: another value has other data`, () => {
    const { recipe, values } = ALL[name];
    const all = Object.entries(values).map(([which, make]) => ({ which, data: recipe.encode(make()) }));
    for (const [index, one] of all.entries()) {
      for (const other of all.slice(index + 1)) assert.ok(!isDeepStrictEqual(one.data, other.data), `${one.which} / ${other.which}`);
    }
  });
}

/** Numbers from 0 to 1, the same in each run. */
function random(seed = 1) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

test("random values come back as they were", () => {
  const next = random();
  const below = (/** @type {number} */ end) => Math.floor(next() * end);
  const one = (/** @type {any[]} */ list) => list[below(list.length)];
  const zones = ["system", "utc", "Europe/Berlin", "America/St_Johns", "Pacific/Apia", FixedOffsetZone.instance(below(1_600) - 800)];
  const made = {
    luxonDateTime: () => DateTime.fromMillis(Math.floor((next() - 0.5) * 1e13), { zone: one(zones), locale: one([undefined, "de", "th", "fa"]) }),
    luxonDuration: () => Duration.fromObject({ [one(["years", "weeks", "minutes"])]: (next() - 0.5) * 1e6, [one(["days", "seconds"])]: below(100) }),
    dayjs: () => {
      const date = dayjs(Math.floor((next() - 0.5) * 4e12));
      return one([date, date.utc(), date.tz(one(["Europe/Berlin", "Asia/Kolkata"])), date.utcOffset(below(1_600) - 800)]);
    },
    decimal: () => new Decimal(`${one(["", "-"])}${below(1e9)}.${below(1e9)}${"0123456789".repeat(below(9))}e${below(400) - 200}`),
    tensor: () => {
      const shape = Array.from({ length: below(4) }, () => below(4));
      return tf.randomUniform(shape, -100, 100, one(["float32", "int32", "bool"]));
    },
  };
  for (const [name, make] of Object.entries(made)) {
    const { recipe } = ALL[name];
    for (let round = 0; round < 200; round++) {
      const value = make();
      const data = structuredClone(recipe.encode(value));
      const copy = recipe.decode(data);
      assert.deepEqual(LOOKS[name](copy), LOOKS[name](value), `${name}, round ${round}`);
      assert.deepEqual(recipe.encode(copy), recipe.encode(value), `${name}, round ${round}`);
    }
  }
});

test("what stands for a value is what it was in the last release", () => {
  const local = { chosen: null, numberingSystem: null, outputCalendar: null, weekSettings: null };
  const german = { locale: "de", chosen: "de", numberingSystem: "beng", outputCalendar: "hebrew", weekSettings: null };
  const date = { time: 1_720_000_000_123, zone: "America/New_York", ...german };
  const end = { time: 1_720_003_600_123, zone: 0, locale: "fr", ...local, chosen: "fr" };
  /** @type {[string, any, unknown][]} */
  const pinned = [
    ["tensor", tensors.integers(), { dtype: "int32", shape: [2, 2], data: Int32Array.of(1, 2, 3, 4) }],
    ["tensor", tensors.booleans(), { dtype: "bool", shape: [3], data: Uint8Array.of(1, 0, 1) }],
    ["tensor", tensors.texts(), { dtype: "string", shape: [2, 2], data: ["a", "", "b\0", "c"].map((text) => new TextEncoder().encode(text)) }],
    ["tensor", tensors["one complex number"](), { dtype: "complex64", shape: [], data: Float32Array.of(1, 2) }],
    ["luxonDateTime", dates["with all of them"](), date],
    ["luxonDateTime", dates["with an offset"]().setLocale("fr"), { ...end, time: date.time, zone: 90 }],
    ["luxonDateTime", dates["in the system's zone"]().setLocale("fr"), { ...end, time: date.time, zone: { system: "Europe/Berlin" } }],
    ["luxonDateTime", DateTime.invalid("mine", "because"), { reason: "mine", explanation: "because" }],
    ["luxonDuration", Duration.fromObject({ hours: 1 }, { locale: "fr" }), { values: { hours: 1 }, conversionAccuracy: "casual", locale: "fr", ...local, chosen: "fr" }],
    ["luxonInterval", Interval.fromDateTimes(dates["with all of them"](), DateTime.fromMillis(end.time, { zone: "utc", locale: "fr" })), { start: date, end }],
    ["dayjs", days.local(), { time: 1_720_000_000_123, locale: "en", utc: false, offset: undefined, zone: -120, extra: {} }],
    ["dayjs", days["in Arabic, in UTC"](), { time: 1_720_000_000_123, locale: "ar", utc: true, offset: undefined, zone: undefined, extra: {} }],
    ["dayjs", days["in a zone"](), { time: 1_719_978_400_123, locale: "en", utc: false, offset: -240, zone: -120, extra: { $timezone: "America/New_York" } }],
    ["decimal", decimals["0.1"](), "1e-1"],
    ["decimal", decimals["-0"](), "-0"],
    ["decimal", decimals["a clone's"](), ["Money", "1e-1"]],
  ];
  for (const [name, value, data] of pinned) {
    assert.deepEqual(ALL[name].recipe.encode(value), data, name);
    assert.deepEqual(LOOKS[name](ALL[name].recipe.decode(data)), LOOKS[name](value), name);
  }
  // Which bytes an Arrow table has is Arrow's business; that old ones are read is ours.
  const bytes = new Uint8Array(Buffer.from(PINNED_TABLE, "base64"));
  const table = ALL.arrowTable.recipe.decode({ bytes, rows: 3 });
  assert.deepEqual(table.toArray().map((/** @type {any} */ row) => row.toJSON()), [{ id: 1, name: "a" }, { id: 2, name: null }, { id: 3, name: "a" }]);
  assert.deepEqual(ALL.arrowTable.recipe.encode(table), { bytes, rows: 3 });
});

/** `tableFromArrays({ id: Int32Array.of(1, 2, 3), name: ["a", null, "a"] })` of Arrow 21. */
const PINNED_TABLE = "/////9gAAAAQAAAAAAAKABAADgAHAAgACgAAAAAAAAEIAAAAAAAEAKj///8EAAAAAgAAAHgAAAAUAAAAEAAcAAgADwAXABgABAAQABAAAAA4AAAAFAAAAAAAAAEYAAAAAAAABRgAAAAEAAAAbmFtZQAAAAAAAAAABAAEAAQAAAAIAAgAAAAEAAgAAAAEAAAAxP///wAAAAEgAAAAEAAUAAQAAAAPABAAAAAIABAAAAAQAAAAFAAAAAAAAAIYAAAAAgAAAGlkAAAAAAAACAAMAAgABwAIAAAAAAAAASAAAAD/////sAAAABQAAAAAAAAADAAcABoAEwAUAAQADAAAABAAAAAAAAAAAAAAAAAAAAIQAAAAAAAEAAgACgAAAAQACAAAABAAAAAAAAoAGAAMAAgABAAKAAAAFAAAAEgAAAABAAAAAAAAAAAAAAADAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAACAAAAAAAAAAIAAAAAAAAAAgAAAAAAAAAAAAAAAEAAAABAAAAAAAAAAAAAAAAAAAAAAAAAAEAAABhAAAAAAAAAP////+4AAAAFAAAAAAAAAAMABYAFAAPABAABAAMAAAAYAAAAAAAAAAAAAADEAAAAAQACgAYAAwACAAEAAoAAAAUAAAAWAAAAAMAAAAAAAAAAAAAAAQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAQAAAAAAAAABAAAAAAAAAAQAAAAAAAAABQAAAAAAAAABAAAAAAAAAAAAAAAAIAAAADAAAAAAAAAAAAAAAAAAAAAwAAAAAAAAABAAAAAAAAAAEAAAACAAAAAwAAAAAAAAAFAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAP////8AAAAA";

test("arrowTable: the numbers of dictionaries are Arrow's own, and stay", () => {
  const { encode } = recipes.arrowTable(arrow);
  const table = arrow.tableFromArrays({ a: ["p", "q"], b: ["r", "s"] });
  const numbersOf = (/** @type {any} */ { schema, batches }) => [
    schema.fields.map((/** @type {any} */ { type }) => type.id),
    batches.map((/** @type {any} */ { dictionaries }) => [...dictionaries.keys()]),
  ];
  const before = [numbersOf(table), arrow.tableToIPC(table)];
  const data = encode(table);
  assert.deepEqual([numbersOf(table), arrow.tableToIPC(table)], before);
  assert.notDeepEqual(data.bytes, before[1], "the counter was at zero already, so this shows nothing");
  assert.deepEqual(encode(table), data);
});

test("arrowTable: another number of rows than was kept is an error", () => {
  const { encode, decode } = recipes.arrowTable(arrow);
  const data = encode(column([1, 2, 3], new arrow.Int8()));
  assert.equal(data.rows, 3);
  assert.throws(() => decode({ ...data, rows: 4 }), /A table of 4 rows was kept, and 3 came back/);
  const schemaAlone = data.bytes.slice(0, 8 + new DataView(data.bytes.buffer, data.bytes.byteOffset).getInt32(4, true));
  assert.throws(() => decode({ ...data, bytes: schemaAlone }), /A table of 3 rows was kept, and 0 came back/);
  assert.throws(() => decode({ ...data, bytes: new Uint8Array() }));
});

test("arrowTable: what Arrow would write wrongly is refused", () => {
  const { encode } = recipes.arrowTable(arrow);
  const views = column(["a", "b", "c"], new arrow.Utf8View());
  const lists = column([["a"], ["b"], ["c"]], new arrow.List(item(new arrow.Utf8View())));
  const structs = column([{ v: new Uint8Array([1]) }, { v: null }], new arrow.Struct([item(new arrow.BinaryView(), "v")]));
  for (const table of [views, lists, structs]) {
    encode(table);
    encode(table.slice(0, 1));
    assert.throws(() => encode(table.slice(1)), /part of a column of Utf8View or BinaryView \("c"\)/);
  }
  encode(new Table({ views: vectorFromArray(["a", "b"], new arrow.Utf8View()), others: vectorFromArray([0, 1, 2], new arrow.Int8()).slice(1) }));
  assert.throws(() => encode(arrow.tableFromArrays({ "": [1] })), /a column without a name/);
});

test("tensor: each copy is one tensor of the caller's, and the parts that it was made from are gone", () => {
  const { recipe } = ALL.tensor;
  for (const [which, make] of Object.entries(tensors)) {
    const value = make();
    const before = tf.memory().numTensors;
    const data = structuredClone(recipe.encode(value));
    assert.equal(tf.memory().numTensors, before, which);
    const copy = recipe.decode(data);
    const mine = value.clone();
    const each = tf.memory().numTensors - before;
    assert.equal(each, 2, which);
    copy.dispose();
    mine.dispose();
    assert.equal(tf.memory().numTensors, before, which);
    value.dispose();
    assert.throws(() => recipe.encode(value), /disposed/, which);
  }
});

test("tensor: a variable is of another class", () => {
  const variable = tf.variable(tf.scalar(1));
  assert.notEqual(Object.getPrototypeOf(variable), recipes.tensor(tf).type.prototype);
});

/** @param {string} zone of the system @param {() => void} body */
function inZone(zone, body) {
  const before = process.env.TZ;
  process.env.TZ = zone;
  try {
    body();
  } finally {
    process.env.TZ = before;
  }
}

test("a date in the system's zone is another one once the system has another zone", async () => {
  const { luxonDateTime, luxonInterval, dayjs: days_ } = ALL;
  const system = luxonDateTime.recipe.encode(dates["in the system's zone"]());
  const interval = luxonInterval.recipe.encode(Interval.after(dates["in the system's zone"](), { hours: 1 }));
  const local = days_.recipe.encode(days.local());
  const zoned = days_.recipe.encode(days["in a zone"]());
  const fixed = [luxonDateTime.recipe.encode(dates["in a zone"]()), days_.recipe.encode(days["in UTC"]())];
  const looks = [LOOKS.luxonDateTime(dates["in a zone"]()), LOOKS.dayjs(days["in UTC"]())];
  await Promise.resolve(); // the name of the system's zone holds for a task
  inZone("Asia/Tokyo", () => {
    assert.throws(() => luxonDateTime.recipe.decode(system), /no longer the same here/);
    assert.throws(() => luxonInterval.recipe.decode(interval), /no longer the same here/);
    assert.throws(() => days_.recipe.decode(local), /time zone is another/);
    assert.throws(() => days_.recipe.decode(zoned), /time zone is another/);
    assert.notDeepEqual(days_.recipe.encode(days.local()), local);
    assert.notDeepEqual(luxonDateTime.recipe.encode(dates["in the system's zone"]()), system);
    assert.deepEqual([LOOKS.luxonDateTime(luxonDateTime.recipe.decode(fixed[0])), LOOKS.dayjs(days_.recipe.decode(fixed[1]))], looks);
  });
  await Promise.resolve();
  assert.deepEqual(luxonDateTime.recipe.encode(dates["in the system's zone"]()), system);
});

test("luxonDateTime: what Luxon's settings would change is an error", () => {
  const { encode, decode } = recipes.luxonDateTime(luxon);
  const data = encode(dates["in UTC"]());
  /** @type {[string, any][]} */
  const settings = [["defaultLocale", "fr"], ["defaultNumberingSystem", "beng"], ["defaultOutputCalendar", "hebrew"]];
  for (const [name, value] of settings) {
    const before = /** @type {any} */ (Settings)[name];
    /** @type {any} */ (Settings)[name] = value;
    try {
      assert.throws(() => decode(data), /no longer the same here/, name);
    } finally {
      /** @type {any} */ (Settings)[name] = before;
    }
  }
  assert.throws(() => decode({ ...data, zone: "Mars/Olympus" }), /no longer the same here/);
  decode(data);
});

test("luxonDateTime: a zone of a class of one's own is refused", () => {
  const { encode } = recipes.luxonDateTime(luxon);
  class Mars extends luxon.Zone {
    get type() { return "mars"; }
    get name() { return "Mars"; }
    get isUniversal() { return true; }
    get isValid() { return true; }
    offset() { return 37; }
    offsetName() { return "Mars"; }
    formatOffset() { return "+00:37"; }
    equals() { return true; }
  }
  assert.throws(() => encode(DateTime.fromMillis(0, { zone: new Mars() })), /zone of a class of your own/);
});

test("dayjs: a plugin or a locale that is not there is an error", () => {
  for (const path of ["dayjs", "dayjs/plugin/utc"]) delete require.cache[require.resolve(path)];
  const bare = require("dayjs");
  assert.notEqual(bare, dayjs);
  const { encode } = recipes.dayjs(dayjs);
  const { decode } = recipes.dayjs(bare);
  assert.equal(decode(encode(days.local())).valueOf(), Date.parse(TIME));
  assert.throws(() => decode(encode(days["in UTC"]())), /plugin UTC/);
  assert.throws(() => decode(encode(days["with an offset"]())), /plugin UTC/);
  assert.throws(() => decode(encode(days["in German"]())), /locale loaded/);
  bare.extend(require("dayjs/plugin/utc")); // a plugin goes into one copy only
  assert.equal(decode(encode(days["in UTC"]())).format(), days["in UTC"]().format());
  assert.throws(() => decode(encode(days["in a zone"]())), /plugin Timezone/);
});

test("dayjs: what another plugin adds is refused", () => {
  const { encode } = recipes.dayjs(dayjs);
  assert.throws(() => encode(Object.assign(dayjs(TIME), { $C: "jalali" })), /"\$C"/);
});

test("dayjs: a copy shares nothing with its data", () => {
  const { encode, decode } = recipes.dayjs(dayjs);
  const data = encode(days["in a zone"]());
  const before = structuredClone(data);
  decode(data).$x.$timezone = "Asia/Tokyo";
  assert.deepEqual(data, before);
});

test("decimal: a clone's number is refused, unless the clone has a name", () => {
  const { encode, decode } = recipes.decimal(Decimal);
  const value = new Money("1.5");
  assert.throws(() => encode(/** @type {any} */ (value)), /name the clone, as in decimal\(Decimal, \{ Money \}\)/);
  const [name, text] = recipes.decimal(Decimal, { Money }).encode(/** @type {any} */ (value));
  assert.throws(() => decode([name, text]), /No clone of Decimal has the name "Money"/);
  const of = recipes.decimal(Money, { Decimal });
  assert.equal(of.decode(of.encode(/** @type {any} */ (new Decimal(1)))).constructor, Decimal);
  assert.equal(of.decode(of.encode(value)).constructor, Money);
});

test("decimal: the notation does not count, and a number that does not fit is an error", () => {
  const { encode, decode } = recipes.decimal(Decimal);
  const value = new Decimal("123456.789e40");
  const data = encode(value);
  const { toExpNeg, toExpPos, maxE, precision } = Decimal;
  try {
    Decimal.set({ toExpNeg: -1_000, toExpPos: 1_000, precision: 3 });
    assert.equal(encode(value), data);
    assert.equal(decode(data).toString(), value.toString());
    Decimal.set({ maxE: 20 });
    assert.throws(() => decode(data), /cannot hold 1\.23456789e\+45/);
  } finally {
    Decimal.set({ toExpNeg, toExpPos, maxE, precision });
  }
});

test("the recipe is named for an instance of its class", () => {
  const named = {
    arrowTable: ["arrowTable(arrow)", "arrowTable"], tensor: ["tensor(tf)", "tensor"],
    luxonDateTime: ["luxonDateTime(luxon)", "luxonDateTime"], luxonDuration: ["luxonDuration(luxon)", "luxonDuration"],
    luxonInterval: ["luxonInterval(luxon)", "luxonInterval"],
    dayjs: ["dayjsType(dayjs)", "dayjs as dayjsType"], // two things of one name
    decimal: ["decimal(Decimal)", "decimal"],
  };
  for (const [name, [call, from]] of Object.entries(named)) {
    for (const [which, make] of Object.entries(ALL[name].values)) {
      assert.equal(recipeFor(make()), `registerType(${call}), with ${from} from "keepsake/types"`, `${name}: ${which}`);
    }
  }
});

test("no recipe is named for anything else", () => {
  class Model {
    schema = [];
    dtype = "float32";
    d = 1;
  }
  const table = column([1], new arrow.Int8());
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  const others = [
    undefined, null, 0, 1, NaN, true, "", "text", 1n, Symbol("a"), {}, [], Object.create(null), () => {}, Model, new Model(), new Date(), new Map(), new Error("x"),
    new Uint8Array(1), Promise.resolve(), proxy, { get isLuxonDateTime() { throw new Error("no"); } },
    arrow, table.schema, table.batches[0], table.getChildAt(0), tf, tf.variable(tf.scalar(1)), tf.buffer([1]), tf.sequential(), luxon, DateTime,
    SystemZone.instance, dayjs, dayjs.duration(1), Decimal, Settings,
  ];
  for (const [index, other] of others.entries()) assert.equal(recipeFor(other), undefined, `number ${index}`);
});

test("who takes one recipe has one recipe", async () => {
  const { build } = await import("esbuild");
  const bundled = async (/** @type {string} */ contents) => {
    const stdin = { contents, resolveDir: join(ROOT, "src/web/js/types") };
    const { outputFiles, metafile } = await build({ stdin, bundle: true, minify: true, format: "esm", write: false, metafile: true, logLevel: "error" });
    const [{ imports }] = Object.values(metafile.outputs);
    return { text: outputFiles[0].text, imports };
  };
  const tags = Object.values(ALL).map(({ tag }) => tag);
  const inIt = (/** @type {string} */ text) => tags.filter((tag) => text.includes(tag));
  const one = await bundled('import { decimal } from "./index.js"; console.log(decimal);');
  assert.deepEqual([inIt(one.text), one.imports], [["decimal.Decimal"], []]);
  const none = await bundled('import * as recipes from "./index.js"; console.log(1);');
  assert.equal(none.text.trim(), "console.log(1);");
  const names = await bundled('export * from "./recipes.js";');
  assert.deepEqual([inIt(names.text), names.imports], [[], []]);
  assert.ok(names.text.length < 1_000, `${names.text.length} characters in every page that uses Keepsake`);
});

/** What the declarations of Arrow and TensorFlow.js are held against; tests/types/recipes.ts has the others. */
const TYPED = `
import * as tf from "@tensorflow/tfjs";
import * as arrow from "apache-arrow";
import { Table, tableFromIPC, tableToIPC } from "apache-arrow";
import { cacheData, cacheResource, identity, registerType } from "${ROOT}/types/keepsake.js";
import { arrowTable, tensor } from "${ROOT}/types/types.js";
registerType(arrowTable(arrow));
registerType(arrowTable({ Table, tableFromIPC, tableToIPC }));
registerType(tensor(tf));
const tables = arrowTable(arrow);
export const table: Table = tables.decode(tables.encode(new Table()));
const tensors = tensor(tf);
export const numbers: tf.Tensor = tensors.decode(tensors.encode(tf.tensor2d([[1]])));
// @ts-expect-error a table is no tensor
tensors.encode(table);
const openModel = cacheResource((url: string) => tf.loadLayersModel(url), { onRelease: (model) => model.dispose(), hashFuncs: [[tf.Tensor, (tensor) => tensor.dataSync()]] });
export const model: Promise<tf.LayersModel> = openModel("/model.json");
export const layers = cacheData((model: tf.LayersModel) => model.layers.map(({ name }) => name), {
  hashFuncs: [[tf.LayersModel, (model) => model.layers.length], [tf.Sequential, identity], [arrow.Table, (table) => table.numRows]],
});
// @ts-expect-error a model has no such property
cacheData((model: tf.LayersModel) => 1, { hashFuncs: [[tf.LayersModel, (model) => model.numRows]] });
`;

test("the types take Arrow and TensorFlow.js as they are", async () => {
  const directory = mkdtempSync(join(tmpdir(), "keepsake-types-"));
  try {
    symlinkSync(join(ROOT, "node_modules"), join(directory, "node_modules"));
    writeFileSync(join(directory, "typed.ts"), TYPED);
    const flags = "--noEmit --strict --skipLibCheck --target esnext --module esnext --moduleResolution bundler --types".split(" ");
    const tsc = join(ROOT, "node_modules/typescript/bin/tsc");
    const { stdout } = await promisify(execFile)(process.execPath, [tsc, ...flags, "", "typed.ts"], { cwd: directory }).catch((error) => error);
    assert.equal(stdout, "");
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});

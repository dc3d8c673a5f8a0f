// Objects of well-known libraries are results and arguments like any others, once the recipe of keepsake/types is
// registered; without it, the error names the recipe.
import assert from "node:assert/strict";
import test, { before } from "node:test";
import { ROOT } from "../../scripts/process.mjs";
import { built } from "./support/builds.mjs";
import { pages } from "./support/pages.mjs";

const LIBRARIES = `
export * as arrow from "apache-arrow";
export { default as Decimal } from "decimal.js";
export * as luxon from "luxon";
export * as tf from "@tensorflow/tfjs";
import dayjs from "dayjs";
import timezone from "dayjs/plugin/timezone";
import utc from "dayjs/plugin/utc";
import "dayjs/locale/de";
dayjs.locale("en");
dayjs.extend(utc);
dayjs.extend(timezone);
export { dayjs };
`;

/** @type {Record<string, string>} */
const files = {};
before(async () => {
  const { build } = await import("esbuild");
  const stdin = { contents: LIBRARIES, resolveDir: ROOT };
  const { outputFiles } = await build({ stdin, bundle: true, minify: true, format: "esm", write: false, logLevel: "error" });
  files["libraries.js"] = outputFiles[0].text;
});

const open = pages();
const visit = (/** @type {any} */ app, /** @type {any} */ body, options = {}) => open(app, body, { files, ...options });

const KINDS = ["table", "tensor", "complex", "date", "duration", "interval", "day", "decimal", "clone"];

/** One object of each kind, functions that give and take them, and what is to be seen of each. */
const shop = async (/** @type {any} */ { cacheData, configure, flush, registerType }) => {
  const { arrow, Decimal, luxon, tf, dayjs } = await import(/** @type {any} */ ("/libraries.js"));
  const types = await import(/** @type {any} */ ("/pkg/types.js"));
  await tf.setBackend("cpu");
  const { DateTime, Duration, Interval } = luxon;
  const Money = Decimal.clone({ precision: 40 });

  const isRegistered = !location.search.includes("bare");
  if (isRegistered) {
    registerType(types.arrowTable(arrow));
    registerType(types.tensor(tf));
    registerType(types.luxonDateTime(luxon));
    registerType(types.luxonDuration(luxon));
    registerType(types.luxonInterval(luxon));
    registerType(types.dayjs(dayjs));
    registerType(types.decimal(Decimal, { Money }));
  }

  const date = (/** @type {number} */ time) => DateTime.fromMillis(time, { zone: "America/New_York", locale: "de", numberingSystem: "beng", outputCalendar: "hebrew" });
  /** @type {Record<string, (n: number) => any>} */
  const make = {
    table: (n) => arrow.tableFromArrays({ id: Int32Array.of(1, 2, n), name: ["a", null, `b${n}`] }),
    tensor: (n) => tf.tensor2d([[1, 2], [3, n]], undefined, "int32"),
    complex: (n) => tf.complex([1, -0], [NaN, n]),
    date: (n) => date(1_720_000_000_000 + n),
    duration: (n) => Duration.fromObject({ hours: n, minutes: 90 }, { locale: "fr" }),
    interval: (n) => Interval.fromDateTimes(date(0), DateTime.fromMillis(n * 3_600_000, { zone: "utc" })),
    day: (n) => dayjs(1_720_000_000_000 + n).locale("de").tz("Asia/Tokyo"),
    decimal: (n) => new Decimal(`123456789012345678901234567890.${n}`),
    clone: (n) => new Money(n).div(7),
  };
  const classes = [arrow.Table, tf.Tensor, DateTime, Duration, Interval, Object.getPrototypeOf(dayjs()).constructor];
  const classOf = (/** @type {any} */ value) => classes.findIndex(({ prototype }) => Object.getPrototypeOf(value) === prototype);
  const look = (/** @type {any} */ value) => {
    if (value instanceof arrow.Table) return ["table", JSON.stringify(value.toArray()), String(value.schema), value.numRows];
    if (value instanceof tf.Tensor) return ["tensor", value.dtype, value.shape.join(), [...value.dataSync()].map((n) => (Object.is(n, -0) ? "-0" : String(n))).join()];
    if (DateTime.isDateTime(value)) return ["date", value.toISO(), value.zoneName, value.toLocaleString(DateTime.DATETIME_FULL), value.toFormat("cccc")];
    if (Duration.isDuration(value)) return ["duration", JSON.stringify(value.toObject()), value.toHuman()];
    if (Interval.isInterval(value)) return ["interval", value.toISO(), value.start.zoneName, value.end.zoneName];
    if (dayjs.isDayjs(value)) return ["day", value.format("dddd YYYY-MM-DD HH:mm:ss.SSS Z"), value.offsetName()];
    if (Decimal.isDecimal(value)) return [value.constructor === Money ? "clone" : "decimal", value.toString(), value.div(3).toString()];
    return typeof value;
  };

  let runs = 0;
  const one = cacheData(async (/** @type {string} */ kind, /** @type {number} */ n) => ((runs += 1), make[kind](n)), { name: "one" });
  const nested = cacheData(
    async (/** @type {number} */ n) => {
      runs += 1;
      const shared = make.date(n);
      return {
        rows: [{ table: make.table(n), of: [make.duration(n)] }],
        byDate: new Map([[shared, make.decimal(n)], [make.date(n + 1), make.clone(n)]]),
        all: new Set([make.interval(n), make.day(n)]),
        tensors: { a: make.tensor(n), b: [make.complex(n)] },
        when: new Date(n),
        shared,
      };
    },
    { name: "nested" },
  );
  const lookNested = (/** @type {any} */ { rows: [{ table, of }], byDate, all, tensors, when, shared }) => [
    ...[table, of[0], ...[...byDate].flat(), ...all, tensors.a, tensors.b[0], shared].map((each) => [classOf(each), look(each)]),
    when.getTime(),
    [...byDate.keys()][0] === shared,
  ];
  const take = cacheData(async (/** @type {any} */ value, /** @type {any} */ more) => ((runs += 1), [look(value), more === undefined]), { name: "take" });
  /** @type {string[]} */
  const faults = [];
  configure({ onEvent: (/** @type {any} */ event) => event.type === "fault" && faults.push(event.code) });
  return { arrow, tf, types, make, look, one, nested, lookNested, take, flush, registerType, faults, runs: () => runs };
};

test("they come back in a nested result, from memory and over a reload", () =>
  visit(shop, async ({ page, reload }) => {
    const seen = () =>
      page.evaluate(async () => {
        const looks = [];
        for (let turn = 0; turn < 3; turn++) looks.push(JSON.stringify(app.lookNested(await app.nested(5))));
        await app.flush();
        return { looks, runs: app.runs(), faults: app.faults };
      });
    const first = await seen();
    assert.deepEqual([new Set(first.looks).size, first.runs, first.faults], [1, 1, []], first.looks.join("\n"));
    const looks = JSON.parse(first.looks[0]);
    assert.deepEqual(looks.slice(-2), [5, true], "a Date, and one object in two places");
    assert.deepEqual(looks.slice(0, -2).map(([index, [kind]]) => [index, kind]), [
      [0, "table"], [3, "duration"], [2, "date"], [-1, "decimal"], [2, "date"], [-1, "clone"], [4, "interval"], [5, "day"], [1, "tensor"], [1, "tensor"], [2, "date"],
    ]);
    await reload();
    assert.deepEqual(await seen(), { ...first, runs: 0 }, "from disk");
  }));

test("each alone is what the function made, from memory and over a reload", () =>
  visit(shop, async ({ page, reload }) => {
    const seen = () =>
      page.evaluate(async (kinds) => {
        const looks = {};
        for (const kind of kinds) {
          for (const n of [5, 6]) {
            const expected = JSON.stringify(app.look(app.make[kind](n)));
            const values = [await app.one(kind, n), await app.one(kind, n), app.one.peek(kind, n)];
            looks[`${kind} ${n}`] = values.every((value) => JSON.stringify(app.look(value)) === expected) && new Set(values).size;
          }
        }
        await app.flush();
        return { looks, runs: app.runs(), faults: app.faults };
      }, KINDS);
    const looks = Object.fromEntries(KINDS.flatMap((kind) => [5, 6].map((n) => [`${kind} ${n}`, 3])));
    assert.deepEqual(await seen(), { looks, runs: 2 * KINDS.length, faults: [] });
    await reload();
    assert.deepEqual(await seen(), { looks, runs: 0, faults: [] }, "from disk");
  }));

test("a table or a tensor that a caller changes is the caller's own", () =>
  visit(shop, async ({ page, reload }) => {
    const spoilt = () =>
      page.evaluate(async () => {
        const seen = [];
        for (let turn = 0; turn < 3; turn++) {
          const [table, tensor] = [await app.one("table", 5), await app.one("tensor", 5)];
          const values = table.getChildAt(0).data[0].values;
          seen.push([values[0], tensor.dataSync()[0]]);
          values[0] = 99;
          tensor.dataSync()[0] = 99;
          seen.push([table.get(0).id, tensor.arraySync()[0][0]]);
        }
        await app.flush();
        return seen;
      });
    const turns = [[1, 1], [99, 99], [1, 1], [99, 99], [1, 1], [99, 99]];
    assert.deepEqual(await spoilt(), turns);
    await reload();
    assert.deepEqual(await spoilt(), turns, "from disk");
  }));

for (const kind of ["tensor", "complex"]) {
  test(`${kind}: each copy is one tensor, to be disposed of by its caller`, () =>
    visit(shop, async ({ page }) => {
      const told = await page.evaluate(async (kind) => {
        const { tf, one, look } = app;
        (await one(kind, 5)).dispose();
        const scratch = app.make[kind](5);
        const before = tf.memory().numTensors;
        const copies = [await one(kind, 5), await one(kind, 5), await one(kind, 5)];
        const clone = scratch.clone(); // as many as one takes
        const counts = [(tf.memory().numTensors - before) / 4];
        copies[0].dispose();
        copies[1].dispose();
        clone.dispose();
        counts.push(tf.memory().numTensors - before);
        const left = JSON.stringify(look(copies[2])) === JSON.stringify(look(scratch));
        copies[2].dispose();
        return [counts, left, tf.memory().numTensors - before, app.runs()];
      }, kind);
      assert.deepEqual(told, [[1, 1], true, 0, 1]);
    }));
}

test("a stored table with another number of rows is a miss, said once, and replaced", () =>
  visit(
    async (/** @type {any} */ { cacheData, configure, flush, registerType }) => {
      const { arrow } = await import(/** @type {any} */ ("/libraries.js"));
      const { arrowTable } = await import(/** @type {any} */ ("/pkg/types.js"));
      const recipe = arrowTable(arrow);
      const isWrong = sessionStorage.getItem("right") === null;
      const wrong = {
        encode: (/** @type {any} */ table) => ({ ...recipe.encode(table), rows: 4 }),
        decode: ({ bytes }) => arrow.tableFromIPC(bytes),
      };
      registerType({ ...recipe, ...(isWrong ? wrong : {}) });
      let runs = 0;
      const load = cacheData(async () => ((runs += 1), arrow.tableFromArrays({ id: Int32Array.of(1, 2, 3) })), { name: "rows" });
      /** @type {any[]} */
      const faults = [];
      configure({ onEvent: (/** @type {any} */ event) => event.type === "fault" && faults.push([event.code, `${event.message} ${event.error?.message}`]) });
      return { load, flush, faults, runs: () => runs, mend: () => sessionStorage.setItem("right", "") };
    },
    async ({ page, reload }) => {
      const call = () =>
        page.evaluate(async () => {
          const rows = [(await app.load()).numRows, (await app.load()).numRows];
          await app.flush();
          return [rows, app.runs(), app.faults];
        });
      assert.deepEqual(await call(), [[3, 3], 1, []]);
      await reload();
      assert.deepEqual(await call(), [[3, 3], 0, []], "it is stored");
      await page.evaluate(() => app.mend());
      await reload();
      const [rows, runs, faults] = await call();
      assert.deepEqual([rows, runs, faults.map(([code]) => code)], [[3, 3], 1, ["decode-failed"]]);
      assert.match(faults[0][1], /A table of 4 rows was kept, and 3 came back/);
      await reload();
      assert.deepEqual(await call(), [[3, 3], 0, []], "it was replaced");
    },
  ));

for (const kind of KINDS) {
  test(`${kind}: a function that is called with one finds what it made for an equal one`, () =>
    visit(shop, async ({ page, reload }) => {
      const called = (/** @type {number} */ dictionaries) =>
        page.evaluate(
          async ([kind, dictionaries]) => {
            // Arrow numbers the dictionaries of a page.
            for (let i = 0; i < dictionaries; i++) app.arrow.tableFromArrays({ text: ["a"] });
            const looks = [];
            const before = app.runs();
            for (const n of [5, 6, 5, 6]) looks.push(await app.take(app.make[kind](n)));
            looks.push(await app.take({ deep: [app.make[kind](5)] }), await app.take({ deep: [app.make[kind](5)] }));
            await app.flush();
            return { runs: app.runs() - before, looks: looks.map((look) => JSON.stringify(look)), expected: JSON.stringify([app.look(app.make[kind](5)), true]) };
          },
          /** @type {const} */ ([kind, dictionaries]),
        );
      const { runs, looks, expected } = await called(1);
      assert.equal(runs, 3);
      assert.deepEqual([looks[0], looks[2], looks[3]], [expected, expected, looks[1]]);
      assert.notEqual(looks[0], looks[1]);
      await reload();
      assert.equal((await called(7)).runs, 0, "from disk");
    }));
}

test("a copy is the same argument as what it is a copy of", () =>
  visit(shop, async ({ page, reload }) => {
    const runs = () =>
      page.evaluate(async (kinds) => {
        const before = app.runs();
        const copies = [];
        for (const kind of kinds) copies.push(await app.one(kind, 5), await app.one(kind, 5));
        const made = app.runs() - before;
        for (const kind of kinds) await app.take(app.make[kind](5));
        for (const copy of copies) await app.take(copy);
        await app.flush();
        return [made, app.runs() - before - made];
      }, KINDS);
    assert.deepEqual(await runs(), [KINDS.length, KINDS.length]);
    await reload();
    assert.deepEqual(await runs(), [0, 0]);
  }));

test("without the recipe a result is refused, and the error names it", () =>
  visit(
    shop,
    async ({ page }) => {
      const told = await page.evaluate(async (kinds) => {
        const messages = {};
        for (const kind of kinds) {
          messages[kind] = await app.one(kind, 5).then(() => "kept", (error) => [error.name, error.message]);
        }
        return messages;
      }, KINDS);
      const recipes = {
        table: "arrowTable(arrow)", tensor: "tensor(tf)", complex: "tensor(tf)", date: "luxonDateTime(luxon)", duration: "luxonDuration(luxon)",
        interval: "luxonInterval(luxon)", day: "dayjsType(dayjs)", decimal: "decimal(Decimal)", clone: "decimal(Decimal)",
      };
      assert.deepEqual(Object.keys(recipes), KINDS);
      for (const [kind, call] of Object.entries(recipes)) {
        const [name, message] = told[kind];
        assert.equal(name, "UnserializableReturnValueError", kind);
        assert.ok(message.includes(`registerType(${call})`) && message.includes('"keepsake/types"'), `${kind}: ${message}`);
      }
    },
    { path: "/?bare" },
  ));

test("an app imports recipes from keepsake/types, and has no more than it imports", async () => {
  const app = 'import { decimal } from "keepsake/types"; globalThis.recipe = decimal;';
  for (const bundler of /** @type {const} */ (["esbuild", "vite", "webpack"])) {
    const made = await built(bundler, { "app.js": app }, { pages: ["app"] });
    const text = Object.entries(made).filter(([name]) => name.endsWith(".js")).map(([, bytes]) => bytes.toString()).join("\n");
    assert.ok(text.includes("decimal.Decimal"), bundler);
    for (const other of ["arrow.Table", "tf.Tensor", "luxon.DateTime", "dayjs.Dayjs"]) assert.ok(!text.includes(other), `${bundler}: ${other}`);
  }
});

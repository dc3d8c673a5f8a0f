// What shapes keys besides the values themselves: signals that are left out, types of one's own, rules of a function, of
// the page and of one digest. And what hostile values can do: they are an error, or have the right key, soon.
import assert from "node:assert/strict";
import test from "node:test";
import { watchedMemory } from "./support/blobs.mjs";
import { pages } from "./support/pages.mjs";
import { trapping } from "./support/traps.mjs";

const visit = pages();

/** `runs(lists, options)`: the run that answered each list of arguments, so equal numbers mean one entry. */
const counting = (keepsake) => {
  const { cacheData, configure, hash } = keepsake;
  const faults = [];
  configure({ onEvent: ({ code }) => code && faults.push(code) });
  let functions = 0;
  const counter = (options = {}, { cacheData: wrap = cacheData } = {}) => {
    let count = 0;
    return wrap((first, second) => [(count += 1), first, second][0], { name: `f${(functions += 1)}`, persist: false, ...options });
  };
  const runs = (lists, options) => {
    const load = counter(options);
    return lists.map((args) => load(...args));
  };
  const caught = (act) => {
    const told = ({ name, code, functionName, param, path, type, option, message, cause }, isOurs) => ({ name, code, functionName, param, path, type, option, message, cause: cause?.message, isOurs });
    const ours = (error) => told(error ?? {}, error instanceof keepsake.KeepsakeError && error instanceof (keepsake[error.name] ?? Array));
    try {
      const got = act();
      return got instanceof Promise ? got.then((got) => ({ got }), ours) : { got };
    } catch (error) {
      return ours(error);
    }
  };
  const plain = () => [1, "a", undefined, [1, [2]], { a: 1, b: { c: [] } }, {}, new Map([["k", new Date(0)]]), new Set([1n]), new Float64Array([1.5]), new Error("x"), /a/g];
  const first = plain().map((value) => hash(value));
  /** Whether the usual values have the keys that they had when the page began, in functions and in digests. */
  const isSane = () => {
    const values = plain();
    const answers = runs([...values, ...plain()].map((value) => [value]));
    const once = answers.slice(0, values.length);
    return new Set(once).size === values.length && once.every((run, at) => run === answers[at + values.length]) && values.every((value, at) => hash(value) === first[at]);
  };
  return { ...keepsake, counter, runs, caught, isSane, faults: () => faults.splice(0) };
};

test("an AbortSignal counts as if it had not been passed", () =>
  visit(counting, async ({ page }) => {
    const told = await page.evaluate(async () => {
      const { signal } = new AbortController();
      const frame = document.body.appendChild(document.createElement("iframe"));
      const foreign = new frame.contentWindow.AbortController().signal;
      const signals = { signal, other: new AbortController().signal, any: AbortSignal.any([signal]), timeout: AbortSignal.timeout(1_000_000), task: globalThis.TaskController ? new TaskController().signal : signal, foreign };
      const { runs } = app;
      const methods = async () => {
        const load = app.counter();
        load(1, { id: 1 });
        return [(await load.key(1, { id: 1 })) === (await load.key(1, { id: 1, signal }, foreign)), load.peek(1, { id: 1, signal }), load(1, { signal: foreign, id: 1 }), await load.delete(1, { id: 1 }, signal), await load.delete(1, { id: 1 })];
      };
      const each = (make) => Object.values(signals).map(make);
      return {
        atTheEnd: runs([[1], ...each((signal) => [1, signal]), [1, signal, foreign], [1, undefined], [1, undefined, signal], [1, signal, 2], [1, undefined, 2]]),
        alone: runs([[], ...each((signal) => [signal]), [undefined]]),
        before: runs([[undefined, 1], ...each((signal) => [signal, 1]), [1], [null, 1]]),
        property: runs([[{ id: 1 }], ...each((signal) => [{ id: 1, signal }]), ...each((signal) => [{ abort: signal, id: 1 }, signal]), [{ id: 1, signal: undefined }], [{ id: 1, signal: null }]]),
        onlySignals: runs([[], [{ signal }], [{ a: signal, b: foreign }], [Object.assign(Object.create(null), { signal })], [{ signal }, foreign], [{}], [{ signal: undefined }], [{ signal: {} }]]),
        options: runs([["a"], ["a", { signal }], ["a", { signal: foreign }, { stop: signal }], ["a", undefined], ["a", undefined, { signal }], ["a", {}], ["a", { signal, page: undefined }]]),
        inBetween: runs([[{}, 1], [{ signal }, 1], [undefined, 1]]),
        second: runs([[1, { headers: { a: "b" } }], [1, { headers: { a: "b" }, signal }], [1, { signal: foreign, headers: { a: "b" } }], [1, { headers: {}, signal }]]),
        ruledBeside: runs([["a", { id: 1 }], ["a", { id: 1, signal }], ["A", { id: 1 }, foreign], ["b", { id: 1 }, signal]], { hashFuncs: [[String, (text) => text.toLowerCase()]] }),
        request: runs([[new Request("/a")], [new Request("/a", { signal })], [new Request("/b", { signal })]]),
        keyBy: runs([["/a", { id: 1 }], ["/b", { id: 1, signal }], ["/c", { id: 2, signal }]], { keyBy: (_url, options) => options }),
        params: runs([[signal, 1], [foreign, 1], [undefined, 1], [7, 1], [signal, 2]], { params: ["_signal", "id"] }),
        methods: await methods(),
        sane: app.isSane(),
      };
    });
    assert.deepEqual(told, {
      methods: [true, 1, 1, 1, 0],
      atTheEnd: [1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 3, 3],
      alone: [1, 1, 1, 1, 1, 1, 1, 2],
      before: [1, 1, 1, 1, 1, 1, 1, 2, 3],
      property: [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 3],
      onlySignals: [1, 1, 1, 1, 1, 2, 3, 4],
      options: [1, 1, 1, 2, 2, 3, 4],
      inBetween: [1, 1, 2],
      second: [1, 1, 1, 2],
      ruledBeside: [1, 1, 1, 2],
      request: [1, 1, 2],
      keyBy: [1, 1, 2],
      params: [1, 1, 1, 1, 2],
      sane: true,
    });
  }));

test("a persisted call is found again with another signal, and after a reload without one; its function gets a signal", () =>
  visit(
    (keepsake) => {
      let runs = 0;
      const load = keepsake.cacheData(
        async (id, { signal } = {}) => {
          runs += 1;
          await new Promise((resolve, reject) => {
            if (id !== "slow") return resolve();
            signal.addEventListener("abort", () => reject(signal.reason));
          });
          return [id, signal instanceof AbortSignal];
        },
        { name: "load" },
      );
      return { ...keepsake, load, runs: () => runs };
    },
    async ({ page, reload }) => {
      const told = await page.evaluate(async () => {
        const controller = new AbortController();
        const values = [await app.load(1, { signal: controller.signal }), await app.load(1, { signal: new AbortController().signal }), await app.load(1)];
        const slow = app.load("slow", { signal: controller.signal }).catch((reason) => reason);
        while (app.runs() < 2) await new Promise((resolve) => setTimeout(resolve));
        controller.abort("enough");
        await app.flush();
        return [values, await slow, app.runs()];
      });
      assert.deepEqual(told, [Array(3).fill([1, true]), "enough", 2]);
      await reload();
      assert.deepEqual(await page.evaluate(async () => [await app.load(1), app.runs()]), [[1, true], 0]);
    },
  ));

test("an AbortSignal anywhere else, and what only looks like one, is refused or counts", () =>
  visit(counting, async ({ page }) => {
    const told = await page.evaluate(() => {
      const { signal } = new AbortController();
      const { caught, counter, runs } = app;
      const load = counter();
      const self = app.cacheData(function () { return this; }, { name: "self", persist: false });
      const refused = {
        "arguments[0].options.signal": caught(() => load({ options: { signal } })),
        "arguments[0][0]": caught(() => load([signal])),
        "arguments[1].values()[0]": caught(() => load(1, new Map([["signal", signal]]))),
        "arguments[0].signal": caught(() => load(Object.assign(new (class Query {})(), { signal }), 1)),
        "keyBy(…)": caught(() => counter({ keyBy: (_id, signal) => signal })(1, signal)),
        "keyBy(…)[1]": caught(() => counter({ keyBy: (id, signal) => [id, signal] })(1, signal)),
        "this.signal": caught(() => self.call({ signal })),
        value: caught(() => app.hash(signal)),
        "value.signal": caught(() => app.hash({ signal })),
        deps: caught(() => counter({ deps: () => [signal] })(1)),
      };
      const impostors = [Object.create(AbortSignal.prototype), new Proxy(signal, {}), new (class AbortSignal extends EventTarget {})()].map((impostor) => caught(() => load(impostor)).name);
      const plain = runs([[{ aborted: false }], [{ aborted: true }], [{}], [{ [Symbol.toStringTag]: "AbortSignal" }]].slice(0, 3));
      return { refused, impostors, plain, sane: app.isSane() };
    });
    for (const [path, error] of Object.entries(told.refused)) {
      assert.deepEqual([error.name, error.isOurs], ["UnhashableParamError", true], path);
      if (path === "arguments[0].signal") assert.deepEqual([error.path, error.type], ["arguments[0]", "Query"]);
      else assert.deepEqual([error.path.startsWith(path), error.type], [true, "AbortSignal"], `${path}: ${error.path}`);
      assert.match(error.message, /\n {4}hashFuncs: \[\[(AbortSignal|Query), \(value\) => /, path);
    }
    assert.deepEqual([told.impostors, told.plain, told.sane], [Array(3).fill("UnhashableParamError"), [1, 2, 3], true]);
  }));

test("an options object with nothing but a signal counts as if it had not been passed: methods find the call without it", () =>
  visit(counting, async ({ page }) => {
    const told = await page.evaluate(async () => {
      const { signal } = new AbortController();
      let count = 0;
      const load = app.cacheData(async (_query, { signal: _signal } = {}) => (count += 1), { name: "rows" });
      const query = { page: 1 };
      const found = [await load(query, { signal }), await load(query), await load.has(query), await load.delete(query), await load(query), await load.expire(query, { signal })];
      const explained = await load.explain({ page: 2 }, { signal });
      const none = [await load(undefined, { signal }), (await load.explain(undefined)).result];
      return [found, explained.because, explained.changed, none];
    });
    assert.deepEqual(told, [[1, 1, true, 1, 2, 1], "argument-changed", ["arguments[0].page"], [3, "hit"]]);
  }));

test("an object with nothing but signals counts where keyBy gives it, or a rule or its own method says what it is", () =>
  visit(counting, async ({ page }) => {
    const told = await page.evaluate(() => {
      const { signal } = new AbortController();
      const other = new AbortController().signal;
      const { runs, caught, counter } = app;
      const own = () => ({ signal, [Symbol.for("keepsake.hash")]: () => "own" });
      const accessor = { get signal() { return signal; } };
      const hidden = Object.setPrototypeOf(Object.assign(new DataView(new ArrayBuffer(2)), { signal }), Object.prototype);
      return {
        keyBy: runs([[1, { signal }], [2, { signal }], [3, {}], [4]], { keyBy: (_id, options) => options ?? null }),
        ofSignals: runs([[1, { signal }], [1, { signal: other }], [1]], { hashFuncs: [[AbortSignal, ({ aborted }) => aborted]] }),
        ofObjects: runs([[1, { signal }], [1, { signal: other }], [1]], { hashFuncs: [[Object, (value) => Object.keys(value)]] }),
        method: runs([[1, own()], [1, own()], [1, { signal }], [1]]),
        accessor: caught(() => counter()(1, accessor)).path,
        hidden: caught(() => counter()(1, hidden)).path,
        sane: app.isSane(),
      };
    });
    assert.deepEqual(told, { keyBy: [1, 1, 1, 2], ofSignals: [1, 1, 2], ofObjects: [1, 1, 2], method: [1, 1, 2, 2], accessor: "arguments[1].signal", hidden: "arguments[1]", sane: true });
  }));

test("a hash rule for AbortSignal wins, for an argument and for a property", () =>
  visit(counting, async ({ page }) => {
    const told = await page.evaluate(() => {
      const [open, aborted] = [new AbortController().signal, AbortSignal.abort()];
      const hashFuncs = [[AbortSignal, (signal) => signal.aborted]];
      const argument = app.runs([[1, open], [1, aborted], [1, new AbortController().signal], [1]], { hashFuncs });
      const byName = app.runs([[1, open], [1, aborted]], { hashFuncs: [["AbortSignal", (signal) => signal.aborted]] });
      const nested = app.runs([[[open]], [[aborted]], [[new AbortController().signal]]], { hashFuncs });
      const property = app.runs([[{ signal: open }], [{ signal: aborted }], [{ signal: new AbortController().signal }], [{}]], { hashFuncs });
      return { argument, byName, nested, property };
    });
    assert.deepEqual(told, { argument: [1, 2, 1, 3], byName: [1, 2], nested: [1, 2, 1], property: [1, 2, 1, 3] });
  }));

test("a registered type counts by what its encode gives, under its tag and version, wherever it stands", () =>
  visit(counting, async ({ page, reload }) => {
    const ask = () =>
      page.evaluate(() => {
        class Money {
          constructor(amount, currency, noise = Math.random()) {
            Object.assign(this, { amount, currency, noise });
          }
        }
        class Points extends Array {}
        class Index extends Map {}
        const register = (type, tag, encode, more) => app.registerType({ type, tag, encode, decode: () => new type(), ...more });
        register(Money, "money", ({ amount, currency }) => [amount, currency]);
        register(Points, "points", (points) => [...points]);
        register(Index, "index", (index) => [...index]);
        const places = [(money) => [money], (money) => [[money]], (money) => [{ price: money }], (money) => [new Map([[money, "price"]])], (money) => [new Map([["price", money]])], (money) => [new Set([money])], (money) => [1, { list: [{ money }] }], (money) => [new Error("x", { cause: money })]];
        const nested = places.map((place) => app.runs([place(new Money(1, "EUR")), place(new Money(1, "EUR")), place(new Money(2, "EUR")), place(new Money(1, "USD")), place([1, "EUR"])]).join());
        const others = app.runs([[Points.of(1, 2)], [Points.of(1, 2)], [Points.of(2, 1)], [[1, 2]], [new Index([[1, 2]])], [new Index([[1, 2]])], [new Map([[1, 2]])], [[[1, 2]]]]);
        const deps = ["a", "b", "a"].map((currency) => app.counter({ name: "deps", deps: [new Money(1, currency)] })).map((load) => load.key(1));
        const dynamic = [1, 1, 2].map((amount) => app.counter({ name: "dynamic", deps: () => [new Money(amount, "")] }).key(1));
        const keyBy = app.runs([[1, 5], [1, 6], [2, 5]], { keyBy: (amount) => new Money(amount, "EUR") });
        const digest = () => app.hash({ price: new Money(1, "EUR") });
        const digests = [digest(), digest()];
        register(Money, "money", ({ amount, currency }) => [amount, currency], { version: 2 });
        digests.push(digest());
        register(Money, "cash", ({ amount, currency }) => [amount, currency]);
        digests.push(digest());
        register(Money, "money", ({ amount, currency }) => [amount, currency], { version: 1 });
        digests.push(digest());
        return Promise.all([Promise.all(deps), Promise.all(dynamic)]).then(([deps, dynamic]) => ({ nested, others, deps, dynamic, keyBy, digests, sane: app.isSane() }));
      });
    const { nested, others, deps, dynamic, keyBy, digests, sane } = await ask();
    assert.deepEqual(nested, Array(8).fill("1,1,2,3,4"));
    assert.deepEqual(others, [1, 1, 2, 3, 4, 4, 5, 6]);
    assert.deepEqual([deps[0] === deps[2], deps[0] !== deps[1], dynamic[0] === dynamic[1], dynamic[0] !== dynamic[2]], [true, true, true, true]);
    assert.deepEqual(keyBy, [1, 1, 2]);
    assert.deepEqual([digests[0] === digests[1], new Set(digests.slice(1, 4)).size, digests[4] === digests[0]], [true, 3, true], "tag and version are part of it");
    assert.ok(sane);
    await reload();
    assert.deepEqual((await ask()).digests, digests, "the same on every page");
  }));

test("a type that is registered after the function was wrapped holds for it, also over a reload", () =>
  visit(
    (keepsake) => {
      class Money {
        constructor(amount) {
          this.amount = amount;
        }
      }
      let runs = 0;
      const load = keepsake.cacheData(async (_money) => (runs += 1), { name: "load" });
      const ask = async () => {
        const error = await load(new Money(1)).catch(({ name, type }) => [name, type]);
        keepsake.registerType({ type: Money, tag: "money", encode: ({ amount }) => amount, decode: (amount) => new Money(amount) });
        const values = [await load(new Money(1)), await load(new Money(1)), await load(new Money(2))];
        await keepsake.flush();
        return [error, values, runs];
      };
      return { ask };
    },
    async ({ page, reload }) => {
      const refused = ["UnhashableParamError", "Money"];
      assert.deepEqual(await page.evaluate(() => app.ask()), [refused, [1, 1, 2], 2]);
      await reload();
      assert.deepEqual(await page.evaluate(() => app.ask()), [refused, [1, 1, 2], 0]);
    },
  ));

test("the last registration of a class counts, its subclasses are types of their own, and a tag belongs to one class", () =>
  visit(counting, async ({ page }) => {
    const told = await page.evaluate(() => {
      const { caught, counter, hash, registerType } = app;
      class Money {
        constructor(amount, currency) {
          Object.assign(this, { amount, currency });
        }
      }
      class Cash extends Money {}
      class Other {}
      const decode = () => new Money();
      const load = counter();
      registerType({ type: Money, tag: "money", encode: ({ amount }) => amount, decode });
      const coarse = [load(new Money(1, "a")), load(new Money(1, "b"))];
      registerType({ type: Money, tag: "money", encode: ({ amount, currency }) => [amount, currency], decode });
      const fine = [load(new Money(1, "a")), load(new Money(1, "b")), load(new Money(1, "a"))];
      const subclass = caught(() => load(new Cash(1, "a")));
      registerType({ type: Cash, tag: "cash", encode: ({ amount, currency }) => [amount, currency], decode });
      const own = [load(new Cash(1, "a")), load(new Cash(1, "a")), hash(new Cash(1, "a")) === hash(new Money(1, "a"))];
      const clash = caught(() => registerType({ type: Other, tag: "money", encode: () => 1, decode }));
      const still = [load(new Money(1, "b")), caught(() => load(new Other())).name];
      registerType({ type: Money, tag: "renamed", encode: ({ amount }) => amount, decode });
      const freed = caught(() => registerType({ type: Other, tag: "money", encode: () => 1, decode })).name;
      return { coarse, fine, subclass, own, clash, still, freed, after: load(new Other()) === load(new Other()) };
    });
    assert.deepEqual([told.coarse, told.fine, told.own, told.still, told.freed, told.after], [[1, 1], [2, 3, 2], [4, 4, false], [3, "UnhashableParamError"], undefined, true]);
    assert.deepEqual([told.subclass.name, told.subclass.type], ["UnhashableParamError", "Cash"], "its own fields would not be seen");
    assert.deepEqual([told.clash.name, told.clash.option, told.clash.isOurs], ["InvalidOptionError", "tag", true]);
    assert.match(told.clash.message, /"money".*another type/);
  }));

test("what registerType does not take is an InvalidOptionError, and everything stays as it was", () =>
  visit(counting, async ({ page }) => {
    const told = await page.evaluate(() => {
      const { caught, registerType, hash } = app;
      class Money {}
      class Other {}
      registerType({ type: Money, tag: "money", encode: () => 1, decode: () => new Money() });
      const good = { type: Other, tag: "other", encode: () => 1, decode: () => new Other() };
      const before = hash(new Money());
      const bad = [
        ["type", undefined], ["type", { ...good, type: undefined }], ["type", { ...good, type: "Money" }], ["type", { ...good, type: {} }], ["type", { ...good, type: () => 1 }], ["type", { ...good, type: Map }], ["type", { ...good, type: Object }], ["type", { ...good, type: Blob }],
        ["tag", { ...good, tag: undefined }], ["tag", { ...good, tag: "" }], ["tag", { ...good, tag: 5 }],
        ["version", { ...good, version: "1" }], ["version", { ...good, version: 1.5 }], ["version", { ...good, version: NaN }],
        ["encode", { ...good, encode: undefined }], ["encode", { ...good, encode: "json" }], ["decode", { ...good, decode: undefined }],
        ["encoder", { ...good, encoder: () => 1 }], ["Tag", { ...good, Tag: "x" }],
      ].map(([option, given]) => [option, caught(() => registerType(given))]);
      const old = function Old() {};
      old.prototype = { amount() {} };
      const oldStyle = caught(() => registerType({ ...good, type: old, tag: "old" })).message;
      return { bad, same: hash(new Money()) === before, other: caught(() => hash(new Other())).name, sane: app.isSane(), oldStyle: oldStyle ?? "taken" };
    });
    for (const [option, error] of told.bad) assert.deepEqual([error.name, error.code, error.option, error.isOurs], ["InvalidOptionError", "invalid-option", option, true], `${option}: ${error.message}`);
    assert.match(told.bad.at(-1)[1].message, /Did you mean `tag`/);
    assert.deepEqual([told.same, told.other, told.sane], [true, "UnhashableParamError", true]);
    assert.equal(told.oldStyle, "taken", "a class without the word, whose prototype is an object of its own, is the user's");
  }));

test("an encode that throws, gives a promise or what cannot be hashed is an error with the path", () =>
  visit(counting, async ({ page }) => {
    const told = await page.evaluate(() => {
      const { caught, counter, registerType } = app;
      let act;
      class Money {}
      registerType({ type: Money, tag: "money", encode: (money) => act(money), decode: () => new Money() });
      const load = counter();
      const results = [() => { throw new Error("no rate"); }, () => { throw undefined; }, async () => 1, () => ({ at: [() => 1] }), (money) => money, () => new Money(), () => [new Money()]].map((next) => {
        act = next;
        return caught(() => load({ list: [new Money()] }));
      });
      act = () => 1;
      return [results, load(new Money()), load(new Money()), app.isSane()];
    });
    const [[threw, nothing, promise, inner, itself, another, endless], ...after] = told;
    for (const error of told[0]) assert.ok(error.isOurs, error.message);
    assert.deepEqual([threw.name, threw.code, threw.path, threw.cause], ["UserHashError", "user-hash", "arguments[0].list[0]", "no rate"]);
    assert.match(threw.message, /the `encode` of the type "money" threw: no rate/);
    assert.deepEqual([nothing.name, nothing.path], ["UserHashError", "arguments[0].list[0]"]);
    assert.deepEqual([promise.name, promise.path], ["UserHashError", "arguments[0].list[0]"]);
    assert.match(promise.message, /gave a promise/);
    assert.deepEqual([inner.name, inner.path, inner.type], ["UnhashableParamError", "arguments[0].list[0] (result of the `encode` of the type \"money\").at[0]", "function"]);
    assert.deepEqual([itself.name, itself.type], ["UnhashableParamError", "Money"]);
    for (const error of [another, endless]) {
      assert.equal(error.name, "UnhashableParamError");
      assert.ok(error.message.length < 3_000, `a message of ${error.message.length} characters`);
    }
    assert.deepEqual(after, [1, 1, true]);
  }));

test("an instance of createKeepsake has types of its own", () =>
  visit(counting, async ({ page }) => {
    const told = await page.evaluate(() => {
      const { caught, counter, createKeepsake } = app;
      class Money {}
      class Renamed {}
      const [one, two] = [createKeepsake(), createKeepsake()];
      one.registerType({ type: Money, tag: "money", encode: () => 1, decode: () => new Money() });
      two.registerType({ type: Renamed, tag: "money", encode: () => 1, decode: () => new Renamed() });
      const load = (instance) => counter({}, instance);
      const outcomes = [one, two, app].map((instance) => [new Money(), new Renamed()].map((value) => caught(() => load(instance)(value)).got ?? "refused"));
      return [outcomes, one.hash([new Money()]) === two.hash([new Renamed()]), caught(() => app.hash(new Money())).name];
    });
    assert.deepEqual(told, [[[1, "refused"], ["refused", 1], ["refused", "refused"]], true, "UnhashableParamError"]);
  }));

test("registered types survive the end of an engine", () =>
  visit(
    counting,
    async ({ page }) => {
      const told = await page.evaluate(() => {
        class Money {
          constructor(amount) {
            this.amount = amount;
          }
        }
        const load = app.counter();
        const before = load(1);
        app.registerType({ type: Money, tag: "money", encode: ({ amount }) => amount, decode: () => new Money() });
        const digest = app.hash(new Money(1));
        const values = [load(new Money(1)), load(new Money(1))];
        Object.assign(trap, { name: "board", left: 1 });
        const dying = load(new Money(1));
        trap.name = "";
        const after = [load(new Money(1)), load(new Money(1)), load(new Money(2))];
        return [before, values, dying, after, trap.fired, app.hash(new Money(1)) === digest, app.isSane(), app.faults()];
      });
      assert.deepEqual(told, [1, [2, 2], 3, [4, 4, 5], 1, true, true, []]);
    },
    { init: [trapping] },
  ));

test("hash() takes rules for its value alone: by class, by name, for primitives", () =>
  visit(counting, async ({ page }) => {
    const told = await page.evaluate(() => {
      const { caught, hash } = app;
      class Model {
        constructor(id) {
          Object.assign(this, { id, noise: Math.random() });
        }
      }
      const byId = ({ id }) => id;
      const same = (a, b) => hash(...a) === hash(...b);
      app.configure({ hashFuncs: [[Date, () => "some day"], [Model, byId]] });
      const byClass = { hashFuncs: [[Model, byId]] };
      return {
        byClass: [same([new Model(1), byClass], [new Model(1), byClass]), same([new Model(1), byClass], [new Model(2), byClass]), same([new Model(1), byClass], [1])],
        forms: [same([new Model(1), byClass], [new Model(1), { hashFuncs: [["Model", byId]] }]), same([new Model(1), byClass], [new Model(1), { hashFuncs: new Map([[Model, byId]]) }])],
        primitives: [same(["A", { hashFuncs: [[String, (text) => text.toLowerCase()]] }], ["a", { hashFuncs: [["String", (text) => text.toLowerCase()]] }]), same([[1.2], { hashFuncs: [[Number, Math.round]] }], [[1.4], { hashFuncs: [[Number, Math.round]] }]), same([1.2, { hashFuncs: [[Number, Math.round]] }], [1.6, { hashFuncs: [[Number, Math.round]] }])],
        nothing: [same([{ a: [1] }], [{ a: [1] }, {}]), same([{ a: [1] }], [{ a: [1] }, undefined]), same([{ a: [1] }], [{ a: [1] }, { hashFuncs: undefined }]), same([{ a: [1] }], [{ a: [1] }, { hashFuncs: [] }]), same([{ a: [1] }], [{ a: [1] }, byClass])],
        pages: [same([new Date(1)], [new Date(2)]), caught(() => hash(new Model(1))).name],
        errors: [caught(() => hash(1, { hashFunc: [] })), caught(() => hash(1, { ttl: 5 })), caught(() => hash(1, { hashFuncs: 5 })), caught(() => hash(1, { hashFuncs: [[5, byId]] })), caught(() => hash(1, { hashFuncs: [[Model, 5]] }))],
        identity: caught(() => hash(new Model(1), { hashFuncs: [[Model, app.identity]] })).name,
        threw: caught(() => hash({ a: [new Model(1)] }, { hashFuncs: [[Model, () => { throw new Error("no id"); }]] })),
        sane: app.isSane() || "the page's rule for Date changes only calls",
      };
    });
    const { errors, threw, sane, ...rest } = told;
    assert.deepEqual(rest, {
      byClass: [true, false, false],
      forms: [true, true],
      primitives: [true, true, false],
      nothing: [true, true, true, true, true],
      pages: [false, "UnhashableParamError"],
      identity: "UserHashError",
    });
    for (const [at, option] of ["hashFunc", "ttl", "hashFuncs", "hashFuncs", "hashFuncs"].entries()) assert.deepEqual([errors[at].name, errors[at].option, errors[at].isOurs], ["InvalidOptionError", option, true], errors[at].message);
    assert.equal(errors[0].message, "hash has no option `hashFunc`. Did you mean `hashFuncs`?");
    assert.deepEqual([threw.name, threw.path, threw.cause], ["UserHashError", "value.a[0]", "no id"]);
    const rejected = await page.evaluate(async () => [await app.caught(() => app.hashAsync(1, { hashFunc: [] })), (await app.hashAsync(1, {})) === app.hash(1)]);
    assert.deepEqual([rejected[0].name, rejected[0].isOurs, rejected[1]], ["InvalidOptionError", true, true]);
    assert.ok(sane);
  }));

test("a function's rules win over the page's, whatever their kind; within one level the nearest class wins, then the nearest name", () =>
  visit(counting, async ({ page }) => {
    const told = await page.evaluate(() => {
      const { configure, counter } = app;
      class Animal {
        constructor(own, page) {
          Object.assign(this, { own, page });
        }
      }
      class Cat extends Animal {}
      class Lion extends Cat {}
      const own = (animal) => ["own", animal.own];
      const paged = (animal) => ["page", animal.page];
      const wrong = () => { throw new Error("the wrong rule was asked"); };
      /** Which of the two rules is asked about a lion. */
      const asked = (ownRules, pageRules) => {
        const load = counter({ hashFuncs: ownRules });
        configure({ hashFuncs: pageRules });
        const [first, otherOwn, otherPage, again] = [load(new Lion(1, 1)), load(new Lion(2, 1)), load(new Lion(1, 2)), load(new Lion(1, 1))];
        if (first !== again) return "not found again";
        return [first !== otherOwn && "own", first !== otherPage && "page"].filter(Boolean).join();
      };
      const results = {
        "a name over a class": asked([["Lion", own]], [[Lion, wrong]]),
        "a further name over a class": asked([["Animal", own]], [[Lion, wrong]]),
        "a further class over a nearer one": asked([[Animal, own]], [[Lion, wrong], ["Lion", wrong]]),
        "nearest class of the function": asked([[Animal, wrong], [Lion, own], [Cat, wrong]], []),
        "class before name": asked([["Lion", wrong], [Animal, own]], []),
        "nearest name": asked([["Animal", wrong], ["Cat", own]], [["Lion", wrong]]),
        "first of two": asked([[Cat, own], [Cat, wrong]], []),
        "the page's where the function has none": asked([[Map, wrong]], [[Animal, paged]]),
        "nearest class of the page": asked([], [[Animal, wrong], [Lion, paged]]),
        "a later page's": asked(undefined, [["Cat", paged]]),
        "the page's below the function's own": asked([[Lion, (lion) => lion]], [[Lion, paged]]),
        "the next above": asked([[Lion, (lion) => lion], [Cat, own]], [[Lion, wrong]]),
      };
      configure({ hashFuncs: [["String", (text) => text.trim()]] });
      const text = [app.runs([["a "], ["a"], ["A"]]), app.runs([["a "], ["a"], ["A"]], { hashFuncs: [[String, (text) => text.length]] })];
      configure({ hashFuncs: undefined });
      return [results, text, app.isSane()];
    });
    for (const [what, which] of Object.entries(told[0])) assert.equal(which, what.includes("page") ? "page" : "own", what);
    assert.deepEqual(told.slice(1), [[[1, 1, 2], [1, 2, 2]], true]);
  }));

test("an object's own [Symbol.for(\"keepsake.hash\")] comes after rules and before registered types, and gives its content", () =>
  visit(counting, async ({ page }) => {
    const told = await page.evaluate(() => {
      const { caught, registerType, runs } = app;
      const method = Symbol.for("keepsake.hash");
      class Model {
        constructor(id, noise) {
          Object.assign(this, { id, noise });
        }
        [method]() {
          return this.id;
        }
      }
      const models = () => [[new Model(1, "a")], [new Model(1, "b")], [new Model(2, "a")], [{ deep: [new Model(1)] }], [{ deep: [new Model(1)] }], [1]];
      const plain = runs(models());
      registerType({ type: Model, tag: "model", encode: () => { throw new Error("asked"); }, decode: () => null });
      const registered = runs(models());
      const ruled = runs(models(), { hashFuncs: [[Model, ({ noise }) => noise ?? "none"]] });
      const self = { a: 1, [method]() { return this; } };
      const odd = {
        itself: runs([[self], [{ a: 1 }], [{ ...self }]]),
        inherited: runs([[new (class Child extends Model {})(1)], [new Model(1)], [new (class Child extends Model {})(2)]]),
        frozen: runs([[Object.freeze({ [method]: () => [1] })], [Object.freeze({ [method]: () => [1] })], [Object.freeze({ [method]: () => [2] })]]),
        notAFunction: runs([[{ a: 1, [method]: 5 }], [{ a: 1, [method]: null }], [{ a: 1 }]]),
        blob: runs([[Object.defineProperty(new Blob(["a"]), method, { value: () => "one" })], [Object.defineProperty(new Blob(["b"]), method, { value: () => "one" })]]),
        function: runs([[Object.assign(() => 1, { [method]: () => "one" })], [Object.assign(() => 2, { [method]: () => "one" })]]),
      };
      const failing = [() => { throw new Error("no hash"); }, async () => 1, () => () => 1].map((give) => caught(() => app.runs([[{ model: { [method]: give } }]])));
      return { plain, registered, ruled, odd, failing, sane: app.isSane() };
    });
    const expected = [1, 1, 2, 3, 3, 4];
    assert.deepEqual([told.plain, told.registered, told.ruled], [expected, expected, [1, 2, 1, 3, 3, 4]]);
    assert.deepEqual(told.odd, { itself: [1, 2, 1], inherited: [1, 1, 2], frozen: [1, 1, 2], notAFunction: [1, 1, 1], blob: [1, 1], function: [1, 1] });
    assert.deepEqual(told.failing.map(({ name, path, isOurs }) => [name, path.startsWith("arguments[0].model"), isOurs]), [["UserHashError", true, true], ["UserHashError", true, true], ["UnhashableParamError", true, true]]);
    assert.ok(told.sane);
  }));

test("a revoked proxy is an error of ours with the path, wherever it stands", () =>
  visit(counting, async ({ page }) => {
    const told = await page.evaluate(async () => {
      const { caught, counter } = app;
      const revoked = (target) => {
        const { proxy, revoke } = Proxy.revocable(target, {});
        revoke();
        return proxy;
      };
      const load = counter();
      const later = app.cacheData(async () => 1, { name: "later" });
      const errors = [];
      for (const make of [() => revoked({}), () => revoked([]), () => revoked(() => 1), () => revoked(new Map()), () => revoked(new Blob(["a"]))]) {
        errors.push(["arguments[0]", caught(() => load(make()))], ["arguments[1].a[0]", caught(() => load(1, { a: [make()] }))], ["arguments[0].values()[0]", caught(() => load(new Map([["k", make()]])))]);
        errors.push(["keyBy(…).a", caught(() => counter({ keyBy: () => ({ a: make() }) })(1))], ["deps()", caught(() => counter({ deps: () => [make()] })(1))], ["value[0]", caught(() => app.hash([make()]))], ["arguments[0].a", await caught(() => later({ a: make(), file: new Blob(["a"]) }))]);
        errors.push(["arguments[0].a", caught(() => counter({ hashFuncs: [[Object, (object) => Object.keys(object)], ["Function", String]] })({ get a() { return make(); } }))]);
      }
      return [errors.filter(([, { got }]) => got === undefined), errors.length, [load(1), load(1)], app.isSane()];
    });
    for (const [path, error] of told[0]) {
      assert.ok(["UserHashError", "UnhashableParamError"].includes(error.name) && error.isOurs, `${path}: ${error.name} ${error.message}`);
      assert.ok(error.path.startsWith(path), `${path}: ${error.path}`);
    }
    assert.ok(told[0].length >= told[1] - 5, "only a rule may take one");
    assert.deepEqual(told.slice(2), [[1, 1], true]);
  }));

/** What a getter, a rule, `encode`, `deps` or `keyBy` may do while a key is being made. Sent to pages as text. */
const acts = {
  "calls the same function": ({ load }) => load("inner"),
  "calls the same function with values for the other walker": ({ load }) => load(new Map([["inner", "x".repeat(70_000)]])),
  "calls another function": ({ other }) => other({ a: 1, b: "x".repeat(70_000) }),
  "calls another with a content": ({ later }) => void later(new Blob(["inner"])),
  "asks for a digest": () => app.hash([1, new Map([[1, "x".repeat(70_000)]])]),
  "asks for keys": ({ load, other }) => void (load.key(1), other.key(2)),
  peeks: ({ load, other }) => [load.peek("inner"), other.peek(1)].length,
  "deletes an entry": ({ load, id }) => void load.delete({ id }),
  "clears the function": ({ load }) => void load.clear(),
  "clears everything": ({ mine }) => void (mine.cacheData.clear(), mine.cacheResource.clear()),
  "logs out": ({ mine }) => void mine.destroy(),
  "configures a version": ({ mine, turn }) => mine.configure({ version: String(turn()) }),
  "configures a rule": ({ mine, turn }) => mine.configure({ hashFuncs: turn() % 2 ? [[Date, (date) => date.getTime()]] : undefined }),
  "changes the namespace": ({ mine, turn }) => mine.configure({ namespace: `n${turn() % 2}` }),
  "registers a type": ({ mine, turn }) => mine.registerType({ type: class {}, tag: `t${turn()}`, encode: () => 1, decode: () => 1 }),
  "wraps a function": ({ mine, turn }) => mine.cacheData((id) => id, { name: `wrapped ${turn()}`, persist: false })(1),
};

/** Calls functions of each kind while `act` is done in a place of their keys; gives what was wrong. Sent to pages as text. */
const callsWhile = async (act, place, namespace) => {
  class Model {
    constructor(id) {
      this.id = id;
    }
  }
  const wrong = [];
  const mine = app.createKeepsake({ namespace, onEvent: ({ code }) => code && code !== "arguments-changed" && wrong.push(code) });
  let turns = 0;
  for (const kind of ["persisted", "sync", "resource"]) {
    const given = { mine, id: 0, turn: () => (turns += 1) };
    let rests = false;
    const asking = (value) => {
      if (rests) return value;
      rests = true;
      try {
        act(given);
      } finally {
        rests = false;
      }
      return value;
    };
    if (place === "encode") mine.registerType({ type: Model, tag: "model", encode: ({ id }) => asking(id), decode: () => null });
    const options = {
      rule: { hashFuncs: [[Model, ({ id }) => asking(id)]] },
      keyBy: { keyBy: (value) => asking(value?.id ?? value) },
      deps: { deps: () => asking([1]) },
    }[place];
    const values = {
      getter: (id) => ({ id, get a() { return asking(1); }, z: [id, "x".repeat(300)] }),
      "getter beside a map": (id) => ({ id, b: new Map([[id, "x".repeat(300)]]), get c() { return asking(2); }, d: new Uint8Array(500).fill(id) }),
      "own method": (id) => ({ id, [Symbol.for("keepsake.hash")]: () => asking([id]) }),
      keyBy: (id) => ({ id }),
      deps: (id) => ({ id }),
    };
    const make = values[place] ?? ((id) => new Model(id));
    const body = (value) => value?.id ?? typeof value;
    const wrap = kind === "resource" ? mine.cacheResource : mine.cacheData;
    const persist = kind === "resource" ? {} : { persist: kind === "persisted" };
    given.load = wrap((value) => body(value), { name: `load ${kind}`, ...persist, ...options });
    given.other = mine.cacheData((value) => body(value), { name: `other ${kind}`, persist: false });
    given.later = mine.cacheData(async (value) => body(value), { name: `later ${kind}`, persist: false });
    const call = (id) => given.load(make((given.id = id)));
    const told = [];
    for (const id of [1, 2, 1, 2, 3, 1]) told.push(await call(id));
    told.push(...(await Promise.all([1, 2, 1, 3].map(call))));
    rests = true;
    for (const id of [1, 2, 3]) told.push(await call(id));
    if (told.join() !== "1,2,1,2,3,1,1,2,1,3,1,2,3") wrong.push(`${kind}: ${told}`);
  }
  await mine.flush();
  return wrong;
};

const PLACES = {
  "getters and methods": ["getter", "getter beside a map", "own method"],
  "rules and options": ["rule", "encode", "keyBy", "deps"],
};

for (const kinds of ["getters and methods", "rules and options"]) {
  test(`while a key is made ${kinds} may do anything with the cache, and every value is right`, () =>
    visit(counting, async ({ page }) => {
      const told = await page.evaluate(
        async ([acts, places, text]) => {
          const callsWhile = eval(`(${text})`);
          const wrong = [];
          for (const place of places) {
            for (const [what, act] of acts) wrong.push(...(await callsWhile(eval(`(${act})`), place, `${place}: ${what}`)).map((each) => `${place}: ${what}: ${each}`));
          }
          return [wrong, app.isSane()];
        },
        [Object.entries(acts).map(([what, act]) => [what, String(act)]), PLACES[kinds], String(callsWhile)],
      );
      assert.deepEqual(told, [[], true]);
    }));
}

test("what is configured while a key is made does not make two values one call", () =>
  visit(counting, async ({ page }) => {
    const told = await page.evaluate(() => {
      class Model {
        constructor(id, extra) {
          Object.assign(this, { id, extra });
        }
      }
      const byExtra = { hashFuncs: [[Model, ({ extra }) => extra]] };
      const byId = ({ id }) => (app.configure(byExtra), id);
      app.configure({ hashFuncs: [[Model, byId]] });
      const load = app.cacheData((model) => model.extra, { name: "load", persist: false });
      return [load(new Model(5, "first")), load(new Model(9, 5))];
    });
    assert.deepEqual(told, ["first", 5]);
  }));

test("hidden and odd thens, constructors, toJSONs and tags are not asked and make no two values one", () =>
  visit(counting, async ({ page }) => {
    const told = await page.evaluate(async () => {
      const { caught, counter, runs, hash } = app;
      let asked = 0;
      const then = (resolve) => {
        asked += 1;
        resolve?.("stolen");
      };
      const hidden = (value, name, lie) => Object.defineProperty(value, name, { value: lie, enumerable: false });
      const thenable = (id) => hidden({ id }, "then", then);
      const later = app.cacheData(async ({ id }) => id, { name: "later" });
      const thens = [await later(thenable(1)), await later(thenable(2)), await later(thenable(1)), await counter({ keyBy: (id) => thenable(id) })(1), hash(thenable(1)) === hash({ id: 1 }), (await app.hashAsync(thenable(1))) === hash({ id: 1 })];
      const visible = [...runs([[{ then: 1 }], [{ then: 2 }], [{ then: 1 }]]), caught(() => runs([[{ then }]])).path];
      const method = { [Symbol.for("keepsake.hash")]: () => thenable(1) };
      thens.push(hash(method) === hash({ [Symbol.for("keepsake.hash")]: () => ({ id: 1 }) }));
      class Lie {}
      const lies = [["constructor", Lie], ["constructor", Map], ["constructor", null], ["toJSON", () => "same"], ["toString", () => "same"], ["valueOf", () => 1], [Symbol.toPrimitive, () => "same"], [Symbol.iterator, function* () {}], ["length", 0], ["size", 0], ["nodeType", 1], ["$$typeof", Symbol.for("react.element")]];
      const makes = [(id) => ({ id }), (id) => [id], (id) => new Map([["id", id]]), (id) => new Set([id]), (id) => new Date(id), (id) => new Uint8Array([id]), (id) => new URL(`https://a.example/${id}`), (id) => new Headers({ id }), (id) => new Error(`${id}`)];
      const wrong = [];
      for (const make of makes) {
        for (const [name, lie] of lies) {
          const tell = async (id) => {
            const value = make(id);
            if (!(Array.isArray(value) && name === "length")) hidden(value, name, lie); // that would be no lie
            return (await caught(() => app.hashAsync([value]))).got ?? "refused";
          };
          const [one, two, truth] = [await tell(1), await tell(2), await app.hashAsync([make(1)])];
          const isRefused = one === two && one === "refused";
          if (!isRefused && (one === two || one !== truth)) wrong.push(`${Object.prototype.toString.call(make(1))} ${String(name)}: ${one} ${two}`);
        }
      }
      const tags = ["Object", "Array", "Date", "Map", "Blob", "AbortSignal", "Promise"].flatMap((tag) => makes.slice(0, 6).map((make) => [tag, make]));
      for (const [tag, make] of tags) {
        const [one, two] = [1, 2].map((id) => caught(() => hash([hidden(make(id), Symbol.toStringTag, tag)])).got ?? "refused");
        if (one === two && one !== "refused") wrong.push(`${tag}: ${one}`);
      }
      return { thens, visible, asked, wrong, sane: app.isSane() };
    });
    assert.deepEqual(told, { thens: [1, 2, 1, 1, true, true, true], visible: [1, 2, 1, "arguments[0].then"], asked: 0, wrong: [], sane: true });
  }));

test("an enumerable property of Object.prototype changes nothing", () =>
  visit(
    (keepsake) => {
      let runs = 0;
      const load = keepsake.cacheData(async (value) => [typeof value, (runs += 1)][1], { name: "load" });
      const digests = () => Promise.all([1, {}, { a: 1 }, [1, , 2], [], new Map([[{}, {}]]), new Error("x"), new Headers({ a: "b" }), new Blob(["a"]), new File(["a"], "a", { lastModified: 5 }), new Request("/a", { method: "POST", body: "a" })].map((value) => keepsake.hashAsync(value)));
      const pollute = () => {
        Object.prototype.polluted = () => "everywhere";
        Object.prototype.signal = new AbortController().signal;
        Object.prototype[5] = "five";
        Array.prototype.extra = { deep: 1 };
      };
      const clean = () => {
        for (const name of ["polluted", "signal", 5]) delete Object.prototype[name];
        delete Array.prototype.extra;
      };
      return { ...keepsake, load, digests, pollute, clean, runs: () => runs };
    },
    async ({ page, reload }) => {
      const told = await page.evaluate(async () => {
        const values = () => [{ a: 1 }, {}, [1, 2], new Blob(["a"]), new Map([[{}, 1]])];
        const call = async () => {
          const all = [];
          for (const value of values()) all.push(await app.load(value));
          return all;
        };
        const [digests, first] = [await app.digests(), await call()];
        app.pollute();
        const polluted = [await app.digests(), await call()];
        app.clean();
        return { same: JSON.stringify(polluted) === JSON.stringify([digests, first]), again: JSON.stringify(await app.digests()) === JSON.stringify(digests), runs: app.runs() };
      });
      assert.deepEqual(told, { same: true, again: true, runs: 5 });
      await reload();
      assert.deepEqual(await page.evaluate(async () => [await app.load({ a: 1 }), app.runs()]), [1, 0]);
    },
  ));

test("an engine can be made while Object.prototype has an enumerable property", () =>
  visit(
    (keepsake) => keepsake,
    async ({ page }) => {
      const told = await page.evaluate(async () => {
        const properties = { method: () => 1, text: "text", signal: new AbortController().signal, 0: "zero", null: null };
        const all = [];
        for (const [name, value] of Object.entries(properties)) {
          Object.prototype[name] = value;
          try {
            const codes = [];
            const mine = app.createKeepsake({ namespace: name, onEvent: ({ code }) => code && codes.push(code) });
            let runs = 0;
            class Money {}
            mine.registerType({ type: Money, tag: "money", encode: () => ({ a: 1 }), decode: () => null });
            const load = mine.cacheData((value) => [typeof value, (runs += 1)][1], { name: "load", persist: false, hashFuncs: [[Date, (date) => date.getTime()]] });
            const later = mine.cacheData(async (value) => [typeof value, (runs += 1)][1], { name: "later" });
            const made = [{}, {}, { a: new Date(1) }, { a: new Date(1) }, new Money(), new Money()].map((value) => load(value));
            made.push(await later({ a: [1, , 2] }), await later({ a: [1, , 2] }));
            delete Object.prototype[name];
            all.push([name, [...made, load({}), load({ a: new Date(1) }), load(new Money()), await later({ a: [1, , 2] })].join(), codes.join()]);
          } finally {
            delete Object.prototype[name];
          }
        }
        return all;
      });
      assert.deepEqual(told.filter(([, runs, codes]) => runs !== "1,1,2,2,3,3,4,4,1,2,3,4" || codes !== ""), []);
    },
  ));

/**
 * A worker that tries one value: it takes as long as it likes, so the page gives it up. What it may take is measured
 * there: a second, or on a busy machine what some walks of 65,536 values take.
 */
const TRIAL = `
(${watchedMemory})();
const loaded = import("/pkg/keepsake.js");
const helpers = {
  double: (levels) => { let value = 1; for (let i = 0; i < levels; i++) value = [value, value]; return value; },
  nest: (levels, value) => { for (let i = 0; i < levels; i++) value = i % 2 ? [value] : { value }; return value; },
};
onmessage = async ({ data: text }) => {
  const keepsake = await loaded;
  const call = (...args) => keepsake.cacheData((..._args) => 1, { name: "load", persist: false })(...args);
  const started = performance.now();
  keepsake.hash([new Map(), Array(65_536).fill(1)]);
  const limit = Math.max(1_000, 12 * (performance.now() - started));
  const first = keepsake.hash({ a: [1] });
  postMessage({ limit });
  const before = memory();
  const begun = performance.now();
  let told;
  try {
    told = { got: String(eval(text)({ ...keepsake, ...helpers, call })) };
  } catch ({ name, path, type, message }) {
    told = { name, path, type, message: message.slice(0, 2_000), length: message.length };
  }
  const ms = performance.now() - begun;
  postMessage({ ...told, ms, grown: memory() - before, sane: keepsake.hash({ a: [1] }) === first && call({ b: 2 }) === 1 });
};
`;

/** Tries values, each in a worker of its own, two at a time. Gives for each what came of it, or that it took too long. */
const trying = () => {
  const one = (text, factor) =>
    new Promise((resolve) => {
      const worker = new Worker("/trial.js", { type: "module" });
      let timer;
      const done = (told) => {
        clearTimeout(timer);
        worker.terminate();
        resolve(told);
      };
      worker.onerror = ({ message }) => done({ failed: message });
      worker.onmessage = ({ data }) => {
        if (data.limit === undefined) return done(data);
        timer = setTimeout(done, data.limit * factor, { failed: `not done after ${Math.round(data.limit * factor)} ms` });
      };
      worker.postMessage(text);
    });
  const all = async (cases, factor = 1) => {
    const results = [];
    const next = async () => {
      for (let at = results.length; at < cases.length; at = results.length) {
        results.push(undefined);
        results[at] = [cases[at][0], await one(cases[at][1], factor)];
      }
    };
    await Promise.all([next(), next()]);
    return results;
  };
  return { all };
};

/** @param {Record<string, Function>} cases @param {(results: [string, any][]) => void} check @param {number} [factor] how many seconds each may take */
const trials = (cases, check, factor = 1) =>
  visit(trying, async ({ page }) => check(await page.evaluate(([cases, factor]) => app.all(cases, factor), [Object.entries(cases).map(([what, make]) => [what, String(make)]), factor])), { files: { "trial.js": TRIAL }, limit: 60_000 });

/** @param {[string, any][]} results */
const refusedSoon = (results) => {
  const wrong = results.map(([what, { failed, name, message = "", length, grown, sane, got }]) => {
    if (failed !== undefined) return `${what}: ${failed}`;
    if (name !== "UnhashableParamError") return `${what}: ${name ?? got} ${message.slice(0, 200)}`;
    if (!/more than 256 MiB, 33 million values or 12,000 levels\. (?:Say [^]*\n {4}keyBy: \(\.\.\.args\) =>|Give less (?:in|from) |Pass it in parts\.)|an array of \d+ places, most of them empty/.test(message)) return `${what}: ${message.slice(0, 200)}`;
    if (length > 3_000) return `${what}: a message of ${length} characters`;
    if (grown > 2 * 1024 * 1024) return `${what}: the memory grew by ${grown}`;
    return sane ? "" : `${what}: others are wrong afterwards`;
  });
  assert.deepEqual(wrong.filter(Boolean), []);
};

test("thirty levels of [d, d] are refused within a second, wherever they hide", () =>
  trials(
    {
      "an argument": ({ call, double }) => call(double(30)),
      "a digest": ({ hash, double }) => hash(double(30)),
      "an object": ({ call, double }) => call({ a: { b: double(30) } }),
      "a map's value": ({ call, double }) => call(new Map([[1, double(30)]])),
      "a map's key": ({ hash, double }) => hash(new Map([[double(30), 1]])),
      "a set": ({ call, double }) => call(new Set([double(30)])),
      "doubled objects": ({ call }) => {
        let value = {};
        for (let i = 0; i < 30; i++) value = { a: value, b: value };
        return call(value);
      },
      "doubled maps": ({ call }) => {
        let value = new Map();
        for (let i = 0; i < 30; i++) value = new Map([[value, value]]);
        return call(value);
      },
      "behind 65,536 others": ({ call, double }) => call([...Array(65_536).fill(1), double(30)]),
      "behind 65,536 others in a map": ({ call, double }) => call(new Map([[1, [...Array(65_536).fill(1), double(30)]]])),
      "behind a long text": ({ call, double }) => call("x".repeat(2_000_000), double(30)),
      "the last of many arguments": ({ call, double }) => call(...Array(5_000).fill(1), double(30)),
      keyBy: ({ cacheData, double }) => cacheData(() => 1, { name: "load", persist: false, keyBy: () => double(30) })(),
      deps: ({ cacheData, double }) => cacheData(() => 1, { name: "load", persist: false, deps: () => [double(30)] })(),
      "static deps": ({ cacheData, double }) => cacheData(() => 1, { name: "load", persist: false, deps: [double(30)] })(),
      this: ({ cacheData, double }) => cacheData(function () { return this; }, { name: "load", persist: false }).call({ a: double(30) }),
    },
    refusedSoon,
  ));

test("thirty levels of [d, d] are refused within a second, also where only a closer look finds them", () =>
  trials(
    {
      "behind 250 levels": ({ call, double, nest }) => call(nest(250, double(30))),
      "met first at the end of a chain": ({ call, double, nest }) => {
        const value = double(30);
        return call([nest(190, value), value]);
      },
      "an error's cause": ({ call, double }) => call(new Error("x", { cause: double(30) })),
      "an error's errors": ({ call, double }) => call(new AggregateError([double(30)], "x")),
      "a property of an array": ({ call, double }) => call(Object.assign([], { more: double(30) })),
      "a getter": ({ call, double }) => call({ get a() { return double(30); } }),
      "a getter behind a long text": ({ call, double }) => call({ a: "x".repeat(2_000_000), get b() { return double(30); } }),
      "a proxy": ({ call, double }) => call(new Proxy({}, { ownKeys: () => ["a"], getOwnPropertyDescriptor: () => ({ value: 1, enumerable: true, configurable: true }), get: (_, key) => (key === "a" ? double(30) : undefined) })),
      "what a rule gives": ({ hash, double }) => hash(new Date(0), { hashFuncs: [[Date, () => double(30)]] }),
      "what an object's own method gives": ({ hash, double }) => hash({ [Symbol.for("keepsake.hash")]: () => double(30) }),
      "what an encode gives": ({ hash, double, registerType }) => {
        class Model {}
        registerType({ type: Model, tag: "model", encode: () => double(30), decode: () => null });
        return hash(new Model());
      },
    },
    refusedSoon,
  ));

test("what has no end is refused within two seconds, and takes no memory", () =>
  trials(
    {
      "a proxy of itself": ({ call }) => {
        const endless = () => new Proxy({ a: 1 }, { get: (target, key) => (key === "a" ? endless() : Reflect.get(target, key)) });
        return call(endless());
      },
      "a proxy of two": ({ call }) => {
        const endless = () => new Proxy({ a: 1, b: 2 }, { get: (target, key) => (key === "a" || key === "b" ? endless() : Reflect.get(target, key)) });
        return call(endless());
      },
      "a proxy of an array": ({ call }) => {
        const endless = () => new Proxy([1, 2], { get: (target, key) => (key === "0" ? endless() : Reflect.get(target, key)) });
        return call(endless());
      },
      "a getter": ({ hash }) => {
        const endless = () => ({ get a() { return endless(); } });
        return hash(endless());
      },
      "a getter of maps": ({ hash }) => {
        const endless = () => new Map([[1, { get a() { return endless(); } }]]);
        return hash(endless());
      },
      "an object's own method": ({ hash }) => {
        class Endless {
          [Symbol.for("keepsake.hash")]() {
            return [new Endless()];
          }
        }
        return hash(new Endless());
      },
      "an encode": ({ hash, registerType }) => {
        class Endless {}
        registerType({ type: Endless, tag: "endless", encode: () => ({ inner: new Endless() }), decode: () => null });
        return hash(new Endless());
      },
      "a list of holes": ({ call }) => call([new Array(2 ** 32 - 1)]),
      "20,000 levels": ({ call, nest }) => call(nest(20_000, 1)),
    },
    refusedSoon,
    2,
  ));

test("what is too large is refused within seconds, with a short message, where its length alone says so", () =>
  trials(
    {
      "a proxy that says it is long": ({ call }) => call(new Proxy([], { get: (_, key) => (key === "length" ? 2 ** 26 : undefined) })),
      "a long list of holes behind a long text": ({ call }) => call(["x".repeat(2_000_000), new Array(2 ** 26)]),
      "30 million numbers": ({ hash }) => {
        const numbers = [];
        while (numbers.length < 30_000_000) numbers.push(1);
        return hash(numbers);
      },
      "a text of 300 MiB": ({ call }) => call("x".repeat(300 * 1024 * 1024)),
      "a text of 300 MiB in a map": ({ call }) => call(new Map([[1, "x".repeat(300 * 1024 * 1024)]])),
      "a getter with a long name": ({ hash }) => {
        const name = "name".repeat(100);
        const endless = () => ({ get [name]() { return endless(); } });
        return hash(endless());
      },
    },
    refusedSoon,
    4, // making them takes its time too
  ));

test("a parameter that is left out may be as large as it likes", () =>
  visit(
    ({ cacheData }) => {
      let runs = 0;
      return cacheData((_table, rows) => [typeof rows, (runs += 1)][1], { name: "load", persist: false, params: ["_table", "rows"] });
    },
    async ({ page }) => {
      const told = await page.evaluate(() => {
        const column = Array.from({ length: 1_000_000 }, (_, at) => at);
        const table = Array.from({ length: 40 }, () => column);
        const rows = Array.from({ length: 200_000 }, (_, at) => at);
        return [app(table, rows), app([], rows), app(table, [1])];
      });
      assert.deepEqual(told, [1, 1, 2]);
    },
  ));

test("large and deep values have their key, and the memory of the WebAssembly hardly grows", () =>
  trials(
    {
      "10,000 levels": ({ call, hash, nest }) => hash(nest(10_000, 1)) === hash(nest(10_000, 1)) && hash(nest(10_000, 1)) !== hash(nest(10_000, 2)) && call(nest(10_000, 1)) === 1,
      "10,000 levels of maps": ({ hash }) => {
        const nest = (value) => {
          for (let i = 0; i < 10_000; i++) value = new Map([[value, i]]);
          return value;
        };
        return hash(nest(1)) === hash(nest(1)) && hash(nest(1)) !== hash(nest(2));
      },
      "a text of 64 MiB": ({ hash }) => {
        const text = "x".repeat(64 * 1024 * 1024 - 1);
        return hash(`${text}y`) !== hash(`${text}z`);
      },
      "a wide text": ({ hash }) => {
        const text = "€".repeat(4 * 1024 * 1024 - 1);
        return hash(`${text}y`) === hash(`${text}y`) && hash(`${text}y`) !== hash(`${text}z`);
      },
      "a text of 2 MiB in a map": ({ hash }) => {
        const text = "x".repeat(2 * 1024 * 1024 - 1);
        return hash(new Map([[1, `${text}y`]])) !== hash(new Map([[1, `${text}z`]]));
      },
      "a million keys": ({ hash }) => {
        const value = Object.fromEntries(Array.from({ length: 1_000_000 }, (_, at) => [`k${at}`, at]));
        const first = hash(value);
        value.k999999 = 5;
        return first !== hash(value);
      },
      "100,000 entries of a map": ({ hash }) => {
        const make = (last) => new Map(Array.from({ length: 100_000 }, (_, at) => [`k${at}`, at === 99_999 ? last : at]));
        return hash(make(1)) === hash(make(1)) && hash(make(1)) !== hash(make(2));
      },
      "14 levels of [d, d]": ({ hash, double }) => hash(double(14)) === hash(JSON.parse(JSON.stringify(double(14)))),
    },
    (results) => {
      for (const [what, { got, failed, message, grown, sane }] of results) {
        assert.equal(got, "true", `${what}: ${failed ?? message}`);
        assert.ok(grown <= 2 * 1024 * 1024, `${what}: wasm memory grew by ${grown}`);
        assert.ok(sane, what);
      }
    },
    20,
  ));

test("an error says where the value is, what it is, and has a line that mends it when it is pasted", () =>
  visit(counting, async ({ page }) => {
    const told = await page.evaluate(async () => {
      class Model {}
      const { signal } = new AbortController();
      const cases = {
        Model: [new Model()],
        "Model nested": [{ filters: [{ "odd key": new Map([[new Set([new Model()]), 1]]) }] }],
        function: [() => 1],
        "function nested": [{ run: () => 1 }],
        class: [Model],
        Promise: [Promise.resolve(1)],
        HTMLBodyElement: [document.body],
        WeakMap: [new WeakMap()],
        Response: [[new Response("")]],
        ReadableStream: [new ReadableStream()],
        AbortSignal: [[signal]],
        Window: [window],
        "Blob, sync": [new Blob(["a"])],
        CryptoKey: [await crypto.subtle.generateKey({ name: "HMAC", hash: "SHA-256" }, false, ["sign"])],
        MessagePort: [new MessageChannel().port1],
        created: [Object.create({ inherited: 1 })],
        anonymous: [new (class {})()],
        "left out": [document.body],
        endless: [new Array(2 ** 27)],
      };
      const results = [];
      for (const [what, args] of Object.entries(cases)) {
        const wrap = (options) =>
          what === "left out" ? app.cacheData((_connection, id) => [typeof id], { name: "load", persist: false, ...options }) : app.cacheData((value, id) => [typeof value, id], { name: "load", persist: false, ...options });
        const error = app.caught(() => wrap({})(...args));
        const lines = [...(error.message ?? "").matchAll(/\n {4}(.*)/g)].map(([, line]) => line);
        const filled = lines.map((line) => line.replace(/\/\*.*?\*\//, '"the same"'));
        const pasted = filled.map((line) => {
          try {
            const options = new Function("Model", "identity", `return { ${line} }`)(Model, app.identity);
            return typeof wrap(options)(...args)[0];
          } catch (thrown) {
            return `${line}: ${thrown.message}`;
          }
        });
        results.push([what, error, lines, pasted]);
      }
      return [results, app.isSane()];
    });
    for (const [what, { name, code, path, type, message, functionName, isOurs }, lines, pasted] of told[0]) {
      assert.deepEqual([name, code, functionName, isOurs], ["UnhashableParamError", "unhashable-param", "load", true], what);
      assert.ok(path.startsWith("arguments[0]") && message.includes(path) && message.includes('"load"'), `${what}: ${path}: ${message}`);
      assert.equal(typeof type, "string", what);
      if (what.startsWith("Blob")) continue; // it says how to get the bytes
      assert.ok(lines.length > 0, `${what}: ${message}`);
      assert.deepEqual(pasted, Array(pasted.length).fill("string"), what);
      if (!/created|anonymous|left out|endless/.test(what)) assert.equal(type, what.split(" ")[0]);
    }
    const nested = told[0].find(([what]) => what === "Model nested")[1];
    assert.equal(nested.path, 'arguments[0].filters[0]["odd key"].keys()[0].values()[0]');
    assert.ok(told[1]);
  }));

test("what deps and keyBy give is told with a path that the user knows", () =>
  visit(counting, async ({ page }) => {
    const told = await page.evaluate(() => {
      const { caught, counter } = app;
      return [
        caught(() => counter({ deps: () => [1, { session: () => 1 }] })(1)).path,
        caught(() => counter({ deps: [1, { session: () => 1 }] })(1)).path,
        caught(() => counter({ keyBy: () => [1, { session: () => 1 }] })(1)).path,
      ];
    });
    assert.deepEqual(told, ["deps()[1].session", "deps[1].session", "keyBy(…)[1].session"]);
  }));

test("the line that mends it is one for the place where it is: deps, keyBy, this, a digest", () =>
  visit(counting, async ({ page }) => {
    const told = await page.evaluate(() => {
      class Model {
        id = 1;
      }
      const { cacheData, caught, counter, hash } = app;
      const run = () => 1;
      const self = cacheData(function () { return this; }, { name: "self", persist: false });
      const places = {
        "deps()": (given, options) => counter({ deps: () => [given], ...options })(1),
        deps: (given, options) => counter({ deps: [given], ...options })(1),
        "keyBy(…)": (given, options) => counter({ keyBy: () => given, ...options })(1),
        this: (given, options) => cacheData(function () { return typeof this; }, { name: "self", persist: false, ...options }).call(given),
        value: (given, options) => hash(given, options),
      };
      const remedies = (given) => Object.fromEntries(Object.entries(places).map(([place, act]) => [place, caught(() => act(given)).message?.replace(/^.*: (a function|an instance of Model|more than .* levels)\. /, "")]));
      const hashFuncs = [[Model, ({ id }) => id]];
      const isMended = Object.entries(places).map(([place, act]) => [place, "got" in caught(() => act(new Model(), { hashFuncs }))]);
      const byKey = caught(() => cacheData(function () { return typeof this; }, { name: "keyed", persist: false, keyBy: () => 1 }).call(run)).got;
      return { run: remedies(run), model: remedies(new Model()), large: remedies(new Array(2 ** 26)), isMended, byKey, self: caught(() => self.call({ run })).path };
    });
    const keyBy = "keyBy: (...args) => /* what the result depends on */";
    const rule = "Say what identifies it:\n    hashFuncs: [[Model, (value) => /* what identifies it */]]";
    assert.deepEqual(told.run, {
      "deps()": "Give plain data in `deps`.",
      deps: "Give plain data in `deps`.",
      "keyBy(…)": "Give plain data from `keyBy`.",
      this: `Say what is hashed instead of the arguments and \`this\`:\n    ${keyBy}`,
      value: "Pass plain data.",
    });
    for (const [place, remedy] of Object.entries(told.model)) assert.ok(remedy.startsWith(rule), `${place}: ${remedy}`);
    assert.deepEqual(told.large, {
      "deps()": "Give less in `deps`: what identifies it.",
      deps: "Give less in `deps`: what identifies it.",
      "keyBy(…)": "Give less from `keyBy`: what identifies it.",
      this: `Say what is hashed instead of the arguments and \`this\`:\n    ${keyBy}`,
      value: "Pass it in parts.",
    });
    assert.deepEqual([told.isMended, told.byKey, told.self], [Object.keys(told.run).map((place) => [place, true]), "function", "this.run"]);
  }));

test("a function's own rules hold for its static deps, and before the page's", () =>
  visit(counting, async ({ page }) => {
    const told = await page.evaluate(async () => {
      class Model {
        constructor(id, name) {
          Object.assign(this, { id, name });
        }
      }
      const keyOf = (deps, hashFuncs) => app.cacheData((id) => id, { name: "load", version: 1, deps, hashFuncs }).key(1);
      const byId = [[Model, (model) => model.id]];
      const own = await Promise.all([keyOf([new Model(1, "a")], byId), keyOf([new Model(1, "b")], byId), keyOf([new Model(2, "a")], byId)]);
      app.configure({ hashFuncs: [[Model, (model) => model.name]] });
      const both = await Promise.all([keyOf([new Model(1, "a")], byId), keyOf([new Model(1, "b")], byId), keyOf([new Model(1, "a")]), keyOf([new Model(2, "a")])]);
      const same = (keys) => keys.map((key) => keys.indexOf(key));
      return [same(own), same(both)];
    });
    assert.deepEqual(told, [[0, 0, 2], [0, 0, 2, 2]]);
  }));

test("what is detached, or has properties of its own, is said to be, as an argument and as a result", () =>
  visit(counting, async ({ page }) => {
    const told = await page.evaluate(() => {
      const { caught, counter, cacheData } = app;
      const detached = (value, buffer = value) => (structuredClone(buffer, { transfer: [buffer] }), value);
      const view = (Type) => ((array) => detached(array, array.buffer))(new Type(8));
      const dressed = (value) => Object.assign(value, { extra: 1 });
      class Model {}
      const values = {
        buffer: () => detached(new ArrayBuffer(8)), bytes: () => view(Uint8Array), numbers: () => view(Float64Array), view: () => detached(...((buffer) => [new DataView(buffer), buffer])(new ArrayBuffer(8))),
        Date: () => dressed(new Date(0)), Map: () => dressed(new Map()), Set: () => dressed(new Set()), String: () => dressed(new String("ab")), URL: () => dressed(new URL("http://a/")), RegExp: () => dressed(/a/), ArrayBuffer: () => dressed(new ArrayBuffer(2)),
        Model: () => dressed(new Model()), WeakMap: () => dressed(new WeakMap()), "of Date": () => Object.create(Date.prototype), "of Uint8Array": () => Object.create(Uint8Array.prototype),
      };
      const lines = (error) => error.message?.match(/(?:: |result is )(an instance of [^.]*)\./)?.[1];
      return Object.entries(values).map(([name, make]) => [name, lines(caught(() => counter()(make()))), lines(caught(() => cacheData(() => make(), { name: "result", persist: false })()))]);
    });
    const both = (what, words) => [what, words, words];
    const detached = (what, type) => both(what, `an instance of ${type} that is detached, since its bytes were transferred`);
    assert.deepEqual(told, [
      detached("buffer", "ArrayBuffer"), detached("bytes", "Uint8Array"), detached("numbers", "Float64Array"), detached("view", "DataView"),
      ...["Date", "Map", "Set", "String", "URL", "RegExp", "ArrayBuffer"].map((type) => both(type, `an instance of ${type} with properties of its own`)),
      both("Model", "an instance of Model"), both("WeakMap", "an instance of WeakMap"), both("of Date", "an instance of Date"), both("of Uint8Array", "an instance of Uint8Array"),
    ]);
  }));

test("deps that are given while those before are being hashed are the ones that count", () =>
  visit((keepsake) => keepsake, async ({ page }) => {
    const told = await page.evaluate(() => {
      class User {
        constructor(name) {
          this.name = name;
        }
      }
      const { cacheData, configure } = app.createKeepsake();
      const rule = ({ name }) => {
        if (name === "A") configure({ deps: [new User("B")] });
        return name;
      };
      configure({ hashFuncs: [[User, rule]], deps: [new User("A")] });
      let user = "B";
      const load = cacheData((id) => `${user} ${id}`, { name: "load", persist: false });
      const values = [load(1)];
      user = "C";
      configure({ deps: [new User("C")] });
      values.push(load(1));
      user = "B again";
      configure({ deps: [new User("B")] });
      return [...values, load(1)];
    });
    assert.deepEqual(told, ["B 1", "C 1", "B 1"]);
  }));

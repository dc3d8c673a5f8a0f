// What ends an entry besides a removal: how many there may be, how large they may be, how old; and that what has left is
// freed, without anybody asking for it.
import assert from "node:assert/strict";
import test from "node:test";
import { HOUR, MINUTE, pages } from "./support/pages.mjs";

const visit = pages();

/** Every kind of function, by the name that it has in {@link limited}. */
const KINDS = ["sync", "memory", "persisted", "resource"];
/** Those whose results are data. */
const DATA = ["sync", "memory", "persisted"];
const DAY = 24 * HOUR;

/** Makers of functions of every kind over a given body, what has been heard of them, and a naive model. */
const limited = (keepsake) => {
  const { cacheData, cacheResource, flush, on, stats } = keepsake;
  const heard = [];
  const released = [];
  on((event) => heard.push({ ...event, at: Date.now() }));
  const kinds = {
    sync: (body, options) => cacheData((...args) => body(...args), { persist: false, ...options }),
    memory: (body, options) => cacheData(async (...args) => body(...args), { persist: false, ...options }),
    persisted: (body, options) => cacheData(async (...args) => body(...args), options),
    resource: (body, options) => cacheResource((...args) => body(...args), { onRelease: (value) => void released.push(value), ...options }),
  };
  /** Numbers from 0 to 1, the same each time (mulberry32). */
  const random = (seed) => () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let bits = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
  /** A cache as anybody would write it: a `Map`, the entry that was used last at its end. */
  const naive = ({ most = Infinity, bytes = Infinity } = {}) => {
    const entries = new Map();
    const left = { entries: 0, size: 0, expired: 0 };
    const size = () => [...entries.values()].reduce((sum, entry) => sum + entry.size, 0);
    const dropExpired = (now) => {
      for (const [id, { end }] of entries) if (end <= now) entries.delete(id);
    };
    return {
      entries,
      left,
      size,
      has: (id, now = 0) => entries.has(id) && entries.get(id).end > now,
      use(id, now = 0) {
        dropExpired(now);
        const entry = entries.get(id);
        if (entry === undefined) return false;
        entries.delete(id);
        entries.set(id, entry);
        return true;
      },
      put(id, { size: own = 0, end = Infinity, now = 0 } = {}) {
        dropExpired(now);
        entries.delete(id);
        entries.set(id, { size: own, end });
        for (const oldest of [...entries.keys()]) {
          const reason = entries.size > most ? "entries" : size() > bytes && entries.size > 1 ? "size" : null;
          if (reason === null) return;
          left[reason] += 1;
          entries.delete(oldest);
        }
      },
    };
  };
  /** How large each value is for the cache. */
  const measure = (values) => {
    const ruler = cacheData((at) => values[at], { name: `ruler of ${values.length}`, persist: false });
    const sizes = values.map((_, at) => {
      const before = ruler.stats().bytes;
      ruler(at);
      return ruler.stats().bytes - before;
    });
    ruler.clear();
    return sizes;
  };
  const turn = () => new Promise((resolve) => { // not a timer: the clock may stand still
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => (port1.close(), resolve());
    port2.postMessage(null);
  });
  const settled = async () => {
    await flush();
    for (let i = 0; i < 5; i++) await turn();
  };
  const until = async (condition) => {
    while (!condition()) await turn();
  };
  const of = (type, field = "functionName") => heard.filter((event) => event.type === type).map((event) => event[field]);
  return { ...keepsake, kinds, random, naive, measure, settled, until, turn, heard, of, released, faults: () => of("fault", "code"), evicted: () => of("evict", "reason"), total: () => stats() };
};

/** For tests in which time passes only when `pass(ms)` is called in the page, or `page.clock` is told. */
const still = (app, body, options) =>
  visit(
    app,
    async (visited) => {
      const { page, reload } = visited;
      await page.exposeFunction("pass", (ms) => page.clock.runFor(ms));
      await page.clock.install();
      await reload();
      await page.clock.pauseAt((await page.evaluate(() => Date.now())) + MINUTE);
      await body(visited);
      await page.clock.resume();
    },
    options,
  );

// ---- maxEntries -------------------------------------------------------------------------------------------------------

for (const kind of KINDS) {
  test(`maxEntries lets the least recently used entry go, at once: ${kind}`, () =>
    visit(limited, async ({ page }) => {
      const told = await page.evaluate(async (kind) => {
        const load = app.kinds[kind]((id) => ({ id }), { name: "limited", maxEntries: 3 });
        const kept = () => ["a", "b", "c", "d", "e"].filter((id) => load.peek(id) !== undefined).join("");
        const all = [];
        for (const id of ["a", "b", "c"]) await load(id);
        all.push(kept());
        await load("a"); // a hit is a use
        await load("d");
        all.push(kept());
        load.peek("c"); // looking is none
        await load.has("c");
        await load.key("c");
        load.entry("c").getSnapshot();
        await load("e");
        all.push(kept());
        await load.set({ id: "set" }, "a"); // what is put in is used
        await load("b");
        all.push(kept());
        await load.refresh("e");
        await load("c");
        all.push(kept());
        return [all, load.stats().entries, app.evicted().filter((reason) => reason === "entries").length, app.released.length];
      }, kind);
      // `set` and `refresh` put another object in the place of the first, which is then released.
      assert.deepEqual(told, [["abc", "acd", "ade", "abe", "bce"], 3, 4, kind === "resource" ? 6 : 0]);
    }));
}

/** How many calls each takes to fill it several times over. */
const STEPS = { sync: 20_000, memory: 10_000, resource: 10_000, persisted: 1_000 };
for (const which of ["sync 1", "sync 2", "sync 33", "sync 500", "memory 500", "resource 500", "persisted 40"]) {
  test(`at random use the same entries stay as in a naive model, by kind and maxEntries: ${which}`, () =>
    visit(limited, async ({ page }) => {
      const told = await page.evaluate(
        async ({ kind, most, steps }) => {
          let runs = 0;
          const load = app.kinds[kind]((id) => ({ id, run: (runs += 1) }), { name: "limited", maxEntries: most });
          const random = app.random(most + steps);
          const model = app.naive({ most });
          const onDisk = new Set();
          const wrong = [];
          for (let step = 0; step < steps && wrong.length < 5; step++) {
            const id = Math.floor(random() ** 2 * most * 2.5);
            const isThere = model.has(id);
            const draw = random();
            if (draw < 0.8) {
              const before = runs;
              app.heard.length = 0;
              const value = load(id);
              if (value instanceof Promise) await value;
              const isHit = app.heard.some(({ type, from }) => type === "hit" && from === "memory");
              const expected = !isThere && !onDisk.has(id) ? 1 : 0;
              if (isHit !== isThere || runs - before !== expected) wrong.push({ step, id, isThere, isHit, ran: runs - before });
              if (!model.use(id)) model.put(id);
            } else if (draw < 0.84) {
              if ((load.peek(id) !== undefined) !== isThere) wrong.push({ step, id, isThere, how: "peek" });
              continue;
            } else if (draw < 0.88) {
              if ((await load.has(id)) !== (isThere || onDisk.has(id))) wrong.push({ step, id, isThere, how: "has" });
              continue;
            } else if (draw < 0.93) {
              await load.set({ id, run: 0 }, id);
              model.put(id);
            } else if (draw < 0.96) {
              await load.refresh(id);
              model.put(id);
            } else {
              const removed = await load.delete(id);
              if (removed !== Number(isThere || onDisk.has(id))) wrong.push({ step, id, isThere, removed });
              model.entries.delete(id);
              onDisk.delete(id);
              continue;
            }
            if (kind === "persisted") onDisk.add(id);
          }
          const all = Array.from({ length: most * 2.5 }, (_, id) => id);
          const odd = all.filter((id) => (load.peek(id) !== undefined) !== model.has(id));
          const { entries, evictions } = load.stats();
          return { wrong, odd, entries: entries - model.entries.size, evicted: evictions.entries - model.left.entries, isFull: model.left.entries > most };
        },
        { kind: which.split(" ")[0], most: Number(which.split(" ")[1]), steps: STEPS[which.split(" ")[0]] },
      );
      assert.deepEqual(told, { wrong: [], odd: [], entries: 0, evicted: 0, isFull: true });
    }, { limit: 90_000 }));
}

test("what leaves memory by maxEntries or maxSize is still found on disk, now and after a reload", () =>
  visit(limited, async ({ page, reload }) => {
    const fill = async () => {
      let runs = 0;
      const few = app.kinds.persisted((id) => ({ id, run: (runs += 1) }), { name: "few", maxEntries: 2 });
      const small = app.kinds.persisted((id) => ({ id, run: (runs += 1), text: "x".repeat(400) }), { name: "small", maxSize: "1KiB" });
      const all = [];
      for (const load of [few, small]) {
        for (const id of [1, 2, 3, 4, 5]) await load(id);
        await app.settled();
        const from = app.heard.length;
        for (const id of [1, 2, 5]) all.push((await load(id)).id);
        all.push(load.stats().entries, ...app.heard.slice(from).flatMap((event) => event.from ?? []));
      }
      return [runs, ...all];
    };
    const found = [1, 2, 5, 2, "disk", "disk", "disk"];
    assert.deepEqual(await page.evaluate(fill), [10, ...found, ...found], "the limit holds for memory");
    await reload();
    assert.deepEqual(await page.evaluate(fill), [0, ...found, ...found]);
  }));

test("the page's limits hold for functions that were wrapped before, and a function's own win", () =>
  visit(limited, async ({ page }) => {
    const told = await page.evaluate(async () => {
      const free = app.kinds.sync((id) => ({ id }), { name: "free" });
      const own = app.kinds.sync((id) => ({ id }), { name: "own", maxEntries: 4 });
      const sized = app.kinds.sync((id) => "x".repeat(1_000), { name: "sized" });
      const calls = (load, count) => {
        for (let id = 0; id < count; id++) load(id);
        return load.stats().entries;
      };
      const before = [calls(free, 10), calls(own, 10), calls(sized, 10)];
      app.configure({ maxEntries: 2, maxSize: "1.5KiB" });
      const after = [calls(free, 20), calls(own, 20), calls(sized, 20)];
      app.configure({ maxEntries: undefined, maxSize: undefined });
      return [before, after, [calls(free, 30), calls(own, 30), calls(sized, 30)]];
    });
    assert.deepEqual(told, [[10, 4, 10], [2, 4, 1], [30, 4, 30]]);
  }));

// ---- maxSize ----------------------------------------------------------------------------------------------------------

/** What may be given for 1,024 bytes. */
const ONE_KIB = [1_024, 1_024.9, "1KiB", "1 KiB", "1kb", "1 kB", "1024B", "1024 bytes", " 1KB ", "0.0009765625MiB", "1.0KB"];

test("maxSize is given in bytes or with a unit, in powers of 1024", () =>
  visit(limited, async ({ page }) => {
    const told = await page.evaluate((sizes) => {
      const values = Array.from({ length: 8 }, () => ({ text: "x".repeat(220) }));
      const [bytes] = app.measure(values);
      const kept = (maxSize) => {
        const load = app.kinds.sync((at) => values[at], { name: `of ${typeof maxSize} ${maxSize}`, maxSize });
        values.forEach((_, at) => load(at));
        return load.stats().entries;
      };
      return { fit: Math.floor(1_024 / bytes), kept: sizes.map(kept), more: [kept(2 * bytes), kept(2 * bytes - 1), kept("2KiB") === Math.min(8, Math.floor(2_048 / bytes)), kept("1GiB"), kept(Infinity), kept(undefined)] };
    }, ONE_KIB);
    assert.equal(told.fit, 4);
    assert.deepEqual(told, { fit: 4, kept: ONE_KIB.map(() => 4), more: [2, 1, true, 8, 8, 8] });
  }));

test("what is no size is refused, for maxSize and maxMemory", () =>
  visit(limited, async ({ page }) => {
    const told = await page.evaluate(() => {
      const wrong = [0, -1, 0.5, NaN, -Infinity, "", "500", "MB", "-1MB", "0MB", "1QB", "1 M", "1e3B", "1,5MB", null, true, {}, [], 5n, () => 5];
      const refused = (run) => {
        try {
          run();
          return "taken";
        } catch (error) {
          return error instanceof app.InvalidOptionError ? error.option : String(error);
        }
      };
      const ways = [(size) => app.cacheData((id) => id, { persist: false, maxSize: size }), (size) => app.configure({ maxSize: size }), (size) => app.configure({ maxMemory: size }), (size) => app.createKeepsake({ maxMemory: size })];
      const all = ways.map((way) => [...new Set(wrong.map((size) => refused(() => way(size))))].join());
      const elsewhere = [refused(() => app.cacheResource((id) => id, { maxSize: 5 })), refused(() => app.cacheData((id) => id, { maxMemory: 5 }))];
      const load = app.cacheData((id) => ({ id }), { name: "still", persist: false });
      load(1);
      return [all, elsewhere, load(1) !== undefined && app.total().entries];
    });
    assert.deepEqual(told, [["maxSize", "maxSize", "maxMemory", "maxMemory"], ["maxSize", "maxMemory"], 1]);
  }));

for (const kind of DATA) {
  test(`a value that is larger than maxSize is kept alone, with one warning: ${kind}`, () =>
    visit(limited, async ({ page }) => {
      const told = await page.evaluate(async (kind) => {
        let runs = 0;
        const load = app.kinds[kind]((length) => ({ run: (runs += 1), text: "x".repeat(length) }), { name: "large", maxSize: "1KiB" });
        const kept = () => [10, 20, 5_000, 6_000, 30].filter((length) => load.peek(length) !== undefined);
        await load(10);
        await load(20);
        const all = [kept()];
        for (const length of [5_000, 6_000]) {
          await load(length);
          const before = runs;
          await load(length);
          all.push(kept(), runs - before);
        }
        await load(30);
        all.push(kept());
        const { size } = load.stats().evictions;
        await app.settled();
        const faults = app.heard.filter(({ type }) => type === "fault");
        return { all, size, codes: app.faults(), names: faults.every(({ message }) => message.includes("large") && message.includes("maxSize")) };
      }, kind);
      assert.deepEqual(told, { all: [[10, 20], [5_000], 0, [6_000], 0, [30]], size: 4, codes: ["value-too-large"], names: true });
    }));
}

test("the warning of a value that is too large comes once for each function, and on the console if nobody listens", () =>
  visit(
    (keepsake) => keepsake,
    async ({ page }) => {
      const told = await page.evaluate(() => {
        const one = app.cacheData((id) => "x".repeat(id), { name: "one", persist: false, maxSize: 100 });
        const two = app.cacheData((id) => "x".repeat(id), { name: "two", persist: false, maxSize: 100 });
        const three = app.cacheData((id) => "x".repeat(id), { name: "three", persist: false, maxSize: 100 });
        for (let id = 200; id < 210; id++) [one(id), two(id)];
        let size = 90;
        while (three.stats().bytes < 100 && size < 110) three.clear(), three((size += 1));
        return three.stats().bytes; // just as large as it may be
      });
      assert.equal(told, 100);
    },
    { console: [/^\[keepsake\] .*"one".* larger than its maxSize/, /^\[keepsake\] .*"two".* larger than its maxSize/] },
  ));

test("at random use the same entries stay as in a naive model: maxSize, with and without maxEntries and times", () =>
  visit(limited, async ({ page }) => {
    const told = await page.evaluate(() => {
      const values = Array.from({ length: 120 }, (_, id) => ({ id, text: "x".repeat((id * 37) % 300) }));
      const sizes = app.measure(values);
      let now = 1_800_000_000_000;
      Date.now = () => now; // the sweep makes no difference to what can be found
      const all = {};
      for (const [name, limits] of Object.entries({ size: { bytes: 4_000 }, both: { bytes: 4_000, most: 25 }, tight: { bytes: 400 }, times: { bytes: 4_000, timed: true }, count: { most: 25, timed: true } })) {
        const { bytes = Infinity, most, timed } = limits;
        let runs = 0;
        const random = app.random(bytes + (most ?? 0));
        let end = 0;
        const ttl = () => (end = 1 + Math.floor(random() * 3_000));
        const load = app.kinds.sync((id) => ((runs += 1), values[id]), { name, ...(bytes === Infinity ? {} : { maxSize: bytes }), ...(most ? { maxEntries: most } : {}), ...(timed ? { ttl } : {}) });
        const model = app.naive({ bytes, most });
        const wrong = [];
        let hits = 0;
        for (let step = 0; step < 8_000 && wrong.length < 5; step++) {
          now += Math.floor(random() * 40);
          const id = Math.floor(random() ** 2 * values.length);
          const before = runs;
          const isThere = model.use(id, now);
          hits += Number(isThere);
          if (random() < 0.05) {
            load.set(values[id], id);
            model.put(id, { size: sizes[id], now, end: timed ? now + end : Infinity });
            continue;
          }
          load(id);
          if ((runs === before) !== isThere) wrong.push({ step, id, isThere });
          if (!isThere) model.put(id, { size: sizes[id], now, end: timed ? now + end : Infinity });
          const { bytes: kept, entries } = load.stats();
          if (kept > bytes && entries > 1) wrong.push({ step, kept, entries });
          if (!timed && kept !== model.size()) wrong.push({ step, kept, expected: model.size() });
        }
        const { evictions } = load.stats();
        const counts = timed ? evictions.expired > 50 : evictions.entries === model.left.entries && evictions.size === model.left.size;
        all[name] = { wrong, odd: values.filter((_, id) => (load.peek(id) !== undefined) !== model.has(id, now)).length, counts, hits: hits > 100 };
      }
      return all;
    });
    const fine = { wrong: [], odd: 0, counts: true, hits: true };
    assert.deepEqual(told, { size: fine, both: fine, tight: fine, times: fine, count: fine });
  }));

test("the size of a value is about that of its structured clone, whatever it is", () =>
  visit(limited, async ({ page }) => {
    const told = await page.evaluate(async () => {
      class Model {
        constructor(text) {
          this.text = text;
        }
      }
      app.registerType({ type: Model, tag: "model", encode: ({ text }) => text, decode: (text) => new Model(text) });
      const text = "x".repeat(10_000);
      const once = { text };
      const form = new FormData();
      form.append("file", new File([text], "a.txt"));
      form.append("text", text);
      /** What is made, and how many bytes of content it has. */
      const makers = {
        "a text": [() => text, 10_000],
        "a text beyond Latin-1": [() => "€".repeat(10_000), 20_000],
        "a nested text": [() => ({ a: [{ b: text }] }), 10_000],
        "bytes": [() => new Uint8Array(10_000), 10_000],
        "doubles": [() => new Float64Array(1_000), 8_000],
        "an ArrayBuffer": [() => new ArrayBuffer(10_000), 10_000],
        "a DataView": [() => new DataView(new ArrayBuffer(10_000)), 10_000],
        "a window": [() => new Uint8Array(1_000_000).subarray(500, 10_500), 10_000],
        "a nested window": [() => ({ rows: new Uint8Array(1_000_000).subarray(500, 10_500) }), 10_000],
        "a Map": [() => new Map(Array.from({ length: 1_000 }, (_, at) => [at, "x".repeat(10)])), 14_880],
        "a Map with large keys": [() => new Map([[{ text }, 1]]), 10_000],
        "a Set": [() => new Set(Array.from({ length: 1_000 }, (_, at) => `x${1_000 + at}`)), 7_000],
        "fractions": [() => Array.from({ length: 1_000 }, (_, at) => at + 0.5), 9_000],
        "one text that is in it ten times": [() => Array(10).fill(once), 10_000],
        "a Blob": [() => new Blob([text], { type: "text/plain" }), 10_000],
        "a File": [() => new File([text], "a.txt"), 10_000],
        "ImageData": [() => new ImageData(50, 50), 10_000],
        "a BigInt": [() => 1n << 80_000n, 10_000],
        "an Error": [() => Object.assign(new Error(text), { stack: "" }), 10_000],
        "an Error with properties": [() => Object.assign(new Error(""), { stack: "", text }), 10_000],
        "a Response": [() => new Response(text), 10_000],
        "a Request": [() => new Request("/", { method: "POST", body: text }), 10_000],
        "Headers": [() => new Headers({ a: text }), 10_000],
        "a URL": [() => new URL(`https://example.org/${text}`), 10_000],
        "URLSearchParams": [() => new URLSearchParams({ text }), 10_000],
        "FormData": [() => form, 20_000],
        "a registered type": [() => new Model(text), 10_000],
        "registered types": [() => new Map([[new Model(text), [new Model(text)]]]), 20_000],
        "nothing": [() => undefined, 0],
        "a number": [() => 1.5, 9],
      };
      const all = {};
      for (const [what, [make, content]] of Object.entries(makers)) {
        const load = app.kinds.memory(make, { name: what });
        await load();
        all[what] = [content, load.stats().bytes];
      }
      return all;
    });
    const odd = Object.entries(told).filter(([, [content, bytes]]) => bytes < content || bytes === 0 || bytes > content * 1.2 + 400);
    assert.deepEqual(odd.map(([what, [content, bytes]]) => `${what}: ${bytes} bytes for ${content}`), []);
  }));

test("a buffer that several views share counts once, as large as it is kept", () =>
  visit(limited, async ({ page }) => {
    const told = await page.evaluate(() => {
      const buffer = new ArrayBuffer(100_000);
      const makers = {
        "two views of all of it": () => [new Uint8Array(buffer), new Float64Array(buffer)],
        "two windows": () => ({ head: new Uint8Array(buffer, 0, 10), tail: new Uint8Array(buffer, 99_990, 10) }),
        "it and a window": () => new Map([[buffer, new DataView(buffer, 5, 10)]]),
      };
      const buffers = (value) => {
        const parts = Array.isArray(value) ? value : value instanceof Map ? [...value].flat() : Object.values(value);
        return [...new Set(parts.map((part) => part.buffer ?? part))];
      };
      return Object.entries(makers).map(([name, make]) => {
        const load = app.kinds.sync(make, { name });
        load();
        const kept = buffers(load());
        const { bytes } = load.stats();
        const real = kept.reduce((sum, { byteLength }) => sum + byteLength, 0);
        return `${name}: ${kept.length} buffer, ${bytes >= real && bytes <= real + 200 ? "fine" : `${bytes} bytes for ${real}`}`;
      });
    });
    assert.deepEqual(told, ["two views of all of it", "two windows", "it and a window"].map((name) => `${name}: 1 buffer, fine`));
  }));

// ---- maxMemory --------------------------------------------------------------------------------------------------------

test("maxMemory lets the least recently used entry of all functions and namespaces go; resources do not count", () =>
  visit(limited, async ({ page }) => {
    const told = await page.evaluate(async () => {
      const values = Array.from({ length: 80 }, (_, id) => ({ id, text: "x".repeat((id * 53) % 400) }));
      const sizes = app.measure(values);
      const most = 10_000;
      app.configure({ maxMemory: most, namespace: "one" });
      let runs = 0;
      const body = (id) => ((runs += 1), values[id]);
      const functions = { first: app.kinds.sync(body, { name: "first" }), second: app.kinds.sync(body, { name: "second" }), few: app.kinds.sync(body, { name: "few", maxEntries: 5 }) };
      const resource = app.kinds.resource((id) => ({ id, text: "x".repeat(10_000) }), { name: "resource" });
      const model = app.naive({ bytes: most });
      const few = { one: [], two: [] };
      const random = app.random(4);
      const names = Object.keys(functions);
      const wrong = [];
      let space = "one";
      for (let step = 0; step < 8_000 && wrong.length < 5; step++) {
        if (random() < 0.02) app.configure({ namespace: (space = space === "one" ? "two" : "one") });
        const name = names[Math.floor(random() * names.length)];
        const id = Math.floor(random() ** 2 * values.length);
        const key = `${space} ${name} ${id}`;
        const before = runs;
        const isThere = model.use(key);
        functions[name](id);
        if ((runs === before) !== isThere) wrong.push({ step, key, isThere });
        if (name === "few") {
          const own = few[space].filter((other) => other !== key && model.has(other));
          if (own.length >= 5) model.entries.delete(own.shift());
          few[space] = [...own, key];
        }
        if (!isThere) model.put(key, { size: sizes[id] });
        if (step % 100 === 0) resource(step);
        if (app.total().bytes !== model.size()) wrong.push({ step, bytes: app.total().bytes, expected: model.size() });
      }
      let odd = 0;
      for (space of ["one", "two"]) {
        app.configure({ namespace: space });
        for (const name of names) for (const id of values.keys()) odd += Number((functions[name].peek(id) !== undefined) !== model.has(`${space} ${name} ${id}`));
      }
      return { wrong, odd, isFull: model.left.size > 1_000, evicted: app.total().evictions.memory - model.left.size, resources: [app.released.length, app.evicted().every((reason) => ["memory", "entries", "cleared"].includes(reason))] };
    });
    assert.deepEqual(told, { wrong: [], odd: 0, isFull: true, evicted: 0, resources: [0, true] });
  }));

test("maxMemory counts what is in memory of persisted functions too, and what is read again from disk", () =>
  visit(limited, async ({ page, reload }) => {
    const use = async () => {
      app.configure({ maxMemory: "4KiB" });
      let runs = 0;
      const persisted = app.kinds.persisted((id) => ((runs += 1), "x".repeat(1_000)), { name: "persisted" });
      const memory = app.kinds.memory((id) => ((runs += 1), "x".repeat(1_000)), { name: "memory" });
      for (const id of [1, 2, 3, 4]) {
        await persisted(id);
        await memory(id);
      }
      const kept = (load) => [1, 2, 3, 4].filter((id) => load.peek(id) !== undefined).join("");
      const all = [kept(persisted), kept(memory), app.total().bytes <= 4_096, app.total().entries];
      await persisted(1);
      await app.settled();
      return [runs, ...all, kept(persisted), kept(memory), app.total().evictions.memory];
    };
    assert.deepEqual(await page.evaluate(use), [8, "34", "34", true, 4, "14", "34", 5]);
    await reload();
    assert.deepEqual(await page.evaluate(use), [4, "34", "34", true, 4, "14", "34", 5]);
  }));

test("a value that is larger than maxMemory is kept alone", () =>
  visit(limited, async ({ page }) => {
    const told = await page.evaluate(() => {
      app.configure({ maxMemory: "1KiB" });
      const load = app.kinds.sync((length) => "x".repeat(length), { name: "one" });
      const other = app.kinds.sync((length) => "x".repeat(length), { name: "other" });
      const resource = app.kinds.resource((id) => ({ id }), { name: "resource" });
      resource(1);
      other(100);
      load(100);
      const all = [app.total().entries];
      load(5_000);
      all.push(app.total().entries, load.peek(5_000) !== undefined, other.peek(100) !== undefined);
      load(5_000);
      other(200);
      all.push(app.total().entries, load.peek(5_000) !== undefined, other.peek(200) !== undefined, resource.peek(1) !== undefined);
      return [all, load.stats().lookups.memory, app.evicted()];
    });
    assert.deepEqual(told, [[3, 2, true, false, 2, false, true, true], 1, ["memory", "memory", "memory"]]);
  }));

test("without maxMemory 256 MiB are kept, and an instance of its own has its own limit", () =>
  visit(limited, async ({ page }) => {
    const told = await page.evaluate(() => {
      const text = "x".repeat(16 * 2 ** 20); // one text: however many values have it, it takes its memory once
      const fill = ({ cacheData, stats }) => {
        const load = cacheData((id) => ({ id, text }), { name: "large", persist: false });
        for (let id = 0; id < 20; id++) load(id);
        return [stats().entries, load.peek(19) !== undefined, load.peek(4) !== undefined, load.peek(5) !== undefined];
      };
      const small = app.createKeepsake({ maxMemory: "40MiB" });
      const large = app.createKeepsake({ maxMemory: Infinity });
      const all = [fill(app), fill(small), fill(large)];
      app.configure({ maxMemory: "40 MB" });
      return [...all, fill(app)[0]];
    });
    assert.deepEqual(told, [[15, true, false, true], [2, true, false, false], [20, true, true, true], 2]);
  }));

// ---- Time -------------------------------------------------------------------------------------------------------------

for (const kind of KINDS) {
  test(`an entry is fresh up to the millisecond before its ttl has passed, in every form of a ttl: ${kind}`, () =>
    still(limited, async ({ page }) => {
      await page.evaluate(async (kind) => {
        const forms = {
          number: 60_000, fraction: 60_000.9, minute: "1m", seconds: "60s", words: "1 minute", spaces: " 0.5 min 30 sec ", upper: "1M", milliseconds: "60000ms", iso: "PT1M", isoSeconds: "pt60s",
          object: { minutes: 1 }, parts: { seconds: 30, milliseconds: 30_000 }, mixed: { minutes: 2, seconds: -60 },
          temporal: Temporal.Duration.from({ minutes: 1 }), temporalParts: Temporal.Duration.from("PT30.5S").add({ milliseconds: 29_500 }),
        };
        const ttls = { ...forms, ...Object.fromEntries(Object.entries(forms).map(([name, ttl]) => [`${name} by value`, () => ttl])) };
        const test = (globalThis.test = { runs: {}, functions: {} });
        for (const [name, ttl] of Object.entries(ttls)) {
          test.runs[name] = 0;
          test.functions[name] = app.kinds[kind]((id) => ({ id, run: (test.runs[name] += 1) }), { name, ttl });
          await test.functions[name]("a");
          await test.functions[name]("b");
        }
        test.look = async (id) => {
          const all = {};
          for (const [name, load] of Object.entries(test.functions)) {
            const before = test.runs[name];
            all[name] = [load.peek(id) !== undefined, await load.has(id), (await load(id), test.runs[name] - before)].join();
          }
          return all;
        };
        await app.settled();
      }, kind);
      const looked = async (id) => {
        const all = await page.evaluate((id) => test.look(id), id);
        return { count: Object.keys(all).length, odd: Object.entries(all) };
      };
      await page.clock.runFor(MINUTE - 1);
      const before = await looked("a");
      assert.deepEqual([before.count, before.odd.filter(([, seen]) => seen !== "true,true,0")], [30, []], "a millisecond before");
      await page.clock.runFor(1);
      const after = await looked("a");
      assert.deepEqual(after.odd.filter(([, seen]) => seen !== "false,false,1"), [], "when it has passed");
      assert.deepEqual((await looked("b")).odd.filter(([, seen]) => seen !== "false,false,1"), [], "what nobody has looked at since");
      await page.clock.runFor(MINUTE - 1);
      assert.deepEqual((await looked("a")).odd.filter(([, seen]) => seen !== "true,true,0"), [], "age counts from the last write, not from a hit");
      assert.deepEqual(await page.evaluate(() => app.faults()), []);
    }, { limit: 60_000 }));

  test(`a ttl that is a function is asked once for each result, with it and the arguments: ${kind}`, () =>
    still(limited, async ({ page }) => {
      const told = await page.evaluate(async (kind) => {
        const asked = [];
        const ttl = (value, ...args) => {
          asked.push([value.minutes, ...args]);
          return { minutes: value.minutes };
        };
        let runs = 0;
        const load = app.kinds[kind]((minutes, _more) => ({ minutes, run: (runs += 1) }), { name: "timed", ttl });
        for (const minutes of [1, 2, 3]) for (let i = 0; i < 3; i++) await load(minutes, "more");
        await load.set({ minutes: 4 }, 4, "set");
        await load.refresh(3, "more");
        const fresh = async () => [await load.has(1, "more"), await load.has(2, "more"), await load.has(3, "more"), await load.has(4, "set")].map(Number).join("");
        const all = [await fresh()];
        for (const _ of [1, 2, 3, 4]) {
          await pass(60_000);
          all.push(await fresh());
        }
        return [asked, all, runs];
      }, kind);
      assert.deepEqual(told, [[[1, 1, "more"], [2, 2, "more"], [3, 3, "more"], [4, 4, "set"], [3, 3, "more"]], ["1111", "0111", "0011", "0001", "0000"], 4]);
    }));

  test(`a ttl function that throws or gives no duration: the call has its value, nothing is kept, reported once: ${kind}`, () =>
    visit(limited, async ({ page, reload }) => {
      const calls = async (kind) => {
        const nonsense = { zero: 0, negative: -1, nan: NaN, "no unit": "10", words: "soon", empty: "", undefined, null: null, object: {}, months: { months: 1 }, unknown: { fortnights: 1 }, symbol: Symbol("1m"), big: 5n, true: true, function: () => "1m", array: ["1m"], promise: Promise.resolve("1m") };
        const ttls = { ...Object.fromEntries(Object.entries(nonsense).map(([name, gives]) => [name, () => gives])), error: () => { throw new TypeError("no"); }, "throw undefined": () => { throw undefined; } };
        const all = {};
        for (const [name, ttl] of Object.entries(ttls)) {
          let runs = 0;
          const load = app.kinds[kind]((id) => ({ id, run: (runs += 1) }), { name: `ttl ${name}`, ttl });
          const from = app.heard.length;
          const values = [];
          for (const id of ["a", "b", "a"]) values.push((await load(id)).run);
          await app.settled();
          const faults = app.heard.slice(from).filter(({ type }) => type === "fault").map(({ code, message }) => `${code} ${message.includes(`"ttl ${name}"`)}`);
          all[name] = [values.join(), load.peek("a"), await load.has("a"), load.stats().entries, faults.join()];
        }
        return [all, app.released.length];
      };
      for (const times of ["first", "after a reload"]) {
        const [all, released] = await page.evaluate(calls, kind);
        for (const [name, told] of Object.entries(all)) assert.deepEqual(told, ["1,2,3", undefined, false, 0, "ttl-failed true"], `${name}, ${times}`);
        assert.equal(released, 0, "an object that was never kept belongs to its caller");
        await reload();
      }
    }));
}

test("one ttl function that throws now and then: the others are kept", () =>
  visit(limited, async ({ page }) => {
    const told = await page.evaluate(async () => {
      const ttl = ({ id }) => {
        if (id % 2) throw new Error("odd");
        return "1h";
      };
      const load = app.kinds.memory((id) => ({ id }), { name: "odd", ttl });
      for (let id = 0; id < 10; id++) await load(id);
      const stats = load.stats();
      await load.refresh(1);
      await load.set({ id: 3 }, 2).catch(() => {}); // what was there stays or goes, but is not the one that has no time
      return [stats.entries, stats.computations.failed, app.faults(), load.peek(1), load.peek(2)?.id === 3];
    });
    assert.deepEqual(told, [5, 0, ["ttl-failed"], undefined, false]);
  }));

test("a ttl goes on over reloads, counted from the write, and no longer than the options of today allow", () =>
  still(
    (keepsake) => {
      let runs = 0;
      const ttls = { fixed: "10m", byValue: (value) => value.ttl, temporal: Temporal.Duration.from({ minutes: 10 }), shorter: sessionStorage.getItem("ttl") ?? "1h", longer: sessionStorage.getItem("ttl") ?? "1m", late: "10m" };
      const make = (name) => keepsake.cacheData(async (id) => ({ id, run: (runs += 1), ttl: "10m" }), { name, version: 1, ttl: ttls[name] });
      const functions = Object.fromEntries(Object.keys(ttls).map((name) => [name, make(name)]));
      const hits = async (id) => {
        const all = {};
        for (const [name, load] of Object.entries(functions)) {
          const before = runs;
          await load(id);
          all[name] = runs === before;
        }
        await keepsake.flush();
        return all;
      };
      return { ...keepsake, functions, hits };
    },
    async ({ page, reload }) => {
      await page.evaluate(async () => {
        for (const id of ["before", "at", "after"]) await app.hits(id);
        sessionStorage.setItem("ttl", "10m");
      });
      await page.clock.runFor(5 * MINUTE);
      await reload();
      await page.evaluate(async () => app.functions.late("after")); // read at half its time: that does not make it younger
      await page.clock.runFor(5 * MINUTE - 1);
      await reload();
      const all = (hit) => ({ fixed: hit, byValue: hit, temporal: hit, shorter: hit, longer: false, late: hit });
      assert.deepEqual(await page.evaluate(() => app.hits("before")), all(true), "a millisecond before");
      await page.clock.runFor(1);
      assert.deepEqual(await page.evaluate(() => app.hits("at")), all(false), "when it has passed");
      await reload();
      assert.deepEqual(await page.evaluate(async () => [await app.functions.late.has("after"), await app.functions.late.has("at")]), [false, true]);
      assert.deepEqual(await page.evaluate(() => app.hits("after")), all(false));
    },
  ));

test("without a ttl an entry stays in memory as long as the page, and on disk for 24 hours from its write", () =>
  still(
    (keepsake) => {
      let runs = 0;
      const body = async (id) => ({ id, run: (runs += 1) });
      const functions = { memory: keepsake.cacheData(body, { name: "memory", persist: false }), persisted: keepsake.cacheData(body, { name: "persisted" }), resource: keepsake.cacheResource(body, { name: "resource" }), ever: keepsake.cacheData(body, { name: "ever", ttl: Infinity }) };
      const isHit = async (kind, id) => {
        const before = runs;
        await functions[kind](id);
        await keepsake.flush();
        return runs === before;
      };
      return { ...keepsake, isHit };
    },
    async ({ page, reload }) => {
      const hits = (id) => page.evaluate(async (id) => [await app.isHit("memory", id), await app.isHit("persisted", id), await app.isHit("resource", id), await app.isHit("ever", id)], id);
      for (const id of ["stays", "before", "at", "read"]) assert.deepEqual(await hits(id), [false, false, false, false]);
      await page.clock.runFor(DAY - 1);
      await reload();
      assert.deepEqual(await hits("before"), [false, true, false, true], "a millisecond before");
      await page.clock.runFor(1);
      assert.deepEqual(await hits("at"), [false, false, false, true], "when it has passed");
      assert.deepEqual(await hits("before"), [true, true, true, true], "what has been read is in memory, as long as the page");
      await page.clock.fastForward(20 * DAY);
      assert.deepEqual(await hits("before"), [true, true, true, true]);
      await reload();
      assert.deepEqual(await hits("stays"), [false, false, false, true]);
    },
  ));

// ---- The sweep --------------------------------------------------------------------------------------------------------

test("what has expired leaves without a look-up, and resources are released", () =>
  still(limited, async ({ page }) => {
    const told = await page.evaluate(async (kinds) => {
      const functions = kinds.map((kind) => app.kinds[kind]((id) => ({ id, rows: Array(20).fill(id) }), { name: kind, ttl: "1m" }));
      const others = kinds.map((kind) => app.kinds[kind]((id) => ({ id, rows: Array(20).fill(id) }), { name: `other ${kind}` }));
      for (const load of [...functions, ...others]) for (let id = 0; id < 10; id++) await load(id);
      await app.settled();
      app.configure({ namespace: "another" }); // what is in memory is swept all the same
      const rest = others.reduce((sum, load) => sum + load.stats().bytes, 0);
      const all = [app.total().entries];
      await pass(59_999);
      all.push(app.total().entries, app.released.length);
      await pass(11_001);
      all.push(app.total().entries, app.released.length, new Set(app.released).size, app.total().bytes === rest && rest > 0);
      all.push(functions.map((load) => load.stats()).every(({ entries, bytes, evictions }) => entries === 0 && bytes === 0 && evictions.expired === 10));
      return [all, app.evicted().length, new Set(app.evicted()).size, app.evicted()[0], app.faults()];
    }, KINDS);
    assert.deepEqual(told, [[80, 80, 0, 40, 10, 10, true, true], 40, 1, "expired", []]);
  }));

test("what was read from disk is swept when its ttl has passed since the write", () =>
  still(limited, async ({ page, reload }) => {
    const use = async () => {
      const load = app.kinds.persisted((id) => ({ id }), { name: "timed", ttl: "10m" });
      await load(1);
      await app.settled();
      globalThis.test = { load };
      return app.heard.flatMap((event) => event.from ?? []);
    };
    assert.deepEqual(await page.evaluate(use), []);
    await page.clock.runFor(9 * MINUTE);
    await reload();
    assert.deepEqual(await page.evaluate(use), ["disk"]);
    await page.clock.runFor(MINUTE - 1);
    assert.equal(await page.evaluate(() => test.load.stats().entries), 1);
    await page.clock.runFor(11_001);
    assert.deepEqual(await page.evaluate(() => [test.load.stats().entries, app.evicted()]), [0, ["expired"]]);
  }));

test("an entry is swept no earlier than a second after it was kept, and at most about ten after its time", () =>
  still(limited, async ({ page }) => {
    const told = await page.evaluate(async () => {
      const random = app.random(11);
      const ends = new Map();
      const resource = app.kinds.resource((id) => ({ id }), { name: "timed", ttl: (_, id) => ends.get(id) - Date.now(), onRelease: ({ id }) => void late.set(id, Date.now() - ends.get(id)) });
      const late = new Map();
      const evictedAt = [];
      for (let id = 0; id < 150; id++) {
        ends.set(id, Date.now() + 1 + Math.floor(random() ** 3 * 90_000));
        resource(id);
        await pass(Math.floor(random() ** 2 * 2_500));
        for (const { type, at } of app.heard.splice(0)) if (type === "evict") evictedAt.push(at);
      }
      await pass(110_000);
      for (const { type, at } of app.heard.splice(0)) if (type === "evict") evictedAt.push(at);
      const sweeps = [...new Set(evictedAt)].sort((a, b) => a - b);
      const apart = sweeps.slice(1).map((at, i) => at - sweeps[i]);
      return { all: late.size, earliest: Math.min(...late.values()) >= 0, latest: Math.max(...late.values()), apart: Math.min(...apart), sweeps: sweeps.length > 5, left: app.total().entries };
    });
    assert.ok(told.latest <= 11_000, `${told.latest} ms late`);
    assert.ok(told.apart >= 1_000, `${told.apart} ms apart`);
    assert.deepEqual({ ...told, latest: 0, apart: 0 }, { all: 150, earliest: true, latest: 0, apart: 0, sweeps: true, left: 0 });
  }));

test("a very short time is swept after a second, not before", () =>
  still(limited, async ({ page }) => {
    const told = await page.evaluate(async () => {
      const load = app.kinds.sync((id) => ({ id }), { name: "short", ttl: "5ms" });
      load(1);
      const all = [];
      for (const ms of [5, 994, 10_001]) {
        await pass(ms);
        all.push(load.stats().entries);
      }
      return all;
    });
    assert.deepEqual(told, [1, 1, 0]);
  }));

/** Counts the page's timers. */
const counted = () => {
  const { setTimeout: set, clearTimeout: clear } = globalThis;
  const open = new Set();
  const timers = { calls: 0, most: 0, open: () => open.size, delays: [] };
  globalThis.setTimeout = (run, delay, ...rest) => {
    const id = set(() => (open.delete(id), run(...rest)), delay);
    open.add(id);
    timers.calls += 1;
    timers.most = Math.max(timers.most, open.size);
    timers.delays.push(delay);
    return id;
  };
  globalThis.clearTimeout = (id) => (open.delete(id), clear(id));
  return timers;
};

test("there is one timer for all entries, and none when nothing can expire", () =>
  still(limited, async ({ page }) => {
    const told = await page.evaluate(async (counted) => {
      const timers = (0, eval)(counted)();
      const make = (name, ttl, kind = "sync") => app.kinds[kind]((id) => ({ id }), { name, ...(ttl ? { ttl } : {}) });
      const endless = [make("none"), make("ever", Infinity), make("resource", undefined, "resource"), make("by value", () => Infinity), make("words", undefined, "memory")];
      for (const load of endless) for (let id = 0; id < 50; id++) await load(id);
      await pass(3_600_000);
      const none = [timers.calls, timers.open()];
      const same = make("same", "10m");
      for (let id = 0; id < 500; id++) same(id);
      const one = [timers.calls, timers.open()];
      for (let id = 500; id < 600; id++) make(`later ${id}`, `${id}m`, id % 2 ? "sync" : "resource")(id);
      const later = [timers.calls, timers.open()];
      for (let minutes = 9; minutes > 0; minutes--) make(`sooner ${minutes}`, { minutes })(1);
      const sooner = [timers.calls <= 10, timers.open(), timers.most];
      await pass(3 * 86_400_000);
      const left = [app.total().entries, timers.open(), timers.most];
      const before = timers.calls;
      await pass(86_400_000);
      return { none, one, later, sooner, left, after: timers.calls - before, few: before < 150 };
    }, `(${counted})`);
    assert.deepEqual(told, { none: [0, 0], one: [1, 1], later: [1, 1], sooner: [true, 1, 1], left: [250, 0, 1], after: 0, few: true });
  }));

test("a time that is longer than a timer takes is waited for, without a hurry", () =>
  still(limited, async ({ page }) => {
    const told = await page.evaluate(async (counted) => {
      const timers = (0, eval)(counted)();
      const load = app.kinds.sync((id) => ({ id }), { name: "long", ttl: "26 days" }); // 2 ** 31 ms are less than 25
      load(1);
      const all = [];
      for (const ms of [60_000, 26 * 86_400_000 - 60_001]) {
        await pass(ms);
        all.push(load.stats().entries, timers.calls < 2 + ms / 600_000);
      }
      await pass(11_000);
      return [...all, load.stats().entries, timers.delays.every((delay) => delay < 2 ** 31)];
    }, `(${counted})`);
    assert.deepEqual(told, [1, true, 1, true, 0, true]);
  }));

test("with refresh in the background the sweep takes what may not even be served stale", () =>
  still(limited, async ({ page }) => {
    const told = await page.evaluate(async () => {
      const usual = app.kinds.sync((id) => ({ id }), { name: "usual", ttl: "10m", refreshMode: "background" });
      const short = app.kinds.sync((id) => ({ id }), { name: "short", ttl: "10m", refreshMode: "background", maxStale: "1m" });
      usual(1);
      short(1);
      const all = [];
      for (const minutes of [10.5, 0.7, 8.7, 0.3]) {
        await pass(minutes * 60_000);
        all.push(`${usual.stats().entries}${short.stats().entries}`);
      }
      return all;
    });
    assert.deepEqual(told, ["11", "10", "10", "00"]);
  }));

test("what expire() has made stale is swept when it may not be served any more", () =>
  still(limited, async ({ page }) => {
    const told = await page.evaluate(async () => {
      const load = app.kinds.sync((id) => ({ id }), { name: "made stale", ttl: "10h", refreshMode: "background", maxStale: "1m" });
      load(1);
      load(2);
      await load.expire(1);
      const all = [load.stats().entries];
      await pass(59_999);
      all.push(load.stats().entries, load.peek(1)?.id);
      await pass(11_001);
      all.push(load.stats().entries, load.peek(1), load.peek(2)?.id);
      return all;
    });
    assert.deepEqual(told, [2, 2, 1, 1, undefined, 2]);
  }));

test("an onRelease that throws or never ends holds no sweep up", () =>
  still(limited, async ({ page }) => {
    const told = await page.evaluate(async () => {
      const calls = [];
      const fail = app.kinds.resource((id) => ({ id }), { name: "fails", ttl: "1m", onRelease: ({ id }) => { calls.push(id); throw new Error("no"); } });
      const hang = app.kinds.resource((id) => ({ id }), { name: "hangs", ttl: "1m", onRelease: ({ id }) => (calls.push(id), new Promise(() => {})) });
      const again = app.kinds.resource((id) => ({ id }), { name: "again", ttl: "1m", onRelease: ({ id }) => { calls.push(id); if (id === "again 1") again("again 2"); } });
      for (const id of [1, 2, 3]) [fail(id), hang(id)];
      again("again 1");
      await pass(71_000);
      const first = [calls.length, app.total().entries, again.peek("again 2") !== undefined];
      fail(4);
      await pass(71_000);
      await app.turn();
      return [...first, calls.length, app.total().entries, app.faults()];
    });
    assert.deepEqual(told, [7, 1, true, 9, 0, ["release-failed"]]);
  }));

test("the sweep goes on where the clock is set back", () =>
  still(limited, async ({ page }) => {
    const told = await page.evaluate(async () => {
      const { now } = Date;
      const load = app.kinds.sync((id) => ({ id }), { name: "timed", ttl: "1m" });
      load(1);
      await pass(71_000);
      const all = [load.stats().entries];
      Date.now = () => now() - 86_400_000;
      load(2);
      await pass(71_000);
      all.push(load.stats().entries);
      return all;
    });
    assert.deepEqual(told, [0, 0]);
  }));

for (const limit of ["maxEntries", "maxSize", "maxMemory"]) {
  test(`what has expired leaves before what is still good: ${limit}`, () =>
    still(limited, async ({ page }) => {
      const told = await page.evaluate(async (limit) => {
        const ttl = (_, id) => (id.startsWith("short") ? "100ms" : "1h");
        const options = { maxEntries: { maxEntries: 3 }, maxSize: { maxSize: "3500B" }, maxMemory: {} }[limit];
        if (limit === "maxMemory") app.configure({ maxMemory: "3500B" });
        const load = app.kinds.sync((id) => "x".repeat(1_000), { name: "timed", ttl, ...options });
        for (const id of ["good", "short 1", "short 2"]) load(id);
        for (const id of ["short 1", "short 2"]) load(id); // used last
        await pass(200); // before the sweep
        const before = load.stats().entries;
        load("new");
        const { evictions } = load.stats();
        return [before, ["good", "short 1", "short 2", "new"].filter((id) => load.peek(id) !== undefined), evictions.expired >= 1, evictions.entries + evictions.size + evictions.memory];
      }, limit);
      assert.deepEqual(told, [3, ["good", "new"], true, 0]);
    }));
}

// ---- What nobody can reach any more -------------------------------------------------------------------------------------

/** Lets the garbage collector run until the page says that it is enough; gives the session. */
async function collected({ page, context }, condition) {
  const devtools = await context.newCDPSession(page);
  do await devtools.send("HeapProfiler.collectGarbage");
  while (!(await page.evaluate(condition)));
  await devtools.send("HeapProfiler.collectGarbage");
  return devtools;
}

for (const kind of DATA) {
  test(`what a dropped wrapper keeps in memory is freed, and what a second one of its name keeps stays: ${kind}`, () =>
    visit(limited, async (visited) => {
      const { page } = visited;
      await page.evaluate(async (kind) => {
        const body = (id) => ({ id, rows: Array(50).fill(id) });
        const fill = async (name) => {
          const load = app.kinds[kind](body, { name });
          for (let id = 0; id < 30; id++) await load(id);
          return load;
        };
        globalThis.test = { second: app.kinds[kind](body, { name: "shared" }), first: await fill("shared"), fill, other: await fill("other") };
        test.dropped = await fill("dropped");
        await app.settled();
        test.before = app.total().entries;
        test.first = test.dropped = null;
      }, kind);
      await collected(visited, () => app.total().entries <= 60);
      const told = await page.evaluate(async (kind) => {
        const all = [test.before, app.total().entries, app.total().bytes === 2 * test.second.stats().bytes, app.evicted().filter((reason) => reason === "cleared").length];
        const from = app.heard.length;
        await test.second(1);
        await test.other(1);
        await test.fill("dropped");
        const heard = [...new Set(app.heard.slice(from).map(({ type, from }) => from ?? type))].sort();
        return [...all, heard, app.total().entries];
      }, kind);
      assert.deepEqual(told, [90, 60, true, 30, kind === "persisted" ? ["disk", "memory"] : ["computed", "memory", "miss"], 90]);
      await page.evaluate(() => {
        test.second = test.other = null;
      });
      await collected(visited, () => app.total().entries === 0);
      assert.deepEqual(await page.evaluate(() => [app.total().bytes, app.faults()]), [0, []]);
    }));

  test(`who waits for a computation of a dropped wrapper gets its result, and nothing stays in memory: ${kind}`, () =>
    visit(limited, async (visited) => {
      const { page } = visited;
      await page.evaluate(async (kind) => {
        const test = (globalThis.test = { runs: 0 });
        const gate = new Promise((resolve) => (test.letGo = resolve));
        const begin = (name) => app.kinds[kind](kind === "sync" ? (id) => ((test.runs += 1), { id }) : (id) => ((test.runs += 1), gate.then(() => ({ id }))), { name });
        await app.kinds[kind]((id) => ({ id }), { name: "canary" })(1);
        test.result = begin("under way")("a");
        await app.until(() => test.runs === 1);
      }, kind);
      await collected(visited, () => app.total().entries === 0);
      const told = await page.evaluate(async () => {
        test.letGo();
        const { id } = await test.result;
        await app.settled();
        return [id, app.total().entries, app.faults()];
      });
      assert.deepEqual(told, ["a", 0, []]);
    }));
}

test("what a dropped wrapper of a persisted function was computing is on disk afterwards", () =>
  visit(limited, async (visited) => {
    const { page, reload } = visited;
    await page.evaluate(async () => {
      const test = (globalThis.test = { runs: 0 });
      const gate = new Promise((resolve) => (test.letGo = resolve));
      await app.kinds.persisted((id) => ({ id }), { name: "canary" })(1);
      test.result = app.kinds.persisted((id) => ((test.runs += 1), gate.then(() => ({ id }))), { name: "under way" })("a");
      await app.until(() => test.runs === 1);
    });
    await collected(visited, () => app.total().entries === 0);
    await page.evaluate(async () => {
      test.letGo();
      await test.result;
      await app.settled();
    });
    await reload();
    const told = await page.evaluate(async () => {
      let runs = 0;
      const { id } = await app.kinds.persisted((id) => ({ id, run: (runs += 1) }), { name: "under way" })("a");
      return [id, runs];
    });
    assert.deepEqual(told, ["a", 0]);
  }));

test("a resource of a dropped wrapper is not released under those who use it", () =>
  visit(limited, async (visited) => {
    const { page } = visited;
    await page.evaluate(() => {
      globalThis.test = { object: app.kinds.resource((id) => ({ id }), { name: "resource" })(1) };
      app.kinds.sync((id) => ({ id }), { name: "canary" })(1);
    });
    await collected(visited, () => app.total().entries === 1);
    const told = await page.evaluate(async () => {
      await app.settled();
      const again = app.kinds.resource((id) => ({ id }), { name: "resource" });
      return [app.released.length, again(1) === test.object];
    });
    assert.deepEqual(told, [0, true]);
  }));

/** For `init`: what the WebAssembly of the page has for memory. */
const memories = () => {
  const { Instance } = WebAssembly;
  globalThis.memories = [];
  WebAssembly.Instance = class {
    constructor(...given) {
      const instance = new Instance(...given);
      globalThis.memories.push(instance.exports.memory);
      return instance;
    }
  };
};

/** How many bytes the page takes, of each sort, with nothing left to collect. */
async function taken(devtools, page) {
  await devtools.send("HeapProfiler.collectGarbage");
  const { usedSize, backingStorageSize = 0 } = await devtools.send("Runtime.getHeapUsage");
  const wasm = await page.evaluate(() => memories.reduce((sum, { buffer }) => sum + buffer.byteLength, 0));
  return { heap: usedSize, wasm, buffers: backingStorageSize - wasm };
}

const MIB = 2 ** 20;

for (const how of ["one function at one place", "closures at one place", "a name each"]) {
  test(`the memory of a page does not grow with the wrappers that it has dropped: ${how}`, () =>
    visit(
      (keepsake) => {
        const one = (id) => ({ id });
        const wraps = {
          "one function at one place": () => keepsake.cacheData(one, { persist: false }),
          "closures at one place": (number) => keepsake.cacheData((id) => ({ id, number }), { persist: false }),
          "a name each": (number) => keepsake.cacheData((id) => ({ id, number }), { persist: false, name: `number ${number}` }),
          "deps each": (number) => keepsake.cacheData((id) => ({ id, number }), { persist: false, deps: [number] }),
        };
        return { ...keepsake, wraps };
      },
      async (visited) => {
        const { page } = visited;
        const sizes = [];
        for (let round = 0; round < 10; round++) {
          await page.evaluate(async ({ how, round }) => {
            const wrap = app.wraps[how];
            for (let i = 0; i < 4_000; i++) wrap(round * 4_000 + i)(i % 5);
          }, { how, round });
          const devtools = await collected(visited, () => app.stats().entries <= 5);
          sizes.push(await taken(devtools, page));
        }
        const grown = (sort) => (sizes.at(-1)[sort] - sizes[2][sort]) / MIB;
        assert.ok(grown("wasm") < 2, `wasm memory: ${sizes.map(({ wasm }) => (wasm / MIB).toFixed(1))} MiB`);
        assert.ok(grown("heap") < 0.25, `heap: ${sizes.map(({ heap }) => (heap / MIB).toFixed(2))} MiB`);
      },
      { init: [memories], limit: 180_000 },
    ));
}

for (const how of ["maxEntries", "maxSize", "maxMemory", "clear()", "delete()", "set()", "a ttl", "what is not kept"]) {
  test(`the memory of a page does not grow with 100,000 values that have left: ${how}`, () =>
    visit(
      limited,
      async (visited) => {
        const { page } = visited;
        const sizes = [];
        await page.evaluate((how) => {
          const options = { maxEntries: { maxEntries: 50 }, maxSize: { maxSize: "100KiB" }, "a ttl": { ttl: "1m" }, "what is not kept": { cacheIf: () => false } }[how] ?? {};
          if (how === "maxMemory") app.configure({ maxMemory: "100KiB" });
          globalThis.test = { load: app.kinds.sync((id) => ({ id, rows: Array.from({ length: 100 }, (_, at) => id + at + 0.5) }), { name: "many", ...options }) };
        }, how);
        for (let round = 0; round < 5; round++) {
          await page.evaluate(async ({ how, round }) => {
            const { load } = test;
            for (let i = 0; i < 20_000; i++) {
              const id = round * 20_000 + i;
              if (how === "set()") await load.set({ id, rows: Array.from({ length: 100 }, () => id + 0.5) }, i % 50);
              else load(id);
              if (how === "delete()") await load.delete(id);
              if (how === "clear()" && i % 100 === 99) await load.clear();
              if (how === "a ttl" && i % 1_000 === 999) {
                const { now } = Date;
                Date.now = () => now() + 60_000;
                await load.has(id);
                for (let back = 0; back < 1_000; back++) load.peek(id - back);
                load(id - 999); // found to be over, like all of them
                for (let back = 0; back < 1_000; back++) load(id - back);
                await load.clear();
              }
              app.heard.length = 0;
            }
          }, { how, round });
          const devtools = await visited.context.newCDPSession(page);
          sizes.push(await taken(devtools, page));
        }
        const left = await page.evaluate(() => app.total().entries);
        assert.ok(left <= 110, `${left} entries`);
        const grown = (sort) => (sizes.at(-1)[sort] - sizes[1][sort]) / MIB;
        assert.ok(grown("wasm") < 1, `wasm memory: ${sizes.map(({ wasm }) => (wasm / MIB).toFixed(1))} MiB`);
        assert.ok(grown("heap") < 0.25, `heap: ${sizes.map(({ heap }) => (heap / MIB).toFixed(2))} MiB`);
        assert.ok(grown("buffers") < 1, `buffers: ${sizes.map(({ buffers }) => (buffers / MIB).toFixed(2))} MiB`);
      },
      { init: [memories], limit: 180_000 },
    ));
}

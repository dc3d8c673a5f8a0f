// Blobs, files and requests are arguments like any others: they count by their content, which is read where the caller
// waits in any case, a piece at a time. Whatever happens meanwhile, a hit is never wrong, and the call is never broken.
import assert from "node:assert/strict";
import test from "node:test";
import { watchedBlobs, watchedMemory } from "./support/blobs.mjs";
import { pages } from "./support/pages.mjs";
import { trapping } from "./support/traps.mjs";

const visit = pages();

/** Cached functions that give a number of their own for each run, also over reloads, so equal numbers mean one entry. */
const counting = (keepsake) => {
  const { cacheData, cacheResource, configure } = keepsake;
  const events = [];
  const faults = [];
  configure({
    onEvent: ({ type, from, code, message }) => {
      events.push(code ?? from ?? type);
      if (type === "fault") faults.push(message);
    },
  });
  const count = () => (sessionStorage.runs = Number(sessionStorage.runs ?? 0) + 1);
  const functions = {
    persisted: cacheData(async (..._things) => count(), { name: "persisted" }),
    memory: cacheData(async (..._things) => count(), { name: "memory", persist: false }),
    resource: cacheResource(async (..._things) => count(), { name: "resource" }),
  };
  const caught = async (act) => {
    try {
      return { got: await act() };
    } catch (error) {
      const { name, code, functionName, param, path, type, message } = error;
      return { name, code, functionName, param, path, type, message, isOurs: error instanceof keepsake.KeepsakeError };
    }
  };
  const until = async (condition) => {
    while (!condition()) await new Promise((resolve) => setTimeout(resolve));
  };
  const file = (text, name = "a.txt", options = {}) => new File([text], name, { lastModified: 5, ...options });
  const post = (body, options = {}) => new Request("/echo", { method: "POST", body, ...options });
  return { ...keepsake, ...functions, count, runs: () => Number(sessionStorage.runs ?? 0), caught, until, file, post, events: () => events.splice(0), faults: () => faults.splice(0) };
};

/** Values no two of which are equal; each call makes them anew. Sent to pages as text. */
const differentContents = () => {
  const { file, post } = app;
  const MIB = 1024 * 1024;
  const large = (length, at = -1) => {
    const bytes = new Uint8Array(length).fill(3);
    if (at >= 0) bytes[at] = 4;
    return new Blob([bytes]);
  };
  const form = (...entries) => {
    const data = new FormData();
    for (const entry of entries) data.append(...entry);
    return data;
  };
  return [
    new Blob(), new Blob(["a"]), new Blob(["b"]), new Blob(["ab"]), new Blob(["a\0"]), new Blob(["a"], { type: "text/plain" }), new Blob(["a"], { type: "text/html" }), new Blob([], { type: "text/plain" }),
    file("a"), file("b"), file(""), file("a", "b.txt"), file("a", ""), file("a", "a.txt", { type: "text/plain" }), file("a", "a.txt", { lastModified: 6 }), file("a", "text/plain"),
    "a", new TextEncoder().encode("a"), new TextEncoder().encode("a").buffer,
    [new Blob(["a"])], { file: new Blob(["a"]) }, { file: new Blob(["b"]) }, { other: new Blob(["a"]) }, new Map([["file", new Blob(["a"])]]), new Map([[new Blob(["a"]), "file"]]), new Set([new Blob(["a"])]),
    [new Blob(["a"]), new Blob(["bc"])], [new Blob(["ab"]), new Blob(["c"])], [new Blob(["abc"]), new Blob()], [new Blob(["bc"]), new Blob(["a"])], [new Blob(["abc"])],
    form(), form(["f", "a"]), form(["f", file("a")]), form(["f", file("b")]), form(["g", file("a")]), form(["f", file("a"), "b.txt"]), form(["f", file("a")], ["f", file("b")]), form(["f", file("b")], ["f", file("a")]), form(["f", file("a")], ["g", "1"]),
    post("a"), post("b"), post(""), post(new Blob(["a"])), post("a", { method: "PUT" }), post("a", { headers: { "x-tenant": "1" } }), post("a", { headers: { "x-tenant": "2" } }), post("a", { credentials: "omit" }), post("a", { cache: "no-store" }), post("a", { keepalive: true }),
    new Request("/echo", { method: "POST" }), new Request("/echo"), new Request("/other"), new Request("/other", { method: "POST", body: "a" }), new Request("/echo", { headers: { accept: "text/html" } }),
    ...[0, 1, MIB - 1, MIB, MIB + 1].map((length) => [length, large(length)]),
    ...[0, MIB - 1, MIB, 2 * MIB - 1, -1].map((at) => large(2 * MIB, at)),
  ];
};

test("contents count by value, and no two that differ are one call", () =>
  visit(counting, async ({ page }) => {
    const told = await page.evaluate(async (make) => {
      const values = eval(`(${make})`);
      const show = (value) => `${Object.prototype.toString.call(value)} ${value.type ?? ""} ${value.name ?? ""} ${value.size ?? ""}`;
      const all = [];
      for (const kind of ["persisted", "memory", "resource"]) {
        const call = () => Promise.all(values().map((value) => app[kind](value)));
        const [first, again] = [await call(), await call()];
        all.push([kind, values().filter((_, at) => first.indexOf(first[at]) !== at).map(show), values().filter((_, at) => first[at] !== again[at]).map(show), first.length]);
      }
      return all;
    }, String(differentContents));
    for (const [kind, equal, split, values] of told) {
      assert.deepEqual(equal, [], `${kind}: different values that were taken for one that came before`);
      assert.deepEqual(split, [], `${kind}: equal values that were taken for another call`);
      assert.ok(values > 60);
    }
  }));

test("contents are found again after a reload", () =>
  visit(counting, async ({ page, reload }) => {
    const calls = () =>
      page.evaluate(async () => {
        const { persisted, file, post } = app;
        const form = new FormData();
        form.append("f", file("in a form"));
        const before = app.runs();
        const values = await Promise.all([persisted(new Blob(["a", "b"])), persisted(new Blob(["ab"])), persisted(file("ab")), persisted({ list: [file("ab")] }, 1), persisted(form), persisted(post("ab")), persisted(new Blob([new Uint8Array(2_500_000)]))]);
        await app.flush();
        return [values, app.runs() - before];
      });
    const [values, runs] = await calls();
    assert.equal(runs, 6, "two were equal");
    assert.equal(values[0], values[1]);
    await reload();
    assert.deepEqual(await calls(), [values, 0]);
  }));

test("where the caller does not wait, content is an error with the path, the type and what to do instead, and nothing is broken", () =>
  visit(counting, async ({ page }) => {
    const told = await page.evaluate(async () => {
      const { cacheData, cacheResource, caught, file, post } = app;
      let runs = 0;
      const body = (thing, _second) => [typeof thing, (runs += 1)];
      const sync = cacheData((thing, second) => body(thing, second), { name: "sync", persist: false });
      const resource = cacheResource((thing) => body(thing), { name: "live" });
      const promising = cacheData((thing) => Promise.resolve(body(thing)), { name: "promising", persist: false });
      const form = new FormData();
      form.append("text", "1");
      const text = new FormData();
      text.append("text", "1");
      form.append("f", file("a"));
      const refused = [];
      for (const act of [
        () => sync(file("a")),
        () => sync(1, { list: [new Blob(["a"])] }),
        () => sync(new Map([["f", file("a")]])),
        () => sync(form),
        () => sync(post("a")),
        () => resource(new Blob(["a"])),
        () => promising(new Blob(["a"])),
        () => app.hash([file("a")]),
      ])
        refused.push(await caught(act));
      const isThrown = (() => {
        try {
          return !sync(file("a"));
        } catch {
          return true;
        }
      })();
      const bytes = async () => sync(new Uint8Array(await file("a").arrayBuffer()));
      const after = [sync(1), sync(1), await bytes(), await bytes(), sync(text), sync(new Request("/echo")), sync(new Request("/echo")), resource(1), resource(1), await promising(1), await promising(1)];
      return [refused, isThrown, after.map(([, run]) => run), runs, app.faults()];
    });
    const [refused, isThrown, after, runs, faults] = told;
    assert.deepEqual(
      refused.map(({ name, code, path, param, type, functionName, isOurs }) => [name, code, path, param, type, functionName, isOurs]),
      [
        ["arguments[0]", "thing", "File", "sync"],
        ["arguments[1].list[0]", "second", "Blob", "sync"],
        ["arguments[0].values()[0]", "thing", "File", "sync"],
        ["arguments[0][1][1]", "thing", "File", "sync"],
        ["arguments[0]", "thing", "Request", "sync"],
        ["arguments[0]", "thing", "Blob", "live"],
        ["arguments[0]", "thing", "Blob", "promising"],
        ["value[0]", undefined, "File", ""],
      ].map((fields) => ["UnhashableParamError", "unhashable-param", ...fields, true]),
    );
    for (const { message } of refused.slice(0, -1)) assert.match(message, /read asynchronously.*`async` function.*persist.*new Uint8Array\(await blob\.arrayBuffer\(\)\)/s);
    assert.match(refused.at(-1).message, /Use hashAsync/);
    assert.ok(isThrown, "a synchronous function throws at once");
    assert.deepEqual(after, [1, 1, 2, 2, 3, 4, 4, 5, 5, 6, 6], "and works for everything else");
    assert.equal(runs, 6);
    assert.deepEqual(faults, []);
  }));

test("a synchronous function stays synchronous, whatever its name and its parameters are called", () =>
  visit(counting, async ({ page }) => {
    const told = await page.evaluate(async () => {
      const { async } = { async(thing) { return typeof thing; } };
      const byMethod = app.cacheData(async, { name: "method", persist: false });
      const byParameter = app.cacheData((async) => typeof async, { name: "parameter", persist: false });
      const bare = app.cacheData(eval("async => typeof async"), { name: "bare", persist: false });
      const told = [];
      for (const load of [byMethod, byParameter, bare]) {
        try {
          told.push(load(new Blob(["a"])) instanceof Promise ? "a promise" : "a value");
        } catch ({ name }) {
          told.push(name);
        }
      }
      return told;
    });
    assert.deepEqual(told, Array(3).fill("UnhashableParamError"));
  }));

test("a rule for blobs is asked instead of their content, in synchronous functions too", () =>
  visit(
    counting,
    async ({ page }) => {
      const told = await page.evaluate(async () => {
        const { cacheData, file } = app;
        let runs = 0;
        const byName = cacheData((_file) => (runs += 1), { name: "byName", persist: false, hashFuncs: [[File, (file) => [file.name, file.size]]] });
        const bySize = cacheData(async (_blob) => (runs += 1), { name: "bySize", hashFuncs: [["Blob", (blob) => blob.size]] });
        const leftOut = cacheData((_file, _id) => (runs += 1), { name: "leftOut", persist: false, params: ["_file", "id"] });
        const values = [byName(file("ab")), byName(file("xy")), byName(file("xy", "b.txt")), await bySize(new Blob(["ab"])), await bySize(file("xy")), await bySize(new Blob(["abc"])), leftOut(file("a"), 1), leftOut(file("b"), 1)];
        return [values, reads.sizes];
      });
      assert.deepEqual(told, [[1, 1, 2, 3, 3, 4, 5, 5], []]);
    },
    { init: [watchedBlobs] },
  ));

test("the content is read as often as it is hashed, and not at all where nothing is cached", () =>
  visit(
    counting,
    async ({ page }) => {
      const told = await page.evaluate(async () => {
        const off = app.cacheData(async (_blob) => app.count(), { name: "off", enabled: false });
        await off(new Blob(["a"]));
        const steps = [reads.sizes.splice(0)];
        for (let i = 0; i < 2; i++) {
          await app.persisted(new Blob(["abc"]));
          await app.memory(new Blob([new Uint8Array(3 * 1024 * 1024 - 1)]));
          steps.push(reads.sizes.splice(0));
        }
        return steps;
      });
      const MIB = 1024 * 1024;
      assert.deepEqual(told, [[], [3, MIB, MIB, MIB - 1], [3, MIB, MIB, MIB - 1]]);
    },
    { init: [watchedBlobs] },
  ));

test("50 calls with equal contents in objects of their own run the function once", () =>
  visit(counting, async ({ page }) => {
    const told = await page.evaluate(async () => {
      const all = [];
      for (const kind of ["persisted", "memory", "resource"]) {
        const before = app.runs();
        const values = await Promise.all(Array.from({ length: 50 }, (_, at) => app[kind]({ file: app.file("same"), blob: new Blob(at % 2 ? ["ab", "c"] : ["abc"]) })));
        all.push([new Set(values).size, app.runs() - before]);
      }
      return all;
    });
    assert.deepEqual(told, [[1, 1], [1, 1], [1, 1]]);
  }));

test("delete, key and clear find calls by content; peek, which gives an answer now, says that it cannot", () =>
  visit(counting, async ({ page, reload }) => {
    const told = await page.evaluate(async () => {
      const all = [];
      for (const kind of ["persisted", "memory", "resource"]) {
        const load = app[kind];
        const make = (text) => ({ file: app.file(text) });
        const [a, b] = [await load(make("a")), await load(make("b"))];
        const keys = [await load.key(make("a")), await load.key(make("a")), await load.key(make("b"))];
        const removed = [await load.delete(make("nothing")), await load.delete(make("a")), await load.delete(make("a"))];
        const after = [(await load(make("a"))) === a, (await load(make("b"))) === b];
        const cleared = [await load.clear(make("b")), await load.clear(), await load.clear()];
        const gone = [(await load(make("a"))) > b, (await load(make("b"))) > b];
        all.push([keys.map((key) => key === keys[0]), keys.every((key) => /^[0-9a-f]{64}$/.test(key)), removed, after, cleared, gone]);
      }
      return all;
    });
    for (const each of told) assert.deepEqual(each, [[true, true, false], true, [0, 1, 0], [false, true], [1, 1, 0], [true, true]]);
    const before = await page.evaluate(async () => {
      const value = await app.persisted(app.file("kept"));
      await app.flush();
      return [value, await app.persisted.key(app.file("kept"))];
    });
    await reload();
    const after = await page.evaluate(async () => [await app.persisted.key(app.file("kept")), await app.persisted.delete(app.file("kept")), await app.persisted(app.file("kept"))]);
    assert.deepEqual(after.slice(0, 2), [before[1], 1]);
    assert.notEqual(after[2], before[0]);
    const peeked = await page.evaluate(() => app.caught(() => app.persisted.peek({ file: app.file("kept") })));
    assert.deepEqual([peeked.name, peeked.path, peeked.type], ["UnhashableParamError", "arguments[0].file", "File"]);
    assert.doesNotMatch(peeked.message, /Make it an `async` function, or persist it/, "it is both already");
  }));

test("hashAsync gives one digest for equal contents, in a page, a worker, an iframe and in Node", () =>
  visit(
    counting,
    async ({ page }) => {
      const values = `[new Blob(), new Blob(["abc"]), new Blob(["abc"], { type: "text/plain" }), new File(["abc"], "a.txt", { lastModified: 5 }), { list: [new Blob(["abc"])] }, new Blob([new Uint8Array(2_500_000).fill(7)]), [1, { a: new Date(0) }]]`;
      const [inPage, inFrame, inWorker] = await page.evaluate(async (values) => {
        const hashes = (values) => Promise.all(values.map((value) => app.hashAsync(value)));
        const frame = document.body.appendChild(document.createElement("iframe"));
        const worker = new Worker("/worker.js", { type: "module" });
        worker.postMessage(values);
        const fromWorker = await new Promise((resolve) => (worker.onmessage = ({ data }) => resolve(data)));
        const form = () => {
          const data = new frame.contentWindow.FormData();
          data.append("f", new frame.contentWindow.File(["a"], "a.txt", { lastModified: 5 }));
          return data;
        };
        const own = new FormData();
        own.append("f", app.file("a"));
        const post = (type) => new type("/echo", { method: "POST", body: "a" });
        const [foreign, ours] = [await hashes([form(), post(frame.contentWindow.Request)]), await hashes([own, post(Request)])];
        return [await hashes(eval(values)), [...(await hashes(frame.contentWindow.eval(values))), ...foreign.map((hash, at) => hash === ours[at])], fromWorker];
      }, values);
      for (const digest of inPage) assert.match(digest, /^[0-9a-f]{32}$/);
      assert.equal(new Set(inPage).size, inPage.length);
      assert.deepEqual(inFrame, [...inPage, true, true]);
      assert.deepEqual(inWorker, inPage);
      const { hash, hashAsync } = await import("../../pkg/keepsake.js");
      assert.deepEqual(await Promise.all((0, eval)(values).map((value) => hashAsync(value))), inPage);
      assert.equal(await hashAsync([1]), hash([1]), "without contents it is hash()");
    },
    {
      files: {
        "worker.js": `const loaded = import("/pkg/keepsake.js");
          onmessage = async ({ data }) => {
            const { hashAsync } = await loaded;
            postMessage(await Promise.all(eval(data).map((value) => hashAsync(value))));
          };`,
      },
    },
  ));

test("a 300 MB file is read in pieces of a mebibyte, one at a time, and the memory of the WebAssembly does not grow", () =>
  visit(
    counting,
    async ({ page }) => {
      const told = await page.evaluate(async () => {
        const MIB = 1024 * 1024;
        const part = new Blob([new Uint8Array(MIB).map((_, at) => at * 7)]);
        const whole = (parts, ...more) => new File([...Array.from({ length: parts }, () => part), ...more], "large.bin", { lastModified: 5 });
        await app.hashAsync(whole(1));
        Object.assign(reads, { sizes: [], most: 0 });
        const before = memory();
        const digest = await app.hashAsync([whole(300)]);
        const sizes = reads.sizes.splice(0);
        const { most } = reads;
        const grown = memory() - before;
        const calls = [await app.persisted(whole(24)), await app.persisted(whole(24)), await app.persisted(whole(24, "x")), await app.persisted(whole(23, part.slice(0, MIB - 1), "x"))];
        return { digest, sizes: [sizes.length, Math.max(...sizes), sizes.reduce((sum, size) => sum + size)], most, grown, calls: calls.map((run) => calls.indexOf(run)), later: memory() - before };
      });
      assert.match(told.digest, /^[0-9a-f]{32}$/);
      assert.deepEqual(told.sizes, [300, 1_048_576, 300 * 1_048_576]);
      assert.equal(told.most, 1);
      assert.deepEqual([told.grown, told.later], [0, 0]);
      assert.deepEqual(told.calls, [0, 0, 2, 3]);
    },
    { init: [watchedBlobs, watchedMemory] },
  ));

test("while a large blob is streamed, other calls are answered, and every one is right", () =>
  visit(
    counting,
    async ({ page }) => {
      const told = await page.evaluate(async () => {
        const { persisted, memory, resource, hash, hashAsync, post } = app;
        const sync = app.cacheData((id) => [id, app.count()], { name: "sync", persist: false });
        const MIB = 1024 * 1024;
        const large = (last) => new Blob([new Uint8Array(5 * MIB).fill(9), last]);
        const undisturbed = [await persisted.key(large("a")), await hashAsync(large("a")), hash("b".repeat(200_000)), await memory.key("c"), await hashAsync(new Blob(["d"]))];
        await sync(0);
        reads.hold();
        const slow = [persisted(large("a")), memory(large("a")), resource(large("a")), persisted(large("b")), persisted.key(large("a")), hashAsync(large("a"))];
        const others = [];
        for (let round = 1; round <= 6; round++) {
          await reads.begun(6 * round);
          others.push([sync(0)[1], sync(round)[0], sync("x".repeat(100_000 * round))[0].length, sync(new Map([[round, new Uint8Array(70_000)]]))[0].size, hash("b".repeat(200_000)), await memory.key("c"), await persisted(round), await persisted(round)]);
          reads.letGo(6);
        }
        reads.letGo();
        const values = await Promise.all(slow);
        const again = [await persisted(large("a")), await memory(large("a")), await resource(large("a")), await persisted(large("b"))];
        const small = [await hashAsync(new Blob(["d"])), await memory(post("x"))];
        return { undisturbed, values, again, small, others };
      });
      const { undisturbed, values, again, small, others } = told;
      assert.deepEqual(again, values.slice(0, 4));
      assert.equal(new Set(again).size, 4);
      assert.deepEqual([values[4], values[5], small[0]], [undisturbed[0], undisturbed[1], undisturbed[4]]);
      others.forEach(([first, id, length, size, digest, key, run, same], at) => {
        assert.deepEqual([first, id, length, size, digest, key, run], [others[0][0], at + 1, 100_000 * (at + 1), 1, undisturbed[2], undisturbed[3], same], `round ${at}`);
      });
      assert.equal(new Set(others.map(([, , , , , , run]) => run)).size, 6);
    },
    { init: [watchedBlobs] },
  ));

/** Answers with what it was asked. */
const echo = async (request) => {
  let body = "";
  for await (const chunk of request) body += chunk;
  return `${request.method} ${request.headers["x-tenant"] ?? "-"} ${body}`;
};

test("a request can still be sent by the function that it was passed to", () =>
  visit(
    (keepsake) => {
      const send = async (request) => {
        const response = await fetch(request);
        return response.text();
      };
      const { cacheData, flush } = keepsake;
      const post = (body, tenant = "1") => new Request("/echo", { method: "POST", body, headers: { "x-tenant": tenant } });
      return { post, flush, persisted: cacheData(send, { name: "persisted" }), memory: cacheData(send, { name: "memory", persist: false }) };
    },
    async ({ page, reload, web }) => {
      const answers = () =>
        page.evaluate(async () => {
          const { post, persisted, memory, flush } = app;
          const form = () => {
            const data = new FormData();
            data.append("f", new File(["in a form"], "a.txt", { lastModified: 5 }));
            return data;
          };
          const text = "ä".repeat(800_000);
          const all = [await persisted(post("a")), await persisted(post("a")), await persisted(post("b")), await persisted(post("a", "2")), await memory(post("a")), await memory(post("a")), ...(await Promise.all([persisted(post("c")), persisted(post("c"))])), await persisted(new Request("/echo", { headers: { "x-tenant": "3" } })), (await persisted(post(text))) === `POST 1 ${text}`, (await persisted(post(form()))).includes("in a form")];
          await flush();
          return all;
        });
      const expected = ["POST 1 a", "POST 1 a", "POST 1 b", "POST 2 a", "POST 1 a", "POST 1 a", "POST 1 c", "POST 1 c", "GET 3 ", true, true];
      assert.deepEqual(await answers(), expected);
      assert.equal(web.count("/echo"), 8);
      await reload();
      assert.deepEqual(await answers(), expected);
      assert.equal(web.count("/echo"), 10, "only what is in memory alone, and the form, whose boundary is another one each time");
    },
    { files: { echo } },
  ));

test("one request object called with twice at the same time is sent once; afterwards its body has been used", () =>
  visit(
    counting,
    async ({ page, web }) => {
      const told = await page.evaluate(async () => {
        const send = app.cacheData(async (request) => (await fetch(request)).text(), { name: "send" });
        const request = app.post("once");
        const values = await Promise.all([send(request), send(request), send(app.post("once"))]);
        return [values, await app.caught(() => send(request)), await send(app.post("once")), app.faults()];
      });
      const [values, refused, after, faults] = told;
      assert.deepEqual([values, after, faults], [Array(3).fill("POST - once"), "POST - once", []]);
      assert.equal(web.count("/echo"), 1);
      assert.deepEqual([refused.name, refused.path, refused.type, refused.isOurs], ["UnhashableParamError", "arguments[0]", "Request", true]);
      assert.match(refused.message, /a Request whose body has been used.*request\.clone\(\)/s);
    },
    { files: { echo } },
  ));

test("a request whose body has been used is an error that says so", () =>
  visit(counting, async ({ page }) => {
    const told = await page.evaluate(async () => {
      const used = async () => {
        const request = app.post("a");
        await request.text();
        return request;
      };
      const sync = app.cacheData((_request) => app.count(), { name: "sync", persist: false });
      const all = [];
      for (const load of [app.persisted, app.memory, app.resource, sync, app.hashAsync, app.hash]) {
        const request = await used();
        all.push(await app.caught(() => load({ list: [request] })));
      }
      return [all, await app.persisted(1), app.runs(), app.faults()];
    });
    for (const { name, path, type, message } of told[0]) {
      assert.deepEqual([name, path.replace(/^(arguments\[0\]|value)/, ""), type], ["UnhashableParamError", ".list[0]", "Request"]);
      assert.match(message, /a Request whose body has been used.*request\.clone\(\)/s);
    }
    assert.deepEqual(told.slice(1), [1, 1, []]);
  }));

test("a request whose body somebody is reading never breaks the call", () =>
  visit(counting, async ({ page }) => {
    const told = await page.evaluate(async () => {
      const locked = () => {
        const request = app.post("a");
        request.body.getReader();
        return request;
      };
      const all = [];
      for (const load of [app.persisted, app.memory, app.resource]) all.push(await app.caught(() => load(locked())), await app.caught(() => load.key(locked())));
      return [all.map(({ got, isOurs, name }) => (got === undefined ? isOurs || name : "computed")), typeof (await app.persisted(1))];
    });
    for (const outcome of told[0]) assert.ok(outcome === "computed" || outcome === true, `a platform's ${outcome} instead of the function's result or an error of ours`);
    assert.equal(told[1], "number");
  }));

test("a content that cannot be read means an uncached call, told of once", () =>
  visit(
    counting,
    async ({ page }) => {
      const told = await page.evaluate(async () => {
        const all = [];
        await app.persisted("open");
        app.events();
        for (const kind of ["persisted", "memory", "resource"]) {
          const load = app[kind];
          const large = () => ({ blob: new Blob([new Uint8Array(1_500_000)]), bytes: new Uint8Array(300) });
          reads.failures = 2;
          const failed = [await load(large()), await load(large())];
          const events = app.events();
          const kept = [await load(large()), await load(large())];
          reads.failures = 2;
          const found = [await load.delete(large()), await load.key(large())];
          const after = await load(large());
          all.push([new Set([...failed, ...kept]).size, kept[0] === kept[1], after === kept[0], events, found, app.events().filter((event) => event.includes("-"))]);
        }
        reads.failures = 1;
        const hashed = await app.caught(() => app.hashAsync(new Blob(["a"])));
        return [all, hashed.name, await app.hashAsync(new Blob(["a"])), app.faults()];
      });
      const [all, hashed, digest, faults] = told;
      for (const each of all) assert.deepEqual(each, [3, true, true, ["content-unreadable"], [0, ""], []]);
      assert.equal(hashed, "NotReadableError", "hashAsync passes on what the platform says");
      assert.match(digest, /^[0-9a-f]{32}$/);
      assert.equal(faults.length, 3, "one for each function");
    },
    { init: [watchedBlobs] },
  ));

test("a request whose body breaks off means an uncached call, told of once", () =>
  visit(counting, async ({ page }) => {
    const told = await page.evaluate(async () => {
      const broken = () =>
        new Request("/echo", {
          method: "POST",
          duplex: "half",
          body: new ReadableStream({
            start(controller) {
              controller.enqueue(new Uint8Array([1, 2, 3]));
              controller.error(new Error("the line broke"));
            },
          }),
        });
      const values = [await app.persisted(broken()), await app.memory(broken()), await app.persisted(broken())];
      return [values, app.events().filter((event) => event.includes("-")), (await app.caught(() => app.hashAsync(broken()))).name];
    });
    const [values, faults, hashed] = told;
    assert.deepEqual([values, faults, hashed], [[1, 2, 3], ["content-unreadable", "content-unreadable"], "TypeError"]);
  }));

/** The ways to change an argument: its first content, the argument, and the change. Sent to pages as text. */
const changes = {
  "another file": () => ({ query: { file: app.file("a") }, change: (query) => (query.file = app.file("b")), same: () => ({ file: app.file("a") }), changed: () => ({ file: app.file("b") }) }),
  "a property beside it": () => ({ query: { file: app.file("a"), page: 1 }, change: (query) => (query.page += 1), same: () => ({ file: app.file("a"), page: 1 }), changed: () => ({ file: app.file("a"), page: 2 }) }),
  "bytes beside it": () => ({ query: [app.file("a"), new Uint8Array(400)], change: ([, bytes]) => (bytes[399] = 1), same: () => [app.file("a"), new Uint8Array(400)], changed: () => [app.file("a"), new Uint8Array(400).fill(1, 399)] }),
  "a header of a request": () => ({ query: app.post("a"), change: (request) => request.headers.set("x-tenant", "2"), same: () => app.post("a"), changed: () => app.post("a", { headers: { "x-tenant": "2" } }) }),
  "a form": () => {
    const form = (...entries) => entries.reduce((data, entry) => (data.append("f", app.file(entry)), data), new FormData());
    return { query: form("a"), change: (data) => data.append("f", app.file("b")), same: () => form("a"), changed: () => form("a", "b") };
  },
  "a file becomes a text": () => ({ query: { file: app.file("a") }, change: (query) => (query.file = "b"), same: () => ({ file: app.file("a") }), changed: () => ({ file: "b" }) }),
  "a text becomes a file": () => ({ query: { file: "a", more: app.file("x") }, change: (query) => (query.file = app.file("b")), same: () => ({ file: "a", more: app.file("x") }), changed: () => ({ file: app.file("b"), more: app.file("x") }) }),
};

for (const moment of ["before the database is open", "while the content is read"]) {
  test(`an argument with a content that is changed ${moment}: the function runs, and nothing is kept or shared`, () =>
    visit(
      counting,
      async ({ page }) => {
        const told = await page.evaluate(
          async ([changes, isBefore]) => {
            const all = [];
            for (const [what, text] of changes) {
              for (const kind of isBefore ? ["persisted"] : ["persisted", "memory", "resource"]) {
                const faults = [];
                const fresh = app.createKeepsake({ namespace: `${what} ${kind}`, onEvent: ({ code }) => code && faults.push(code) });
                const run = async (_thing) => app.count();
                const load = kind === "resource" ? fresh.cacheResource(run, { name: "load" }) : fresh.cacheData(run, { name: "load", persist: kind === "persisted" });
                const { query, change, same, changed } = eval(`(${text})`)();
                if (!isBefore) {
                  await load("open");
                  reads.hold();
                }
                const call = load(query);
                if (!isBefore) await reads.begun(1);
                change(query);
                if (!isBefore) reads.letGo();
                const value = await call;
                const told = faults.splice(0);
                all.push([`${what}, ${kind}`, value, [await load(same()), await load(changed()), await load(same()), await load(changed())], told, faults]);
              }
            }
            return all;
          },
          [Object.entries(changes).map(([what, make]) => [what, String(make)]), moment.startsWith("before")],
        );
        for (const [what, value, after, faults, later] of told) {
          assert.equal(typeof value, "number", what);
          assert.deepEqual([new Set([value, ...after]).size, after[0] === after[2], after[1] === after[3]], [3, true, true], `${what}: ${value}, ${after}`);
          assert.deepEqual([faults, later], [["arguments-changed"], []], `${what}: one warning`);
        }
      },
      { init: [watchedBlobs] },
    ));
}

test("who joins a call whose argument has changed computes from the own arguments", () =>
  visit(
    (keepsake) => {
      const faults = [];
      keepsake.configure({ onEvent: ({ code }) => code && faults.push(code) });
      const load = keepsake.cacheData(async (query) => query.file.text(), { name: "load" });
      return { ...keepsake, load, faults };
    },
    async ({ page }) => {
      const told = await page.evaluate(async () => {
        const make = () => ({ file: new Blob(["a"]) });
        const query = make();
        const calls = [app.load(query), app.load(make()), app.load(make())];
        query.file = new Blob(["b"]);
        return [await Promise.all(calls), await app.load(make()), await app.load({ file: new Blob(["b"]) }), app.faults];
      });
      assert.deepEqual(told, [["b", "a", "a"], "a", "b", ["arguments-changed"]]);
    },
  ));

test("a request that its caller sends right after the call: the function runs, and nothing is kept", () =>
  visit(
    counting,
    async ({ page }) => {
      const told = await page.evaluate(async () => {
        const all = [];
        for (const kind of ["persisted", "memory"]) {
          const request = app.post("a");
          const call = app[kind](request);
          const text = await (await fetch(request)).text();
          const values = [await call, await app[kind](app.post("a")), await app[kind](app.post("a"))];
          all.push([text, values[0] !== values[1], values[1] === values[2], app.events().filter((event) => event.includes("-"))]);
        }
        return all;
      });
      assert.deepEqual(told, Array(2).fill(["POST - a", true, true, ["arguments-changed"]]));
    },
    { files: { echo } },
  ));

test("a content may be made anew at each asking, by keyBy, hash rules, registered types and deps", () =>
  visit(counting, async ({ page, reload }) => {
    const calls = () =>
      page.evaluate(async () => {
        const classOf = () =>
          class {
            constructor(text) {
              this.text = text;
            }
          };
        const [Document, Registered] = [classOf(), classOf()];
        const blobOf = ({ text }) => new Blob([text]);
        app.registerType({ type: Registered, tag: "registered", encode: blobOf, decode: () => null });
        const ways = {
          keyBy: [Document, { keyBy: (document) => blobOf(document).slice(0, 4) }],
          hashFuncs: [Document, { hashFuncs: [[Document, blobOf]] }],
          registerType: [Registered, {}],
          deps: [Document, { deps: () => [blobOf({ text: "deps" })], keyBy: ({ text }) => text }],
        };
        const all = [];
        for (const [way, [type, options]] of Object.entries(ways)) {
          for (const persist of [true, false]) {
            const load = app.cacheData(async (_document) => app.count(), { name: way, ...options, persist });
            all.push([way, persist, [await load(new type("a")), await load(new type("a")), await load(new type("b"))]]);
          }
        }
        await app.flush();
        return [all, app.faults()];
      });
    const [before, faults] = await calls();
    const wrong = before.filter(([, , [first, again, other]]) => first !== again || again === other);
    assert.deepEqual(wrong, [], "these give equal contents at each asking, and are not found again");
    assert.deepEqual(faults, [], "nothing has changed");
    await reload();
    const [after] = await calls();
    const persisted = (all) => all.filter(([, persist]) => persist);
    assert.deepEqual(persisted(after), persisted(before));
  }));

for (const act of ["the page is configured anew", "the namespace changes", "the user logs out"]) {
  test(`while a content is read ${act}: the value is right, and nothing is kept under the old moment`, () =>
    visit(
      counting,
      async ({ page, reload }) => {
        const calls = (act) =>
          page.evaluate(async (act) => {
            const { persisted, memory, file } = app;
            const both = async () => [await persisted(file("x")), await memory(file("x"))];
            if (act === undefined) return [both.length, await both()];
            await persisted("open");
            reads.hold();
            const under = [persisted(file("x")), memory(file("x")), persisted.key(file("x")), persisted.delete(file("x"))];
            await reads.begun(4);
            if (act.includes("configured")) app.configure({ version: "2" });
            else if (act.includes("namespace")) app.configure({ namespace: "other" });
            else await app.destroy();
            reads.letGo();
            const first = await Promise.all(under);
            const next = [await both(), await both()];
            if (act.includes("configured")) app.configure({ version: undefined });
            if (act.includes("namespace")) app.configure({ namespace: "" });
            const back = await both();
            await app.flush();
            return [first, next, back, app.faults()];
          }, act);
        const [first, next, back, faults] = await calls(act);
        const isBack = !act.includes("logs out");
        assert.deepEqual(first.map((value) => typeof value), ["number", "number", "string", "number"]);
        assert.deepEqual(next[0], next[1], "what is computed afterwards is kept");
        assert.equal(new Set([...first.slice(0, 2), ...next[0], ...(isBack ? back : [])]).size, isBack ? 6 : 4, `${JSON.stringify([first, next, back])}`);
        assert.deepEqual(faults, []);
        await reload();
        const [, [onDisk]] = await calls();
        assert.equal(onDisk, back[0], "and of what was under way nothing is on the disk");
      },
      { init: [watchedBlobs] },
    ));
}

test("a clear while a content is read leaves every call right", () =>
  visit(
    counting,
    async ({ page }) => {
      const told = await page.evaluate(async () => {
        const { persisted, memory, resource, file } = app;
        const old = [await persisted(file("x")), await memory(file("x")), await resource(file("x"))];
        reads.hold();
        const calls = [persisted(file("x")), memory(file("x")), resource(file("x"))];
        await reads.begun(3);
        const removed = [await persisted.clear(), await app.cacheData.clear(), await app.cacheResource.clear()];
        reads.letGo();
        const values = await Promise.all(calls);
        return [values.map((value, at) => value > old[at]), removed, [await persisted(file("x")), await memory(file("x")), await resource(file("x"))].map((value, at) => value === values[at])];
      });
      assert.deepEqual(told, [[true, true, true], [1, 1, 1], [true, true, true]]);
    },
    { init: [watchedBlobs] },
  ));

test("a type that is registered while a content is read breaks nothing", () =>
  visit(
    counting,
    async ({ page }) => {
      const told = await page.evaluate(async () => {
        class Money {}
        await app.persisted("open");
        reads.hold();
        const calls = [app.persisted(app.file("x")), app.memory(app.file("x"))];
        await reads.begun(2);
        app.registerType({ type: Money, tag: "money", encode: () => 1, decode: () => new Money() });
        reads.letGo();
        const values = await Promise.all(calls);
        return [values, [await app.persisted(app.file("x")), await app.memory(app.file("x"))], app.faults()];
      });
      assert.deepEqual(told[1], told[0]);
      assert.deepEqual(told[2], []);
    },
    { init: [watchedBlobs] },
  ));

test("whenever the engine dies under a call with a content, the value is right, and caching works again", () =>
  visit(
    (keepsake) => {
      let made = 0;
      /** One instance of the library for each death: three of them within a minute would end it. */
      const trial = async (armed) => {
        const faults = [];
        const mine = keepsake.createKeepsake({ namespace: `n${(made += 1)}`, onEvent: ({ code }) => code && faults.push(code) });
        let runs = 0;
        const body = async ({ file }) => `${await file.text()} ${(runs += 1)}`;
        const functions = [mine.cacheData(body, { name: "persisted" }), mine.cacheData(body, { name: "memory", persist: false })];
        const whole = (text) => text.repeat(600_000);
        const file = (text) => new File([whole(text)], "a.txt", { lastModified: 5 });
        const call = (text) => Promise.all(functions.map((load) => load({ file: file(text) })));
        const wrong = [];
        const check = async (text) => {
          const values = await call(text);
          if (values.some((value) => !value.startsWith(`${whole(text)} `))) wrong.push(`not the value of ${text}`);
          return values.join();
        };
        await check("open");
        Object.assign(trap, { name: "", fired: 0, calls: {}, ...armed });
        await check("ab");
        const calls = { ...trap.calls };
        Object.assign(trap, { name: "" });
        const values = (await check("ab")) + (await check("cd"));
        const before = runs;
        if ((await check("ab")) + (await check("cd")) !== values || runs !== before) wrong.push("not cached afterwards");
        await mine.flush();
        return { wrong: [...wrong, ...faults], fired: trap.fired, calls };
      };
      return { ...keepsake, trial };
    },
    async ({ page }) => {
      const clean = await page.evaluate(() => app.trial({}));
      assert.deepEqual([clean.wrong, clean.fired], [[], 0]);
      const wrong = {};
      const names = Object.keys(clean.calls).filter((name) => !["scratch", "scratch_size"].includes(name));
      for (const name of names) {
        const calls = clean.calls[name];
        for (const [left, after] of [[1, false], [Math.ceil(calls / 2), true]]) {
          const told = await page.evaluate((armed) => app.trial(armed), { name, left, after });
          if (told.fired !== 1) told.wrong.push("it was not called so often");
          if (told.wrong.length > 0) wrong[`${name}, call ${left} of ${calls}, ${after ? "after" : "before"} its work`] = told.wrong;
        }
      }
      assert.deepEqual(wrong, {});
      assert.ok(names.length >= 9, names.join());
    },
    { init: [trapping] },
  ));

test("an engine that dies while the database is being made leaves one that can be used", () =>
  visit(
    (keepsake) => {
      const faults = [];
      keepsake.configure({ onEvent: ({ code }) => code && faults.push(code) });
      const run = async (_file) => (sessionStorage.runs = Number(sessionStorage.runs ?? 0) + 1);
      return { ...keepsake, faults, load: keepsake.cacheData(run, { name: "load" }), memory: keepsake.cacheData(run, { name: "memory", persist: false }) };
    },
    async ({ page, reload }) => {
      const call = () =>
        page.evaluate(async () => {
          const value = await app.load(new File(["a"], "a.txt", { lastModified: 5 }));
          await app.flush();
          return [value, app.faults];
        });
      await page.evaluate(async () => {
        const { open } = IDBFactory.prototype;
        IDBFactory.prototype.open = function (...given) {
          IDBFactory.prototype.open = open;
          const request = open.apply(this, given);
          request.addEventListener("upgradeneeded", () => {
            Object.assign(trap, { name: "board", left: 1 });
            app.memory(1);
          });
          return request;
        };
        await app.load(1);
      });
      assert.equal(await page.evaluate(() => trap.fired), 1);
      await reload();
      const first = await call();
      assert.deepEqual(first[1], []);
      await reload();
      assert.deepEqual(await call(), first, "what was kept is found again");
    },
    { init: [trapping] },
  ));

test("hashAsync gets over the end of the engine as hash does", () =>
  visit(
    counting,
    async ({ page }) => {
      const told = await page.evaluate(async () => {
        const value = () => [new Blob([new Uint8Array(1_500_000)]), "a"];
        const right = await app.hashAsync(value());
        const all = [];
        for (const name of ["digest_start", "digest_update"]) {
          Object.assign(trap, { name, left: 2, fired: 0 });
          if (name === "digest_start") trap.left = 1;
          const { got, message } = await app.caught(() => app.hashAsync(value()));
          all.push([name, trap.fired, got === right ? "right" : got ?? message]);
          trap.name = "";
        }
        return [all, (await app.hashAsync(value())) === right];
      });
      assert.deepEqual(told, [[["digest_start", 1, "right"], ["digest_update", 1, "right"]], true]);
    },
    { init: [trapping] },
  ));

test("what a blob or a request says about itself does not count", () =>
  visit(counting, async ({ page }) => {
    const told = await page.evaluate(async () => {
      const { file, post, memory, caught } = app;
      const same = new Blob(["same"]);
      const lies = [
        [file, { size: 0, slice: () => same, arrayBuffer: async () => new ArrayBuffer(1), stream: () => same.stream(), type: "lie", name: "lie", lastModified: 0, then: (resolve) => resolve(same) }],
        [post, { clone: () => post("same"), blob: async () => same, body: null, bodyUsed: true, method: "GET", url: "/lie", headers: new Headers(), then: (resolve) => resolve(same) }],
      ];
      const wrong = [];
      for (const [make, all] of lies) {
        for (const [lie, value] of Object.entries(all)) {
          const call = async (text) => {
            const { got, name } = await caught(() => memory({ lie, thing: Object.defineProperty(make(text), lie, { value }) }));
            return got ?? name;
          };
          const [a, b] = [await call("a"), await call("b")];
          if (a === b && a !== "UnhashableParamError") wrong.push(`${make.name}.${lie}: two contents are one call`);
        }
      }
      return wrong;
    });
    assert.deepEqual(told, []);
  }));

test("what only looks like a blob, a file, a form or a request is refused", () =>
  visit(counting, async ({ page }) => {
    const told = await page.evaluate(async () => {
      const make = {
        "a subclass": () => new (class Upload extends File {})(["a"], "a"),
        "an own property": () => Object.assign(new Blob(["a"]), { tenant: 1 }),
        "a prototype": () => Object.create(Blob.prototype),
        "another prototype": () => Object.setPrototypeOf(new Blob(["a"]), File.prototype),
        "a proxy": () => new Proxy(new Blob(["a"]), {}),
        "a class of that name": () => new (class Blob { size = 1; slice() {} })(),
        "a request's prototype": () => Object.create(Request.prototype),
        "a subclass of Request": () => new (class Signed extends Request {})("/echo"),
        "a form with an own property": () => Object.assign(new FormData(), { tenant: 1 }),
        "a response": () => new Response("a"),
        "a stream": () => new Blob(["a"]).stream(),
      };
      const all = [];
      for (const [what, value] of Object.entries(make)) all.push([what, (await app.caught(() => app.persisted([value()]))).name, (await app.caught(() => app.hashAsync([value()]))).name]);
      return all;
    });
    for (const [what, ...names] of told) assert.deepEqual(names, ["UnhashableParamError", "UnhashableParamError"], what);
  }));

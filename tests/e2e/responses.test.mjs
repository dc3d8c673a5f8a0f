// Responses: `cacheData(fetch)` and whatever else gives one. Every caller has a body of its own; what is no whole answer is
// given out and not kept. And beside them the other results that are not kept: refused by `cacheIf`, or no data at all.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import test from "node:test";
import { pages } from "./support/pages.mjs";

const visited = pages();
/** As by most servers: the browser's own cache asks each time, so that every request is seen. */
const visit = (app, body, options = {}) => visited(app, body, { headers: { "Cache-Control": "no-cache" }, ...options });

/** Cached functions around `fetch`, and what tells of a response. */
const fetching = (keepsake) => {
  const { cacheData, configure } = keepsake;
  const faults = [];
  configure({ onEvent: (event) => event.type === "fault" && faults.push(event) });
  const kinds = {
    bare: cacheData(fetch),
    persisted: cacheData(async (...args) => fetch(...args), { name: "persisted" }),
    memory: cacheData(async (...args) => fetch(...args), { name: "memory", persist: false }),
    promising: cacheData((...args) => fetch(...args), { name: "promising", persist: false }),
  };
  /** All that a response shows; the date is that of the request. */
  const facts = (response) => {
    const { url, status, statusText, ok, redirected, type, bodyUsed } = response;
    return { url, status, statusText, ok, redirected, type, bodyUsed, headers: [...response.headers].filter(([name]) => name !== "date"), isResponse: response instanceof Response };
  };
  const show = async (response) => ({ ...facts(response), text: await response.text() });
  const outcome = async (act) => {
    try {
      return { value: await act() };
    } catch (thrown) {
      return { thrown };
    }
  };
  const settled = async () => {
    for (let i = 0; i < 3; i++) await new Promise((resolve) => setTimeout(resolve));
  };
  return { ...keepsake, kinds, facts, show, outcome, settled, faults };
};

/** Beyond what the test's own site can do: a server of another origin, whose answers take their time. */
async function elsewhere(answer, body) {
  const seen = [];
  const open = new Set();
  const server = createServer((request, response) => {
    const headers = { "access-control-allow-origin": "*", "access-control-expose-headers": "*", "access-control-allow-methods": "*", "access-control-allow-headers": "*", "cache-control": "no-cache" };
    if (request.method === "OPTIONS") return response.writeHead(204, headers).end();
    seen.push(`${request.method} ${request.url}`);
    open.add(response);
    response.on("close", () => open.delete(response));
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    answer(request, response);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const until = async (condition) => {
    const end = Date.now() + 30_000;
    while (!condition()) {
      if (Date.now() > end) throw new Error(`still not so after 30 s: ${condition}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  };
  try {
    await body({ url: `http://127.0.0.1:${server.address().port}`, seen, open, until });
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

const FILES = {
  "rows.json": JSON.stringify([{ id: 1 }, { id: 2 }]),
  "page.html": "<!doctype html><p>Grüße</p>",
  "bytes.bin": Buffer.from([0, 255, 128, 10, 13, 0]),
  "made": { status: 201, headers: { "X-Tenant": "a", "X-Twice": "1, 2" }, body: "made" },
  "empty.txt": { body: "" },
  "moved": { status: 302, headers: { Location: "/rows.json?moved" } },
};

for (const kind of ["bare", "persisted", "memory", "promising"]) {
  test(`a response is found again as it was, and nothing is asked for twice: ${kind}`, () =>
    visit(
      fetching,
      async ({ page, reload, web }) => {
        const calls = () =>
          page.evaluate(async (kind) => {
            const load = app.kinds[kind];
            const all = {};
            for (const path of ["/rows.json", "/page.html", "/bytes.bin", "/made", "/empty.txt", "/moved"]) {
              const [first, joined] = await Promise.all([load(path), load(path)]);
              const hit = await load(path);
              all[path] = await Promise.all([first, joined, hit].map(app.show));
              all[path].push(first !== joined && joined !== hit);
            }
            await app.flush();
            return all;
          }, kind);
        const told = await calls();
        const asked = ["/page.html", "/bytes.bin", "/made", "/empty.txt", "/moved"].map(web.count);
        const reallyIs = await page.evaluate(async (paths) => Object.fromEntries(await Promise.all(paths.map(async (path) => [path, await app.show(await fetch(path))]))), Object.keys(told));
        for (const [path, [first, joined, hit, areOwn]] of Object.entries(told)) {
          assert.deepEqual([first, joined, hit, areOwn], [reallyIs[path], reallyIs[path], reallyIs[path], true], path);
        }
        assert.deepEqual([asked, web.count("/rows.json")], [[1, 1, 1, 1, 1], 4], "/rows.json is also where /moved leads");
        assert.equal(reallyIs["/moved"].redirected, true);
        if (kind === "memory" || kind === "promising") return;
        const before = Object.keys(told).map(web.count);
        await reload();
        const later = await calls();
        for (const [path, responses] of Object.entries(later)) assert.deepEqual(responses, told[path], path);
        assert.deepEqual(Object.keys(told).map(web.count), before, "from the disk");
      },
      { files: FILES },
    ));

  test(`each caller reads a body of its own, in any way: ${kind}`, () =>
    visit(
      fetching,
      async ({ page, reload, web }) => {
        const calls = () =>
          page.evaluate(async (kind) => {
            const load = () => app.kinds[kind]("/rows.json");
            const hex = (buffer) => [...new Uint8Array(buffer)].map((byte) => String.fromCharCode(byte)).join("");
            const stream = async (body) => {
              let text = "";
              const decoder = new TextDecoder();
              for await (const chunk of body) text += decoder.decode(chunk, { stream: true });
              return text;
            };
            const ways = {
              text: (response) => response.text(),
              json: async (response) => JSON.stringify(await response.json()),
              arrayBuffer: async (response) => hex(await response.arrayBuffer()),
              bytes: async (response) => hex(await response.bytes()),
              blob: async (response) => {
                const blob = await response.blob();
                return blob.type === "application/json" || blob.type.startsWith("application/json;") ? blob.text() : blob.type;
              },
              stream: (response) => stream(response.body),
              clone: async (response) => {
                const clone = response.clone();
                const second = clone.clone();
                const same = [clone, second].every((one) => one.url === response.url && one.status === 200 && one.type === response.type && one instanceof Response);
                const texts = await Promise.all([clone.text(), second.text(), response.text()]);
                return same && new Set(texts).size === 1 ? texts[0] : "another";
              },
              again: async (response) => new Response(response.body, response).text(),
              both: async (response) => {
                const text = await response.text();
                return (await app.outcome(() => response.text())).thrown instanceof TypeError ? text : "read twice";
              },
              copied: async (response) => new TextDecoder().decode(structuredClone(await response.arrayBuffer())),
            };
            const concurrent = await Promise.all(Object.values(ways).map(async (read) => read(await load())));
            const one = [];
            for (const read of Object.values(ways)) one.push(await read(await load()));
            const spoilt = await load();
            new Uint8Array(await spoilt.arrayBuffer()).fill(0);
            const after = await (await load()).text();
            await app.flush();
            return [...concurrent, ...one, after];
          }, kind);
        const texts = await calls();
        assert.deepEqual([new Set(texts), texts.length], [new Set([FILES["rows.json"]]), 21]);
        assert.equal(web.count("/rows.json"), 1);
        if (kind === "memory" || kind === "promising") return;
        await reload();
        assert.deepEqual(await calls(), texts);
        assert.equal(web.count("/rows.json"), 1);
      },
      { files: FILES },
    ));
}

/** Requests, and how often the server is asked by three calls, the last of which comes after a reload. Sent as text. */
const REQUESTS = () => ({
  "kept 200": { args: ["/kept 200"], asked: 1 },
  "kept 201": { args: ["/kept 201"], asked: 1 },
  "kept 203": { args: ["/kept 203"], asked: 1 },
  "kept 204": { args: ["/kept 204"], asked: 1 },
  "kept 205": { args: ["/kept 205"], asked: 1 },
  "left 404": { args: ["/left 404"], asked: 3 },
  "left 410": { args: ["/left 410"], asked: 3 },
  "left 500": { args: ["/left 500"], asked: 3 },
  "left 503": { args: ["/left 503"], asked: 3 },
  "left 206": { args: ["/left 206", { headers: { Range: "bytes=0-1" } }], asked: 3 },
  "left no-store": { args: ["/left no-store"], asked: 3 },
  "left private no-store": { args: ["/left private no-store"], asked: 3 },
  "kept private": { args: ["/kept private"], asked: 1 },
  "kept no-storage": { args: ["/kept no-storage"], asked: 1 },
  "kept event": { args: ["/kept event"], asked: 1 },
  "left event-stream": { args: ["/left event-stream"], asked: 3 },
  "left event-stream by another name": { args: ["/left event-stream by another name"], asked: 3 },
  "left redirect": { args: ["/left redirect", { redirect: "manual" }], asked: 3 },
  "kept HEAD": { args: ["/kept HEAD", { method: "HEAD" }], asked: 1 },
  "kept head": { args: ["/kept head", { method: "head" }], asked: 1 },
  "kept get": { args: ["/kept get", { method: "get" }], asked: 1 },
  "kept undefined": { args: ["/kept undefined", { method: undefined, body: undefined }], asked: 1 },
  "kept null": { args: ["/kept null", { body: null }], asked: 1 },
  "kept headers": { args: ["/kept headers", { headers: new Headers({ accept: "text/plain" }) }], asked: 1 },
  "kept options": { args: ["/kept options", { credentials: "omit", mode: "cors", referrer: "", integrity: "" }], asked: 1 },
  "kept signal": { args: ["/kept signal", { signal: new AbortController().signal }], asked: 1 },
  "kept URL": { args: [new URL("/kept URL", location.href)], asked: 1 },
  "kept Request": { args: [new Request("/kept Request")], asked: 1 },
  "kept Request and options": { args: [new Request("/kept Request and options"), { headers: { accept: "text/html" } }], asked: 1 },
  "kept Request HEAD": { args: [new Request("/kept Request HEAD", { method: "HEAD" })], asked: 1 },
  "left POST": { args: ["/left POST", { method: "POST" }], asked: 3 },
  "left post with a body": { args: ["/left post with a body", { method: "post", body: "a" }], asked: 3 },
  "left PUT": { args: ["/left PUT", { method: "PUT", body: new FormData() }], asked: 3 },
  "left PATCH": { args: ["/left PATCH", { method: "PATCH", body: new Blob(["a"]) }], asked: 3 },
  "left DELETE": { args: ["/left DELETE", { method: "DELETE" }], asked: 3 },
  "left Request POST": { args: [new Request("/left Request POST", { method: "POST", body: "a" })], asked: 3 },
  "left Request PUT": { args: [new Request("/left Request PUT", { method: "PUT" })], asked: 3 },
  "left Request that becomes a POST": { args: [new Request("/left Request that becomes a POST"), { method: "POST", body: "b" }], asked: 3 },
  "kept Request that becomes a GET": { args: [new Request("/kept Request that becomes a GET", { method: "POST" }), { method: "GET" }], asked: 1 },
});

const ANSWERS = {
  "left 206": { status: 206, headers: { "Content-Range": "bytes 0-1/4" }, body: "ab" },
  "left no-store": { headers: { "Cache-Control": "no-store" }, body: "secret" },
  "left private no-store": { headers: { "Cache-Control": "private,max-age=0, No-Store" }, body: "secret" },
  "kept private": { headers: { "Cache-Control": "private, max-age=0, must-revalidate" }, body: "mine" },
  "kept no-storage": { headers: { "Cache-Control": "no-cache, x-no-storage, no-storeroom" }, body: "mine" },
  "kept event": { headers: { "Content-Type": "text/event-streaming" }, body: "data: 1\n\n" },
  "left event-stream": { headers: { "Content-Type": "text/event-stream" }, body: "data: 1\n\n" },
  "left event-stream by another name": { headers: { "Content-Type": "Text/Event-Stream; charset=utf-8" }, body: "data: 1\n\n" },
  "left redirect": { status: 302, headers: { Location: "/" } },
};

test("what is no whole answer, and what asks for a change, is asked for each time", () =>
  visit(
    fetching,
    async ({ page, reload, web }) => {
      web.files["app.js"] = web.files["app.js"].replace("globalThis.app =", `globalThis.makeRequests = ${REQUESTS};\nglobalThis.app =`);
      const fill = (name) => {
        const status = Number(/\d{3}$/.exec(name)?.[0] ?? 200);
        return ANSWERS[name] ?? { status, body: [204, 205].includes(status) ? "" : `body of ${name}` };
      };
      await reload();
      const cases = await page.evaluate(() => Object.entries(makeRequests()).map(([name, { asked }]) => [name, asked]));
      for (const [name] of cases) web.files[name] = fill(name);
      const call = (times) =>
        page.evaluate(async (times) => {
          const all = {};
          for (let i = 0; i < times; i++) {
            for (const [name, { args }] of Object.entries(makeRequests())) {
              const { value, thrown } = await app.outcome(async () => app.show(await app.kinds.bare(...args)));
              (all[name] ??= []).push(value ?? String(thrown));
            }
          }
          await app.flush();
          return [all, app.faults.map(({ code }) => code)];
        }, times);
      const [first, faults] = await call(2);
      await reload();
      const [third, more] = await call(1);
      const real = await page.evaluate(async () => {
        const all = {};
        for (const [name, { args }] of Object.entries(makeRequests())) all[name] = await app.show(await fetch(...args));
        return all;
      });
      for (const [name, asked] of cases) {
        assert.deepEqual([...first[name], ...third[name]], Array(3).fill(real[name]), name);
        assert.equal(web.count(`/${name}`) - 1, asked, name);
        assert.equal(asked === 1, name.startsWith("kept"), name);
      }
      assert.deepEqual([...faults, ...more], []);
    },
    // A HEAD request and a manual redirect may have the browser say something; a failed request is told of in the console.
    { files: {}, console: Array.from({ length: 16 }, () => /^Failed to load resource: the server responded with a status of (404|410|500|503)/) },
  ));

test("an opaque response is given out and not kept, and each caller gets one", () =>
  elsewhere(
    (_, response) => response.end("not yours"),
    ({ url, seen }) =>
      visit(fetching, async ({ page }) => {
        const told = await page.evaluate(async (url) => {
          const load = () => app.kinds.bare(url, { mode: "no-cors" });
          const facts = (responses) => responses.map(({ type, status, ok }) => `${type} ${status} ${ok}`);
          const first = await Promise.all([load(), load(), load()]);
          const second = await load();
          return [facts([...first, second]), new Set(first).size, await first[0].text(), app.faults.map(({ code }) => code)];
        }, `${url}/opaque`);
        assert.deepEqual(told, [Array(4).fill("opaque 0 false"), 3, "", []]);
        assert.deepEqual(seen, ["GET /opaque", "GET /opaque"]);
      }),
  ));

for (const kind of ["bare", "persisted", "memory"]) {
  test(`callers of one response that is not kept share a request, and each reads it: ${kind}`, () =>
    visit(
      fetching,
      async ({ page, web }) => {
        const told = await page.evaluate(async (kind) => {
          const load = app.kinds[kind];
          const all = {};
          for (const path of ["/missing", "/broken", "/secret", "/part"]) {
            const responses = await Promise.all(Array.from({ length: 5 }, () => load(path)));
            const texts = await Promise.all([...responses].reverse().map((response) => response.text()));
            const again = await (await load(path)).text();
            // Whoever was first may be done with it before the others begin.
            const eager = load(path).then((response) => response.text());
            const late = await Promise.all([eager, load(path), load(path)]);
            all[path] = [new Set(responses).size, new Set(texts).size, texts[0] === again, new Set(responses.map(({ status }) => status)).size, late[0], await late[1].text(), await late[2].text()];
          }
          return all;
        }, kind);
        for (const path of ["missing", "broken", "secret", "part"]) {
          assert.deepEqual(told[`/${path}`], [5, 1, true, 1, path, path, path], path);
          assert.equal(web.count(path), 3, path);
        }
      },
      {
        files: { missing: { status: 404, body: "missing" }, broken: { status: 500, body: "broken" }, secret: { headers: { "Cache-Control": "no-store" }, body: "secret" }, part: { status: 206, body: "part" } },
        console: Array.from({ length: 6 }, () => /status of (404|500)/),
      },
    ));
}

test("concurrent POSTs are requests of their own, as are streams that are sent", () =>
  visit(
    fetching,
    async ({ page, web }) => {
      const told = await page.evaluate(async () => {
        const load = app.kinds.bare;
        const post = (body) => load("/count", { method: "POST", body });
        const responses = await Promise.all([post("a"), post("a"), post("a"), load(new Request("/count", { method: "POST", body: "a" })), load("/count", { method: "PUT" })]);
        const texts = await Promise.all(responses.map((response) => response.text()));
        return texts.sort();
      });
      assert.deepEqual(told, ["1", "2", "3", "4", "5"]);
      assert.equal(web.count("/count"), 5);
    },
    { files: { count: (() => { let count = 0; return () => String((count += 1)); })() } },
  ));

for (const kind of ["bare", "persisted", "memory"]) {
  test(`an endless event stream is there at once, goes on, and ends when its reader ends it: ${kind}`, () =>
    elsewhere(
      (_, response) => {
        response.writeHead(200, { "content-type": "text/event-stream" });
        response.write("data: 1\n\n");
      },
      ({ url, seen, open, until }) =>
        visit(fetching, async ({ page }) => {
          const first = await page.evaluate(
            async ([kind, url]) => {
              const load = app.kinds[kind];
              const init = { cache: "no-store" }; // the browser's own cache has callers of its own to think of
              globalThis.streams = await Promise.all([load(url, init), load(url, init)]);
              globalThis.readers = streams.map(({ body }) => body.pipeThrough(new TextDecoderStream()).getReader());
              return (await Promise.all(readers.map((reader) => reader.read()))).map(({ value }) => value);
            },
            [kind, `${url}/events`],
          );
          assert.deepEqual([first, seen.length], [["data: 1\n\n", "data: 1\n\n"], 1]);
          for (const response of open) response.write("data: 2\n\n");
          assert.deepEqual(await page.evaluate(async () => (await Promise.all(readers.map((reader) => reader.read()))).map(({ value }) => value)), ["data: 2\n\n", "data: 2\n\n"]);
          const again = page.evaluate(
            async ([kind, url]) => {
              const { body } = await app.kinds[kind](url, { cache: "no-store" });
              await body.cancel();
            },
            [kind, `${url}/events`],
          );
          await again;
          await until(() => open.size === 1);
          assert.equal(seen.length, 2);
          await page.evaluate(() => void readers.map((reader) => reader.cancel()));
          await until(() => open.size === 0);
        }),
    ));

  test(`an event stream is there at once though cacheIf is asked, and ends when its reader ends it: ${kind}`, () =>
    elsewhere(
      (_, response) => {
        response.writeHead(200, { "content-type": "text/event-stream" });
        response.write("data: 1\n\n");
      },
      ({ url, open, until }) =>
        visit(fetching, async ({ page }) => {
          const told = await page.evaluate(
            async ([kind, url]) => {
              const asked = [];
              const cacheIf = (response) => (asked.push(response.headers.get("content-type")), true);
              const own = {
                bare: () => app.cacheData(fetch, { cacheIf }),
                persisted: () => app.cacheData(async (...args) => fetch(...args), { cacheIf, name: "choosy" }),
                memory: () => app.cacheData(async (...args) => fetch(...args), { cacheIf, name: "choosy", persist: false }),
              };
              const { body } = await own[kind]()(url, { cache: "no-store" });
              const reader = body.getReader();
              const { value } = await reader.read();
              reader.cancel(); // whether or not it settles
              return [new TextDecoder().decode(value), asked];
            },
            [kind, `${url}/events`],
          );
          assert.deepEqual(told, ["data: 1\n\n", []]); // it cannot be kept, so nobody is asked
          await until(() => open.size === 0);
        }),
    ));

  test(`a signal ends a body that is not kept also after the response is there: ${kind}`, () =>
    elsewhere(
      (request, response) => {
        response.writeHead(request.url === "/events" ? 200 : 404, { "content-type": request.url === "/events" ? "text/event-stream" : "text/plain" });
        response.write("first");
      },
      ({ url, open, until }) =>
        visit(
          fetching,
          async ({ page }) => {
            for (const path of ["/events", "/missing"]) {
              const first = await page.evaluate(
                async ([kind, url]) => {
                  globalThis.controller = new AbortController();
                  const response = await app.kinds[kind](url, { signal: controller.signal, cache: "no-store" });
                  globalThis.reader = response.body.getReader();
                  return new TextDecoder().decode((await reader.read()).value);
                },
                [kind, url + path],
              );
              assert.deepEqual([first, open.size], ["first", 1]);
              await page.evaluate(() => {
                globalThis.next = reader.read().catch(({ name }) => name);
                controller.abort();
              });
              await until(() => open.size === 0);
              assert.equal(await page.evaluate(() => next), "AbortError");
            }
          },
          { console: [/status of 404/] },
        ),
    ));
}

for (const kind of ["bare", "memory"]) {
  test(`a body of 20 MB is kept whole: ${kind}`, () => {
    const large = Buffer.alloc(20 * 1024 * 1024);
    for (let i = 0; i < large.length; i += 4) large.writeUInt32LE((i * 2_654_435_761) >>> 0, i);
    return visit(
      fetching,
      async ({ page, reload, web }) => {
        const digests = () =>
          page.evaluate(async (kind) => {
            const digest = async (buffer) => [buffer.byteLength, new Uint32Array(await crypto.subtle.digest("SHA-256", buffer)).join()].join();
            const load = () => app.kinds[kind]("/large.bin");
            const both = await Promise.all([load(), load()]);
            const all = await Promise.all([...both, await load()].map(async (response) => digest(await response.arrayBuffer())));
            await app.flush();
            return [all, app.faults.map(({ code }) => code)];
          }, kind);
        const [first, faults] = await digests();
        assert.deepEqual([new Set(first).size, first[0].split(",")[0], web.count("/large.bin"), faults], [1, String(large.length), 1, []]);
        const real = await page.evaluate(async () => new Uint32Array(await crypto.subtle.digest("SHA-256", await (await fetch("/large.bin")).arrayBuffer())).join());
        assert.equal(first[0], `${large.length},${real}`);
        if (kind === "memory") return;
        await reload();
        assert.deepEqual(await digests(), [first, []]);
        assert.equal(web.count("/large.bin"), 2, "one of them was the test's own");
      },
      { files: { "large.bin": large } },
    );
  });
}

for (const kind of ["bare", "persisted", "memory"]) {
  test(`a body that breaks off in the middle fails the calls, and is not kept: ${kind}`, () => {
    let isBroken = true;
    return elsewhere(
      (_, response) => {
        if (!isBroken) return response.end("all of it");
        response.writeHead(200, { "content-length": 1_000 });
        response.write("a part");
        setTimeout(() => response.destroy(), 20);
      },
      ({ url, seen }) =>
        visit(
          fetching,
          async ({ page, reload }) => {
            const calls = () =>
              page.evaluate(
                async ([kind, url]) => {
                  const outcomes = await Promise.all([0, 1, 2].map(() => app.outcome(async () => (await app.kinds[kind](url)).text())));
                  await app.flush();
                  await app.settled();
                  return outcomes.map(({ value, thrown }) => value ?? thrown.name);
                },
                [kind, `${url}/rows`],
              );
            assert.deepEqual(await calls(), ["TypeError", "TypeError", "TypeError"]);
            assert.equal(seen.length, 1, "whoever shared the request shares its failure");
            assert.deepEqual(await calls(), ["TypeError", "TypeError", "TypeError"]);
            assert.equal(seen.length, 2, "it was asked for again");
            if (kind !== "memory") await reload();
            isBroken = false;
            const before = seen.length;
            assert.deepEqual([await calls(), await calls()], [Array(3).fill("all of it"), Array(3).fill("all of it")]);
            assert.equal(seen.length, before + 1);
          },
          { console: Array(2).fill(/ERR_CONTENT_LENGTH_MISMATCH/) },
        ),
    );
  });

  test(`a body that breaks off in the middle of a result that is refused in any case makes no noise: ${kind}`, () =>
    elsewhere(
      (_, response) => {
        response.writeHead(200, { "content-length": 1_000 });
        response.write("a part");
        setTimeout(() => response.destroy(), 20);
      },
      ({ url }) =>
        visit(fetching, async ({ page }) => {
          const told = await page.evaluate(
            async ([kind, url]) => {
              const stray = [];
              addEventListener("unhandledrejection", (event) => stray.push(String(event.reason)));
              const buffer = new ArrayBuffer(8);
              const results = {
                refused: async () => ({ response: await fetch(url), model: () => 1 }),
                passed: async () => ({ response: await fetch(url), model: () => 1 }),
                views: async () => ({ response: await fetch(url), views: [new Uint8Array(buffer, 0, 4), new Uint8Array(buffer, 4)] }),
                two: async () => [await fetch(url), await fetch(url)],
                "kept and not": async () => [await fetch(url), new Response("no", { status: 500 })],
              };
              const all = {};
              for (const [name, body] of Object.entries(results)) {
                const load = app.cacheData(body, { name: `${kind} ${name}`, persist: kind !== "memory", onUncacheable: name === "passed" ? "pass" : "throw" });
                const { value, thrown } = await app.outcome(() => load());
                all[name] = thrown?.name ?? typeof value;
              }
              const body = async () => (await fetch(url)).text();
              await app.outcome(body); // by then the others have broken off too
              await app.settled();
              return [all, stray];
            },
            [kind, `${url}/rows`],
          );
          assert.deepEqual(told, [{ refused: "UnserializableReturnValueError", passed: "object", views: "TypeError", two: "TypeError", "kept and not": "object" }, []]);
        }, { console: Array(7).fill(/ERR_CONTENT_LENGTH_MISMATCH/), stray: /Failed to fetch/ }),
    ));
}

for (const kind of ["persisted", "memory"]) {
  test(`cacheIf decides instead of the status, is asked once, and may read what it is asked about: ${kind}`, () =>
    visit(
      fetching,
      async ({ page, reload, web }) => {
        const calls = () =>
          page.evaluate(async (kind) => {
            const asked = [];
            const cacheIf = async (response, url) => {
              const text = await response.text();
              asked.push(`${url} ${response.status} ${text}`);
              return text.startsWith("keep");
            };
            const load = app.cacheData(async (url) => fetch(url), { name: "choosy", persist: kind === "persisted", cacheIf });
            const all = {};
            for (const path of ["/fails", "/part", "/secret", "/fine", "/unwanted"]) {
              const first = await Promise.all([load(path), load(path), load(path)]);
              const more = [await load(path), await load(path)];
              const shown = await Promise.all([...first, ...more].map(async (response) => `${response.status} ${await response.text()}`));
              all[path] = [new Set(shown).size, shown[0], asked.splice(0)];
            }
            await app.flush();
            return all;
          }, kind);
        const told = await calls();
        const kept = (path, shown) => [1, shown, [`${path} ${shown}`]];
        assert.deepEqual(told, {
          "/fails": kept("/fails", "500 keep fails"),
          "/part": kept("/part", "206 keep part"),
          "/secret": kept("/secret", "200 keep secret"),
          "/fine": kept("/fine", "200 keep fine"),
          "/unwanted": [1, "200 drop unwanted", Array(3).fill("/unwanted 200 drop unwanted")],
        });
        assert.deepEqual(["/fails", "/part", "/secret", "/fine", "/unwanted"].map(web.count), [1, 1, 1, 1, 3]);
        if (kind === "memory") return;
        await reload();
        const later = await calls();
        assert.deepEqual(later["/fails"], [1, "500 keep fails", []], "it is not asked about what is found");
        assert.deepEqual(["/fails", "/part", "/secret", "/fine", "/unwanted"].map(web.count), [1, 1, 1, 1, 6]);
      },
      {
        files: {
          fails: { status: 500, body: "keep fails" },
          part: { status: 206, body: "keep part" },
          secret: { headers: { "Cache-Control": "no-store" }, body: "keep secret" },
          fine: "keep fine",
          unwanted: "drop unwanted",
        },
        console: [/status of 500/],
      },
    ));

  test(`cacheIf cannot have kept what cannot be kept: ${kind}`, () =>
    elsewhere(
      (_, response) => response.end("not yours"),
      ({ url }) =>
        visit(
          fetching,
          async ({ page, web }) => {
            const told = await page.evaluate(
              async ([kind, url]) => {
                let asked = 0;
                const load = app.cacheData(async (...args) => fetch(...args), { name: "choosy", persist: kind === "persisted", cacheIf: () => ((asked += 1), true) });
                const types = [];
                for (let i = 0; i < 2; i++) types.push((await load(url, { mode: "no-cors" })).type, (await load("/moved", { redirect: "manual" })).type, await (await load("/events")).text());
                const failing = app.cacheData(async () => Response.error(), { name: "failing", persist: kind === "persisted", cacheIf: () => true });
                types.push((await failing()).type);
                return [types, asked, app.faults.map(({ code }) => code)];
              },
              [kind, url],
            );
            const each = ["opaque", "opaqueredirect", "data: 1\n\n"];
            assert.deepEqual(told, [[...each, ...each, "error"], 0, []]); // so it is not asked
            assert.deepEqual([web.count("/moved"), web.count("/events")], [2, 2]);
          },
          { files: { moved: { status: 302, headers: { Location: "/" } }, events: { headers: { "Content-Type": "text/event-stream" }, body: "data: 1\n\n" } } },
        ),
    ));

  test(`validate is asked with a response, and its caller can read it all the same: ${kind}`, () =>
    visit(
      fetching,
      async ({ page, reload, web }) => {
        const calls = () =>
          page.evaluate(async (kind) => {
            const asked = [];
            let wanted = true;
            const load = app.cacheData(async (url) => fetch(url), {
              name: "checked",
              persist: kind === "persisted",
              validate: async (response, url) => {
                const { id } = (await response.json())[0];
                asked.push(`${url} ${response.status} ${id}`);
                return wanted;
              },
            });
            const texts = [];
            for (let i = 0; i < 3; i++) texts.push((await app.outcome(async () => (await load("/rows.json")).text())).value ?? "not readable");
            wanted = false;
            texts.push((await app.outcome(async () => (await load("/rows.json")).text())).value ?? "not readable");
            await app.flush();
            return [texts, asked];
          }, kind);
        const right = FILES["rows.json"];
        const [texts, asked] = await calls();
        assert.deepEqual([asked, web.count("/rows.json")], [Array(3).fill("/rows.json 200 1"), 2]);
        assert.deepEqual(texts, Array(4).fill(right));
        if (kind === "memory") return;
        await reload();
        assert.deepEqual(await calls(), [Array(4).fill(right), Array(4).fill("/rows.json 200 1")]);
        assert.equal(web.count("/rows.json"), 3);
      },
      { files: FILES },
    ));

  test(`a validate that reads only the head of a response decides by it: ${kind}`, () =>
    visit(
      fetching,
      async ({ page, web }) => {
        const told = await page.evaluate(async (kind) => {
          let tenant = "a";
          const load = app.cacheData(async (url) => fetch(url), { name: "checked", persist: kind === "persisted", validate: (response) => response.headers.get("x-tenant") === tenant });
          const texts = [await (await load("/made")).text(), await (await load("/made")).text()];
          tenant = "b";
          texts.push(await (await load("/made")).text(), await (await load("/made")).text());
          return texts;
        }, kind);
        assert.deepEqual([told, web.count("/made")], [Array(4).fill("made"), 3]);
      },
      { files: FILES },
    ));

  test(`a ttl may come from the head of a response: ${kind}`, () =>
    visit(
      fetching,
      async ({ page, web, reload }) => {
        await page.clock.install();
        await reload();
        const call = () =>
          page.evaluate(async (kind) => {
            globalThis.load ??= app.cacheData(async (url) => fetch(url), { name: "aged", persist: kind === "persisted", ttl: (response) => `${response.headers.get("x-age")}s` });
            return (await load("/aged")).text();
          }, kind);
        assert.deepEqual([await call(), await call(), web.count("/aged")], ["aged", "aged", 1]);
        await page.clock.fastForward(60_000);
        assert.deepEqual([await call(), web.count("/aged")], ["aged", 1]);
        await page.clock.fastForward(31_000);
        assert.deepEqual([await call(), web.count("/aged")], ["aged", 2]);
      },
      { files: { aged: { headers: { "X-Age": "90" }, body: "aged" } } },
    ));

  test(`responses and requests may be anywhere in a result: ${kind}`, () =>
    visit(
      fetching,
      async ({ page, reload, web }) => {
        const calls = () =>
          page.evaluate(async (kind) => {
            const results = {
              object: async () => ({ response: await fetch("/rows.json"), at: 1 }),
              array: async () => [await fetch("/rows.json"), await fetch("/made")],
              map: async () => new Map([["rows", await fetch("/rows.json")]]),
              set: async () => new Set([await fetch("/made")]),
              twice: async () => {
                const response = await fetch("/made");
                return { one: response, other: response };
              },
              request: async () => new Request("/echo?1", { method: "POST", body: "sent", headers: { "x-tenant": "b" }, credentials: "omit", cache: "no-store" }),
              "request inside": async () => ({ request: new Request("/echo?2", { method: "PUT", body: new Blob(["blob"], { type: "text/x" }) }), plain: new Request("/rows.json") }),
              made: async () => Response.json({ a: 1 }, { status: 201, statusText: "Sure", headers: { "x-own": "1" } }),
              form: async () => {
                const form = new FormData();
                form.append("a", "1");
                form.append("f", new File(["file"], "f.txt", { type: "text/plain" }));
                return new Response(form);
              },
              empty: async () => [new Response(null), new Response(""), new Response(null, { status: 204 }), new Response(undefined, { status: 205 })],
              text: async () => new Response("Grüße"),
              bytes: async () => new Response(new Uint8Array([1, 2, 3]).subarray(1)),
              stream: async () => new Response(new Blob(["stream"]).stream(), { headers: { "content-type": "x/y" } }),
            };
            const showRequest = async (request) => {
              const { method, url, credentials, cache, mode, redirect } = request;
              return { method, url, credentials, cache, mode, redirect, headers: [...request.headers], text: await request.text() };
            };
            const showForm = async (form) => [...form].map(([name, value]) => [name, value.name ?? value, value.type ?? ""]);
            const show = async (value, name) => {
              if (name === "form") return showForm(await value.formData());
              if (name === "twice") return [value.one === value.other, await app.show(value.one)];
              if (value instanceof Response) return app.show(value);
              if (value instanceof Request) return showRequest(value);
              if (typeof value !== "object") return value;
              const items = value instanceof Map ? [...value.values()] : value instanceof Set ? [...value] : Object.values(value);
              return Promise.all(items.map((item) => show(item)));
            };
            const all = {};
            for (const [name, body] of Object.entries(results)) {
              let runs = 0;
              const load = app.cacheData(() => ((runs += 1), body()), { name: `${name} anywhere`, persist: kind === "persisted" });
              const values = [...(await Promise.all([load(), load()])), await load()];
              all[name] = [await Promise.all(values.map((value) => show(value, name))), runs, await show(await body(), name)];
            }
            await app.flush();
            return all;
          }, kind);
        const told = await calls();
        for (const [name, [values, runs, real]] of Object.entries(told)) {
          assert.deepEqual([values, runs], [Array(3).fill(real), 1], name);
        }
        if (kind === "memory") return;
        const before = web.count("/rows.json");
        await reload();
        for (const [name, [values, runs]] of Object.entries(await calls())) assert.deepEqual([values, runs], [told[name][0], 0], name);
        assert.ok(web.count("/rows.json") - before <= 3, "but for the test's own");
      },
      { files: { ...FILES, echo: "echo" } },
    ));

  test(`a response whose body has been read, or is being read, is an error that says what to do: ${kind}`, () =>
    visit(
      fetching,
      async ({ page }) => {
        const told = await page.evaluate(async (kind) => {
          const used = async () => {
            const response = await fetch("/rows.json");
            await response.json();
            return response;
          };
          const results = {
            used,
            nested: async () => ({ pages: [{ response: await used() }] }),
            locked: async () => {
              const response = await fetch("/rows.json");
              response.body.getReader();
              return response;
            },
            begun: async () => {
              const response = await fetch("/rows.json");
              const reader = response.body.getReader();
              await reader.read();
              reader.releaseLock();
              return response;
            },
            request: async () => {
              const request = new Request("/echo", { method: "POST", body: "a" });
              await request.text();
              return request;
            },
          };
          const all = {};
          for (const [name, body] of Object.entries(results)) {
            let runs = 0;
            const counted = () => ((runs += 1), body());
            const load = app.cacheData(counted, { name: `${name} used`, persist: kind === "persisted" });
            const [one, two] = await Promise.all([app.outcome(() => load()), app.outcome(() => load())]);
            const again = await app.outcome(() => load());
            const passing = app.cacheData(counted, { name: `${name} passed`, persist: kind === "persisted", onUncacheable: "pass" });
            const { value } = await app.outcome(() => passing());
            const { name: type, code, path, message } = one.thrown ?? {};
            all[name] = { type, code, path, hasRemedy: /clone/.test(message), isShared: two.thrown === one.thrown, again: again.thrown?.code, runs, passed: Object.prototype.toString.call(value?.pages?.[0].response ?? value) };
          }
          return [all, app.faults.map(({ code, error }) => [code, error instanceof app.UnserializableReturnValueError])];
        }, kind);
        const error = (path, passed = "[object Response]") => ({ type: "UnserializableReturnValueError", code: "unserializable-return-value", path, hasRemedy: true, isShared: true, again: "unserializable-return-value", runs: 3, passed });
        const [all, faults] = told;
        assert.deepEqual(all, { used: error("result"), nested: error("result.pages[0].response"), locked: error("result"), begun: error("result"), request: error("result", "[object Request]") });
        assert.deepEqual(faults, Array(5).fill(["unserializable-return-value", true]));
      },
      { files: FILES },
    ));

  test(`what one caller does to a response is nobody else's: ${kind}`, () =>
    visit(
      fetching,
      async ({ page }) => {
        const told = await page.evaluate(async (kind) => {
          const original = new Response("body", { headers: { "x-own": "1" } });
          const load = app.cacheData(async () => original, { name: "made", persist: kind === "persisted" });
          const first = await load();
          first.headers.set("x-own", "2");
          first.extra = 1;
          original.headers.set("x-own", "3");
          await first.text();
          const second = await load();
          const all = [second.headers.get("x-own"), second.extra, second.bodyUsed, await second.text()];
          return [...all, (await load()).bodyUsed, load.peek().bodyUsed, await load.peek().text(), await load.peek().text()];
        }, kind);
        assert.deepEqual(told, ["1", undefined, false, "body", false, false, "body", "body"]);
      },
      { files: FILES },
    ));

  test(`refresh() and set() take responses: ${kind}`, () =>
    visit(
      fetching,
      async ({ page, reload }) => {
        const told = await page.evaluate(async (kind) => {
          let version = 0;
          globalThis.wrap = () => app.cacheData(async (id) => new Response(`version ${(version += 1)} of ${id}`, { status: version === 3 ? 500 : 200 }), { name: "versions", persist: kind === "persisted" });
          const load = wrap();
          const text = async (promise) => (await promise).text();
          const all = [await text(load("a")), await text(load.refresh("a")), await text(load("a"))];
          all.push(await text(load.refresh("a")), await text(load("a"))); // a failure is no answer
          await load.set(new Response("set by hand"), "a");
          all.push(await text(load("a")), await text(load("a")), await load.has("a"));
          await app.flush();
          return all;
        }, kind);
        assert.deepEqual([told.slice(0, 4), told.slice(5)], [["version 1 of a", "version 2 of a", "version 2 of a", "version 3 of a"], ["set by hand", "set by hand", true]]);
        if (kind === "memory") return;
        await reload();
        const stored = await page.evaluate(async () => (await app.cacheData(async (id) => new Response("computed"), { name: "versions", version: undefined })("a")).text());
        assert.ok(["set by hand", "computed"].includes(stored));
      },
      { files: FILES },
    ));
}

test("a synchronous function in memory that gives a response is told to wait, and a persisted one may", () =>
  visit(fetching, async ({ page }) => {
    const told = await page.evaluate(async () => {
      const inMemory = app.cacheData(() => new Response("now"), { name: "now", persist: false });
      const { thrown } = await app.outcome(() => inMemory());
      const persisted = app.cacheData(() => new Response("now"), { name: "later" });
      const empty = app.cacheData(() => new Response(null, { status: 204 }), { name: "empty", persist: false });
      return [thrown.code, /async/.test(thrown.message), await (await persisted()).text(), await (await persisted()).text(), empty().status, empty().status];
    });
    assert.deepEqual(told, ["unserializable-return-value", true, "now", "now", 204, 204]);
  }));

// ---- Results that are not kept -----------------------------------------------------------------------------------

/** Counts the runs of functions that give what they are told to. */
const choosing = (keepsake) => {
  const { cacheData, cacheResource, configure } = keepsake;
  const faults = [];
  const events = [];
  configure({ onEvent: (event) => (event.type === "fault" ? faults.push(event) : events.push(event.type)) });
  const outcome = async (act) => {
    try {
      return { value: await act() };
    } catch (thrown) {
      return { thrown };
    }
  };
  /** A wrapper of one of the kinds, and how often its function ran. */
  const wrap = (kind, make, options = {}) => {
    let runs = 0;
    const later = async (...args) => {
      const run = (runs += 1);
      await new Promise((resolve) => setTimeout(resolve));
      return make(run, ...args);
    };
    const now = (...args) => make((runs += 1), ...args);
    const name = options.name ?? `${kind} ${wrap.count = (wrap.count ?? 0) + 1}`;
    const load = {
      persisted: () => cacheData(later, { ...options, name }),
      "persisted, sync": () => cacheData(now, { ...options, name }),
      memory: () => cacheData(later, { ...options, name, persist: false }),
      sync: () => cacheData(now, { ...options, name, persist: false }),
      resource: () => cacheResource(later, { ...options, name }),
      "resource, sync": () => cacheResource(now, { ...options, name }),
    }[kind]();
    return { load, runs: () => runs };
  };
  class Money {
    constructor(amount) {
      this.amount = amount;
    }
  }
  return { ...keepsake, wrap, outcome, faults, events, Money };
};

for (const kind of ["persisted", "persisted, sync", "memory", "sync", "resource", "resource, sync"]) {
  test(`what cacheIf refuses is given out and not kept, and it is asked once for each computation: ${kind}`, () =>
    visit(choosing, async ({ page, reload }) => {
      const told = await page.evaluate(async (kind) => {
        const asked = [];
        let keeps = false;
        const { load, runs } = app.wrap(kind, (run, id) => ({ id, run, rows: [run] }), { name: "choosy", cacheIf: (value, ...args) => (asked.push([value.run, ...args]), keeps) });
        const first = load("a", 2);
        const isSync = !(first instanceof Promise);
        const value = await first;
        value.rows.push("mine");
        const second = await load("a", 2);
        const peeked = [load.peek("a", 2), await load.has("a", 2)];
        keeps = true;
        const third = await load("a", 2);
        const hit = await load("a", 2);
        await load("a", 2);
        keeps = false; // it is not asked again
        const still = await load("a", 2);
        await app.flush();
        return { isSync, values: [value, second, third, hit, still].map(({ run, rows }) => [run, rows.length]), peeked, asked, runs: runs(), faults: app.faults.length };
      }, kind);
      assert.deepEqual(told, {
        isSync: kind === "sync" || kind === "resource, sync",
        values: [[1, 2], [2, 1], [3, 1], [3, 1], [3, 1]],
        peeked: [undefined, false],
        asked: [[1, "a", 2], [2, "a", 2], [3, "a", 2]],
        runs: 3,
        faults: 0,
      });
      if (kind !== "persisted") return;
      await reload();
      const stored = await page.evaluate(async () => {
        const { load, runs } = app.wrap("persisted", (run, id) => ({ id, run, rows: [run] }), { name: "choosy", cacheIf: () => false });
        return [(await load("a", 2)).run, runs(), await load("b", 2).then(() => app.flush()).then(() => load.has("b", 2))];
      });
      assert.deepEqual(stored, [3, 0, false]);
    }));

  test(`a cacheIf that throws refuses, and is told of once: ${kind}`, () =>
    visit(choosing, async ({ page }) => {
      const told = await page.evaluate(async (kind) => {
        const error = new RangeError("no");
        const cacheIf = (value) => {
          if (value.run < 4) throw error;
          return true;
        };
        const { load, runs } = app.wrap(kind, (run, id) => ({ id, run }), { cacheIf });
        const values = [];
        for (let i = 0; i < 6; i++) values.push((await load("a")).run);
        return [values, runs(), app.faults.map(({ code, error: told }) => [code, told === error])];
      }, kind);
      assert.deepEqual(told, [[1, 2, 3, 4, 4, 4], 4, [["cache-if-failed", true]]]);
    }));
}

for (const kind of ["persisted", "memory"]) {
  test(`callers who shared a computation that cacheIf refuses get copies of what it gave: ${kind}`, () =>
    visit(choosing, async ({ page }) => {
      const told = await page.evaluate(async (kind) => {
        let asked = 0;
        const { load, runs } = app.wrap(kind, (run) => ({ run, rows: [1] }), { cacheIf: async () => ((asked += 1), false) });
        const values = await Promise.all(Array.from({ length: 5 }, () => load("a")));
        values[0].rows.push("mine");
        values[1].rows.push("mine too", "twice");
        return [new Set(values).size, values.map(({ run, rows }) => [run, rows.length]), runs(), asked, app.faults.length];
      }, kind);
      assert.deepEqual(told, [5, [[1, 2], [1, 3], [1, 1], [1, 1], [1, 1]], 1, 1, 0]);
    }));

  test(`they do so whatever kind of data it is: ${kind}`, () =>
    visit(choosing, async ({ page }) => {
      const told = await page.evaluate(async (kind) => {
        const shared = [1];
        const makes = { map: (run) => new Map([["run", run]]), date: (run) => ({ at: new Date(run) }), bytes: (run) => new Uint8Array([run]), identity: (run) => [shared, shared, run], error: (run) => new RangeError(`run ${run}`), url: () => new URL("https://example.com/"), text: (run) => `run ${run}`, nothing: () => undefined };
        const show = (value) => (value instanceof Map ? [...value] : value instanceof Error ? value.message : value instanceof URL ? value.href : JSON.stringify(value));
        const all = {};
        for (const [name, make] of Object.entries(makes)) {
          const { load, runs } = app.wrap(kind, make, { cacheIf: () => false });
          const values = await Promise.all(Array.from({ length: 3 }, () => load("a")));
          all[name] = [runs(), new Set(values.map((value) => String(show(value)))).size, typeof values[0] === "object" ? new Set(values).size : 3];
        }
        return all;
      }, kind);
      for (const [name, result] of Object.entries(told)) assert.deepEqual(result, [1, 1, 3], name);
    }));
}

test("callers who shared the making of a resource that cacheIf refuses have the same object", () =>
  visit(choosing, async ({ page }) => {
    const told = await page.evaluate(async () => {
      const released = [];
      const all = [];
      for (const make of [(run) => ({ run }), (run) => new app.Money(run), (run) => Object.assign(() => 1, { run })]) {
        const { load, runs } = app.wrap("resource", make, { cacheIf: () => false, onRelease: (value) => released.push(value) });
        const values = await Promise.all(Array.from({ length: 4 }, () => load("a")));
        all.push(new Set(values).size, runs());
      }
      await app.cacheResource.clear();
      return [all, released.length];
    });
    assert.deepEqual(told, [[1, 1, 1, 1, 1, 1], 0]);
  }));

test("a cacheIf that gives a promise holds where there is time; on a synchronous function it refuses, told of once", () =>
  visit(choosing, async ({ page }) => {
    const told = await page.evaluate(async () => {
      const all = {};
      for (const kind of ["persisted", "persisted, sync", "memory", "resource", "sync", "resource, sync"]) {
        for (const answer of [true, false]) {
          const { load, runs } = app.wrap(kind, (run) => ({ run }), { cacheIf: async () => answer });
          const values = [(await load("a")).run, (await load("a")).run];
          all[`${kind} ${answer}`] = [...values, runs(), app.faults.splice(0).map(({ code }) => code)];
        }
      }
      const { load } = app.wrap("sync", (run) => ({ run }), { cacheIf: async () => Promise.reject(new Error("no")) });
      load("a");
      return all;
    });
    for (const kind of ["persisted", "persisted, sync", "memory", "resource"]) {
      assert.deepEqual([told[`${kind} true`], told[`${kind} false`]], [[1, 1, 1, []], [1, 2, 2, []]], kind);
    }
    for (const kind of ["sync", "resource, sync"]) for (const answer of [true, false]) assert.deepEqual(told[`${kind} ${answer}`], [1, 2, 2, ["cache-if-failed"]], kind);
  }));

test("configure has a cacheIf for all, and a function's own wins", () =>
  visit(choosing, async ({ page }) => {
    const told = await page.evaluate(async () => {
      const { load: usual, runs } = app.wrap("memory", (run) => run);
      const { load: own, runs: ownRuns } = app.wrap("memory", (run) => run, { cacheIf: () => true });
      app.configure({ cacheIf: (value, id) => id !== "never" });
      const values = [await usual("never"), await usual("never"), await usual("a"), await usual("a"), await own("never"), await own("never")];
      return [values, runs(), ownRuns()];
    });
    assert.deepEqual(told, [[1, 2, 3, 3, 1, 1], 3, 1]);
  }));

for (const kind of ["persisted", "persisted, sync", "memory", "sync", "resource", "resource, sync"]) {
  test(`arguments that cannot be hashed are an error, or with onUncacheable "pass" a call straight through: ${kind}`, () =>
    visit(choosing, async ({ page }) => {
      const told = await page.evaluate(async (kind) => {
        const callback = () => 1;
        const make = (run, ...args) => ({ run, isSame: args[0] === callback, count: args.length });
        const strict = app.wrap(kind, make);
        const { thrown } = await app.outcome(() => strict.load(callback, 1));
        const error = [thrown.name, thrown.code, thrown.path, strict.runs(), app.faults.length];
        const { load, runs } = app.wrap(kind, make, { onUncacheable: "pass" });
        const first = load(callback, 1);
        const isSync = !(first instanceof Promise);
        const both = await Promise.all([first, load(callback, 1)]);
        const again = await load(callback, 1);
        const faults = app.faults.map(({ code, error, message }) => [code, error instanceof app.UnhashableParamError, error.path, typeof message]);
        const normal = [(await load("a")).run, (await load("a")).run];
        return { error, isSync, values: [...both, again], runs: runs(), faults, normal };
      }, kind);
      const isSync = kind === "sync" || kind === "resource, sync";
      assert.deepEqual(told, {
        error: ["UnhashableParamError", "unhashable-param", "arguments[0]", 0, 0],
        isSync,
        values: [1, 2, 3].map((run) => ({ run, isSame: true, count: 2 })),
        runs: 4,
        faults: [["unhashable-param", true, "arguments[0]", "string"]],
        normal: [4, 4],
      });
    }));
}

for (const kind of ["persisted", "persisted, sync", "memory", "sync"]) {
  test(`a result that is no data is an error, or with onUncacheable "pass" given as it is: ${kind}`, () =>
    visit(choosing, async ({ page, reload }) => {
      const told = await page.evaluate(async (kind) => {
        const made = [];
        const results = { instance: (run) => new app.Money(run), nested: (run) => ({ rows: [{ price: new app.Money(run) }] }), function: (run) => Object.assign(() => run, { run }), symbol: () => Symbol("s"), element: () => document.createElement("p"), accessor: () => ({ get rows() { throw new Error("no"); } }) };
        const all = {};
        for (const [name, result] of Object.entries(results)) {
          const make = (run) => {
            const value = result(run);
            made.push(value);
            return value;
          };
          const strict = app.wrap(kind, make);
          const { thrown } = await app.outcome(() => strict.load("a"));
          const { thrown: again } = await app.outcome(() => strict.load("a"));
          const error = [thrown.name, thrown.code, thrown.functionName !== undefined, thrown === again, strict.runs(), app.faults.length];
          const { load, runs } = app.wrap(kind, make, { onUncacheable: "pass" });
          const first = load("a");
          const isSync = !(first instanceof Promise) || kind === "persisted, sync";
          const values = [await first, await load("a")];
          const areOwn = values.every((value) => made.includes(value)) && (typeof values[0] === "symbol" || values[0] !== values[1]);
          const peeked = [load.peek("a"), await load.has("a")];
          const faults = app.faults.splice(0).map(({ code, error }) => [code, error instanceof app.UnserializableReturnValueError, error.code]);
          all[name] = { error, isSync, areOwn, runs: runs(), peeked, faults };
        }
        await app.flush();
        return all;
      }, kind);
      for (const [name, result] of Object.entries(told)) {
        assert.deepEqual(
          result,
          {
            error: ["UnserializableReturnValueError", "unserializable-return-value", true, false, 2, 0],
            isSync: kind === "sync" || kind === "persisted, sync",
            areOwn: true,
            runs: 2,
            peeked: [undefined, false],
            faults: [["unserializable-return-value", true, "unserializable-return-value"]],
          },
          name,
        );
      }
    }));
}

for (const kind of ["persisted", "memory"]) {
  test(`callers who shared a computation that gives no data share the error, or each have something of it: ${kind}`, () =>
    visit(choosing, async ({ page }) => {
      const told = await page.evaluate(async (kind) => {
        const strict = app.wrap(kind, (run) => new app.Money(run));
        const outcomes = await Promise.all([0, 1, 2].map(() => app.outcome(() => strict.load("a"))));
        const { load, runs } = app.wrap(kind, (run) => new app.Money(run), { onUncacheable: "pass" });
        const values = await Promise.all([0, 1, 2].map(() => load("a")));
        return [new Set(outcomes.map(({ thrown }) => thrown)).size, outcomes[0].thrown.code, strict.runs(), values.every((value) => value instanceof app.Money), runs() <= 3, app.faults.map(({ code }) => code)];
      }, kind);
      assert.deepEqual(told, [1, "unserializable-return-value", 1, true, true, ["unserializable-return-value"]]);
    }));
}

test("with onUncacheable what the function throws is its own, and is not told of", () =>
  visit(choosing, async ({ page }) => {
    const told = await page.evaluate(async () => {
      const error = new TypeError("its own");
      const all = [];
      for (const kind of ["persisted", "memory", "sync", "resource", "resource, sync"]) {
        const { load } = app.wrap(kind, () => { throw error; }, { onUncacheable: "pass" });
        const unhashable = await app.outcome(() => load(() => 1));
        const usual = await app.outcome(() => load(1));
        all.push(unhashable.thrown === error, usual.thrown === error);
      }
      return [all, app.faults.map(({ code }) => code)];
    });
    assert.deepEqual(told[0], Array(10).fill(true));
    assert.ok(told[1].every((code) => code === "unhashable-param"), `told of ${told[1]}`);
    assert.equal(told[1].length, 5);
  }));

test("onUncacheable of configure holds for all, a function's own wins, and anything else is refused", () =>
  visit(choosing, async ({ page }) => {
    const told = await page.evaluate(async () => {
      const usual = app.wrap("sync", (run) => run);
      const strict = app.wrap("sync", (run) => run, { onUncacheable: "throw" });
      app.configure({ onUncacheable: "pass" });
      const passed = await app.outcome(() => usual.load(() => 1));
      const thrown = await app.outcome(() => strict.load(() => 1));
      const wrong = await app.outcome(() => app.wrap("sync", (run) => run, { onUncacheable: "ignore" }));
      return [passed.value, thrown.thrown?.code, wrong.thrown?.code, wrong.thrown?.option];
    });
    assert.deepEqual(told, [1, "unhashable-param", "invalid-option", "onUncacheable"]);
  }));

test("without a listener, what was passed is said in the console", () =>
  visit(
    (keepsake) => ({ load: keepsake.cacheData((callback) => typeof callback, { name: "load", persist: false, onUncacheable: "pass" }) }),
    async ({ page }) => {
      const told = await page.evaluate(() => [app.load(() => 1), app.load(() => 1), app.load("a")]);
      assert.deepEqual(told, ["function", "function", "string"]);
    },
    { console: [/^\[keepsake\] a call of "load" was not cached/] },
  ));

/** The gallery's server: the right files with the right types, nothing else, at a port that is free. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer, request as httpRequest } from "node:http";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { serve } from "../../scripts/serve.mjs";

/** @type {string} */
let root;
/** @type {Awaited<ReturnType<typeof serve>>} */
let server;

before(async () => {
  root = mkdtempSync(join(tmpdir(), "keepsake-serve-"));
  const files = {
    "www/index.html": "<h1>Gallery</h1>", "www/app.mjs": "export {}", "www/.secret": "no", "www/sub/index.html": "sub",
    "pkg/keepsake_bg.wasm": "\0asm", "node_modules/vega-datasets/data/cars.csv": "a,b", "secret.txt": "no",
  };
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  symlinkSync(join(root, "secret.txt"), join(root, "www", "link.txt"));
  server = await serve({ root, port: 0 });
});
after(async () => {
  await server.close();
  rmSync(root, { recursive: true, force: true });
});

/**
 * A request whose path is sent as it is; `fetch` would tidy it up.
 * @param {string} path
 * @param {{ method?: string, host?: string }} [options]
 * @returns {Promise<{ status: number | undefined, headers: import("node:http").IncomingHttpHeaders, body: string }>}
 */
function ask(path, { method = "GET", host = "127.0.0.1" } = {}) {
  return new Promise((resolve, reject) => {
    const request = httpRequest({ host, port: server.port, path, method }, (response) => {
      let body = "";
      response.on("data", (chunk) => (body += chunk));
      response.on("end", () => resolve({ status: response.statusCode, headers: response.headers, body }));
    });
    request.on("error", reject).end();
  });
}

test("www is at the top, with pkg and node_modules beside it, each with its type", async () => {
  const types = {
    "/": "text/html; charset=utf-8", "/?x=1": "text/html; charset=utf-8", "/sub/": "text/html; charset=utf-8",
    "/app.mjs": "text/javascript; charset=utf-8", "/pkg/keepsake_bg.wasm": "application/wasm",
    "/node_modules/vega-datasets/data/cars.csv": "text/csv; charset=utf-8",
  };
  for (const [path, type] of Object.entries(types)) {
    const { status, headers } = await ask(path);
    assert.deepEqual([path, status, headers["content-type"], headers["cache-control"]], [path, 200, type, "no-store"]);
  }
});

test("nothing outside is served: no way up, no dotfile, no link out", async () => {
  const paths = [
    "/../secret.txt", "/%2e%2e/secret.txt", "/..%2fsecret.txt", "/pkg/../../secret.txt", "/pkg/..%5c..%5csecret.txt",
    "/.secret", "/link.txt", "/secret.txt", "/%00", "/%zz", "/node_modules", "/missing.html", "//etc/passwd",
  ];
  for (const path of paths) assert.deepEqual([path, (await ask(path)).status], [path, 404]);
});

test("HEAD has no body, and nothing is written", async () => {
  const head = await ask("/", { method: "HEAD" });
  assert.deepEqual([head.status, head.headers["content-length"], head.body], [200, "16", ""]);
  assert.equal((await ask("/missing", { method: "HEAD" })).body, "");
  const post = await ask("/", { method: "POST" });
  assert.deepEqual([post.status, post.headers.allow], [405, "GET, HEAD"]);
});

test("requests are counted by path", async () => {
  const before = server.requests.get("/app.mjs") ?? 0;
  await ask("/app.mjs?again");
  assert.equal(server.requests.get("/app.mjs"), before + 1);
});

test("a port that is taken at any address of localhost is passed over", async (t) => {
  for (const host of ["127.0.0.1", "::1", "0.0.0.0"]) {
    const other = createServer();
    const listens = await new Promise((resolve) => other.once("error", () => resolve(false)).listen(0, host, () => resolve(true)));
    if (!listens) continue; // no IPv6 here
    const { port } = /** @type {import("node:net").AddressInfo} */ (other.address());
    const next = await serve({ root, port });
    t.diagnostic(`${host}:${port} is taken, so ${next.url}`);
    assert.ok(next.port > port);
    assert.equal(await (await fetch(next.url)).text(), "<h1>Gallery</h1>");
    await next.close();
    other.close();
  }
});

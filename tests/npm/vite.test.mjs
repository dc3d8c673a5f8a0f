// The packed package behind Vite's development server, which hands it to the page as it is.
import assert from "node:assert/strict";
import test from "node:test";
import { pages } from "../e2e/support/pages.mjs";
import { app } from "./support/bundlers.mjs";
import { aboutPackage, drawsAgain, hits } from "./support/checks.mjs";
import { binOf } from "./support/project.mjs";
import { freePort, ready } from "./support/servers.mjs";

const visit = pages();

/** Serves the app while `body` runs. */
async function developed(body) {
  const made = await app("vite");
  const port = await freePort();
  const server = await ready(made.start(binOf("vite"), "--host", "127.0.0.1", "--port", String(port), "--strictPort"), /ready in/);
  try {
    await body({ url: `http://127.0.0.1:${port}`, made });
  } finally {
    await server.stop();
  }
  assert.deepEqual(aboutPackage(server.said()), []);
}

test("Vite's server: a call is computed once, and found again after a reload", () =>
  developed(({ url }) => visit(null, hits, { url, path: "/index.html" })));

test("Vite's server: with the WebAssembly as a file of its own a call is found again after a reload", () =>
  developed(({ url }) => visit(null, (tools) => hits(tools, ["byName"]), { url, path: "/web.html" })));

test("Vite's server: what was drawn, and a class of a library, come back after a reload", () =>
  developed(({ url }) => visit(null, drawsAgain, { url, path: "/drawn.html" })));

// The packed package in pages without a bundler: an import map says where its files are.
import test from "node:test";
import { filesIn } from "../e2e/support/builds.mjs";
import { pages } from "../e2e/support/pages.mjs";
import { drawsAgain, hits } from "./support/checks.mjs";
import { project } from "./support/project.mjs";

const visit = pages();

/** The project's files as they are; the libraries are served beside them. */
const files = async () => filesIn((await project(["app", "import-map"])).root);

test("an import map: a call is computed once, and found again after a reload", async () => {
  await visit(null, hits, { files: await files(), path: "/index.html" });
});

test("an import map: with the WebAssembly as a file of its own a call is found again after a reload", async () => {
  await visit(null, (tools) => hits(tools, ["byName"]), { files: await files(), path: "/web.html" });
});

test("an import map: what was drawn, and a class of a library, come back after a reload", async () => {
  await visit(null, drawsAgain, { files: await files(), path: "/drawn.html" });
});

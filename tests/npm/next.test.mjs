// The packed package in an app of Next.js: on the server it does nothing, so nobody gets what is another's; in the page
// it caches.
import assert from "node:assert/strict";
import test from "node:test";
import { pages } from "../e2e/support/pages.mjs";
import { aboutPackage, CHANGED, hits, overDeploys, total } from "./support/checks.mjs";
import { binOf, project } from "./support/project.mjs";
import { freePort, ready } from "./support/servers.mjs";

const visit = pages();

/** Long enough for a busy machine; two renders that wait for each other never end. */
const RENDER_MS = 30_000;
/** For two builds. */
const DEPLOYS_MS = 180_000;

const port = await freePort();
const url = `http://127.0.0.1:${port}`;

/**
 * A module is evaluated on whichever way React comes to it first, which may be another one after a reload. So a function
 * is sure to be found again if it has a name.
 */
const NAMED = ["byName"];

/** The app, built once for all tests. */
let app;
const built = () => (app ??= makeApp());
async function makeApp() {
  const made = await project(["app", "next"], ["next", "react", "react-dom"]);
  return { made, said: await build(made) };
}
const build = (made) => made.node(binOf("next"), "build");
const start = (made) => ready(made.start(binOf("next"), "start", "--hostname", "127.0.0.1", "--port", String(port)), /Ready in/);

/** Serves the app while `body` runs. */
async function running(body) {
  const server = await start((await built()).made);
  try {
    await body();
  } finally {
    await server.stop();
  }
}

/** The page as the server renders it for a user. */
async function rendered(user, query = "") {
  const response = await fetch(`${url}/${query}`, { headers: { Cookie: `user=${user}` }, signal: AbortSignal.timeout(RENDER_MS) });
  assert.equal(response.status, 200);
  return response.text();
}

/** How often the function of the server had been run when the page was rendered. */
const runsBy = (html) => Math.max(...[...html.matchAll(/read in run (\d+)/g)].map(([, run]) => Number(run)));

test("Next.js: it says nothing about the package", async () => {
  const { said } = await built();
  assert.deepEqual(aboutPackage(said), []);
});

test("Next.js: the server renders for each user what is theirs, at once and one after the other", async () => {
  await running(async () => {
    const own = (html, user, other) => {
      for (const part of [">inbox", "by a handle: inbox", "session"]) assert.ok(html.includes(`${part} of ${user}`), `${part} of ${user}: ${html}`);
      assert.ok(html.includes("total 6"));
      assert.ok(!html.includes(other), `nothing of ${other}`);
    };
    const [lovelace, hopper] = await Promise.all([rendered("lovelace", "?readers=2"), rendered("hopper", "?readers=2")]);
    own(lovelace, "lovelace", "hopper");
    own(hopper, "hopper", "lovelace");
    let last = Math.max(runsBy(lovelace), runsBy(hopper));
    for (const [user, other] of [["lovelace", "hopper"], ["hopper", "lovelace"], ["hopper", "lovelace"], ["lovelace", "hopper"]]) {
      const html = await rendered(user);
      own(html, user, other);
      assert.equal(runsBy(html), (last += 2), "each render calls straight through");
    }
  });
});

test("Next.js: in the page a call is computed once, and found again after a reload", async () => {
  const body = async (visit) => {
    assert.ok(await visit.page.getByText("Drawn on the client").isVisible());
    await hits(visit, NAMED);
    assert.deepEqual(await total(visit.page, "byPlace", [1, 2]), [6, 1]);
    assert.deepEqual(await total(visit.page, "byPlace", [1, 2]), [6, 0], "as long as the page");
  };
  await running(() => visit(null, body, { url }));
});

test("Next.js: a second deploy with another version computes anew, and an unchanged one does not", async () => {
  const { made } = await built();
  let server = await start(made);
  const body = async ({ page, go }) => {
    const deploy = async (isChanged) => {
      await server.stop();
      if (isChanged) await made.write(CHANGED);
      await build(made);
      server = await start(made);
      await go(page, "/");
    };
    await overDeploys(page, deploy, NAMED);
  };
  try {
    await visit(null, body, { url, limit: DEPLOYS_MS });
  } finally {
    await server.stop();
  }
});

// A module that is evaluated again and again, as under hot reload, leaves nothing behind it: no listener, channel, lock or
// timer for each evaluation.
import assert from "node:assert/strict";
import test from "node:test";
import { pages } from "./support/pages.mjs";

const visit = pages();

/** For `init`. `look()` gives what the page has of each at the moment; what rings by itself is no growth, so timers are those of a minute and more. */
function watched() {
  const listening = [];
  let channels = 0;
  const timers = new Set();
  const { addEventListener, removeEventListener } = EventTarget.prototype;
  EventTarget.prototype.addEventListener = function (...given) {
    if (this === globalThis || this === document) listening.push(`${given[0]}`);
    return addEventListener.apply(this, given);
  };
  EventTarget.prototype.removeEventListener = function (...given) {
    if (this === globalThis || this === document) listening.splice(listening.indexOf(`${given[0]}`), 1);
    return removeEventListener.apply(this, given);
  };
  const Channel = BroadcastChannel;
  globalThis.BroadcastChannel = class extends Channel {
    constructor(name) {
      super(name);
      channels += 1;
    }
    close() {
      super.close();
      channels -= 1;
    }
  };
  const { setTimeout, clearTimeout } = globalThis;
  globalThis.setTimeout = (run, ms, ...rest) => {
    const timer = setTimeout((...given) => (timers.delete(timer), run(...given)), ms, ...rest);
    if (ms >= 60_000) timers.add(timer);
    return timer;
  };
  globalThis.clearTimeout = (timer) => (timers.delete(timer), clearTimeout(timer));
  globalThis.look = async () => {
    const { held, pending } = await navigator.locks.query();
    return { listening: [...listening].sort(), channels, timers: timers.size, locks: [held.length, pending.length] };
  };
}

/** Wraps, configures and registers all that a module can. Vite's stamp tells the evaluations apart. */
const MODULE = `import { bindReplay, cacheData, cacheResource, configure, flush, registerType, replayable } from "/pkg/keepsake.js";
import * as st from "/pkg/elements.js";
configure({ version: "1" });
class Point {
  constructor(x) {
    this.x = x;
  }
}
registerType({ type: Point, tag: "point", encode: ({ x }) => x, decode: (x) => new Point(x) });
const beep = replayable("beep", () => {});
let rang = 0;
const load = cacheData(async (id) => (beep(), { id }), { ttl: "1h" });
const stale = cacheData(async (id) => ({ id }), { ttl: "1h", refreshMode: "background" });
const tab = cacheData(async (id) => ({ id }), { name: "tab", scope: "tab" });
const memory = cacheData((id) => new Point(id), { persist: false, ttl: "1h" });
const resource = cacheResource((id) => ({ id }), { onRelease() {} });
const app = st.run(document.body, (own) => own.text("drawn"));
export const used = async () => {
  await app.settled;
  const stop = load.entry(1).subscribe(() => (rang += 1));
  const values = [await load(1), await stale(1), await tab(1), memory(1), resource(1)];
  stop();
  await flush();
  return values.map(({ id, x }) => id ?? x);
};
`;

test("a module that is evaluated again and again leaves no listener, channel, lock or timer behind", () =>
  visit(
    () => {
      let stamp = 1_790_000_000_000;
      const again = async (times) => {
        let values;
        for (let i = 0; i < times; i++) values = await (await import(`/module.js?t=${(stamp += 1)}`)).used();
        return values;
      };
      return { again };
    },
    async ({ page }) => {
      assert.deepEqual(await page.evaluate(() => app.again(2)), [1, 1, 1, 1, 1]);
      const before = await page.evaluate(() => look());
      assert.deepEqual(await page.evaluate(() => app.again(40)), [1, 1, 1, 1, 1]);
      const after = await page.evaluate(() => look());
      assert.ok(after.timers <= 1, "one timer sweeps for all");
      assert.deepEqual({ ...after, timers: 0 }, { ...before, timers: 0 });
      assert.equal(await page.locator(".keepsake").count(), 1, "an element has one app");
    },
    { init: [watched], files: { "module.js": MODULE } },
  ));

test("what a module held when it was evaluated again stays usable, and a page that ends lets go of all", () =>
  visit(
    () => ({}),
    async ({ page, reload }) => {
      const told = await page.evaluate(async () => {
        const first = await import("/module.js?t=1790000000000");
        await first.used();
        const second = await import("/module.js?t=1790000000001");
        return [await second.used(), await first.used()];
      });
      assert.deepEqual(told, [Array(5).fill(1), Array(5).fill(1)]);
      await reload();
      const { locks, channels } = await page.evaluate(() => look());
      assert.deepEqual([locks, channels], [[0, 0], 0]);
    },
    { init: [watched], files: { "module.js": MODULE } },
  ));

// Where the platform has AsyncContext, the context of a cached call follows its awaits. Node's AsyncLocalStorage stands for it.
import assert from "node:assert/strict";
import { AsyncLocalStorage } from "node:async_hooks";
import test from "node:test";

class Variable {
  #storage = new AsyncLocalStorage();
  #default;

  constructor({ defaultValue } = {}) {
    this.#default = defaultValue;
  }

  get() {
    return this.#storage.getStore() ?? this.#default;
  }

  run(value, act) {
    return this.#storage.run(value, act);
  }
}

const place = { recorder: null, place: null, isDetached: false };

test("without it, the context holds for the synchronous part, and is given back whatever happens", async () => {
  const { currentContext, within } = await import("../../src/web/js/replay/context.js");
  const seen = [];
  await within(place, async () => {
    seen.push(currentContext());
    await null;
    seen.push(currentContext());
  });
  assert.throws(() => within(place, () => assert.fail("thrown")));
  assert.deepEqual([...seen, currentContext()], [place, null, null]);
});

test("with it, the context follows an await, and no other call sees it", async () => {
  delete globalThis[Symbol.for("keepsake.replay/1")];
  globalThis.AsyncContext = { Variable };
  try {
    const { currentContext, within } = await import("../../src/web/js/replay/context.js?async");
    const other = { ...place };
    const during = async (context) => {
      await null;
      return currentContext() === context;
    };
    assert.deepEqual(await Promise.all([within(place, () => during(place)), within(other, () => during(other)), during(null)]), [true, true, true]);
  } finally {
    delete globalThis.AsyncContext;
    delete globalThis[Symbol.for("keepsake.replay/1")];
  }
});

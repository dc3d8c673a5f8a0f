/** For tests of what is on disk: the database itself, a collection that comes soon, and patience. Sent as text: it uses nothing from here. */

/** For `init`: what the library leaves for later comes soon. */
export const hurry = () => {
  const { setTimeout } = globalThis;
  const soon = { 5_000: 30, 15_000: 1_000 };
  globalThis.setTimeout = (run, ms, ...rest) => {
    const noted = () => {
      run();
      globalThis.hasCollected = true;
    };
    return setTimeout(ms === 5_000 ? noted : run, soon[ms] ?? ms, ...rest);
  };
};

/** For `init`: on a busy machine too a page waits for its database and for other tabs. */
export const patient = () => {
  const { setTimeout } = globalThis;
  // 500 ms: an answer of another tab. 1 s: a read; half of what an open and a write may take.
  globalThis.setTimeout = (run, ms, ...rest) => setTimeout(run, ms === 500 || ms === 1_000 ? 20_000 : ms, ...rest);
};

/** For `init`: the page collects nothing by itself. */
export const uncollected = () => {
  const { setTimeout } = globalThis;
  globalThis.setTimeout = (run, ms, ...rest) => setTimeout(run, ms === 5_000 ? 1e9 : ms, ...rest);
};

/** For `init`: what tests ask of the database itself. */
export const raw = () => {
  globalThis.raw = async (act, name = "keepsake") => {
    const database = await new Promise((resolve, reject) => {
      const request = indexedDB.open(name);
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
    const transaction = database.transaction([...database.objectStoreNames], "readwrite");
    const asked = (request) => new Promise((resolve, reject) => ((request.onsuccess = () => resolve(request.result)), (request.onerror = () => reject(request.error))));
    const done = new Promise((resolve, reject) => ((transaction.oncomplete = resolve), (transaction.onabort = () => reject(transaction.error))));
    const result = await act((store) => transaction.objectStore(store), asked);
    await done;
    database.close();
    return result;
  };
  /** How many records there are in each store. */
  globalThis.counts = () => globalThis.raw(async (store, asked) => [await asked(store("values").count()), await asked(store("entries").count())]);
  /** Changes a field of every record of a store. */
  globalThis.change = (name, field, by) =>
    globalThis.raw(async (store, asked) => {
      const keys = await asked(store(name).getAllKeys());
      const records = await asked(store(name).getAll());
      records.forEach((record, at) => {
        if (name !== "functions" || keys[at] instanceof ArrayBuffer) store(name).put(record.with(field, record[field] + by), keys[at]);
      });
      return records.length;
    });
  /** Lets the next page collect, as if an hour had passed. */
  globalThis.again = () => globalThis.raw(async (store, asked) => store("functions").put((await asked(store("functions").get("database"))).with(5, 0), "database"));
  globalThis.until = async (isSo) => {
    while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 10));
  };
};

// @ts-check
/** What those wait for who take a handle's promise: one promise, until there is something else to wait for. */

/** React reads these, so that what has settled is there at once. @typedef {Promise<any> & { status?: "pending" | "fulfilled" | "rejected", value?: any, reason?: unknown }} Tracked */

export class Waiting {
  /** @type {Tracked | null} */
  promise = null;
  /** @type {(value: any) => void} */
  #resolve = () => {};
  /** @type {(error: unknown) => void} */
  #reject = () => {};

  /** Whether somebody may wait for it. */
  get isPending() {
    return this.promise?.status === "pending";
  }

  /** @returns {Tracked} */
  begin() {
    /** @type {Tracked} */
    const promise = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    promise.status = "pending";
    promise.catch(() => {}); // it may be that nobody waits for it
    this.promise = promise;
    return promise;
  }

  /** What has settled is not what comes next. */
  renew() {
    if (!this.isPending) this.promise = null;
  }

  /** @param {any} value */
  resolve(value) {
    if (this.promise === null) return;
    Object.assign(this.promise, { status: "fulfilled", value });
    this.#resolve(value);
  }

  /** @param {unknown} reason */
  reject(reason) {
    if (this.promise === null) return;
    Object.assign(this.promise, { status: "rejected", reason });
    this.#reject(reason);
  }
}

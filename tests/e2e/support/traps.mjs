/** An engine that dies: what runs in a page before the library, and lets a chosen export of its WebAssembly trap. */

/**
 * For `init`. Puts `trap` on the page: `Object.assign(trap, { name, left, after })` lets the export of that name trap at its
 * `left`-th call, before it does anything or after it has done all. A dead instance traps at every call, as one does
 * that was stopped while it held a borrow.
 */
export function trapping() {
  const { Instance, RuntimeError } = WebAssembly;
  const trap = { name: "", after: false, left: 0, fired: 0, exports: [], calls: {} };
  globalThis.trap = trap;
  WebAssembly.Instance = class {
    constructor(...given) {
      const real = new Instance(...given).exports;
      let isDead = false;
      const die = () => {
        isDead = true;
        throw new RuntimeError("unreachable");
      };
      const deadly = (name, call) => (...args) => {
        if (isDead) die();
        trap.calls[name] = (trap.calls[name] ?? 0) + 1;
        const isNow = trap.name === name && (trap.left -= 1) === 0;
        if (isNow) trap.fired += 1;
        if (isNow && !trap.after) die();
        const result = call(...args);
        if (isNow) die();
        return result;
      };
      trap.exports = Object.keys(real).filter((name) => typeof real[name] === "function");
      return { exports: { ...real, ...Object.fromEntries(trap.exports.map((name) => [name, deadly(name, real[name])])) } };
    }
  };
}

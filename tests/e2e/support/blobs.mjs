/** Contents of blobs: what runs in a page before the library, and watches, holds or fails their reading. */

/**
 * For `init`. Puts `reads` on the page:
 *
 *     reads.sizes;             // of each piece that was asked for, in bytes
 *     reads.most;              // so many were being read at the same time, at most
 *     reads.hold();            // from now on pieces are not read until reads.letGo() or reads.letGo(2) says so
 *     await reads.begun(2);    // settles when two pieces have been asked for since the last hold
 *     reads.failures = 1;      // the next piece cannot be read
 */
export function watchedBlobs() {
  const { arrayBuffer } = Blob.prototype;
  const reads = { sizes: [], most: 0, failures: 0, hold, letGo, begun };
  globalThis.reads = reads;
  let open = 0;
  let since = 0;
  let gate = null;
  let left = 0;
  let waiting = [];

  function hold() {
    gate = true;
    since = 0;
    left = 0;
  }
  function letGo(pieces = Infinity) {
    left += pieces;
    while (left > 0 && waiting.length > 0) {
      left -= 1;
      waiting.shift()();
    }
    if (left === Infinity) gate = null;
  }
  async function begun(pieces) {
    while (since < pieces) await new Promise((resolve) => setTimeout(resolve));
  }
  function turn() {
    if (gate === null) return undefined;
    if (left > 0) {
      left -= 1;
      return undefined;
    }
    return new Promise((resolve) => waiting.push(resolve));
  }

  Blob.prototype.arrayBuffer = async function () {
    since += 1;
    reads.sizes.push(this.size);
    reads.most = Math.max(reads.most, (open += 1));
    try {
      await turn();
      if (reads.failures > 0) {
        reads.failures -= 1;
        throw new DOMException("The file could not be read.", "NotReadableError");
      }
      return await arrayBuffer.call(this);
    } finally {
      open -= 1;
    }
  };
}

/** For `init`. Puts `memory()` on the page: how many bytes the memories of all instances of WebAssembly take. */
export function watchedMemory() {
  const { Instance } = WebAssembly;
  const memories = [];
  globalThis.memory = () => memories.reduce((sum, memory) => sum + memory.buffer.byteLength, 0);
  WebAssembly.Instance = class {
    constructor(...given) {
      const instance = new Instance(...given);
      memories.push(instance.exports.memory);
      return instance;
    }
  };
}

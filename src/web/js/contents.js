// @ts-check
/**
 * Contents that are read asynchronously: of blobs, files, and the bodies of requests. They are streamed into the digest,
 * so that a large file takes little memory.
 */

import { headItem } from "./encoding.js";
import * as TAG from "./tags.js";

/** A part of an encoding: bytes, or what has a content that belongs there. @typedef {Uint8Array | Blob | Request} Part */

/** Bytes, or a blob in a box: one with a `then` is not to be waited for. @typedef {Uint8Array | { blob: Blob }} Held */

/** Blobs are read this many bytes at a time. */
const CHUNK = 1024 * 1024;

/** Whether an encoding has parts that are still to be read. @param {unknown} encoding @returns {encoding is Part[]} */
export function hasContents(encoding) {
  return Array.isArray(encoding) && encoding.some((part) => !(part instanceof Uint8Array));
}

/** An encoding as it was at the call, whose contents are still to be read. */
export class Pending {
  /** @type {(Held | Promise<Held>)[]} */
  #parts;

  /**
   * Takes hold of everything: bytes may be views on data that changes, and a request's body is used up by its reader.
   * @param {Part[]} parts
   */
  constructor(parts) {
    this.#parts = parts.map((part) => (part instanceof Uint8Array ? part.slice() : held(part)));
  }

  /**
   * Digests it, a piece at a time; other calls digest theirs meanwhile. Throws if a content cannot be read.
   * @param {import("./engine.js").Engine} engine
   * @param {number} id of the function
   * @param {number} [flight] whose call it is to be compared with
   * @returns {Promise<() => number>} takes the digest up for the operation that follows in the same step; gives the
   *   length to name to it, or -1 if the engine is another one by now
   */
  async digest(engine, id, flight) {
    let rest = engine.startDigest(id, flight);
    const { epoch } = engine; // that may have made one
    const take = () => (epoch === engine.epoch ? engine.resumeDigest(rest) : -1);
    try {
      for await (const piece of this.pieces()) {
        if (take() < 0) break;
        engine.feed(piece);
        rest = engine.restDigest();
      }
    } catch (error) {
      take(); // and drops it
      throw error;
    }
    return take;
  }

  /** All of it, in order. */
  async *pieces() {
    for (const part of this.#parts) {
      const content = await part;
      if (content instanceof Uint8Array) yield content;
      else yield* contentOf(content.blob);
    }
  }
}

/** @param {Blob} blob */
async function* contentOf(blob) {
  // By the class's own methods: a blob may have others, and a `then`.
  const { slice, arrayBuffer } = Blob.prototype;
  const size = sizeOf(blob);
  yield headItem(TAG.BYTES, size);
  for (let from = 0; from < size; from += CHUNK) {
    yield new Uint8Array(await arrayBuffer.call(slice.call(blob, from, from + CHUNK)));
  }
}

/** @param {Blob} blob @returns {number} */
function sizeOf(blob) {
  return /** @type {any} */ (Object.getOwnPropertyDescriptor(Blob.prototype, "size")).get.call(blob);
}

/**
 * A request is copied at once; a blob never changes. A body without content is none: not every browser shows which it is.
 * @param {Blob | Request} holder @returns {Held | Promise<Held>}
 */
function held(holder) {
  if (isBlob(holder)) return { blob: holder };
  const body = bodyOf(holder);
  body.catch(() => {}); // whoever reads it is told; but that may never come to pass
  return body;
}

/** @param {Blob | Request} holder @returns {holder is Blob} */
function isBlob(holder) {
  try {
    return sizeOf(/** @type {Blob} */ (holder)) >= 0;
  } catch {
    return false;
  }
}

/** @param {Request} request @returns {Promise<Held>} */
async function bodyOf(request) {
  const { clone, blob } = Request.prototype;
  const body = await blob.call(clone.call(request));
  return body.size > 0 ? { blob: body } : Uint8Array.of(TAG.HOLE);
}

// @ts-check
/**
 * Contents that are read asynchronously: of blobs, files, and the bodies of requests. They are streamed into the digest,
 * so that a large file takes little memory.
 */

/** A part of an encoding: bytes, or what has a content that belongs there. @typedef {Uint8Array | Blob | Request} Part */

/** Blobs are read this many bytes at a time. */
const CHUNK = 1024 * 1024;

/** The tag of a content, in the table of `src/encoding.rs`, and what stands for none. */
const BYTES = 0x50;
const HOLE = 0x11;

/** Whether an encoding has parts that are still to be read. @param {unknown} encoding @returns {encoding is Part[]} */
export function hasContents(encoding) {
  return Array.isArray(encoding) && encoding.some((part) => !(part instanceof Uint8Array));
}

/** An encoding as it was at the call, whose contents are still to be read. */
export class Pending {
  /** @type {(Uint8Array | Promise<Blob | Uint8Array>)[]} */
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
   * @returns {Promise<() => number>} takes the digest up for the operation that follows in the same step; gives the
   *   length to name to it, or -1 if the engine is another one by now
   */
  async digest(engine, id) {
    const { epoch } = engine;
    let rest = engine.startDigest(id);
    const take = () => (epoch === engine.epoch ? engine.resumeDigest(rest) : -1);
    try {
      for await (const piece of this.#pieces()) {
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

  /** The whole, for tests. @returns {Promise<Uint8Array>} */
  async bytes() {
    const all = [];
    for await (const piece of this.#pieces()) all.push(...piece);
    return Uint8Array.from(all);
  }

  async *#pieces() {
    for (const part of this.#parts) {
      const content = await part;
      if (content instanceof Uint8Array) yield content;
      else yield* contentOf(content);
    }
  }
}

/** @param {Blob} blob */
async function* contentOf(blob) {
  yield headOf(blob.size);
  for (let from = 0; from < blob.size; from += CHUNK) {
    yield new Uint8Array(await blob.slice(from, from + CHUNK).arrayBuffer());
  }
}

/** The tag and the count of a content. @param {number} size */
function headOf(size) {
  const head = [BYTES];
  for (; size >= 0x80; size = Math.floor(size / 0x80)) head.push((size & 0x7f) | 0x80);
  return Uint8Array.of(...head, size);
}

/**
 * A request is copied at once; a blob never changes. A body without content is none: not every browser shows which it is.
 * @param {Blob | Request} holder @returns {Promise<Blob | Uint8Array>}
 */
function held(holder) {
  const content = "slice" in holder ? Promise.resolve(holder) : bodyOf(holder);
  content.catch(() => {}); // whoever reads it is told; but that may never come to pass
  return content;
}

/** @param {Request} request @returns {Promise<Blob | Uint8Array>} */
async function bodyOf(request) {
  const body = await request.clone().blob();
  return body.size > 0 ? body : Uint8Array.of(HOLE);
}

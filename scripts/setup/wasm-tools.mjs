/** wasm-pack and wasm-bindgen's command line tools. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT, Stop } from "../process.mjs";
import { ensureTool } from "./cargo-tools.mjs";

/** The wasm-pack that the flags in build.mjs and testing/stages.mjs were checked with. */
export const WASM_PACK_VERSION = "0.15.1";

/**
 * Makes sure of the tools and puts them in front of PATH.
 * @returns {Promise<{ wasmPack: string, wasmBindgen: string }>} their paths
 */
export async function ensureWasmTools() {
  const wasmBindgen = await ensureTool({
    crate: "wasm-bindgen-cli",
    version: wasmBindgenVersion(),
    programs: ["wasm-bindgen", "wasm-bindgen-test-runner"],
    flags: [], // its lockfile pins a yanked version, so `--locked` fails
  });
  const wasmPack = await ensureTool({
    crate: "wasm-pack",
    version: WASM_PACK_VERSION,
    programs: ["wasm-pack"],
    flags: ["--locked"],
  });
  return { wasmPack, wasmBindgen };
}

/**
 * The tool and the crate must be of the same version, so the crate's is read.
 * @param {string} [root] of the repository
 * @returns {string}
 */
export function wasmBindgenVersion(root = ROOT) {
  const read = (/** @type {string} */ name) => (existsSync(join(root, name)) ? readFileSync(join(root, name), "utf8") : "");
  const locked = /^name = "wasm-bindgen"\r?\nversion = "([^"]+)"/m.exec(read("Cargo.lock"));
  const pinned = /^wasm-bindgen = (?:\{.*?version = )?"=([^"]+)"/m.exec(read("Cargo.toml"));
  const version = (locked ?? pinned)?.[1];
  if (!version) throw new Stop("Cargo.lock names no wasm-bindgen version: restore it with `git checkout Cargo.lock`.");
  return version;
}

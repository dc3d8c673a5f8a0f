/** `npm run build`: makes pkg/, the npm package, from the crate. Does nothing when nothing has changed. */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { ROOT, run, runAsScript, say } from "./process.mjs";
import { ensureNodeModules, ensureRust } from "./setup.mjs";

/** Everything that pkg/ is made from; a directory stands for all files in it. */
const INPUTS = [
  ".cargo", "Cargo.lock", "Cargo.toml", "LICENSE", "README.md", "docs", "package-lock.json", "rust-toolchain.toml",
  "scripts/build.mjs", "scripts/pack", "scripts/pack.mjs", "src", "tests/inside.mjs", "types",
];

/** The package, and what tests and benchmarks see of its inside. */
const MADE = ["pkg", "target/inside.js"];

/**
 * The standard library is compiled with the crate, for size, without the texts of panics and of `{:?}`, which nobody sees: a
 * trap ends the instance either way. It makes the WebAssembly an eighth smaller. The flags are unstable ones of the compiler
 * in rust-toolchain.toml.
 */
const STD_FLAGS = ["-Z", "build-std=std,panic_abort", "-Z", "build-std-features=optimize_for_size"];
const RUST_FLAGS = ["--cfg=built_for_size", "-Ctarget-feature=+simd128", "-Zunstable-options", "-Cpanic=immediate-abort", "-Zlocation-detail=none", "-Zfmt-debug=none"];

/** Written last: digests of what pkg/ was made from and of pkg/ itself. */
const STAMP = join(ROOT, "target", "keepsake-build.json");

/** Builds pkg/ unless it is up to date. */
export async function build() {
  const inputs = digest(INPUTS);
  const current = isCurrent(inputs);
  if (!current) await ensureRust();
  await ensureNodeModules();
  if (current) return say("pkg/ is up to date.");

  say("Building pkg/ (about a minute the first time).");
  rmSync(STAMP, { force: true });
  await run("cargo", ["build", "--release", "--lib", "--target", "wasm32-unknown-unknown", ...STD_FLAGS], { env: { RUSTC_BOOTSTRAP: "1", RUSTFLAGS: RUST_FLAGS.join(" ") } });
  const { pack } = await import("./pack.mjs");
  await pack();

  mkdirSync(dirname(STAMP), { recursive: true });
  writeFileSync(STAMP, JSON.stringify({ inputs, pkg: digest(MADE) }));
  say("pkg/ is built.");
}

/** @param {string} inputs @returns {boolean} whether pkg/ is whole, and made from these inputs */
function isCurrent(inputs) {
  if (!existsSync(STAMP)) return false;
  try {
    const stamp = JSON.parse(readFileSync(STAMP, "utf8"));
    return stamp.inputs === inputs && stamp.pkg === digest(MADE);
  } catch {
    return false;
  }
}

/** @param {string[]} paths relative to the root @returns {string} a digest over names and contents */
function digest(paths) {
  const hash = createHash("sha256");
  for (const file of paths.flatMap(filesUnder).sort()) {
    const bytes = readFileSync(join(ROOT, file));
    hash.update(`${file}\0${bytes.length}\0`).update(bytes);
  }
  return hash.digest("hex");
}

/** @param {string} path relative to the root @returns {string[]} the path itself, or all files in that directory */
function filesUnder(path) {
  const entries = listDirectory(join(ROOT, path));
  if (!entries) return existsSync(join(ROOT, path)) ? [path] : [];
  return entries.flatMap((entry) => filesUnder(`${path}/${entry}`));
}

/** @param {string} path @returns {string[] | undefined} */
function listDirectory(path) {
  try {
    return readdirSync(path);
  } catch {
    return undefined;
  }
}

await runAsScript(import.meta.url, build);

/** Rust's compiler, in the version of rust-toolchain.toml; its wasm target, the sources of its library, and the two components that the tests use. */
import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { isExecutable, output, prependToPath, ROOT, run, say, Stop, which } from "../process.mjs";

/** The target that the package is compiled for. */
export const WASM_TARGET = "wasm32-unknown-unknown";

/** Makes sure that `cargo` is on PATH and can compile to WebAssembly, the standard library as well. */
export async function ensureRust() {
  findCargo();
  await ensureToolchain();
  const libraries = output("rustc", ["--target", WASM_TARGET, "--print", "target-libdir"]);
  const sysroot = output("rustc", ["--print", "sysroot"]);
  const hasTarget = libraries && existsSync(libraries);
  const hasSources = sysroot && existsSync(join(sysroot, "lib/rustlib/src/rust/library/Cargo.lock"));
  if (hasTarget && hasSources) return;
  if (!which("rustup")) {
    throw new Stop(`Rust has no ${hasTarget ? "sources of its library" : `${WASM_TARGET} target`}, and no rustup to add them: install Rust from https://rustup.rs.`);
  }
  say(`Adding Rust's ${WASM_TARGET} target and the sources of its library (about 20 s).`);
  if (!hasTarget) await run("rustup", ["target", "add", WASM_TARGET]);
  if (!hasSources) await run("rustup", ["component", "add", "rust-src"]);
}

/** Makes sure of the compiler's version: the package is built with unstable flags of it. rustup would install it at its first use, without a word. */
async function ensureToolchain() {
  const [, channel = ""] = /^channel = "(.+)"$/m.exec(readFileSync(join(ROOT, "rust-toolchain.toml"), "utf8")) ?? [];
  if (which("rustup")) {
    if (output("rustup", ["toolchain", "list"])?.includes(channel)) return;
    say(`Installing Rust ${channel} (about half a minute).`);
    return run("rustup", ["toolchain", "install", channel, "--profile", "minimal", "--component", "clippy,rustfmt,rust-src", "--target", WASM_TARGET]);
  }
  const version = output("rustc", ["--version"])?.split(" ")[1];
  if (version !== channel) throw new Stop(`This takes Rust ${channel}, and \`rustc\` is ${version}: install rustup from https://rustup.rs, which finds the right one by itself.`);
}

/** Makes sure of `cargo fmt` and `cargo clippy`, which a minimal Rust lacks. */
export async function ensureRustComponents() {
  findCargo();
  const tools = [["fmt", "rustfmt"], ["clippy", "clippy"]];
  const missing = tools.filter(([command]) => !output("cargo", [command, "--version"])).map(([, component]) => component);
  if (missing.length === 0) return;
  if (!which("rustup")) {
    throw new Stop(`${missing.join(" and ")} are missing, and there is no rustup to add them: install Rust from https://rustup.rs.`);
  }
  say(`Adding Rust's ${missing.join(" and ")} (about 20 s).`);
  await run("rustup", ["component", "add", ...missing]);
}

/** A fresh rustup is on disk before a shell has it on PATH. */
function findCargo() {
  if (which("cargo")) return;
  const bin = join(process.env.CARGO_HOME ?? join(homedir(), ".cargo"), "bin");
  if (!isExecutable(join(bin, "cargo"))) {
    throw new Stop("Rust is missing: install it from https://rustup.rs (the defaults will do), then run this again.");
  }
  prependToPath(bin);
}

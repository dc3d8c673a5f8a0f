/** Which tests a whole crate declares: its files, followed from Cargo's targets through every `mod`. */
import { existsSync, readFileSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { output, Stop } from "../process.mjs";
import { filesUnder } from "./files.mjs";
import { testsInRust } from "./rust-tests.mjs";

/** @typedef {import("../declared.mjs").Test} Test */
/** @typedef {{ name: string, kind: string, path: string }} Target one thing that Cargo compiles, with its first file */

/**
 * @param {string} root the repository
 * @returns {Target[]} the targets of its crate, with paths relative to the root
 */
export function cargoTargets(root) {
  const manifest = join(root, "Cargo.toml");
  const metadata = output("cargo", ["metadata", "--no-deps", "--format-version", "1", "--manifest-path", manifest]);
  if (!metadata) throw new Stop("`cargo metadata` failed: run it to see what is wrong with Cargo.toml.");
  const { packages } = JSON.parse(metadata);
  const own = packages.find((/** @type {any} */ each) => each.manifest_path === manifest) ?? packages[0];
  return own.targets.map((/** @type {any} */ each) => ({ name: each.name, kind: each.kind[0], path: relative(root, each.src_path) }));
}

/**
 * @param {string} root
 * @param {Target[]} targets
 * @returns {{ tests: Test[], problems: string[] }}
 */
export function testsInCrate(root, targets) {
  /** @type {Test[]} */
  const tests = [];
  /** @type {Set<string>} */
  const problems = new Set();
  /** @type {Set<string>} the files that a target mounts */
  const mounted = new Set();

  for (const target of targets) {
    /** @param {string} file @param {string[]} modules */
    const visit = (file, modules) => {
      mounted.add(file);
      const found = testsInRust(readFileSync(join(root, file), "utf8"));
      for (const problem of found.problems) problems.add(`${file}:${problem}`);
      for (const { name } of found.tests) tests.push({ runner: "native", where: target.path, name: [...modules, name].join("::") });
      for (const module of found.modules) {
        const next = fileOfModule(root, file, modules.length === 0, module);
        if (next) visit(next, [...modules, ...module.inside, module.name]);
        else problems.add(`${file}:${module.line}: there is no file for \`mod ${module.name}\``);
      }
    };
    visit(target.path, []);
  }

  for (const file of [...filesUnder(root, "src", ".rs"), ...filesUnder(root, "tests", ".rs")]) {
    if (!mounted.has(file)) problems.add(`${file}: no \`mod\` and no target in Cargo.toml mounts this file, so nothing in it runs`);
  }
  return { tests, problems: [...problems] };
}

/**
 * Where Rust looks for a module's file.
 * @param {string} root
 * @param {string} file the one that says `mod`
 * @param {boolean} isFirst whether it is a target's first file
 * @param {import("./rust-tests.mjs").RustModule} module
 * @returns {string | undefined}
 */
function fileOfModule(root, file, isFirst, { name, inside, path }) {
  const directory = dirname(file);
  const own = isFirst || basename(file) === "mod.rs" ? directory : join(directory, basename(file, ".rs"));
  const base = join(own, ...inside);
  const candidates = path
    ? [join(inside.length > 0 ? base : directory, path)]
    : [join(base, `${name}.rs`), join(base, name, "mod.rs")];
  return candidates.find((candidate) => existsSync(join(root, candidate)));
}

/**
 * The types as users have them: tests/types against the package as it is published, found by its `exports`. (`tsc -p
 * tsconfig.json` checks the same against types/, before anything is built.)
 */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { cpSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { ROOT } from "../../scripts/process.mjs";

/** Within the repository, so that libraries are found. */
const DIRECTORY = join(ROOT, "target", "types");

/** A page without what is newer than 2022, and without a document: what a worker or a server has. */
const MODEST = `
  import { type Lease, type Snapshot, cacheData, cacheResource, hash, on, stats } from "keepsake";
  import { decimal } from "keepsake/types";
  export const load = cacheData((id: number) => id, { ttl: { hours: 1 } });
  export const open = cacheResource((name: string) => ({ name }));
  export const lease: Promise<Lease<{ name: string }>> = open.lease("a");
  export const end = async () => (await lease).release();
  export const shown: Snapshot<number> = load.entry(1).getSnapshot();
  export const all = [hash(1), stats().entries, on(() => {}), decimal];
`;

before(() => {
  rmSync(DIRECTORY, { recursive: true, force: true });
  mkdirSync(join(DIRECTORY, "node_modules"), { recursive: true });
  symlinkSync(join(ROOT, "pkg"), join(DIRECTORY, "node_modules", "keepsake"), "dir");
  cpSync(join(ROOT, "tests/types"), join(DIRECTORY, "tests"), { recursive: true });
  writeFileSync(join(DIRECTORY, "modest.ts"), MODEST);
});
after(() => rmSync(DIRECTORY, { recursive: true, force: true }));

/** What is wrong, as `tsc` tells it. @param {Record<string, unknown>} options of the compiler @param {string[]} include @returns {Promise<string>} */
function faultsWith(options, include) {
  const compilerOptions = { strict: true, skipLibCheck: false, noEmit: true, declaration: true, types: [], target: "es2022", ...options };
  writeFileSync(join(DIRECTORY, "tsconfig.json"), JSON.stringify({ compilerOptions, include }));
  const tsc = join(ROOT, "node_modules/typescript/bin/tsc");
  return new Promise((resolve) => execFile(process.execPath, [tsc, "-p", DIRECTORY], { cwd: DIRECTORY }, (error, stdout) => resolve(error === null ? stdout : `${stdout}\n${error.message}`)));
}

for (const resolution of ["bundler", "nodenext"]) {
  const module = resolution === "bundler" ? "esnext" : resolution;
  test(`the types hold as ${resolution} finds them`, async () => {
    for (const exactOptionalPropertyTypes of [false, true]) {
      const faults = await faultsWith({ module, moduleResolution: resolution, exactOptionalPropertyTypes, lib: ["esnext", "dom", "dom.iterable"] }, ["tests"]);
      assert.equal(faults, "", `exactOptionalPropertyTypes: ${exactOptionalPropertyTypes}`);
    }
  });

  test(`they ask for no newer library than that of 2022, and no document, as ${resolution} finds them`, async () => {
    assert.equal(await faultsWith({ module, moduleResolution: resolution, lib: ["es2022"] }, ["modest.ts"]), "");
  });
}

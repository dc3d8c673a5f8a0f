// The packed package's types in a project that checks them as strictly as it can, libraries too: with the oldest TypeScript
// that knows what they are written in, and the one of the repository.
import assert from "node:assert/strict";
import { join } from "node:path";
import test from "node:test";
import { directoryOf, project } from "./support/project.mjs";

let made;

for (const compiler of ["typescript-5.4", "typescript"]) {
  for (const resolution of ["bundler", "node16", "nodenext"]) {
    test(`${compiler} finds nothing wrong where modules are resolved as by ${resolution}`, async () => {
      made ??= project(["typescript"]);
      const said = await (await made).node(join(directoryOf(compiler), "bin/tsc"), "--project", `${resolution}.json`);
      assert.equal(said, "");
    });
  }
}

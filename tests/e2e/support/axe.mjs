/** What axe-core finds wrong with a page, for those who hear it, see little, or have no mouse. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const SOURCE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/**
 * Checks a page as it stands by all rules of axe-core, also those of good practice.
 * @param {import("playwright-core").Page} page
 * @param {object} [options]
 * @param {string[]} [options.without] ids of rules that do not apply
 * @returns {Promise<string[]>} each rule that is broken, where, and how; none is as it should be
 */
export async function violations(page, { without = [] } = {}) {
  // Not as a script of the page, which its Content-Security-Policy may refuse.
  await page.evaluate(`globalThis.axe ?? (() => { ${SOURCE} })()`);
  return page.evaluate(async (disabled) => {
    const rules = Object.fromEntries(disabled.map((id) => [id, { enabled: false }]));
    const { violations, passes } = await globalThis.axe.run(document, { rules, resultTypes: ["violations"] });
    if (passes.length === 0) throw new Error("axe-core has checked nothing");
    return violations.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => `${id}: ${target.join(" ")}: ${failureSummary}`));
  }, without);
}

/** What a reader can choose about how a page looks. */
export const LOOKS = [{ colorScheme: "light" }, { colorScheme: "dark" }, { colorScheme: "light", width: 390 }, { colorScheme: "dark", width: 390 }];

/** Calls back for a page in each of the {@link LOOKS}. @param {import("playwright-core").Page} page @param {(look: string) => Promise<unknown>} body */
export async function inEachLook(page, body) {
  for (const { colorScheme, width = 1_200 } of LOOKS) {
    await page.emulateMedia({ colorScheme: /** @type {"light" | "dark"} */ (colorScheme) });
    await page.setViewportSize({ width, height: 900 });
    await body(`${colorScheme}, ${width} pixels`);
  }
}

// @ts-check
/** What a function's wrapper is told of that may not be as it was meant. */
import { siteInWords } from "./identity/call-site.js";
import { FACTORY, NO_SOURCE } from "./numbered.js";
import { isSuspicious } from "./options/read.js";

/**
 * Tells the page, each thing once. Its listener runs.
 * @param {import("./cached.js").Cached} cached
 * @param {number} why a function that would be persisted is kept in memory only, by the engine's number; 0 where it is not
 */
export function tellDoubts({ cache, description, facts, options }, why) {
  const { ttl } = options;
  if (isSuspicious(ttl)) cache.report("ttl-in-milliseconds", `${description} has a ttl of ${ttl} ms. Numbers are milliseconds; for seconds write ttl: "${ttl}s".`);
  if (why === 0) return;
  if (why === FACTORY) {
    // Once, since it is the same for all of them.
    cache.report("factory", `cacheData at ${facts.site === null ? "" : siteInWords(facts.site)} wraps several functions. They look the same, and may have closed over different values, so each is kept in memory only. To keep them over reloads, say what tells them apart, add: deps: [tenant] (an array, not a function; or a name for each: name: \`rows-\${tenant}\`).`);
    return;
  }
  const [problem, mend] = why === NO_SOURCE ? ["it has no source text (it is native, bound or a proxy), so a change could not be seen", 'name: "…", version: "1"'] : ["the place where it was wrapped cannot be read here", 'name: "…"'];
  cache.report("memory-only", `${description} is kept in memory only: ${problem}. To keep it over reloads, add: ${mend}.`);
}

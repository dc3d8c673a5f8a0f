// @ts-check
/** What becomes of an instance when its page is hidden, goes to sleep, comes back or ends. */
import { leaveTab } from "./tab-id.js";

/** @param {import("./keepsake.js").Keepsake} cache */
export function watchPage(cache) {
  if (typeof globalThis.addEventListener !== "function") return;
  // Best effort: a page that goes into the back/forward cache may come back to its objects.
  const writeOut = () => {
    for (const disk of cache.disks.all) disk.writeOut();
  };
  globalThis.document?.addEventListener("visibilitychange", writeOut); // a hidden page may end without another word
  globalThis.addEventListener("pagehide", (/** @type {any} */ event) => {
    writeOut();
    if (!event.persisted) cache.slots.releaseAll();
    leaveTab();
    cache.neighbours.sleep(!event.persisted);
  });
  globalThis.addEventListener("pageshow", (/** @type {any} */ event) => event.persisted && void cache.neighbours.wake());
  globalThis.document?.addEventListener("freeze", () => cache.neighbours.sleep());
  globalThis.document?.addEventListener("resume", () => void cache.neighbours.wake());
}

// What this tab remembers over its reloads: the last calls, which are run again after a reload so
// that their times stand beside those from before, and how far the page was scrolled.

const CALLS = "keepsake-gallery-calls";
const SCROLL = "keepsake-gallery-scroll";
const KEPT = 5;

const calls = read(CALLS) ?? {};

/** Newest first. */
export function of(id) {
  return calls[id] ?? [];
}

export function add(id, { badges, ms }) {
  calls[id] = [{ badges, ms, load: performance.timeOrigin }, ...of(id)].slice(0, KEPT);
  write(CALLS, calls);
}

export function forget(id) {
  delete calls[id];
  write(CALLS, calls);
}

export function isOfThisLoad(call) {
  return call.load === performance.timeOrigin;
}

/**
 * Remembers where the page was left. Gives what scrolls a reloaded page back there, as often as it is
 * called, until its visitor takes over.
 */
export function keepScroll() {
  const isReload = performance.getEntriesByType("navigation")[0]?.type === "reload";
  const left = isReload ? read(SCROLL) : null;
  let takenOver = false;
  for (const type of ["wheel", "touchstart", "pointerdown", "keydown"]) {
    addEventListener(type, () => (takenOver = true), { once: true, passive: true });
  }
  addEventListener("pagehide", () => write(SCROLL, scrollY));
  if (isReload) history.scrollRestoration = "manual";
  return () => {
    if (left !== null && !takenOver) scrollTo({ top: left, behavior: "instant" });
  };
}

function read(key) {
  try {
    return JSON.parse(sessionStorage.getItem(key));
  } catch {
    return null;
  }
}

function write(key, value) {
  try {
    sessionStorage.setItem(key, JSON.stringify(value));
  } catch {
    // Without storage the page forgets at a reload, and nothing else changes.
  }
}

// @ts-check
/** Tells the console; not every platform has one, and one that a test has replaced may throw. @param {string} message @param {unknown[]} errors */
export function warn(message, ...errors) {
  try {
    globalThis.console?.warn(`[keepsake] ${message}`, ...errors);
  } catch {
    // nobody else is there to be told
  }
}

// @ts-check
/** Tells the console; not every platform has one, and one that a test has replaced may throw. @param {string} message @param {unknown} [error] */
export function warn(message, error) {
  try {
    globalThis.console?.warn(`[keepsake] ${message}`, ...(error === undefined ? [] : [error]));
  } catch {
    // nobody else is there to be told
  }
}

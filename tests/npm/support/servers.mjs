/** Servers that tools bring along, on this machine alone. */
import { createServer } from "node:net";

/** A port that is free now. @returns {Promise<number>} */
export function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
      server.close(() => resolve(port));
    });
  });
}

/**
 * Waits until a server can be asked.
 * @param {import("./project.mjs").Running} server
 * @param {RegExp} says what it says then
 */
export async function ready(server, says) {
  try {
    await server.saying(says);
    return server;
  } catch (error) {
    await server.stop();
    throw error;
  }
}

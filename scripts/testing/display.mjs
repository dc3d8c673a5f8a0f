/** A display for programs that cannot do without one. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { Stop } from "../process.mjs";

/**
 * Starts Xvfb, which takes a number that is free and tells it.
 * @returns {Promise<{ name: string, close: () => Promise<void> }>} `name` is what `DISPLAY` is to be
 */
export async function openDisplay() {
  const child = spawn("Xvfb", ["-displayfd", "3", "-screen", "0", "1280x1024x24", "-nolisten", "tcp"], { stdio: ["ignore", "ignore", "ignore", "pipe"] });
  const ended = once(child, "exit");
  const number = await new Promise((resolve, reject) => {
    let told = "";
    child.once("error", (error) => reject(new Stop(`Cannot start Xvfb: ${error.message}.`)));
    child.once("exit", (code) => reject(new Stop(`Xvfb ended with exit code ${code} before there was a display.`)));
    const pipe = /** @type {import("node:stream").Readable} */ (child.stdio[3]);
    pipe.on("data", (chunk) => (told += chunk).endsWith("\n") && resolve(told.trim()));
  });
  const close = async () => {
    child.kill();
    await ended;
  };
  return { name: `:${number}`, close };
}

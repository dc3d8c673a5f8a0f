/**
 * Starts other programs, and ends a script with one friendly line when something is missing.
 * Everything in scripts/ that runs before `npm ci` uses nothing but Node's own modules.
 */
import { spawn, spawnSync } from "node:child_process";
import { accessSync, constants, realpathSync, statSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The repository's root directory, without a slash at the end. */
export const ROOT = fileURLToPath(new URL("..", import.meta.url)).replace(/[\\/]$/, "");

/** What the user can mend: shown as its message alone, without a stack. */
export class Stop extends Error {
  name = "Stop";
}

/** Prints a line that says what is being done. @param {string} line */
export function say(line) {
  console.log(`[keepsake] ${line}`);
}

/**
 * Finds a program as a shell would.
 * @param {string} name
 * @returns {string | undefined} its path
 */
export function which(name) {
  const directories = (process.env.PATH ?? "").split(delimiter).filter(Boolean);
  return directories.map((directory) => join(directory, name)).find(isExecutable);
}

/** @param {string} path @returns {boolean} whether there is a program at this path */
export function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/**
 * Puts a directory in front of this process's PATH, for the programs started later.
 * @param {string} directory
 */
export function prependToPath(directory) {
  const rest = (process.env.PATH ?? "").split(delimiter).filter((entry) => entry !== directory);
  process.env.PATH = [directory, ...rest].join(delimiter);
}

/**
 * Runs a short program and gives what it wrote to its standard output.
 * @param {string} program
 * @param {string[]} args
 * @returns {string | undefined} trimmed; undefined if it is missing or failed
 */
export function output(program, args) {
  const result = spawnSync(program, args, { cwd: ROOT, encoding: "utf8", maxBuffer: 64 << 20 });
  return result.status === 0 ? result.stdout.trim() : undefined;
}

/**
 * Runs a program with its output on the screen.
 * @param {string} program
 * @param {string[]} args
 * @param {{ env?: Record<string, string> }} [options] variables to add to the environment
 * @throws {Stop} if it is missing or fails
 */
export async function run(program, args, { env } = {}) {
  const child = spawn(program, args, { cwd: ROOT, env: { ...process.env, ...env }, stdio: "inherit" });
  const status = await exitStatus(child, program);
  if (status !== 0) throw new Stop(`\`${[program, ...args].join(" ")}\` failed (${describeStatus(status)}).`);
}

/**
 * Runs a program with its output on the screen, and keeps that output. Both of its streams share one
 * pipe, so their lines stay in the order in which they were written.
 * @param {string} program
 * @param {string[]} args
 * @param {{ env?: Record<string, string> }} [options] variables to add to the environment
 * @returns {Promise<{ status: number | string, text: string }>} the exit code or the signal's name
 */
export async function tee(program, args, { env } = {}) {
  const child = spawn("sh", ["-c", 'exec "$@" 2>&1', "sh", program, ...args], {
    cwd: ROOT,
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let text = "";
  child.stdout.setEncoding("utf8");
  child.stdout.on("data", (chunk) => {
    text += chunk;
    process.stdout.write(chunk);
  });
  return { status: await exitStatus(child, program), text };
}

/** @param {number | string} status @returns {string} */
export function describeStatus(status) {
  return typeof status === "number" ? `exit code ${status}` : `ended by ${status}`;
}

/**
 * @param {import("node:child_process").ChildProcess} child
 * @param {string} program
 * @returns {Promise<number | string>}
 */
function exitStatus(child, program) {
  return new Promise((resolve, reject) => {
    child.once("error", (error) => reject(new Stop(`Cannot start \`${program}\`: ${error.message}.`)));
    child.once("close", (code, signal) => resolve(code ?? signal ?? "an unknown signal"));
  });
}

/**
 * Runs a script's main function if the script is what Node was started with. A `Stop` becomes one
 * line and exit code 1.
 * @param {string} moduleUrl the script's `import.meta.url`
 * @param {() => Promise<number | void>} main gives the exit code, if it is not 0
 */
export async function runAsScript(moduleUrl, main) {
  if (!process.argv[1] || realpathSync(process.argv[1]) !== realpathSync(fileURLToPath(moduleUrl))) return;
  try {
    process.exitCode = (await main()) ?? process.exitCode;
  } catch (error) {
    console.error(error instanceof Stop ? `\nkeepsake: ${error.message}` : error);
    process.exitCode = 1;
  }
}

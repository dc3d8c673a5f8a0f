/**
 * Programs from crates.io in exactly the versions that fit: those on PATH, else those of a per-user cache, else built into
 * that cache. Nothing is downloaded as a binary.
 */
import { mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { isExecutable, output, prependToPath, run, say, Stop, which } from "../process.mjs";

/**
 * @typedef {object} Tool
 * @property {string} crate what `cargo install` takes
 * @property {string} version
 * @property {string[]} programs the first one is asked for its version; all must lie side by side
 * @property {string[]} flags for `cargo install`
 */

/** Makes sure of a tool and puts it in front of PATH. @param {Tool} tool @returns {Promise<string>} the path of its first program */
export async function ensureTool(tool) {
  const [name] = tool.programs;
  const onPath = which(name);
  if (onPath && isComplete(dirname(onPath), tool)) return onPath;

  const home = join(cacheDirectory(), `${name}-${tool.version}`);
  const bin = join(home, "bin");
  if (!isComplete(bin, tool)) await install(tool, home);
  if (!isComplete(bin, tool)) throw new Stop(`${name} in ${home} does not work: remove that directory and run this again.`);
  prependToPath(bin);
  return join(bin, name);
}

/** @param {string} bin @param {Tool} tool @returns {boolean} whether the directory holds this tool in this version */
function isComplete(bin, { programs, version }) {
  if (!programs.every((program) => isExecutable(join(bin, program)))) return false;
  return output(join(bin, programs[0]), ["--version"])?.split(/\s+/)[1] === version;
}

/**
 * Builds beside the final place and moves it there at the end: what was interrupted is never found.
 * @param {Tool} tool
 * @param {string} home
 */
async function install({ crate, version, flags }, home) {
  if (!which("cc") && !which("gcc") && !which("clang")) {
    throw new Stop(`A C compiler is needed to build ${crate}: install one (Debian: \`apt-get install build-essential\`).`);
  }
  say(`Building ${crate} ${version} from crates.io: 2 to 4 minutes, once for this user (kept in ${home}).`);
  mkdirSync(dirname(home), { recursive: true });
  removeLeftovers(home);
  const partial = `${home}.partial-${process.pid}`;
  const env = { PATH: [join(partial, "bin"), process.env.PATH].join(delimiter) }; // else cargo advises to add it
  await run("cargo", ["install", crate, "--version", version, "--root", partial, ...flags], { env });
  rmSync(home, { recursive: true, force: true });
  renameSync(partial, home);
}

/** Removes what interrupted runs left; a run that is still alive keeps its own. @param {string} home */
function removeLeftovers(home) {
  const directory = dirname(home);
  for (const entry of readdirSync(directory)) {
    const [, pid] = /\.partial-(\d+)$/.exec(entry) ?? [];
    if (pid && !isAlive(Number(pid))) rmSync(join(directory, entry), { recursive: true, force: true });
  }
}

/** @param {number} pid @returns {boolean} */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** @returns {string} */
function cacheDirectory() {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "keepsake-tools");
}

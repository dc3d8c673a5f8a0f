/** Fresh projects in temporary folders: the files of fixtures, with the packed package installed by npm. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { cp, mkdir, mkdtemp, realpath, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { ROOT } from "../../../scripts/process.mjs";

/** Where the fixtures are, and the tools that the repository itself does not need. */
const HERE = join(ROOT, "tests/npm");

/** Nothing calls home or asks the network for anything. */
const ENV = { ...process.env, NEXT_TELEMETRY_DISABLED: "1", npm_config_offline: "true", npm_config_update_notifier: "false", NODE_ENV: undefined, NODE_TEST_CONTEXT: undefined };

/** What has not ended by then hangs. */
const LIMIT_MS = 240_000;

/** @typedef {{ stop: () => Promise<void>, said: () => string, saying: (what: RegExp) => Promise<RegExpExecArray> }} Running */

/** A project's folder. */
export class Project {
  /** @param {string} root */
  constructor(root) {
    this.root = root;
  }

  /** @param {...string} path @returns {string} */
  path(...path) {
    return join(this.root, ...path);
  }

  /** Puts files in the place of others. @param {Record<string, string>} files by path */
  async write(files) {
    for (const [name, text] of Object.entries(files)) await writeFile(this.path(name), text);
  }

  /** Makes tools importable, as if they had been installed too. @param {string[]} names */
  async link(names) {
    for (const name of names) {
      await mkdir(dirname(this.path("node_modules", name)), { recursive: true });
      await symlink(directoryOf(name), this.path("node_modules", name));
    }
  }

  /**
   * Runs a program to its end.
   * @param {string} program
   * @param {string[]} args
   * @returns {Promise<string>} all that it has said
   */
  async run(program, ...args) {
    const { child, said } = this.#spawn(program, args, LIMIT_MS);
    const [code, signal] = await once(child, "close");
    if (code !== 0) throw new Error(`${[program, ...args].join(" ")}: ${code ?? signal}\n${said()}`);
    return said();
  }

  /** Runs a script. @param {string} script @param {string[]} args */
  node(script, ...args) {
    return this.run(process.execPath, script, ...args);
  }

  /**
   * Starts a script that goes on until it is stopped.
   * @param {string} script
   * @param {string[]} args
   * @returns {Running}
   */
  start(script, ...args) {
    const { child, said } = this.#spawn(process.execPath, [script, ...args]);
    const ended = once(child, "close");
    return {
      said,
      stop: async () => {
        child.kill();
        await ended;
      },
      saying: (what) =>
        new Promise((resolve, reject) => {
          const look = () => {
            const found = what.exec(said());
            if (found) resolve(found);
          };
          child.stdout.on("data", look);
          ended.then(() => reject(new Error(`${script} ended:\n${said()}`)), reject);
          look();
        }),
    };
  }

  /** @param {string} program @param {string[]} args @param {number} [timeout] */
  #spawn(program, args, timeout) {
    const child = spawn(program, args, { cwd: this.root, env: ENV, stdio: ["ignore", "pipe", "pipe"], timeout });
    let text = "";
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (chunk) => (text += chunk));
    return { child, said: () => text.replace(/\u001b\[[0-9;]*m/g, "") };
  }
}

/**
 * Makes a project. It is removed when the file's tests have ended.
 * @param {string[]} fixtures folders of tests/npm; later ones are laid over earlier ones
 * @param {string[]} [tools] what its files import besides
 * @returns {Promise<Project>}
 */
export async function project(fixtures, tools = []) {
  const made = new Project(await temporary());
  for (const fixture of fixtures) {
    const folder = join(HERE, fixture);
    if (existsSync(folder)) await cp(folder, made.root, { recursive: true }); // a tool that needs no files has none
  }
  await made.run("npm", "install", "--no-audit", "--no-fund", await tarball());
  await made.link(tools);
  return made;
}

/** The package as it would be published: its file. @returns {Promise<string>} */
export function tarball() {
  return (packed ??= (async () => {
    if (!existsSync(join(ROOT, "pkg/package.json"))) throw new Error("There is no pkg/: `npm run build` makes it.");
    const folder = new Project(await temporary());
    const said = await folder.run("npm", "pack", "--silent", join(ROOT, "pkg"));
    return folder.path(said.trim());
  })());
}
/** @type {Promise<string> | undefined} */
let packed;

/** @returns {Promise<string>} */
async function temporary() {
  const root = await realpath(await mkdtemp(join(tmpdir(), "app-")));
  if (folders.push(root) === 1) process.once("exit", () => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));
  return root;
}
/** @type {string[]} */
const folders = [];

/** Where a tool is: the repository's own come first. @param {string} name @returns {string} */
export function directoryOf(name) {
  const found = [ROOT, HERE].map((root) => join(root, "node_modules", name)).find((path) => existsSync(path));
  if (!found) throw new Error(`${name} is missing: \`npm ci --prefix tests/npm\` installs it, and so does \`npm test -- npm\`.`);
  return found;
}

/** The script behind a tool's command. @param {string} name @returns {string} */
export function binOf(name) {
  const directory = directoryOf(name);
  const { bin } = JSON.parse(readFileSync(join(directory, "package.json"), "utf8"));
  return join(directory, typeof bin === "string" ? bin : bin[name]);
}

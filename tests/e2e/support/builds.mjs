/** Builds sites for production, minified, from the packed package: with esbuild, Vite and webpack, each through its own API. */
import { mkdir, mkdtemp, readdir, readFile, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, relative, sep } from "node:path";
import { ROOT } from "../../../scripts/process.mjs";

/** @typedef {"esbuild" | "vite" | "webpack"} Bundler */
/** @typedef {Record<string, Buffer>} Files what a web server serves, by path */
/**
 * @typedef {object} Plan
 * @property {string[]} pages each is an entry, `name.js`, and becomes `name.html`
 * @property {"hashed" | "fixed"} [names] of the built files: with a hash of their content (only Vite's default), or the same in every build
 * @property {boolean} [split] whether what pages share is put into files of its own; webpack's default is that it is not
 */
/** @typedef {Required<Plan> & { root: string, dist: string }} Job */

/**
 * @param {Bundler} bundler
 * @param {Record<string, string>} sources by path
 * @param {Plan} plan
 * @returns {Promise<Files>}
 */
export async function built(bundler, sources, { pages, names = "hashed", split = true }) {
  return inDirectory(sources, async (root) => {
    const dist = join(root, "dist");
    await BUILDS[bundler]({ root, dist, pages, names, split });
    return filesIn(dist);
  });
}

/**
 * Writes an app into a directory of its own, where it finds the packed package as any app does, and removes it afterwards.
 * @template T
 * @param {Record<string, string>} sources
 * @param {(root: string) => Promise<T>} body
 * @returns {Promise<T>}
 */
export async function inDirectory(sources, body) {
  const root = await realpath(await mkdtemp(join(tmpdir(), "keepsake-")));
  try {
    await mkdir(join(root, "node_modules"));
    await symlink(join(ROOT, "pkg"), join(root, "node_modules/keepsake"));
    for (const [name, text] of Object.entries(sources)) {
      await mkdir(dirname(join(root, name)), { recursive: true });
      await writeFile(join(root, name), text);
    }
    return await body(root);
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

/** Every file below a directory, by path. @param {string} directory @returns {Promise<Files>} */
export async function filesIn(directory) {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath ?? entry.path, entry.name));
  return Object.fromEntries(await Promise.all(paths.map(async (path) => [relative(directory, path).split(sep).join("/"), await readFile(path)])));
}

/** A page that loads scripts. @param {string[]} scripts @param {string} [attributes] of each @returns {string} */
export function html(scripts, attributes = "type=module") {
  const tags = scripts.map((path) => `<script ${attributes} src="/${path}"></script>`);
  return `<!doctype html><html><head><meta charset=utf-8><link rel=icon href=data:,><title>Test</title>${tags.join("")}</head><body></body></html>`;
}

/** @type {Record<Bundler, (job: Job) => Promise<unknown>>} */
const BUILDS = {
  esbuild: async ({ root, dist, pages, names, split }) => {
    const { build } = await import("esbuild");
    const { metafile } = await build({
      absWorkingDir: root,
      entryPoints: pages.map((page) => `${page}.js`),
      entryNames: names === "hashed" ? "[name]-[hash]" : "[name]",
      chunkNames: names === "hashed" ? "[name]-[hash]" : "[name]",
      outdir: dist,
      bundle: true,
      minify: true,
      splitting: split,
      format: "esm",
      metafile: true,
      preserveSymlinks: true,
      logLevel: "error",
    });
    const outputs = Object.entries(metafile.outputs);
    for (const page of pages) {
      const [path] = outputs.find(([, output]) => output.entryPoint === `${page}.js`) ?? [];
      await writeFile(join(dist, `${page}.html`), html([String(path).slice("dist/".length)]));
    }
  },

  vite: async ({ root, dist, pages, names }) => {
    const { build } = await import("vite");
    for (const page of pages) await writeFile(join(root, `${page}.html`), html([`${page}.js`]));
    await build({
      root,
      configFile: false,
      logLevel: "error",
      resolve: { preserveSymlinks: true },
      build: {
        outDir: dist,
        minify: true,
        rolldownOptions: {
          input: Object.fromEntries(pages.map((page) => [page, join(root, `${page}.html`)])),
          ...(names === "fixed" ? { output: { entryFileNames: "[name].js", chunkFileNames: "[name].js" } } : {}),
        },
      },
    });
  },

  webpack: async ({ root, dist, pages, names, split }) => {
    const { default: webpack } = await import("webpack");
    const compiler = webpack({
      context: root,
      mode: "production",
      entry: Object.fromEntries(pages.map((page) => [page, `./${page}.js`])),
      output: { path: dist, filename: names === "hashed" ? "[name].[contenthash].js" : "[name].js" },
      resolve: { symlinks: false },
      optimization: split ? { splitChunks: { chunks: "all", minSize: 0 } } : {},
      performance: false,
    });
    const { entrypoints } = await compiled(compiler);
    for (const page of pages) {
      const scripts = entrypoints?.[page].assets?.map(({ name }) => name) ?? [];
      await writeFile(join(dist, `${page}.html`), html(scripts, "defer"));
    }
    await new Promise((resolve) => compiler.close(resolve));
  },
};

/**
 * Runs a webpack compiler once.
 * @param {import("webpack").Compiler} compiler
 * @returns {Promise<import("webpack").StatsCompilation>}
 */
export function compiled(compiler) {
  return new Promise((resolve, reject) => {
    compiler.run((error, stats) => {
      if (error || !stats || stats.hasErrors()) reject(error ?? new Error(stats?.toString("errors-only")));
      else resolve(stats.toJson({ all: false, entrypoints: true, errors: true }));
    });
  });
}

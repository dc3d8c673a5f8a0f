/** Files over HTTP on this machine alone: what the gallery's server and the tests' throw-away servers share. */
import { createReadStream } from "node:fs";
import { realpath, stat } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, sep } from "node:path";
import { Stop } from "./process.mjs";

const CONTENT_TYPES = {
  ".css": "text/css; charset=utf-8",
  ".csv": "text/csv; charset=utf-8",
  ".gif": "image/gif",
  ".html": "text/html; charset=utf-8",
  ".ico": "image/x-icon",
  ".jpg": "image/jpeg",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json; charset=utf-8",
  ".map": "application/json; charset=utf-8",
  ".md": "text/markdown; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".tsv": "text/tab-separated-values; charset=utf-8",
  ".txt": "text/plain; charset=utf-8",
  ".wasm": "application/wasm",
  ".webp": "image/webp",
  ".woff2": "font/woff2",
};

/** How many ports after the wanted one are tried. */
const PORT_ATTEMPTS = 50;

/** @param {string} path a file's name or path @returns {string} */
export function contentType(path) {
  return CONTENT_TYPES[/** @type {keyof typeof CONTENT_TYPES} */ (extname(path).toLowerCase())] ?? "application/octet-stream";
}

/**
 * The decoded path of a request. `.` and `..` count as dotfiles, so no such path leads out of a directory.
 * @param {string} url the request's target
 * @returns {string | undefined} without the slash in front; undefined if it is malformed or names a dotfile
 */
export function requestPath(url) {
  try {
    const path = decodeURIComponent(url.split(/[?#]/, 1)[0]).replace(/^\/+/, "");
    const isSafe = !/[\0\\]/.test(path) && path.split("/").every((part) => !part.startsWith("."));
    return isSafe ? path : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Finds a file for a request path. A path that ends with a slash means the index.html there; links that
 * lead out of the directory are not followed.
 * @param {string} directory
 * @param {string} path from {@link requestPath}
 * @returns {Promise<{ path: string, size: number } | undefined>}
 */
export async function findFile(directory, path) {
  try {
    const base = await realpath(directory);
    const wanted = path === "" || path.endsWith("/") ? join(path, "index.html") : path;
    const found = await realpath(join(base, wanted));
    const status = await stat(found);
    return status.isFile() && found.startsWith(base + sep) ? { path: found, size: status.size } : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Answers with a file.
 * @param {import("node:http").IncomingMessage} request
 * @param {import("node:http").ServerResponse} response
 * @param {{ path: string, size: number }} file from {@link findFile}
 * @param {Record<string, string>} [headers]
 */
export function sendFile(request, response, file, headers = {}) {
  response.writeHead(200, { "Content-Type": contentType(file.path), "Content-Length": file.size, ...headers });
  if (request.method === "HEAD") return response.end();
  createReadStream(file.path).on("error", () => response.destroy()).pipe(response);
}

/**
 * Listens at one port of every address, at the wanted port or one of the next. An address that this
 * machine does not have is left out, if another works.
 * @param {import("node:http").RequestListener} answer
 * @param {{ port: number, addresses: string[] }} where port 0 is any free port
 * @returns {Promise<{ port: number, close: () => Promise<void> }>}
 */
export async function listen(answer, { port, addresses }) {
  for (let attempt = 0; attempt < PORT_ATTEMPTS; attempt++) {
    const servers = await listenAtAll(answer, port === 0 ? 0 : port + attempt, addresses);
    if (!servers) continue;
    return { port: portOf(servers[0]), close: async () => void (await Promise.all(servers.map(close))) };
  }
  throw new Stop(`No free port from ${port} to ${port + PORT_ATTEMPTS - 1}: end one of the programs that listen there.`);
}

/**
 * @param {import("node:http").RequestListener} answer
 * @param {number} wanted
 * @param {string[]} addresses
 * @returns {Promise<import("node:http").Server[] | undefined>} undefined if the port is taken at one of them
 */
async function listenAtAll(answer, wanted, addresses) {
  const servers = [];
  for (const address of addresses) {
    const server = createServer(answer);
    const port = servers.length > 0 ? portOf(servers[0]) : wanted;
    const refusal = await new Promise((resolve) => {
      server.once("error", (/** @type {NodeJS.ErrnoException} */ error) => resolve(error.code));
      server.listen({ port, host: address, exclusive: true }, () => resolve(undefined));
    });
    if (!refusal) {
      servers.push(server);
    } else if (refusal !== "EADDRNOTAVAIL" && refusal !== "EAFNOSUPPORT") {
      await Promise.all(servers.map(close));
      if (refusal === "EADDRINUSE" || refusal === "EACCES") return undefined;
      throw new Stop(`Cannot listen at ${address}: ${refusal}.`);
    }
  }
  if (servers.length === 0) throw new Stop(`This machine has none of the addresses ${addresses.join(", ")}.`);
  return servers;
}

/** @param {import("node:http").Server} server @returns {number} */
function portOf(server) {
  return /** @type {import("node:net").AddressInfo} */ (server.address()).port;
}

/** @param {import("node:http").Server} server @returns {Promise<void>} */
function close(server) {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

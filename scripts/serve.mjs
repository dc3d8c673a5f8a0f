/**
 * The gallery's server: www/ at the top, with pkg/ and node_modules/ beside it, so that every page
 * loads the package and its libraries as they are. For this machine only.
 */
import { join } from "node:path";
import { ROOT } from "./process.mjs";
import { findFile, listen, requestPath, sendFile } from "./static-files.mjs";

const HEADERS = { "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff" };
const BESIDE = ["pkg", "node_modules"];

/**
 * Serves the gallery. `localhost` means both of its addresses, since browsers take either.
 * @param {{ root?: string, port?: number, host?: string }} [options] the repository; the first port to
 *   try (0: any); where to listen
 * @returns {Promise<{ url: string, port: number, requests: Map<string, number>, close: () => Promise<void> }>}
 *   `requests` counts them by path
 */
export async function serve({ root = ROOT, port = Number(process.env.PORT) || 8080, host = "localhost" } = {}) {
  /** @type {Map<string, number>} */
  const requests = new Map();
  const server = await listen(
    async (request, response) => {
      const path = requestPath(request.url ?? "/");
      requests.set(`/${path}`, (requests.get(`/${path}`) ?? 0) + 1);
      if (request.method !== "GET" && request.method !== "HEAD") {
        return refuse(request, response, 405, "Only GET and HEAD are served here.", { Allow: "GET, HEAD" });
      }
      const file = path === undefined ? undefined : await findInGallery(root, path);
      if (!file) return refuse(request, response, 404, "There is no such page. Go to the <a href=\"/\">gallery</a>.");
      sendFile(request, response, file, HEADERS);
    },
    { port, addresses: host === "localhost" ? ["127.0.0.1", "::1"] : [host] },
  );
  return { ...server, url: `http://${host.includes(":") ? `[${host}]` : host}:${server.port}`, requests };
}

/** @param {string} root @param {string} path */
function findInGallery(root, path) {
  const [top, ...rest] = path.split("/");
  return BESIDE.includes(top) ? findFile(join(root, top), rest.join("/")) : findFile(join(root, "www"), path);
}

/**
 * @param {import("node:http").IncomingMessage} request
 * @param {import("node:http").ServerResponse} response
 * @param {number} status
 * @param {string} text
 * @param {Record<string, string>} [headers]
 */
function refuse(request, response, status, text, headers = {}) {
  response.writeHead(status, { "Content-Type": "text/html; charset=utf-8", ...HEADERS, ...headers });
  response.end(request.method === "HEAD" ? undefined : `<!doctype html><title>${status}</title><h1>${status}</h1><p>${text}</p>`);
}

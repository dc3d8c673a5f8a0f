/** A throw-away web site for one test: files from memory, beside the real pkg/ and node_modules/. */
import { join } from "node:path";
import { ROOT } from "../../../scripts/process.mjs";
import { contentType, findFile, listen, requestPath, sendFile } from "../../../scripts/static-files.mjs";

/** @typedef {string | Buffer | { status?: number, headers?: Record<string, string>, body?: string | Buffer }} Answer */
/** @typedef {Answer | ((request: import("node:http").IncomingMessage) => Answer | Promise<Answer>)} File */

/** What `/` is where a test gives no index.html: a page to import modules from. */
const EMPTY_PAGE = "<!doctype html><meta charset=utf-8><link rel=icon href=data:,><title>Test</title>";

/**
 * Serves files at a free port of 127.0.0.1. `files` may be changed while it runs.
 *
 *     const web = await site({ "index.html": "…", "api/rows": () => JSON.stringify([1, 2]) });
 *     web.count("/api/rows"); // how often it was asked for
 *
 * @param {Record<string, File>} [files] by path, with or without the slash in front; a function is called for each request
 * @param {{ headers?: Record<string, string> }} [options] headers of every answer, such as a Content-Security-Policy
 * @returns {Promise<{ url: string, port: number, files: Record<string, File>, requests: Map<string, number>,
 *   count: (path: string) => number, close: () => Promise<void> }>} `url` has no slash at its end; `requests` counts by path
 */
export async function site(files = {}, { headers = {} } = {}) {
  /** @type {Map<string, number>} */
  const requests = new Map();
  const all = { "Cache-Control": "no-store", ...headers };
  const server = await listen(
    async (request, response) => {
      const path = requestPath(request.url ?? "/") ?? "";
      requests.set(`/${path}`, (requests.get(`/${path}`) ?? 0) + 1);
      const name = path === "" || path.endsWith("/") ? `${path}index.html` : path;
      const file = files[name] ?? files[`/${name}`] ?? (name === "index.html" ? EMPTY_PAGE : undefined);
      if (file !== undefined) return sendAnswer(response, name, await answerOf(file, request), all);
      const [top, ...rest] = path.split("/");
      const real = top === "pkg" || top === "node_modules" ? await findFile(join(ROOT, top), rest.join("/")) : undefined;
      if (real) return sendFile(request, response, real, all);
      sendAnswer(response, ".txt", { status: 404, body: `The test's site has no ${name}.` }, all);
    },
    { port: 0, addresses: ["127.0.0.1"] },
  );
  const count = (/** @type {string} */ path) => requests.get(path.startsWith("/") ? path : `/${path}`) ?? 0;
  return { ...server, url: `http://127.0.0.1:${server.port}`, files, requests, count };
}

/** @param {File} file @param {import("node:http").IncomingMessage} request @returns {Promise<Answer>} */
async function answerOf(file, request) {
  try {
    return typeof file === "function" ? await file(request) : file;
  } catch (error) {
    return { status: 500, body: String(error) };
  }
}

/**
 * @param {import("node:http").ServerResponse} response
 * @param {string} name for the content type
 * @param {Answer} answer
 * @param {Record<string, string>} headers
 */
function sendAnswer(response, name, answer, headers) {
  const isPlain = typeof answer === "string" || Buffer.isBuffer(answer);
  const { status = 200, body = "", headers: own = {} } = isPlain ? { body: answer } : answer;
  const type = contentType(name) === "application/octet-stream" && typeof body === "string" ? "text/plain; charset=utf-8" : contentType(name);
  response.writeHead(status, { "Content-Type": type, ...headers, ...own });
  response.end(body);
}

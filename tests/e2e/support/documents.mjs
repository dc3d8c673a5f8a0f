/** What is in the documentation: code blocks, tables, headings and links of README.md and docs/*.md. */
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../../../scripts/process.mjs";

/** @typedef {{ id: string, language: string, code: string, line: number }} Block `id`: the heading that it is under, as a link has it, and which one of that section: `files`, `files-2` */
/** @typedef {{ path: string, text: string, prose: string, blocks: Block[], anchors: Set<string>, links: { target: string, line: number }[], tables: { head: string[], rows: string[][], line: number }[] }} Document */

/** The documents, by path from the repository's root. @returns {string[]} */
export function documentPaths() {
  return ["README.md", ...readdirSync(join(ROOT, "docs")).filter((name) => name.endsWith(".md")).map((name) => `docs/${name}`)];
}

/** @param {string} path @returns {Document} */
export function readDocument(path) {
  const text = readFileSync(join(ROOT, path), "utf8");
  /** @type {Document} */
  const document = { path, text, prose: text.replace(/^```[\s\S]*?^```/gm, ""), blocks: [], anchors: new Set(), links: [], tables: [] };
  let section = "";
  /** @type {Map<string, number>} */
  const counts = new Map();
  /** @type {Block | null} */
  let block = null;
  /** @type {Document["tables"][number] | null} */
  let table = null;
  text.split("\n").forEach((line, at) => {
    const fence = /^```(\S*)\s*$/.exec(line);
    if (block !== null) {
      if (fence) block = null;
      else block.code += `${line}\n`;
      return;
    }
    if (line.startsWith("```")) {
      const count = (counts.get(section) ?? 0) + 1;
      counts.set(section, count);
      block = { id: count === 1 ? section : `${section}-${count}`, language: fence?.[1] ?? line, code: "", line: at + 1 };
      document.blocks.push(block);
      return;
    }
    const heading = /^#{1,6} (.+)$/.exec(line);
    if (heading) {
      section = slugOf(heading[1]);
      for (let n = 1; document.anchors.has(section); n++) section = `${slugOf(heading[1])}-${n}`;
      document.anchors.add(section);
    }
    const cells = cellsOf(line);
    if (cells === null) table = null;
    else if (table === null) document.tables.push((table = { head: cells, rows: [], line: at + 1 }));
    else if (!cells.every((cell) => /^:?-+:?$/.test(cell))) table.rows.push(cells);
    for (const [, target] of line.replace(/`[^`]*`/g, "").matchAll(/\]\(([^)\s]+)\)/g)) document.links.push({ target, line: at + 1 });
  });
  return document;
}

/** The anchor that GitHub gives a heading. @param {string} heading */
function slugOf(heading) {
  return heading
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, "")
    .replace(/\s/g, "-");
}

/** @param {string} line @returns {string[] | null} */
function cellsOf(line) {
  if (!line.startsWith("|")) return null;
  return line.trim().slice(1, -1).split(/(?<!\\)\|/).map((cell) => cell.trim().replaceAll("\\|", "|"));
}

/** The names in code in a text: `maxEntries`, `clear()` without its brackets. @param {string} text */
export function namesIn(text) {
  return [...text.matchAll(/`([^`]+)`/g)].map(([, code]) => /^[\w$.-]+/.exec(code)?.[0] ?? code);
}

/** The table under a head that begins so. @param {Document} document @param {...string} head */
export function tableOf(document, ...head) {
  const found = document.tables.find((table) => head.every((cell, at) => table.head[at] === cell));
  if (!found) throw new Error(`${document.path} has no table with the head: ${head.join(" | ")}`);
  return found;
}

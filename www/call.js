// One call on the page: its code, a button that runs it, and what came of it.
import { element } from "./element.js";
import * as journal from "./journal.js";
import { colour, readRegion } from "./source.js";
import { milliseconds, showError, showValue } from "./value.js";
import { witness } from "./witness.js";

/** What each badge says, also to somebody who does not see its colour. */
const MEANING = {
  computed: "the function ran",
  memory: "found in this tab's memory",
  disk: "found in IndexedDB",
  joined: "shared a computation that was under way",
  refused: "Keepsake refused the call",
  failed: "the function threw",
  unreported: "Keepsake said nothing about this call",
};

/**
 * Fills `article` (its `data-call` is an export of the example's module) and gives the handle that
 * the page works it by.
 */
export function mountCall(article, example) {
  const name = article.dataset.call;
  const id = `${example.id}.${name}`;
  const title = article.querySelector("h3").textContent;

  const button = element("button", { type: "button", className: "run" }, "Run");
  const summary = element("p", { className: "summary", role: "status" }, "not run yet");
  const body = element("div", { className: "outcome" });
  const log = element("ol", { className: "log", "aria-label": `Calls so far: ${title}` });
  const panel = element("div", { className: "panel" }, element("div", { className: "bar" }, button, summary), body, log);

  panel.append(...article.querySelectorAll(".beside")); // what the page says of its own beside the result
  const text = element("div", { className: "told" }, ...article.childNodes, codeBlock(example.source, name, title));
  article.append(text, panel);

  let running;
  const seen = new Map(); // the last value per choice, to tell a copy from the same object

  function run() {
    running ??= runOnce().finally(() => (running = undefined));
    return running;
  }

  async function runOnce() {
    button.setAttribute("aria-disabled", "true");
    button.textContent = "Running…";
    panel.classList.add("running");
    try {
      const module = await example.module();
      const choice = "takesChoice" in article.dataset ? example.choice() : undefined;
      const functions = module.cached[name];
      const result = await witness(functions, () => module[name](choice));
      report(result, functions, module.views?.[name], choice);
    } catch (error) {
      report({ error, ms: 0, answers: [] }, []);
    } finally {
      button.removeAttribute("aria-disabled");
      button.textContent = "Re-run";
      panel.classList.remove("running");
    }
  }

  function report(result, functions, view = (value) => value, choice) {
    const badges = badgesOf(result, functions);
    journal.add(id, { badges, ms: result.ms });
    const threw = "error" in result;

    summary.replaceChildren(...badges.map(badge), element("span", { className: "time" }, milliseconds(result.ms)));
    if (threw) summary.append(element("span", { className: "heard" }, result.error?.name ?? "Thrown"));
    body.replaceChildren(
      threw ? showError(result.error, `Error of: ${title}`) : showValue(view(result.value), `Result of: ${title}`),
    );
    const notes = [onTheWay(result, functions), ...(threw ? [] : [sameness(result.value, badges, choice)])];
    body.append(...notes.filter(Boolean).map((note) => element("p", { className: "note" }, note)));
    drawLog();
  }

  function sameness(value, badges, choice) {
    const before = seen.get(choice);
    seen.set(choice, value);
    if (typeof value !== "object" || before === undefined || badges.includes("computed")) return undefined;
    return before === value
      ? "The same object as last time: a resource is shared."
      : "Equal to last time, and a copy of your own: change it as you like.";
  }

  function drawLog() {
    const calls = journal.of(id);
    const slowest = Math.max(...calls.map((call) => call.ms));
    const rows = calls.map((call) => logRow(call, slowest));
    const firstOld = calls.findIndex((call) => !journal.isOfThisLoad(call));
    if (firstOld > 0) rows.splice(firstOld, 0, element("li", { className: "reloaded" }, "page reloaded"));
    log.replaceChildren(...(calls.length > 1 ? rows : []));
  }

  return {
    run,
    get hasRun() {
      return journal.of(id).length > 0;
    },
    get takesChoice() {
      return "takesChoice" in article.dataset;
    },
    forget() {
      journal.forget(id);
      seen.clear();
      summary.replaceChildren("not run yet");
      body.replaceChildren();
      log.replaceChildren();
      button.textContent = "Run";
    },
    button,
  };
}

/** A `<pre>` that shows one region of a module. */
export function codeBlock(source, region, title) {
  const code = element("code");
  const block = element("pre", { className: "code", tabIndex: 0, role: "region", "aria-label": `Code: ${title}` }, code);
  readRegion(source, region).then(
    (text) => code.append(colour(text)),
    (error) => code.append(error.message),
  );
  return block;
}

function badgesOf(result, functions) {
  if ("error" in result) return [typeof result.error?.code === "string" ? "refused" : "failed"];
  const main = functions.at(-1)?.name;
  const outcomes = result.answers.filter((answer) => answer.functionName === main).map((answer) => answer.outcome);
  if (outcomes.length === 0) return ["unreported"];
  return outcomes.sort((a, b) => (a === "joined") - (b === "joined")); // the call that they joined comes first
}

function badge(outcome) {
  return element("span", { className: `badge ${outcome}`, title: MEANING[outcome] }, outcome);
}

/** What the other cached functions answered, for a call that goes through several. */
function onTheWay({ answers }, functions) {
  const main = functions.at(-1)?.name;
  const others = answers.filter((answer) => answer.functionName !== main);
  if (others.length === 0) return undefined;
  const list = element("span", {}, "On the way: ");
  for (const { functionName, outcome } of others) list.append(element("code", {}, functionName), " ", badge(outcome), " ");
  return list;
}

function logRow({ badges, ms }, slowest) {
  const bar = element("span", { className: `length ${badges[0] ?? ""}`, "aria-hidden": "true" });
  bar.style.setProperty("--share", slowest > 0 ? ms / slowest : 0);
  return element(
    "li",
    {},
    element("span", { className: "what" }, badges.join(", ")),
    element("span", { className: "track" }, bar),
    element("span", { className: "time" }, milliseconds(ms)),
  );
}

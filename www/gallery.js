// The page: mounts every example that index.html describes, and its buttons.
import { codeBlock, mountCall } from "./call.js";
import { element } from "./element.js";
import { keepScroll } from "./journal.js";
import { countRequests } from "./requests.js";
import { listen } from "./witness.js";

const notices = document.querySelector("#notices");

listen((fault) => {
  console.warn("[keepsake]", fault.code, fault.message);
  notices.append(element("p", {}, element("strong", {}, `${fault.code ?? "fault"} `), fault.message));
});

/** An example: a section whose `data-source` is the module that it shows and runs. */
function mountExample(section) {
  const source = new URL(section.dataset.source, document.baseURI).href;
  const radios = [...section.querySelectorAll("input[type=radio]")];
  const example = {
    id: section.id,
    source,
    module: () => import(source),
    choice: () => radios.find((radio) => radio.checked).value,
  };

  for (const place of section.querySelectorAll("[data-region]")) {
    place.replaceWith(codeBlock(source, place.dataset.region, place.dataset.title));
  }
  const calls = [...section.querySelectorAll("[data-call]")].map((article) => mountCall(article, example));
  for (const call of calls) call.button.addEventListener("click", () => call.run());
  for (const radio of radios) {
    radio.addEventListener("change", () => runInOrder(calls.filter((call) => call.takesChoice && call.hasRun)));
  }
  mountClear(section, example, calls);
  return calls;
}

function mountClear(section, example, calls) {
  const button = section.querySelector("[data-action=clear]");
  const told = section.querySelector(".cleared");
  async function clear() {
    const { cached } = await example.module();
    const functions = new Set(Object.values(cached).flat());
    const removed = await Promise.all([...functions].map((fn) => fn.clear()));
    for (const call of calls) call.forget();
    const count = removed.reduce((sum, one) => sum + one, 0);
    told.textContent = `Cleared ${count} ${count === 1 ? "entry" : "entries"}: the next call computes.`;
  }

  button.addEventListener("click", () => {
    told.textContent = "";
    clear().catch((error) => (told.textContent = `Not cleared: ${error.message}`));
  });
  section.addEventListener("click", (event) => {
    if (event.target.closest(".run")) told.textContent = "";
  });
}

/** One after the other, so that no call's time holds another's. */
async function runInOrder(calls) {
  for (const call of calls) await call.run();
}

const restoreScroll = keepScroll();
const calls = [...document.querySelectorAll("section.example")].flatMap(mountExample);
for (const place of document.querySelectorAll("[data-requests-for]")) countRequests(place);
for (const button of document.querySelectorAll("[data-action=reload]")) {
  button.addEventListener("click", () => location.reload());
}
document.documentElement.dataset.ready = "";

// The page is as long as its results, so it is scrolled back again once they are there.
restoreScroll();
await runInOrder(calls.filter((call) => call.hasRun));
restoreScroll();

// The page: beside each example its source, below it where its results came from. An example starts when it comes into sight.
import { on } from "keepsake";
import { note, trailOf } from "./journal.js";
import { showSource } from "./source.js";

const frame = document.querySelector("#frame");
const notices = document.querySelector("#notices");

function tell(message) {
  notices.append(Object.assign(document.createElement("p"), { textContent: message }));
}

on((event) => event.type === "fault" && tell(`${event.code}: ${event.message}`));

/** Puts the frame around an example, which is a section whose id is the name of its module. */
function mount(section) {
  const file = `examples/${section.id}.js`;
  const title = section.querySelector("h2").textContent;
  section.append(frame.content.cloneNode(true));

  const link = section.querySelector(".source a");
  link.href = link.textContent = file;
  section.querySelector("pre").ariaLabel = `Source of “${title}”`;
  showSource(section.querySelector(".source"), file).catch((error) => tell(error.message));
  if (section.dataset.file) countRequests(section.querySelector(".requests"), section.dataset.file);
  return { section, url: new URL(file, document.baseURI).href };
}

/** Imports the example, which runs its app, and works the buttons below that. */
async function start({ section, url }) {
  const { app, ...exported } = await import(url);
  const cached = Object.values(exported);
  section.querySelector(".trails").append(
    ...cached.flatMap((fn) => {
      const term = Object.assign(document.createElement("dt"), { textContent: fn.name });
      const description = document.createElement("dd");
      description.append(trailOf(fn.name));
      return [term, description];
    }),
  );
  section.querySelector("[data-action=run]").addEventListener("click", () => app.rerun());
  section.querySelector("[data-action=clear]").addEventListener("click", async () => {
    await Promise.all(cached.map((fn) => fn.clear()));
    for (const fn of cached) note(fn.name, "cleared");
    app.rerun();
  });
  section.dataset.started = "";
}

/** Says how many HTTP requests this page load made for a file, as the browser itself counts them. */
function countRequests(place, file) {
  let count = 0;
  const draw = () => (place.textContent = `${count || "No"} ${count === 1 ? "request" : "requests"} for ${file} since this page was loaded`);
  new PerformanceObserver((list) => {
    count += list.getEntries().filter(({ name }) => name.endsWith(`/${file}`)).length;
    draw();
  }).observe({ type: "resource", buffered: true });
  draw();
}

const examples = new Map([...document.querySelectorAll("section")].map((section) => [section, mount(section)]));

const sight = new IntersectionObserver((entries) => {
  for (const { target } of entries.filter((entry) => entry.isIntersecting)) {
    sight.unobserve(target);
    start(examples.get(target)).catch((error) => tell(`${target.id}: ${error.message}`));
  }
});
for (const section of examples.keys()) sight.observe(section);

document.querySelector("[data-action=reload]").addEventListener("click", () => location.reload());
document.documentElement.dataset.ready = "";

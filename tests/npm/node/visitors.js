// Two visitors of a server: what one asks for depends on who asks, and the arguments do not say so.
import { compiled } from "./compiled.js";
import { cacheData } from "keepsake";

const asking = [];
let visitor;
const inbox = cacheData(
  async () => {
    const owner = visitor;
    await new Promise((resolve) => asking.push(resolve));
    return `inbox of ${owner}`;
  },
  { name: "inbox" },
);

const handles = ["ada", "grace"].map((name) => {
  visitor = name;
  const handle = inbox.entry();
  return { handle, promise: handle.promise };
});
for (const answer of asking) answer();
const atOnce = await Promise.all(handles.map(({ promise }) => promise));

visitor = "hedy";
const later = inbox.entry();
const before = later.getSnapshot().status; // while the others' handles are still held
const { promise } = later;
asking.at(-1)();

console.log(JSON.stringify({ atOnce, before, later: await promise, shown: later.getSnapshot().value, held: handles.length, compiled: compiled.count }));

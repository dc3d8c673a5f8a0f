// What importing all of the package does to a process.
import { compiled } from "./compiled.js";

const names = Object.getOwnPropertyNames(globalThis).length;
const resources = process.getActiveResourcesInfo().sort();
const listeners = process.eventNames().length;
const parts = [await import("keepsake"), await import("keepsake/elements"), await import("keepsake/types")];

console.log(
  JSON.stringify({
    exports: parts.map((part) => Object.keys(part).length > 0),
    compiled: compiled.count,
    names: Object.getOwnPropertyNames(globalThis).length - names,
    listeners: process.eventNames().length - listeners,
    resources: [resources, process.getActiveResourcesInfo().sort()],
  }),
);

// Which options there are, what they take, and what their functions are given.
import {
  type DataOptions,
  type Duration,
  type ErrorCode,
  type KeepsakeEvent,
  type ResourceOptions,
  InvalidOptionError,
  KeepsakeError,
  UnhashableParamError,
  cacheData,
  cacheResource,
  configure,
  destroy,
  flush,
  hash,
  identity,
} from "keepsake";
import { Duration as LuxonDuration } from "luxon";
import { same } from "./same.js";

interface Row {
  id: number;
}
declare function load(id: number, filter?: string): Promise<Row>;
declare function make(name: string): { name: string; dispose(): void };
const id = (value: unknown) => value;

// Every option of data, and of resources.
cacheData(load, { name: "rows", version: 2, deps: ["a"], keyBy: (row) => row, params: ["id", "_filter"], ttl: "10m", maxEntries: 5, persist: true, enabled: false });
cacheResource(make, { name: "models", version: "2", deps: () => ["a"], keyBy: (name) => name, params: ["name"], ttl: { hours: 1 }, maxEntries: 5, enabled: (name) => name !== "" });
cacheData(load, { ttl: (row, rowId) => (row.id === rowId ? "1d" : { hours: 1 }), refreshMode: "background", maxStale: "1d", maxSize: "1MB", scope: "tab", singleFlight: "tab", lockTimeout: 5_000, onUncacheable: "pass", showSpinner: "Loading", showTime: true });
cacheData(load, {});
cacheData(load, undefined);

// What is undefined is as if absent, also with `exactOptionalPropertyTypes`.
declare const maybe: { name?: string | undefined; ttl?: Duration | undefined; check?: ((row: Row) => boolean) | undefined };
cacheData(load, { name: maybe.name, version: undefined, deps: undefined, keyBy: undefined, params: undefined, hashFuncs: undefined, ttl: maybe.ttl, maxEntries: undefined, persist: undefined, validate: maybe.check, cacheIf: maybe.check });
cacheResource(make, { maxEntries: undefined, onRelease: undefined, enabled: undefined });
configure({ namespace: undefined, ttl: maybe.ttl, hashFuncs: undefined, onEvent: undefined, spinner: undefined });
hash(1, { hashFuncs: undefined });

// What only the other takes.
// @ts-expect-error data is not released
cacheData(load, { onRelease: id });
// @ts-expect-error nor where it stays in memory
cacheData(load, { persist: false, onRelease: id });
// @ts-expect-error a resource is never persisted
cacheResource(make, { persist: true });
// @ts-expect-error not even to say so
cacheResource(make, { persist: false });
// @ts-expect-error its size is not known
cacheResource(make, { maxSize: "1MB" });
// @ts-expect-error it is the tab's anyway
cacheResource(make, { scope: "tab" });
// @ts-expect-error nobody else can use it
cacheResource(make, { singleFlight: "tab" });
// @ts-expect-error the page's own
cacheData(load, { namespace: "a" });
// @ts-expect-error the page's own
cacheResource(make, { maxMemory: "1MB" });
// @ts-expect-error a function's own
configure({ keyBy: id });

// Slips.
// @ts-expect-error maxEntries
cacheData(load, { maxEntires: 5 });
// @ts-expect-error a number
cacheData(load, { maxEntries: "5" });
// @ts-expect-error a duration
cacheData(load, { ttl: true });
// @ts-expect-error months have no fixed length
cacheData(load, { ttl: { months: 1 } });
// @ts-expect-error an array
cacheData(load, { deps: "a" });
// @ts-expect-error names
cacheData(load, { params: [1] });
// @ts-expect-error a text
cacheData(load, { name: 5 });

// @ts-expect-error one of the two
cacheData(load, { refreshMode: "behind" });
// @ts-expect-error no list of pairs
cacheResource(make, { hashFuncs: [id] });
// @ts-expect-error as in a call
({ maxEntires: 5 }) satisfies DataOptions;
// @ts-expect-error data has no such option
({ onRelease: id }) satisfies DataOptions;
// @ts-expect-error resources have no such option
({ persist: false }) satisfies ResourceOptions;
const resourceOptions = { maxEntries: 2, onRelease: (model: { dispose(): void }) => model.dispose() } satisfies ResourceOptions;
cacheResource(make, resourceOptions);
// @ts-expect-error it is for another function
cacheData((text: string) => text, { validate: (value: number) => value > 0 });

const durations: Duration[] = [1_000, Infinity, "1h30m", "PT1H", { hours: 1, minutes: 30 }, { milliseconds: 1 }, { hours: undefined }, Temporal.Duration.from({ hours: 1 })];
void durations;
cacheData(load, { ttl: Temporal.Duration.from("PT1H"), maxStale: "1 week" });
// @ts-expect-error durations of libraries are refused
cacheData(load, { ttl: LuxonDuration.fromObject({ hours: 1 }) });
// @ts-expect-error nor are dates lengths of time
cacheData(load, { ttl: new Date() });
// @ts-expect-error nor does a function give them
cacheData(load, { ttl: (row) => row });

// The functions among the options are given the value and the arguments.
cacheData(load, {
  validate(value, ...args) {
    same<typeof value, Row>();
    same<typeof args, [id: number, filter?: string | undefined]>();
    return value.id > 0;
  },
  keyBy: (row, filter) => {
    same<typeof row, number>();
    same<typeof filter, string | undefined>();
    return [row, filter];
  },
  enabled: (row) => row > 0,
});
cacheData(load, { validate: async (value) => value.id > 0 });
cacheData(load, {
  cacheIf(value, ...args) {
    same<typeof value, Row>();
    same<typeof args, [id: number, filter?: string | undefined]>();
    return value.id > 0;
  },
  ttl(value, ...args) {
    same<typeof value, Row>();
    same<typeof args, [id: number, filter?: string | undefined]>();
    return { minutes: value.id };
  },
  enabled(...args) {
    same<typeof args, [id: number, filter?: string | undefined]>();
    return true;
  },
});
cacheResource(make, {
  validate: (model) => model.name !== "",
  onRelease(model, ...args) {
    same<typeof args, [name: string]>();
    model.dispose();
  },
});
cacheResource(async (name: string) => make(name), { onRelease: async (model) => model.dispose() });
// @ts-expect-error the value has no such property
cacheData(load, { validate: (value) => value.name });
// @ts-expect-error true or false
cacheData(load, { validate: () => "yes" });
// @ts-expect-error the first argument is a number
cacheData(load, { keyBy: (row: string) => row });

// Hash functions, by class or by its name, also for classes that cannot be constructed by everybody.
class Model {
  id = 1;
}
class DateTime {
  private constructor(readonly iso: string) {}
  static now() {
    return new DateTime("");
  }
}
abstract class Shape {
  abstract area(): number;
}
cacheData(load, { hashFuncs: [[Model, (model) => model.id]] });
cacheData(load, { hashFuncs: [[Model, (model: Model) => model.id], [DateTime, (time: DateTime) => time.iso], [Shape, (shape: Shape) => shape.area()]] });
cacheData(load, { hashFuncs: [[DateTime, (time) => time.iso], [Shape, identity], ["Tensor", (tensor) => tensor.id], [Float64Array, String], [Date, Number]] });
cacheData(load, { hashFuncs: new Map<typeof Model | string, (value: any) => unknown>([[Model, (model) => model.id]]) });
cacheResource(make, { hashFuncs: [[Model, identity]] });
configure({ hashFuncs: [[Model, identity]] });
// @ts-expect-error a class or its name
cacheData(load, { hashFuncs: [[5, id]] });
// @ts-expect-error a function
cacheData(load, { hashFuncs: [[Model, "id"]] });
// @ts-expect-error pairs
cacheData(load, { hashFuncs: { Model: id } });
void DateTime.now();

// The page's options and events.
configure({ namespace: "ann", version: "7", deps: ["ann"], ttl: "1d", maxEntries: 10, persist: false, enabled: true, validate: () => true, onRelease: id });
configure({
  onEvent(event) {
    same<typeof event, KeepsakeEvent>();
    if (event.type === "fault") return void [event.code, event.message, event.error];
    if (event.type === "hit") return void [event.from, event.functionName, event.kind];
    // @ts-expect-error only a hit comes from somewhere
    return event.from;
  },
});
// @ts-expect-error a text
configure({ namespace: 5 });
// @ts-expect-error there is something to configure
configure();

same<ReturnType<typeof hash>, string>();
same<ReturnType<typeof flush>, Promise<void>>();
same<ReturnType<typeof destroy>, Promise<void>>();

// Errors say what a program needs.
try {
  hash(1);
} catch (error) {
  if (error instanceof UnhashableParamError) {
    same<typeof error.code, "unhashable-param">();
    same<typeof error.path, string | undefined>();
    same<typeof error.param, string | undefined>();
    same<typeof error.type, string | undefined>();
  } else if (error instanceof InvalidOptionError) {
    same<typeof error.option, string>();
  } else if (error instanceof KeepsakeError) {
    same<typeof error.code, ErrorCode>();
    same<typeof error.functionName, string | undefined>();
  }
}

// What the methods of functions give: handles, leases, explanations, figures, events; and what errors have.
import {
  type CacheReplayClosureError,
  type EvictionReason,
  type Explanation,
  type FaultCode,
  type KeepsakeEvent,
  type Lease,
  type MissReason,
  type Snapshot,
  InvalidOptionError,
  KeepsakeError,
  UserHashError,
  bindReplay,
  cacheData,
  cacheResource,
  createKeepsake,
  on,
  registerType,
  replayable,
  stats,
} from "keepsake";
import { same } from "./same.js";

interface Row {
  id: number;
}
const load = cacheData(async (id: number, filter?: string): Promise<Row> => ({ id, ...(filter === undefined ? {} : { filter }) }));
const now = cacheData((id: number): Row => ({ id }), { persist: false });
const open = cacheResource(async (name: string) => ({ name, predict: (input: number[]) => input.length }));

// Methods take what a call takes, and give what they promise.
same<ReturnType<typeof load.refresh>, Promise<Row>>();
same<ReturnType<typeof now.refresh>, Row>();
same<ReturnType<typeof load.has>, Promise<boolean>>();
same<ReturnType<typeof load.set>, Promise<void>>();
void [load.set({ id: 1 }, 1, "a"), load.set(Promise.resolve({ id: 1 }), 1), now.set({ id: 1 }, 1)];
// @ts-expect-error the value comes first
void load.set(1, { id: 1 });
// @ts-expect-error it is a row
void now.set({ name: "a" }, 1);
// @ts-expect-error it has an argument
void load.has();
// @ts-expect-error data is not held
void load.lease;

// Handles.
const entry = load.entry(1);
same<typeof entry.promise, Promise<Row>>();
same<ReturnType<typeof entry.refresh>, Promise<Row>>();
const entryNow = now.entry(1);
same<ReturnType<typeof entryNow.refresh>, Row>();
same<[ReturnType<typeof entry.expire>, ReturnType<typeof entry.delete>], [Promise<number>, Promise<number>]>();
const { subscribe, getSnapshot } = entry;
const stop = subscribe((snapshot) => same<typeof snapshot, Snapshot<Row>>());
same<typeof stop, () => void>();
const snapshot = getSnapshot();
switch (snapshot.status) {
  case "fresh":
  case "stale":
    same<[typeof snapshot.value, typeof snapshot.error, typeof snapshot.storedAt], [Row, undefined, number]>();
    break;
  case "error":
    same<[typeof snapshot.value, typeof snapshot.error, typeof snapshot.storedAt], [undefined, unknown, undefined]>();
    break;
  default:
    same<typeof snapshot.status, "pending">();
    same<typeof snapshot.value, undefined>();
}
// @ts-expect-error there may be no value yet
snapshot.value.id;
// @ts-expect-error a snapshot is frozen
snapshot.status = "fresh";
/** Svelte's contract of a store. */
const store: { subscribe(run: (value: Snapshot<Row>) => void): () => void } = entry;
void store;

// Leases.
export async function predict() {
  using lease = await open.lease("small");
  same<typeof lease, Lease<{ name: string; predict: (input: number[]) => number }>>();
  lease.release();
  // @ts-expect-error it is what it is
  lease.value = null;
  return lease.value.predict([1]);
}

// Explanations and figures.
export async function why() {
  const explanation = await load.explain(1);
  same<typeof explanation, Explanation>();
  same<typeof explanation.because, MissReason | undefined>();
  same<[typeof explanation.storedAt, typeof explanation.changed, typeof explanation.evictedBy], [number | undefined, string[] | undefined, string | undefined]>();
  // @ts-expect-error no such result
  return explanation.result === "missed";
}
const { lookups, computations, evictions, refreshes, entries, bytes } = load.stats();
same<typeof lookups, Record<"memory" | "disk" | "tab" | "miss" | "stale" | "joined", number>>();
same<typeof evictions, Record<EvictionReason, number>>();
const sum: number = computations.total + computations.count + computations.failed + refreshes.dropped + entries + bytes + stats().lookups.joined;
const bucket: { upTo: number; count: number } | undefined = computations.histogram[0];
void [sum, bucket];

// Events, by their type.
const off = on((event) => {
  same<typeof event, KeepsakeEvent>();
  switch (event.type) {
    case "hit":
    case "stale":
      return void same<typeof event.from, "memory" | "disk" | "tab">();
    case "computed":
      return void same<[typeof event.duration, typeof event.failed], [number, boolean]>();
    case "refresh":
      return void same<typeof event.result, "done" | "failed" | "dropped">();
    case "evict":
      return void same<typeof event.reason, EvictionReason>();
    case "fault":
      same<[typeof event.code, typeof event.message, typeof event.error], [FaultCode, string, unknown]>();
      // @ts-expect-error it is told of no function
      return event.functionName;
    default:
      same<typeof event.type, "miss" | "join">();
      return void same<[typeof event.functionName, typeof event.kind], [string, "data" | "resource"]>();
  }
});
same<typeof off, () => void>();
on(({ type }) => {
  // @ts-expect-error no such event
  if (type === "missed") return;
});

// Errors, by their class and by their code.
export function remedy(error: unknown) {
  if (error instanceof InvalidOptionError) return void same<[typeof error.code, typeof error.option], ["invalid-option", string]>();
  if (error instanceof UserHashError) return void same<[typeof error.code, typeof error.cause], ["user-hash", unknown]>();
  if (!(error instanceof KeepsakeError)) return;
  if (error.code === "destroy-failed") return;
  // @ts-expect-error no such code
  if (error.code === "destroyed") return;
  // @ts-expect-error it is read only
  error.code = "no-wasm";
}
declare const closure: CacheReplayClosureError;
same<[typeof closure.effect, typeof closure.path, typeof closure.name], [string, string | undefined, string]>();

// Instances.
const own = createKeepsake({ namespace: "own", maxMemory: "1MB" });
const { cacheData: ownData, cacheResource: ownResource, configure, hash, hashAsync, flush, destroy } = own;
same<ReturnType<typeof ownData.clear>, Promise<number>>();
const ownLoad = ownData((id: number) => id);
same<ReturnType<typeof ownLoad>, Promise<number>>();
const ownOpen = ownResource((id: number) => ({ id }));
same<ReturnType<typeof ownOpen>, { id: number }>();
configure({ ttl: "1d" });
same<[ReturnType<typeof hash>, ReturnType<typeof hashAsync>, ReturnType<typeof flush>, ReturnType<typeof destroy>], [string, Promise<string>, Promise<void>, Promise<void>]>();
createKeepsake();
// @ts-expect-error a function's own
createKeepsake({ name: "own" });

// Types of one's own: what `encode` gives is what `decode` takes, item by item.
class Money {
  constructor(
    readonly amount: number,
    readonly currency: string,
  ) {}
}
registerType({ type: Money, tag: "money", encode: (money) => [money.amount, money.currency], decode: ([amount, currency]) => new Money(amount, currency) });
own.registerType({ type: Money, tag: "money", version: 2, encode: ({ amount, currency }) => ({ amount, currency }), decode: ({ amount, currency }) => new Money(amount, currency) });
// @ts-expect-error it has no such property
registerType({ type: Money, tag: "money", encode: (money) => money.value, decode: (amount: number) => new Money(amount, "EUR") });
// @ts-expect-error it gives a text
registerType({ type: Money, tag: "money", encode: (money) => money.currency, decode: (amount: number) => new Money(amount, "EUR") });
// @ts-expect-error it needs a name
registerType({ type: Money, encode: (money) => money.amount, decode: (amount) => new Money(amount, "EUR") });

// Effects keep their type, with type parameters.
const toast = replayable("toast", <T extends string>(text: T) => text, { detached: (text) => text });
const shown = toast("a");
same<typeof shown, "a">();
// @ts-expect-error it gives a text
replayable("toast", (text: string) => text, { detached: () => 1 });
const record = bindReplay();
const recorded = record(() => toast("b"));
same<typeof recorded, "b">();

// What a wrapper's type is: a persisted function always gives a promise, every other keeps its own type. Checked by
// `tsc -p tsconfig.json`; each `@ts-expect-error` is a mistake that the types must find.
import {
  type CacheData,
  type CachedMethods,
  type CacheResource,
  type MemoryFunction,
  type PersistedFunction,
  cacheData,
  cacheResource,
  createKeepsake,
} from "keepsake";
import { same } from "./same.js";

interface Row {
  id: number;
  tags: string[];
}
declare function rowNow(id: number): Row;
declare function rowLater(id: number): Promise<Row>;
declare const isProduction: boolean;

// A persisted function gives a promise, whatever the function gives.
const persisted = cacheData(rowLater);
const persistedNow = cacheData(rowNow, { ttl: "1h" });
same<ReturnType<typeof persisted>, Promise<Row>>();
same<ReturnType<typeof persistedNow>, Promise<Row>>();
same<Parameters<typeof persistedNow>, [id: number]>();
same<typeof persisted, PersistedFunction<typeof rowLater>>();
// @ts-expect-error it is a promise
persistedNow(1).tags;
// @ts-expect-error it takes a number
void persisted("1");
// @ts-expect-error it takes one argument
void persisted();
// @ts-expect-error it takes one argument only
void persisted(1, 2);

// With the literal `persist: false` it keeps its own type.
const memory = cacheData(rowNow, { persist: false });
const memoryLater = cacheData(rowLater, { persist: false, ttl: 60_000 });
same<ReturnType<typeof memory>, Row>();
same<ReturnType<typeof memoryLater>, Promise<Row>>();
same<typeof memory, MemoryFunction<typeof rowNow>>();
memory(1).tags.push("a");

// Where that is not known when it is compiled, the result or a promise of it: it takes an `await`.
const unknown = cacheData(rowNow, { persist: isProduction });
same<ReturnType<typeof unknown>, Row | Promise<Row>>();
same<Awaited<ReturnType<typeof unknown.refresh>>, Row>();
const unknownLater = cacheData(rowLater, { persist: isProduction });
same<ReturnType<typeof unknownLater>, Promise<Row>>();
// @ts-expect-error it may be a row
void unknown(1).then;
// @ts-expect-error it may be a promise
unknown(1).tags;
const explicitly = cacheData(rowNow, { persist: true });
same<ReturnType<typeof explicitly>, Promise<Row>>();

// A resource keeps its own type.
const resource = cacheResource(rowNow);
const resourceLater = cacheResource(rowLater, { maxEntries: 3 });
same<ReturnType<typeof resource>, Row>();
same<ReturnType<typeof resourceLater>, Promise<Row>>();

// Optional and rest parameters, `this`, and what is not awaited twice.
const many = cacheData(async (first: string, second: number = 1, ...rest: boolean[]) => [first, second, rest] as const);
same<Parameters<typeof many>, [first: string, second?: number | undefined, ...rest: boolean[]]>();
same<ReturnType<typeof many>, Promise<readonly [string, number, boolean[]]>>();
const either = cacheData((id: number): Row | Promise<Row> => (id > 0 ? rowNow(id) : rowLater(id)));
same<ReturnType<typeof either>, Promise<Row>>();
const method = cacheData(function (this: { tenant: string }, id: number) {
  return `${this.tenant} ${id}`;
});
const service = { tenant: "a", method };
same<ReturnType<typeof service.method>, Promise<string>>();
void service.method(1);
// @ts-expect-error it needs its `this`
void method(1);

// A function that keeps its own type keeps its generics and overloads too.
const first = cacheData(<T>(items: T[]): T | undefined => items[0], { persist: false });
const firstNumber = first([1, 2]);
const firstText = first(["a"]);
same<typeof firstNumber, number | undefined>();
same<typeof firstText, string | undefined>();
const firstResource = cacheResource(<T extends object>(item: T): T => item);
const point = firstResource({ x: 1 });
same<typeof point, { x: number }>();
declare function overloaded(id: number): number;
declare function overloaded(id: string): string;
const both = cacheData(overloaded, { persist: false });
const asNumber: number = both(1);
const asText: string = both("a");
void [asNumber, asText];

// The methods.
same<ReturnType<typeof persisted.clear>, Promise<number>>();
same<ReturnType<typeof persisted.delete>, Promise<number>>();
same<ReturnType<typeof persisted.key>, Promise<string>>();
same<ReturnType<typeof persisted.peek>, Row | undefined>();
same<ReturnType<typeof memory.peek>, Row | undefined>();
same<ReturnType<typeof resourceLater.peek>, Row | undefined>();
same<typeof persisted.original, typeof rowLater>();
void persisted.clear();
void persisted.clear(1);
void persisted.delete(1);
// @ts-expect-error it takes the arguments of a call
void persisted.delete("1");
// @ts-expect-error to remove everything there is clear()
void persisted.delete();
// @ts-expect-error it takes a number
persisted.peek("1");
// @ts-expect-error the original is not to be replaced
persisted.original = rowLater;

// Everything of a kind, and the functions of an instance.
same<ReturnType<typeof cacheData.clear>, Promise<number>>();
same<ReturnType<typeof cacheResource.clear>, Promise<number>>();
const instance = createKeepsake({ namespace: "library" });
same<typeof instance.cacheData, CacheData>();
same<typeof instance.cacheResource, CacheResource>();
same<ReturnType<typeof instance.hash>, string>();
const own = instance.cacheData(rowNow);
same<ReturnType<typeof own>, Promise<Row>>();

/** A helper of somebody's own can be generic. */
function cached<Args extends unknown[], Result>(fn: (...args: Args) => Promise<Result>) {
  return cacheData(fn, { ttl: "1h" });
}
const throughHelper = cached(async (id: number, name: string) => ({ id, name }));
const helped: Promise<{ id: number; name: string }> = throughHelper(1, "a");
const methods: CachedMethods<(id: number, name: string) => Promise<{ id: number; name: string }>> = throughHelper;
void [helped, methods];

// @ts-expect-error a function is wrapped, not its result
cacheData(rowLater(1));
// @ts-expect-error there is something to wrap
cacheResource();

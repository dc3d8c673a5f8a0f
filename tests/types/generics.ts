// What stays of a function's own type where it becomes a promise: type parameters and overloads where it gives promises
// already, overloads where not.
import { type AnyFunction, type DataOptions, type PersistedFunction, cacheData, cacheResource } from "keepsake";
import { same } from "./same.js";

interface Row {
  id: number;
}
declare function rowNow(id: number): Row;

// An async function keeps its type parameters, also persisted.
const first = cacheData(async <T>(items: readonly T[]): Promise<T | undefined> => items[0], { ttl: "1h" });
const firstNumber = first([1, 2]);
same<typeof firstNumber, Promise<number | undefined>>();
const firstText = cacheData(async <const T>(item: T) => item)("a");
same<typeof firstText, Promise<"a">>();
// @ts-expect-error it takes a list
void first(1);
// Of a synchronous one TypeScript cannot tell: as `async` it would.
const lost = cacheData(<T>(items: T[]) => items[0])([1]);
same<typeof lost, Promise<unknown>>();

// Overloads stay, with promises where there were none.
declare function later(id: number): Promise<number>;
declare function later(id: string, more?: boolean): Promise<string>;
const laterKept = cacheData(later);
same<typeof laterKept, PersistedFunction<typeof later>>();
const [laterNumber, laterText] = [laterKept(1), laterKept("a", true)];
same<[typeof laterNumber, typeof laterText], [Promise<number>, Promise<string>]>();
declare function now(id: number): number;
declare function now(id: string): string;
declare function now(id: boolean): Promise<boolean>;
const nowKept = cacheData(now);
const [nowNumber, nowText, nowBoolean] = [nowKept(1), nowKept("a"), nowKept(true)];
same<[typeof nowNumber, typeof nowText, typeof nowBoolean], [Promise<number>, Promise<string>, Promise<boolean>]>();
// @ts-expect-error none of them takes a date
void nowKept(new Date());
// Methods take the last.
void nowKept.delete(true);

// What is more than a promise is none of its own: it is a plain one that comes.
class Cancelable<T> extends Promise<T> {
  cancel() {}
}
declare function request(id: number): Cancelable<Row>;
const requested = cacheData(request)(1);
same<typeof requested, Promise<Row>>();
declare function thenable(id: number): { then: Promise<Row>["then"] };
const thened = cacheData(thenable)(1);
same<typeof thened, Promise<Row>>();
// Nor has the wrapper what the function has besides.
declare const client: { (url: string): Promise<Row>; get(url: string): Promise<Row> };
const cachedClient = cacheData(client);
same<ReturnType<typeof cachedClient>, Promise<Row>>();
// @ts-expect-error it is not copied
void cachedClient.get("/");
same<typeof cachedClient.original, typeof client>();
// Where nothing is known, it is a promise of anything.
declare const anything: AnyFunction;
const cachedAnything = cacheData(anything)(1, "a");
same<typeof cachedAnything, Promise<any>>();
const never = cacheData((): never => {
  throw new Error();
});
same<ReturnType<typeof never>, Promise<never>>();

// `this` stays, also of methods and of overloads' likes.
class Service {
  tenant = "a";
  load = cacheData(async function (this: Service, id: number) {
    return `${this.tenant} ${id}`;
  });
  area = cacheData(
    function (this: Service, width: number) {
      return width * this.tenant.length;
    },
    { persist: false },
  );
}
const service = new Service();
same<ReturnType<typeof service.load>, Promise<string>>();
same<ReturnType<typeof service.area>, number>();
void [service.load(1), service.area(1)];
const { load, area } = service;
// @ts-expect-error it needs its `this`
void load(1);
// @ts-expect-error so it does in memory
area(1);

// Options that are declared apart keep what they say of `persist`.
const constant = { persist: false, maxSize: "1MB", deps: ["a"], params: ["id"] } as const;
const satisfied = { persist: false, ttl: { hours: 1 } } satisfies DataOptions;
const persistent = { ttl: "1h" } satisfies DataOptions;
const widened = { persist: false };
const [byConstant, bySatisfied, byPersistent, byWidened] = [cacheData(rowNow, constant), cacheData(rowNow, satisfied), cacheData(rowNow, persistent), cacheData(rowNow, widened)];
same<ReturnType<typeof byConstant>, Row>();
same<ReturnType<typeof bySatisfied>, Row>();
same<ReturnType<typeof byPersistent>, Promise<Row>>();
same<ReturnType<typeof byWidened>, Row | Promise<Row>>();
declare const someOptions: DataOptions;
const bySome = cacheData(rowNow, someOptions);
same<ReturnType<typeof bySome>, Row | Promise<Row>>();
const byNothing = cacheData(rowNow, { persist: undefined });
same<Awaited<ReturnType<typeof byNothing>>, Row>();

// Helpers of somebody's own, whose functions are not known yet.
export function logged<F extends AnyFunction>(fn: F) {
  const cached = cacheData(fn);
  return async (...args: Parameters<F>): Promise<Awaited<ReturnType<F>>> => {
    console.log((await cached.explain(...args)).message, await cached.delete(...args));
    return cached(...args);
  };
}
export function inMemory<F extends AnyFunction>(fn: F) {
  const [data, resource] = [cacheData(fn, { persist: false }), cacheResource(fn)];
  return (...args: Parameters<F>): ReturnType<F>[] => [data(...args), resource(...args)];
}
export function daily<Args extends unknown[], Result>(fn: (...args: Args) => Promise<Result>) {
  const cached = cacheData(fn, { ttl: "1d", keyBy: (...args) => args, validate: (value, ..._args) => Boolean(value) });
  return (...args: Args): Promise<Result> => cached(...args);
}
export function given<Args extends unknown[], Result>(fn: (...args: Args) => Result, options?: DataOptions<(...args: Args) => Result>) {
  const cached = cacheData(fn, options);
  return async (...args: Args): Promise<Awaited<Result>> => await cached(...args);
}
const throughLogged = logged(rowNow)(1);
same<typeof throughLogged, Promise<Row>>();
const throughDaily = daily(async (id: number, name: string) => ({ id, name }))(1, "a");
same<typeof throughDaily, Promise<{ id: number; name: string }>>();

// What a library exports can be written into its declarations (`declaration`).
export const exported = cacheData(rowNow, { ttl: "1h" });
export const exportedGeneric = cacheData(async <T>(item: T) => item);
export const exportedOverloads = cacheData(now);
export const exportedEither = cacheData(rowNow, widened);
export const exportedResource = cacheResource((name: string) => ({ name }));
export const lease = exportedResource.lease;
export const entryOf = (id: number) => exported.entry(id);

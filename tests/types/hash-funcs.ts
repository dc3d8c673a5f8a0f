// A hash function is given an object of its class, without saying so: also of classes whose constructor is private or
// abstract, several in one list, and of libraries as they are.
import { DateTime, Duration } from "luxon";
import { type Class, type DataOptions, type HashFunc, type HashFuncs, type PageOptions, cacheData, cacheResource, configure, createKeepsake, hash, hashAsync, identity } from "keepsake";
import { same } from "./same.js";

declare function load(id: number): Promise<{ id: number }>;
declare function connect(host: string): { host: string };

class Model {
  id = 1;
}
class Hidden {
  private constructor(readonly text: string) {}
  static now() {
    return new Hidden("");
  }
}
abstract class Shape {
  abstract area(): number;
}
class Box<T> {
  constructor(readonly value: T) {}
}
void Hidden.now();

// One and several, persisted or not, of data and of resources, of the page and of a digest.
const one = cacheData(load, { hashFuncs: [[Model, (model) => (same<typeof model, Model>(), model.id)]] });
same<ReturnType<typeof one>, Promise<{ id: number }>>();
const memory = cacheData((id: number) => id, {
  persist: false,
  hashFuncs: [
    [Hidden, (hidden) => (same<typeof hidden, Hidden>(), hidden.text)],
    [Shape, (shape) => (same<typeof shape, Shape>(), shape.area())],
    [Box, (box) => box.value],
    ["Tensor", (tensor) => (same<typeof tensor, any>(), tensor.id)],
    [Model, identity],
    [Float64Array, String],
  ],
  validate: (value, id) => (same<typeof value, number>(), value === id),
});
same<ReturnType<typeof memory>, number>();
const resource = cacheResource(connect, { hashFuncs: [[Model, (model) => model.id]], onRelease: (connection) => connection.host });
same<ReturnType<typeof resource>, { host: string }>();
configure({ hashFuncs: [[Model, (model) => model.id], [Shape, (shape) => shape.area()]] });
createKeepsake({ namespace: "own", hashFuncs: [[Model, (model) => model.id]] }).configure({ hashFuncs: [[Shape, (shape) => shape.area()]] });
hash(new Model(), { hashFuncs: [[Model, (model) => model.id]] });
void hashAsync(new Model(), { hashFuncs: [[Model, (model) => model.id]] });

// Libraries.
cacheData(load, {
  hashFuncs: [
    [DateTime, (time) => time.toISO()],
    [Duration, (duration) => duration.toMillis()],
  ],
});

// A `Map`, and options that are declared apart.
cacheData(load, { hashFuncs: new Map<Class | string, (value: any) => unknown>([[Model, (model) => model.id]]) });
cacheData((id: number) => id, { persist: false, hashFuncs: new Map([[Model, identity]]) })(1).toFixed();
configure({ hashFuncs: new Map([[Model, identity]]) });
cacheData(load, { hashFuncs: new Map([[Model, (model: Model) => model.id]]) });
cacheData(load, { hashFuncs: [[Model, identity]] as const });
const list: HashFuncs = [[Model, identity], ["Tensor", ({ id }) => id]];
cacheData(load, { hashFuncs: list });
cacheResource(connect, { hashFuncs: list });
const pair: HashFunc<typeof Hidden> = [Hidden, (hidden) => hidden.text];
cacheData(load, { hashFuncs: [pair, [Model, (model) => (same<typeof model, Model>(), model.id)]] });
const apart = { ttl: "1d", maxSize: "10MB", hashFuncs: [[Model, (model) => model.id]] } satisfies DataOptions;
cacheData(load, apart);
const ofMemory = { persist: false, maxEntries: 5 } satisfies DataOptions;
const still = cacheData((id: number) => id, ofMemory);
same<ReturnType<typeof still>, number>();
const page: PageOptions = { hashFuncs: [[Model, identity]] };
configure(page);
const ofFunction: DataOptions<typeof load> = { validate: (value, id) => value.id === id };
cacheData(load, ofFunction);

// Mistakes.
// @ts-expect-error a set has no functions
cacheData(load, { hashFuncs: new Set([Model]) });
// @ts-expect-error nor has it where it is a map of something else
cacheData(load, { hashFuncs: new Map([[Model, "id"]]) });
// @ts-expect-error a model has no such property
cacheData(load, { hashFuncs: [[Model, (model) => model.nope]] });
// @ts-expect-error nor has the second one
cacheData(load, { hashFuncs: [[Model, (model) => model.id], [Hidden, (hidden) => hidden.nope]] });
// @ts-expect-error nor in memory
cacheData(load, { persist: false, hashFuncs: [[Shape, (shape) => shape.nope]] });
// @ts-expect-error nor of the page
configure({ hashFuncs: [[Model, (model) => model.nope]] });

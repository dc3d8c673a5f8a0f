// What a project's own types see of the package: that they are there at all, for each entry, and are no `any`.
import { cacheData, cacheResource, configure, createKeepsake, hash, InvalidOptionError, registerType, type DataOptions } from "keepsake";
import * as st from "keepsake/elements";
import { decimal, type ArrowTable } from "keepsake/types";

/** Compiles only if both types are the same. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
function same<A, B>(..._: Same<A, B> extends true ? [] : [never]): void {}

const options = { ttl: "10m", maxEntries: 3 } satisfies DataOptions;
const load = cacheData(async (id: string) => ({ id, length: id.length }), options);
const value = load("a");
same<typeof value, Promise<{ id: string; length: number }>>();

const area = cacheData((width: number, height: number) => width * height, { persist: false });
const square = area(2, 2);
same<typeof square, number>();

const open = cacheResource(() => ({ close() {} }), { onRelease: (door) => door.close() });
open().close();

configure({ version: "1" });
const digest: string = hash([1, "a"]);
const own = createKeepsake({ namespace: digest });
own.cacheData(async () => 1).clear().then((count) => same<typeof count, number>());

const box = st.container();
same<typeof box, st.St>();
same<ArrowTable["numRows"], number>();
registerType(decimal(class {
  constructor(readonly text: string | number) {}
  isZero() { return this.text === "0"; }
  isNegative() { return false; }
  toExponential() { return String(this.text); }
}));

// @ts-expect-error no such option
cacheData(async () => 1, { ttI: "1m" });
// @ts-expect-error its argument is a text
load(1);
// @ts-expect-error no such element
st.nothing();
// @ts-expect-error no such export
import { nothing } from "keepsake/types";
const error: Error = new InvalidOptionError("no");
export { error, nothing };

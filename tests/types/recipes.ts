// The recipes take the libraries as they are, whole or in parts, and give what registerType takes. The declarations of
// Arrow and TensorFlow.js do not compile beside ours: their functions stand here, and tests/js/recipes.test.mjs has the rest.
import dayjsLibrary, { type Dayjs } from "dayjs";
import { Decimal } from "decimal.js";
import * as luxon from "luxon";
import { DateTime, Duration, FixedOffsetZone, IANAZone, Interval, SystemZone } from "luxon";
import { createKeepsake, registerType } from "keepsake";
import { arrowTable, dayjs, decimal, luxonDateTime, luxonDuration, luxonInterval, tensor } from "keepsake/types";

declare class Table<T extends object = any> {
  private constructor();
  readonly schema: { names: (keyof T)[] };
  readonly batches: T[];
  get numRows(): number;
}
declare function tableToIPC<T extends object = any>(table: Table<T>, type?: "file" | "stream", compression?: number | null): Uint8Array<ArrayBuffer>;
declare function tableFromIPC<T extends object = any>(source: Uint8Array | Iterable<Uint8Array>): Table<T>;
declare function tableFromIPC<T extends object = any>(source: Promise<Uint8Array>): Promise<Table<T>>;
declare const arrow: { Table: typeof Table; tableToIPC: typeof tableToIPC; tableFromIPC: typeof tableFromIPC; version: string };

declare class Tensor<R extends "1" | "2" = "1" | "2"> {
  readonly dtype: "float32" | "string" | "complex64";
  readonly shape: { "1": [number]; "2": [number, number] }[R];
  readonly dataId: { id: number };
  get isDisposed(): boolean;
  dataSync<D extends "float32" | "string" = "float32">(): { float32: Float32Array; string: string[] }[D];
}
declare const tf: {
  Tensor: typeof Tensor;
  tensor<R extends "1" | "2">(values: Float32Array | string[], shape?: Tensor<R>["shape"], dtype?: Tensor["dtype"]): Tensor<R>;
  complex<T extends Tensor>(real: T | number[], imaginary: T | number[]): T;
  engine(): { readSync(dataId: { id: number }): Float32Array | Uint8Array[]; backendName: string };
  tidy<T extends Tensor | Tensor[] | void>(name: string | (() => T), make?: () => T): T;
};

registerType(arrowTable(arrow));
registerType(arrowTable({ Table, tableFromIPC, tableToIPC }));
registerType(tensor(tf));
registerType(luxonDateTime(luxon));
registerType(luxonDateTime({ DateTime, IANAZone, FixedOffsetZone, SystemZone }));
registerType(luxonDuration(luxon));
registerType(luxonDuration({ Duration }));
registerType(luxonInterval(luxon));
registerType(luxonInterval({ DateTime, IANAZone, FixedOffsetZone, SystemZone, Interval }));
registerType(dayjs(dayjsLibrary));
registerType(decimal(Decimal));
registerType(decimal(Decimal, { Money: Decimal.clone({ precision: 40 }) }));
createKeepsake().registerType({ ...arrowTable(arrow), tag: "other.Table", version: 2 });

// They know their class.
const tables = arrowTable(arrow);
declare const rows: Table;
const table: Table = tables.decode(tables.encode(rows));
const tensors = tensor(tf);
const numbers: Tensor = tensors.decode(tensors.encode(tf.tensor<"2">(["a"], [1, 1], "string")));
const dates = luxonDateTime(luxon);
const date: DateTime = dates.decode(dates.encode(DateTime.now()));
const durations = luxonDuration(luxon);
const duration: Duration = durations.decode(durations.encode(Duration.fromMillis(1)));
const intervals = luxonInterval(luxon);
const interval: Interval = intervals.decode(intervals.encode(Interval.after(date, duration)));
const days = dayjs(dayjsLibrary);
const day: Dayjs = days.decode(days.encode(dayjsLibrary()));
const decimals = decimal(Decimal);
const number: Decimal = decimals.decode(decimals.encode(new Decimal(1)));
void [table, numbers, interval, day, number];

// @ts-expect-error the bytes have to be read as well
arrowTable({ Table, tableToIPC });
// @ts-expect-error the library, not its class
luxonDateTime(DateTime);
// @ts-expect-error zones count
luxonDateTime({ DateTime });
// @ts-expect-error not a date
days.encode(new Date());
// @ts-expect-error the function, not an object that it makes
dayjs(dayjsLibrary());
// @ts-expect-error a clone is named
decimal(Decimal, [Decimal.clone()]);
// @ts-expect-error a class, not a number
decimal(new Decimal(1));

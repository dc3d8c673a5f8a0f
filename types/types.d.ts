/**
 * Recipes for classes of well-known libraries: each takes the library that you use, and gives what `registerType` takes.
 * Objects of the class then count by their content in keys, and can be returned, also from persisted functions.
 *
 * ```ts
 * import { registerType } from "keepsake";
 * import { arrowTable, luxonDateTime } from "keepsake/types";
 * import * as arrow from "apache-arrow";
 * import * as luxon from "luxon";
 *
 * registerType(arrowTable(arrow));
 * registerType(luxonDateTime(luxon));
 * ```
 *
 * A page with two copies of a library has two classes; the second needs a tag of its own:
 * `registerType({ ...arrowTable(other), tag: "other.Table" })`. Objects of subclasses are none of the class.
 *
 * What cannot be made again as it was (a locale that is not loaded, another time zone of the system) is a miss.
 */
import type { Class, RegisteredType } from "./keepsake.js";

/** What a recipe needs to see of an Arrow table. */
export interface ArrowTable {
  /** How many rows it has. */
  readonly numRows: number;
  /** Its columns' names and types, and its metadata. */
  readonly schema: any;
  /** Its rows, in the parts in which they came. */
  readonly batches: readonly any[];
}
/** An Arrow table: an IPC stream, and how many rows are to come out of it. */
export interface ArrowTableData {
  /** An IPC stream, as Arrow writes it. */
  bytes: Uint8Array;
  /** How many rows are to come out of it. */
  rows: number;
}
/**
 * Tables of `apache-arrow` (tested with 21), with their schema, metadata and batches. Two tables are one if Arrow writes the
 * same bytes for them, whatever the numbers of their dictionaries. So equal rows in other batches, or with other bytes
 * where there is no value, are another table.
 *
 * Refused, since Arrow does not write them as they are: a part of a column of `Utf8View` or `BinaryView`, as `slice`
 * makes it, and a column whose name is empty.
 *
 * ```ts
 * import { Table, tableFromIPC, tableToIPC } from "apache-arrow";
 * registerType(arrowTable({ Table, tableFromIPC, tableToIPC }));
 * ```
 */
export declare function arrowTable<T extends ArrowTable>(arrow: {
  Table: Class<T>;
  tableToIPC: (table: any, type: "stream") => Uint8Array;
  tableFromIPC: (bytes: Uint8Array) => NoInfer<T>;
}): RegisteredType<T, ArrowTableData>;

/** What a recipe needs to see of a tensor. */
export interface TensorValue {
  /** The type of its numbers: `"float32"`. */
  readonly dtype: string;
  /** Its dimensions. */
  readonly shape: number[];
  /** By which the backend knows its content. */
  readonly dataId: object;
  /** Whether its content is gone; then it cannot be kept. */
  readonly isDisposed: boolean;
  /** Reads its content, and waits for it. */
  dataSync(): any;
}
/** A tensor; of texts, the bytes of each. */
export interface TensorData {
  /** The type of the numbers. */
  dtype: string;
  /** The dimensions. */
  shape: number[];
  /** The numbers, one after another; of a complex tensor, real and imaginary parts in turn. */
  data: any;
}
/**
 * Tensors of `@tensorflow/tfjs`, of every type; variables are not tensors.
 *
 * **Every copy that is handed out is a tensor of its own, and the caller's to dispose**, on a hit as on a miss. So is the
 * one that the function made: dispose of it, or make it inside of `tf.tidy`, once the call has settled. What all callers
 * are to share belongs into `cacheResource`.
 *
 * Numbers are read with `dataSync`, which waits for the graphics card; the WebGPU backend does not always allow it.
 *
 * ```ts
 * import * as tf from "@tensorflow/tfjs";
 * registerType(tensor(tf));
 * ```
 */
export declare function tensor<T extends TensorValue>(tf: {
  Tensor: Class<T>;
  tensor: (data: any, shape: any, dtype: any) => NoInfer<T>;
  complex: (real: any, imaginary: any) => NoInfer<T>;
  tidy: (make: () => any) => any;
  engine: () => { readSync(id: any): any };
}): RegisteredType<T, TensorData>;

/** Luxon's locale: the one in force, and the one that was chosen, if any. */
export interface LuxonLocale {
  /** The one in force: `"de-CH"`. */
  locale: string;
  /** The one that was chosen; `null` where it is the one of the system. */
  chosen: string | null;
  /** Such as `"arab"`. */
  numberingSystem: string | null;
  /** Such as `"islamic"`. */
  outputCalendar: string | null;
  /** The first day of a week, and the like. */
  weekSettings: object | null;
}
/** The name of a zone, an offset in minutes, or the system's zone. */
export type LuxonZone = string | number | { system: string };
/** Of what is invalid, why. */
export interface LuxonInvalid {
  /** In a word: `"unparsable"`. */
  reason: string;
  /** In a sentence. */
  explanation: string | null;
}
/** A DateTime: its instant in milliseconds since the epoch, its zone and its locale. */
export type LuxonDateTimeData = LuxonInvalid | (LuxonLocale & { time: number; zone: LuxonZone });
/** A Duration: its units as they are, how they are made of each other, and its locale. */
export type LuxonDurationData = LuxonInvalid | (LuxonLocale & { values: Record<string, number>; conversionAccuracy: string; matrix?: object });
/** An Interval: both of its ends. */
export type LuxonIntervalData = LuxonInvalid | { start: LuxonDateTimeData; end: LuxonDateTimeData };

/** What a recipe needs to see of a class of Luxon's. */
export interface LuxonClass<T> extends Class<T> {
  /** Makes one that is invalid. */
  invalid(reason: any, explanation: any): any;
}
/** What a recipe needs to see of Luxon, to make a DateTime. */
export interface LuxonDateTimes<T> {
  /** The class of dates. */
  DateTime: LuxonClass<T> & { fromMillis(time: number, options: any): any };
  /** Zones by name. */
  IANAZone: Class & { create(name: string): any };
  /** Zones by their distance from UTC. */
  FixedOffsetZone: Class & { instance(offset: number): any };
  /** The zone of the system. */
  SystemZone: Class & { readonly instance: any };
}

/**
 * `DateTime` of `luxon` 3, with zone, locale, numbering system, output calendar and week settings; an invalid one with its
 * reason. One in the system's zone counts by the name of that zone as well. Zones of classes of your own are refused.
 *
 * ```ts
 * import * as luxon from "luxon";
 * registerType(luxonDateTime(luxon));
 * ```
 */
export declare function luxonDateTime<T>(luxon: LuxonDateTimes<T>): RegisteredType<T, LuxonDateTimeData>;

/**
 * `Duration` of `luxon` 3: its units as they are (an hour is not 60 minutes), conversion accuracy or matrix, and locale.
 *
 * ```ts
 * registerType(luxonDuration(luxon));
 * ```
 */
export declare function luxonDuration<T>(luxon: {
  Duration: LuxonClass<T> & { fromObject(values: any, options: any): any };
}): RegisteredType<T, LuxonDurationData>;

/**
 * `Interval` of `luxon` 3: both ends, as {@link luxonDateTime} has them, which need not be registered.
 *
 * ```ts
 * registerType(luxonInterval(luxon));
 * ```
 */
export declare function luxonInterval<T>(
  luxon: LuxonDateTimes<any> & { Interval: LuxonClass<T> & { fromDateTimes(start: any, end: any): any } },
): RegisteredType<T, LuxonIntervalData>;

/** A date of Day.js: its instant and mode; `zone` is the system's offset, where it counts. */
export interface DayjsData {
  /** In milliseconds since the epoch. */
  time: number;
  /** Its name: `"de"`. */
  locale: string;
  /** Whether it is in UTC. */
  utc: boolean;
  /** Its offset from UTC, if it has one of its own. */
  offset: number | undefined;
  /** The system's offset at that time, in minutes; none in UTC. */
  zone: number | undefined;
  /** What plugins keep, such as the name of its time zone. */
  extra: object;
}
/**
 * Objects of `dayjs` 1, with locale, and with what the plugins UTC and Timezone keep. Load the same plugins and locales
 * before the first call. Where the system's offset at that time is another, it is another date.
 *
 * Objects to which further plugins add properties of their own are refused.
 *
 * ```ts
 * import dayjs from "dayjs";
 * import { dayjs as dayjsType } from "keepsake/types";
 * registerType(dayjsType(dayjs));
 * ```
 */
export declare function dayjs<T extends object>(dayjs: (date?: any) => T): RegisteredType<T, DayjsData>;

/** What a recipe needs to see of a Decimal. */
export interface DecimalValue {
  /** Whether it is zero. */
  isZero(): boolean;
  /** Whether its sign is minus, also of zero. */
  isNegative(): boolean;
  /** All of its digits. */
  toExponential(): string;
}
/** What a recipe needs to see of `Decimal`, or of a clone of it. */
export interface DecimalClass<T> extends Class<T> {
  /** Makes a number of its digits. */
  new (text: string): T;
}
/** A number with all of its digits, and the name of its clone. */
export type DecimalData = string | [clone: string, text: string];

/**
 * Numbers of `decimal.js`, exactly: every digit, `NaN`, infinities, minus zero. A number of a clone of `Decimal`, which has
 * a precision of its own, is another value. Clones share one prototype, so they cannot be registered by themselves: name
 * them here. Numbers of others are refused.
 *
 * ```ts
 * import Decimal from "decimal.js";
 * const Money = Decimal.clone({ precision: 40 });
 * registerType(decimal(Decimal, { Money }));
 * ```
 */
export declare function decimal<T extends DecimalValue>(
  Decimal: DecimalClass<T>,
  clones?: Readonly<Record<string, DecimalClass<NoInfer<T>>>>,
): RegisteredType<T, DecimalData>;

// @ts-check
/** Pseudo-random objects of the platform, of every class that there is here, and the items of each. */
import { hexOf, nameOfNumber } from "./decode.mjs";
import { isHere } from "./here.mjs";

/** @typedef {import("./decode.mjs").Description} Description */
/** @typedef {import("./random.mjs").Maker} Maker */
/** @typedef {(maker: Maker) => [value: any, items: Description[]]} Make */

const text = (/** @type {string} */ value) => /** @type {Description} */ (["string", value]);
const number = (/** @type {number} */ value) => /** @type {Description} */ (["number", nameOfNumber(value)]);
const truth = (/** @type {boolean} */ value) => /** @type {Description} */ ([String(value)]);
const HOLE = /** @type {Description} */ (["hole"]);

/** @param {[string, Description][]} list @returns {Description} */
const pairs = (list) => ["array", list.map(([name, value]) => ["array", [text(name), value]])];

/** What texts of the web consist of: they have no lone surrogates. */
const UNITS = ["a", "b", "&", "=", "%", "+", " ", "\u00e9", "\u20ac", "\ud83d\ude00"];
const ADDRESSES = [
  ["https://example.org", "https://example.org/"],
  ["HTTPS://Example.org:443/a/../b", "https://example.org/b"],
  ["https://example.org/\u00e9?q=a b#c d", "https://example.org/%C3%A9?q=a%20b#c%20d"],
  ["http://user@[::1]:8080/", "http://user@[::1]:8080/"],
];
const PATTERNS = [["", "(?:)"], ["a", "a"], ["/", "\\/"], ["\n", "\\n"], ["\ud800", "\ud800"]];
const ENCODER = new TextEncoder();

/** @param {Maker} maker */
function numbers(maker, count = 4) {
  return Array.from({ length: count }, () => /** @type {number} */ (maker.number()[0]));
}

/** @param {any} type @returns {Make} */
const geometry = (type) => (maker) => {
  const values = numbers(maker);
  return [new type(...values), values.map(number)];
};

/** @param {any} type @returns {Make} */
const matrix = (type) => (maker) => {
  const is2D = maker.chance(0.5);
  const values = is2D ? numbers(maker, 6) : numbers(maker, 16);
  const [a, b, c, d, e, f] = values;
  const all = is2D ? [a, b, 0, 0, c, d, 0, 0, 0, 0, 1, 0, e, f, 0, 1] : values;
  return [new type(values), [truth(is2D), ...all.map((each) => number(/** @type {number} */ (each)))]];
};

/** @param {any} type @returns {Make} */
const error = (type) => (maker) => {
  const message = maker.chance(0.8) ? maker.text() : undefined;
  const made = type === globalThis.AggregateError ? new type([], message) : new type(message);
  return maker.within(made, () => {
    /** @type {[Description, Description]} */
    const given = [HOLE, HOLE];
    if (type === globalThis.AggregateError) {
      given[1] = maker.within(made.errors, () => ["array", maker.some(3, (at) => maker.put(made.errors, at))]);
    }
    if (maker.chance(0.4)) {
      const [cause, description] = maker.value();
      Object.defineProperty(made, "cause", { value: cause });
      given[0] = description;
    }
    const own = maker.chance(0.5) ? maker.within(null, () => maker.properties(made)) : [];
    const named = maker.chance(0.2) ? maker.text() : undefined;
    if (named !== undefined) Object.defineProperty(made, "name", { value: named });
    return [made, [text(named ?? type.name), text(message ?? ""), ...given, ["object", own]]];
  });
};

/** @param {Maker} maker @returns {[Blob, Description, Description]} with its type and its content */
function blob(maker, /** @type {any} */ make = (/** @type {any[]} */ ...given) => new Blob(...given)) {
  const type = maker.pick(["", "text/plain", "Image/PNG"]);
  const parts = maker.some(4, () => (maker.chance(0.5) ? maker.text(UNITS) : maker.bytes(maker.below(20))));
  const content = parts.map((part) => hexOf(typeof part === "string" ? ENCODER.encode(part) : part)).join("");
  return [make(parts, { type }), text(type.toLowerCase()), ["content", content]];
}

/** @type {Make} */
const file = (maker) => {
  const [name, lastModified] = [maker.text(UNITS), maker.below(2 ** 40)];
  const [made, ...items] = blob(maker, (/** @type {BlobPart[]} */ parts, /** @type {object} */ more) => new File(parts, name, { ...more, lastModified }));
  return [made, [text(name), items[0], number(lastModified), text(""), items[1]]];
};

/** @param {Maker} maker @returns {[string, string][]} in the order of the names, which differ */
function headers(maker) {
  const names = ["accept", "b", "x-a"].filter(() => maker.chance(0.4));
  return names.map((name) => [name, maker.pick(["", "1", "a, b"])]);
}

/** @type {Make} */
const request = (maker) => {
  const [address, href] = /** @type {[string, string]} */ (maker.pick(ADDRESSES.slice(0, 3)));
  const choose = (/** @type {string[]} */ ...list) => maker.pick(list);
  const method = choose("GET", "HEAD", "POST", "PUT", "X");
  const body = ["GET", "HEAD"].includes(method) || maker.chance(0.3) ? undefined : maker.chance(0.5) ? maker.text(UNITS) : maker.bytes(maker.below(9));
  const init = /** @type {const} */ ({
    mode: choose("cors", "same-origin"), credentials: choose("omit", "same-origin", "include"), cache: choose("default", "no-store", "reload"),
    redirect: choose("follow", "error", "manual"), referrer: choose("", "about:client"), referrerPolicy: choose("", "no-referrer", "origin"),
    integrity: choose("", "sha256-AA=="), keepalive: maker.chance(0.5),
  });
  const given = headers(maker);
  const typed = typeof body === "string" ? [...given, ["content-type", "text/plain;charset=UTF-8"]] : given;
  const sorted = typed.sort(([a], [b]) => (/** @type {string} */ (a) < /** @type {string} */ (b) ? -1 : 1));
  const { keepalive, ...texts } = init;
  const content = /** @type {Description} */ (["content", hexOf(typeof body === "string" ? ENCODER.encode(body) : (body ?? new Uint8Array()))]);
  return [
    new Request(address, /** @type {RequestInit} */ ({ ...init, method, body, headers: given })),
    [
      text(method), text(href), pairs(sorted.map(([name, value]) => [/** @type {string} */ (name), text(/** @type {string} */ (value))])),
      ...Object.values(texts).map(text), truth(keepalive), content[1] === "" ? HOLE : content,
    ],
  ];
};

/** @param {Maker} maker */
function dateText(maker) {
  const two = (/** @type {number} */ value) => String(value).padStart(2, "0");
  const fraction = maker.chance(0.5) ? "" : String(maker.below(10 ** 9)).padStart(9, "0").replace(/0+$/, "");
  const [year, month, day] = [String(1 + maker.below(9999)).padStart(4, "0"), two(1 + maker.below(12)), two(1 + maker.below(28))];
  const [date, clock] = [`${year}-${month}-${day}`, `${two(maker.below(24))}:${two(maker.below(60))}:${two(maker.below(60))}`];
  const nanoseconds = BigInt(Date.parse(`${date}T${clock}Z`)) * 1_000_000n + BigInt(fraction.padEnd(9, "0"));
  return { year, month, day, date, time: fraction ? `${clock}.${fraction}` : clock, nanoseconds };
}

/** @param {string} name @param {(parts: ReturnType<typeof dateText>) => [given: string, text: string]} write @returns {[string, Make]} */
const temporal = (name, write) => [
  `Temporal.${name}`,
  (maker) => {
    const [given, shown] = write(dateText(maker));
    return [/** @type {any} */ (globalThis).Temporal[name].from(given), [text(shown)]];
  },
];

const ISO = "[u-ca=iso8601]";
const UNITS_OF_DURATION = ["years", "months", "weeks", "days", "hours", "minutes", "seconds", "milliseconds", "microseconds", "nanoseconds"];

/** @type {Make} */
const duration = (maker) => {
  const sign = maker.chance(0.5) ? 1 : -1;
  const values = UNITS_OF_DURATION.map(() => (maker.chance(0.5) ? 0 : sign * maker.below(2000)));
  const fields = Object.fromEntries(UNITS_OF_DURATION.map((name, at) => [name, values[at]]));
  return [/** @type {any} */ (globalThis).Temporal.Duration.from(fields), values.map((value) => number(value === 0 ? 0 : /** @type {number} */ (value)))];
};

/** @type {Make} */
const imageData = (maker) => {
  const [width, height, isFloat] = [1 + maker.below(3), 1 + maker.below(3), maker.chance(0.3) && isHere("ImageData.prototype.pixelFormat")];
  const bytes = maker.bytes(width * height * (isFloat ? 8 : 4));
  const colorSpace = isHere("ImageData.prototype.colorSpace") ? maker.pick(["srgb", "display-p3"]) : "srgb";
  const data = isFloat ? new Float16Array(bytes.buffer) : new Uint8ClampedArray(bytes.buffer);
  const image = new ImageData(/** @type {any} */ (data), width, height, /** @type {any} */ ({ colorSpace, pixelFormat: isFloat ? "rgba-float16" : "rgba-unorm8" }));
  return [image, [number(width), number(height), text(colorSpace), [isFloat ? "Float16Array" : "Uint8ClampedArray", hexOf(bytes)]]];
};

/** @type {Make} */
const formData = (maker) => {
  const form = new FormData();
  const entries = maker.some(4, () => {
    const name = maker.text(UNITS);
    const [value, is] = maker.chance(0.3) ? asItem("File", file(maker)) : asText(maker.text(UNITS));
    form.append(name, value);
    return /** @type {[string, Description]} */ ([name, is]);
  });
  return [form, [pairs(entries)]];
};

/** @param {string} name @param {ReturnType<Make>} made @returns {[any, Description]} */
const asItem = (name, [value, items]) => [value, ["platform", name, items]];
/** @param {string} value @returns {[string, Description]} */
const asText = (value) => [value, text(value)];

/** @type {Make} */
const regExp = (maker) => {
  const [given, source] = /** @type {[string, string]} */ (maker.pick(PATTERNS));
  const flags = ["d", "g", "i", "m", "s", maker.pick(["u", "v", ""]), "y"].filter(() => maker.chance(0.5)).join("");
  const lastIndex = maker.below(3);
  return [Object.assign(new RegExp(given, flags), { lastIndex }), [text(source), text(flags), number(lastIndex)]];
};

/** @type {Make} */
const quad = (maker) => {
  const points = Array.from({ length: 4 }, () => numbers(maker));
  const quad = new DOMQuad(...points.map(([x, y, z, w]) => ({ x, y, z, w })));
  return [quad, points.map((point) => ["platform", "DOMPoint", point.map(number)])];
};

/** @param {any} primitive @returns {[any, Description[]]} */
const boxed = ([value, is]) => [Object(value), [is]];

/** By the name of the class; those that this environment has. @returns {Record<string, Make>} */
function all() {
  const { DOMPoint, DOMPointReadOnly, DOMRect, DOMRectReadOnly, DOMMatrix, DOMMatrixReadOnly } = globalThis;
  /** @type {Record<string, Make>} */
  const makes = {
    Boolean: (maker) => boxed(maker.chance(0.5) ? [true, ["true"]] : [false, ["false"]]),
    Number: (maker) => boxed(maker.number()),
    String: (maker) => boxed(maker.string()),
    BigInt: (maker) => boxed(maker.bigint()),
    Symbol: (maker) => boxed(maker.symbol()),
    RegExp: regExp,
    ...Object.fromEntries([Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError, AggregateError].map((type) => [type.name, error(type)])),
    DOMException: (maker) => {
      const [message, name] = [maker.text(UNITS), maker.pick(["AbortError", "Error", "Other"])];
      return [new DOMException(message, name), [text(name), text(message)]];
    },
    URL: (maker) => {
      const [given, href] = /** @type {[string, string]} */ (maker.pick(ADDRESSES));
      return [new URL(given), [text(href)]];
    },
    URLSearchParams: (maker) => {
      const list = maker.some(4, () => [maker.text(UNITS), maker.text(UNITS)]);
      return [new URLSearchParams(list), [pairs(list.map(([name, value]) => [/** @type {string} */ (name), text(/** @type {string} */ (value))]))]];
    },
    Headers: (maker) => {
      const list = headers(maker);
      return [new Headers(maker.chance(0.5) ? list : list.toReversed()), [pairs(list.map(([name, value]) => [name, text(value)]))]];
    },
    FormData: formData,
    Blob: (maker) => {
      const [value, ...items] = blob(maker);
      return [value, items];
    },
    File: file,
    Request: request,
    ImageData: imageData,
    DOMPoint: geometry(DOMPoint),
    DOMPointReadOnly: geometry(DOMPointReadOnly),
    DOMRect: geometry(DOMRect),
    DOMRectReadOnly: geometry(DOMRectReadOnly),
    DOMQuad: quad,
    DOMMatrix: matrix(DOMMatrix),
    DOMMatrixReadOnly: matrix(DOMMatrixReadOnly),
    "Temporal.Duration": duration,
    ...Object.fromEntries([
      temporal("Instant", ({ date, time }) => [`${date}T${time}Z`, `${date}T${time}Z`]),
      temporal("PlainTime", ({ time }) => [time, time]),
      temporal("PlainDate", ({ date }) => [date, date + ISO]),
      temporal("PlainDateTime", ({ date, time }) => [`${date}T${time}`, `${date}T${time}${ISO}`]),
      temporal("PlainYearMonth", ({ year, month }) => [`${year}-${month}`, `${year}-${month}-01${ISO}`]),
      temporal("PlainMonthDay", ({ month, day }) => [`${month}-${day}`, `1972-${month}-${day}${ISO}`]),
    ]),
    "Temporal.ZonedDateTime": (maker) => {
      const { nanoseconds } = dateText(maker);
      const [timeZone, calendar] = [maker.pick(["UTC", "+05:30", "Europe/Berlin"]), maker.pick(["iso8601", "gregory"])];
      return [new (/** @type {any} */ (globalThis).Temporal.ZonedDateTime)(nanoseconds, timeZone, calendar), [["bigint", String(nanoseconds)], text(timeZone), text(calendar)]];
    },
  };
  return Object.fromEntries(Object.entries(makes).filter(([name]) => isHere(name)));
}

export const PLATFORM = all();

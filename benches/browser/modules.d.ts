/** What tests and benchmarks see of the inside: tests/inside.mjs, with the WebAssembly. */
declare module "keepsake:inside" {
  /** Makes the key of a call as every call does; the key stays in the engine. */
  export function keyOf(args: unknown[]): void;
  /** In bytes. */
  export function memorySize(): number;
  export const hash: import("../../types/keepsake.js").Keepsake["hash"];
}
declare module "object-hash" {
  export default function hash(value: unknown): string;
}
/** V8's own, with `--expose-gc`. */
declare var gc: ((options: { type: "minor" | "major" }) => void) | undefined;

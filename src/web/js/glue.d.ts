/** What the packing step makes of wasm-bindgen's output, and what of it is used here. */
/** What a wrapper has to know: id, usesThis, ruled, leftOut, description, onDisk, call site, stamps of its scripts. */
export type Brief = [number, boolean, boolean, boolean[] | null, string, boolean, string | null, string | null];

export interface WasmEngine {
  scratch(): number;
  scratch_size(): number;
  configure(options: object, deps: Uint8Array, types: object[]): void;
  register(kind: number, options: object, facts: object): Brief | undefined;
  brief(id: number): Brief | undefined;
  isolate(id: number, isHot: boolean): void;
  open(): Promise<boolean>;
  encode(id: number, args: unknown[], leftOut: boolean[], deps: object | null, self: object | null, byKey: boolean, forOrigin: boolean, noContents: string | null): import("./contents.js").Part[] | undefined;
  refuse_size(id: number, path: string): void;
  encode_deps(deps: unknown): Uint8Array[];
  encode_value(value: unknown, options: object | undefined, waits: boolean): import("./contents.js").Part[];
  digest_start(id: number, flight?: number): void;
  digest_update(length: number): void;
  digest_rest(): number;
  digest_resume(rest: number): void;
  digest(id: number, length: number): boolean;
  board(id: number, length: number, now: number): number;
  matches(flight: number, length: number): boolean;
  peek(id: number, length: number, now: number): number;
  key(id: number, length: number): string | undefined;
  origin(id: number, length: number): Uint8Array | undefined;
  remember(resource: object, origin: Uint8Array): void;
  discard(flight: number): void;
  refuse(slot: number): void;
  read(flight: number, now: number): Promise<unknown[] | undefined>;
  keep(flight: number, slot: number, now: number, value: unknown, isData: boolean): boolean;
  keep_read(flight: number, slot: number, storedAt: number, freshUntil: number, staleUntil: number): boolean;
  land(flight: number): void;
  check_value(id: number, value: unknown): void;
  remove(id: number, length: number): Promise<number>;
  clear(id: number): Promise<number>;
  clear_kind(kind: number): Promise<number>;
  destroy(): Promise<boolean>;
  flush(): Promise<void>;
  left(): Uint32Array | undefined;
}

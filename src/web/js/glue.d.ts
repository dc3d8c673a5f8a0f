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
  digest_start_page(): void;
  digest_update(length: number): void;
  digest_rest(): number;
  digest_resume(rest: number): void;
  digest(id: number, length: number): boolean;
  board(id: number, length: number, now: number): number;
  matches(flight: number, length: number): boolean;
  board_anew(id: number, length: number): number | undefined;
  board_behind(id: number, slot: number, now: number): number | undefined;
  has(id: number, length: number, now: number): Promise<boolean>;
  stamp(flight: number): Promise<void>;
  land_failed(flight: number, now: number): void;
  abandon(flight: number): void;
  times(slot: number): Float64Array | undefined;
  page_key(id: number, length: number): string | undefined;
  refuse_value(id: number, path: string, value: unknown, remedy: string): void;
  expire(id: number, length: number, now: number): Promise<number>;
  expire_all(id: number, now: number): Promise<number>;
  sweep(now: number): number;
  next_end(): number;
  forget(id: number): boolean;
  stats(id?: number): object;
  count_miss(id: number): void;
  count_back(id: number, found: number): void;
  count_computed(id: number, millis: number, failed: boolean): void;
  peek(id: number, length: number, now: number): number;
  key(id: number, length: number): string | undefined;
  origin(id: number, length: number): Uint8Array | undefined;
  remember(resource: object, origin: Uint8Array): void;
  discard(flight: number): void;
  refuse(slot: number): void;
  read(flight: number, now: number): Promise<unknown[] | undefined>;
  keep(flight: number, slot: number, now: number, size: number, ttl: unknown, data: unknown[] | undefined): boolean;
  keep_read(flight: number, slot: number, now: number, size: number, times: Float64Array): boolean;
  land(flight: number): void;
  remove(id: number, length: number): Promise<number>;
  clear(id: number): Promise<number>;
  clear_kind(kind: number): Promise<number>;
  destroy(): Promise<boolean>;
  flush(): Promise<void>;
  left(): Uint32Array | undefined;
}

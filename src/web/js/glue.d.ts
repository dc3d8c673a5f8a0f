/** What the packing step makes of wasm-bindgen's output, and what of it is used here. */
/** What a wrapper has to know: id, usesThis, ruled, leftOut, description, onDisk, call site, query of its script. */
export type Brief = [number, boolean, boolean, boolean[] | null, string, boolean, string | null, string | null];

export interface WasmEngine {
  scratch(): number;
  scratch_size(): number;
  configure(options: object, deps: Uint8Array): void;
  register(kind: number, options: object, facts: object): Brief | undefined;
  brief(id: number): Brief | undefined;
  isolate(id: number): void;
  open(): Promise<boolean>;
  encode(id: number, args: unknown[], leftOut: boolean[], deps: object | null, self: object | null, byKey: boolean, forOrigin: boolean): Uint8Array[] | undefined;
  encode_value(value: unknown, what: string): Uint8Array[];
  digest_start(id: number, flight?: number): void;
  digest_update(length: number): void;
  board(id: number, length: number, now: number): number;
  matches(flight: number, length: number): boolean;
  peek(id: number, length: number, now: number): number;
  key(id: number, length: number): string | undefined;
  origin(id: number, length: number): Uint8Array | undefined;
  remember(resource: object, origin: Uint8Array): void;
  discard(flight: number): void;
  refuse(slot: number): void;
  hash(length: number): string | undefined;
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

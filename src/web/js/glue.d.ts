/** What the packing step makes of wasm-bindgen's output, and what of it is used here. */
export interface WasmEngine {
  scratch(): number;
  scratch_size(): number;
  configure(options: object, deps: Uint8Array): void;
  register(kind: number, options: object, facts: object): [number, boolean, boolean, boolean[] | null, string];
  open(): Promise<boolean>;
  encode(id: number, args: unknown[], leftOut: boolean[], deps: object | null, self: object | null, byKey: boolean, forOrigin: boolean): Uint8Array[];
  encode_value(value: unknown, what: string): Uint8Array[];
  digest_start(id: number): void;
  digest_update(length: number): void;
  board(id: number, length: number, now: number): number;
  matches(id: number, flight: number, length: number): boolean;
  peek(id: number, length: number, now: number): number;
  key(id: number, length: number): string;
  remember(id: number, length: number, resource: object): void;
  discard(flight: number): void;
  refuse(slot: number): void;
  hash(length: number): string;
  read(flight: number, now: number): Promise<unknown[] | undefined>;
  keep(flight: number, slot: number, now: number, value: unknown, isData: boolean): boolean;
  keep_read(flight: number, slot: number, storedAt: number, freshUntil: number, staleUntil: number): boolean;
  land(flight: number): void;
  check_value(id: number, value: unknown): void;
  remove(id: number, length: number): Promise<number>;
  clear(id: number): Promise<number>;
  clear_kind(kind: number): Promise<number>;
  destroy(): Promise<number>;
  flush(): Promise<void>;
  left(): Uint32Array | undefined;
}

declare module "keepsake:wasm" {
  /** Compiles the module on first use, once. Throws where WebAssembly cannot be used; a `NotLoaded` as long as it may still come. */
  export function compile(): WebAssembly.Module;
  /** Why there is nothing to compile yet; `null` where it need not be waited for. */
  export function lack(): import("./not-loaded.js").NotLoaded | null;
  /** Calls back when it has come. */
  export function whenLoaded(act: () => void): void;
}
declare module "*.css" {
  /** The style sheet, as text. */
  const css: string;
  export default css;
}

/**
 * WebAssembly's types as the project of who uses us knows them: of the DOM, of Workers, or not at all, where a declaration of ours that
 * named them would not compile.
 */
type Known<Name extends string, Unknown> = typeof globalThis extends {
  readonly WebAssembly: Readonly<Record<Name, { readonly prototype: infer Type }>>;
}
  ? Type
  : Unknown;

export type WasmModule = Known<'Module', object>;
export type WasmMemory = Known<'Memory', { readonly buffer: ArrayBufferLike; grow(pages: number): number }>;

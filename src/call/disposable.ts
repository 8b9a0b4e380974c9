/**
 * `[Symbol.dispose]`, for `using`, in the types of those whose `lib` has it (`esnext.disposable`); nothing in the others'.
 */
export type Disposable = SymbolConstructor extends { readonly dispose: infer Dispose extends symbol }
  ? { readonly [Key in Dispose]: () => void }
  : object;

/** Gives a class with `dispose` the method that `using` calls, where the runtime has it. */
export function makeDisposable({ prototype }: { readonly prototype: { dispose(): void } }): void {
  const { dispose } = Symbol as { readonly dispose?: symbol };
  if (dispose) Object.defineProperty(prototype, dispose, { value: prototype.dispose, configurable: true });
}

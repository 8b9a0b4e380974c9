/**
 * `[Symbol.dispose]` for `using`, `[Symbol.asyncDispose]` for `await using`, in the types of those whose `lib` has them
 * (`esnext.disposable`); nothing in the others'.
 */
export type Disposable = (SymbolConstructor extends { readonly dispose: infer Key extends symbol }
  ? { readonly [K in Key]: () => void }
  : object) &
  (SymbolConstructor extends { readonly asyncDispose: infer Key extends symbol }
    ? { readonly [K in Key]: () => Promise<void> }
    : object);

/** Gives a class with `dispose` the methods that `using` and `await using` call, where the runtime has them. */
export function makeDisposable({ prototype }: { readonly prototype: { dispose(): void } }): void {
  const { dispose, asyncDispose } = Symbol as { readonly dispose?: symbol; readonly asyncDispose?: symbol };
  const define = (key: symbol | undefined, value: () => void): void => {
    if (key) Object.defineProperty(prototype, key, { value, configurable: true });
  };
  define(dispose, prototype.dispose);
  define(asyncDispose, async function (this: { dispose(): void }) {
    this.dispose();
  });
}

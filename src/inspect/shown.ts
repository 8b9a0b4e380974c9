/** Keys under which Node and Bun, and Deno, ask an object how it is shown. */
const INSPECTORS = ['nodejs.util.inspect.custom', 'Deno.customInspect'].map((key) => Symbol.for(key));

/** Has `console.log` show instances of a class by their `toString()`. */
export function showAsText({ prototype }: { readonly prototype: { toString(): string } }): void {
  for (const key of INSPECTORS) {
    Object.defineProperty(prototype, key, {
      value(this: object) {
        return `${this}`;
      },
      configurable: true,
    });
  }
}

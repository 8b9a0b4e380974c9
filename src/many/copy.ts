import { arrayType } from '../typed.js';

/** Nothing that a spec or a sequence holds is nested deeper. */
const DEEPEST = 16;

type AnyArray = Float32Array<ArrayBufferLike>;
type ArrayClass = new (from: unknown) => AnyArray;

/**
 * Lists, records and typed arrays, all the way down, as nobody else has them: what is clones can take, whatever the caller does with his. May
 * run code of the caller's (getters, proxies).
 *
 * @param own makes an array of its own of a typed array.
 * @param refuse throws: a function, a symbol, something endless.
 */
export function copyOf(
  value: unknown,
  own: (array: unknown) => AnyArray,
  refuse: (got: unknown) => never,
  depth = 0,
): unknown {
  if (arrayType(value) !== undefined) return own(value);
  if (typeof value === 'function' || typeof value === 'symbol' || depth > DEEPEST) refuse(value);
  if (typeof value !== 'object' || value === null) return value;
  const inner = (item: unknown): unknown => copyOf(item, own, refuse, depth + 1);
  if (Array.isArray(value)) return Array.from(value, inner);
  return Object.fromEntries(Object.keys(value).map((key) => [key, inner(value[key as never])]));
}

/** A typed array of the same type and numbers, in memory that ends where it does. */
export function ownArray(array: unknown): AnyArray {
  const classes = globalThis as unknown as Record<string, ArrayClass>;
  return new (classes[arrayType(array) as string] as ArrayClass)(array);
}

/** Whether workers may look into the same memory: in pages that are isolated from others, and elsewhere always. */
const mayShare = (): boolean => {
  const { crossOriginIsolated = true } = globalThis as { crossOriginIsolated?: boolean };
  return typeof SharedArrayBuffer !== 'undefined' && crossOriginIsolated;
};

/** Makes arrays that all workers look into, where that may be, each array once; copies elsewhere. */
export function sharedArrays(): (array: unknown) => AnyArray {
  const known = new Map<unknown, AnyArray>();
  return (array) => {
    const met = known.get(array);
    if (met) return met;
    let own = ownArray(array);
    if (mayShare()) {
      const shared = new (own.constructor as ArrayClass)(new SharedArrayBuffer(own.byteLength));
      shared.set(own);
      own = shared;
    }
    known.set(array, own);
    return own;
  };
}

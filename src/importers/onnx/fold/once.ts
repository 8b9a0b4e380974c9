/** What was made of an array of the file, by how it was made. */
const known = new WeakMap<object, Map<string, unknown>>();

/** Arrays of fewer numbers are made sooner than they are looked up. */
const LEAST = 1024;

const numbersOf = new WeakMap<object, number>();
let last = 0;

/** A number for an array, by which it can be told from all others. */
export function identity(array: object | undefined): number {
  if (array === undefined) return 0;
  const own = numbersOf.get(array) ?? ++last;
  numbersOf.set(array, own);
  return own;
}

/**
 * Makes something of an array, but once: other readings of the file's axes ask for the same, as do nodes that share weights. What is
 * made is never modified.
 * @param how what is done to it, with all that it depends on.
 */
export function once<Made>(data: ArrayLike<unknown>, how: string, make: () => Made): Made {
  if (data.length < LEAST) return make();
  const own = known.get(data) ?? new Map<string, unknown>();
  known.set(data, own);
  if (!own.has(how)) own.set(how, make());
  return own.get(how) as Made;
}

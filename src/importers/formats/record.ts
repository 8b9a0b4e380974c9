/** A record by names of a file or a caller. It has no prototype, so a name that it does not have is not Object's own `constructor`. */
export const recordOf = <Value>(entries: Iterable<readonly [string, Value]>): Record<string, Value> =>
  Object.setPrototypeOf(Object.fromEntries(entries), null);

/**
 * Tables as one, which has no prototype either. Not a literal of spreads: a minifier that writes their constants out in it (terser does)
 * makes two `__proto__` of one, which no engine reads.
 */
export const tableOf = <Value>(...parts: readonly Readonly<Record<string, Value>>[]): Readonly<Record<string, Value>> =>
  Object.assign(Object.create(null), ...parts);

/** A record by names of a file or a caller. It has no prototype, so a name that it does not have is not Object's own `constructor`. */
export const recordOf = <Value>(entries: Iterable<readonly [string, Value]>): Record<string, Value> =>
  Object.setPrototypeOf(Object.fromEntries(entries), null);

/** Keras' own rule for the names of groups: LSTMCell → lstm_cell. */
const snake = (name: string): string =>
  name
    .replace(/\W+/g, '')
    .replace(/(.)([A-Z][a-z]+)/g, '$1_$2')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase();

/**
 * Names of the groups that hold a list of layers or cells, in order: the class name, counted from the second on.
 * @param countOf how many times each counts.
 */
export function groupNames<Entry extends { readonly className: string }>(
  entries: readonly Entry[],
  countOf: (entry: Entry) => number = () => 1,
): string[] {
  const counts = new Map<string, number>();
  return entries.map((entry) => {
    const base = snake(entry.className);
    const n = counts.get(base) ?? 0;
    counts.set(base, n + countOf(entry));
    return n === 0 ? base : `${base}_${n}`;
  });
}

/** Keras' own rule for the names of groups: LSTMCell → lstm_cell. */
const snake = (name: string): string =>
  name
    .replace(/\W+/g, '')
    .replace(/(.)([A-Z][a-z]+)/g, '$1_$2')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase();

/** Names of the groups that hold a list of layers or cells, in order: the class name, counted from the second on. */
export function groupNames(entries: readonly { className: string }[]): string[] {
  const counts = new Map<string, number>();
  return entries.map(({ className }) => {
    const base = snake(className);
    const n = counts.get(base) ?? 0;
    counts.set(base, n + 1);
    return n === 0 ? base : `${base}_${n}`;
  });
}

import type { NodeSpec, TensorSpec } from '../spec.js';

// Tables of unsigned integers, whose zero point is taken from what was looked up: a number less in the table and as much more afterwards
// makes them signed ones. Whole numbers are exact, so nothing changes.

/** What is to be taken from a table of whole numbers so that they fit into 8 bits; undefined if they fit, or never do. */
export function shiftOf({ data }: TensorSpec): number | undefined {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const n of data) {
    // Beyond, float32 does not hold every sum.
    if (!Number.isInteger(n) || Math.abs(n) > 2 ** 23) return undefined;
    [low, high] = [Math.min(low, n), Math.max(high, n)];
  }
  return (low < -128 || high > 127) && high - low <= 255 ? low + 128 : undefined;
}

/**
 * The nodes, with what was taken from a table added after its embeddings.
 * @param shifts by the table's name.
 * @param taken names that are no node's.
 */
export function withShifts(
  nodes: readonly NodeSpec[],
  shifts: ReadonlyMap<string, number>,
  taken: readonly string[],
): NodeSpec[] {
  const names = new Set([...taken, ...nodes.flatMap(({ name, outputs = [] }) => [name, ...outputs])]);
  const unique = (wanted: string): string => {
    let name = wanted;
    while (names.has(name)) name += '_';
    names.add(name);
    return name;
  };
  return nodes.flatMap((node): NodeSpec[] => {
    const shift = node.type === 'embedding' ? shifts.get(node.tensors.weight) : undefined;
    if (shift === undefined) return [node];
    const value = node.outputs?.[0] ?? node.name;
    const inner = unique(`${value}.int8`);
    const activation = { type: 'affine', alpha: 1, beta: shift } as const;
    return [
      { ...node, outputs: [inner] },
      { type: 'activation', name: unique(`${value}.shift`), inputs: [inner], activation, outputs: [value] },
    ];
  });
}

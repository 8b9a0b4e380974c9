/** Layers whose order is looked for, and steps of the search. */
const MOST_LAYERS = 32;
const MOST_STEPS = 2000;

/**
 * The first order, of those nearest to the given one, in which each layer reads as many features as the one before it makes.
 * @param isBefore whether one layer is known to come before another.
 * @returns undefined if there is none, or there is too much to look through.
 */
export function inOrder<Layer extends { readonly from: number | undefined; readonly to: number }>(
  layers: readonly Layer[],
  isBefore: (one: Layer, other: Layer) => boolean = () => false,
): readonly Layer[] | undefined {
  let steps = 0;
  const walk = (order: readonly Layer[], left: readonly Layer[]): readonly Layer[] | undefined => {
    if (left.length === 0) return order;
    const last = order.at(-1);
    for (const next of left) {
      if (++steps > MOST_STEPS) return undefined;
      if (last && next.from !== last.to) continue;
      const others = left.filter((other) => other !== next);
      if (others.some((other) => isBefore(other, next))) continue;
      const found = walk([...order, next], others);
      if (found) return found;
    }
    return undefined;
  };
  return layers.length > MOST_LAYERS ? undefined : walk([], layers);
}

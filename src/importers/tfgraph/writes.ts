import { refuse } from '../shared/refuse.js';
import type { NodeDef } from './proto.js';

/** Operators that change what the next run finds. */
const WRITES =
  /^(Assign\w*|\w*Scatter(Update|Add|Sub|Mul|Div|Min|Max|NdUpdate|NdAdd|NdSub)|ResourceScatter\w+|(Resource)?(Sparse)?Apply\w+|CountUpTo|Stack(Push|Pop)(V2)?|Queue\w+|LookupTable(Insert|Import|Remove)(V2)?)$/;

/** @throws {ImportError} one of the nodes writes a variable: of a function all are run, whether their values are read or not. */
export function refuseWrites(nodes: Iterable<NodeDef>, where: string): void {
  for (const { op, name } of nodes)
    if (WRITES.test(op))
      refuse(where, 'a variable that a run changes', 'variables that are only read', `${name} (${op})`);
}

/**
 * Of a node of a graph, what it waits for without reading it.
 * @param seen nodes that were looked at.
 * @throws {ImportError} as `refuseWrites`.
 */
export function refuseWritesBefore(
  { input }: NodeDef,
  nodes: ReadonlyMap<string, NodeDef>,
  seen: Set<NodeDef>,
  where: string,
): void {
  const waiting = input.filter((text) => text.startsWith('^'));
  for (let text = waiting.pop(); text !== undefined; text = waiting.pop()) {
    const node = nodes.get(text.replace(/^\^/, '').split(':')[0] as string);
    if (!node || seen.has(node)) continue;
    seen.add(node);
    refuseWrites([node], where);
    waiting.push(...node.input);
  }
}

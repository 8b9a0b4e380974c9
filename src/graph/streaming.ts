import type { NodeKinds } from './kind.js';
import type { Graph, ValueInfo } from './value.js';

/** What stands in the way of running a model timestep by timestep, by each of its kinds of layer; undefined if nothing does. */
export function streamObstacle({ inputs, nodes, values, carries }: Graph, kinds: NodeKinds): string | undefined {
  if (carries.length === 0 && inputs.every(({ kind }) => kind === 'vector'))
    return 'the model has no sequence input, so no timesteps';
  const carried = new Set(carries.map(({ input }) => input.name));
  for (const node of nodes) {
    const given = node.inputs.map((name) => values.get(name) as ValueInfo);
    const [, ...further] = node.inputs;
    const own = further.length > 0 && further.every((name) => carried.has(name));
    const reason = kinds[node.type]?.obstacle(node as never, given, own);
    if (reason) return `layer ${JSON.stringify(node.name)} ${reason}`;
    if (node.inputs.length > 0 && node.inputs.every((name) => carried.has(name)))
      for (const name of node.outputs) carried.add(name);
  }
  return undefined;
}

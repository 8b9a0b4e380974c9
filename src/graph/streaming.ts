import { flows, openName } from './clock.js';
import type { NodeKinds } from './kind.js';
import type { Graph, ValueInfo } from './value.js';

/** What stands in the way of running a model timestep by timestep, by each of its kinds of layer; undefined if nothing does. */
export function streamObstacle({ inputs, nodes, values, carries }: Graph, kinds: NodeKinds): string | undefined {
  if (carries.length === 0 && inputs.every(({ kind }) => kind === 'vector')) return 'no input is a sequence';
  // Values that are made of carried state, and of nothing that has timesteps: a layer that starts from them does so at every step.
  const carried = new Set(carries.map(({ input }) => input.name));
  // Values that are what they are when the sequence has ended: not to be met at its timesteps.
  const ended = new Set<string>();
  for (const node of nodes) {
    const given = node.inputs.map((name) => values.get(name) as ValueInfo);
    const among = (names: ReadonlySet<string>): boolean => given.some(({ name }) => names.has(name));
    const further = given.filter(({ kind }, i) => i && kind === 'vector');
    const own = !!further[0] && further.every(({ name }) => carried.has(name));
    const flowing = given.some(flows);
    const late = among(ended);
    const reason =
      kinds[node.type]?.obstacle(node as never, given, own) ?? (flowing && late && 'needs the whole sequence first');
    if (reason) return ownTime(inputs) ?? `layer ${JSON.stringify(node.name)} ${reason}`;
    for (const name of node.outputs) {
      if (flowing || late) flows(values.get(name) as ValueInfo) || ended.add(name);
      else if (among(carried)) carried.add(name);
    }
  }
  return undefined;
}

/**
 * Inputs with times of their own go step by step as well, a timestep of each at a time, as long as no layer needs all the timesteps
 * of one before those of another; where one does, that is the reason.
 */
function ownTime(inputs: Graph['inputs']): string | undefined {
  const own = inputs.find(({ time }) => openName(time));
  return (
    own &&
    `input ${JSON.stringify(own.name)} has an open time of its own, ${JSON.stringify(openName(own.time))}, which others wait for`
  );
}

import { clockText, fixedTime, isInputTime, openName } from '../graph/clock.js';
import type { Graph, ValueInfo } from '../graph/value.js';
import type { InputSpec, ModelSpec } from '../spec.js';

/**
 * Values as inputs of a model of their own. Timesteps that follow from those of an input that is no longer there are open, and
 * named after the first value that has them; the first open time of all is the run's own.
 */
export function asInputs(spec: ModelSpec, graph: Graph, names: readonly string[]): InputSpec[] {
  const known = new Map(spec.inputs.map((input) => [input.name, input]));
  const opened = new Map<string, string>();
  const inputs = names.map((name): InputSpec => {
    const input = known.get(name);
    if (input) return input;
    const { kind, features, dtype, time: clock } = graph.values.get(name) as ValueInfo;
    const text = clockText(clock);
    if (!opened.has(text)) opened.set(text, name);
    const time = fixedTime(clock) ?? (isInputTime(clock) ? openName(clock) : opened.get(text));
    return {
      name,
      features,
      ...(kind === 'vector' ? { kind } : time !== undefined && { time }),
      ...(dtype === 'int32' && { dtype }),
    };
  });
  const sequences = inputs.filter(({ kind = 'sequence' }) => kind === 'sequence');
  if (sequences.some(({ time }) => time === undefined)) return inputs;
  const first = sequences.find(({ time }) => typeof time === 'string')?.time;
  return inputs.map(({ time, ...input }) => ({ ...input, ...(time !== undefined && time !== first && { time }) }));
}

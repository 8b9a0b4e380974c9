import { type Clock, clockText, fixedTime, isInputTime, openName } from '../graph/clock.js';
import type { Graph, ValueInfo } from '../graph/value.js';
import type { InputSpec, ModelSpec } from '../spec.js';

/**
 * Values of a model as inputs of another. Timesteps that follow from those of an input that is no longer there are open, and named
 * after the first value that has them; the first open time of all is the run's own.
 * @param openTimes whether fixed numbers of timesteps are open as well.
 */
export function asInputs(
  spec: ModelSpec,
  { values }: Graph,
  names: readonly string[],
  openTimes: boolean,
): InputSpec[] {
  const known = new Map(spec.inputs.map((input): [string, InputSpec] => [input.name, input]));
  const opened = new Map<string, string>();
  const timeOf = (name: string, clock: Clock | undefined): number | string | undefined => {
    const steps = fixedTime(clock);
    if (steps !== undefined && !openTimes) return steps;
    if (isInputTime(clock)) return openName(clock);
    const text = clockText(clock);
    if (!opened.has(text)) opened.set(text, name);
    return opened.get(text);
  };
  const inputs = names.map((name): InputSpec => {
    const { kind, features, time: clock } = values.get(name) as ValueInfo;
    const time = kind === 'vector' ? undefined : timeOf(name, clock);
    // Token ids are inputs of the model already: what layers make is float32.
    const { time: _, ...input } = known.get(name) ?? { name, features, ...(kind === 'vector' && { kind }) };
    return { ...input, ...(time !== undefined && { time }) };
  });
  const sequences = inputs.filter(({ kind = 'sequence' }) => kind === 'sequence');
  if (sequences.some(({ time }) => time === undefined)) return inputs;
  const first = sequences.find(({ time }) => typeof time === 'string')?.time;
  return inputs.map(({ time, ...input }) => ({ ...input, ...(time !== undefined && time !== first && { time }) }));
}

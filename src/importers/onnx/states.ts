import { refuse } from '../shared/refuse.js';
import type { OnnxInput } from './inputs.js';

export interface OnnxState {
  readonly input: string;
  readonly output: string;
}

/** A name without what tells the old state from the new: `state`, `stateN`, `state_out`, `new_state` … are one. */
const stem = (name: string): string =>
  name
    .toLowerCase()
    .replace(/(^|[._/:-])(new|next|prev|previous|initial|init|input|output|in|out|past|present)(?=$|[._/:-])/g, '$1')
    .replace(/[._/:-]/g, '')
    .replace(/(in|out|n|0|next|new|prev)$/, '');

/**
 * The pairs of inputs and outputs by which the file has its state carried: as the caller names them, else those of one
 * name but for an ending.
 */
export function findStates(
  given: readonly OnnxState[] | undefined,
  inputs: readonly OnnxInput[],
  outputs: readonly { name: string; dims: readonly (number | string)[] | undefined }[],
): OnnxState[] {
  if (given) {
    for (const { input, output } of given) {
      if (!inputs.some(({ name }) => name === input))
        refuse('options.states', 'no such input', inputs.map(({ name }) => name).join(', '), input);
      if (!outputs.some(({ name }) => name === output))
        refuse('options.states', 'no such output', outputs.map(({ name }) => name).join(', '), output);
    }
    return [...given];
  }
  if (inputs.length < 2 || outputs.length < 2) return [];
  const free = new Set(outputs.map(({ name }) => name));
  const pairs: OnnxState[] = [];
  for (const { name, dims } of inputs) {
    const matches = outputs.filter((output) => {
      if (!free.has(output.name) || stem(output.name) !== stem(name) || stem(name) === '') return false;
      return (
        !output.dims ||
        (output.dims.length === dims.length &&
          output.dims.every((n, i) => typeof n === 'string' || typeof dims[i] === 'string' || n === dims[i]))
      );
    });
    if (matches.length !== 1) continue;
    free.delete(matches[0]?.name as string);
    pairs.push({ input: name, output: matches[0]?.name as string });
  }
  // Something must be left to be put in and to come out.
  return pairs.length < inputs.length && pairs.length < outputs.length ? pairs : [];
}

import type { Budget } from '../../shared/budget.js';
import { refuse } from '../../shared/refuse.js';
import type { OnnxInput } from '../inputs.js';
import type { Graph } from '../proto/messages.js';
import { isStateName, likeness, wordsByName } from './names.js';
import { slotsOf } from './slots.js';

export interface OnnxState {
  readonly input: string;
  readonly output: string;
}

export interface OnnxOutput {
  readonly name: string;
  readonly dims: readonly (number | string)[] | undefined;
}

interface Pair {
  readonly input: OnnxInput;
  readonly output: OnnxOutput;
  /** The output is the final state of the very layers of which the input is the initial one. */
  readonly proven: boolean;
  readonly score: number;
}

/** The pairs of inputs and outputs by which the file has its state carried: as the caller names them, else as names and the graph have it. */
export function findStates(
  given: readonly OnnxState[] | undefined,
  inputs: readonly OnnxInput[],
  outputs: readonly OnnxOutput[],
  graph: Graph,
  budget: Budget,
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
  const pairs = withoutData(bestPairs(pairsOf(inputs, outputs, graph, budget)), inputs, outputs);
  return pairs.map(({ input, output }) => ({ input: input.name, output: output.name }));
}

/** To compare the names of an input and an output, by and large. */
const OPERATIONS_PER_PAIR = 100;

/** Every input with every output that it may be in the next call. */
function pairsOf(inputs: readonly OnnxInput[], outputs: readonly OnnxOutput[], graph: Graph, budget: Budget): Pair[] {
  const { initial, final } = slotsOf(graph, budget);
  budget.operations(OPERATIONS_PER_PAIR * inputs.length * outputs.length, 'inputs beside outputs');
  const wordsOf = wordsByName();
  return inputs.flatMap((input) =>
    outputs.flatMap((output) => {
      const [from, to] = [initial.get(input.name), final.get(output.name)];
      const proven = [...(from ?? [])].some((slot) => to?.has(slot));
      // Of one layer's h and another's c, or of another layer.
      const apart = !proven && from !== undefined && to !== undefined && to.size > 0;
      const alike = likeness(wordsOf(input.name), wordsOf(output.name));
      if (apart || !fits(input, output) || alike < (proven ? 1 : 2)) return [];
      return [{ input, output, proven, score: alike + (proven ? 4 : 0) }];
    }),
  );
}

const fits = ({ dims }: OnnxInput, { dims: made }: OnnxOutput): boolean =>
  !made ||
  (made.length === dims.length &&
    made.every((n, i) => typeof n === 'string' || typeof dims[i] === 'string' || n === dims[i]));

/** Each input and each output once, the surest pairs first; none where two are equally likely. */
function bestPairs(all: readonly Pair[]): Pair[] {
  const beside = new Map<OnnxInput | OnnxOutput, Pair[]>();
  for (const pair of all)
    for (const end of [pair.input, pair.output]) {
      const pairs = beside.get(end);
      if (pairs) pairs.push(pair);
      else beside.set(end, [pair]);
    }
  const found: Pair[] = [];
  const gone = new Set<OnnxInput | OnnxOutput>();
  const isLeft = ({ input, output }: Pair): boolean => !gone.has(input) && !gone.has(output);
  for (const best of [...all].sort((a, b) => b.score - a.score)) {
    if (!isLeft(best)) continue;
    const { input, output, score } = best;
    const isRival = (pair: Pair): boolean => pair !== best && pair.score === score && isLeft(pair);
    const alone = !beside.get(input)?.some(isRival) && !beside.get(output)?.some(isRival);
    gone.add(input);
    if (!alone) continue;
    found.push(best);
    gone.add(output);
  }
  return found;
}

/** Data has an "in" and an "out" as well: what is neither proven nor named as a state may be no more than that. */
function withoutData(pairs: readonly Pair[], inputs: readonly OnnxInput[], outputs: readonly OnnxOutput[]): Pair[] {
  const proven = pairs.some((pair) => pair.proven);
  const named = pairs.some(({ input }) => isStateName(input.name));
  const kept = pairs.filter(({ input, output, ...pair }) => {
    if (pair.proven || isStateName(input.name)) return true;
    const open = input.dims.filter((size) => typeof size === 'string').length;
    return !proven && !named && open < 2 && input !== inputs[0] && output !== outputs[0];
  });
  // Something must be left to be put in and to come out.
  return kept.length < inputs.length && kept.length < outputs.length ? kept : [];
}

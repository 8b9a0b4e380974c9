import { wholesOf } from './constants.js';
import type { TfGraph, TfOperator } from './model.js';

// What a loop's body writes into a list at the place that it counts, as the converter writes TensorFlow's lists: all before the place, the new
// one, all behind it.

type Makers = ReadonlyMap<number, TfOperator>;

/** Which operator makes a tensor. */
export const makersOf = ({ operators }: TfGraph): Makers =>
  new Map(operators.flatMap((operator) => operator.outputs.map((output) => [output, operator] as const)));

/** Operators that change nothing but the axes. */
const AXES = new Set(['RESHAPE', 'EXPAND_DIMS', 'SQUEEZE']);

/** The tensor that another one is, but for axes of size 1. */
export function plain(makers: Makers, index: number): number {
  let found = index;
  // No more often than there are tensors: a damaged file may go in a circle.
  for (let left = makers.size; left > 0; left--) {
    const maker = makers.get(found);
    if (!maker || !AXES.has(maker.type)) break;
    found = maker.inputs[0] as number;
  }
  return found;
}

/** Where a list is written in a step: the place counted, and what is put there. */
export interface Write {
  readonly place: number;
  readonly item: number;
}

/**
 * What a body writes into its input `list` to give `result`; undefined if it is not that.
 * @param next the place counted on by one, by the place.
 */
export function writeOf(
  graph: TfGraph,
  list: number,
  result: number,
  next: (place: number) => number | undefined,
): Write | undefined {
  const makers = makersOf(graph);
  const maker = makers.get(result);
  const reads = graph.operators.filter(({ inputs }) => inputs.includes(list)).length;
  const values = (index: number | undefined): number[] | undefined => {
    const found = index === undefined ? undefined : graph.tensors[index];
    return found && wholesOf(found);
  };
  /** The tensor that is the first of a list of numbers, if all others are one number. */
  const firstOf = (index: number | undefined, others: number): number | undefined => {
    const joined = index === undefined ? undefined : makers.get(index);
    if (joined?.type !== 'CONCATENATION' && joined?.type !== 'PACK') return undefined;
    const [first, ...rest] = joined.inputs;
    if (!rest.every((own) => values(own)?.every((n) => n === others) ?? false)) return undefined;
    return first === undefined ? undefined : plain(makers, first);
  };
  if (maker?.type === 'DYNAMIC_UPDATE_SLICE') {
    const [own, item, at] = maker.inputs as [number, number, number];
    const place = firstOf(at, 0);
    return own === list && reads === 1 && place !== undefined ? { place, item } : undefined;
  }
  if (maker?.type !== 'CONCATENATION' || maker.inputs.length !== 3 || reads !== 2) return undefined;
  const [before, item, after] = maker.inputs as [number, number, number];
  const [head, tail] = [makers.get(before), makers.get(after)];
  if ((maker.options?.i32(0) ?? 0) !== 0 || head?.type !== 'SLICE' || tail?.type !== 'SLICE') return undefined;
  if (head.inputs[0] !== list || tail.inputs[0] !== list) return undefined;
  const place = firstOf(head.inputs[2], -1);
  const behind = firstOf(tail.inputs[1], 0);
  const whole = values(head.inputs[1])?.every((n) => n === 0) && values(tail.inputs[2])?.every((n) => n === -1);
  return whole && place !== undefined && behind !== undefined && behind === next(place) ? { place, item } : undefined;
}

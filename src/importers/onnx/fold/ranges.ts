import { refuse } from '../../shared/refuse.js';
import { axisAt, integers, type Op } from '../context.js';

/** A part of an axis, as ONNX gives it: ends below 0 count from the end, ends beyond the size mean the end. */
export interface Range {
  readonly axis: number;
  readonly start: number;
  readonly end: number;
  readonly step: number;
}

/** The ranges that a Slice takes. Slice-1 has attributes, Slice-10 inputs. */
export function rangesOf(op: Op, rank: number): Range[] {
  const { where, attributes, inputs, opset } = op;
  const old = opset < 10;
  const starts = old ? attributes.ints('starts', []) : integers(where, inputs[1], 'starts');
  const ends = old ? attributes.ints('ends', []) : integers(where, inputs[2], 'ends');
  const axes = old ? attributes.ints('axes', undefined) : integers(where, inputs[3], 'axes');
  const steps = old ? undefined : integers(where, inputs[4], 'steps');
  if (!starts || !ends || starts.length !== ends.length) refuse(where, 'starts and ends do not go together');
  return starts.map((start, index) => {
    const step = steps?.[index] ?? 1;
    if (step === 0) refuse(where, 'a step of 0');
    return { axis: axisAt(where, axes?.[index] ?? index, rank), start, end: ends[index] as number, step };
  });
}

/** What a range takes of a known size. */
export function takenOf(size: number, { start, end, step }: Range): { from: number; count: number } {
  const clamp = (n: number, low: number, high: number): number => Math.min(high, Math.max(low, n < 0 ? n + size : n));
  const [from, to] =
    step > 0 ? [clamp(start, 0, size), clamp(end, 0, size)] : [clamp(start, 0, size - 1), clamp(end, -1, size - 1)];
  return { from, count: Math.max(0, Math.ceil((to - from) / step)) };
}

import { axesOf } from '../call/layout.js';
import { clockText, fixedTime } from '../graph/clock.js';
import type { Graph, ValueInfo } from '../graph/value.js';
import type { ValueLayout } from '../spec.js';

/** An input or output of a model, as callers see it. */
export interface ModelValue {
  readonly name: string;
  readonly kind: 'sequence' | 'vector';
  /** Numbers per timestep, or per row of a vector. */
  readonly features: number;
  readonly dtype: 'float32' | 'int32';
  /**
   * Timesteps of a sequence: a number where they are fixed, else `time` (that of the run), the name of another open time, or how it
   * follows from these, e.g. `floor((time + 1) / 2)`.
   */
  readonly time?: number | string;
  /** What the dimensions are of a value with a shape, in the order of the model's file; sizes are of the features. */
  readonly axes: ValueLayout['axes'];
  /** The batch that the file fixes for values with a shape. */
  readonly batch?: number;
}

/** @param values the graph's inputs, or its outputs. */
export const modelValues = ({ layouts }: Graph, values: readonly ValueInfo[]): ModelValue[] =>
  values.map((info): ModelValue => {
    const { name, kind, features, dtype, time } = info;
    const layout = layouts.get(name);
    return {
      name,
      kind,
      features,
      dtype,
      ...(kind === 'sequence' && { time: fixedTime(time) ?? clockText(time) }),
      axes: axesOf(info, layout),
      ...(layout?.batch !== undefined && { batch: layout.batch }),
    };
  });

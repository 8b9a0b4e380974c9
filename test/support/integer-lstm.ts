import type { ModelSpec, TensorSpec } from '../../src/index.js';
import type { IntegerLstmNode } from '../../src/spec.js';
import { uniform } from './random.js';

export interface IntegerForm {
  readonly units: number;
  readonly projection?: number | undefined;
  readonly peepholes?: boolean;
  readonly coupled?: boolean;
  readonly cellBits?: number;
  readonly cellClip?: number | undefined;
  /** What the gates' scales are multiplied by. */
  readonly steep?: number;
  readonly seed?: number;
}

/** A model of one LSTM of whole numbers, `y` over `x`, its weights drawn. */
export function integerLstmSpec(form: IntegerForm, features: number): ModelSpec {
  const { units, projection, peepholes, coupled, cellBits = 11, cellClip, steep = 1, seed = 1 } = form;
  const next = uniform(seed);
  const tensors: Record<string, TensorSpec> = {};
  const put = (name: string, most: number, ...shape: number[]): string => {
    const length = shape.reduce((product, n) => product * n, 1);
    tensors[name] = { shape, data: Float32Array.from({ length }, () => Math.round(next() * most)) };
    return name;
  };
  const scales = (most: number): number[] =>
    Array.from({ length: 4 }, (_, gate) => Math.fround(steep * most * (1 + gate / 7)));
  const node: IntegerLstmNode = {
    type: 'integer_lstm',
    name: 'y',
    inputs: ['x'],
    units,
    cellBits,
    inputScales: scales(0.6),
    recurrentScales: scales(0.4),
    hidden: { scale: 2 ** -30 / 0.0078, low: -125, high: 130 },
    ...(projection && { projection, projected: { scale: 0.0091, low: -128, high: 127 } }),
    ...(peepholes && { peepholeScales: [0.11, 0.13, 0.17].map((n) => n * 2 ** (-3 - (cellBits - 9))) }),
    ...(coupled && { coupled }),
    ...(cellClip && { cellClip }),
    tensors: {
      weightIh: put('weightIh', 127, 4 * units, features),
      weightHh: put('weightHh', 127, 4 * units, projection ?? units),
      biasIh: put('biasIh', 3000, 4 * units),
      ...(peepholes && { peephole: put('peephole', 32767, 3 * units) }),
      ...(projection && { weightHr: put('weightHr', 127, projection, units) }),
    },
  };
  return { inputs: [{ name: 'x', features }], nodes: [node], outputs: ['y'], tensors };
}

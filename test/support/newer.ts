import type { NewerCellConfig } from '../../src/index.js';
import type { SpecBuilder } from './random.js';

export interface NewerOptions {
  /** Those tensors too that may be left out. Default true. */
  readonly optional?: boolean;
  readonly [option: string]: unknown;
}

/** Shapes of a cell's tensors, `?` behind those that may be left out; and what else its config must say. */
type Make = (
  inputs: number,
  units: number,
  options: NewerOptions,
) => { readonly tensors: Readonly<Record<string, readonly number[]>>; readonly [field: string]: unknown };

const MAKE: Readonly<Record<NewerCellConfig['type'], Make>> = {
  fast_grnn: (inputs, units) => ({
    tensors: { weightIh: [units, inputs], weightHh: [units, units], 'bias?': [2 * units], 'initialH?': [units] },
    zeta: 0.7,
    nu: 0.05,
  }),
  min_gru: (inputs, units) => ({
    tensors: { weightIh: [2 * units, inputs], 'biasIh?': [2 * units], 'initialH?': [units] },
  }),
  min_lstm: (inputs, units) => ({
    tensors: { weightIh: [3 * units, inputs], 'biasIh?': [3 * units], 'initialH?': [units] },
  }),
  sru: (inputs, units, { highway = 'projected' }) => ({
    tensors: {
      weightIh: [(highway === 'projected' ? 4 : 3) * units, inputs],
      'peephole?': [2 * units],
      'biasIh?': [2 * units],
      'initialC?': [units],
    },
    highway,
  }),
  ssru: (inputs, units) => ({
    tensors: { weightIh: [2 * units, inputs], 'biasIh?': [2 * units], 'initialC?': [units] },
  }),
  qrnn: (inputs, units, { pooling = 'fo', weightless = false }) => {
    const rows = { f: 2, fo: 3, ifo: 4 }[pooling as 'fo'] * units;
    return {
      tensors: {
        ...(!weightless && { weightIh: [rows, inputs], 'biasIh?': [rows] }),
        ...(pooling !== 'f' && { 'initialC?': [units] }),
      },
      pooling,
    };
  },
};

export const NEWER = Object.keys(MAKE) as NewerCellConfig['type'][];

/** A newer cell with random weights. */
export function newerCell(
  type: NewerCellConfig['type'],
  builder: SpecBuilder,
  name: string,
  inputs: number,
  units: number,
  options: NewerOptions = {},
): NewerCellConfig {
  const { optional = true, weightless: _, ...given } = options;
  const { tensors, ...fields } = MAKE[type](inputs, units, options);
  const named = Object.entries(tensors).flatMap(([field, shape]) => {
    const key = field.replace('?', '');
    return key === field || optional ? [[key, builder.tensor(`${name}.${key}`, ...shape)]] : [];
  });
  return { type, units, tensors: Object.fromEntries(named), ...fields, ...given } as unknown as NewerCellConfig;
}

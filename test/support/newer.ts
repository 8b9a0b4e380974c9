import type { CfcBackbone, NewerCellConfig } from '../../src/index.js';
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
  layer_norm_lstm: (inputs, units, { normalised = 'gates', cellNorm, peephole, projection = units }) => ({
    normalised,
    epsilon: 1e-2,
    tensors: {
      weightIh: [4 * units, inputs],
      weightHh: [4 * units, projection as number],
      'biasIh?': [4 * units],
      'biasHh?': [4 * units],
      ...(normalised === 'gates' ? { 'gamma?': [4 * units] } : { 'gammaIh?': [4 * units], 'gammaHh?': [4 * units] }),
      'beta?': [4 * units],
      ...(cellNorm ? { 'gammaC?': [units], 'betaC?': [units] } : {}),
      ...(peephole ? { peephole: [3 * units] } : {}),
      ...(projection === units ? {} : { weightHr: [projection as number, units], 'biasHr?': [projection as number] }),
      'initialH?': [projection as number],
      'initialC?': [units],
    },
  }),
  cfc: (inputs, units, options) => ({ mode: 'default', tensors: cfcTensors(inputs, units, 3, options) }),
  cfc_pure: (inputs, units, options) => ({
    tensors: { ...cfcTensors(inputs, units, 1, options), tau: [units], limit: [units] },
  }),
  slstm: (inputs, units, { heads = 1 }) => ({
    heads,
    tensors: {
      weightIh: [4 * units, inputs],
      weightHh: [4 * units, units / (heads as number)],
      'bias?': [4 * units],
      'initialH?': [units],
      'initialC?': [3 * units],
    },
  }),
  ltc: (inputs, units) => ({
    unfolds: 6,
    epsilon: 1e-8,
    tensors: {
      ...synapses('Ih', units, inputs),
      ...synapses('Hh', units, units),
      capacitance: [units],
      leak: [units],
      leakReversal: [units],
      'initialH?': [units],
    },
  }),
};

function cfcTensors(inputs: number, units: number, heads: number, { backbone, mixedMemory }: NewerOptions) {
  const { units: width, layers } = (backbone ?? { units: heads * units, layers: 1 }) as CfcBackbone;
  return {
    weightIh: [width, inputs],
    weightHh: [width, units],
    'biasIh?': [width],
    ...(layers > 1 ? { weightBackbone: [(layers - 1) * width, width], 'biasBackbone?': [(layers - 1) * width] } : {}),
    ...(backbone ? { weightHeads: [heads * units, width], 'biasHeads?': [heads * units] } : {}),
    ...(mixedMemory
      ? {
          weightMemoryIh: [4 * units, inputs],
          weightMemoryHh: [4 * units, units],
          'biasMemory?': [4 * units],
          'initialC?': [units],
        }
      : {}),
    'initialH?': [units],
  };
}

const synapses = (of: string, units: number, sources: number) =>
  Object.fromEntries(['weight', 'reversal', 'sigma', 'mu'].map((field) => [`${field}${of}`, [units, sources]]));

/** What must be positive: of which field, from where to where. */
const POSITIVE: Partial<Record<NewerCellConfig['type'], (field: string, units: number) => [number, number?] | false>> =
  {
    // n, of [c n m]
    slstm: (field, units) => field === 'initialC' && [units, 2 * units],
    ltc: (field) => /^(?:weight|capacitance$|leak$)/.test(field) && [0],
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
  const { optional = true, weightless: _, peephole: __, ...given } = options;
  const { tensors, ...fields } = MAKE[type](inputs, units, options);
  const named = Object.entries(tensors).flatMap(([field, shape]) => {
    const key = field.replace('?', '');
    return key === field || optional ? [[key, builder.tensor(`${name}.${key}`, ...shape)]] : [];
  });
  for (const [field, tensor] of named as [string, string][]) {
    const data = builder.tensors[tensor]?.data as Float32Array;
    const positive = POSITIVE[type]?.(field, units);
    if (positive)
      data.set(
        data.subarray(...positive).map((value) => Math.abs(value) + 0.2),
        positive[0],
      );
  }
  return { type, units, tensors: Object.fromEntries(named), ...fields, ...given } as unknown as NewerCellConfig;
}

import { notNegative, size } from '../../graph/field-checks.js';
import type { LtcConfig } from '../../spec.js';
import { rowBytes, vectorsFor } from '../../wasm/abi.js';
import type { Linear } from '../../wasm/linear.js';
import { packVector } from '../../wasm/pack.js';
import { makeActivation } from '../activation.js';
import type { BuildContext } from '../layer.js';
import { type CellKind, INITIAL_H } from '../recurrent/cell.js';
import { compose, newerFields } from './composed.js';

/** Tensors of the synapses from the inputs, and from the units. */
const SENSORY = ['weightIh', 'reversalIh', 'sigmaIh', 'muIh'] as const;
const INNER = ['weightHh', 'reversalHh', 'sigmaHh', 'muHh'] as const;

/** A liquid time-constant cell (Hasani et al. 2021); `LtcConfig` has the formulas. */
export const ltc: CellKind<LtcConfig> = {
  title: 'a liquid time-constant cell',
  gates: {},
  extras: {
    weightIh: 'conductances of synapses from x',
    weightHh: 'conductances of synapses from h',
    ...Object.fromEntries(
      ['Ih', 'Hh'].flatMap((of) => [
        [`reversal${of}`, 'for reversal potentials of synapses'],
        [`sigma${of}`, 'for how steep synapses are'],
        [`mu${of}`, 'for where synapses are half open'],
      ]),
    ),
    capacitance: 'for capacitances of membranes',
    leak: 'for conductances of leaks',
    leakReversal: 'for potentials that leaks pull to',
    ...INITIAL_H,
  },
  fields: newerFields({ unfolds: size, epsilon: notNegative }),
  ownTensors: true,
  extraTensors: ({ units }, _, inputs) => ({
    ...Object.fromEntries(SENSORY.map((field) => [field, [units, inputs]])),
    ...Object.fromEntries(INNER.map((field) => [field, [units, units]])),
    capacitance: [units],
    leak: [units],
    leakReversal: [units],
  }),
  pack(name, { units, unfolds, epsilon, tensors }, inputs, context) {
    const { arena } = context;
    const bytes = rowBytes(units);
    const vectors = vectorsFor(units);
    const sensory = synapses(
      name,
      SENSORY.map((field) => tensors[field]),
      units,
      inputs,
      context,
    );
    const inner = synapses(
      name,
      INNER.map((field) => tensors[field]),
      units,
      units,
      context,
    );
    const [capacitance, leak, leakReversal] = [tensors.capacitance, tensors.leak, tensors.leakReversal].map(
      (tensor) => packVector(context, tensor) / 4,
    ) as [number, number, number];
    const apply: Linear['applyTerms'] = (_, __, a, aStride, rows, ___, ____, c, cStride) => {
      for (let row = 0; row < rows; row++) sensory(a + row * aStride, c + row * cStride);
    };
    const projection: Linear = {
      weight: { address: 0, rows: inputs, vectors: 2 * vectors },
      bias: 0,
      vectors: 2 * vectors,
      apply: (a, aStride, rows, c, cStride) => apply(0, inputs, a, aStride, rows, 0, 0, c, cStride),
      applyTerms: apply,
    };
    return compose(context, {
      inputs,
      units,
      projection,
      scratchVectors: 2 * vectors,
      step(raw, scratch, h) {
        const { f32 } = arena;
        for (let step = 0; step < unfolds; step++) {
          inner(h, scratch);
          for (let unit = 0; unit < units; unit++) {
            const cm = (f32[capacitance + unit] as number) * unfolds;
            const conductance = f32[leak + unit] as number;
            const up =
              cm * (f32[h / 4 + unit] as number) +
              conductance * (f32[leakReversal + unit] as number) +
              (f32[scratch / 4 + unit] as number) +
              (f32[raw / 4 + unit] as number);
            const down =
              cm +
              conductance +
              (f32[(scratch + bytes) / 4 + unit] as number) +
              (f32[(raw + bytes) / 4 + unit] as number) +
              epsilon;
            f32[h / 4 + unit] = up / down;
          }
        }
      },
    });
  },
};

/** What the synapses from `count` potentials make: currents `[pad4(units)]`, then conductances `[pad4(units)]`. */
type Synapses = (potentials: number, to: number) => void;

function synapses(
  name: string,
  tensors: readonly string[],
  units: number,
  count: number,
  context: BuildContext,
): Synapses {
  const { arena, kernels } = context;
  const [weight, reversal, sigma, mu] = tensors.map((tensor) => packVector(context, tensor) / 4) as [
    number,
    number,
    number,
    number,
  ];
  const vectors = vectorsFor(units * count);
  const open = arena.alloc(rowBytes(units * count));
  const toConductance = rowBytes(units) / 4;
  const sigmoid = makeActivation('sigmoid', name, kernels);
  return (potentials, to) => {
    const { f32 } = arena;
    const at = open / 4;
    for (let unit = 0, k = 0; unit < units; unit++) {
      for (let source = 0; source < count; source++, k++) {
        f32[at + k] = (f32[sigma + k] as number) * ((f32[potentials / 4 + source] as number) - (f32[mu + k] as number));
      }
    }
    sigmoid?.(open, open, vectors);
    for (let unit = 0, k = 0; unit < units; unit++) {
      let current = 0;
      let conductance = 0;
      for (let source = 0; source < count; source++, k++) {
        const active = (f32[weight + k] as number) * (f32[at + k] as number);
        current += active * (f32[reversal + k] as number);
        conductance += active;
      }
      f32[to / 4 + unit] = current;
      f32[to / 4 + toConductance + unit] = conductance;
    }
  };
}

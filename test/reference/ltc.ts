import type { LtcConfig } from '../../src/spec.js';
import type { Cell } from './cell.js';
import type { Tensors } from './tensors.js';
import { at, type Matrix, type Vector } from './vector.js';

/** Liquid time-constant cell (Hasani et al. 2021, algorithm 1 with the fused solver), elapsed time 1. */
export function ltcCell({ unfolds, epsilon, tensors: names }: LtcConfig, tensors: Tensors): Cell {
  const of = (fields: readonly string[]): Synapses => fields.map((field) => tensors.matrix(field)) as never;
  const sensory = of([names.weightIh, names.reversalIh, names.sigmaIh, names.muIh]);
  const inner = of([names.weightHh, names.reversalHh, names.sigmaHh, names.muHh]);
  const capacitance = tensors.vector(names.capacitance).map((cm) => cm * unfolds);
  const leak = tensors.vector(names.leak);
  const leakReversal = tensors.vector(names.leakReversal);
  return (x, state) => {
    const ofX = currents(sensory, x);
    let h = state.h;
    for (let step = 0; step < unfolds; step++) {
      const ofH = currents(inner, h);
      h = h.map((v, j) => {
        const up = at(capacitance, j) * v + at(leak, j) * at(leakReversal, j) + at(ofX.current, j) + at(ofH.current, j);
        return up / (at(capacitance, j) + at(leak, j) + at(ofX.conductance, j) + at(ofH.conductance, j) + epsilon);
      });
    }
    return { state: { h }, gates: {} };
  };
}

/** (units, sources) each. */
type Synapses = readonly [weight: Matrix, reversal: Matrix, sigma: Matrix, mu: Matrix];

function currents([weight, reversal, sigma, mu]: Synapses, potentials: Vector) {
  const conductances = weight.map((row, j) =>
    row.map((w, k) => w / (1 + Math.exp(-at(sigma[j] as Vector, k) * (at(potentials, k) - at(mu[j] as Vector, k))))),
  );
  const total = (values: Vector): number => values.reduce((sum, value) => sum + value, 0);
  return {
    conductance: Float64Array.from(conductances, total),
    current: Float64Array.from(conductances, (row, j) => total(row.map((a, k) => a * at(reversal[j] as Vector, k)))),
  };
}

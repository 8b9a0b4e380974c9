import type { SlstmConfig } from '../../src/spec.js';
import { activate } from './activation.js';
import type { Cell } from './cell.js';
import { gatePart, gateRows, type Tensors } from './tensors.js';
import { at, concat, product, sum, times, type Vector, zeros } from './vector.js';

/** sLSTM (Beck et al. 2024, equations 8 to 17, with the stabiliser's state m); its cell state is [c n m]. */
export function slstmCell(config: SlstmConfig, tensors: Tensors): Cell {
  const { units, heads } = config;
  const width = units / heads;
  const W = tensors.matrix(config.tensors.weightIh); // (4·units, input)
  const U = tensors.matrix(config.tensors.weightHh); // (4·units, units/heads)
  const bias = tensors.optional(config.tensors.bias); // (4·units)
  return (x, state) => {
    const [c, n, m] = [0, 1, 2].map((part) => gatePart(state.c ?? zeros(3 * units), part, units)) as Vector[] as [
      Vector,
      Vector,
      Vector,
    ];
    const raw = (gate: number): Vector => {
      const rows = gateRows(U, gate, units);
      const ofH = concat(
        ...Array.from({ length: heads }, (_, head) =>
          product(gateRows(rows, head, width), state.h.slice(head * width, (head + 1) * width)),
        ),
      );
      return sum(product(gateRows(W, gate, units), x), ofH, gatePart(bias, gate, units));
    };
    const [input, forget] = [raw(0), activate('log_sigmoid', raw(1))];
    const z = activate('tanh', raw(2));
    const o = activate('sigmoid', raw(3));
    const kept = sum(forget, m);
    const mNew = input.map((value, unit) => (at(n, unit) === 0 ? value : Math.max(value, at(kept, unit))));
    const i = input.map((value, unit) => Math.exp(value - at(mNew, unit)));
    const f = kept.map((value, unit) => Math.min(1, Math.exp(value - at(mNew, unit))));
    const cNew = sum(times(f, c), times(i, z));
    const nNew = sum(times(f, n), i);
    const h = times(o, cNew).map((value, unit) => value / at(nNew, unit));
    return { state: { h, c: concat(cNew, nNew, mNew) }, gates: { i, f, z, o } };
  };
}

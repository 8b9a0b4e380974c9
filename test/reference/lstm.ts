import type { LstmConfig } from '../../src/spec.js';
import { activate } from './activation.js';
import type { Cell } from './cell.js';
import { gatePart, gateRows, type Tensors } from './tensors.js';
import { clip, oneMinus, product, sum, times, type Vector, zeros } from './vector.js';

/**
 * LSTM (Hochreiter & Schmidhuber 1997; forget gate: Gers et al. 2000; peepholes: Gers et al. 2002;
 * projection: Sak et al. 2014):
 *
 *     i  = σ(Wi·x + Ui·h + bi + pi∘c)
 *     f  = σ(Wf·x + Uf·h + bf + pf∘c)         or 1 - i when coupled
 *     g  = tanh(Wg·x + Ug·h + bg)
 *     c' = f∘c + i∘g                          bounded to ±cellClip
 *     o  = σ(Wo·x + Uo·h + bo + po∘c')        its peephole sees the new c
 *     h' = o∘tanh(c')                         or Wr·(o∘tanh(c')) with a projection
 *
 * `clip` bounds what the four gates' activations are given, after the peephole has been added; what the
 * output's tanh is given is not bounded. So does ONNX Runtime; golden vectors of it hold the twin to that.
 */
export function lstmCell(config: LstmConfig, tensors: Tensors): Cell {
  const { units, activations = {} } = config;
  const names = config.tensors;
  const W = tensors.matrix(names.weightIh); // (4·units, input)
  const U = tensors.matrix(names.weightHh); // (4·units, units) or (4·units, projection)
  const biasIh = tensors.optional(names.biasIh); // (4·units)
  const biasHh = tensors.optional(names.biasHh); // (4·units)
  const peephole = tensors.optional(names.peephole); // (3·units), i f o
  const Wr = names.weightHr === undefined ? undefined : tensors.matrix(names.weightHr); // (projection, units)

  const [I, F, G, O] = [0, 1, 2, 3].map((gate) => ({
    W: gateRows(W, gate, units),
    U: gateRows(U, gate, units),
    bIh: gatePart(biasIh, gate, units),
    bHh: gatePart(biasHh, gate, units),
  })) as [Gate, Gate, Gate, Gate];
  const [pi, pf, po] = [0, 1, 2].map((gate) => gatePart(peephole, gate, units));

  return (x, state) => {
    const h = state.h;
    const c = state.c ?? zeros(units);
    const input = ({ W, U, bIh, bHh }: Gate, peep?: Vector): Vector =>
      clip(sum(product(W, x), product(U, h), bIh, bHh, peep), config.clip);

    const i = activate(activations.i ?? 'sigmoid', input(I, pi && times(pi, c)));
    const f = config.coupled ? oneMinus(i) : activate(activations.f ?? 'sigmoid', input(F, pf && times(pf, c)));
    const g = activate(activations.g ?? 'tanh', input(G));
    const cNew = clip(sum(times(f, c), times(i, g)), config.cellClip);
    const o = activate(activations.o ?? 'sigmoid', input(O, po && times(po, cNew)));
    const hidden = times(o, activate(activations.output ?? 'tanh', cNew));
    const hNew = Wr ? product(Wr, hidden) : hidden;

    return { state: { h: hNew, c: cNew }, gates: { i, f, g, o } };
  };
}

interface Gate {
  readonly W: readonly Vector[];
  readonly U: readonly Vector[];
  readonly bIh: Vector | undefined;
  readonly bHh: Vector | undefined;
}

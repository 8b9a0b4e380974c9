import type { LayerNormLstmConfig } from '../../src/spec.js';
import { activate } from './activation.js';
import type { Cell } from './cell.js';
import { gatePart, type Tensors } from './tensors.js';
import { clip, oneMinus, product, sum, times, type Vector, zeros } from './vector.js';

/** LSTM with layer normalisation (Ba, Kiros & Hinton 2016), in the forms that `LayerNormLstmConfig` has. */
export function layerNormLstmCell(config: LayerNormLstmConfig, tensors: Tensors): Cell {
  const { units, activations = {}, epsilon, cellNorm } = config;
  const names = config.tensors;
  const W = tensors.matrix(names.weightIh); // (4·units, input)
  const U = tensors.matrix(names.weightHh); // (4·units, units) or (4·units, projection)
  const [biasIh, biasHh] = [tensors.optional(names.biasIh), tensors.optional(names.biasHh)]; // (4·units)
  const [gamma, beta] = [tensors.optional(names.gamma), tensors.optional(names.beta)]; // (4·units)
  const [gammaIh, gammaHh] = [tensors.optional(names.gammaIh), tensors.optional(names.gammaHh)]; // (4·units)
  const [gammaC, betaC] = [tensors.optional(names.gammaC), tensors.optional(names.betaC)]; // (units)
  const peephole = tensors.optional(names.peephole); // (3·units), i f o
  const Wr = names.weightHr === undefined ? undefined : tensors.matrix(names.weightHr); // (projection, units)
  const br = tensors.optional(names.biasHr); // (projection)
  const part = (all: Vector | undefined, gate: number) => gatePart(all, gate, units);

  return (x, state) => {
    const h = state.h;
    const c = state.c ?? zeros(units);
    const ofX = sum(product(W, x), biasIh);
    const ofH = sum(product(U, h), biasHh);
    const products = sum(norm(ofX, epsilon, gammaIh), norm(ofH, epsilon, gammaHh), beta ?? zeros(4 * units));
    const gate = (index: number, peep?: number, of: Vector = c): Vector => {
      if (config.normalised === 'products') return part(products, index) as Vector;
      const looked = peephole && peep !== undefined ? times(part(peephole, peep) as Vector, of) : undefined;
      const whole = sum(part(ofX, index) as Vector, part(ofH, index), looked);
      return norm(whole, epsilon, part(gamma, index), part(beta, index));
    };

    const i = activate(activations.i ?? 'sigmoid', gate(0, 0));
    const f = config.coupled ? oneMinus(i) : activate(activations.f ?? 'sigmoid', gate(1, 1));
    const g = activate(activations.g ?? 'tanh', gate(2));
    const mixed = clip(sum(times(f, c), times(i, g)), config.cellClip);
    const o = activate(activations.o ?? 'sigmoid', gate(3, 2, mixed));
    const normed = cellNorm ? norm(mixed, epsilon, gammaC, betaC) : mixed;
    const hidden = times(o, activate(activations.output ?? 'tanh', normed));
    const hNew = Wr ? sum(product(Wr, hidden), br) : hidden;
    return { state: { h: hNew, c: cellNorm === 'state' ? normed : mixed }, gates: { i, f, g, o } };
  };
}

/** `(v - mean) / sqrt(variance + epsilon) ∘ gamma + beta` over all of v. */
function norm(v: Vector, epsilon: number, gamma?: Vector, beta?: Vector): Vector {
  const mean = total(v) / v.length;
  const differences = v.map((x) => x - mean);
  const deviation = Math.sqrt(total(times(differences, differences)) / v.length + epsilon);
  const unit = differences.map((x) => x / deviation);
  return sum(gamma ? times(unit, gamma) : unit, beta);
}

const total = (v: Vector): number => v.reduce((all, x) => all + x, 0);

import type { ActivationSpec, GruConfig, LstmConfig, RnnConfig } from '../../index.js';
import { addProduct } from './product.js';

/** One timestep of a layer: reads x and gives an array of its own, the same one every time. */
export type Step = (x: Float32Array) => Float32Array;

/** A tensor by name, or zeros where there is none. */
export type Tensor = (name: string | undefined, length: number) => Float32Array;

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/** Functions that plain JS is compared with, by name. */
export const FUNCTIONS: ReadonlyMap<ActivationSpec, (x: number) => number> = new Map<
  ActivationSpec,
  (x: number) => number
>([
  ['linear', (x) => x],
  ['sigmoid', sigmoid],
  ['tanh', Math.tanh],
  ['relu', (x) => Math.max(0, x)],
]);

/** `c' = f∘c + i∘g`, `h' = o∘tanh(c')`. */
export function lstmStep({ units, tensors }: LstmConfig, tensor: Tensor): Step {
  const { weightIh, weightHh, bias } = matrices(tensors, 4 * units, tensor);
  const [gates, h, c] = [new Float32Array(4 * units), new Float32Array(units), new Float32Array(units)];
  return (x) => {
    gates.set(bias);
    addProduct(gates, weightIh, x);
    addProduct(gates, weightHh, h);
    for (let u = 0; u < units; u++) {
      const [i, f] = [sigmoid(gates[u] as number), sigmoid(gates[units + u] as number)];
      const [g, o] = [Math.tanh(gates[2 * units + u] as number), sigmoid(gates[3 * units + u] as number)];
      c[u] = f * (c[u] as number) + i * g;
      h[u] = o * Math.tanh(c[u] as number);
    }
    return h;
  };
}

/** `h' = (1 - z)∘n + z∘h`; the reset gate before the product with h or after it. */
export function gruStep({ units, tensors, resetAfter }: GruConfig, tensor: Tensor): Step {
  const { weightIh, weightHh, biasIh, biasHh } = matrices(tensors, 3 * units, tensor);
  const [x3, h3, h, reset] = [3 * units, 3 * units, units, units].map((length) => new Float32Array(length)) as Four;
  const [upper, lower] = [weightHh.subarray(0, 2 * units * units), weightHh.subarray(2 * units * units)];
  const [rz, n3] = [h3.subarray(0, 2 * units), h3.subarray(2 * units)];
  return (x) => {
    x3.set(biasIh);
    h3.set(biasHh);
    addProduct(x3, weightIh, x);
    addProduct(rz, upper, h);
    for (let u = 0; u < units; u++) {
      const r = sigmoid((x3[u] as number) + (h3[u] as number));
      x3[u] = r;
      x3[units + u] = sigmoid((x3[units + u] as number) + (h3[units + u] as number));
      reset[u] = resetAfter ? (h[u] as number) : r * (h[u] as number);
    }
    addProduct(n3, lower, reset);
    for (let u = 0; u < units; u++) {
      const scale = resetAfter ? (x3[u] as number) : 1;
      const n = Math.tanh((x3[2 * units + u] as number) + scale * (n3[u] as number));
      const z = x3[units + u] as number;
      h[u] = (1 - z) * n + z * (h[u] as number);
    }
    return h;
  };
}

type Four = [Float32Array, Float32Array, Float32Array, Float32Array];

/** `h' = tanh(W·x + U·h + b)`, or another function. */
export function rnnStep({ units, tensors, activation = 'tanh' }: RnnConfig, tensor: Tensor): Step {
  const { weightIh, weightHh, bias } = matrices(tensors, units, tensor);
  const act = FUNCTIONS.get(activation) as (x: number) => number;
  const [sums, h] = [new Float32Array(units), new Float32Array(units)];
  return (x) => {
    sums.set(bias);
    addProduct(sums, weightIh, x);
    addProduct(sums, weightHh, h);
    for (let u = 0; u < units; u++) h[u] = act(sums[u] as number);
    return h;
  };
}

function matrices({ weightIh, weightHh, biasIh, biasHh }: LstmConfig['tensors'], rows: number, tensor: Tensor) {
  const [first, second] = [tensor(biasIh, rows), tensor(biasHh, rows)];
  const bias = first.map((value, index) => value + (second[index] as number));
  return { weightIh: tensor(weightIh, 0), weightHh: tensor(weightHh, 0), biasIh: first, biasHh: second, bias };
}

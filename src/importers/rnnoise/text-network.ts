import type { ActivationSpec } from '../../spec.js';
import { turned } from '../formats/matrix.js';
import { refuse } from '../shared/refuse.js';
import type { SpecBuilder } from '../shared/spec-builder.js';
import type { Numbers } from './numbers.js';

/** By their codes in the file. (RNNoise's own reader takes any other for tanh.) */
const ACTIVATIONS = ['tanh', 'sigmoid', 'relu'] as const satisfies readonly ActivationSpec[];
/** What RNNoise's own readers take: their buffers are of this size. */
const MOST = 128;
/** Columns z r h of the file as rows r z n. */
const GATES = [1, 0, 2];

interface Sizes {
  readonly inputs: number;
  readonly units: number;
  readonly activation: (typeof ACTIVATIONS)[number];
}

/**
 * The network of Valin (2018), "A hybrid DSP/deep learning approach to real-time full-band speech enhancement", as RNNoise up to 0.1 runs it:
 *
 *     d = input_dense(x);  v = vad_gru(d);  n = noise_gru([d v x]);  e = denoise_gru([v n x]);  gains = denoise_output(e);  vad = vad_output(v)
 *
 * Each layer is `inputs units activation` and its int8 numbers: weights (inputs × units; GRUs inputs × 3·units, gates z r h), for GRUs
 * recurrent weights (units × 3·units), biases (units, or 3·units).
 *
 * @returns the number of features.
 * @throws {ImportError} as `Numbers`; sizes that do not fit together; an unknown activation.
 */
export function textNetwork(builder: SpecBuilder, numbers: Numbers): number {
  const layer = new TextLayers(builder, numbers);
  const input = layer.sizes('input_dense', undefined);
  const d = layer.dense('input_dense', input, 'features');
  const vad = layer.sizes('vad_gru', input.units);
  const v = layer.gru('vad_gru', vad, [d]);
  const noise = layer.sizes('noise_gru', input.units + vad.units + input.inputs);
  const n = layer.gru('noise_gru', noise, [d, v, 'features']);
  const denoise = layer.sizes('denoise_gru', vad.units + noise.units + input.inputs);
  const e = layer.gru('denoise_gru', denoise, [v, n, 'features']);
  layer.dense('denoise_output', layer.sizes('denoise_output', denoise.units), e, 'gains');
  layer.dense('vad_output', layer.sizes('vad_output', vad.units, 1), v, 'vad');
  numbers.end();
  builder.reporter.note("tanh and the sigmoid are exact here; RNNoise's C takes them from a table");
  return input.inputs;
}

class TextLayers {
  constructor(
    readonly builder: SpecBuilder,
    readonly numbers: Numbers,
  ) {
    builder.unique('features');
    builder.unique('gains');
    builder.unique('vad');
  }

  /** @param inputs that the layers before make. @param units that there must be. */
  sizes(name: string, inputs: number | undefined, units?: number): Sizes {
    const size = (field: string, wanted: number | undefined): number => {
      const value = this.numbers.whole(`${name}, ${field}`);
      const fits = wanted === undefined ? value >= 1 && value <= MOST : value === wanted;
      if (!fits) refuse(`${name}, ${field}`, 'a size that does not fit', `${wanted ?? `1 to ${MOST}`}`, `${value}`);
      this.builder.reporter.read(name, field, value);
      return value;
    };
    const sizes = [size('inputs', inputs), size('units', units)] as const;
    const code = this.numbers.whole(`${name}, activation`);
    const activation =
      ACTIVATIONS[code] ??
      refuse(`${name}, activation`, 'unknown', ACTIVATIONS.map((one, at) => `${at} (${one})`).join(', '), `${code}`);
    this.builder.reporter.read(name, 'activation', `${code} (${activation})`);
    return { inputs: sizes[0], units: sizes[1], activation };
  }

  dense(name: string, { inputs, units, activation }: Sizes, input: string, output?: string): string {
    const tensors = {
      weight: this.#matrix(name, 'weight', 'weights', inputs, units),
      bias: this.#bias(name, 'bias', units),
    };
    const outputs = output === undefined ? {} : { outputs: [output] };
    return this.builder.add({ type: 'dense', inputs: [input], ...outputs, units, tensors, activation }, name);
  }

  gru(name: string, { inputs, units, activation }: Sizes, values: readonly string[]): string {
    const tensors = {
      weightIh: this.#matrix(name, 'weightIh', 'input_weights', inputs, 3 * units),
      weightHh: this.#matrix(name, 'weightHh', 'recurrent_weights', units, 3 * units),
      biasIh: this.#bias(name, 'biasIh', 3 * units),
    };
    const [only, second] = values as [string, string?];
    const joined = name.replace(/gru$/, 'input');
    const x = second === undefined ? only : this.builder.add({ type: 'concatenate', inputs: values }, joined);
    const activations = { n: activation };
    return this.builder.add({ type: 'gru', inputs: [x], units, resetAfter: false, tensors, activations }, name);
  }

  /** @param rows of the file, as many as there are inputs; its columns become rows, gates in another order. */
  #matrix(name: string, field: string, array: string, rows: number, columns: number): string {
    const gates = field !== 'weight';
    const read = this.numbers.weights(rows * columns, `${name}, ${array}`);
    const data = turned(read, rows, columns, gates ? GATES : undefined);
    const how = `int8 / 256; columns ${gates ? 'z r h transposed to rows r z n' : 'transposed to rows'}`;
    const origin = { tensor: `${name}.${array}`, shape: [rows, columns], how };
    return this.builder.keep(`${name}.${field}`, { shape: [columns, rows], data }, origin);
  }

  #bias(name: string, field: string, count: number): string {
    const gates = field !== 'bias';
    const read = this.numbers.weights(count, `${name}, bias`);
    const data = turned(read, 1, count, gates ? GATES : undefined);
    const how = `int8 / 256${gates ? '; z r h reordered to r z n' : ''}`;
    return this.builder.keep(
      `${name}.${field}`,
      { shape: [count], data },
      { tensor: `${name}.bias`, shape: [count], how },
    );
  }
}

import { blocks } from '../formats/matrix.js';
import { refuse } from '../shared/refuse.js';
import type { SpecBuilder } from '../shared/spec-builder.js';
import type { Arrays } from './arrays.js';
import { type Linear, readLinear } from './linear.js';

/** RNNoise 0.2 compiles these in; its blobs hold neither. */
const KERNEL = 3;
const RULE = 'RNNoise 0.2: its code has it, the file does not';
/** Rows z r h of the file as r z n. */
const GATES = [1, 0, 2];

/**
 * The network of RNNoise 0.2:
 *
 *     a = tanh(conv1(x));  b = tanh(conv2(a));  c = gru1(b);  d = gru2(c);  e = gru3(d)
 *     gains = σ(dense_out([b c d e]));  vad = σ(vad_dense([b c d e]))
 *
 * with causal convolutions of kernel size 3 and GRUs whose reset gate acts after the product.
 *
 * @returns the number of features.
 * @throws {ImportError} as `readLinear`; sizes that do not fit together; arrays of anything else.
 */
export function blobNetwork(builder: SpecBuilder, arrays: Arrays): number {
  for (const name of ['features', 'gains', 'vad']) builder.unique(name);
  const layer = new BlobLayers(builder, arrays);
  const conv1 = layer.conv('conv1', undefined, 'features');
  const conv2 = layer.conv('conv2', conv1.units, conv1.value);
  const joined: Value[] = [conv2];
  for (const name of ['gru1', 'gru2', 'gru3']) joined.push(layer.gru(name, joined[joined.length - 1] as Value));
  const inputs = joined.reduce((sum, { units }) => sum + units, 0);
  const all = builder.add({ type: 'concatenate', inputs: joined.map(({ value }) => value) }, 'joined');
  layer.dense('dense_out', inputs, all, 'gains');
  layer.dense('vad_dense', inputs, all, 'vad');
  arrays.end();
  builder.reporter.note("tanh and the sigmoid are exact here; RNNoise's C approximates them");
  if (layer.quantised.length > 0)
    builder.reporter.note(
      `int8 weights of ${layer.quantised.join(', ')} as float32: RNNoise's C also rounds what they multiply to 1/127, which is not done here`,
    );
  return conv1.features;
}

interface Value {
  readonly value: string;
  readonly units: number;
}

class BlobLayers {
  /** Layers of int8 weights. */
  readonly quantised: string[] = [];

  constructor(
    readonly builder: SpecBuilder,
    readonly arrays: Arrays,
  ) {}

  /** @param features of the input, if they are known. */
  conv(name: string, features: number | undefined, input: string): Value & { readonly features: number } {
    const linear = this.#linear(name, features === undefined ? undefined : KERNEL * features);
    if (linear.inputs % KERNEL !== 0)
      refuse(`${name}_weights`, 'no convolution over 3 frames', 'a multiple of 3 inputs', `${linear.inputs}`);
    const [units, channels] = [linear.outputs, linear.inputs / KERNEL];
    const { reporter } = this.builder;
    reporter.defaulted(name, 'kernel size', KERNEL, RULE);
    reporter.defaulted(name, 'activation', 'tanh', RULE);
    const how = 'inputs are 3 frames, the oldest first';
    const tensors = {
      weight: this.#weight(linear, `${name}.weight`, [units, KERNEL, channels], linear.weight, how),
      bias: this.#bias(linear, `${name}.bias`, linear.bias),
    };
    const node = { type: 'conv1d', filters: units, kernelSize: KERNEL, padding: 'causal' } as const;
    const value = this.builder.add({ ...node, inputs: [input], tensors, activation: 'tanh' }, name);
    return { value, units, features: channels };
  }

  gru(name: string, { value, units: inputs }: Value): Value {
    const input = this.#linear(`${name}_input`, inputs);
    const units = input.outputs / 3;
    if (!Number.isInteger(units)) refuse(`${name}_input_bias`, 'no GRU', 'a multiple of 3 numbers', `${input.outputs}`);
    const recurrent = this.#linear(`${name}_recurrent`, units, true);
    if (recurrent.outputs !== input.outputs)
      refuse(`${name}_recurrent_bias`, 'of another length', `${input.outputs} numbers`, `${recurrent.outputs}`);
    this.builder.reporter.defaulted(name, 'reset gate', 'after the product', RULE);
    const matrix = (linear: Linear, field: string): string =>
      this.#weight(
        linear,
        `${name}.${field}`,
        [3 * units, linear.inputs],
        blocks(linear.weight, GATES),
        'z r h to r z n',
      );
    const bias = (linear: Linear, field: string): string =>
      this.#bias(linear, `${name}.${field}`, blocks(linear.bias, GATES), 'z r h to r z n');
    const tensors = {
      weightIh: matrix(input, 'weightIh'),
      weightHh: matrix(recurrent, 'weightHh'),
      biasIh: bias(input, 'biasIh'),
      biasHh: bias(recurrent, 'biasHh'),
    };
    const node = { type: 'gru', inputs: [value], units, resetAfter: true, tensors } as const;
    return { value: this.builder.add(node, name), units };
  }

  dense(name: string, inputs: number, input: string, output: string): void {
    const linear = this.#linear(name, inputs);
    if (output === 'vad' && linear.outputs !== 1)
      refuse(`${name}_bias`, 'of another length', '1 number', `${linear.outputs}`);
    this.builder.reporter.defaulted(name, 'activation', 'sigmoid', RULE);
    const tensors = {
      weight: this.#weight(linear, `${name}.weight`, [linear.outputs, inputs], linear.weight),
      bias: this.#bias(linear, `${name}.bias`, linear.bias),
    };
    const node = { type: 'dense', units: linear.outputs, activation: 'sigmoid' } as const;
    this.builder.add({ ...node, inputs: [input], outputs: [output], tensors }, name);
  }

  #linear(name: string, inputs: number | undefined, recurrent = false): Linear {
    const linear = readLinear(this.arrays, name, inputs, recurrent);
    if (linear.source.tensor.endsWith('int8')) this.quantised.push(name);
    return linear;
  }

  #weight({ source }: Linear, name: string, shape: readonly number[], data: Float32Array, order?: string): string {
    const how = [source.how, ...(order === undefined ? [] : [order])].join('; ');
    return this.builder.keep(name, { shape, data }, { ...source, how });
  }

  #bias(linear: Linear, name: string, data: Float32Array, order = 'as it is'): string {
    const origin = { tensor: `${linear.name}_bias`, shape: [data.length], how: order };
    return this.builder.keep(name, { shape: [data.length], data }, origin);
  }
}

import type { ActivationSpec, CellConfig, ModelSpec, NodeSpec, TensorSpec } from '../../src/index.js';

/** Seeded uniform numbers in [-1, 1) (mulberry32). */
export function uniform(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 31 - 1;
  };
}

export function randomFloats(length: number, seed: number, scale = 1): Float32Array {
  const next = uniform(seed);
  return Float32Array.from({ length }, () => next() * scale);
}

export interface CellOptions {
  readonly peephole?: boolean;
  readonly projection?: number;
  readonly bias?: boolean;
  readonly [option: string]: unknown;
}

/** Builds specs with random weights, tensor names included. */
export class SpecBuilder {
  readonly tensors: Record<string, TensorSpec> = {};
  readonly nodes: NodeSpec[] = [];
  #seed: number;
  readonly #scale: number;

  constructor(seed: number, scale = 0.5) {
    this.#seed = seed;
    this.#scale = scale;
  }

  tensor(name: string, ...shape: number[]): string {
    const length = shape.reduce((product, n) => product * n, 1);
    // Trained scale: sums stay of order one whatever their length.
    const scale = shape.length > 1 ? this.#scale * Math.sqrt(3 / (shape[1] as number)) : this.#scale;
    this.tensors[name] = { shape, data: randomFloats(length, this.#seed++, scale) };
    return name;
  }

  cell(type: CellConfig['type'], name: string, inputs: number, units: number, options: CellOptions = {}): CellConfig {
    const { peephole, bias = true, initial = false, ...rest } = options;
    const rows = { lstm: 4, gru: 3, rnn: 1 }[type] * units;
    const h = options.projection ?? units;
    const tensors: Record<string, string> = {
      weightIh: this.tensor(`${name}.ih`, rows, inputs),
      weightHh: this.tensor(`${name}.hh`, rows, h),
    };
    if (bias) {
      tensors.biasIh = this.tensor(`${name}.bih`, rows);
      tensors.biasHh = this.tensor(`${name}.bhh`, rows);
    }
    if (peephole) tensors.peephole = this.tensor(`${name}.peephole`, 3 * units);
    if (options.projection) tensors.weightHr = this.tensor(`${name}.hr`, options.projection, units);
    if (initial) {
      tensors.initialH = this.tensor(`${name}.h0`, h);
      if (type === 'lstm') tensors.initialC = this.tensor(`${name}.c0`, units);
    }
    return { type, units, tensors, ...(type === 'gru' ? { resetAfter: true } : {}), ...rest } as unknown as CellConfig;
  }

  recurrent(
    type: CellConfig['type'],
    name: string,
    input: string,
    inputs: number,
    units: number,
    options: CellOptions = {},
  ): this {
    this.nodes.push({ name, inputs: [input], ...this.cell(type, name, inputs, units, options) } as NodeSpec);
    return this;
  }

  bidirectional(
    type: CellConfig['type'],
    name: string,
    input: string,
    inputs: number,
    units: number,
    merge: 'concat' | 'sum' | 'mul' | 'ave' | 'none' = 'concat',
    options: CellOptions = {},
  ): this {
    this.nodes.push({
      type: 'bidirectional',
      name,
      inputs: [input],
      merge,
      ...(merge === 'none' ? { outputs: [`${name}.f`, `${name}.b`] } : {}),
      forward: this.cell(type, `${name}.forward`, inputs, units, options),
      backward: this.cell(type, `${name}.backward`, inputs, units, options),
    });
    return this;
  }

  dense(name: string, input: string, inputs: number, units: number, activation?: ActivationSpec): this {
    const tensors = { weight: this.tensor(`${name}.w`, units, inputs), bias: this.tensor(`${name}.b`, units) };
    this.nodes.push({ type: 'dense', name, inputs: [input], units, tensors, ...(activation ? { activation } : {}) });
    return this;
  }

  add(node: NodeSpec): this {
    this.nodes.push(node);
    return this;
  }

  /** The finished spec: one sequence input `x`, and the last node's first output unless others are named. */
  spec(features: number, outputs?: readonly string[], dtype: 'float32' | 'int32' = 'float32'): ModelSpec {
    const last = this.nodes.at(-1) as NodeSpec;
    return {
      inputs: [{ name: 'x', features, dtype }],
      nodes: this.nodes,
      outputs: outputs ?? [(last.outputs ?? [last.name])[0] as string],
      tensors: this.tensors,
    };
  }
}

/** A stack of one cell kind with a dense head. */
export function stack(
  type: CellConfig['type'],
  features: number,
  units: number,
  layers = 1,
  seed = 1,
  options: CellOptions = {},
): ModelSpec {
  const builder = new SpecBuilder(seed);
  for (let layer = 0; layer < layers; layer++) {
    builder.recurrent(
      type,
      `${type}${layer}`,
      layer === 0 ? 'x' : `${type}${layer - 1}`,
      layer === 0 ? features : units,
      units,
      options,
    );
  }
  return builder.dense('head', `${type}${layers - 1}`, units, 3).spec(features);
}

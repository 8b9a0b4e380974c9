import { describe, expect, it } from 'vitest';
import type { ActivationSpec, ModelSpec, NodeSpec, TensorSpec } from '../../src/spec.js';
import { uniform } from '../golden/prng.js';
import { type ReferenceOptions, runReference } from './run.js';

/**
 * Every option of a spec does something in the twin: turned alone, it changes the output. An option that the
 * twin passed over would let the engine pass over it too.
 */

const [BATCH, TIME, INPUT, UNITS] = [3, 6, 4, 5];
const DIFFERENT = 1e-3;

let seed = 0;
const tensor = (...shape: number[]): TensorSpec => ({
  shape,
  data: uniform(
    seed++,
    shape.reduce((a, b) => a * b),
    0.7,
  ),
});

const TENSORS: Record<string, TensorSpec> = {
  ...Object.fromEntries(
    [1, 3, 4].flatMap((gates) => [
      [`W${gates}`, tensor(gates * UNITS, INPUT)],
      [`U${gates}`, tensor(gates * UNITS, UNITS)],
      [`b${gates}`, tensor(gates * UNITS)],
      [`d${gates}`, tensor(gates * UNITS)],
    ]),
  ),
  Uprojected: tensor(4 * UNITS, 2),
  Wr: tensor(2, UNITS),
  Wr2: tensor(2, UNITS),
  vector: tensor(UNITS),
  peephole: tensor(3 * UNITS),
  dense: tensor(UNITS, INPUT),
  table: tensor(7, INPUT),
  features: tensor(INPUT),
};

type Config = Record<string, unknown> & { readonly tensors?: Record<string, string> };

const lstm: Config = { type: 'lstm', units: UNITS, tensors: { weightIh: 'W4', weightHh: 'U4', biasIh: 'b4' } };
const gru: Config = {
  type: 'gru',
  units: UNITS,
  resetAfter: true,
  tensors: { weightIh: 'W3', weightHh: 'U3', biasIh: 'b3', biasHh: 'd3' },
};
const rnn: Config = { type: 'rnn', units: UNITS, tensors: { weightIh: 'W1', weightHh: 'U1', biasIh: 'b1' } };
const projected: Config = {
  ...lstm,
  projection: 2,
  tensors: { weightIh: 'W4', weightHh: 'Uprojected', weightHr: 'Wr' },
};
const both = (merge: string, change: Config = {}): Config => ({
  type: 'bidirectional',
  merge,
  forward: { ...lstm },
  backward: { ...lstm, ...change },
});

/** The config with tensors added, or taken away by undefined. */
const having = (config: Config, tensors: Record<string, string | undefined>): Config => ({
  ...config,
  tensors: Object.fromEntries(
    Object.entries({ ...config.tensors, ...tensors }).filter((entry): entry is [string, string] => !!entry[1]),
  ),
});

function spec(config: Config, rest: Partial<ModelSpec> = {}): ModelSpec {
  return {
    inputs: [{ name: 'x', features: INPUT }],
    nodes: [{ name: 'y', inputs: ['x'], ...config } as unknown as NodeSpec],
    outputs: ['y'],
    tensors: TENSORS,
    ...rest,
  };
}

const X = uniform(1000, BATCH * TIME * INPUT, 1.5);

function output(model: ModelSpec, options: ReferenceOptions = {}, data: Float32Array | Int32Array = X): Float64Array {
  const result = runReference(model, { x: { data, batch: BATCH, time: TIME } }, options);
  const y = result.outputs[model.outputs[0] as string];
  if (!y) throw new RangeError('no output');
  return y.data;
}

function expectDifferent(a: Float64Array, b: Float64Array): void {
  const most = a.length === b.length ? a.reduce((m, v, i) => Math.max(m, Math.abs(v - (b[i] as number))), 0) : Infinity;
  expect(most).toBeGreaterThan(DIFFERENT);
}

/** Masks the first, a middle and the last timestep of the rows in turn. */
const MASK = Uint8Array.from({ length: BATCH * TIME }, (_, i) => ((i % TIME) % 5 === Math.floor(i / TIME) ? 0 : 1));
const relu: ActivationSpec = 'relu';

type Change = readonly [name: string, before: Config, after: Config, options?: ReferenceOptions];

const CHANGES: readonly Change[] = [
  ...(['i', 'f', 'g', 'o', 'output'] as const).map(
    (gate) => [`lstm activation ${gate}`, lstm, { ...lstm, activations: { [gate]: relu } }] as const,
  ),
  ['lstm coupled', lstm, { ...lstm, coupled: true }],
  ['lstm cellClip', lstm, { ...lstm, cellClip: 0.2 }],
  ['lstm clip', lstm, { ...lstm, clip: 0.2 }],
  ['lstm peephole', lstm, having(lstm, { peephole: 'peephole' })],
  ['lstm projection', projected, having(projected, { weightHr: 'Wr2' })],
  ['lstm no biasIh', lstm, having(lstm, { biasIh: undefined })],
  ['lstm biasHh', lstm, having(lstm, { biasHh: 'd4' })],
  ['lstm initialH', lstm, having(lstm, { initialH: 'vector' })],
  ['lstm initialC', lstm, having(lstm, { initialC: 'vector' })],
  ...(['r', 'z', 'n'] as const).map(
    (gate) => [`gru activation ${gate}`, gru, { ...gru, activations: { [gate]: relu } }] as const,
  ),
  ['gru resetAfter', gru, { ...gru, resetAfter: false }],
  [
    'gru resetAfter without biasHh',
    having(gru, { biasHh: undefined }),
    having({ ...gru, resetAfter: false }, { biasHh: undefined }),
  ],
  ['gru clip', gru, { ...gru, clip: 0.2 }],
  ['gru biasHh', gru, having(gru, { biasHh: undefined })],
  ['gru initialH', gru, having(gru, { initialH: 'vector' })],
  ['rnn activation', rnn, { ...rnn, activation: relu }],
  ['rnn clip', rnn, { ...rnn, clip: 0.2 }],
  ['rnn biasHh', rnn, having(rnn, { biasHh: 'd1' })],
  ['rnn initialH', rnn, having(rnn, { initialH: 'vector' })],
  ...[lstm, gru, rnn].flatMap((cell) => [
    [`${cell.type} goBackwards`, cell, { ...cell, goBackwards: true }] as const,
    [`${cell.type} returnSequences`, cell, { ...cell, returnSequences: false }] as const,
    [`${cell.type} zeroOutputForMask`, cell, { ...cell, zeroOutputForMask: true }, { mask: MASK }] as const,
  ]),
  [
    'zeroOutputForMask of the last output alone',
    { ...lstm, returnSequences: false },
    { ...lstm, returnSequences: false, zeroOutputForMask: true },
    { mask: MASK.map((_, i) => (i % TIME === TIME - 1 ? 0 : 1)) },
  ],
  ...['concat', 'sum', 'mul', 'ave'].flatMap((one, index, all) =>
    all.slice(index + 1).map((two) => [`merge ${one} and ${two}`, both(one), both(two)] as const),
  ),
  ['backward cell', both('concat'), both('concat', { activations: { g: relu } })],
  ['backward cell zeroOutputForMask', both('concat'), both('concat', { zeroOutputForMask: true }), { mask: MASK }],
  [
    'dense activation',
    { type: 'dense', units: UNITS, tensors: { weight: 'dense' } },
    { type: 'dense', units: UNITS, tensors: { weight: 'dense' }, activation: relu },
  ],
  [
    'dense bias',
    { type: 'dense', units: UNITS, tensors: { weight: 'dense' } },
    { type: 'dense', units: UNITS, tensors: { weight: 'dense', bias: 'vector' } },
  ],
  ...(['gamma', 'beta'] as const).map(
    (part) =>
      [
        `layer_norm ${part}`,
        { type: 'layer_norm', epsilon: 1e-3, tensors: {} },
        { type: 'layer_norm', epsilon: 1e-3, tensors: { [part]: 'features' } },
      ] as const,
  ),
  [
    'layer_norm epsilon',
    { type: 'layer_norm', epsilon: 1e-3, tensors: {} },
    { type: 'layer_norm', epsilon: 0.5, tensors: {} },
  ],
  ...(
    [
      ['hard_sigmoid', { alpha: 0.2, beta: 0.5 }],
      ['leaky_relu', { alpha: 0.2 }],
      ['thresholded_relu', { alpha: 0.2 }],
      ['elu', { alpha: 1 }],
      ['affine', { alpha: 1, beta: 0 }],
      ['scaled_tanh', { alpha: 1, beta: 1 }],
    ] as const
  ).flatMap(([type, parameters]) =>
    Object.keys(parameters).map(
      (key) =>
        [
          `${type} ${key}`,
          { type: 'activation', activation: { type, ...parameters } },
          { type: 'activation', activation: { type, ...parameters, [key]: 0.7 } },
        ] as const,
    ),
  ),
];

describe('every option of a node changes the twin', () => {
  for (const [name, before, after, options] of CHANGES) {
    it(name, () => expectDifferent(output(spec(before), options), output(spec(after), options)));
  }
});

describe('every activation is another function', () => {
  const PARAMETERS = { alpha: 0.3, beta: 0.2 };
  const all: ActivationSpec[] = [
    ...(['linear', 'sigmoid', 'tanh', 'relu', 'selu', 'softsign', 'softplus', 'gelu', 'silu', 'exp'] as const),
    ...(['hard_sigmoid', 'leaky_relu', 'thresholded_relu', 'elu', 'affine', 'scaled_tanh'] as const).map((type) => ({
      type,
      ...PARAMETERS,
    })),
  ];
  const pairs = all.flatMap((one, index) => all.slice(index + 1).map((two) => [one, two] as const));
  const layer = (activation: ActivationSpec): ModelSpec => spec({ type: 'activation', activation });
  it.each(pairs)('%o and %o', (one, two) => {
    expectDifferent(output(layer(one)), output(layer(two)));
  });

  it('gelu and its approximation, by the size of its error', () => {
    const difference = output(layer('gelu')).map((v, i) => v - (output(layer('gelu_tanh'))[i] as number));
    const most = Math.max(...difference.map(Math.abs));
    expect(most).toBeGreaterThan(1e-5);
    expect(most).toBeLessThan(5e-4);
  });
});

describe('every option of a run changes the twin', () => {
  const lengths = [TIME, 2, 4];
  const sameMask = Uint8Array.from(MASK, (_, i) => (i % TIME < (lengths[Math.floor(i / TIME)] as number) ? 1 : 0));
  const state = [
    { h: uniform(5, BATCH * UNITS, 0.8), c: uniform(6, BATCH * UNITS, 0.8) },
    { h: uniform(7, BATCH * UNITS, 0.8), c: uniform(8, BATCH * UNITS, 0.8) },
  ];

  it('mask', () => expectDifferent(output(spec(lstm)), output(spec(lstm), { mask: MASK })));
  it('lengths', () => expectDifferent(output(spec(lstm)), output(spec(lstm), { lengths })));
  it('lengths zero the outputs behind them, a mask repeats', () =>
    expectDifferent(output(spec(lstm), { mask: sameMask }), output(spec(lstm), { lengths })));
  it('lengths leave the last output alone', () => {
    const last = spec({ ...lstm, returnSequences: false });
    expect(output(last, { lengths })).toEqual(output(last, { mask: sameMask }));
  });
  it('h', () =>
    expectDifferent(
      output(spec(lstm), { initialState: state }),
      output(spec(lstm), { initialState: [{ h: new Float32Array(BATCH * UNITS), c: state[0]?.c }] }),
    ));
  it('c', () =>
    expectDifferent(
      output(spec(lstm), { initialState: state }),
      output(spec(lstm), { initialState: [{ h: state[0]?.h ?? [], c: new Float32Array(BATCH * UNITS) }] }),
    ));
  it('the state of each half', () => {
    const swapped = [...state].reverse();
    expectDifferent(
      output(spec(both('concat')), { initialState: state }),
      output(spec(both('concat')), { initialState: swapped }),
    );
  });
});

describe('layers that make masks change the layers behind them', () => {
  const ids = Int32Array.from({ length: BATCH * TIME }, (_, i) => (i * 3) % 4);
  const embedded = (maskZero: boolean): ModelSpec =>
    spec(lstm, {
      inputs: [{ name: 'x', features: 1, dtype: 'int32' }],
      nodes: [
        { name: 'e', type: 'embedding', inputs: ['x'], tensors: { weight: 'table' }, maskZero },
        { name: 'y', inputs: ['e'], ...lstm } as unknown as NodeSpec,
      ],
    });
  it('maskZero', () => expectDifferent(output(embedded(false), {}, ids), output(embedded(true), {}, ids)));

  it('a mask given with the run holds beside maskZero', () =>
    expectDifferent(output(embedded(true), {}, ids), output(embedded(true), { mask: MASK }, ids)));

  const padded = X.map((v, i) => (Math.floor(i / INPUT) % TIME > 3 ? -1 : v));
  const masked = (maskValue: number): ModelSpec =>
    spec(lstm, {
      nodes: [
        { name: 'm', type: 'masking', inputs: ['x'], maskValue },
        { name: 'y', inputs: ['m'], ...lstm } as unknown as NodeSpec,
      ],
    });
  it('maskValue', () => expectDifferent(output(masked(0), {}, padded), output(masked(-1), {}, padded)));

  it('a mask given with the run holds beside maskValue', () =>
    expectDifferent(output(masked(-1), {}, padded), output(masked(-1), { mask: MASK }, padded)));

  const merged = (type: string): ModelSpec =>
    spec(lstm, {
      nodes: [
        { name: 'a', type: 'dense', inputs: ['x'], units: UNITS, tensors: { weight: 'dense' } },
        { name: 'b', type: 'activation', inputs: ['a'], activation: 'tanh' },
        { name: 'y', type, inputs: ['a', 'b'] } as unknown as NodeSpec,
      ],
    });
  it.each([
    ['add', 'multiply'],
    ['add', 'concatenate'],
    ['multiply', 'concatenate'],
  ])('merges %s and %s', (one, two) => expectDifferent(output(merged(one)), output(merged(two))));
});

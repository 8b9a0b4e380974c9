import { describe, expect, it } from 'vitest';
import { checkSpec } from '../../src/graph/check-spec.js';
import { createModel, type ModelSpec, SpecError } from '../../src/index.js';
import { allLayers } from '../../src/layers/all.js';
import { NEWER } from '../support/newer.js';
import { SpecBuilder, stack } from '../support/random.js';

const lstm = stack('lstm', 3, 4);
const gru = stack('gru', 3, 4);
type Loose = Record<string, unknown>;

/** The spec with its first node (or a field of the spec itself) changed. */
const node = (spec: ModelSpec, change: Loose): Loose => ({
  ...spec,
  nodes: [{ ...spec.nodes[0], ...change }, ...spec.nodes.slice(1)],
});
const tensorsOf = (spec: ModelSpec): Loose => (spec.nodes[0] as unknown as { tensors: Loose }).tensors;
const built = (build: (builder: SpecBuilder) => SpecBuilder, features = 3): ModelSpec =>
  build(new SpecBuilder(1)).spec(features);
const one = (type: string, rest: Loose = {}): Loose => ({
  inputs: [{ name: 'x', features: 3 }],
  outputs: ['n'],
  tensors: {},
  nodes: [{ type, name: 'n', inputs: ['x'], ...rest }],
});

/** What is wrong → the whole message. */
const refused: [string, unknown, string][] = [
  ['nothing', undefined, 'no model spec; expected an object, got undefined'],
  [
    'a misspelt field of the spec',
    { ...lstm, output: [] },
    'spec: unknown field "output"; expected name, inputs, nodes, outputs, carries, layouts, tensors, int8, got "output"',
  ],
  ['no nodes', { ...lstm, nodes: undefined }, 'spec.nodes: not a list; expected an array, got undefined'],
  [
    'no tensors',
    { ...lstm, tensors: undefined },
    'spec.tensors: no tensors; expected a record of tensors, got undefined',
  ],
  [
    'a misspelt field of a node',
    node(lstm, { goBackward: true }),
    'node "lstm0": unknown field "goBackward"; expected name, type, inputs, outputs, units, goBackwards, outputOrder, returnSequences, zeroOutputForMask, clip, tensors, activations, projection, coupled, cellClip, lengths, got "goBackward"',
  ],
  [
    'an unknown type',
    node(lstm, { type: 'ltsm' }),
    'node "lstm0": unknown node type; expected lstm, gru, rnn, dense, embedding, layer_norm, activation, softmax, dropout, bidirectional, masking, add, subtract',
  ],
  ['a type from the prototype', node(lstm, { type: 'constructor' }), 'node "lstm0": unknown node type'],
  ['a node without a name', node(lstm, { name: '' }), 'spec.nodes: a node without a name; expected a name, got ""'],
  [
    'two nodes of one name',
    { ...lstm, nodes: [lstm.nodes[0], lstm.nodes[0]] },
    'node "lstm0": a second node of this name',
  ],
  ['two values of one name', node(lstm, { outputs: ['x'] }), 'node "lstm0": a second value of this name; got "x"'],
  [
    'an input before it is made',
    { ...lstm, nodes: [...lstm.nodes].reverse() },
    'node "head", inputs: no value "lstm0" before this point; expected x, got "lstm0"',
  ],
  [
    'an unknown output',
    { ...lstm, outputs: ['y'] },
    'spec.outputs: no value "y" before this point; expected x, lstm0, head, got "y"',
  ],
  [
    'an output twice',
    { ...lstm, outputs: ['head', 'head'] },
    'spec.outputs: an output named twice; got ["head", "head"]',
  ],
  [
    'ids as an output',
    {
      ...one('embedding', { tensors: { weight: 'w' } }),
      inputs: [{ name: 'x', features: 1, dtype: 'int32' }],
      outputs: ['x'],
      tensors: { w: { shape: [2, 2], data: new Float32Array(4) } },
    },
    'spec.outputs: token ids cannot be an output; got "x"',
  ],
  [
    'units that are no size',
    node(lstm, { units: 4.5 }),
    'node "lstm0", units: not a size; expected a whole number of at least 1, got 4.5',
  ],
  [
    'infinite units',
    node(lstm, { units: Number.POSITIVE_INFINITY }),
    'node "lstm0", units: not a size; expected a whole number of at least 1, got Infinity',
  ],
  [
    'other units than the weights',
    node(lstm, { units: 5 }),
    'node "lstm0": tensor "lstm0.ih" (weightIh) has the wrong shape; expected [20, 3], got [16, 3]',
  ],
  [
    'other features than the weights',
    { ...lstm, inputs: [{ name: 'x', features: 2 }] },
    'node "lstm0": tensor "lstm0.ih" (weightIh) has the wrong shape; expected [16, 2], got [16, 3]',
  ],
  [
    'a missing tensor',
    node(lstm, { tensors: { ...tensorsOf(lstm), weightHh: undefined } }),
    'node "lstm0": no tensor for weightHh; expected the name of a tensor in spec.tensors, got undefined',
  ],
  [
    'a tensor that is not there',
    node(lstm, { tensors: { ...tensorsOf(lstm), biasIh: 'bias' } }),
    'node "lstm0": no tensor for biasIh; expected the name of a tensor in spec.tensors, got "bias"',
  ],
  [
    'a misspelt tensor',
    node(lstm, { tensors: { ...tensorsOf(lstm), biasIH: 'lstm0.bih' } }),
    'node "lstm0", tensors: unknown field "biasIH"; expected weightIh, weightHh, biasIh, biasHh, initialH, initialC, peephole, got "biasIH"',
  ],
  [
    'a projection without its weight',
    node(lstm, { projection: 2 }),
    'node "lstm0": tensor "lstm0.hh" (weightHh) has the wrong shape; expected [16, 2], got [16, 4]',
  ],
  [
    'data and shape at odds',
    { ...lstm, tensors: { ...lstm.tensors, 'head.b': { shape: [3], data: new Float32Array(4) } } },
    'tensor "head.b": data and shape disagree; expected 3 numbers for [3], got 4',
  ],
  [
    'data of another type',
    { ...lstm, tensors: { ...lstm.tensors, 'head.b': { shape: [3], data: [1, 2, 3] } } },
    'tensor "head.b": wrong data; expected a Float32Array, got [1, 2, 3]',
  ],
  [
    'an unknown activation',
    node(lstm, { activations: { g: 'tahn' } }),
    'node "lstm0", activations.g: unknown activation; expected linear, sigmoid, tanh, relu, hard_sigmoid, leaky_relu, thresholded_relu, elu, selu, softsign, softplus, affine, scaled_tanh, gelu, gelu_tanh, silu, exp, log, sqrt, abs, square, reciprocal, clip, hard_silu, mish, log_sigmoid, erf, floor, sign, round, got "tahn"',
  ],
  [
    'an unknown gate',
    node(lstm, { activations: { z: 'tanh' } }),
    'node "lstm0", activations: unknown field "z"; expected i, f, g, o, output, got "z"',
  ],
  [
    'hard_sigmoid without its parameters',
    node(lstm, { activations: { i: 'hard_sigmoid' } }),
    'node "lstm0", activations.i: activation hard_sigmoid needs alpha; expected a finite number, got undefined',
  ],
  [
    'a parameter the activation has not',
    node(lstm, { activations: { i: { type: 'relu', alpha: 1 } } }),
    'node "lstm0", activations.i: activation relu has no parameter alpha; expected no parameters, got alpha',
  ],
  [
    'a clip of zero',
    node(lstm, { clip: 0 }),
    'node "lstm0", clip: not a bound; expected a finite number above 0, got 0',
  ],
  [
    'a flag that is no flag',
    node(lstm, { coupled: 1 }),
    'node "lstm0", coupled: not a yes or no; expected true or false, got 1',
  ],
  [
    'a GRU that does not say where its reset is',
    node(gru, { resetAfter: undefined }),
    'node "gru0": resetAfter must be said, frameworks disagree; expected true or false, got undefined',
  ],
  [
    'a vector where a sequence is needed',
    { ...lstm, inputs: [{ name: 'x', features: 3, kind: 'vector' }] },
    'node "lstm0": input "x" has no time; expected a sequence, got a vector',
  ],
  [
    'an initial h without c',
    node(lstm, { inputs: ['x', 'x'] }),
    'node "lstm0": wrong number of inputs; expected [x] or [x, h0, c0], got ["x", "x"]',
  ],
  [
    'a sequence as initial state',
    node(gru, { inputs: ['x', 'x'] }),
    'node "gru0": initial state "x" has the wrong shape; expected a vector of 4, got a sequence of 3',
  ],
  [
    'too many outputs',
    node(gru, { outputs: ['gru0', 'h', 'c'] }),
    'node "gru0": wrong number of outputs; expected 1 to 2, got ["gru0", "h", "c"]',
  ],
  [
    'an unknown kind of input',
    { ...lstm, inputs: [{ name: 'x', features: 3, kind: 'image' }] },
    'input "x": unknown kind; expected sequence or vector, got "image"',
  ],
  [
    'an unknown dtype',
    { ...lstm, inputs: [{ name: 'x', features: 3, dtype: 'float16' }] },
    'input "x": unknown dtype; expected float32 or int32, got "float16"',
  ],
  [
    'ids into a recurrent layer',
    { ...lstm, inputs: [{ name: 'x', features: 3, dtype: 'int32' }] },
    'node "lstm0": input "x" has the wrong type; expected float32, got int32',
  ],
  [
    'numbers into an embedding',
    { ...one('embedding', { tensors: { weight: 'w' } }) },
    'node "n": input "x" has the wrong type; expected int32 token ids, got float32',
  ],
  [
    'several ids per timestep',
    { ...one('embedding', { tensors: { weight: 'w' } }), inputs: [{ name: 'x', features: 2, dtype: 'int32' }] },
    'node "n": token ids come one per timestep; expected features 1, got 2',
  ],
  [
    'a mask value that is no number',
    one('masking', { maskValue: '0' }),
    'node "n", maskValue: not a usable number; expected a finite number, got "0"',
  ],
  [
    'a negative epsilon',
    one('layer_norm', { epsilon: -1, tensors: {} }),
    'node "n", epsilon: not a usable number; expected a finite number of at least 0, got -1',
  ],
  ['an activation layer without one', one('activation'), 'node "n": no activation; expected an activation'],
  ['a merge of one', one('add'), 'node "n": nothing to merge; expected two or more inputs, got ["x"]'],
  [
    'a sum of two shapes',
    { ...built((b) => b.recurrent('rnn', 'a', 'x', 3, 4).add({ type: 'add', name: 's', inputs: ['a', 'x'] })) },
    'node "s": input "x" does not fit those before it; expected a sequence of 4, got a sequence of 3',
  ],
  [
    'a softmax of two',
    one('softmax', { inputs: ['x', 'x'] }),
    'node "n": wrong number of inputs; expected 1, got ["x", "x"]',
  ],
];

const both = built((b) => b.bidirectional('gru', 'both', 'x', 3, 4));
const half = (change: Loose): Loose =>
  node(both, { backward: { ...(both.nodes[0] as unknown as { backward: Loose }).backward, ...change } });
const carry = {
  inputs: [
    { name: 'x', features: 3, kind: 'vector' },
    { name: 's', features: 3, kind: 'vector' },
  ],
  nodes: [
    { type: 'add', name: 'a', inputs: ['x', 's'] },
    { type: 'dropout', name: 'b', inputs: ['a'] },
  ],
  outputs: ['a'],
  tensors: { start: { shape: [3], data: new Float32Array(3) }, wide: { shape: [3, 1], data: new Float32Array(3) } },
};
const refusedCarries: typeof refused = [
  [
    'two carries of one input',
    {
      ...carry,
      carries: [
        { input: 's', output: 'a' },
        { input: 's', output: 'b' },
      ],
    },
    'carry "s": not an input',
  ],
  ['a carry of no input', { ...carry, carries: [{ input: 'a', output: 'b' }] }, 'carry "a": not an input'],
  [
    'a carry of nothing',
    { ...carry, carries: [{ input: 's', output: 'c' }] },
    'carry "s": no value "c" before this point',
  ],
  [
    'a start of another shape',
    { ...carry, carries: [{ input: 's', output: 'a', initial: 'wide' }] },
    'carry "s": no such initial state; expected [3], got "wide"',
  ],
];

const withShape = (name: string, shape: number[]): Loose => ({
  ...lstm,
  tensors: { ...lstm.tensors, [name]: { ...lstm.tensors[name], shape } },
});
/** More axes than the field has, though those that it has fit. */
const refusedRanks: typeof refused = [
  [
    'a weight of three axes',
    withShape('lstm0.ih', [16, 3, 1]),
    '(weightIh) has the wrong shape; expected [16, 3], got [16, 3, 1]',
  ],
  ['a bias of two axes', withShape('lstm0.bih', [16, 1]), '(biasIh) has the wrong shape; expected [16], got [16, 1]'],
  ['a weight of one axis', withShape('lstm0.ih', [48]), '(weightIh) has the wrong shape; expected [16, 3], got [48]'],
  [
    'a head of three axes',
    withShape('head.w', [3, 4, 1]),
    '(weight) has the wrong shape; expected [3, 4], got [3, 4, 1]',
  ],
  [
    'a table of three axes',
    {
      ...one('embedding', { tensors: { weight: 'w' } }),
      inputs: [{ name: 'x', features: 1, dtype: 'int32' }],
      tensors: { w: { shape: [4, 2, 1], data: new Float32Array(8) } },
    },
    '(weight) has the wrong shape; expected [vocabulary, features], got [4, 2, 1]',
  ],
];

const refusedBidirectional: [string, unknown, string][] = [
  [
    'an unknown merge',
    node(both, { merge: 'max' }),
    'node "both", merge: unknown merge; expected concat, sum, mul, ave, none, got "max"',
  ],
  [
    'an unknown cell',
    half({ type: 'dense' }),
    `node "both", backward: unknown cell type; expected ${['lstm', 'gru', 'rnn', ...NEWER].join(', ')}, got "dense"`,
  ],
  [
    'a direction of its own',
    half({ goBackwards: true }),
    'node "both", backward: the halves have their directions already; expected no goBackwards or outputOrder',
  ],
  [
    'halves that disagree',
    half({ returnSequences: false }),
    'node "both": the halves disagree; expected the same returnSequences in both',
  ],
  ['a misspelt field in a half', half({ unit: 3 }), 'node "both", backward: unknown field "unit"'],
  [
    'two outputs for one merge',
    node(both, { outputs: ['f', 'b'] }),
    'node "both": wrong number of outputs; expected 1, got ["f", "b"]',
  ],
  [
    'one output for none',
    { ...node(both, { merge: 'none' }) },
    'node "both": wrong number of outputs; expected 2, got ["both"]',
  ],
];

describe('spec', () => {
  it.each([...refused, ...refusedCarries, ...refusedRanks, ...refusedBidirectional])(
    'refuses %s',
    (_, spec, message) => {
      const check = (): unknown => checkSpec(spec as ModelSpec, allLayers);
      expect(check).toThrow(SpecError);
      expect(check).toThrow(message);
    },
  );

  it('refuses merges of halves of two lengths', () => {
    const builder = new SpecBuilder(1);
    const forward = builder.cell('gru', 'f', 3, 4);
    const backward = builder.cell('gru', 'b', 3, 5);
    builder.add({ type: 'bidirectional', name: 'both', inputs: ['x'], merge: 'sum', forward, backward });
    expect(() => checkSpec(builder.spec(3), allLayers)).toThrow(
      'node "both": merge sum needs halves of one length; expected 4, got 5',
    );
  });

  it('is refused before anything is built', async () => {
    await expect(createModel(node(lstm, { units: 5 }) as unknown as ModelSpec)).rejects.toThrow(SpecError);
  });

  it('works out every shape', () => {
    const { values } = checkSpec(both, allLayers);
    expect(values.get('both')).toEqual({ name: 'both', kind: 'sequence', dtype: 'float32', features: 8 });
  });
});

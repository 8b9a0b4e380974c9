// Wrong changes that the whole suite once let pass, and others of their kind: in `file`, `from` becomes `to`, and `test` (there the
// tests whose names match `name`) must fail. docs/tests.md lists them; `npm run test:mutants -- known` makes them all.

/** @typedef {{ file: string, what: string, from: string, to: string, test: string, name?: string }} Known */

/** @type {(file: string, ...rows: readonly [what: string, from: string, to: string, test: string, name?: string][]) => Known[]} */
const of = (file, ...rows) => rows.map(([what, from, to, test, name]) => ({ file, what, from, to, test, name }));

const PIECES = 'test/engine/pieces.test.ts';
const MASKS = 'test/engine/given-masks.test.ts';
const STATE = 'test/engine/state.test.ts';
const ROWS = 'test/kernels/rows.test.ts';

const CORE = [
  of('assembly/activations.ts', [
    'silu gives NaN for 20 < x < 80',
    'if (id == Activation.exp) return e;',
    'if (id == Activation.exp) return e;\n  if (id == Activation.silu) return v128.bitselect(splat(NaN), f32x4.div(x, f32x4.add(splat(1), e)), v128.and(f32x4.gt(x, splat(20)), f32x4.lt(x, splat(80))));',
    'test/kernels/activate.test.ts',
    'silu',
  ]),
  of(
    'assembly/rows.ts',
    [
      'softmax: pad lanes in the maximum',
      'v128.bitselect(v128.load(src + whole), splat(-Infinity), mask)',
      'v128.load(src + whole)',
      ROWS,
      'pad lanes',
    ],
    [
      'softmax: pad lanes in the sum',
      'sum = f32x4.add(sum, v128.and(e, mask));',
      'sum = f32x4.add(sum, e);',
      ROWS,
      'pad lanes',
    ],
    [
      'layer norm: pad lanes in the mean',
      'if (rest) sum = f32x4.add(sum, v128.and(v128.load(src + whole), mask));',
      'if (rest) sum = f32x4.add(sum, v128.load(src + whole));',
      ROWS,
      'pad lanes',
    ],
    [
      'masking: pad lanes compared',
      'v128.and(f32x4.ne(v128.load(src + whole), wanted), tail)',
      'f32x4.ne(v128.load(src + whole), wanted)',
      ROWS,
      'pad lanes',
    ],
  ),
  of(
    'src/engine/engine.ts',
    [
      'long sequences in pieces: mask always from the start',
      'mask.subarray(b * time + from, b * time + from + piece)',
      'mask.subarray(b * time, b * time + piece)',
      PIECES,
    ],
    ['trace in pieces: every piece counts from 0', 'watch(record, from)', 'watch(record, 0)', PIECES],
  ),
  of(
    'src/engine/plan-cache.ts',
    ['plan key without the mask', 'masked} $', 'time} $', MASKS, 'do not share'],
    ['plan key without lengths', 'zeroMasked} $', 'masked} $', MASKS, 'do not share'],
  ),
  of(
    'src/state/fingerprint.ts',
    [
      'last weight of every tensor is not hashed',
      'hash: hashData(scales, scales === data',
      'hash: hashData(scales.subarray(0, -1), scales === data',
      STATE,
      'counts',
    ],
    ['the hash does not tell which field a tensor is', 'field} $', 'shape} $', STATE, 'stands in'],
    [
      'what is carried does not count',
      'if (carries.length > 0) {',
      'if (carries.length < 0) {',
      STATE,
      'carried to where',
    ],
  ),
  of('src/typed.ts', [
    'restore reads a view of a larger buffer from the buffer’s start',
    'new Uint8Array(new Uint8Array(bufferGetter.call(given), offsetGetter.call(given), lengthGetter.call(given)))',
    'new Uint8Array(new Uint8Array(bufferGetter.call(given), 0, lengthGetter.call(given)))',
    STATE,
    'larger buffer',
  ]),
  of(
    'src/state/access.ts',
    [
      'save leaves out the last output',
      'return output === undefined ? [...parts] : [...parts, { offset: output, length: parts[0].length }];',
      'return [...parts];',
      STATE,
      'last output',
    ],
    [
      'setState keeps the last output',
      'stateVectors(place).forEach((vector, part) => {',
      'place.parts.forEach((vector, part) => {',
      STATE,
      'begins with an output of zeros',
    ],
  ),
  of(
    'src/stream.ts',
    ['dispose does not release the plan', 'engine.plans.release(plan);', '', STATE, 'disposed stream lets go'],
    [
      'fork copies the first row alone',
      'state + batch * this.#engine.slotBytes',
      'state + this.#engine.slotBytes',
      STATE,
      'forked',
    ],
  ),
  of(
    'src/graph/check-spec.ts',
    [
      'vocabulary of the first embedding of an input, not the smallest',
      'Math.min(vocabularies.get(input) ?? MOST_IDS, size)',
      'vocabularies.get(input) ?? size',
      'test/engine/input.test.ts',
      'every vocabulary',
    ],
    [
      'two carries of one input are let through',
      'if (!input || seen.has(input.name))',
      'if (!input)',
      'test/engine/spec.test.ts',
    ],
  ),
  of('src/graph/node-context.ts', [
    'a tensor of higher rank fits',
    'if (!fits || tensor.shape.length !== shape.length) {',
    'if (!fits) {',
    'test/engine/spec.test.ts',
  ]),
  of('src/layers/around/embedding.ts', [
    'maskZero: mask given with the run is forgotten',
    '[lookUp, maskZeros, ...addMask(plan, mask, ids.mask, ids.rows)]',
    '[lookUp, maskZeros]',
    MASKS,
    'maskZero',
  ]),
  of('src/layers/around/masking.ts', [
    'Masking: mask given with the run is forgotten',
    '...addMask(plan, mask, plan.mask, x.rows),',
    '',
    MASKS,
    'Masking',
  ]),
  of(
    'src/layers/recurrent/bidirectional.ts',
    ['merge none: the second output loses its mask', 'plan.output(1, mask)', 'plan.output(1)', MASKS, 'both halves'],
    ['the merged output loses its mask', 'plan.output(0, mask)', 'plan.output(0)', MASKS, 'merged halves'],
  ),
  of('src/layers/recurrent/recurrent.ts', [
    'the output loses its mask',
    'plan.output(0, sequences ? x.mask : 0)',
    'plan.output(0, 0)',
    MASKS,
    'a recurrent layer',
  ]),
  of(
    'src/layers/around/conv.ts',
    [
      'convolution of one timestep drops the mask',
      'before + after === 0 ? x.mask : 0',
      'before + after === 0 ? 0 : 0',
      MASKS,
      'convolution of one timestep: as',
    ],
    [
      'a convolution that adds timesteps hands on a mask of fewer',
      'stride === 1 && before + after === 0 ?',
      'stride === 1 ?',
      MASKS,
      'adds some',
    ],
  ),
  of('src/layers/around/log-softmax.ts', [
    'without taking the maximum off',
    'f32[to + j] = (f32[from + j] as number) - most;',
    'f32[to + j] = f32[from + j] as number;',
    MASKS,
    'logSoftmax',
  ]),
  of('src/layers/around/reduce.ts', [
    'masked mean, all masked: 0, where Keras divides by 0',
    'mean ? total',
    'mean && joined > 0 ? total',
    MASKS,
    'all masked',
  ]),
  of(
    'src/layers/recurrent/unroll.ts',
    [
      'one timestep: flags of the cell left as another plan set them',
      'arena.i32[flagsIndex] = flags;\n      step(state, 0, x.address, raw);',
      'step(state, 0, x.address, raw);',
      MASKS,
      'single timestep',
    ],
    ['several timesteps: flags left as they are', 'arena.i32[flagsIndex] = flags;\n    for', 'for', MASKS],
    [
      'backwards in chunks: last short chunk begins a whole chunk before',
      'backwards ? time - done - count : done',
      'backwards ? time - done - chunk : done',
      MASKS,
      'in chunks',
    ],
  ),
];

const KERAS = 'test/importers/keras/defaults.test.ts';
const ONNX = 'test/importers/onnx/defaults.test.ts';
const BESIDE = 'test/importers/load/beside.test.ts';
const LOAD = 'test/importers/load/load.test.ts';
const VIEWS = 'test/importers/pytorch/views.test.ts';

const IMPORTERS = [
  of(
    'src/importers/keras/layers/activating.ts',
    [
      'LeakyReLU: slope defaults to 0.2',
      "config.number('negative_slope', 0.3)",
      "config.number('negative_slope', 0.2)",
      KERAS,
      'LeakyReLU',
    ],
    ['ELU: alpha defaults to 0.3', "config.number('alpha', 1)", "config.number('alpha', 0.3)", KERAS, 'ELU'],
    ['ThresholdedReLU: theta defaults to 0', "config.number('theta', 1)", "config.number('theta', 0)", KERAS],
  ),
  of(
    'src/importers/keras/layers/normalizing.ts',
    [
      'BatchNormalization: epsilon defaults to 1e-5',
      "epsilon: config.number('epsilon', 1e-3), tensors }, name),\n    },\n  ];\n};\n\n/** `x / sqrt",
      "epsilon: config.number('epsilon', 1e-5), tensors }, name),\n    },\n  ];\n};\n\n/** `x / sqrt",
      KERAS,
      'BatchNormalization',
    ],
    [
      'Normalization: variance of 0 not bounded',
      'Math.max(Math.sqrt(element(variance, j)), 1e-7)',
      'Math.sqrt(element(variance, j))',
      KERAS,
      'Normalization divides',
    ],
    [
      'RMSNormalization: epsilon defaults to 1e-3',
      "call.config.number('epsilon', 1e-6)",
      "call.config.number('epsilon', 1e-3)",
      KERAS,
      'RMSNormalization',
    ],
  ),
  of('src/importers/keras/layers/recurrent.ts', [
    'stacked cells: all of them walk backwards',
    '...(index === 0 && backwards && { goBackwards: true }),',
    '...(backwards && { goBackwards: true }),',
    KERAS,
    'stacked cells',
  ]),
  of('src/importers/keras/rules.ts', [
    'recurrent_activation of Keras 2 defaults to sigmoid',
    "gateActivation: keras3 ? 'sigmoid' : 'hard_sigmoid'",
    "gateActivation: 'sigmoid'",
    KERAS,
    'recurrent_activation',
  ]),
  of(
    'src/importers/keras/layers/bidirectional.ts',
    ['halves with states: ave merged as sum', "ave: 'average'", "ave: 'add'", KERAS, 'halves with states'],
    ['merge_mode defaults to sum', "'ave'], 'concat')", "'ave'], 'sum')", KERAS, 'merge_mode'],
  ),
  of(
    'src/importers/keras/layers/windows.ts',
    [
      'pooling: strides default to 1',
      "config.has('strides') ? config.single('strides') : poolSize",
      "config.has('strides') ? config.single('strides') : 1",
      KERAS,
      'Pooling1D, strides',
    ],
    ['pooling: pool_size defaults to 3', "config.single('pool_size', 2)", "config.single('pool_size', 3)", KERAS],
    ['Conv1D: strides default to 2', "config.single('strides', 1)", "config.single('strides', 2)", KERAS, 'Conv1D'],
  ),
  of(
    'src/importers/load/load.ts',
    [
      'shards of a checkpoint in the order given',
      'Object.keys(others).sort()',
      'Object.keys(others)',
      BESIDE,
      'shards',
    ],
    [
      'options.onnx.files replaced by the files beside',
      '{ ...others, ...options.onnx?.files }',
      '{ ...options.onnx?.files, ...others }',
      BESIDE,
      'beside the model',
    ],
  ),
  of('src/importers/load/choose.ts', [
    'of several known files the first given is the model',
    'candidates.sort((a, b) => rank(b) - rank(a) || order(a) - order(b))',
    'candidates',
    BESIDE,
    'describes the model',
  ]),
  of('src/importers/load/sniff.ts', [
    'a zip of arrays and other things is taken for variables',
    "names.every((name) => name.endsWith('.npy'))",
    "names.some((name) => name.endsWith('.npy'))",
    LOAD,
    'an archive of',
  ]),
  of('src/importers/onnx/fold/weights.ts', [
    'DequantizeLinear: axis defaults to 0',
    "attributes.int('axis', 1)",
    "attributes.int('axis', 0)",
    ONNX,
    'DequantizeLinear',
  ]),
  of('src/importers/onnx/fold/arithmetic.ts', [
    'integer Div rounds down, not towards zero',
    'Math.trunc(a / b)',
    'Math.floor(a / b)',
    ONNX,
    'integer Div',
  ]),
  of(
    'src/importers/onnx/ops/norm.ts',
    [
      'LayerNormalization: epsilon defaults to 1e-3',
      'ctx: Context, epsilon = 1e-5)',
      'ctx: Context, epsilon = 1e-3)',
      ONNX,
      'LayerNormalization',
    ],
    [
      'LayerNormalization: axis defaults to 1',
      "attributes.int('axis', -1)",
      "attributes.int('axis', 1)",
      ONNX,
      'LayerNormalization',
    ],
  ),
  of('src/importers/onnx/ops/fused.ts', [
    'SkipLayerNormalization: epsilon defaults to that of LayerNormalization',
    'used: [true] }, ctx, 1e-12)',
    'used: [true] }, ctx)',
    ONNX,
    'SkipLayerNormalization',
  ]),
  of('src/importers/onnx/ops/pad.ts', [
    'Pad-18: axes ignored',
    "integers(where, inputs[3], 'axes') ?? x.axes.map",
    'x.axes.map',
    ONNX,
    'Pad-18',
  ]),
  of(
    'src/importers/onnx/ops/recurrent/activations.ts',
    [
      'HardSigmoid in a cell: alpha defaults to 1/6',
      'hardsigmoid: { make: (alpha = 0.2,',
      'hardsigmoid: { make: (alpha = 1 / 6,',
      ONNX,
      'HardSigmoid',
    ],
    [
      'Elu in a cell: alpha defaults to 0.5',
      "elu: { make: (alpha = 1) => ({ type: 'elu'",
      "elu: { make: (alpha = 0.5) => ({ type: 'elu'",
      ONNX,
      'Elu',
    ],
    [
      'LeakyRelu in a cell: alpha defaults to 0.1',
      'leakyrelu: { make: (alpha = 0.01)',
      'leakyrelu: { make: (alpha = 0.1)',
      ONNX,
      'LeakyRelu',
    ],
    [
      'both directions take the functions of the first',
      'functions.slice(direction * defaults.length, (direction + 1) * defaults.length)',
      'functions.slice(0, defaults.length)',
      ONNX,
      'both directions',
    ],
  ),
  of('src/importers/onnx/ops/recurrent/lengths.ts', [
    'constant sequence_lens let through if one row has the whole time',
    'if (all.every((n) => sameNum(n, time))) return [];',
    'if (all.some((n) => sameNum(n, time))) return [];',
    ONNX,
    'sequence_lens',
  ]),
  of('src/importers/onnx/ops/recurrent/initial.ts', [
    'layout 1: initial state read as in layout 0',
    '(layout === 0 ? direction * batch + b : b * directions + direction) * units',
    '(direction * batch + b) * units',
    ONNX,
    'initial state of layout 1',
  ]),
  of('src/importers/onnx/ops/reduce.ts', [
    'reductions: keepdims defaults to 0',
    "attributes.flag('keepdims', true)",
    "attributes.flag('keepdims', false)",
    ONNX,
  ]),
  of(
    'src/importers/onnx/ops/softmax.ts',
    ['Softmax before 13: axis defaults to the last', 'op.opset < 13 ? 1 : -1', '-1', ONNX, 'Softmax'],
    [
      'Softmax before 13: over one axis alone',
      'op.opset < 13 ? Array.from({ length: rank - axis }, (_, i) => axis + i) : [axis]',
      '[axis]',
      ONNX,
      'Softmax before 13',
    ],
  ),
  of(
    'src/importers/onnx/ops/slice.ts',
    [
      'ReverseSequence: time_axis defaults to 1',
      "attributes.int('time_axis', 0)",
      "attributes.int('time_axis', 1)",
      ONNX,
      'ReverseSequence',
    ],
    [
      'Split-18 into uneven parts: rounds down',
      'Math.ceil(size / parts)',
      'Math.floor(size / parts)',
      ONNX,
      'Split-18',
    ],
  ),
  of(
    'src/importers/pytorch/tensor.ts',
    ['views of different parts with one offset share their numbers', 'made.get(id + begin)', 'made.get(id)', VIEWS],
    ['views of different parts are kept under one name', 'made.set(id + begin, data)', 'made.set(id, data)', VIEWS],
  ),
];

/** @type {readonly Known[]} */
export const KNOWN = [...CORE, ...IMPORTERS].flat();

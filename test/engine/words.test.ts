import { describe, expect, it } from 'vitest';
import { createModel, InputError, SpecError } from '../../src/index.js';
import { stack } from '../support/random.js';

// Every word of what callers are told. Whoever reads it knows what was wrong, what to give instead, and what was given.

const activated = async (input: object) =>
  await createModel({
    inputs: [{ name: 'x', features: 3, ...input }],
    nodes: [{ type: 'activation', name: 'a', inputs: ['x'], activation: 'tanh' }],
    outputs: ['a'],
    tensors: {},
  } as never);
const lstm = stack('lstm', 3, 5);
const MODELS = {
  plain: await createModel(lstm),
  ids: await createModel({
    inputs: [{ name: 'x', dtype: 'int32', features: 1 }],
    nodes: [{ type: 'embedding', name: 'e', inputs: ['x'], tensors: { weight: 't' } }],
    outputs: ['e'],
    tensors: { t: { shape: [4, 2], data: new Float32Array(8) } },
  } as never),
  vec: await activated({ kind: 'vector' }),
  fixed: await activated({ time: 4 }),
  laid: await createModel({ ...lstm, layouts: { x: { axes: ['time', 'batch', 3] } } } as never),
};

const REFUSED: [keyof typeof MODELS, unknown, unknown, string][] = [
  [
    'plain',
    [1, 2, 3, 4],
    undefined,
    'input "x": wrong length; expected a multiple of 3 numbers (batch 1 · features 3), got 4',
  ],
  ['plain', [], undefined, 'input "x": wrong length; expected a multiple of 3 numbers (batch 1 · features 3), got 0'],
  [
    'plain',
    [1, 2, 3],
    { batch: 2 },
    'input "x": wrong length; expected a multiple of 6 numbers (batch 2 · features 3), got 3',
  ],
  ['plain', [1, 2, 3], { batch: 0 }, 'batch: not a batch size; expected a whole number of at least 1, got 0'],
  ['plain', [1, 2, 3], { batch: '1' }, 'batch: not a batch size; expected a whole number of at least 1, got "1"'],
  [
    'plain',
    'abc',
    undefined,
    'input "x": wrong type; expected numbers, nested arrays of numbers, or { data, shape }, got "abc"',
  ],
  [
    'plain',
    null,
    undefined,
    'input "x": wrong type; expected numbers, nested arrays of numbers, or { data, shape }, got null',
  ],
  ['plain', undefined, undefined, 'input "x": missing input; expected x, got undefined'],
  [
    'plain',
    7,
    undefined,
    'input "x": wrong type; expected numbers, nested arrays of numbers, or { data, shape }, got 7',
  ],
  [
    'plain',
    { data: [1, 2, 3] },
    undefined,
    'input "x": wrong type; expected numbers, nested arrays of numbers, or { data, shape }, got {data}',
  ],
  [
    'plain',
    { shape: [1, 3] },
    undefined,
    'input "x": wrong type; expected numbers, nested arrays of numbers, or { data, shape }, got {shape}',
  ],
  [
    'plain',
    { data: [1, 2, 3], shape: 3 },
    undefined,
    'input "x": wrong type; expected numbers, nested arrays of numbers, or { data, shape }, got {data, shape}',
  ],
  [
    'plain',
    { data: [1, 2, 3, 4, 5, 6], shape: [2, 4] },
    undefined,
    'input "x": wrong shape; expected [time, 3] or [batch, time, 3], got [2, 4] with 6 numbers',
  ],
  [
    'plain',
    { data: [1, 2, 3, 4, 5, 6], shape: [3, 2] },
    undefined,
    'input "x": wrong shape; expected [time, 3] or [batch, time, 3], got [3, 2] with 6 numbers',
  ],
  [
    'plain',
    { data: [1, 2, 3, 4, 5, 6], shape: [1, 2, 3] },
    { batch: 2 },
    'input "x": wrong shape; expected [time, 3] or [2, time, 3], got [1, 2, 3] with 6 numbers',
  ],
  [
    'plain',
    { data: [1, 2, 3], shape: ['1', 3] },
    undefined,
    'input "x": wrong shape; expected [time, 3] or [batch, time, 3], got [NaN, 3] with 3 numbers',
  ],
  [
    'plain',
    { data: [1, 2, 3], shape: Array(20).fill(1) },
    undefined,
    'input "x": wrong shape; expected [time, 3] or [batch, time, 3], got [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1] with 3 numbers',
  ],
  [
    'plain',
    { data: [], shape: [0, 3] },
    undefined,
    'input "x": wrong shape; expected [time, 3] or [batch, time, 3], got [0, 3] with 0 numbers',
  ],
  [
    'plain',
    [
      [1, 2, 3],
      [4, 5],
    ],
    undefined,
    'input "x": ragged array; expected 3 entries at depth 1, got 2',
  ],
  ['plain', [[1, 2, 3], 4], undefined, 'input "x": ragged array; expected 3 entries at depth 1, got 4'],
  [
    'plain',
    [
      [1, 2, 3],
      [4, 5, '6'],
    ],
    undefined,
    'input "x": not a number; expected a number at 2, got "6"',
  ],
  ['plain', [1, 2, [3]], undefined, 'input "x": not a number; expected a number at 2, got [3]'],
  ['plain', [[[[[1]]]]], undefined, 'input "x": not a number; expected a number at 0, got [1]'],
  [
    'plain',
    [
      [1, 2],
      [3, 4],
    ],
    undefined,
    'input "x": wrong shape; expected [time, 3] or [batch, time, 3], got [2, 2] with 4 numbers',
  ],
  ['plain', [1, null, 3], undefined, 'input "x": not a number; expected a number at 1, got null'],
  ['plain', [null, 1, 3], undefined, 'input "x": not a number; expected a number at 0, got null'],
  [
    'plain',
    Uint8Array.of(0, 0, 0),
    undefined,
    'input "x": bytes are not features; expected numbers: new Float32Array(b.buffer, b.byteOffset, b.byteLength / 4) of float32 in bytes b, Float32Array.from(b) of their values, got Uint8Array(3)',
  ],
  [
    'plain',
    BigInt64Array.of(0n, 0n, 0n),
    undefined,
    'input "x": wrong type; expected numbers, nested arrays of numbers, or { data, shape }, got BigInt64Array(3)',
  ],
  [
    'plain',
    [Uint8Array.of(0, 0, 0)],
    undefined,
    'input "x": bytes are not features; expected numbers: new Float32Array(b.buffer, b.byteOffset, b.byteLength / 4) of float32 in bytes b, Float32Array.from(b) of their values, got Uint8Array(3)',
  ],
  ['plain', [1n, 2, 3], undefined, 'input "x": not a number; expected a number at 0, got 1'],
  ['plain', [1, 2, 3], { mask: [1, 1] }, 'mask: wrong length; expected 1 numbers (batch 1 · time 1), got 2'],
  ['plain', [1, 2, 3], { mask: ['a'] }, 'mask: not a mask; expected a number or boolean at 0, got "a"'],
  [
    'plain',
    [1, 2, 3],
    { mask: [1], lengths: [1] },
    'options: both a mask and lengths; expected one of mask and lengths',
  ],
  ['plain', [1, 2, 3], { lengths: [2] }, 'lengths[0]: not a length; expected a whole number from 0 to 1, got 2'],
  ['plain', [1, 2, 3], { lengths: [-1] }, 'lengths[0]: not a length; expected a whole number from 0 to 1, got -1'],
  ['plain', [1, 2, 3], { lengths: [0.5] }, 'lengths[0]: not a length; expected a whole number from 0 to 1, got 0.5'],
  ['plain', [1, 2, 3], { lengths: [1, 1] }, 'lengths: wrong length; expected 1 numbers (batch 1), got 2'],
  ['plain', [1, 2, 3], { mask: 3 }, 'mask: wrong length; expected 1 numbers (batch 1 · time 1), got 3'],
  [
    'plain',
    [1, 2, 3],
    { out: Float32Array.of(0, 0, 0, 0) },
    'out: wrong length; expected 3 numbers (the output), got 4',
  ],
  ['plain', [1, 2, 3], { out: [1, 2, 3, 4, 5] }, 'out: wrong type; expected a Float32Array, got [1, 2, 3, 4, 5]'],
  [
    'plain',
    [1, 2, 3],
    { ouput: 1 },
    'run: unknown option "ouput"; expected mask, lengths, batch, initialState, out, got "ouput"',
  ],
  [
    'plain',
    [1, 2, 3],
    null,
    'run: options are no object; expected an object with mask, lengths, batch, initialState, out, got null',
  ],
  [
    'plain',
    [1, 2, 3],
    [],
    'run: options are no object; expected an object with mask, lengths, batch, initialState, out, got []',
  ],
  [
    'plain',
    [1, 2, 3],
    Float32Array.of(0),
    'run: options are no object; expected an object with mask, lengths, batch, initialState, out, got Float32Array(1)',
  ],
  ['plain', [1, 2, 3], { initialState: [] }, 'state: wrong number of layers; expected 1 entries (lstm0), got 0'],
  ['plain', [1, 2, 3], { initialState: 3 }, 'state: wrong number of layers; expected 1 entries (lstm0), got 3'],
  [
    'plain',
    [1, 2, 3],
    { initialState: [{ h: [1] }] },
    'state of layer "lstm0", h: wrong length; expected 5 numbers (batch 1 · 5), got 1',
  ],
  [
    'plain',
    [1, 2, 3],
    { initialState: [{ h: [1, 2, 3, 4, 5] }] },
    'state of layer "lstm0", c: wrong length; expected 5 numbers (batch 1 · 5), got undefined',
  ],
  [
    'plain',
    [1, 2, 3],
    { initialState: [{ h: [1, 2, 3, 4, 5], c: [1, 2, 3, 4, 5], d: 1 }] },
    'state of layer "lstm0": unknown option "d"; expected h, c, layer, type, gates, got "d"',
  ],
  ['ids', [0, 4], undefined, 'input "x": not a token id; expected a whole number in [0, 4) at 1, got 4'],
  ['ids', [0, -1], undefined, 'input "x": not a token id; expected a whole number in [0, 4) at 1, got -1'],
  ['ids', [0.5], undefined, 'input "x": not a token id; expected a whole number in [0, 4) at 0, got 0.5'],
  ['ids', [[0], [1, 2]], undefined, 'input "x": ragged array; expected 1 entries at depth 1, got 2'],
  [
    'ids',
    { data: [0, 1, 2], shape: [2, 2] },
    undefined,
    'input "x": wrong shape; expected [time, 1] or [batch, time, 1], got [2, 2] with 3 numbers',
  ],
  ['ids', BigInt64Array.of(5n), undefined, 'input "x": not a token id; expected a whole number in [0, 4) at 0, got 5'],
  ['ids', [1n], undefined, 'input "x": not a number; expected a number at 0, got 1'],
  ['ids', ['1'], undefined, 'input "x": not a number; expected a number at 0, got "1"'],
  ['vec', [1, 2], undefined, 'input "x": wrong length; expected 3 numbers (batch 1 · features 3), got 2'],
  ['vec', [1, 2, 3], { batch: 2 }, 'input "x": wrong length; expected 6 numbers (batch 2 · features 3), got 3'],
  [
    'vec',
    { data: [1, 2, 3], shape: [3, 1] },
    undefined,
    'input "x": wrong shape; expected [3] or [batch, 3], got [3, 1] with 3 numbers',
  ],
  ['vec', [[1, 2]], undefined, 'input "x": wrong shape; expected [3] or [batch, 3], got [1, 2] with 2 numbers'],
  [
    'fixed',
    { data: [1, 2, 3], shape: [1, 3] },
    undefined,
    'input "x": wrong shape; expected [4, 3] or [batch, 4, 3], got [1, 3] with 3 numbers',
  ],
  [
    'fixed',
    [[1, 2, 3]],
    undefined,
    'input "x": wrong shape; expected [4, 3] or [batch, 4, 3], got [1, 3] with 3 numbers',
  ],
  [
    'laid',
    { data: [1, 2, 3, 4, 5, 6], shape: [2, 2, 3] },
    undefined,
    'input "x": wrong shape; expected [time, batch, 3] (the file\'s own order), got [2, 2, 3] with 6 numbers',
  ],
  [
    'laid',
    [[1, 2]],
    undefined,
    'input "x": wrong shape; expected [time, 3] or [batch, time, 3], got [1, 2] with 2 numbers',
  ],
];

describe('a run says what was wrong', () => {
  it.each(REFUSED)('%s %o %o: %s', (name, x, options, message) => {
    const run = MODELS[name].run as (...all: unknown[]) => unknown;
    const read = () => run.call(MODELS[name], x, ...(options === undefined ? [] : [options]));
    expect(read).toThrow(InputError);
    expect(read).toThrow(expect.objectContaining({ message }));
  });
});

const ACCEPTED: [keyof typeof MODELS, unknown, object, number][] = [
  ['plain', [1, 2, 3], {}, 1],
  ['plain', [1, 2, 3, 4, 5, 6], { batch: 2 }, 2],
  ['plain', [[1, 2, 3]], {}, 1],
  ['plain', [[[1, 2, 3]], [[4, 5, 6]]], {}, 2],
  ['plain', [Float32Array.of(1, 2, 3)], {}, 1],
  ['plain', Float64Array.of(1, 2, 3), {}, 1],
  ['plain', { data: [1, 2, 3], shape: [1, 3] }, {}, 1],
  ['plain', { data: [1, 2, 3, 4, 5, 6], shape: [2, 1, 3] }, { batch: 2 }, 2],
  ['plain', [1, 2, 3], { mask: [true] }, 1],
  ['plain', [1, 2, 3], { lengths: [1] }, 1],
  ['ids', [0, 3], {}, 2],
  ['ids', BigInt64Array.of(0n, 3n), {}, 2],
  ['ids', [[0], [3]], { batch: 2 }, 2],
  ['ids', { data: Uint8Array.of(1, 2), shape: [2] }, {}, 2],
  ['ids', { data: [1, 2], shape: [1, 2] }, {}, 2],
  ['ids', { data: [1, 2], shape: [2, 1] }, {}, 2],
  ['vec', [1, 2, 3], {}, 1],
  ['vec', { data: [1, 2, 3], shape: [3] }, {}, 1],
  ['vec', { data: [1, 2, 3, 4, 5, 6], shape: [2, 3] }, {}, 2],
  ['fixed', Array(24).fill(1), { batch: 2 }, 8],
  ['laid', { data: [1, 2, 3, 4, 5, 6], shape: [1, 2, 3] }, {}, 2],
  ['laid', { data: [1, 2, 3, 4, 5, 6], shape: [2, 1, 3] }, {}, 2],
];

it.each(ACCEPTED)('%s takes %o %o: %i timesteps in all', (name, x, options, rows) => {
  const model = MODELS[name];
  const features = name === 'ids' ? 2 : 3;
  const y = model.run(x as number[], options);
  expect(y.length).toBe(rows * features);
  // What is asked for is there afterwards.
  const out = new Float32Array(rows * features);
  expect(model.run(x as number[], { ...options, out })).toEqual(y);
  expect(out).toEqual(y);
});

describe('a spec says what was wrong', () => {
  const sound = {
    inputs: [{ name: 'x', features: 3 }],
    nodes: [{ type: 'activation', name: 'a', inputs: ['x'], activation: 'tanh' }],
    outputs: ['a'],
    tensors: {},
  };
  const node = { type: 'activation', name: 'a', inputs: ['x'], activation: 'tanh' };
  const tensor = (shape: unknown, data: unknown = new Float32Array(2)) => ({ tensors: { t: { shape, data } } });
  it.each<[object, string]>([
    [{ inputs: [{ features: 3 }] }, 'spec.inputs: an input without a name; expected a name, got undefined'],
    [{ inputs: [{ name: '', features: 3 }] }, 'spec.inputs: an input without a name; expected a name, got ""'],
    [{ nodes: [{ ...node, name: 3 }] }, 'spec.nodes: a node without a name; expected a name, got 3'],
    [
      { nodes: [{ ...node, name: 'n'.repeat(4097) }] },
      'spec.nodes: a name too long; expected at most 4096 characters, got 4097',
    ],
    [
      { inputs: [{ name: 'x', features: 3, kind: 'row' }] },
      'input "x": unknown kind; expected sequence or vector, got "row"',
    ],
    [
      { inputs: [{ name: 'x', features: 3, dtype: 'f32' }] },
      'input "x": unknown dtype; expected float32 or int32, got "f32"',
    ],
    [{ inputs: [{ name: 'x', features: 3, kind: 'vector', time: 4 }] }, 'input "x": a vector has no time'],
    [
      { inputs: [{ name: 'x', features: 3, time: '' }] },
      'input "x", time: an open time without a name; expected a name, got ""',
    ],
    [{ nodes: [{ ...node, inputs: ['z'] }] }, 'node "a", inputs: no value "z" before this point; expected x, got "z"'],
    [tensor(3), 'tensor "t", shape: '],
    [tensor([0.5]), 'tensor "t", shape: '],
    [tensor([2], [1, 2]), 'tensor "t": wrong data; expected a Float32Array, got [1, 2]'],
    [tensor([3]), 'tensor "t": '],
    [{ layouts: 3 }, 'spec.layouts: no layouts; expected a record of layouts, got 3'],
    [{ layouts: { z: { axes: [] } } }, 'layout "z": not an input or output; expected x, a, got "z"'],
    [
      { layouts: { x: { axes: ['batch', 'time', 'space'] } } },
      'layout "x": not an axis; expected batch, time or a size, got "space"',
    ],
    [{ layouts: { x: { axes: ['time', 'time', 3] } } }, 'layout "x": a second time axis; expected one, got '],
    [{ layouts: { x: { axes: ['batch', 3] } } }, 'layout "x": a sequence without a time axis; got '],
    [
      { layouts: { x: { axes: ['time', 4] } } },
      'layout "x": sizes that are not the features; expected a product of 3, got ',
    ],
    [
      { layouts: { x: { axes: ['time', 3], batch: 2 } } },
      'layout "x": a batch without an axis; expected a batch axis, got ',
    ],
    [{ carries: [{ input: 'z', output: 'a' }] }, 'carry "z": not an input'],
    [
      { carries: [{ input: 'x', output: 'a' }] },
      'carry "x": "x" has the wrong shape; expected a vector of 3, got a sequence of 3',
    ],
    [{ nodes: [{ ...node, activation: 'tan' }] }, 'node "a", activation: unknown activation; expected '],
    [
      { nodes: [{ ...node, activation: { type: 'elu' } }] },
      'node "a", activation: activation elu needs alpha; expected a finite number, got undefined',
    ],
    [
      { nodes: [{ ...node, activation: { type: 'elu', alpha: 1, beta: 2 } }] },
      'node "a", activation: activation elu has no parameter beta; expected alpha, got beta',
    ],
    [
      { nodes: [{ ...node, activation: { type: 'tanh', alpha: 1 } }] },
      'node "a", activation: activation tanh has no parameter alpha; expected no parameters, got alpha',
    ],
  ])('%o: %s', async (change, message) => {
    const error = await createModel({ ...sound, ...change } as never).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(SpecError);
    expect((error as Error).message).toMatch(new RegExp(`^${message.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}`));
    // Where more follows, it is what was given.
    if (!message.endsWith(' ')) expect((error as Error).message).toBe(message);
  });
});

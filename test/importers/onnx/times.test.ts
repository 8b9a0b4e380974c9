import { describe, expect, it } from 'vitest';
import { fromOnnx, readOnnx } from '../../../src/importers/onnx/index.js';
import { createModel, type ModelSpec } from '../../../src/index.js';
import { floats, type Input, ints, model, node, type Parts } from './build.js';

// Which times the inputs of a file have: one for all, several that it fixes, or open ones of their own.

const spec = (parts: Parts): ModelSpec => fromOnnx(model(parts));
const times = ({ inputs }: ModelSpec) =>
  inputs.map(({ name, time, kind }) => [name, kind === 'vector' ? 'vector' : time]);
const of = (...dims: (string | number)[]): Input => ({ dims });
const ids = (...dims: (string | number)[]): Input => ({ dims, type: 7 });

/** The mean of each of two inputs over an axis, side by side. */
const means = (
  a: Input,
  b: Input,
  axes = [1],
  before: Parts['nodes'] = [node('Tanh', 'a', 'p'), node('Tanh', 'b', 'q')],
): Parts => ({
  inputs: { a, b },
  init: { E: floats([9, 3]), K: floats([4, 3, 3]) },
  nodes: [
    ...before,
    node('ReduceMean', 'p', 'm', { axes, keepdims: 0 }),
    node('ReduceMean', 'q', 'n', { axes, keepdims: 0 }),
    node('Concat', 'm n', 'Y', { axis: 1 }),
  ],
});
const lookUp = [node('Gather', 'E a', 'p'), node('Gather', 'E b', 'q')];
const slide = [node('Conv', 'a K', 'p'), node('Conv', 'b K', 'q')];

describe('ONNX, the times of several inputs', () => {
  it.each<[string, Parts, unknown[]]>([
    [
      'windows',
      means(of('n', 5, 3), of('n', 7, 3)),
      [
        ['a', 5],
        ['b', 7],
      ],
    ],
    [
      'windows of one row',
      means(of(1, 5, 3), of(1, 7, 3)),
      [
        ['a', 5],
        ['b', 7],
      ],
    ],
    [
      'windows of ids',
      means(ids('n', 5), ids('n', 7), [1], lookUp),
      [
        ['a', 5],
        ['b', 7],
      ],
    ],
    [
      'windows that convolutions slide over',
      means(of('n', 3, 8), of('n', 3, 9), [2], slide),
      [
        ['a', 8],
        ['b', 9],
      ],
    ],
    [
      'windows, time first',
      means(of(5, 'n', 3), of(7, 'n', 3), [0]),
      [
        ['a', 5],
        ['b', 7],
      ],
    ],
    [
      'two of one length',
      means(of('n', 5, 3), of('n', 5, 3)),
      [
        ['a', undefined],
        ['b', undefined],
      ],
    ],
    [
      'a window and an open time',
      means(of('n', 't', 3), of('n', 7, 3)),
      [
        ['a', undefined],
        ['b', 7],
      ],
    ],
    [
      'open, of one name',
      means(of('n', 't', 3), of('n', 't', 3)),
      [
        ['a', undefined],
        ['b', undefined],
      ],
    ],
    [
      'open, of two names',
      means(of('n', 't', 3), of('n', 'u', 3)),
      [
        ['a', undefined],
        ['b', 'b'],
      ],
    ],
    [
      'open ids of two names',
      means(ids('n', 't'), ids('n', 'u'), [1], lookUp),
      [
        ['a', undefined],
        ['b', 'b'],
      ],
    ],
    [
      'of two names, but one for the graph',
      { inputs: { a: of('n', 't', 3), b: of('n', 'u', 3) }, nodes: [node('Add', 'a b')] },
      [
        ['a', undefined],
        ['b', undefined],
      ],
    ],
    [
      'of two names, side by side',
      { inputs: { a: of('n', 't', 3), b: of('n', 'u', 3) }, nodes: [node('Concat', 'a b', 'Y', { axis: 2 })] },
      [
        ['a', undefined],
        ['b', undefined],
      ],
    ],
    [
      'of three names, of which two are one',
      {
        inputs: { a: of('n', 't', 3), b: of('n', 'u', 3), d: of('n', 'v', 3) },
        nodes: [node('Add', 'a d', 's'), node('ReduceMean', 'b', 'm', { axes: [1] }), node('Add', 's m')],
      },
      [
        ['a', undefined],
        ['b', 'b'],
        ['d', undefined],
      ],
    ],
    [
      'a window beside a vector',
      {
        ...means(of('n', 5, 3), of('n', 3)),
        nodes: [node('ReduceMean', 'a', 'm', { axes: [1], keepdims: 0 }), node('Add', 'm b')],
      },
      [
        ['a', undefined],
        ['b', 'vector'],
      ],
    ],
  ])('%s', async (_, parts, expected) => {
    const made = spec(parts);
    expect(times(made)).toEqual(expected);
    (await createModel(made)).dispose();
    const apart = made.inputs.flatMap(({ time }) =>
      typeof time === 'string' ? [`an open time of its own, "${time}"`] : [],
    );
    expect(readOnnx(model(parts)).report.notes.flatMap((note) => /an open time .*/.exec(note) ?? [])).toEqual(apart);
  });

  it('of more than three names, they are all one or all different', () => {
    const names = ['a', 'b', 'd', 'e', 'f'];
    const inputs = Object.fromEntries(names.map((name) => [name, of('n', `t_${name}`, 3)]));
    expect(times(spec({ inputs, nodes: [node('Sum', 'a b d e f')] }))).toEqual(names.map((name) => [name, undefined]));
    const nodes = names.map((name) => node('ReduceMean', name, `m_${name}`, { axes: [1], keepdims: 0 }));
    const own = names.map((name) => [name, name === 'a' ? undefined : name]);
    expect(times(spec({ inputs, nodes: [...nodes, node('Sum', names.map((name) => `m_${name}`).join(' '))] }))).toEqual(
      own,
    );
  });

  it('each run works them out', async () => {
    const made = await createModel(spec(means(of('n', 't', 3), of('n', 'u', 3))));
    const ones = (time: number) => ({ data: new Float32Array(2 * time * 3).fill(1), shape: [2, time, 3] });
    const y = made.runNamed({ a: ones(4), b: ones(7) }).Y;
    expect(y?.shape).toEqual([2, 6]);
    expect(y?.data[0]).toBeCloseTo(Math.tanh(1), 5);
    expect(() => made.createStream()).toThrow(/cannot stream/);
  });
});

describe('ONNX, axes of outputs', () => {
  const lstm = { W: floats([1, 8, 3]), R: floats([1, 8, 2]), one: ints([1]), rows: ints([-1, 2]) };
  const timeFirst = { X: of('t', 'n', 3) };
  const layer = node('LSTM', 'X W R', 'y', { hidden_size: 2 });

  it('rows of all timesteps say both axes, in the file’s order of numbers', () => {
    const { layouts } = spec({ inputs: timeFirst, init: lstm, nodes: [layer, node('Reshape', 'y rows')] });
    expect(layouts).toEqual({ X: { axes: ['time', 'batch', 3] }, Y: { axes: ['time', 'batch', 2] } });
  });

  it('one value in two orders', async () => {
    const nodes = [layer, node('Squeeze', 'y one', 'Y'), node('Transpose', 'Y', 'Z', { perm: [1, 2, 0] })];
    const made = await createModel(spec({ inputs: timeFirst, init: lstm, nodes, outputs: ['Y', 'Z'] }));
    const { Y, Z } = made.runNamed({ X: { data: floats([4, 2, 3]).floatData, shape: [4, 2, 3] } });
    expect([Y?.axes, Z?.axes]).toEqual([
      ['time', 'batch', 2],
      ['batch', 2, 'time'],
    ]);
    expect([Y?.shape, Z?.shape]).toEqual([
      [4, 2, 2],
      [2, 2, 4],
    ]);
    expect(Z?.data[1]).toBe(Y?.data[4]);
  });

  it('a file of one timestep of nine rows means just that', () => {
    const nodes = [layer, node('Squeeze', 'y one', 'Y')];
    expect(spec({ inputs: { X: of(1, 9, 3) }, init: lstm, nodes }).layouts?.X).toEqual({
      axes: ['time', 'batch', 3],
      batch: 9,
    });
  });

  it('axes without a batch, and of one number', () => {
    expect(spec({ inputs: { X: of('t') }, nodes: [node('Tanh')] }).layouts).toEqual({
      X: { axes: ['time'] },
      Y: { axes: ['time'] },
    });
    expect(spec({ inputs: { X: of('n', 't') }, nodes: [node('Tanh')] }).layouts).toEqual({
      X: { axes: ['batch', 'time'] },
      Y: { axes: ['batch', 'time'] },
    });
  });

  it('several batches or times are refused', () => {
    const given = (roles: string[]) => () =>
      fromOnnx(model({ inputs: { X: of('n', 4, 5, 3) }, nodes: [node('Tanh')] }), { axes: { X: roles as ['batch'] } });
    const words = /input "X": options.axes has several batches or times; expected one of each at most, got batch, /;
    expect(given(['batch', 'fixed', 'time', 'features'])).toThrow(words);
    expect(given(['batch', 'batch', 'time', 'features'])).toThrow(words);
  });
});

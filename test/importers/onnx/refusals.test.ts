import { readFileSync } from 'node:fs';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { fromOnnx, type OnnxOptions, readOnnx } from '../../../src/importers/onnx/index.js';
import { createModel } from '../../../src/index.js';
import { refusal } from '../support.js';
import {
  AttributeSchema,
  type Graph,
  type Model,
  ModelSchema,
  type Node,
  StringStringEntrySchema,
} from './proto/onnx_pb.js';

const cases: { name: string; model: string }[] = JSON.parse(
  readFileSync(new URL('../../golden/onnx-files/models.json', import.meta.url), 'utf8'),
);
const golden = (name: string): Uint8Array =>
  new Uint8Array(Buffer.from(cases.find((one) => one.name === name)?.model as string, 'base64'));

/** A golden model, changed. */
function changed(name: string, change: (graph: Graph, model: Model) => void): Uint8Array {
  const model = fromBinary(ModelSchema, golden(name));
  change(model.graph as Graph, model);
  return toBinary(ModelSchema, model);
}
const node = (graph: Graph, type: string): Node => graph.node.find(({ opType }) => opType === type) as Node;
const said = (bytes: Uint8Array, options: OnnxOptions = {}): string => refusal(() => fromOnnx(bytes, options));

describe('what is refused, by name', () => {
  const attribute = (name: string, fields: object) => create(AttributeSchema, { name, ...fields });
  it.each<[string, string, (graph: Graph, model: Model) => void, RegExp]>([
    [
      'an unknown operator',
      'tanh',
      (graph) => Object.assign(node(graph, 'Tanh'), { opType: 'Wobble' }),
      /node "Y" \(Wobble\): an operator that is not honoured; .*got Wobble/,
    ],
    [
      'an operator of another domain',
      'tanh',
      (graph) => Object.assign(node(graph, 'Tanh'), { domain: 'mine' }),
      /an operator of another domain; expected ai.onnx, got mine/,
    ],
    [
      'a loop',
      'tanh',
      (graph) => Object.assign(node(graph, 'Tanh'), { opType: 'Loop' }),
      /node "Y" \(Loop\): no body; expected a graph/,
    ],
    [
      'an unknown attribute',
      'lstm',
      (graph) => node(graph, 'LSTM').attribute.push(attribute('wobble', { i: 1n, type: 2 })),
      /node "lstm" \(LSTM\): an attribute that is not honoured: wobble/,
    ],
    [
      'an unknown activation',
      'lstm_relu',
      (graph) =>
        Object.assign(node(graph, 'LSTM').attribute.find(({ name }) => name === 'activations') as object, {
          strings: ['Sigmoid', 'Wobble', 'Tanh'].map((text) => new TextEncoder().encode(text)),
        }),
      /an unknown activation; expected affine, .*got Wobble/,
    ],
    [
      'an unknown direction',
      'lstm_reverse',
      (graph) =>
        Object.assign(node(graph, 'LSTM').attribute.find(({ name }) => name === 'direction') as object, {
          s: new TextEncoder().encode('sideways'),
        }),
      /an unknown direction; expected forward, reverse or bidirectional, got sideways/,
    ],
    [
      'hidden_size that W contradicts',
      'lstm',
      (graph) =>
        Object.assign(node(graph, 'LSTM').attribute.find(({ name }) => name === 'hidden_size') as object, { i: 5n }),
      /W does not fit hidden_size/,
    ],
    [
      'W of another shape',
      'lstm',
      (graph) =>
        Object.assign(graph.initializer.find(({ name }) => name === 'W') as object, {
          dims: [1n, 16n, 2n],
          rawData: new Uint8Array(128),
        }),
      /W has the wrong shape; expected \[1,16,3\], got \[1,16,2\]/,
    ],
    [
      'weights that are no constants',
      'lstm',
      (graph) => (node(graph, 'LSTM').input[1] = 'X'),
      /W is not constant; expected weights in the file, got a value made at run time/,
    ],
    [
      'an operator set that is too old',
      'tanh',
      (_, model) => Object.assign(model.opsetImport[0] as object, { version: 6n }),
      /an operator set that is too old; expected 7 to 28, got 6/,
    ],
    [
      'an input that nothing makes',
      'tanh',
      (graph) => (node(graph, 'Tanh').input[0] = 'nobody'),
      /nothing makes input "nobody"/,
    ],
    [
      'an output that nothing makes',
      'tanh',
      (graph) => (node(graph, 'Tanh').output[0] = 'other'),
      /output "Y": nothing makes it/,
    ],
    [
      'a window over two axes',
      'conv_2d_flat',
      (graph) =>
        Object.assign(graph.initializer.find(({ name }) => name === 'W') as object, { dims: [5n, 6n, 3n, 1n] }),
      /kernel_shape contradicts W; expected \[3,1\], got \[1,3\]/,
    ],
    [
      'an unknown padding',
      'conv_same_upper',
      (graph) =>
        Object.assign(node(graph, 'Conv').attribute.find(({ name }) => name === 'auto_pad') as object, {
          s: new TextEncoder().encode('WRAP'),
        }),
      /a padding that is not honoured; expected NOTSET, VALID, SAME_UPPER, SAME_LOWER, got WRAP/,
    ],
    [
      'an initialiser of the wrong size',
      'matmul',
      (graph) => Object.assign(graph.initializer[0] as object, { rawData: new Uint8Array(8) }),
      /tensor "W": wrong size; expected 120 bytes, got 8/,
    ],
    [
      'an initialiser of a lying size',
      'matmul',
      (graph) => Object.assign(graph.initializer[0] as object, { dims: [1000000n, 1000000n] }),
      /tensor "W": wrong size/,
    ],
    [
      'an initialiser of strings',
      'matmul',
      (graph) => Object.assign(graph.initializer[0] as object, { dataType: 8 }),
      /a type that is not read; .*got type 8/,
    ],
  ])('%s', (_, name, change, expected) => {
    expect(said(golden(name))).toBe('nothing was thrown');
    expect(said(changed(name, change))).toMatch(expected);
  });

  it('a mean over the batch, where the file says which axis that is', () => {
    const bytes = changed('reducemean_1_0', (graph) =>
      Object.assign(node(graph, 'ReduceMean').attribute.find(({ name }) => name === 'axes') as object, { ints: [0n] }),
    );
    const axes = { X: ['batch', 'time', 'features'] } as const;
    expect(said(golden('reducemean_1_0'), { axes })).toBe('nothing was thrown');
    expect(said(bytes, { axes })).toMatch(
      /\(ReduceMean\): works across the batch; expected rows that stand alone; a batch of 1 in options.shapes, got axes \[0\]/,
    );
  });

  it('a branch that depends on the input', () => {
    const bytes = changed('if_scalar', (graph) => {
      graph.initializer = graph.initializer.filter(({ name }) => name !== 'sr');
      graph.input.push(structuredClone(graph.input[0]) as never);
      Object.assign(graph.input[1] as object, { name: 'sr' });
      Object.assign((graph.input[1] as { type: { tensorType: object } }).type.tensorType, {
        elemType: 7,
        shape: { dim: [], $typeName: 'gatewise.onnx.Shape' },
      });
    });
    expect(said(bytes)).toMatch(
      /node "Y" \(If\): a branch that depends on the input; expected options.inputs: \{ sr: … \}, which decides it, got condition "q"/,
    );
    expect(said(bytes, { inputs: { sr: 8 } })).toBe('nothing was thrown');
    expect(readOnnx(bytes, { inputs: { sr: 8 } }).report.notes).toContainEqual(
      expect.stringMatching(/takes then_branch/),
    );
    expect(readOnnx(bytes, { inputs: { sr: 9 } }).report.notes).toContainEqual(
      expect.stringMatching(/takes else_branch/),
    );
  });

  it('external data: missing, and beyond its file; given, it is read', async () => {
    const raw = fromBinary(ModelSchema, golden('matmul')).graph?.initializer[0]?.rawData as Uint8Array;
    const entry = (key: string, value: string) => create(StringStringEntrySchema, { key, value });
    const bytes = changed('matmul', (graph) => {
      Object.assign(graph.initializer[0] as object, {
        rawData: new Uint8Array(),
        dataLocation: 1,
        externalData: [entry('location', 'w.bin'), entry('offset', '8'), entry('length', '120')],
      });
    });
    expect(said(bytes)).toMatch(
      /tensor "W": its numbers are in another file; expected options.files\["w.bin"\], got no files/,
    );
    expect(said(bytes, { files: { 'w.bin': raw } })).toMatch(/beyond the end of its file/);
    const file = Uint8Array.from([...new Uint8Array(8), ...raw]);
    const [a, b] = [
      await createModel(fromOnnx(bytes, { files: { 'w.bin': file } })),
      await createModel(fromOnnx(golden('matmul'))),
    ];
    expect(a.run(new Float32Array(12).fill(0.5))).toEqual(b.run(new Float32Array(12).fill(0.5)));
  });

  it.each<[string, OnnxOptions, RegExp]>([
    ['an input that is not there', { inputs: { sr: 1 } }, /options: no such input; expected X, got sr/],
    ['sizes of another rank', { shapes: { X: [1] } }, /options.shapes has another rank; expected 3 sizes, got 1/],
    [
      'sizes that contradict the file',
      { shapes: { X: [1, 2, 9] } },
      /options.shapes contradicts the file; expected 6 for axis 2, got 9/,
    ],
    ['axes of another rank', { axes: { X: ['batch'] } }, /options.axes has another rank; expected 3 axes, got 1/],
    [
      'a state that is no output',
      { states: [{ input: 'X', output: 'Z' }] },
      /options.states: no such output; expected Y, got Z/,
    ],
  ])('options: %s', (_, options, expected) => {
    expect(said(golden('tanh'), options)).toMatch(expected);
  });

  it('bytes that are no model', () => {
    expect(said(new Uint8Array(0))).toBe('file: no graph; expected an ONNX model');
    expect(said(new TextEncoder().encode('hello there, this is no model'))).toMatch(
      /^file: not an ONNX model; expected a ModelProto, got /,
    );
  });
});

it('newer operator sets mean the same up to the newest that is known', () => {
  for (const name of ['lstm_peepholes', 'conv_groups', 'zero_state', 'pad_time_reflect', 'layer_norm']) {
    const at = (version: bigint) =>
      changed(name, (_, model) => Object.assign(model.opsetImport[0] as object, { version }));
    expect(fromOnnx(at(28n))).toEqual(fromOnnx(golden(name)));
    expect(said(at(29n))).toMatch(/an operator set that is too new; expected 7 to 28, got 29/);
  }
});

it('a state named h and hn is found, and carried', () => {
  const bytes = changed('gru_initial_inputs', (graph) => {
    node(graph, 'GRU').input[5] = 'h';
    Object.assign(graph.input.find(({ name }) => name === 'h0') as object, { name: 'h' });
    node(graph, 'GRU').output[1] = 'hn';
    graph.output.push(structuredClone(graph.output[0]) as never);
    Object.assign(graph.output[1] as object, { name: 'hn' });
  });
  const spec = fromOnnx(bytes);
  expect(spec.carries).toEqual([{ input: 'h', output: expect.any(String) }]);
  expect(spec.outputs).toEqual(['Y']);
  // Or left to the caller.
  const plain = fromOnnx(bytes, { states: [] });
  expect([plain.carries, plain.outputs]).toEqual([undefined, ['Y', 'hn']]);
});

import { create, toBinary } from '@bufbuild/protobuf';
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { describe, expect, it } from 'vitest';
import { fromOnnx, type OnnxOptions } from '../../../src/importers/onnx/index.js';
import { refusal } from '../support.js';
import { floats, type graph, model, node, type Parts } from './build.js';
import { ModelSchema, StringStringEntrySchema } from './proto/onnx_pb.js';
import { SEQUENCE } from './refused.js';

// What a file holds beside what is read: a field that could change a number is refused where it is used, others are passed over.

type Made = ReturnType<typeof graph>;
const said = (parts: Parts, change: (made: Made) => void = () => {}, options: OnnxOptions = SEQUENCE): string =>
  refusal(() => fromOnnx(model(parts, change), options));

/** Adds a field that the schema of these tests does not have. */
function put(message: object | undefined, no: number): void {
  Object.assign(message as object, {
    $unknown: [{ no, wireType: WireType.LengthDelimited, data: new BinaryWriter().string('?').finish() }],
  });
}

const softmax = (): Parts => ({ nodes: [node('Softmax', 'X', 'Y', { axis: 2 })] });
const dense: Parts = { nodes: [node('MatMul', 'X W')], init: { W: floats([6, 2]) } };

describe('ONNX: fields of the protobuf', () => {
  it('that nobody knows are refused where they are used, by number or name', () => {
    expect(said(softmax(), (made) => put(made, 99))).toMatch(
      /^graph: fields that are not honoured; expected those of onnx.proto that are read, got field 99/,
    );
    expect(said(softmax(), (made) => put(made.node[0], 77))).toMatch(/^node "Softmax.Y" \(Softmax\): .*got field 77/);
    expect(said(softmax(), (made) => put(made.node[0]?.attribute[0], 22))).toMatch(/\(Softmax\): .*got sparse_tensor/);
    expect(said(dense, (made) => put(made.initializer[0], 3))).toMatch(/^tensor "W": .*got segment/);
    expect(said(softmax(), (made) => put(made.input[0]?.type?.tensorType, 9))).toMatch(/^input "X": .*got field 9/);
    const file = create(ModelSchema, { opsetImport: [{ version: 17n }] });
    put(file, 90);
    expect(refusal(() => fromOnnx(toBinary(ModelSchema, file)))).toMatch(/^file: .*got field 90/);
  });

  it('that change no number are passed over, and those of nodes that nothing needs', () => {
    const bytes = model({ nodes: [...softmax().nodes, node('Tanh', 'X', 'other')] }, (made) => {
      put(made, 10);
      put(made.node[0], 9);
      put(made.node[1], 99);
    });
    expect(fromOnnx(bytes, SEQUENCE).nodes).toHaveLength(1);
  });

  it('of an attribute hold what the operator asks for', () => {
    const axis = (type: number) => (made: Made) => Object.assign(made.node[0]?.attribute[0] as object, { type });
    expect(fromOnnx(model(softmax(), axis(2)), SEQUENCE).nodes).toHaveLength(1);
    expect(said(softmax(), axis(1))).toMatch(/\(Softmax\): attribute axis is of another kind; expected INT, got FLOAT/);
    const refers = (made: Made) => Object.assign(made.node[0]?.attribute[0] as object, { refAttrName: 'a' });
    expect(said(softmax(), refers)).toMatch(/attribute axis is that of a function; expected a value, got a/);
  });

  it('a function is called with what it has', () => {
    const functions = [{ name: 'F', domain: 'local', input: ['a'], output: ['b'], node: [node('Tanh', 'a', 'b')] }];
    expect(said({ nodes: [node('F', 'X X', 'Y', {}, 'local')], functions })).toMatch(
      /function "F": more inputs than it has; expected 1, got 2/,
    );
  });
});

describe('ONNX: external data', () => {
  const bytes = new Uint8Array(Float32Array.from({ length: 14 }, (_, i) => i).buffer);
  const external =
    (entries: Readonly<Record<string, string>>) =>
    (made: Made): void => {
      Object.assign(made.initializer[0] as object, {
        floatData: [],
        dataLocation: 1,
        externalData: Object.entries(entries).map(([key, value]) => create(StringStringEntrySchema, { key, value })),
      });
    };
  const read = (entries: Readonly<Record<string, string>>, files: Readonly<Record<string, Uint8Array>>) => {
    const spec = fromOnnx(model(dense, external(entries)), { ...SEQUENCE, files });
    return Object.values(spec.tensors)[0]?.data;
  };

  it('is found by its plain path, however the model and the caller write it', () => {
    const wanted = read({ location: 'w.bin', offset: '8' }, { 'w.bin': bytes });
    expect(wanted?.[0]).toBe(2);
    for (const [location, name] of [
      ['./w.bin', 'w.bin'],
      ['w.bin', './w.bin'],
      ['.//w.bin', 'a/../w.bin'],
      ['data\\..\\w.bin', '.\\w.bin'],
    ] as const)
      expect(read({ location, offset: '8', length: '48', checksum: 'x' }, { [name]: bytes })).toEqual(wanted);
  });

  it('stays within the folder of the model', () => {
    for (const location of ['../w.bin', 'a/../../w.bin', '/w.bin', 'C:\\w.bin', '..'])
      expect(
        said(dense, external({ location }), { ...SEQUENCE, files: { 'w.bin': bytes, '../w.bin': bytes } }),
      ).toMatch(/tensor "W": a file outside the model's folder; expected a path within it, got /);
  });

  it('is refused where it is given twice or of another kind', () => {
    const nowhere = (made: Made) => Object.assign(made.initializer[0] as object, { dataLocation: 2 });
    expect(said(dense, nowhere)).toMatch(
      /tensor "W": data in an unknown place; expected in the file or beside it, got 2/,
    );
    expect(said(dense, external({ location: 'w.bin' }), { files: { 'w.bin': bytes, './w.bin': bytes } })).toMatch(
      /options.files\["\.\/w.bin"\]: a second file of this name; expected one, got w.bin/,
    );
    expect(said(dense, external({ location: 'w.bin', basepath: 'x' }))).toMatch(
      /tensor "W": external data of another kind; expected location, offset, length, got basepath/,
    );
  });
});

it('ONNX: options are checked, names and values', () => {
  const given = (options: object): string => said(softmax(), undefined, options as OnnxOptions);
  expect(given({ shape: {} })).toMatch(
    /^options: unknown field; expected inputs, shapes, axes, states, files, limits, got "shape"/,
  );
  expect(given({ shapes: { X: [0] } })).toMatch(/^options.shapes: not usable; expected a list of sizes/);
  expect(given({ axes: { X: ['batch', 'frames'] } })).toMatch(
    /^options.axes: not usable; expected a list of batch, time/,
  );
  expect(given({ inputs: { X: '1' } })).toMatch(/^options.inputs: not usable; expected a number, or a list/);
  expect(given({ states: [{ input: 'X' }] })).toMatch(
    /^options.states: not usable; expected a list of { input, output }/,
  );
  expect(given({ files: { a: 'text' } })).toMatch(/^options.files: not usable; expected bytes by name/);
});

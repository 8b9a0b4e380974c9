import { create, toBinary } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { fromOnnx } from '../../../src/importers/onnx/index.js';
import { checkOperands } from '../../../src/importers/onnx/operands.js';
import { refusal } from '../support.js';
import { float, floats, graph, ints, model, node, type Parts } from './build.js';
import { AttributeSchema, type Graph, ModelSchema, NodeSchema, OperatorSetIdSchema } from './proto/onnx_pb.js';
import { SEQUENCE } from './refused.js';

// What a file says twice, or in another way than the operators' schemas have it, is refused: one of the two would be passed over in silence.

const said = (parts: Parts, change?: (made: Graph) => void): string =>
  refusal(() => fromOnnx(model(parts, change), SEQUENCE));
const tanh: Parts = { nodes: [node('Tanh')] };

describe('ONNX: names that stand twice', () => {
  it('outputs', () => {
    expect(said({ ...tanh, outputs: ['Y', 'Y'] })).toBe(
      'graph: two outputs of one name; expected each name once, got Y',
    );
  });
  it('initialisers', () => {
    const twice = (made: Graph): void => {
      made.initializer.push({ ...floats([6]), name: 'b' });
    };
    expect(said({ nodes: [node('Add', 'X b')], init: { b: floats([6]) } }, twice)).toBe(
      'graph: two initialisers of one name; expected each name once, got b',
    );
  });
  it('inputs', () => {
    const twice = (made: Graph): void => {
      made.input.push(...made.input);
    };
    expect(said(tanh, twice)).toBe('graph: two inputs of one name; expected each name once, got X');
  });
  it('values, of nodes and beside inputs', () => {
    const two = [node('Tanh'), node('Relu')];
    expect(said({ nodes: two })).toBe('graph: two values of one name; expected each name once, got Y');
    expect(said({ nodes: [node('Tanh', 'X', 'X'), node('Relu')] })).toBe(
      'graph: two values of one name; expected each name once, got X',
    );
  });
  it('values of a branch', () => {
    const branch = graph({ nodes: [node('Tanh', 'X', 'b'), node('Relu', 'X', 'b')], outputs: ['b'] });
    const parts: Parts = {
      nodes: [node('If', 'yes', 'Y', { then_branch: branch, else_branch: branch })],
      init: { yes: { ...ints([1], []), dataType: 9, int64Data: [], int32Data: [1] } },
    };
    expect(said(parts)).toBe('graph: two values of one name; expected each name once, got b');
  });
  it('attributes', () => {
    const soft = node('Softmax', 'X', 'Y', { axis: -1 });
    soft.attribute.push(...soft.attribute);
    expect(said({ nodes: [soft] })).toMatch(/Softmax\): two attributes of one name; expected each name once, got axis/);
  });
  it('functions, operator sets, the graph', () => {
    const made = { name: 'F', domain: 'local', input: ['a'], output: ['b'], node: [node('Tanh', 'a', 'b')] };
    expect(said({ nodes: [node('F', 'X', 'Y', {}, 'local')], functions: [made, made] })).toBe(
      'file: two functions of one name; expected each name once, got local:F:',
    );
    const sets = [17n, 12n].map((version, index) =>
      create(OperatorSetIdSchema, { version, domain: index === 0 ? '' : 'ai.onnx' }),
    );
    const more = toBinary(ModelSchema, create(ModelSchema, { opsetImport: sets }));
    expect(
      refusal(() =>
        fromOnnx(new Uint8Array([...toBinary(ModelSchema, create(ModelSchema, { graph: graph(tanh) })), ...more])),
      ),
    ).toBe('file: two operator sets of one name; expected each name once, got ');
    const twice = new Uint8Array([
      ...model(tanh),
      ...toBinary(ModelSchema, create(ModelSchema, { graph: graph(tanh) })),
    ]);
    expect(refusal(() => fromOnnx(twice))).toBe('file: not an ONNX model; expected a ModelProto, got graph twice');
  });
});

describe('ONNX: what schemas do not have', () => {
  it.each([
    [
      'a float for a whole number',
      node('Softmax', 'X', 'Y', { axis: float(1) }),
      /attribute axis is of another kind; expected INT, got FLOAT/,
    ],
    [
      'a list for a number',
      node('LeakyRelu', 'X', 'Y', { alpha: [1, 2] }),
      /alpha is of another kind; expected FLOAT, got INTS/,
    ],
    [
      'a text for a number',
      node('LeakyRelu', 'X', 'Y', { alpha: 'a' }),
      /alpha is of another kind; expected FLOAT, got STRING/,
    ],
  ])('%s', (_, own, says) => {
    expect(said({ nodes: [own] })).toMatch(says);
  });
  it('too few operands, and single numbers for matrices', () => {
    const init = { i: ints([1], []), w: floats([6]) };
    expect(said({ nodes: [node('Equal', 'w w', 'e'), node('Where', 'e i')], init })).toMatch(
      /an input is not constant; expected .*, got nothing/,
    );
    expect(said({ nodes: [node('Range', 'i i')], init })).toMatch(/an end is not constant; expected .*, got nothing/);
    expect(said({ nodes: [node('MatMul', 'i i')], init })).toMatch(
      /a product of single numbers; expected vectors or matrices/,
    );
  });
  it('two values of one attribute', () => {
    const attribute = [create(AttributeSchema, { name: 'axis', i: -1n, f: 2, type: 2 })];
    const own = create(NodeSchema, { opType: 'Softmax', input: ['X'], output: ['Y'], attribute });
    expect(said({ nodes: [own] })).toMatch(/axis is of another kind; expected INT, got FLOAT/);
  });
  it.each([
    ['Tanh', 'X X', 17, 1, 2],
    ['Add', 'X X X', 17, 2, 3],
    ['Squeeze', 'X X', 12, 1, 2],
    ['Slice', 'X X', 9, 1, 2],
    ['Clip', 'X X X X', 13, 3, 4],
  ])('more operands: %s', (type, inputs, opset, most, got) => {
    expect(said({ nodes: [node(type, inputs)], opset })).toMatch(
      new RegExp(`${type}\\): more inputs than the operator has; expected ${most}, got ${got}`),
    );
  });
  it('as many operands as there are, and any number of those of Sum', () => {
    checkOperands('', node('Squeeze', 'X X'), '', 13);
    checkOperands('', node('Slice', 'X X X X X'), '', 10);
    checkOperands('', node('Sum', 'X '.repeat(50).trim()), '', 13);
    checkOperands('', node('FastGelu', 'X b'), 'com.microsoft', 13);
  });
  it.each([-1, Number.NaN])('a layer with a clip of %s', (clip) => {
    const parts: Parts = {
      nodes: [node('LSTM', 'X W R', 'Y', { hidden_size: 2, clip: float(clip) })],
      init: { W: floats([1, 8, 6]), R: floats([1, 8, 2]) },
    };
    expect(refusal(() => fromOnnx(model(parts), { axes: { X: ['time', 'batch', 'features'] } }))).toMatch(
      new RegExp(`a clip that bounds nothing; expected a number of at least 0, got ${clip}`),
    );
  });
});

describe('ONNX: declared outputs', () => {
  const declaring =
    (...dims: (number | string)[]) =>
    (made: Graph): void => {
      made.output.splice(0, 1, ...graph({ nodes: [], inputs: { Y: { dims } } }).input);
    };
  it('of another size or rank are refused', () => {
    expect(said(tanh, declaring('batch', 'time', 7))).toBe(
      'output "Y": is not what the file declares; expected [batch, time, 7], got [batch, time, 6]',
    );
    expect(said(tanh, declaring('batch', 6))).toMatch(/is not what the file declares; expected \[batch, 6\]/);
  });
  it('of the same, or open ones, are not', () => {
    expect(fromOnnx(model(tanh, declaring('batch', 'time', 6)), SEQUENCE).outputs).toEqual(['Y']);
    expect(fromOnnx(model(tanh, declaring('b', 't', 'f')), SEQUENCE).outputs).toEqual(['Y']);
  });
});

describe('ONNX: names of JavaScript', () => {
  it.each(['__proto__', 'constructor', 'valueOf', 'toString'])('%s for everything', (name) => {
    const parts: Parts = {
      nodes: [node('MatMul', `${name} w${name}`, `y${name}`), node('Add', `y${name} hasOwnProperty`, 'Y')],
      inputs: { [`${name}`]: { dims: ['batch', 'time', 6] } },
      init: { [`w${name}`]: floats([6, 2]), hasOwnProperty: floats([2]) },
    };
    const inputs = { [name]: { dims: ['batch', 'time', 6] } };
    if (name === '__proto__')
      Object.defineProperty(inputs, name, { value: { dims: ['batch', 'time', 6] }, enumerable: true });
    const spec = fromOnnx(model({ ...parts, inputs }));
    expect(spec.inputs.map((input) => input.name)).toEqual([name]);
    expect(spec.nodes.map(({ type }) => type)).toEqual(['dense', 'dropout']);
    const tensor = { nodes: [node('MatMul', `X w`)], init: { w: floats([6, 2]) }, outputs: ['Y'] };
    const renamed = fromOnnx(
      model(tensor, (made) => {
        for (const own of [made.node[0]?.input ?? []]) own[1] = name;
        for (const own of made.initializer) own.name = name;
      }),
    );
    expect(Object.keys(renamed.tensors)).toEqual([name]);
    expect(refusal(() => fromOnnx(model({ nodes: [node(name)] }), SEQUENCE))).toMatch(
      /an operator that is not honoured/,
    );
  });
});

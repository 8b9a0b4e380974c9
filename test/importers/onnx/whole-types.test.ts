import { describe, expect, it } from 'vitest';
import { fromOnnx } from '../../../src/importers/onnx/index.js';
import { castNumber, exactResult, ofType, wrapped } from '../../../src/importers/onnx/whole-types.js';
import { refusal } from '../support.js';
import { floats, ints, model, node } from './build.js';
import { SEQUENCE } from './refused.js';

// Whole numbers that are worked out at import have the width of their types, as in ONNX.

const [UINT8, INT8, UINT16, INT16, INT32, INT64, BOOL, UINT32, UINT64, FLOAT] = [2, 3, 4, 5, 6, 7, 9, 12, 13, 1];

describe('whole numbers at import', () => {
  it.each([
    [INT8, 200, -56],
    [INT8, -129, 127],
    [UINT8, -1, 255],
    [UINT8, 300, 44],
    [INT16, 40_000, -25_536],
    [UINT16, -2, 65_534],
    [INT32, 2 ** 31, -(2 ** 31)],
    [UINT32, -1, 2 ** 32 - 1],
    [INT64, 2 ** 53 - 1, 2 ** 53 - 1],
    [BOOL, 7, 1],
    [BOOL, 0, 0],
  ])('cast to type %s, %s is %s', (to, n, expected) => {
    expect(castNumber('', INT64, to, n)).toBe(expected);
  });

  it('from floats are cut, and must fit', () => {
    expect(castNumber('', FLOAT, INT32, -2.9)).toBe(-2);
    expect(Object.is(castNumber('', FLOAT, INT32, -0.5), 0)).toBe(true);
    for (const n of [Number.NaN, 2 ** 31, Number.POSITIVE_INFINITY])
      expect(refusal(() => castNumber('w', FLOAT, INT32, n))).toBe(
        `w: a cast of a number that the type does not hold; expected 32 bits, got ${n}`,
      );
  });

  it.each([
    ['Mul', INT32, 65_536, 65_536, 0],
    ['Mul', INT32, 1_000_003, 1_000_003, -721_379_959],
    ['Mul', INT64, 2 ** 40, 2 ** 30, 0],
    ['Mul', INT64, 3 * 2 ** 40 + 1, 2 ** 24, 2 ** 24],
    ['Add', INT32, 2 ** 31 - 1, 1, -(2 ** 31)],
    ['Sub', UINT8, 3, 5, 254],
    ['Pow', INT64, 3, 30, 205_891_132_094_649],
    ['Pow', INT32, 3, 30, Number(BigInt.asIntN(32, 3n ** 30n))],
    ['Pow', INT64, 2, 64, 0],
    ['Pow', INT64, 2, -1, 0],
    ['Div', INT8, -128, -1, -128],
  ])('%s in type %s of %s and %s is %s', (operator, type, a, b, expected) => {
    const plain: Record<string, number> = { Mul: a * b, Add: a + b, Sub: a - b, Pow: a ** b, Div: a / b };
    expect(exactResult('', operator, type, a, b, plain[operator] as number)).toBe(expected);
  });

  it('beyond 2^53 are not computed with', () => {
    for (const compute of [
      () => exactResult('w', 'Add', INT64, 2 ** 63, -1, 2 ** 63),
      () => exactResult('w', 'Mul', INT64, 2 ** 31, 2 ** 31, 2 ** 62),
      () => wrapped('w', INT32, 2 ** 63),
      () => castNumber('w', INT64, UINT64, -1),
    ])
      expect(refusal(compute)).toMatch(/^w: computes with whole numbers beyond 2\^53; expected smaller ones, got /);
  });

  it('that a file has beyond their type', () => {
    expect([...ofType('w', INT8, [-128, 127])]).toEqual([-128, 127]);
    expect(refusal(() => ofType('w', INT8, [1, 200]))).toBe(
      'w: element 1 is beyond its type; expected a number that the type holds, got 200',
    );
  });

  /** What is added to X. */
  const added = (nodes: ReturnType<typeof node>[], init: Parameters<typeof model>[0]['init']): unknown => {
    const spec = fromOnnx(
      model({ nodes: [...nodes, node('Cast', 'n', 'f', { to: 1 }), node('Add', 'X f')], init: init ?? {} }),
      SEQUENCE,
    );
    return spec.nodes[0];
  };
  const adds = (beta: number): object => ({ activation: { type: 'affine', alpha: 1, beta } });

  it('wrap in folded nodes, by the type of each', () => {
    const cast = [node('Cast', 'a', 'i', { to: INT8 }), node('Add', 'i i', 'n')];
    expect(added(cast, { a: ints([100], []) })).toMatchObject(adds(-56));
    expect(
      added([node('Mul', 'a a', 'n')], {
        a: { ...ints([65_537], []), dataType: INT32, int64Data: [], int32Data: [65_537] },
      }),
    ).toMatchObject(adds(131_073));
    expect(added([node('Cast', 'a', 'i', { to: UINT8 }), node('Neg', 'i', 'n')], { a: ints([1], []) })).toMatchObject(
      adds(255),
    );
    const sum = [node('Cast', 'a', 'i', { to: INT8 }), node('ReduceSum', 'i', 'n', { keepdims: 0 })];
    expect(added(sum, { a: ints([100, 100]) })).toMatchObject(adds(-56));
  });

  it('of which it can not be said which is larger', () => {
    const nodes = [node('Less', 'a a', 'l'), node('Cast', 'l', 'n', { to: INT64 })];
    const a = { ...ints([0], []), int64Data: [2n ** 62n] };
    expect(refusal(() => added(nodes, { a }))).toMatch(/computes with whole numbers beyond 2\^53/);
    expect(added([node('Min', 'a b', 'n')], { a, b: ints([3], []) })).toMatchObject(adds(3));
  });

  it('of int8 weights are dequantised exactly, for each place and for all', () => {
    const W = { ...ints([], [2, 3]), dataType: INT8, int64Data: [], int32Data: [-128, 127, 0, 1, -1, 5] };
    const zero = { ...ints([], [3]), dataType: INT8, int64Data: [], int32Data: [0, -1, 2] };
    const spec = fromOnnx(
      model({
        nodes: [node('DequantizeLinear', 'W s z', 'w', { axis: 1 }), node('MatMul', 'X w')],
        inputs: { X: { dims: ['batch', 'time', 2] } },
        init: { W, s: floats([3], [0.5, 0.25, 2]), z: zero },
      }),
    );
    expect([...(Object.values(spec.tensors)[0]?.data ?? [])]).toEqual([-64, 0.5, 32, 0, -4, 6]);
  });
});

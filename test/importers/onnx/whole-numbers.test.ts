import { describe, expect, it } from 'vitest';
import { fromOnnx } from '../../../src/importers/onnx/index.js';
import { createModel } from '../../../src/index.js';
import { floats, type Input, ints, model, node, type Parts } from './build.js';

// Inputs of whole numbers: ids of an embedding, numbers, or both; and what whole numbers are divided by.

const whole = (...dims: (string | number)[]): Record<string, Input> => ({ X: { dims, type: 7 } });
const perRow = whole('batch', 1);

async function run(parts: Parts, data: readonly number[], shape: readonly number[]): Promise<number[]> {
  const made = await createModel(fromOnnx(model(parts)));
  return [...(made.run({ data: Float32Array.from(data), shape }) as Float32Array)];
}

describe('ONNX, inputs of whole numbers', () => {
  it('are numbers where nothing looks them up', async () => {
    const parts: Parts = {
      nodes: [node('Cast', 'X', 'f', { to: 1 }), node('Mul', 'f c')],
      inputs: perRow,
      init: { c: floats([], [0.5]) },
    };
    expect(fromOnnx(model(parts)).inputs).toEqual([{ name: 'X', features: 1, kind: 'vector' }]);
    expect(await run(parts, [3, -4], [2, 1])).toEqual([1.5, -2]);
    // Below 0 too, unlike ids.
    const negative: Parts = {
      nodes: [node('Less', 'X z', 'l'), node('Cast', 'l', 'Y', { to: 1 })],
      inputs: perRow,
      init: { z: ints([0], []) },
    };
    expect(await run(negative, [3, -4], [2, 1])).toEqual([0, 1]);
  });

  it('are ids and numbers at once', async () => {
    const parts: Parts = {
      nodes: [
        node('Gather', 'E X', 'e'),
        node('Equal', 'X z', 'n'),
        node('Not', 'n', 'm'),
        node('Cast', 'm', 'f', { to: 1 }),
        node('Unsqueeze', 'f two', 'u'),
        node('Mul', 'e u'),
      ],
      inputs: whole('batch', 'time'),
      init: { E: floats([3, 1], [5, 6, 7]), z: ints([0], []), two: ints([2]) },
    };
    const spec = fromOnnx(model(parts));
    expect(spec.inputs).toEqual([{ name: 'X', features: 1, dtype: 'int32' }]);
    const made = await createModel(spec);
    expect([...(made.run(Int32Array.of(2, 0, 1)) as Float32Array)]).toEqual([7, 0, 6]);
    expect(() => made.run(Int32Array.of(3))).toThrow(/not a token id/);
  });

  it('that nothing reads are not asked for', () => {
    const parts: Parts = {
      nodes: [node('Tanh')],
      inputs: { X: { dims: ['batch', 'time', 6] }, n: { dims: ['batch'], type: 7 } },
    };
    expect(fromOnnx(model(parts)).inputs.map(({ name }) => name)).toEqual(['X']);
  });
});

describe('ONNX, arithmetic with whole numbers', () => {
  const binary = (type: string, n: number): Parts => ({
    nodes: [node(type, 'X n')],
    inputs: perRow,
    init: { n: ints([n], []) },
  });
  const all = Array.from({ length: 4000 }, (_, i) => i);

  it.each([3, 7, 49, 160])('a quotient by %d is towards 0, and exact', async (n) => {
    expect(await run(binary('Div', n), all, [4000, 1])).toEqual(all.map((x) => Math.floor(x / n)));
    expect(await run(binary('Div', n), [-1, -n, 1 - 2 * n], [3, 1])).toEqual([-0, -1, -1]);
  });

  it.each([3, 7, 49])('what is left of a division by %d has the sign of that', async (n) => {
    expect(await run(binary('Mod', n), all, [4000, 1])).toEqual(all.map((x) => x % n));
    expect(await run(binary('Mod', n), [-1, -n], [2, 1])).toEqual([n - 1, 0]);
    expect(await run(binary('Mod', -n), [1, n], [2, 1])).toEqual([1 - n, 0]);
  });

  it('a quotient in floating point that is then cut is the same', async () => {
    const parts: Parts = {
      nodes: [
        node('Cast', 'X', 'f', { to: 1 }),
        node('Div', 'f n', 'q'),
        node('Floor', 'q', 'c'),
        node('Cast', 'c', 'w', { to: 7 }),
        node('Cast', 'w', 'Y', { to: 1 }),
      ],
      inputs: perRow,
      init: { n: floats([], [49]) },
    };
    expect(await run(parts, all, [4000, 1])).toEqual(all.map((x) => Math.floor(x / 49)));
  });

  it('a cast to whole numbers cuts towards 0, to truth says what is not 0', async () => {
    const cast = (to: number): Parts => ({
      nodes: [node('Cast', 'X', 'Y', { to })],
      inputs: { X: { dims: ['batch', 1] } },
    });
    expect(await run(cast(6), [2.7, -2.7, 0.4], [3, 1])).toEqual([2, -2, 0]);
    expect(await run(cast(9), [2.7, 0, -0.4], [3, 1])).toEqual([1, 0, 1]);
  });

  it('one or the other', async () => {
    const parts: Parts = {
      nodes: [node('Less', 'X a', 'l'), node('Greater', 'X b', 'g'), node('Xor', 'l g')],
      inputs: perRow,
      init: { a: ints([3], []), b: ints([1], []) },
    };
    expect(await run(parts, [1, 2, 3], [3, 1])).toEqual([1, 0, 1]);
  });
});

describe('ONNX, the time of a run as a number', () => {
  it('is one that a value may be divided by', async () => {
    const parts: Parts = {
      nodes: [
        node('Shape', 'X', 's'),
        node('Gather', 's one', 't'),
        node('Sub', 't one', 'less'),
        node('Cast', 'less', 'f', { to: 1 }),
        node('Div', 'X f'),
      ],
      inputs: { X: { dims: ['batch', 'time', 1] } },
      init: { one: ints([1], []) },
    };
    expect(await run(parts, [6, 3, 9, 12], [1, 4, 1])).toEqual([2, 1, 3, 4]);
    expect(await run(parts, [6, 3, 9], [1, 3, 1])).toEqual([3, 1.5, 4.5]);
  });

  it('is computed with as any number is', async () => {
    const parts: Parts = {
      nodes: [
        node('Shape', 'X', 's'),
        node('Gather', 's one', 't'),
        node('Cast', 't', 'f', { to: 1 }),
        node('Sqrt', 'f', 'r'),
        node('Div', 'r two', 'half'),
        node('Mul', 'X half'),
      ],
      inputs: { X: { dims: ['batch', 'time', 1] } },
      init: { one: ints([1], []), two: floats([], [2]) },
    };
    expect(await run(parts, [1, 2, 3, 4], [1, 4, 1])).toEqual([1, 2, 3, 4]);
    expect(await run(parts, [2], [1, 1, 1])).toEqual([1]);
  });

  it('numbers its timesteps, from any number on', async () => {
    const parts: Parts = {
      nodes: [
        node('Shape', 'X', 's'),
        node('Gather', 's one', 't'),
        node('Add', 't one', 'end'),
        node('Range', 'one end one', 'r'),
        node('Cast', 'r', 'f', { to: 1 }),
        node('Unsqueeze', 'f axes', 'u'),
        node('Add', 'X u'),
      ],
      inputs: { X: { dims: ['batch', 'time', 1] } },
      init: { one: ints([1], []), axes: ints([0, 2]) },
    };
    expect(await run(parts, [10, 20, 30, Number.NaN, 50, 60], [2, 3, 1])).toEqual([11, 22, 33, Number.NaN, 52, 63]);
  });
});

describe('ONNX, tables that are looked up', () => {
  const table = floats([3, 2, 2]);
  it.each([
    ['one number for each id', floats([3], [5, 6, 7]), [7, 5]],
    [
      'several axes for each id',
      table,
      [...Float32Array.from([...table.floatData.slice(8, 12), ...table.floatData.slice(0, 4)])],
    ],
  ])('%s', async (_, E, wanted) => {
    const parts: Parts = { nodes: [node('Gather', 'E X')], inputs: whole('batch', 'time'), init: { E } };
    const made = await createModel(fromOnnx(model(parts)));
    expect([...(made.run(Int32Array.of(2, 0)) as Float32Array)]).toEqual(wanted);
  });
});

describe('ONNX, weights that are quantised in the file and back', () => {
  it.each([
    ['one scale', { s: floats([], [0.5]), z: ints([3], []) }, 1],
    ['one for each column', { s: floats([2], [0.5, 0.25]), z: ints([3, 0]) }, 2],
  ])('are rounded to even numbers and bounded: %s', async (_, { s, z }, scales) => {
    const W = [0.25, 0.75, -0.25, 100, 0.3, -64];
    const parts: Parts = {
      nodes: [
        node('Cast', 'z', 'zero', { to: 3 }),
        node('QuantizeLinear', 'W s zero', 'q', { axis: 1 }),
        node('DequantizeLinear', 'q s zero', 'd', { axis: 1 }),
        node('MatMul', 'X d'),
      ],
      inputs: { X: { dims: ['batch', 3] } },
      init: { W: floats([3, 2], W), s, z },
    };
    const rows = [0, 1, 2].map((row) =>
      run(
        parts,
        [0, 1, 2].map((i) => Number(i === row)),
        [1, 3],
      ),
    );
    const wanted = W.map((w, i) => {
      const scale = scales === 2 && i % 2 === 1 ? 0.25 : 0.5;
      const zero = scales === 2 && i % 2 === 1 ? 0 : 3;
      const [near, even] = [Math.round(w / scale), 2 * Math.round(w / scale / 2)];
      const whole = near - w / scale === 0.5 ? even : near;
      return (Math.min(127, Math.max(-128, whole + zero)) - zero) * scale;
    });
    expect((await Promise.all(rows)).flat()).toEqual(wanted);
  });
});

import { describe, expect, it } from 'vitest';
import { fromOnnx, readOnnx } from '../../../src/importers/onnx/index.js';
import { type Conv1dNode, createModel } from '../../../src/index.js';
import { randomFloats } from '../../support/random.js';
import { expectClose } from '../support.js';
import { floats, ints, model, node, type Parts } from './build.js';

// Two ways to write the same: what they give must not differ.

const x = randomFloats(5 * 6, 9);
const run = async (parts: Parts): Promise<Float32Array> =>
  (await createModel(fromOnnx(model(parts)))).run(x) as Float32Array;
const same = async (one: Parts, other: Parts): Promise<void> => {
  const [a, b] = [await run(one), await run(other)];
  expectClose(a, b);
  expect(new Set(a).size).toBeGreaterThan(3);
};

describe('ONNX, two forms of one model', () => {
  it('nodes in any order, as ONNX Runtime takes them', () => {
    const nodes = [node('Tanh', 'X', 'a'), node('MatMul', 'a W', 'b'), node('Relu', 'b')];
    const init = { W: floats([6, 4]) };
    expect(fromOnnx(model({ nodes: [...nodes].reverse(), init }))).toEqual(fromOnnx(model({ nodes, init })));
  });

  it.each([
    ['one zero point', 1],
    ['a zero point for each column', 3],
  ])('a product of integers is that of the weights they stand for: %s', async (_, many) => {
    const q = [12, -7, 3, 44, 90, -128, 127, 0, 5, -33, 21, 8, 9, -2, 77, 60, -61, 4];
    const [scale, zero] = [[0.01, 0.02, 0.03].slice(0, many), [3, -2, 5].slice(0, many)];
    const at = (column: number): number => (many === 1 ? 0 : column);
    const plain = q.map((n, i) => (n - (zero[at(i % 3)] as number)) * (scale[at(i % 3)] as number));
    const quantised: Parts = {
      nodes: [
        node('DynamicQuantizeLinear', 'X', 'q s z'),
        node('MatMulInteger', 'q W z wz', 'i'),
        node('Cast', 'i', 'f', { to: 1 }),
        node('Mul', 's ws', 'scale'),
        node('Mul', 'f scale', 'm'),
        node('Add', 'm b'),
      ],
      init: {
        W: ints(q, [6, 3]),
        ws: floats(many === 1 ? [] : [3], scale),
        wz: ints(zero, many === 1 ? [] : [3]),
        b: floats([3]),
      },
    };
    await same(quantised, {
      nodes: [node('MatMul', 'X W', 'm'), node('Add', 'm b')],
      init: { W: floats([6, 3], plain), b: floats([3]) },
    });
    expect(readOnnx(model(quantised)).report.notes).toContainEqual(
      expect.stringMatching(/not quantised; weights that follow are dequantised/),
    );
  });

  // ONNX Runtime does not run layout 1; its meaning is that of layout 0 between Transposes.
  it.each([
    ['LSTM', 4, 1, 'forward'],
    ['LSTM', 4, 2, 'bidirectional'],
    ['GRU', 3, 1, 'reverse'],
    ['GRU', 3, 2, 'bidirectional'],
    ['RNN', 1, 1, 'forward'],
    ['RNN', 1, 2, 'bidirectional'],
  ])(
    '%s with layout 1 is the one with layout 0, transposed (%d gates, %d directions, %s)',
    async (type, gates, directions, direction) => {
      const init = {
        W: floats([directions, gates * 4, 6]),
        R: floats([directions, gates * 4, 4]),
        B: floats([directions, gates * 8]),
      };
      const attributes = { hidden_size: 4, direction };
      const layout1: Parts = {
        nodes: [node(type, 'X W R B', 'y', { ...attributes, layout: 1 }), node('Reshape', 'y r')],
        init: { ...init, r: ints([0, 0, -1]) },
        opset: 14,
      };
      const layout0: Parts = {
        nodes: [
          node('Transpose', 'X', 't', { perm: [1, 0, 2] }),
          node(type, 't W R B', 'y', attributes),
          node('Transpose', 'y', 'u', { perm: [2, 0, 1, 3] }),
          node('Reshape', 'u r'),
        ],
        init: { ...init, r: ints([0, 0, -1]) },
        opset: 14,
      };
      await same(layout1, layout0);
      const last = (parts: Parts, layout: number): Parts => ({
        ...parts,
        nodes: [
          ...(layout ? [] : parts.nodes.slice(0, 1)),
          node(type, `${layout ? 'X' : 't'} W R B`, '_ h', { ...attributes, layout }),
          node('Transpose', 'h', 'p', { perm: layout ? [0, 1, 2] : [1, 0, 2] }),
          node('Flatten', 'p'),
        ],
      });
      await same(last(layout1, 1), last(layout0, 0));
    },
  );

  it.each([
    ['Conv', 1],
    ['Conv', 2],
    ['ConvTranspose', 1],
    ['ConvTranspose', 2],
  ])(
    '%s of %i groups, dilated over frames: those in between are not looked at, whatever they hold',
    async (op, group) => {
      const spread = op === 'ConvTranspose';
      const [channels, frames, frequencies, filters] = [4, 5, 7, 6];
      const [own, filtersOwn] = [channels / group, filters / group];
      const dims = spread ? [channels, filtersOwn, 3, 3] : [filters, own, 3, 3];
      const w = randomFloats(
        dims.reduce((a, b) => a * b, 1),
        3,
      );
      const pads = spread ? [4, 1, 4, 1] : [0, 1, 0, 1];
      const data = randomFloats(channels * frames * frequencies, 4).map((value, i) =>
        (Math.floor(i / frequencies) % frames) % 2 === 1 ? Number.POSITIVE_INFINITY : value,
      );
      const spec = fromOnnx(
        model({
          nodes: [node(op, 'X W', 'Y', { dilations: [2, 1], pads, group })],
          init: { W: floats(dims, [...w]) },
          inputs: { X: { dims: ['batch', channels, frames, frequencies] } },
        }),
      );
      const wanted: number[] = [];
      for (let f = 0; f < filters; f++) {
        for (let q = 0; q < frequencies; q++) {
          let sum = 0;
          for (let c = 0; c < own; c++) {
            const channel = Math.floor(f / filtersOwn) * own + c;
            for (let k = 0; k < 3; k++) {
              for (let j = 0; j < 3; j++) {
                const [frame, at] = spread ? [4 - 2 * k, q + 1 - j] : [2 * k, q - 1 + j];
                const weight = spread
                  ? w[((channel * filtersOwn + (f % filtersOwn)) * 3 + k) * 3 + j]
                  : w[((f * own + c) * 3 + k) * 3 + j];
                if (at >= 0 && at < frequencies)
                  sum += (weight as number) * (data[(channel * frames + frame) * frequencies + at] as number);
              }
            }
          }
          wanted.push(sum);
        }
      }
      const created = await createModel(spec);
      const shape = [1, channels, frames, frequencies];
      const [got] = Object.values(created.runNamed({ X: { data, shape } })) as { data: Float32Array }[];
      expectClose(got?.data as Float32Array, wanted);
      // Weights for three frames of five.
      const layer = spec.nodes.find(({ type }) => type.startsWith('conv')) as Conv1dNode;
      expect(spec.tensors[layer.tensors.weight]?.data).toHaveLength(filters * 3 * own * 3);
    },
  );
});

import { readFileSync } from 'node:fs';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { fromOnnx } from '../../../src/importers/onnx/index.js';
import { createModel } from '../../../src/index.js';
import { randomFloats } from '../../support/random.js';
import { expectClose, refusal } from '../support.js';
import { type Graph, ModelSchema, OperatorSetIdSchema, type Tensor, TensorSchema } from './proto/onnx_pb.js';

const cases: { name: string; model: string }[] = JSON.parse(
  readFileSync(new URL('../../golden/onnx-files/models.json', import.meta.url), 'utf8'),
);

/**
 * The golden LSTM with its weights as com.microsoft's DynamicQuantizeLSTM has them ([directions, inputs, 4·units], int8, a scale and a zero point
 * each for the direction or for each column), and the plain LSTM with the same rounded weights.
 */
function quantised(
  name: string,
  perColumn: boolean,
  change: (graph: Graph) => void = () => {},
): { quantised: Uint8Array; plain: Uint8Array } {
  const read = () =>
    fromBinary(
      ModelSchema,
      new Uint8Array(Buffer.from(cases.find((one) => one.name === name)?.model as string, 'base64')),
    );
  const [model, plain] = [read(), read()];
  const graph = model.graph as Graph;
  const node = graph.node[0] as Graph['node'][0];
  Object.assign(node, {
    opType: 'DynamicQuantizeLSTM',
    domain: 'com.microsoft',
    input: [...node.input, ...Array(8 - node.input.length).fill(''), 'Ws', 'Wz', 'Rs', 'Rz'],
  });
  model.opsetImport.push(create(OperatorSetIdSchema, { domain: 'com.microsoft', version: 1n }));
  for (const key of ['W', 'R']) {
    const at = graph.initializer.findIndex((one) => one.name === key);
    const [directions, rows, columns] = (graph.initializer[at] as Tensor).dims.map(Number) as [number, number, number];
    const raw = (graph.initializer[at] as Tensor).rawData.slice();
    const data = new Float32Array(raw.buffer);
    const groups = perColumn ? rows : 1;
    const scales = new Float32Array(directions * groups);
    const zeros = Int8Array.from(scales, (_, i) => (i % 5) - 2);
    const q = new Int8Array(data.length);
    const scaleAt = (d: number, r: number): number => d * groups + (perColumn ? r : 0);
    for (let i = 0; i < data.length; i++) {
      const group = scaleAt(Math.floor(i / (rows * columns)), Math.floor(i / columns) % rows);
      scales[group] = Math.max(scales[group] as number, Math.abs(data[i] as number) / 120);
    }
    const rounded = data.map((x, i) => {
      const [d, r, c] = [Math.floor(i / (rows * columns)), Math.floor(i / columns) % rows, i % columns];
      const [scale, zero] = [scales[scaleAt(d, r)] as number, zeros[scaleAt(d, r)] as number];
      const stored = Math.round(x / scale) + zero;
      q[(d * columns + c) * rows + r] = stored;
      return (stored - zero) * scale;
    });
    const tensor = (own: string, dataType: number, dims: number[], bytes: Uint8Array) =>
      create(TensorSchema, { name: own, dataType, dims: dims.map(BigInt), rawData: bytes });
    const shape = perColumn ? [directions, rows] : [directions];
    graph.initializer[at] = tensor(key, 3, [directions, columns, rows], new Uint8Array(q.buffer));
    graph.initializer.push(
      tensor(`${key}s`, 1, shape, new Uint8Array(scales.buffer)),
      tensor(`${key}z`, 3, shape, new Uint8Array(zeros.buffer)),
    );
    const own = plain.graph?.initializer.find((one) => one.name === key) as Tensor;
    own.rawData = new Uint8Array(rounded.buffer);
  }
  change(graph);
  return { quantised: toBinary(ModelSchema, model), plain: toBinary(ModelSchema, plain) };
}

describe('DynamicQuantizeLSTM runs as the LSTM of its dequantised weights', () => {
  it.each([
    ['lstm', false],
    ['lstm', true],
    ['lstm_reverse', true],
    ['lstm_bidirectional', false],
    ['lstm_bidirectional', true],
  ] as const)('%s, per column %s', async (name, perColumn) => {
    const files = quantised(name, perColumn);
    const [a, b] = [await createModel(fromOnnx(files.quantised)), await createModel(fromOnnx(files.plain))];
    const x = randomFloats(5 * 3, 4);
    expectClose(a.run(x), b.run(x));
    expect(new Set(a.run(x)).size).toBeGreaterThan(10);
  });

  it('refuses scales that do not fit', () => {
    const { quantised: bytes } = quantised('lstm', true, (graph) => {
      const scale = graph.initializer.find(({ name }) => name === 'Ws') as Tensor;
      Object.assign(scale, { dims: [1n, 3n], rawData: new Uint8Array(12) });
    });
    expect(refusal(() => fromOnnx(bytes))).toMatch(/scales of W that do not fit; expected 1 or 1·16, got 3/);
  });
});

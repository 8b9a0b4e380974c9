import { readFileSync } from 'node:fs';
import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { describe, it } from 'vitest';
import { fromOnnx } from '../../../src/importers/onnx/index.js';
import { createModel } from '../../../src/index.js';
import { randomFloats } from '../../support/random.js';
import { expectClose } from '../support.js';
import { ModelSchema, type Tensor } from './proto/onnx_pb.js';

const cases: { name: string; model: string }[] = JSON.parse(
  readFileSync(new URL('../../golden/onnx-files/models.json', import.meta.url), 'utf8'),
);

/** The golden product `X·W` with W stored otherwise. @returns the file, and W as it was. */
function stored(change: (tensor: Tensor, w: Float32Array) => void): { bytes: Uint8Array; w: Float32Array } {
  const model = fromBinary(
    ModelSchema,
    new Uint8Array(Buffer.from(cases.find(({ name }) => name === 'matmul')?.model as string, 'base64')),
  );
  const tensor = model.graph?.initializer[0] as Tensor;
  const w = new Float32Array(tensor.rawData.slice().buffer);
  tensor.rawData = new Uint8Array();
  change(tensor, w);
  return { bytes: toBinary(ModelSchema, model), w };
}

/** x·W by the numbers that are expected of W, in float64. */
async function check({ bytes, w }: ReturnType<typeof stored>, expected: (value: number) => number): Promise<void> {
  const model = await createModel(fromOnnx(bytes));
  const x = randomFloats(6, 3);
  const wanted = Array.from({ length: 5 }, (_, column) =>
    x.reduce((sum, value, row) => sum + value * expected(w[row * 5 + column] as number), 0),
  );
  expectClose(model.run(x), wanted);
}

const words = new DataView(new ArrayBuffer(4));
/** The upper half of a float32: bfloat16 by truncation. */
const brain = (x: number): number => {
  words.setFloat32(0, x);
  return words.getUint16(0);
};
const fromBrain = (x: number): number => {
  words.setUint32(0, brain(x) << 16);
  return words.getFloat32(0);
};

describe('initialisers of every type and form', () => {
  it('float32: raw and typed', async () => {
    await check(
      stored((tensor, w) => Object.assign(tensor, { rawData: new Uint8Array(w.slice().buffer) })),
      (x) => x,
    );
    await check(
      stored((tensor, w) => Object.assign(tensor, { floatData: [...w] })),
      (x) => x,
    );
  });

  it('double: raw and typed', async () => {
    await check(
      stored((tensor, w) =>
        Object.assign(tensor, { dataType: 11, rawData: new Uint8Array(Float64Array.from(w).buffer) }),
      ),
      (x) => x,
    );
    await check(
      stored((tensor, w) => Object.assign(tensor, { dataType: 11, doubleData: [...w] })),
      (x) => x,
    );
  });

  it('bfloat16: raw and typed', async () => {
    await check(
      stored((tensor, w) =>
        Object.assign(tensor, { dataType: 16, rawData: new Uint8Array(Uint16Array.from(w, brain).buffer) }),
      ),
      fromBrain,
    );
    await check(
      stored((tensor, w) => Object.assign(tensor, { dataType: 16, int32Data: [...w].map(brain) })),
      fromBrain,
    );
  });

  it.each<[string, number, (values: number[]) => object]>([
    ['int8', 3, (values) => ({ rawData: new Uint8Array(Int8Array.from(values).buffer) })],
    ['int8, typed', 3, (values) => ({ int32Data: values })],
    ['int32', 6, (values) => ({ rawData: new Uint8Array(Int32Array.from(values).buffer) })],
    ['int64', 7, (values) => ({ rawData: new Uint8Array(BigInt64Array.from(values, BigInt).buffer) })],
    ['int64, typed', 7, (values) => ({ int64Data: values.map(BigInt) })],
  ])('%s', async (_, dataType, form) => {
    const round = (x: number): number => Math.round(x * 50);
    await check(
      stored((tensor, w) => Object.assign(tensor, { dataType, ...form([...w].map(round)) })),
      round,
    );
  });
});

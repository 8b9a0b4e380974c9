import { beforeAll, describe, expect, it } from 'vitest';
import { createModel, type Model } from '../../src/index.js';
import { createServer, type ModelServer } from '../../src/server/index.js';
import { expectSameBits } from '../support/bits.js';
import { randomFloats, SpecBuilder, stack } from '../support/random.js';
import { type Answer, post, read } from './client.js';

// Which timesteps count: `mask` and `lengths`, inputs beside the model's own.

const [BATCH, TIME, FEATURES] = [2, 3, 4];
const X = randomFloats(BATCH * TIME * FEATURES, 1);
const MASK = [true, false, true, false, true, true];
let model: Model;
/** Its own input has the name of ours. */
let named: Model;
/** Of vectors alone. */
let vectors: Model;
let server: ModelServer;

beforeAll(async () => {
  model = await createModel(stack('lstm', FEATURES, 5));
  const { inputs, nodes, ...spec } = stack('gru', FEATURES, 5);
  named = await createModel({
    ...spec,
    inputs: inputs.map((input) => ({ ...input, name: 'mask' })),
    nodes: nodes.map((node) => ({ ...node, inputs: node.inputs.map((name) => (name === 'x' ? 'mask' : name)) })),
  });
  const dense = new SpecBuilder(2).dense('head', 'x', FEATURES, 2).spec(FEATURES);
  vectors = await createModel({ ...dense, inputs: [{ name: 'x', features: FEATURES, kind: 'vector' }] });
  server = createServer({ models: { lstm: model, named, vectors } });
});

interface Tensor {
  readonly name: string;
  readonly datatype: string;
  readonly shape: readonly number[];
  readonly data: readonly unknown[];
}

const x = (data: ArrayLike<number> = X, shape = [BATCH, TIME, FEATURES]): Tensor => ({
  name: 'x',
  datatype: 'FP32',
  shape,
  data: [...Array.from(data)],
});
const mask = (data: readonly unknown[] = MASK, shape = [BATCH, TIME], datatype = 'BOOL'): Tensor => ({
  name: 'mask',
  datatype,
  shape,
  data,
});
const lengths = (data: readonly unknown[], shape = [data.length], datatype = 'INT64'): Tensor => ({
  name: 'lengths',
  datatype,
  shape,
  data,
});

const infer = (inputs: readonly Tensor[], parameters = {}, name = 'lstm'): Promise<Answer> =>
  post(server, `/v2/models/${name}/infer`, { inputs, parameters });

const numbers = ({ status, json }: Answer): number[] => {
  expect([status, json.error]).toEqual([200, undefined]);
  return json.outputs[0].data;
};

describe('whole sequences', () => {
  it('with a mask have the bits of the model’s run with it', async () => {
    expectSameBits(numbers(await infer([x(), mask()])), model.run(X, { batch: BATCH, mask: MASK }));
  });

  it('with lengths, of any integers', async () => {
    const expected = model.run(X, { batch: BATCH, lengths: [1, 3] });
    for (const datatype of ['INT32', 'INT64', 'UINT8'])
      expectSameBits(numbers(await infer([x(), lengths([1, 3], [2], datatype)])), expected);
    expectSameBits(numbers(await infer([lengths([1, 3]), x()])), expected);
  });

  it('with a mask as bytes', async () => {
    const json = new TextEncoder().encode(
      JSON.stringify({
        inputs: [
          { name: 'mask', datatype: 'BOOL', shape: [BATCH, TIME], parameters: { binary_data_size: MASK.length } },
          {
            name: 'x',
            datatype: 'FP32',
            shape: [BATCH, TIME, FEATURES],
            parameters: { binary_data_size: X.byteLength },
          },
        ],
      }),
    );
    const send = async (bytes: readonly number[]): Promise<Answer> => {
      const body = new Blob([json, Uint8Array.from(bytes), X as Float32Array<ArrayBuffer>]);
      const headers = { 'inference-header-content-length': `${json.length}` };
      return read(
        await server.fetch(new Request('http://localhost/v2/models/lstm/infer', { method: 'POST', body, headers })),
      );
    };
    expectSameBits(numbers(await send(MASK.map(Number))), model.run(X, { batch: BATCH, mask: MASK }));
    const { status, json: said } = await send([1, 0, 2, 0, 1, 1]);
    expect([status, said.error]).toEqual([400, 'inputs[0]: not BOOL; expected 0 or 1 at 2, got 2']);
  });

  it('of a model whose own input has that name', async () => {
    const own = { ...x(), name: 'mask' };
    expectSameBits(numbers(await infer([own], {}, 'named')), named.run(X, { batch: BATCH }));
    const expected = named.run(X, { batch: BATCH, lengths: [2, 1] });
    expectSameBits(numbers(await infer([own, lengths([2, 1])], {}, 'named')), expected);
  });
});

describe('sequences', () => {
  it('hold their state over timesteps that do not count, and count them', async () => {
    const stream = model.createStream();
    const frames = (from: number, to: number): Float32Array => X.slice(from * FEATURES, to * FEATURES);
    const step = (from: number, to: number, beside: readonly Tensor[]): Promise<Answer> =>
      infer([x(frames(from, to), [1, to - from, FEATURES]), ...beside], {
        sequence_id: 'held',
        sequence_start: from === 0,
        sequence_step: from,
      });
    expectSameBits(numbers(await step(0, 2, [])), stream.run(frames(0, 2)));
    const held = [false, true];
    const answer = await step(2, 4, [mask(held, [1, 2])]);
    expectSameBits(numbers(answer), stream.run(frames(2, 4), { mask: held }));
    expect(answer.json.parameters.sequence_step).toBe(4);
    // Asked again it is the same, with another mask it is another request.
    expect(numbers(await step(2, 4, [mask(held, [1, 2])]))).toEqual(answer.json.outputs[0].data);
    expect((await step(2, 4, [mask([true, true], [1, 2])])).status).toBe(409);
    expectSameBits(numbers(await step(4, 6, [lengths([1])])), stream.run(frames(4, 6), { lengths: [1] }));
    stream.dispose();
  });

  it('are as they were after a mask that is none', async () => {
    const stream = model.createStream();
    const given = { sequence_id: 'kept' };
    const first = X.slice(0, FEATURES);
    const one = x(first, [1, 1, FEATURES]);
    expectSameBits(numbers(await infer([one], { ...given, sequence_start: true })), stream.run(first));
    expect((await infer([one, mask([true], [1, 2])], given)).status).toBe(400);
    expect((await infer([one, lengths([2])], given)).status).toBe(400);
    expectSameBits(numbers(await infer([one], given)), stream.run(first));
    stream.dispose();
  });
});

describe('what is none', () => {
  const refused: [string, string, () => Promise<Answer>][] = [
    [
      'as many numbers in other rows',
      'mask: not of the inputs’ rows; expected shape [2,3], got [3,2]',
      () => infer([x(), mask(MASK, [3, 2])]),
    ],
    ['one row', 'mask: not of the inputs’ rows; expected shape [2,3], got [6]', () => infer([x(), mask(MASK, [6])])],
    [
      'lengths of other rows',
      'lengths: not of the inputs’ rows; expected shape [2], got [1]',
      () => infer([x(), lengths([1])]),
    ],
    [
      'another datatype',
      'inputs[1].datatype: wrong datatype; expected BOOL, got "INT8"',
      () => infer([x(), mask(MASK, [2, 3], 'INT8')]),
    ],
    [
      'lengths as floats',
      'inputs[1].datatype: wrong datatype; expected INT32, or INT8,',
      () => infer([x(), lengths([1, 3], [2], 'FP32')]),
    ],
    [
      'numbers',
      'inputs[1].data: not BOOL; expected true or false at 0, got 1',
      () => infer([x(), mask([1, 0, 1, 0, 1, 1])]),
    ],
    [
      'both',
      'options: both a mask and lengths; expected one of mask and lengths',
      () => infer([x(), mask(), lengths([1, 3])]),
    ],
    ['twice', 'inputs[2].name: given twice', () => infer([x(), mask(), mask()])],
    [
      'too long',
      'lengths[1]: not a length; expected a whole number from 0 to 3, got 4',
      () => infer([x(), lengths([1, 4])]),
    ],
    [
      'of no timesteps',
      'mask: the model has no timesteps',
      () => infer([x(X.slice(0, 4), [1, 4]), mask([true], [1, 1])], {}, 'vectors'),
    ],
  ];
  it.each(refused)('%s', async (_, message, ask) => {
    const { status, json } = await ask();
    expect([status, json.error]).toEqual([400, expect.stringContaining(message)]);
  });
});

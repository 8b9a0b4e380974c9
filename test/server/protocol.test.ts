import { readFileSync } from 'node:fs';
import { deflateSync, gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { createModel, type Model } from '../../src/index.js';
import { createServer, type ModelServer } from '../../src/server/index.js';
import { toJson } from '../../src/server/protocol/datatypes.js';
import { expectSameBits } from '../support/bits.js';
import { randomFloats, SpecBuilder, stack } from '../support/random.js';
import { binaryBody, get, infer, post, read } from './client.js';

const FEATURES = 3;
let model: Model;
let server: ModelServer;
/** Two inputs, two outputs. */
let forked: Model;
/** Token ids. */
let words: Model;

beforeAll(async () => {
  model = await createModel(stack('lstm', FEATURES, 5));
  forked = await createModel(twoOfEach());
  words = await createModel(wordsSpec());
  server = createServer({ models: { lstm: model, forked, words } });
});

function twoOfEach() {
  const builder = new SpecBuilder(3).recurrent('gru', 'a', 'x', 2, 4).recurrent('rnn', 'b', 'z', 3, 4);
  const spec = builder.spec(2);
  return {
    ...spec,
    inputs: [
      { name: 'x', features: 2 },
      { name: 'z', features: 3 },
    ],
    outputs: ['a', 'b'],
  };
}

function wordsSpec() {
  const builder = new SpecBuilder(4);
  const table = builder.tensor('table', 11, 4);
  builder.recurrent('gru', 'a', 'e', 4, 4);
  const spec = builder.spec(1);
  return {
    ...spec,
    inputs: [{ name: 'x', features: 1, dtype: 'int32' as const }],
    nodes: [
      { type: 'embedding' as const, name: 'e', inputs: ['x'], outputs: ['e'], tensors: { weight: table } },
      ...spec.nodes,
    ],
  };
}

it('outputs as bytes behind text that is not ASCII', async () => {
  const x = randomFloats(FEATURES, 8);
  for (const id of ['κύτταρο', '細胞 '.repeat(20), '🙂'.repeat(20)]) {
    const { body, headers } = binaryBody({ data: x });
    const size = Number(headers['inference-header-content-length']);
    const json = new TextEncoder().encode(
      JSON.stringify({ id, ...JSON.parse(new TextDecoder().decode(body.subarray(0, size))) }),
    );
    const answer = await read(
      await server.fetch(
        new Request('http://localhost/v2/models/lstm/infer', {
          method: 'POST',
          headers: { 'inference-header-content-length': `${json.length}` },
          body: new Blob([json, body.subarray(size)]),
        }),
      ),
    );
    expect([answer.status, answer.json.id]).toEqual([200, id]);
    expectSameBits(Object.values(answer.outputs)[0] as Float32Array, model.run(x));
  }
});

describe('metadata', () => {
  it('say what the server and its models are', async () => {
    expect((await get(server, '/v2')).json).toMatchObject({
      name: 'gatewise',
      version: JSON.parse(readFileSync('package.json', 'utf8')).version,
      extensions: expect.arrayContaining(['binary_tensor_data', 'sequence']),
    });
    expect((await get(server, '/v2/models/lstm')).json).toEqual({
      name: 'lstm',
      versions: ['1'],
      platform: 'gatewise',
      inputs: [{ name: 'x', datatype: 'FP32', shape: [-1, -1, FEATURES] }],
      outputs: [{ name: model.outputs[0]?.name, datatype: 'FP32', shape: [-1, -1, 3] }],
    });
    expect((await get(server, '/v2/models/lstm/versions/1')).status).toBe(200);
    expect((await get(server, '/v2/models/words')).json.inputs[0].datatype).toBe('INT32');
    for (const path of [
      '/v2/health/live',
      '/v2/health/ready',
      '/v2/models/lstm/ready',
      '/v2/models/lstm/versions/1/ready',
    ])
      expect((await get(server, path)).status, path).toBe(200);
  });

  it.each([
    ['/v2/models/none', 404],
    ['/v2/models/none/ready', 404],
    ['/v2/models/lstm/versions/2', 404],
    ['/v2/models/lstm/config', 404],
    ['/v2/models/constructor', 404],
    ['/v2/models/%ff', 400],
    ['/v2/nothing', 404],
    ['/nothing', 404],
    ['/v2/models/lstm/infer', 405],
    ['/v2/repository/index', 404],
    ['/v2/models/lstm/stream', 426],
  ])('%s is %i, with the reason', async (path, status) => {
    const answer = await get(server, path);
    expect(answer.status).toBe(status);
    expect(answer.json.error).toMatch(/./);
    if (status === 405) expect(answer.headers.get('allow')).toBe('POST');
  });
});

describe('inference', () => {
  const data = randomFloats(4 * FEATURES, 1);
  const name = (): string => model.outputs[0]?.name as string;

  it('takes and gives JSON, flat or nested, to the bit', async () => {
    const expected = model.run(data);
    const nested = Array.from({ length: 4 }, (_, t) => [...data.subarray(t * FEATURES, (t + 1) * FEATURES)]);
    for (const given of [[...data], [nested]]) {
      const inputs = [{ name: 'x', datatype: 'FP32', shape: [1, 4, FEATURES], data: given }];
      const { status, json } = await post(server, '/v2/models/lstm/infer', { id: 'mine', inputs });
      expect(status).toBe(200);
      expect(json).toMatchObject({ model_name: 'lstm', model_version: '1', id: 'mine' });
      expect(json.outputs).toMatchObject([{ name: name(), datatype: 'FP32', shape: [1, 4, 3] }]);
      expectSameBits(json.outputs[0].data, expected);
    }
  });

  it('takes and gives bytes, to the bit, in batches', async () => {
    const batch = randomFloats(2 * 4 * FEATURES, 2);
    const { status, json, outputs } = await infer(server, 'lstm', { data: batch, shape: [2, 4, FEATURES] });
    expect(status).toBe(200);
    expect(json.outputs[0].shape).toEqual([2, 4, 3]);
    expectSameBits(outputs[name()] as Float32Array, model.run(batch, { batch: 2 }));
  });

  it('mixes both, with several inputs and outputs, of which some are asked for', async () => {
    const [x, z] = [randomFloats(2 * 2, 3), randomFloats(2 * 3, 4)];
    const expected = forked.runNamed({ x, z });
    const request = {
      inputs: [
        { name: 'z', datatype: 'FP32', shape: [1, 2, 3], parameters: { binary_data_size: 24 } },
        { name: 'x', datatype: 'FP32', shape: [1, 2, 2], data: [...x] },
      ],
      outputs: [{ name: 'b', parameters: { binary_data: true } }, { name: 'a' }],
    };
    const text = new TextEncoder().encode(JSON.stringify(request));
    const body = new Uint8Array([...text, ...new Uint8Array(z.buffer)]);
    const headers = { 'inference-header-content-length': `${text.length}` };
    const response = await server.fetch(
      new Request('http://h/v2/models/forked/infer', { method: 'POST', body, headers }),
    );
    const bytes = new Uint8Array(await response.arrayBuffer());
    const length = Number(response.headers.get('inference-header-content-length'));
    const json = JSON.parse(new TextDecoder().decode(bytes.subarray(0, length)));
    expect(json.outputs.map(({ name }: { name: string }) => name)).toEqual(['b', 'a']);
    expectSameBits(new Float32Array(bytes.slice(length).buffer), expected.b?.data as Float32Array);
    expectSameBits(json.outputs[1].data, expected.a?.data as Float32Array);
  });

  it.each(['INT8', 'INT16', 'INT32', 'INT64', 'UINT8', 'UINT16', 'UINT32', 'UINT64'])(
    'takes ids as %s',
    async (datatype) => {
      const ids = [3, 0, 10, 7];
      const size = Number(/\d+/.exec(datatype)?.[0]) / 8;
      const bytes = new Uint8Array(ids.flatMap((id) => [id, ...new Uint8Array(size - 1)]));
      const input = { name: 'x', datatype, shape: [1, 4] };
      const asJson = await post(server, '/v2/models/words/infer', { inputs: [{ ...input, data: ids }] });
      expectSameBits(asJson.json.outputs[0].data, words.run(ids));
      const text = JSON.stringify({ inputs: [{ ...input, parameters: { binary_data_size: bytes.length } }] });
      const body = new Uint8Array([...new TextEncoder().encode(text), ...bytes]);
      const headers = { 'inference-header-content-length': `${text.length}` };
      const asBytes = await read(
        await server.fetch(new Request('http://h/v2/models/words/infer', { method: 'POST', body, headers })),
      );
      expect(asBytes.json.outputs).toEqual(asJson.json.outputs);
    },
  );

  it.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
  ] as const)('unpacks %s', async (encoding, pack) => {
    const { body, headers } = binaryBody({ data, shape: [1, 4, FEATURES] });
    const send = (body: Uint8Array<ArrayBuffer>) =>
      server
        .fetch(
          new Request('http://h/v2/models/lstm/infer', {
            method: 'POST',
            body,
            headers: { ...headers, 'content-encoding': encoding },
          }),
        )
        .then(read);
    const { outputs } = await send(new Uint8Array(pack(body)));
    expectSameBits(outputs[name()] as Float32Array, model.run(data));
    expect((await send(new Uint8Array(pack(body)).subarray(0, 20).slice())).status).toBe(400);
    expect((await send(body)).status).toBe(400);
    // 64 MiB out of 64 KiB.
    const bomb = await send(new Uint8Array(pack(new Uint8Array(2 ** 26))));
    expect(bomb.status).toBe(413);
  });

  it('says -0 in JSON, and null for what JSON has no number for', async () => {
    const activation = { type: 'activation' as const, name: 'a', inputs: ['x'], activation: 'relu' as const };
    const relu = await createModel(new SpecBuilder(1).add(activation).spec(1));
    const own = createServer({ models: { relu } });
    const data = Float32Array.of(-0, Number.POSITIVE_INFINITY, Number.NaN, 0.1);
    const expected = relu.run(data);
    const asked = binaryBody({ data, shape: [1, 4, 1], json: true });
    const answer = await read(
      await own.fetch(new Request('http://h/v2/models/relu/infer', { method: 'POST', ...asked })),
    );
    const given = answer.json.outputs[0].data;
    expect(given.slice(1)).toEqual([null, null, expected[3]]);
    expect(Object.is(given[0], expected[0])).toBe(true);
    expect(toJson(Float32Array.of(-0, 0, 1))).toBe('[-0,0,1]');
  });
});

describe('what is malformed is refused with its reason', () => {
  const input = { name: 'x', datatype: 'FP32', shape: [1, 1, FEATURES], data: [1, 2, 3] };
  const cases: [string, unknown, RegExp][] = [
    ['no object', 7, /request: not an object/],
    ['no inputs', {}, /inputs: missing/],
    ['an input that is missing', { inputs: [] }, /missing input; expected x/],
    ['an unknown input', { inputs: [{ ...input, name: 'y' }] }, /no such input; expected x, got "y"/],
    ['an input twice', { inputs: [input, input] }, /given twice/],
    ['another datatype', { inputs: [{ ...input, datatype: 'FP64' }] }, /wrong datatype; expected FP32, got "FP64"/],
    ['a shape that is none', { inputs: [{ ...input, shape: [1, -1, 3] }] }, /not a shape/],
    ['too many numbers', { inputs: [{ ...input, data: [1, 2, 3, 4] }] }, /expected 3 numbers/],
    ['too few numbers', { inputs: [{ ...input, data: [1, 2] }] }, /expected 3 numbers, as the shape has, got 2/],
    ['a number beyond float32', { inputs: [{ ...input, data: [1, 1e39, 3] }] }, /not a float32/],
    [
      'ragged lists',
      {
        inputs: [
          {
            ...input,
            shape: [1, 2, 3],
            data: [
              [
                [1, 2],
                [3, 4, 5, 6],
              ],
            ],
          },
        ],
      },
      /not nested as its shape/,
    ],
    ['lists for one list', { inputs: [{ ...input, data: [[1, 2, 3]] }] }, /not nested as its shape/],
    ['a list in the middle', { inputs: [{ ...input, data: [1, [2], 3] }] }, /not a number/],
    ['text for a number', { inputs: [{ ...input, data: [1, '2', 3] }] }, /not a number/],
    ['a shape beyond all bodies', { inputs: [{ ...input, shape: [1, 2 ** 40, 3] }] }, /more numbers than there can be/],
    ['a shape of another model', { inputs: [{ ...input, shape: [3] }] }, /wrong shape/],
    [
      'bytes without a length',
      { inputs: [{ ...input, data: undefined, parameters: { binary_data_size: 12 } }] },
      /without the header/,
    ],
    ['an unknown output', { inputs: [input], outputs: [{ name: 'q' }] }, /no such output/],
    [
      'classification',
      { inputs: [input], outputs: [{ name: 'NAME', parameters: { classification: 3 } }] },
      /classification is not served/,
    ],
    ['an unknown parameter', { inputs: [input], parameters: { sequence_strat: true } }, /unknown parameter/],
    [
      'an id beyond exact numbers',
      { inputs: [input], parameters: { sequence_id: 2 ** 53, sequence_start: true } },
      /not an id that JSON holds exactly/,
    ],
    [
      'half a character',
      { inputs: [input], parameters: { sequence_id: '\ud800', sequence_start: true } },
      /not well-formed/,
    ],
    ['a start without an id', { inputs: [input], parameters: { sequence_start: true } }, /sequence_id: missing/],
  ];

  it.each(cases)('%s', async (_, body, message) => {
    const own = JSON.parse(JSON.stringify(body).replace('NAME', model.outputs[0]?.name as string));
    const { status, json } = await post(server, '/v2/models/lstm/infer', own);
    expect(json.error).toMatch(message);
    expect(status).toBe(400);
  });

  it.each([
    ['a JSON length beyond the body', { 'inference-header-content-length': '999' }, 400],
    ['a JSON length that is none', { 'inference-header-content-length': '-1' }, 400],
    ['an unknown encoding', { 'content-encoding': 'br' }, 415],
    ['a body length that lies', { 'content-length': '7' }, 400],
    ['a body length beyond the limit', { 'content-length': '99999999999' }, 413],
  ])('%s', async (_, headers, status) => {
    const { json, status: got } = await infer(server, 'lstm', { data: randomFloats(3, 1), headers });
    expect(json.error).toMatch(/./);
    expect(got).toBe(status);
  });

  it('ids that the model does not have, in a sequence as well', async () => {
    for (const parameters of [{}, { sequence_id: 5, sequence_start: true }]) {
      const inputs = [{ name: 'x', datatype: 'INT64', shape: [1, 1], data: [11] }];
      const { status, json } = await post(server, '/v2/models/words/infer', { inputs, parameters });
      expect(status).toBe(400);
      expect(json.error).toMatch(/not a token id/);
    }
  });
});

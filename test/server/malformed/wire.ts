import { deflateSync, gzipSync } from 'node:zlib';
import type { Random } from '../../slow/children/random.js';
import { bytesOf, joined, post, type Sent } from '../requests.js';
import {
  binaryRequest,
  FEATURES,
  goodBinary,
  goodJson,
  INFER,
  type Json,
  type Malformed,
  MODEL,
  sized,
} from './target.js';

type Make = (random: Random) => Malformed;

/** The good request whose tensor is said to have another size, or has one. */
function tensorChanged(
  what: string,
  random: Random,
  size: (bytes: number) => unknown,
  tensor = (bytes: Uint8Array): Uint8Array => bytes,
): Malformed {
  const { header, tensor: good } = goodBinary(random);
  const [input] = header.inputs;
  return binaryRequest(
    what,
    { ...header, inputs: [{ ...input, parameters: { binary_data_size: size(good.length) } }] },
    tensor(good),
  );
}

/** Tensors behind the JSON, and sizes that lie. */
const BINARY: readonly Make[] = [
  (random) => sized('a header past the end', random, (_, whole) => `${whole + random.between(1, 1e6)}`),
  (random) => sized('a header that is cut', random, (json) => `${random.between(1, json - 1)}`),
  (random) =>
    sized('a header that reaches into the tensors', random, (json, whole) => `${random.between(json + 1, whole)}`),
  (random) =>
    sized('a header of no size', random, () =>
      random.pick([
        '0',
        '-1',
        '1.5',
        '1e2',
        '0x10',
        'x',
        '+5',
        '1 2',
        '99999999999999999999',
        '18446744073709551616',
        'NaN',
      ]),
    ),
  (random) =>
    tensorChanged('a tensor said to be longer', random, (size) => size + random.pick([1, 3, 4, 16, 2 ** 31, 2 ** 53])),
  (random) => tensorChanged('a tensor said to be shorter', random, (size) => size - random.between(1, size)),
  (random) =>
    tensorChanged('a size that is none', random, () => random.pick([-4, 1.5, '16', null, true, [], {}, 1e300])),
  (random) =>
    tensorChanged(
      'a tensor that is cut',
      random,
      (size) => size,
      (bytes) => bytes.subarray(0, random.below(bytes.length)),
    ),
  (random) =>
    tensorChanged(
      'bytes after the tensors',
      random,
      (size) => size,
      (bytes) => joined(bytes, new Uint8Array(random.between(1, 64))),
    ),
  (random) => {
    const { header, tensor } = goodBinary(random);
    const [input] = header.inputs;
    return binaryRequest('data and a tensor', { ...header, inputs: [{ ...input, data: [1, 2, 3, 4] }] }, tensor);
  },
  (random) => {
    const { header } = goodBinary(random);
    const [input] = header.inputs as [Json];
    const time = (input.shape as number[])[1] as number;
    const tensor = new Uint8Array(time * FEATURES * 2);
    return binaryRequest(
      'halves',
      { ...header, inputs: [{ ...input, datatype: 'FP16', parameters: { binary_data_size: tensor.length } }] },
      tensor,
    );
  },
  (random) => {
    const { header } = goodBinary(random);
    const [input] = header.inputs as [Json];
    const count = 2 ** 30;
    return binaryRequest(
      'a shape far larger than what comes',
      {
        ...header,
        inputs: [{ ...input, shape: [1, count, FEATURES], parameters: { binary_data_size: 4 * FEATURES * count } }],
      },
      bytesOf(new Float32Array(FEATURES)),
    );
  },
];

const encoded = (what: string, encoding: string, body: Uint8Array): Malformed => ({
  what,
  ...post(INFER, body, { 'content-encoding': encoding }),
});
const at = (what: string, method: string, path: string, body?: Sent['body']): Malformed => ({
  what,
  method,
  path,
  headers: body ? { 'content-type': 'application/json' } : {},
  body,
});
const good = (random: Random): Uint8Array => joined(JSON.stringify({ ...goodJson(random), parameters: {} }));

/** Paths, methods, encodings. */
const HTTP: readonly Make[] = [
  (random) => encoded('an unknown encoding', random.pick(['zstd', 'compress', 'x', 'gzip, gzip, gzip']), good(random)),
  (random) => encoded('gzip that is none', 'gzip', good(random)),
  (random) =>
    encoded(
      'deflate that is none',
      'deflate',
      Uint8Array.from({ length: 50 }, () => random.below(256)),
    ),
  (random) => {
    const bytes = gzipSync(good(random));
    return encoded(
      'gzip that ends early',
      'gzip',
      new Uint8Array(bytes.subarray(0, random.between(11, bytes.length - 9))),
    );
  },
  (random) => bomb(random.pick(['gzip', 'deflate'])),
  (random) =>
    at(
      'a model that is not there',
      'POST',
      `/v2/models/${random.pick(['nothing', '__proto__', 'constructor', '%00', '..', '%2e%2e', 'x'.repeat(5000)])}/infer`,
      good(random),
    ),
  (random) =>
    at(
      'a version that is not there',
      'POST',
      `/v2/models/${MODEL}/versions/${random.pick(['2', '0', '-1', 'x', '1.0', '%00'])}/infer`,
      good(random),
    ),
  (random) =>
    at(
      'a path that is not there',
      random.pick(['GET', 'POST']),
      random.pick([
        '/v3',
        '/v2/model',
        '/v2/models',
        `/v2/models/${MODEL}/nothing`,
        `/v2/models/${MODEL}/infer/1`,
        '/v2/%zz',
        '/%',
        '/v2/models/%zz/infer',
        '/..%2f..%2fetc/passwd',
        `/${'a/'.repeat(3000)}`,
      ]),
    ),
  (random) => at('another method', random.pick(['GET', 'PUT', 'DELETE', 'PATCH']), INFER),
  (random) =>
    at(
      'a method for a path that is read',
      random.pick(['POST', 'PUT', 'DELETE']),
      random.pick(['/v2', '/v2/health/live', `/v2/models/${MODEL}`, `/v2/models/${MODEL}/ready`]),
      joined('{}'),
    ),
  (random) =>
    at(
      'a stream without an upgrade',
      'GET',
      `/v2/models/${MODEL}/stream${random.pick(['', '?token=x', `?token=${'x'.repeat(3000)}`])}`,
    ),
  (random) =>
    at(
      'a repository that nobody opened',
      'POST',
      random.pick([
        '/v2/repository/index',
        `/v2/repository/models/${MODEL}/unload`,
        '/v2/repository/models/..%2f..%2fx/load',
      ]),
      joined('{}'),
    ),
];

/** More than a body may be, in a few thousand bytes. */
const SPACES = Buffer.alloc(8 << 20, ' ');
const BOMBS = { gzip: new Uint8Array(gzipSync(SPACES)), deflate: new Uint8Array(deflateSync(SPACES)) };
const bomb = (encoding: keyof typeof BOMBS): Malformed => encoded('a bomb', encoding, BOMBS[encoding]);

export const WIRE_FAULTS: readonly Make[] = [...BINARY, ...HTTP];

import type { Random } from '../../slow/children/random.js';
import { joined, post } from '../requests.js';
import { FEATURES, goodJson, INFER, type Json, jsonRequest, type Malformed } from './target.js';

type Make = (random: Random) => Malformed;

const raw = (what: string, body: Uint8Array | string): Malformed => ({ what, ...post(INFER, body) });
const textOf = (random: Random): string => JSON.stringify(goodJson(random));

/** Bodies that are no JSON, or JSON of something else. */
const SYNTAX: readonly Make[] = [
  (random) => {
    const text = textOf(random);
    return raw('JSON that ends early', text.slice(0, random.between(1, text.length - 1)));
  },
  (random) => raw('something after the JSON', textOf(random) + random.pick(['}', ']', ',', '{}', 'x', '\0'])),
  () => raw('an empty body', ''),
  (random) => raw('no object', random.pick(['null', 'true', '1', '"x"', '[]', '[{}]'])),
  (random) =>
    raw(
      'a word that JSON has not',
      textOf(random).replace(
        /"data":\[/,
        `"data":[${random.pick(['NaN', 'Infinity', '-Infinity', 'undefined', "'a'"])},`,
      ),
    ),
  (random) =>
    raw(
      'bytes that are no UTF-8',
      joined(
        '{"id":"',
        random.pick([Uint8Array.of(0xff, 0xfe), Uint8Array.of(0xc3, 0x28), Uint8Array.of(0xed, 0xa0, 0x80)]),
        `",${textOf(random).slice(1)}`,
      ),
    ),
  (random) => raw('deep nesting', random.pick(['[', '{"a":', '{"inputs":[']).repeat(random.between(1000, 20_000))),
  (random) =>
    raw(
      'noise',
      Uint8Array.from({ length: random.between(1, 400) }, () => random.below(256)),
    ),
];

/** Not a text. */
const NO_TEXT: readonly unknown[] = [null, 1, true, [], {}, ['x']];
const NO_LIST: readonly unknown[] = [null, 1, true, 'x', {}];

/** The good request with its first input changed. */
function inputChanged(what: string, random: Random, change: (input: Json) => Json): Malformed {
  const good = goodJson(random);
  return jsonRequest(what, { ...good, inputs: [change(good.inputs[0])] });
}

const without = (json: Json, key: string): Json =>
  Object.fromEntries(Object.entries(json).filter(([name]) => name !== key));

const INPUTS: readonly Make[] = [
  (random) => jsonRequest('no inputs', without(goodJson(random), 'inputs')),
  (random) => jsonRequest('inputs that are no list', { ...goodJson(random), inputs: random.pick(NO_LIST) }),
  (random) => jsonRequest('an empty list of inputs', { ...goodJson(random), inputs: [] }),
  (random) =>
    jsonRequest('an input that is no object', { ...goodJson(random), inputs: [random.pick([null, 1, 'x', []])] }),
  (random) => {
    const good = goodJson(random);
    return jsonRequest('an input twice', { ...good, inputs: [good.inputs[0], good.inputs[0]] });
  },
  (random) => {
    const good = goodJson(random);
    return jsonRequest('an input that the model has not', {
      ...good,
      inputs: [good.inputs[0], { ...good.inputs[0], name: 'y' }],
    });
  },
  (random) =>
    inputChanged('a field missing', random, (input) =>
      without(input, random.pick(['name', 'shape', 'datatype', 'data'])),
    ),
  (random) =>
    inputChanged('a name that is none', random, (input) => ({
      ...input,
      name: random.pick([...NO_TEXT, '', 'X', '__proto__', 'constructor', 'x\0', 'x'.repeat(100_000)]),
    })),
  (random) =>
    inputChanged('a type that is none', random, (input) => ({
      ...input,
      datatype: random.pick([...NO_TEXT, '', 'fp32', 'FP', 'toString', 'FLOAT', 'FP32 ']),
    })),
  (random) =>
    inputChanged('another type', random, (input) => ({
      ...input,
      datatype: random.pick(['BOOL', 'UINT8', 'INT8', 'INT32', 'INT64', 'UINT64', 'FP16', 'BF16', 'BYTES']),
    })),
  (random) =>
    inputChanged('a shape that is none', random, (input) => ({
      ...input,
      shape: random.pick([
        ...NO_LIST,
        [],
        [null],
        ['1', '1', '4'],
        [1.5, 2, 4],
        [-1, 1, FEATURES],
        [1, -1, FEATURES],
        [[1], 1, 4],
        [1e308, 1e308, 1e308],
      ]),
    })),
  (random) =>
    inputChanged('a shape that lies', random, (input) => ({
      ...input,
      shape: random.pick([
        [1, 100, FEATURES],
        [1, 2 ** 31, FEATURES],
        [1, 2 ** 53, FEATURES],
        [2 ** 32, 1, FEATURES],
        [1, 1, FEATURES - 1],
        [1, 1, FEATURES + 1],
        [1, 0, FEATURES],
        [0, 1, FEATURES],
        [1, 1, 1, FEATURES],
        [FEATURES, 3, 1],
      ]),
    })),
  (random) =>
    inputChanged('too few numbers', random, (input) => ({ ...input, data: (input.data as number[]).slice(1) })),
  (random) =>
    inputChanged('too many numbers', random, (input) => ({
      ...input,
      data: [...(input.data as number[]), ...Array(random.between(1, 5)).fill(0)],
    })),
  (random) =>
    inputChanged('data that are no numbers', random, (input) => ({
      ...input,
      data: (input.data as number[]).map((value, index) =>
        index === 0 ? random.pick(['1', null, {}, 'NaN', [['a']]]) : value,
      ),
    })),
  (random) =>
    inputChanged('data that are no list', random, (input) => ({
      ...input,
      data: random.pick([null, 1, 'AAAA', {}, { length: 4 }]),
    })),
  (random) =>
    inputChanged('nested data that are ragged', random, (input) => ({
      ...input,
      shape: [1, 2, FEATURES],
      data: [
        [
          [1, 2, 3],
          [1, 2, 3, 4, 5],
        ],
      ],
    })),
  (random) =>
    inputChanged('parameters of an input that are none', random, (input) => ({
      ...input,
      parameters: random.pick(['x', 1, [1], true]),
    })),
  (random) =>
    inputChanged('tensors that do not follow', random, (input) => ({
      ...without(input, 'data'),
      parameters: { binary_data_size: 4 * FEATURES },
    })),
];

/** The good request with other parameters. */
const asked = (what: string, random: Random, parameters: unknown): Malformed =>
  jsonRequest(what, { ...goodJson(random), parameters });

const SEQUENCES: readonly Make[] = [
  (random) => asked('parameters that are none', random, random.pick(['x', 1, [1], true])),
  (random) =>
    asked('an id that is none', random, {
      sequence_id: random.pick([true, {}, [], ['a'], 1.5, -1, 1e300]),
      sequence_start: true,
    }),
  (random) => asked('an empty id', random, { sequence_id: '', sequence_start: true }),
  (random) =>
    asked('a huge id', random, { sequence_id: 'x'.repeat(random.between(2000, 200_000)), sequence_start: true }),
  (random) =>
    asked('a start that is no boolean', random, {
      sequence_id: `s${random.below(1e9)}`,
      sequence_start: random.pick(['true', 1, {}, []]),
    }),
  (random) =>
    asked('an end that is no boolean', random, {
      sequence_id: `s${random.below(1e9)}`,
      sequence_start: true,
      sequence_end: random.pick(['true', 1, {}, []]),
    }),
  (random) => asked('a sequence that nobody began', random, { sequence_id: `nobody-${random.below(1e9)}` }),
  (random) => asked('a start of nothing', random, { sequence_start: true }),
  (random) => asked('an end of nothing', random, { sequence_end: true }),
];

const OUTPUTS: readonly Make[] = [
  (random) =>
    jsonRequest('outputs that are no list', {
      ...goodJson(random),
      outputs: random.pick(['head', 1, { name: 'head' }, true]),
    }),
  (random) =>
    jsonRequest('an output that the model has not', {
      ...goodJson(random),
      outputs: [{ name: random.pick(['nothing', '', '__proto__', 'x']) }],
    }),
  (random) =>
    jsonRequest('an output without a name', {
      ...goodJson(random),
      outputs: [random.pick([{}, null, 1, 'head', { name: 1 }])],
    }),
  (random) => jsonRequest('an output twice', { ...goodJson(random), outputs: [{ name: 'head' }, { name: 'head' }] }),
  (random) =>
    jsonRequest('classification', {
      ...goodJson(random),
      outputs: [{ name: 'head', parameters: { classification: 3 } }],
    }),
  (random) =>
    jsonRequest('binary_data that is no boolean', {
      ...goodJson(random),
      outputs: [{ name: 'head', parameters: { binary_data: random.pick(['yes', 1, {}]) } }],
    }),
  (random) =>
    asked('binary_data_output that is no boolean', random, { binary_data_output: random.pick(['yes', 1, {}]) }),
  (random) => jsonRequest('a request id that is no text', { ...goodJson(random), id: random.pick([1, true, {}, []]) }),
  (random) => jsonRequest('a huge request id', { ...goodJson(random), id: 'x'.repeat(random.between(2000, 200_000)) }),
];

export const JSON_FAULTS: readonly Make[] = [...SYNTAX, ...INPUTS, ...SEQUENCES, ...OUTPUTS];

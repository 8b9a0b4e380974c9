import { strToU8, zipSync } from 'fflate';
import { crc32c } from '../../src/importers/tensorflow/crc32c.js';
import type { HostileFile, Reader } from './little-heap.js';
import { npy } from './npy.js';
import { dict, id, stream, tensor } from './pytorch/pickles.js';
import { blobFile } from './rnnoise/drawn.js';
import { entry, field, noRestarts, table, u32, varint } from './tensorflow/table.js';

// Small files made to fill memory or to keep a reader busy.

const MB = 2 ** 20;
const repeated = (unit: string, bytes: number): Uint8Array => strToU8(unit.repeat(Math.floor(bytes / unit.length)));
const whole = (count: number): number[] => [0x8a, 8, ...new Uint8Array(BigInt64Array.of(BigInt(count)).buffer)];
const bytesOf = (opcodes: string): Uint8Array => Uint8Array.from(opcodes, (character) => character.charCodeAt(0));
/** A pickle of one opcode again and again, as the object of a checkpoint. */
const pickle = (opcodes: string, count: number) => stream(opcodes.repeat(count), [], '');

/** A zip archive whose entries all are the bytes of the last. */
function shared(
  names: readonly string[],
  others: Record<string, Uint8Array>,
  data: Uint8Array,
  level: 0 | 9,
): Uint8Array {
  const entries = Object.fromEntries(names.map((name) => [name, new Uint8Array()]));
  const zip = zipSync({ ...others, ...entries, last: [data, { level }] });
  const view = new DataView(zip.buffer, zip.byteOffset, zip.length);
  const records: number[] = [];
  let position = view.getUint32(zip.length - 22 + 16, true);
  while (view.getUint32(position, true) === 0x02014b50) {
    records.push(position);
    position += 46 + view.getUint16(position + 28, true);
  }
  const last = records.at(-1) as number;
  // Method, time, CRC-32 and both sizes; then where the entry is.
  for (const record of records.slice(Object.keys(others).length)) {
    zip.copyWithin(record + 10, last + 10, last + 28);
    zip.copyWithin(record + 42, last + 42, last + 46);
  }
  return zip;
}

/** The pickle alone, without what stands before and behind it in a stream. */
function dataPickle(object: string): Uint8Array {
  return bytesOf(`\x80\x02${object}.`);
}
const numbers = (count: number): string[] => Array.from({ length: count }, (_, k) => `${k}`);
const matrices = (count: number, type = 'Float') =>
  dict(
    Object.fromEntries(
      numbers(count).map((k) => [`l${k}.weight`, tensor(id(k, type, MB), { shape: [1024, 1024], strides: [1024, 1] })]),
    ),
  );

function safetensors(header: string, data = 0): Uint8Array {
  const bytes = new Uint8Array(8 + header.length + data);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(header.length), true);
  bytes.set(strToU8(header), 8);
  return bytes;
}
const scalarNamed = (...names: string[]) =>
  safetensors(
    `{${names.map((name, k) => `${JSON.stringify(name)}:{"dtype":"F32","shape":[1],"data_offsets":[${4 * k},${4 * k + 4}]}`)}}`,
    4 * names.length,
  );

const variable = (size: number, crc: number) => [
  ...field(1, 1),
  ...field(2, field(2, field(1, size / 4))),
  ...field(5, size),
  ...[6 * 8 + 5, ...u32(crc)],
];
const shard = new Uint8Array(4 * MB);
const variables = (...entries: number[][]) => table([...entries.flat(), ...noRestarts]);

/** What is read how, and what the refusal says. */
const FILES: readonly [name: string, reader: Reader, files: () => Uint8Array[], says: RegExp][] = [
  [
    'storages of a checkpoint on one deflate block',
    'pytorch',
    () => [
      shared(
        numbers(500).map((k) => `a/data/${k}`),
        { 'a/data.pkl': dataPickle(matrices(500)) },
        new Uint8Array(4 * MB),
        9,
      ),
    ],
    /^zip entry "a\/data\/\d+": too many bytes for a file of /,
  ],
  [
    'arrays of a .npz on one deflate block',
    'npz',
    () => [
      shared(
        numbers(500).map((k) => `${k}.npy`),
        {},
        npy('<f4', [MB], new Uint8Array(4 * MB)),
        9,
      ),
    ],
    /^zip entry "\d+\.npy": too many bytes/,
  ],
  [
    'arrays of a .npz on one stored block',
    'npz',
    () => [
      shared(
        numbers(10_000).map((k) => `${k}.npy`),
        {},
        npy('<f4', [MB / 2], new Uint8Array(2 * MB)),
        0,
      ),
    ],
    /^zip entry "\d+\.npy": too many operations/,
  ],
  [
    'keys of an index that share a megabyte',
    'bundle',
    () => [
      variables(
        entry('a'.repeat(MB), field(1, 7)),
        ...numbers(3000).map(() => [...varint(MB), ...varint(1), ...varint(2), 98, ...field(1, 7)]),
      ),
      shard,
    ],
    /^index: too many characters/,
  ],
  [
    'variables on the same bytes',
    'bundle',
    () => {
      const one = variable(4 * MB, crc32c(shard));
      return [variables(...numbers(2000).map((k) => entry(k, one))), shard];
    },
    /^variable ".*": too many operations/,
  ],
  [
    'a text of protocol 1',
    'pytorch',
    () => [pickle(`T${String.fromCharCode(0, 0, 64, 0)}${'x'.repeat(4 * MB)}`, 1)],
    /^file: no state dict/,
  ],
  ['lists', 'pytorch', () => [pickle(']', 5 * MB)], /^pickle: too many bytes/],
  ['dicts', 'pytorch', () => [pickle('}', 5 * MB)], /^pickle: too many bytes/],
  ['texts', 'pytorch', () => [pickle('U\x01x', MB)], /^file: no state dict/],
  ['values that are kept', 'pytorch', () => [pickle(`N${'\x94'.repeat(100)}`, 50_000)], /^pickle: too many bytes/],
  [
    'globals of two texts of two megabytes',
    'pytorch',
    () => [
      stream(
        `X\0\0\x20\0${'a'.repeat(2 * MB)}q\x01X\0\0\x20\0${'b'.repeat(2 * MB)}q\x02${'h\x01h\x02\x93'.repeat(100_000)}`,
      ),
    ],
    /a global of a long name/,
  ],
  [
    'a tensor of no elements and an axis without end',
    'pytorch',
    () => [
      stream(
        dict({
          'l.weight': `ctorch._utils\n_rebuild_tensor_v2\n(${id('a')}K\0(${String.fromCharCode(...whole(2 ** 52))}K\0t(K\x01K\x01t\x89NtR`,
          'l.bias': tensor(id('a'), { shape: [4], strides: [1] }),
        }),
      ),
    ],
    /the topology is left open|not the shape/,
  ],
  [
    'names of digits',
    'pytorch',
    () => [scalarNamed(`${'1'.repeat(120_000)}x.weight`, `${'1'.repeat(119_999)}2x.weight`)],
    /path is longer than 500/,
  ],
  [
    'short names of digits and dots',
    'pytorch',
    () => [scalarNamed(...numbers(60).map((k) => `${'1.'.repeat(240)}${k}x.weight`))],
    /the topology is left open/,
  ],
  ['a header of objects in objects', 'pytorch', () => [safetensors('{"a":'.repeat(MB - 1))], /^safetensors header: /],
  [
    'axes without end of a safetensors file',
    'pytorch',
    () => [safetensors(`{"a.weight":{"dtype":"F32","shape":[${'1,'.repeat(2 * MB)}1],"data_offsets":[0,4]}}`, 4)],
    /topology is left open/,
  ],
  [
    'names that a prototype has',
    'pytorch',
    () => [scalarNamed('__proto__', 'constructor', 'toString.weight')],
    /topology is left open/,
  ],
  [
    'a .npy of a hundred thousand axes',
    'npy',
    () => [npy('<f4', Array(21_000).fill(1), new Uint8Array(4))],
    /^file: a header too long/,
  ],
  ['empty objects', 'rtneural', () => [repeated('{},', 5 * MB)], /^file: too many bytes/],
  [
    'objects in objects',
    'rtneural',
    () => [strToU8('{"a":'.repeat(500_000) + 1 + '}'.repeat(500_000))],
    /^file: nested too deep/,
  ],
  [
    'a list of millions in the place of a size',
    'rtneural',
    () => [strToU8(`{"layers":[],"in_shape":[${'1,'.repeat(2 * MB)}"x"]}`)],
    /^in_shape: no number of inputs/,
  ],
  [
    'more layers than a list can have',
    'rtneural',
    () => [
      strToU8(
        JSON.stringify({
          model_data: {
            model: 'SimpleRNN',
            input_size: 1,
            output_size: 1,
            hidden_size: 1,
            num_layers: 2 ** 53 - 1,
            unit_type: 'LSTM',
            bias_fl: true,
            skip: 0,
          },
          state_dict: {
            'rec.weight_ih_l0': [[1], [1], [1], [1]],
            'rec.weight_hh_l0': [[1], [1], [1], [1]],
            'rec.bias_ih_l0': [1, 1, 1, 1],
            'rec.bias_hh_l0': [1, 1, 1, 1],
            'lin.weight': [[1]],
            'lin.bias': [1],
          },
        }),
      ),
    ],
    /^state_dict: not what model_data says/,
  ],
  [
    'a .nam of a list in the place of its architecture',
    'nam',
    () => [strToU8(`{"config":{},"weights":[],"architecture":[${'1,'.repeat(2 * MB)}1]}`)],
    /^architecture: one that is not honoured/,
  ],
  [
    'a blob of a hundred thousand arrays',
    'rnnoise',
    () => [blobFile(numbers(100_000).map((k) => ({ name: `array${k}`, data: new Int8Array(1), block: 1, room: 1 })))],
    /^conv1_bias: missing/,
  ],
  [
    'a text of spaces',
    'rnnoise',
    () => [strToU8(`rnnoise-nu model file version 1${' '.repeat(5 * MB)}`)],
    /^input_dense, inputs: not a number/,
  ],
];

export const HOSTILE: readonly HostileFile[] = FILES.map(([name, reader, files, says]) => ({
  name,
  reader,
  files,
  says,
}));

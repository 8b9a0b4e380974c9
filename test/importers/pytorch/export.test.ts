import { strToU8, unzipSync, zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { load } from '../../../src/importers/load/index.js';
import { draftPyTorch, fromPyTorch, type PyTorchConfig, readPyTorch } from '../../../src/importers/pytorch/index.js';
import { refusal } from '../support.js';
import { bytesOf, type Case, casesOf, difference } from './cases.js';

const VERSIONS = ['2.1', '2.6', '2.8', '2.15'];
const named = (name: string, version = '2.15') =>
  (casesOf<Case>(`export-${version}.json`).find(([one]) => one === name) as [string, Case])[1];

describe.each(VERSIONS)('exported programs of PyTorch %s', (version) => {
  it.each(casesOf<Case>(`export-${version}.json`))('%s: weights by name', async (_, one) => {
    const { spec, report } = readPyTorch(bytesOf(one), one.config);
    expect(await difference(spec, one)).toBeLessThan(1e-6);
    expect(report.format).toMatch(
      version === '2.1'
        ? /^torch\.export, schema 1\.0$/
        : new RegExp(`^torch\\.export, schema 8\\.\\d+, by PyTorch ${one.torch.replace(/[+.]/g, '\\$&')}$`),
    );
    expect((await load(bytesOf(one), { pytorch: one.config })).spec).toEqual(spec);
  });

  it('buffers that are no weights: the report says that they are not read', () => {
    const one = named('around', version);
    const wanted = version === '2.1' ? [] : ['buffers that are no weights, not read: shift'];
    expect(readPyTorch(bytesOf(one), one.config).report.notes.filter((note) => note.startsWith('buffers'))).toEqual(
      wanted,
    );
  });
});

it('a draft, and names as the tracer of PyTorch 2.1 had them', () => {
  const { config } = draftPyTorch(bytesOf(named('lstm', '2.1')));
  expect(config.layers?.map((layer) => 'prefix' in layer && layer.prefix)).toEqual(['rnn', 'fc']);
  const { report } = readPyTorch(bytesOf(named('lstm', '2.1')), named('lstm', '2.1').config);
  expect(report.tensors[0]?.tensor).toBe('L__self___rnn.weight_ih_l0');
});

/** The file with a part of it changed, or left out. */
function changed(
  version: string,
  end: string,
  change: (part: string) => string | undefined,
  name = 'lstm',
): Uint8Array {
  const files = unzipSync(bytesOf(named(name, version)));
  const path = Object.keys(files).find((path) => path.endsWith(end)) as string;
  const part = change(Buffer.from(files[path] as Uint8Array).toString('latin1'));
  if (part === undefined) delete files[path];
  else files[path] = Uint8Array.from(Buffer.from(part, 'latin1'));
  return zipSync(files, { level: 0 });
}
const { config } = named('lstm');
const first = 'rnn.weight_ih_l0';
const weights = (change: (weights: Record<string, Record<string, unknown>>) => void) =>
  changed('2.15', 'model_weights_config.json', (text) => {
    const json = JSON.parse(text);
    change(json.config);
    return JSON.stringify(json);
  });
const meta = (field: string, value: unknown) =>
  weights((all) => Object.assign((all[first] as { tensor_meta: object }).tensor_meta, { [field]: value }));
const entry = (field: string, value: unknown) =>
  weights((all) => Object.assign(all[first] as object, { [field]: value }));

const refused: [string, () => Uint8Array, string, PyTorchConfig?][] = [
  [
    'a program name',
    () => bytesOf(named('lstm', '2.6')),
    'config.stateDict: one exported program; expected no stateDict, got "other"',
    { stateDict: 'other' },
  ],
  [
    'another program',
    () => bytesOf(named('lstm')),
    'file: no exported program; expected other, got model',
    { stateDict: 'other' },
  ],
  [
    'no program',
    () => changed('2.15', 'models/model.json', () => undefined),
    'file: no exported program; expected models/<name>.json, got none',
  ],
  [
    'several programs',
    () => zipSync({ ...unzipSync(bytesOf(named('lstm'))), 'archive/models/b.json': strToU8('{}') }),
    'file: several exported programs; expected config.stateDict, one of them, got ',
  ],
  [
    'a part missing',
    () => changed('2.6', 'serialized_state_dict.pt', () => undefined),
    'file: a part of the exported program is missing; expected serialized_state_dict.json, got none',
  ],
  [
    'two versions',
    () => changed('2.6', 'version', () => '7.1'),
    'file: two versions of its schema; expected 8, got "7.1"',
  ],
  [
    'a schema to come',
    () => changed('2.15', 'models/model.json', (text) => text.replace(/"major": ?8/, '"major":9')),
    'models/model.json: a schema that is not read; expected major 1 to 8, got 9',
  ],
  [
    'another package',
    () => changed('2.15', 'archive_version', () => '1'),
    'file: a package that is not read; expected format pt2, version 0, got "pt2", "1"',
  ],
  [
    'another byte order',
    () => changed('2.15', 'byteorder', () => 'big'),
    'file: numbers of the other byte order; expected little-endian, got big',
  ],
  [
    'a weight that is not named',
    () => weights((all) => Object.assign(all, { more: all[first] })),
    'tensor "more": a weight that the program does not name; expected its parameters and buffers, got another',
  ],
  [
    'a weight that is not there',
    () => weights((all) => Reflect.deleteProperty(all, first)),
    `tensor "${first}": a parameter of the program without numbers; expected a weight, got none`,
  ],
  [
    'a pickled weight',
    () => entry('use_pickle', true),
    `tensor "${first}": kept as a pickle; expected its numbers (use_pickle false), got true`,
  ],
  [
    'a weight without a file',
    () => entry('path_name', 3),
    `tensor "${first}": without a file; expected path_name, got 3`,
  ],
  [
    'a sparse weight',
    () => meta('layout', 1),
    `tensor "${first}": a type that is not read; expected a dense tensor of numbers, got dtype 7, layout 1`,
  ],
  [
    'complex numbers',
    () => meta('dtype', 10),
    `tensor "${first}": a type that is not read; expected a dense tensor of numbers, got dtype 10, layout 7`,
  ],
  [
    'sizes of no number',
    () => meta('sizes', [{ as_expr: 's0' }]),
    'storage "weight_0": not a tensor; expected an offset, a shape and its strides',
  ],
  [
    'two types of one file',
    () =>
      weights((all) =>
        Object.assign(all['rnn.weight_hh_l0'] as object, {
          path_name: 'weight_0',
          tensor_meta: { ...(all['rnn.weight_hh_l0'] as { tensor_meta: object }).tensor_meta, dtype: 4 },
        }),
      ),
    'storage "weight_0": described in two ways; expected one type, got F32, I32',
  ],
  [
    'no list of weights',
    () => changed('2.15', 'model_weights_config.json', () => '[]'),
    'data/weights/model_weights_config.json: not a list of weights; expected { config }',
  ],
];

describe('exported programs that are refused', () => {
  it.each(refused)('%s', (_, bytes, message, more) => {
    expect(refusal(() => fromPyTorch(bytes(), { ...config, ...more }))).toContain(message);
  });

  it('a state dict that is none', () => {
    const other = (part: Uint8Array) =>
      changed('2.6', 'serialized_state_dict.pt', () => Buffer.from(part).toString('latin1'));
    const list = zipSync({ 'a/data.pkl': Uint8Array.from([0x80, 2, 0x5d, 0x2e]) });
    expect(refusal(() => fromPyTorch(other(list), config))).toBe(
      'serialized_state_dict.pt: not a state dict; expected tensors by their names',
    );
  });

  it('two names that are one without those of the tracer', () => {
    const twice = changed('2.1', 'serialized_exported_program.json', (text) =>
      text.replaceAll('L__self___fc.bias', 'L__x___fc.weight'),
    );
    const files = unzipSync(twice);
    const state = files['serialized_state_dict.json'] as Uint8Array;
    const parts = unzipSync(state);
    const pickle = Object.keys(parts).find((path) => path.endsWith('data.pkl')) as string;
    const text = Buffer.from(parts[pickle] as Uint8Array).toString('latin1');
    // The pickle has the length of a name in front of it.
    parts[pickle] = Uint8Array.from(
      Buffer.from(text.replace('\x11\0\0\0L__self___fc.bias', '\x10\0\0\0L__x___fc.weight'), 'latin1'),
    );
    files['serialized_state_dict.json'] = zipSync(parts, { level: 0 });
    expect(refusal(() => fromPyTorch(zipSync(files, { level: 0 }), config))).toBe(
      'tensor "fc.weight": twice; expected one tensor of a name, got L__x___fc.weight',
    );
  });
});

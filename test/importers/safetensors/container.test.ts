import { expect, it } from 'vitest';
import {
  fromSafetensors,
  readSafetensors,
  toSafetensors,
  writeSafetensors,
} from '../../../src/importers/safetensors/index.js';
import { int8Spec } from '../../support/int8.js';
import { stack } from '../../support/random.js';
import { refusal } from '../support.js';

// What the metadata of our own files says of a model, and what is refused of it.

const spec = stack('lstm', 2, 3);
const { tensors, metadata } = readSafetensors(toSafetensors(spec));
const own = JSON.parse(metadata.gatewise as string);
const said = (changed: object): string =>
  refusal(() => fromSafetensors(writeSafetensors(tensors, { gatewise: JSON.stringify(changed) })));

it('the file that they are made of is good', () => {
  expect(said(own)).toBe('nothing was thrown');
  expect(Object.keys(own).sort()).toEqual(['inputs', 'nodes', 'outputs', 'version']);
});

it.each<[string, unknown, string]>([
  ['name', 3, '3'],
  ['inputs', {}, '{}'],
  ['nodes', 'x', '"x"'],
  ['outputs', null, 'null'],
  ['carries', {}, '{}'],
  ['layouts', [], '[]'],
  ['int8', [], '[]'],
  ['tensors', {}, '{}'],
  ['constructor', {}, '{}'],
])('%s that cannot be', (field, value, got) => {
  expect(said({ ...own, [field]: value })).toBe(
    `metadata, gatewise: not a field of a model; expected name, inputs, nodes, outputs, carries, layouts, int8, got ${field}: ${got}`,
  );
});

it('fields that may be there', () => {
  const whole = { ...own, name: 'm', carries: [], layouts: {}, int8: {} };
  expect(said(whole)).toBe('nothing was thrown');
  expect(fromSafetensors(writeSafetensors(tensors, { gatewise: JSON.stringify(whole) }))).toMatchObject({
    name: 'm',
    carries: [],
    layouts: {},
    int8: {},
  });
});

it.each([0, 2, '1', undefined])('version %s', (version) => {
  expect(said({ ...own, version })).toBe(
    `metadata, gatewise: a version that is not read; expected 1, got ${version === undefined ? 'nothing' : JSON.stringify(version)}`,
  );
});

it('no spec in the metadata', () => {
  const none = (metadata: Record<string, string>): string =>
    refusal(() => fromSafetensors(writeSafetensors(tensors, metadata)));
  const expected =
    'metadata, gatewise: no model in the metadata; expected a file of toSafetensors; for weights alone, fromPyTorch';
  expect(none({})).toBe(`${expected}, got none`);
  expect(none({ format: 'pt', by: 'me' })).toBe(`${expected}, got format, by`);
  expect(none({ gatewise: '[]' })).toBe('metadata, gatewise: not a model; expected an object, got []');
});

it('int8 weights and their scales by name, where there is one of that name already another', () => {
  const int8 = int8Spec(spec);
  const [name] = Object.keys(int8.int8 ?? {}) as [string];
  const taken = { ...int8, tensors: { ...int8.tensors, [`${name}.scales`]: { shape: [1], data: Float32Array.of(1) } } };
  for (const [one, scales] of [
    [int8, `${name}.scales`],
    [taken, `${name}.scales_`],
  ] as const) {
    const file = readSafetensors(toSafetensors(one), { integers: true });
    expect(file.dtypes).toMatchObject({ [name]: 'I8', [scales]: 'F32' });
    expect(JSON.parse(file.metadata.gatewise as string).int8[name]).toBe(scales);
  }
});

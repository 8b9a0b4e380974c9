import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { PARAMETERS, resolveActivation } from '../../src/graph/activations.js';
import { SCAN } from '../../src/layers/newer/mix.js';
import type { ActivationSpec } from '../../src/spec.js';
import { ACTIVATION_WORDS, BINARY, FLAG, GRU_FIELDS, LSTM_FIELDS, RNN_FIELDS } from '../../src/wasm/abi.js';

// What TypeScript writes for the kernels, held against the kernels' own source.

const source = (file: string): string => readFileSync(new URL(`../../assembly/${file}.ts`, import.meta.url), 'utf8');

/** Fields of a class without methods, in the order in which they lie in memory, 4 bytes each. */
function fieldsOf(file: string, name: string): Record<string, string> {
  const [, body = ''] = new RegExp(`class ${name} \\{\\n([^}]*)\\}`).exec(source(file)) ?? [];
  const fields = [...body.matchAll(/^ {2}(\w+): (\w+);$/gm)];
  return Object.fromEntries(fields.map(([, field, type]) => [field, type === 'f32' ? 'f32' : 'i32']));
}

const snakeCase = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

describe('what the kernels are told', () => {
  it.each([
    ['lstm', 'LstmLayer', LSTM_FIELDS],
    ['gru', 'GruLayer', GRU_FIELDS],
    ['rnn', 'RnnLayer', RNN_FIELDS],
  ] as const)('the descriptor of %s: the same fields in the same order', (type, name, written) => {
    const fields = fieldsOf(type, name);
    expect(Object.entries(written)).toEqual(Object.entries(fields));
    expect(Object.keys(fields).at(-1)).toBe('flags');
  });

  it('an activation within a descriptor', () => {
    expect(Object.keys(fieldsOf('cell', 'Gate'))).toEqual(['id', 'alpha', 'beta']);
    expect(ACTIVATION_WORDS).toBe(3);
  });

  it('the number of each activation', () => {
    const [, body = ''] = /enum Activation \{\n([^}]*)\}/.exec(source('activations')) ?? [];
    const names = [...body.matchAll(/^ {2}(\w+),$/gm)].map(([, name]) => snakeCase(name as string));
    expect(names.length).toBeGreaterThan(20);
    expect(Object.keys(PARAMETERS)).toEqual(names);
    const numbers = Object.entries(PARAMETERS).map(([type, count]) => {
      const parameters = Object.fromEntries(['alpha', 'beta'].slice(0, count).map((key) => [key, 1]));
      return resolveActivation({ type, ...parameters } as ActivationSpec, '').id;
    });
    expect(numbers).toEqual(names.map((_, number) => number));
  });

  it('the bits of the flags', () => {
    const [, body = ''] = /namespace Flag \{\n([^}]*)\}/.exec(source('cell')) ?? [];
    const flags = Object.fromEntries(
      [...body.matchAll(/const (\w+): i32 = (\d+);/g)].map(([, k, v]) => [k, Number(v)]),
    );
    const { zeroOutputForMask, ...others } = FLAG;
    expect({ ...others, zeroOutput: zeroOutputForMask }).toEqual(flags);
  });

  it('the numbers of the elementwise operations', () => {
    const [, body = ''] = /enum Binary \{\n([^}]*)\}/.exec(source('rows')) ?? [];
    const names = [...body.matchAll(/^ {2}(\w+),$/gm)].map(([, name]) => name as string);
    expect(names.length).toBeGreaterThan(2);
    expect({ ...BINARY, scan: SCAN }).toEqual(Object.fromEntries(names.map((name, number) => [name, number])));
  });
});

import { describe, expect, it } from 'vitest';
import { Budget } from '../../../src/importers/shared/budget.js';
import { Reporter } from '../../../src/importers/shared/report.js';
import { SpecBuilder } from '../../../src/importers/shared/spec-builder.js';
import { refusal } from '../support.js';

const builder = (limits = {}) => new SpecBuilder(new Reporter(new Budget(0, limits)));

describe('names', () => {
  it('each once, numbered in the order in which they are wanted', () => {
    const names = builder();
    const wanted = ['a', 'a_2', 'a', 'a', 'a', '', '', 'constructor', '__proto__', '__proto__'];
    expect(wanted.map((name) => names.unique(name))).toEqual([
      ...['a', 'a_2', 'a_1', 'a_3', 'a_4', 'value', '_1', 'constructor', '__proto__', '__proto___1'],
    ]);
  });
  it('a hundred thousand times the same', () => {
    const names = builder();
    for (let n = 0; n < 100_000; n++) names.unique('same');
    expect(names.unique('same')).toBe('same_100000');
  });
  it('that grow along a chain are refused', () => {
    const names = builder();
    const grow = () => {
      for (let name = 'y'; ; )
        name = names.add({ type: 'activation', inputs: [name], activation: 'tanh' }, `${name}.y`);
    };
    expect(refusal(grow)).toMatch(
      /^node y\.y\..{76}: too many characters for a file of 0 bytes; expected at most 33554432 /,
    );
  });
  it('of tensors meet no prototype', () => {
    const made = builder();
    const tensor = { shape: [1], data: new Float32Array(1) };
    for (const name of ['__proto__', 'constructor', 'toString']) {
      expect(made.tensors[name]).toBeUndefined();
      expect(made.keep(name, tensor)).toBe(name);
    }
    expect(Object.keys(made.tensors)).toEqual(['__proto__', 'constructor', 'toString']);
  });
});

describe('the budget', () => {
  it('nodes', () => {
    const made = builder({ nodes: 1 });
    made.add({ type: 'dropout', inputs: ['x'] }, 'a');
    expect(refusal(() => made.add({ type: 'dropout', inputs: ['x'] }, 'b'))).toMatch('node b: too many nodes');
  });
  it('texts of the report', () => {
    const { reporter } = builder({ characters: 20 });
    reporter.read('a', 'b', [1, 2, 3]);
    expect(refusal(() => reporter.defaulted('a', 'c', '0123456789abc', 'rule'))).toMatch(
      'node a, c: too many characters',
    );
    expect(refusal(() => reporter.tensor('weights', [1], 'lstm', 'as it is'))).toMatch(
      'tensor weights: too many characters',
    );
  });
});

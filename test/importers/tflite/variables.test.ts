import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fromTflite, readTflite } from '../../../src/importers/tflite/index.js';
import { createModel } from '../../../src/index.js';
import { expectNear } from '../../support/bits.js';
import { builds } from '../../support/builds.js';
import { refusal } from '../support.js';
import { type Fields, file, type GraphParts, type OperatorParts, type TensorParts } from './build.js';
import { bytesOf } from './golden.js';

interface Case {
  readonly name: string;
  readonly model: string;
  readonly calls: readonly { readonly x: number[]; readonly y: number[] }[];
}
const cases: Case[] = JSON.parse(
  readFileSync(new URL('../../golden/tflite-files/variables.json', import.meta.url), 'utf8'),
);

describe.each(builds)('variables that a file keeps from call to call are the state of a stream, %s', (build) => {
  it.each(cases.map((one) => [one.name, one] as const))('%s', async (_, one) => {
    const { spec, report } = readTflite(bytesOf(one), { states: [] });
    expect(report.notes.join('\n')).toMatch(/variable ".*": what is assigned in one call is read in the next/);
    const model = await createModel(spec, { build });
    const stream = model.createStream();
    for (const { x, y } of one.calls) expectNear(stream.step(Float32Array.from(x)), y, 1e-6);
    stream.reset();
    expectNear(stream.step(Float32Array.from(one.calls[0]?.x ?? [])), one.calls[0]?.y ?? [], 1e-6);
  });
});

const row: TensorParts = { shape: [1, 3] };
const handle: TensorParts = { shape: [], type: 'RESOURCE' };
const zeros: TensorParts = { ...row, data: [0, 0, 0] };
const named = (outputs: string, name: string): OperatorParts => ({
  type: 'VAR_HANDLE',
  inputs: [],
  outputs: [outputs],
  options: ['VarHandle', { 1: { text: name } }],
});
const assign = (to: string, value: string): OperatorParts => ({
  type: 'ASSIGN_VARIABLE',
  inputs: [to, value],
  outputs: [],
});
const read = (of: string, to: string): OperatorParts => ({ type: 'READ_VARIABLE', inputs: [of], outputs: [to] });
const add = (a: string, b: string, to: string): OperatorParts => ({ type: 'ADD', inputs: [a, b], outputs: [to] });
const once = (graph: number): OperatorParts => ({
  type: 'CALL_ONCE',
  inputs: [],
  outputs: [],
  options: ['CallOnce', { 0: { i32: graph } } as Fields],
});

/** A sum that goes on: s' = s + x. */
const sum = (
  operators: readonly OperatorParts[],
  initial: TensorParts = zeros,
  tensors: Readonly<Record<string, TensorParts>> = {},
): Uint8Array => {
  const main: GraphParts = {
    tensors: { x: row, v: handle, old: row, y: row, again: row, z: row, ...tensors },
    operators: [once(1), named('v', 's'), ...operators],
    inputs: ['x'],
    outputs: ['z'],
  };
  const first: GraphParts = {
    tensors: { v: handle, zero: initial },
    operators: [named('v', 's'), assign('v', 'zero')],
    inputs: [],
    outputs: [],
  };
  return file([main, first]);
};
const GOES_ON = [read('v', 'old'), add('old', 'x', 'y'), assign('v', 'y')];

it('what is read behind what is assigned is that; what is read twice is one', async () => {
  const again = sum([read('v', 'again'), ...GOES_ON, add('again', 'y', 'z')]);
  const behind = sum([...GOES_ON, read('v', 'again'), add('again', 'x', 'z')]);
  for (const [bytes, wanted] of [
    [again, [1, 3, 5]],
    [behind, [2, 3, 4]],
  ] as const) {
    const stream = (await createModel(fromTflite(bytes))).createStream();
    for (const n of wanted) expect([...stream.step(Float32Array.of(1, 1, 1))]).toEqual([n, n, n]);
  }
});

it('one that is only read is a constant', async () => {
  const bytes = sum([read('v', 'old'), add('old', 'x', 'z')], { ...row, data: [1, 2, 3] });
  expect([...(await createModel(fromTflite(bytes))).run(Float32Array.of(1, 1, 1))]).toEqual([2, 3, 4]);
});

const LAST = add('y', 'x', 'z');

it.each<[what: string, bytes: () => Uint8Array, expected: RegExp]>([
  [
    'assigned twice',
    () => sum([...GOES_ON, assign('v', 'x'), LAST]),
    /variable "\/s": assigned more than once; expected once, got 2 times/,
  ],
  [
    'from other numbers',
    () => sum([...GOES_ON, LAST], { ...row, data: [0, 1, 0] }),
    /variable "\/s": a variable that starts from other numbers; expected zeros, got other numbers/,
  ],
  [
    'from none',
    () => sum([...GOES_ON, LAST], row),
    /variable "\/s": a variable that starts from other numbers; expected zeros, got none/,
  ],
  [
    'a constant without numbers',
    () => sum([read('v', 'old'), add('old', 'x', 'z')], row),
    /variable "\/s": a variable without numbers; expected numbers that CALL_ONCE assigns, got none/,
  ],
  [
    'of whole numbers',
    () => sum([read('v', 'old'), add('x', 'x', 'z')], zeros, { old: { ...row, type: 'INT32' } }),
    /variable "\/s": a type of variable that is not read; expected FLOAT32, got INT32/,
  ],
  [
    'of no handle',
    () => sum([read('x', 'old'), add('old', 'x', 'z')]),
    /READ_VARIABLE, operator 2: a variable of which nothing is known; expected one of a VAR_HANDLE, got tensor 0/,
  ],
  [
    'a subgraph beyond the end',
    () => sum([once(7), ...GOES_ON, LAST]),
    /a subgraph that is not there; expected one of the file, got 7/,
  ],
])('%s', (_, bytes, expected) => {
  expect(refusal(() => fromTflite(bytes()))).toMatch(expected);
});

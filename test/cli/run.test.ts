import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readNpy, readNpz } from '../../src/importers/formats/npy.js';
import { createModel, type ModelSpec } from '../../src/index.js';
import { npy } from '../importers/npy.js';
import { expectSameBits } from '../support/bits.js';
import { randomFloats, SpecBuilder, stack } from '../support/random.js';
import { bits, csv, folder, gatewise, put, putModel, WEATHER } from './here.js';

const FEATURES = 3;
const spec = stack('lstm', FEATURES, 8);
const model = await createModel(spec);
const file = putModel('lstm.gatewise', spec);

/** More timesteps than a piece has. */
const STEPS = 9000;
const x = randomFloats(STEPS * FEATURES, 3);
const y = model.run(x);
const rowsOf = (data: Float32Array, features: number): string =>
  Array.from({ length: data.length / features }, (_, row) =>
    data.subarray(row * features, (row + 1) * features).join(','),
  ).join('\n');
const table = put('x.csv', `a,b,c\n${rowsOf(x, FEATURES)}\n`);
const array = put('x.npy', npy('<f4', [STEPS, FEATURES], new Uint8Array(x.buffer)));
const short = 'a,b,c\n1,2,3\n4,5,6\n';

describe('a table streams', () => {
  it.each([table, array])('in pieces, to the bits of one run: %s', async (input) => {
    const { code, out, err } = await gatewise(['run', file, '--input', input]);
    expect(err).toBe('');
    expect(code).toBe(0);
    const { names, rows } = csv(out);
    expect(names).toEqual(Array.from({ length: y.length / STEPS }, (_, k) => `head[${k}]`));
    expectSameBits(bits(rows), y);
  });

  it.each(['csv', 'tsv', 'npy', 'npz', 'json'])('to a file: %s', async (format) => {
    const path = join(folder, `y.${format}`);
    const { code, out } = await gatewise(['run', file, '-i', table, '-o', path, '--json']);
    expect(code).toBe(0);
    const shape = [1, STEPS, y.length / STEPS];
    expect(JSON.parse(out)).toMatchObject({ output: path, rows: STEPS, outputs: [{ name: 'head', shape }] });
    const bytes = readFileSync(path);
    if (format === 'npy') {
      expect(readNpy(bytes).shape).toEqual(shape);
      expectSameBits(readNpy(bytes).data, y);
    } else if (format === 'npz') expectSameBits(readNpz(bytes).get('head')?.data as Float32Array, y);
    else if (format === 'json') expectSameBits(JSON.parse(`${bytes}`).head.data, y);
    else expectSameBits(bits(csv(`${bytes}`.replaceAll('\t', ',')).rows), y);
    expect(readdirSync(folder).filter((name) => name.endsWith('.part'))).toEqual([]);
  });

  it('from the standard input, and to it in any format', async () => {
    expect((await gatewise(['run', file, '-i', '-', '--to', 'json'], short)).out).toContain('"shape": [1,2,');
    const named = await gatewise(['run', file, '-i', '-', '--format', 'npy', '--json'], readFileSync(array));
    expectSameBits(JSON.parse(named.out).head.data, y);
  });

  it('numbers that are none go through', async () => {
    const odd = (await gatewise(['run', file, '-i', '-', '--json'], 'nan,-0,1\n')).out;
    expect(JSON.parse(odd).head.data[0]).toBe('NaN');
  });

  it('a model that gives the last timestep alone gives one row', async () => {
    const last = new SpecBuilder(7).recurrent('gru', 'g', 'x', FEATURES, 4, { returnSequences: false }).spec(FEATURES);
    const { rows } = csv((await gatewise(['run', putModel('last.gatewise', last), '-i', table])).out);
    expect(rows).toHaveLength(1);
    expectSameBits(bits(rows), (await createModel(last)).run(x));
  });
});

describe('columns', () => {
  it('are chosen by name, of those that are no numbers too', async () => {
    const text = 'day;c;a;b\nmonday;3;1;2\ntuesday;6;4;5\n';
    const expected = (await gatewise(['run', file, '-i', '-'], short)).out;
    expect((await gatewise(['run', file, '-i', '-', '--columns', 'a,b,c'], text)).out).toBe(expected);
    const npyOf4 = npy('<f4', [2, 4], new Uint8Array(Float32Array.of(0, 3, 1, 2, 0, 6, 4, 5).buffer));
    const by = await gatewise(['run', file, '-i', '-', '--columns', '3,4,2'], '0,3,1,2\n0,6,4,5\n');
    expect(by.out).toBe(expected);
    expect((await gatewise(['run', file, '-i', put('four.npy', npyOf4), '--columns', '3,4,2'])).out).toBe(expected);
  });

  it('go to the inputs that have their names', async () => {
    const builder = new SpecBuilder(4).add({ type: 'concatenate', name: 'both', inputs: ['u', 'v'] });
    const two: ModelSpec = {
      ...builder.recurrent('gru', 'g', 'both', 3, 5).spec(3),
      inputs: [
        { name: 'u', features: 1, dtype: 'float32' },
        { name: 'v', features: 2, dtype: 'float32' },
      ],
    };
    const path = putModel('two.gatewise', two);
    const { out } = await gatewise(['run', path, '-i', '-'], 'v[1],u,v[0]\n3,1,2\n6,4,5\n');
    const wanted = (await createModel(two)).runNamed({ u: [1, 4], v: [2, 3, 5, 6] });
    expectSameBits(bits(csv(out).rows), wanted.g?.data as Float32Array);
    expect(
      (await gatewise(['run', path, '-i', '-', '--format', 'json'], '{"u":[[1],[4]],"v":[[2,3],[5,6]]}')).out,
    ).toBe(out);
    const { code, err } = await gatewise(['run', path, '-i', '-'], 'v,u\n1,2\n');
    expect(err).toMatch(/standard input: a column that is missing; expected a column "v\[0\]"/);
    expect(code).toBe(1);
  });
});

describe('what needs everything at once', () => {
  it('a model that reads backwards', async () => {
    const both = new SpecBuilder(2).bidirectional('gru', 'g', 'x', FEATURES, 4).spec(FEATURES);
    const { out } = await gatewise(['run', putModel('both.gatewise', both), '-i', table]);
    expectSameBits(bits(csv(out).rows), (await createModel(both)).run(x));
  });

  it('a batch: the rows of one sequence after those of another', async () => {
    const { out } = await gatewise(['run', file, '-i', table, '--batch', '3', '--json']);
    const { shape, data } = JSON.parse(out).head;
    expect(shape).toEqual([3, STEPS / 3, y.length / STEPS]);
    expectSameBits(data, model.run(x, { batch: 3 }));
    const odd = await gatewise(['run', file, '-i', table, '--batch', '7']);
    expect(odd.err).toMatch(
      /wrong number of rows; expected a multiple of 7, as all sequences are of one length, got 9000/,
    );
  });

  it('an array of three axes', async () => {
    const cube = put('cube.npy', npy('<f4', [3, STEPS / 3, FEATURES], new Uint8Array(x.buffer)));
    const { out } = await gatewise(['run', file, '-i', cube]);
    expectSameBits(bits(csv(out).rows), model.run(x, { batch: 3 }));
  });
});

it('without timesteps rows are a batch', async () => {
  const dense: ModelSpec = { ...new SpecBuilder(3).dense('d', 'x', FEATURES, 2).spec(FEATURES) };
  const flat: ModelSpec = { ...dense, inputs: [{ name: 'x', features: FEATURES, dtype: 'float32', kind: 'vector' }] };
  const { out, err } = await gatewise(['run', putModel('dense.gatewise', flat), '-i', table]);
  expect(err).toBe('');
  expectSameBits(bits(csv(out).rows), (await createModel(flat)).run(x, { batch: STEPS }));
});

it('token ids', async () => {
  const ids = new SpecBuilder(5)
    .add({ type: 'embedding', name: 'e', inputs: ['x'], tensors: { weight: 'e.w' } })
    .recurrent('rnn', 'r', 'e', 4, 3);
  ids.tensor('e.w', 10, 4);
  const words: ModelSpec = { ...ids.spec(1, undefined, 'int32') };
  const path = putModel('words.gatewise', words);
  const wanted = (await createModel(words)).run([3, 1, 4]);
  expectSameBits(bits(csv((await gatewise(['run', path, '-i', '-'], '3\n1\n4\n')).out).rows), wanted);
  const array = npy('<i8', [3], new Uint8Array(BigInt64Array.of(3n, 1n, 4n).buffer));
  expectSameBits(bits(csv((await gatewise(['run', path, '-i', put('ids.npy', array)])).out).rows), wanted);
});

describe('--generate', () => {
  const fed = new SpecBuilder(6).recurrent('lstm', 'l', 'x', 2, 8).dense('next', 'l', 8, 2).spec(2);
  const path = putModel('fed.gatewise', fed);

  it('gives the timesteps after the input, each made of the one before', async () => {
    const stream = (await createModel(fed)).createStream();
    const wanted: number[] = [];
    let frame = stream.run([1, 2, 3, 4]).slice(-2);
    for (let made = 0; made < 5; made++) {
      wanted.push(...frame);
      frame = stream.step(frame);
    }
    const { out } = await gatewise(['run', path, '-i', '-', '--generate', '5'], '1,2\n3,4\n');
    expectSameBits(bits(csv(out).rows), Float32Array.from(wanted));
  });

  it('is refused where outputs are no inputs', async () => {
    const last = putModel('others.gatewise', new SpecBuilder(7).recurrent('gru', 'g', 'x', FEATURES, 4).spec(FEATURES));
    const { code, err } = await gatewise(['run', last, '-i', table, '--generate', '5']);
    expect(err).toMatch(/--generate: the output is no input; got g 4 float32 for x 3 float32/);
    expect(code).toBe(2);
  });
});

describe('what cannot be run', () => {
  const out = join(folder, 'never.csv');
  const cube = put('odd.npz', 'PK');
  it.each([
    [['-i', 'none.csv'], '', 1, /ENOENT: no such file or directory, .*none.csv/],
    [['-i', '-'], '', 1, /standard input: nothing in it; expected rows of numbers, got an empty file/],
    [['-i', '-'], 'a,b,c\n', 1, /standard input: no rows/],
    [
      ['-i', '-'],
      '1,2\n',
      1,
      /wrong number of columns; expected 3, the features of input "x"; --columns chooses, got 2/,
    ],
    [
      ['-i', '-'],
      'a,b,c\n1,2,x\n',
      1,
      /standard input, row 1, column 3: not a number; expected a number that float32 holds, got "x"/,
    ],
    [['-i', '-'], 'a,b,c\n1,2,\n', 1, /row 1, column 3: not a number; .* got ""/],
    [['-i', '-'], 'a,b,c\n1,2,1e39\n', 1, /row 1, column 3: not a number; .* got "1e39"/],
    [['-i', '-'], 'a,b,c\n1,2,3\n1,2\n', 1, /row 2: not a row; expected 3 fields, got 2: "1,2"/],
    [['-i', '-'], 'a,b,c\n1,2,3\n\n1,2,3\n', 1, /row 2: not a row; expected 3 fields, got a blank line/],
    [['-i', '-'], 'a,b,3\n1,2,3\n', 1, /a first row of both names and numbers; .*--header says which, got "a,b,3"/],
    [['-i', '-'], 'a,b,c\n1,2,"3\n', 1, /standard input: .*[Qq]uote/],
    [['-i', '-', '--format', 'json'], '[[1, 2', 1, /not JSON that can be read/],
    [['-i', '-', '--format', 'json'], '"x"', 1, /no input; expected arrays of numbers/],
    [['-i', '-', '--format', 'json'], '{"x":3}', 1, /standard input, "x": no input/],
    [['-i', '-', '--format', 'json'], '{"z":[[1,2,3]]}', 1, /inputs: no such name; expected x, got "z"/],
    [['-i', '-', '--format', 'json'], '[[1,2]]', 1, /input "x": wrong shape; expected \[time, 3\]/],
    [['-i', '-', '--format', 'npy'], 'hello, world', 1, /not a NumPy array/],
    [['-i', cube], '', 1, /not a zip archive/],
    [['-i', '-', '--format', 'wav'], '', 1, /no way to read wav; expected a file on a disk/],
    [['-i', put('cut.npy', readFileSync(array).subarray(0, 999))], '', 1, /wrong size; expected 108000 bytes, got 871/],
    [['-i', 'x.xlsx'], '', 2, /file "x.xlsx": of no known format; expected csv, tsv, npy/],
    [['-i', '-', '--format', 'toml'], '', 2, /"toml": of no known format/],
    [['-i', '-', '--columns', 'a,z'], short, 2, /--columns: standard input has no column "z"; it has a, b, c/],
    [['-i', '-', '--batch', '0'], short, 2, /--batch: expected a whole number of at least 1, got 0/],
    [['-i', '-', '--workers', '2'], short, 2, /--workers: a single sequence; expected several, which --batch says/],
    [['-i', array, '--workers', '2'], '', 2, /--workers: a single sequence; expected arrays of several/],
    [['-i', '-', '--workers', '2', '--generate', '2'], short, 2, /--workers: not with --generate/],
    [['-i', '-', '--header', 'maybe'], short, 2, /--header: expected yes or no/],
    [['-i', '-', '--delimiter', '1'], short, 2, /--delimiter: expected one character that no number has/],
    [['-i', '-', '--build', 'fast'], short, 2, /--build: no such kernels; expected simd or relaxed, got fast/],
  ] as [string[], string, number, RegExp][])('%j of %j', async (args, stdin, code, words) => {
    const ended = await gatewise(['run', file, ...args, '-o', out], stdin);
    expect(ended.err).toMatch(words);
    expect(ended.err.match(/\n/g)).toHaveLength(1);
    expect(ended.code).toBe(code);
    expect(existsSync(out)).toBe(false);
    expect(readdirSync(folder).filter((name) => name.endsWith('.part'))).toEqual([]);
  });

  it('an output of no known format, or a folder that is not there', async () => {
    expect(await gatewise(['run', file, '-i', table, '-o', 'y.xlsx'])).toMatchObject({ code: 2 });
    const { code, err } = await gatewise(['run', file, '-i', table, '-o', join(folder, 'none/y.csv')]);
    expect(err).toMatch(/^gatewise: file ".*none\/y.csv": cannot be written; ENOENT/);
    expect(code).toBe(1);
    expect((await gatewise(['run', '-', '-i', '-'])).code).toBe(2);
    expect((await gatewise(['run', WEATHER, '--assume', 'other', '-i', table])).err).toMatch(/config/);
  });
});

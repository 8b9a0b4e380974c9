import { parquetWriteBuffer } from 'hyparquet-writer';
import { describe, expect, it } from 'vitest';
import { createModel } from '../../src/index.js';
import { npy } from '../importers/npy.js';
import { expectSameBits } from '../support/bits.js';
import { randomFloats, SpecBuilder, stack } from '../support/random.js';
import { bits, csv, gatewise, put, putModel } from './here.js';

const spec = stack('gru', 2, 4);
const model = await createModel(spec);
const file = putModel('gru.gatewise', spec);

/** A RIFF/WAVE file: a chunk that says the format, one that nobody needs, of an odd size, the samples. */
function wav(
  tag: number,
  bits: number,
  channels: number,
  samples: Uint8Array,
  extra: readonly number[] = [],
): Uint8Array {
  const word = (value: number): number[] => [value & 255, value >> 8];
  const long = (value: number): number[] => [...word(value & 0xffff), ...word(value >>> 16)];
  const name = (text: string): number[] => [...Buffer.from(text)];
  const frame = (channels * bits) / 8;
  const format = [
    ...word(tag),
    ...word(channels),
    ...long(8000),
    ...long(8000 * frame),
    ...word(frame),
    ...word(bits),
    ...extra,
  ];
  const chunks = [...name('fmt '), ...long(format.length), ...format, ...name('note'), ...long(3), 1, 2, 3, 0];
  const body = [...name('WAVE'), ...chunks, ...name('data'), ...long(samples.length), ...samples];
  return Uint8Array.from([...name('RIFF'), ...long(body.length), ...body]);
}

/** Samples as whole numbers of so many bytes, little-endian. */
const whole = (values: readonly number[], bytes: number): Uint8Array =>
  Uint8Array.from(values.flatMap((value) => Array.from({ length: bytes }, (_, k) => (value >> (8 * k)) & 255)));

const FRAMES = [0.5, -1, 0.25, 0, -0.125, 0.75];
const scaled = (bits: number): number[] => FRAMES.map((value) => value * 2 ** (bits - 1));
const floats = Float32Array.from(FRAMES);
// WAVE_FORMAT_EXTENSIBLE: 22 more bytes, valid bits, speakers, and the tag again within a GUID.
const extensible = (tag: number, bits: number): number[] => [
  22,
  0,
  bits,
  0,
  3,
  0,
  0,
  0,
  tag,
  0,
  0,
  0,
  0,
  0,
  0x10,
  0,
  0x80,
  0,
  0,
  0xaa,
  0,
  0x38,
  0x9b,
  0x71,
];

describe('wav', () => {
  it.each([
    ['16 bits', wav(1, 16, 2, whole(scaled(16), 2))],
    ['24 bits', wav(1, 24, 2, whole(scaled(24), 3))],
    ['32 bits', wav(1, 32, 2, whole(scaled(32), 4))],
    [
      '8 bits',
      wav(
        1,
        8,
        2,
        whole(
          FRAMES.map((value) => value * 128 + 128),
          1,
        ),
      ),
    ],
    ['floats', wav(3, 32, 2, new Uint8Array(floats.buffer))],
    ['doubles', wav(3, 64, 2, new Uint8Array(Float64Array.from(FRAMES).buffer))],
    ['24 bits, extensible', wav(0xfffe, 24, 2, whole(scaled(24), 3), extensible(1, 24))],
    ['floats, extensible', wav(0xfffe, 32, 2, new Uint8Array(floats.buffer), extensible(3, 32))],
  ])('%s: a channel is a feature', async (name, bytes) => {
    const { out, err } = await gatewise(['run', file, '-i', put(`${name}.wav`, bytes)]);
    expect(err).toBe('');
    expectSameBits(bits(csv(out).rows), model.run(floats));
  });

  it('one channel of several', async () => {
    const mono = new SpecBuilder(3).recurrent('rnn', 'r', 'x', 1, 2).spec(1);
    const path = put('stereo.wav', wav(1, 16, 2, whole(scaled(16), 2)));
    const { out } = await gatewise(['run', putModel('mono.gatewise', mono), '-i', path, '--columns', '2']);
    expectSameBits(bits(csv(out).rows), (await createModel(mono)).run(FRAMES.filter((_, at) => at % 2 === 1)));
  });

  const sound = wav(1, 16, 2, whole(scaled(16), 2));
  it.each([
    ['other.wav', Buffer.from('not sound at all'), /not a WAVE file; expected RIFF … WAVE/],
    ['cut.wav', sound.subarray(0, -3), /truncated; expected 12 bytes of sound, got 9/],
    ['silent.wav', sound.subarray(0, 40), /no sound; expected a chunk "data", got none/],
    ['alaw.wav', wav(6, 8, 2, whole([1, 2], 1)), /a kind of sound that is not read; .*, got tag 6 of 8 bits/],
    ['six.wav', wav(1, 6, 2, whole([1, 2], 2)), /expected whole numbers of 8, 16, 24 or 32 bits/],
    ['odd.wav', wav(99, 16, 2, whole([1, 2], 2)), /got tag 99 of 16 bits/],
  ])('%s is refused', async (name, bytes, words) => {
    const { code, err } = await gatewise(['run', file, '-i', put(name, bytes)]);
    expect(err).toMatch(words);
    expect(code).toBe(1);
  });
});

describe('parquet', () => {
  const x = randomFloats(200, 8);
  const column = (k: number): number[] => Array.from({ length: 100 }, (_, row) => x[2 * row + k] as number);
  const day = { name: 'day', data: column(0).map((_, row) => `day ${row}`), type: 'STRING' as const };
  const bytes = (columnData: Parameters<typeof parquetWriteBuffer>[0]['columnData']): Uint8Array =>
    new Uint8Array(parquetWriteBuffer({ columnData, rowGroupSize: 30 }));

  it.each(['FLOAT', 'DOUBLE'] as const)('columns by name, group after group: %s', async (type) => {
    const data = [day, { name: 'b', data: column(1), type }, { name: 'a', data: column(0), type }];
    const { out, err } = await gatewise(['run', file, '-i', put(`${type}.parquet`, bytes(data)), '--columns', 'a,b']);
    expect(err).toBe('');
    expectSameBits(bits(csv(out).rows), model.run(x));
  });

  it('whole numbers and truth values', async () => {
    const data = [
      { name: 'a', data: [1n, 2n, -3n], type: 'INT64' as const },
      { name: 'b', data: [true, false, true], type: 'BOOLEAN' as const },
    ];
    const { out } = await gatewise(['run', file, '-i', put('whole.parquet', bytes(data))]);
    expectSameBits(bits(csv(out).rows), model.run([1, 1, 2, 0, -3, 1]));
  });

  it('what is no number, missing, or no such file is refused', async () => {
    const texts = put('texts.parquet', bytes([day, { name: 'b', data: column(1), type: 'FLOAT' }]));
    expect(await gatewise(['run', file, '-i', texts])).toMatchObject({
      code: 1,
      err: expect.stringMatching(
        /texts.parquet", row 1, column "day": not a number; expected a number, got string day 0/,
      ),
    });
    const holes = bytes([
      { name: 'a', data: [1, 2, 3], type: 'FLOAT' },
      { name: 'b', data: [1, null, 3], type: 'FLOAT', nullable: true },
    ]);
    expect((await gatewise(['run', file, '-i', put('holes.parquet', holes)])).err).toMatch(
      /row 2, column "b": .*got nothing/,
    );
    const cut = put('cut.parquet', holes.subarray(0, holes.length - 20));
    expect((await gatewise(['run', file, '-i', cut])).err).toMatch(
      /cut.parquet": cannot be read; expected a Parquet file/,
    );
  });
});

describe('csv', () => {
  const wanted = model.run([1, 2, 3, 4]);
  it.each([
    ['a,b\r\n1,2\r\n3,4\r\n'],
    ['\ufeffa,b\n1,2\n3,4'],
    ['"a","b"\n"1","2"\n"3","4"\n'],
    ['1;2\n3;4\n\n\n'],
    ['1\t2\n3\t4\n'],
    [' 1 , 2 \n 3 , 4e0 \n'],
    ['a|b\n+1|2.0\n.3e1|4.\n'],
  ])('%j', async (text) => {
    const { out, err } = await gatewise(['run', file, '-i', '-'], text);
    expect(err).toBe('');
    expectSameBits(bits(csv(out).rows), wanted);
  });

  it('rows that are cut anywhere are the same rows', async () => {
    const lines = Array.from({ length: 40_000 }, (_, row) => `${row / 7},"${-row}"`);
    const x = Float32Array.from(lines.flatMap((_, row) => [row / 7, -row]));
    const { out } = await gatewise(['run', file, '-i', put('long.csv', `a,b\n${lines.join('\n')}\n`)]);
    expectSameBits(bits(csv(out).rows), model.run(x));
  });

  it('says which row is names where nobody can tell', async () => {
    const text = '1,b\n1,2\n3,4\n';
    expectSameBits(bits(csv((await gatewise(['run', file, '-i', '-', '--header', 'yes'], text)).out).rows), wanted);
    expect((await gatewise(['run', file, '-i', '-', '--header', 'no'], text)).err).toMatch(
      /row 1, column 2: not a number/,
    );
    const colons = await gatewise(['run', file, '-i', '-', '--delimiter', ':'], '1:2\n3:4\n');
    expectSameBits(bits(csv(colons.out).rows), wanted);
  });
});

it('arrays by name, or alone', async () => {
  const { zipSync } = await import('fflate');
  const x = Float32Array.of(1, 2, 3, 4);
  const array = npy('<f4', [2, 2], new Uint8Array(x.buffer));
  for (const name of ['x', 'arr_0']) {
    const { out } = await gatewise(['run', file, '-i', put(`${name}.npz`, zipSync({ [`${name}.npy`]: array }))]);
    expectSameBits(bits(csv(out).rows), model.run(x));
  }
  const two = put('two.npz', zipSync({ 'a.npy': array, 'b.npy': array }));
  expect((await gatewise(['run', file, '-i', two])).err).toMatch(/inputs: no such name; expected x, got "a"/);
});

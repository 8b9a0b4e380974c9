import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { crc32 } from '../../src/importers/formats/crc.js';
import { createModel } from '../../src/index.js';
import { decode } from '../../src/view/codes.js';
import type { Contents } from '../../src/view/contents.js';
import { traceLayers, tracePicture } from '../../src/view/index.js';
import type { CodedBins } from '../../src/view/page.js';
import { int8Spec } from '../support/int8.js';
import { needs } from '../support/needs.js';
import { randomFloats, SpecBuilder, stack } from '../support/random.js';
import { folder, gatewise, put, putModel, WEATHER } from './here.js';

const spec = stack('lstm', 3, 8);
const file = putModel('traced.gatewise', spec);
const x = randomFloats(20 * 3, 3);
const rows = Array.from({ length: 20 }, (_, t) => x.subarray(t * 3, t * 3 + 3).join(','));
const table = put('traced.csv', `a,b,c\n${rows.join('\n')}\n`);
const html = join(folder, 'trace.html');
const png = join(folder, 'trace.png');

function contentsOf(path: string): Contents<CodedBins> {
  const [, json = ''] = /id="contents">(.*?)<\/script>/s.exec(readFileSync(path, 'utf8')) ?? [];
  return JSON.parse(json);
}

/** An image out of a PNG file, every chunk's check looked at. */
function decodePng(bytes: Buffer): { width: number; height: number; pixel(x: number, y: number): number[] } {
  expect([...bytes.subarray(0, 8)]).toEqual([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const chunks = new Map<string, Buffer>();
  for (let at = 8; at < bytes.length; ) {
    const length = bytes.readUInt32BE(at);
    const checked = bytes.subarray(at + 4, at + 8 + length);
    expect(bytes.readUInt32BE(at + 8 + length)).toBe(crc32(checked));
    chunks.set(checked.toString('latin1', 0, 4), checked.subarray(4));
    at += 12 + length;
  }
  expect([...chunks.keys()]).toEqual(['IHDR', 'IDAT', 'IEND']);
  const header = chunks.get('IHDR') as Buffer;
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)];
  expect([...header.subarray(8)]).toEqual([8, 2, 0, 0, 0]);
  const pixels = inflateSync(chunks.get('IDAT') as Buffer);
  expect(pixels.length).toBe(height * (1 + 3 * width));
  return { width, height, pixel: (x, y) => [...pixels.subarray(y * (1 + 3 * width) + 1 + 3 * x).subarray(0, 3)] };
}

describe('gatewise trace', () => {
  it('writes a page of what the model computed, and an image', async () => {
    const { code, out, err } = await gatewise(['trace', file, '-i', table, '--html', html, '--png', png, '--json']);
    expect([code, err]).toEqual([0, '']);
    expect(JSON.parse(out).layers.map(({ name, type }: { name: string; type: string }) => [name, type])).toEqual([
      ['x', 'input'],
      ['lstm0', 'lstm'],
      ['head', 'dense'],
    ]);
    expect(JSON.parse(out).layers[1].micros).toBeGreaterThan(0);
    const { title, sections } = contentsOf(html);
    expect(title).toBe('traced.gatewise');
    const [h] = (await createModel(spec)).trace(x).layers.map((layer) => layer.h);
    const { low } = decode(sections[1]?.pictures.at(-1)?.bins as CodedBins);
    for (let t = 0; t < 20; t++)
      for (let k = 0; k < 8; k++) expect(low[k * 20 + t]).toBeCloseTo(h?.[t * 8 + k] as number, 4);
    const image = decodePng(readFileSync(png));
    const picture = tracePicture(await traceLayers(spec, x, { time: false }));
    expect([image.width, image.height]).toEqual([picture.width, picture.height]);
    for (const [left, top] of [
      [200, 160],
      [700, 400],
      [100, 420],
    ] as const) {
      const at = (top * picture.width + left) * 4;
      expect(image.pixel(left, top)).toEqual([...picture.data.subarray(at, at + 3)]);
    }
    expect(readdirSync(folder).filter((name) => name.endsWith('.part'))).toEqual([]);
  });

  it('of a state dict, chosen columns, a row of a batch, to the standard output', async () => {
    const days = `d,c,b,a\n${Array.from({ length: 6 }, (_, t) => `${t},0.1,0.2,${t / 10}`).join('\n')}\n`;
    const args = [
      'trace',
      WEATHER,
      '--assume',
      'chain',
      '-i',
      '-',
      '--columns',
      'a,b,c,d',
      '--batch',
      '2',
      '--row',
      '1',
    ];
    const { code, out, err } = await gatewise([...args, '--html', '-', '--title', 'Six <days>'], days);
    expect([code, err]).toEqual([0, '']);
    expect(out).toContain('<title>Six &lt;days&gt;</title>');
    const [, json = ''] = /id="contents">(.*?)<\/script>/s.exec(out) ?? [];
    const [input] = (JSON.parse(json) as Contents<CodedBins>).sections;
    const { low } = decode(input?.pictures[0]?.bins as CodedBins);
    for (const [t, value] of [0.3, 0.4, 0.5].entries()) expect(low[t]).toBeCloseTo(value, 4);
  });

  it('compares two models on one input', async () => {
    const small = putModel('small.gatewise', int8Spec(spec));
    const { code, err } = await gatewise(
      ['trace', file, '-i', '-', '--against', small, '--html', html],
      readFileSync(table),
    );
    expect([code, err]).toEqual([0, '']);
    const { compared, sections } = contentsOf(html);
    expect(compared).toBe(true);
    expect(sections[1]?.pictures.slice(0, 3).map(({ name }) => name)).toEqual([
      'i of traced.gatewise',
      'i of small.gatewise',
      'i traced.gatewise − small.gatewise',
    ]);
    expect(sections[1]?.pictures[2]?.meaning).toMatch(/^at most [\d.e-]+, at \d+, \d$/);
  });

  it('takes several inputs by name', async () => {
    const builder = new SpecBuilder(5);
    builder.recurrent('gru', 'g', 'u', 2, 3).add({ type: 'concatenate', name: 'both', inputs: ['g', 'v'] });
    const several = {
      inputs: [
        { name: 'u', features: 2 },
        { name: 'v', features: 1 },
      ],
      nodes: builder.nodes,
      outputs: ['both'],
      tensors: builder.tensors,
    };
    const data = put(
      'several.json',
      JSON.stringify({
        u: [
          [1, 2],
          [3, 4],
        ],
        v: [[5], [6]],
      }),
    );
    const { code, err } = await gatewise(['trace', putModel('several.gatewise', several), '-i', data, '--html', html]);
    expect([code, err]).toEqual([0, '']);
    expect(contentsOf(html).sections.map(({ name }) => name)).toEqual(['u', 'v', 'g', 'both']);
  });
});

describe('refuses, and leaves no file', () => {
  const none = join(folder, 'none.html');
  it.each(['--html', '--png'])(
    '%s where there is no room',
    needs(existsSync('/dev/full'), 'no /dev/full'),
    async (flag) => {
      const { code, err } = await gatewise(['trace', file, '-i', table, flag, '/dev/full']);
      expect(err).toBe('gatewise: file "/dev/full": cannot be written; ENOSPC: no space left on device, write\n');
      expect(code).toBe(1);
    },
  );

  const other = putModel('other.gatewise', stack('lstm', 3, 9));
  it.each([
    [['-i', table], 2, 'nowhere to draw; give --html, --png or both'],
    [['-i', table, '--html', '-', '--png', '-'], 2, 'two things on the standard output'],
    [['-i', table, '--html', '-', '--json'], 2, 'two things on the standard output'],
    [['-i', '-', '--against', '-', '--html', none], 2, 'two things on the standard input'],
    [['-i', table, '--html', none, '--row', 'x'], 2, '--row: expected a whole number, got x'],
    [['-i', table, '--html', none, '--row', '1'], 1, 'row: no such row; expected 0 to 0, got 1'],
    [
      ['-i', put('two.csv', '1,2\n'), '--html', none],
      1,
      /^file ".*two.csv": wrong number of columns; expected 3, .* got 2$/,
    ],
    [['-i', join(folder, 'nowhere.csv'), '--html', none], 1, /ENOENT.*nowhere.csv/],
    [
      ['-i', table, '--against', other, '--html', none],
      1,
      'layer "lstm0", i: cannot be compared: another shape; expected 20 × 8, got 20 × 9',
    ],
    [['-i', table, '--against', put('junk.onnx', 'junk'), '--html', none], 1, /of no known format/],
    [['-i', table, '--html', join(folder, 'nowhere', 'x.html')], 1, /nowhere.*cannot be written; ENOENT/],
  ] as const)('%j', async (args, code, words) => {
    const ended = await gatewise(['trace', file, ...args]);
    const said = ended.err.replace(/^gatewise: /, '').trimEnd();
    if (typeof words === 'string') expect(said).toBe(words);
    else expect(said).toMatch(words);
    expect(said).not.toContain('\n');
    expect([ended.code, ended.out, existsSync(none)]).toEqual([code, '', false]);
  });
});

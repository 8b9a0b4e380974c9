import { strToU8, zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { choose } from '../../../src/importers/load/choose.js';
import { load, sniff } from '../../../src/importers/load/index.js';
import { isModelProto } from '../../../src/importers/load/onnx-proto.js';
import { refusal } from '../support.js';
import { noRestarts, table } from '../tensorflow/table.js';

// What files look like: each sign where it must stand, and nowhere else.

describe('signs of formats', () => {
  const onnx = (...bytes: number[]) => Uint8Array.of(0x08, 7, 0x12, 5, ...bytes);
  it.each<[string, Uint8Array, string]>([
    ['nine bytes may be ONNX', onnx(97, 97, 97, 97, 97), 'onnx'],
    ['a brace that is the ninth byte of ONNX', onnx(97, 97, 97, 97, 0x7b, 1, 2, 3), 'onnx'],
    ['a text of protocol 1', strToU8('L12L\n.'), 'pytorch'],
    ['a capture of two parts', strToU8('{"model_data":{},"state_dict":{}}'), 'rtneural'],
    ['without the L of Python 2', strToU8('L12\n.'), 'pytorch'],
    ['a header of safetensors of the largest size', Uint8Array.of(0, 0xe1, 0xf5, 5, 0, 0, 0, 0, 0x7b), 'pytorch'],
  ])('%s', (_, bytes, format) => {
    expect(sniff(bytes)).toBe(format);
  });

  it.each<[string, Uint8Array, string]>([
    ['eight bytes are too few for ONNX', onnx(97, 97, 97, 97), 'of no known format'],
    ['a text of protocol 1 behind a byte', strToU8('\x01L12L\n.'), 'of no known format'],
    ['a larger header', Uint8Array.of(1, 0xe1, 0xf5, 5, 0, 0, 0, 0, 0x7b), 'of no known format'],
    ['an object of nothing', strToU8('{}'), 'JSON of no known format'],
    ['a weight and something else', strToU8('{"a.weight":[1],"b":2}'), 'JSON of no known format'],
    ['something else and a weight', strToU8('{"b":2,"a.bias":[1]}'), 'JSON of no known format'],
    ['a half of a .nam', strToU8('{"architecture":"LSTM"}'), 'JSON of no known format'],
    ['the other half', strToU8('{"weights":[]}'), 'JSON of no known format'],
    ['a half of a capture', strToU8('{"model_data":{}}'), 'JSON of no known format'],
    ['the other half', strToU8('{"state_dict":{}}'), 'JSON of no known format'],
  ])('%s', (_, bytes, message) => {
    expect(refusal(() => sniff(bytes))).toMatch(message);
  });

  it.each<[string, number[]]>([
    ['gzip', [0x1f, 0x8b]],
    ['bzip2', [...strToU8('BZh9')]],
    ['xz', [0xfd, ...strToU8('7zXZ')]],
    ['zstd', [0x28, 0xb5, 0x2f, 0xfd]],
    ['an empty zip archive', [...strToU8('PK\x05\x06', true)]],
    ['a text with a byte order mark', [0xef, 0xbb, 0xbf]],
    ['a single NumPy array', [0x93, ...strToU8('NUMPY')]],
    ['a GGUF model', [...strToU8('GGUF')]],
    ['a Core ML model', [0x08, 4, 0x12, 0x84, 1, 0x0a]],
  ])('%s, at the beginning alone', (name, sign) => {
    // No text, and longer than any sign.
    const rest = Array(12).fill(0x01);
    expect(refusal(() => sniff(Uint8Array.from([...sign, ...rest])))).toContain(
      `file: ${name.includes(' ') ? name : `packed with ${name}`};`,
    );
    expect(refusal(() => sniff(Uint8Array.from([0x01, ...sign, ...rest])))).toContain('file: of no known format;');
  });

  it('an archive tells its first eight names', () => {
    const names = Array.from({ length: 12 }, (_, k) => `n${k}`);
    const bytes = zipSync(Object.fromEntries(names.map((name) => [name, strToU8('x')])));
    expect(refusal(() => sniff(bytes))).toMatch(/, got n0, n1, n2, n3, n4, n5, n6, n7$/);
    const keys = Object.fromEntries(names.map((name) => [name, 1]));
    expect(refusal(() => sniff(strToU8(JSON.stringify(keys))))).toMatch(/, got n0, n1, n2, n3, n4, n5, n6, n7$/);
  });
});

describe('a model of ONNX to its last byte', () => {
  const graph = [0x3a, 2, 1, 1];
  it.each<[string, number[], boolean]>([
    ['a graph', graph, true],
    ['a version and a graph', [0x08, 7, ...graph], true],
    ['a large version and a graph', [0x08, 0x87, 1, ...graph], true],
    ['a name behind the graph', [...graph, 0x12, 1, 65], true],
    [
      'every field that there is',
      [2, 3, 4, 6, 14, 20, 25, 26]
        .flatMap((n) => (n < 16 ? [n * 8 + 2, 1, 65] : [((n * 8 + 2) & 127) | 128, (n * 8 + 2) >> 7, 1, 65]))
        .concat([0x28, 1], graph),
      true,
    ],
    ['a long name', [0x12, 0x80, 1, ...Array(128).fill(65), ...graph], true],
    ['no graph', [0x08, 7], false],
    ['nothing', [], false],
    ['a graph cut short', [0x3a, 3, 1, 1], false],
    ['a byte behind', [...graph, 0], false],
    ['a number where there is a text', [0x10, 1, ...graph], false],
    ['a text where there is a number', [0x0a, 1, 65, ...graph], false],
    ['a graph that is a number', [0x38, 1], false],
    ['another field of text', [9 * 8 + 2, 1, 65, ...graph], false],
    ['a fixed number', [0x0d, 1, 2, 3, 4, ...graph], false],
  ])('%s: %#', (_, bytes, is) => {
    expect(isModelProto(Uint8Array.from(bytes))).toBe(is);
  });
});

describe('of several files', () => {
  const graph = Uint8Array.of(0x08, 7, 0x3a, 5, 1, 1, 1, 1, 1);
  const json = strToU8('{"modelTopology":{}}');
  const index = table([...noRestarts]);
  const plain = Uint8Array.of(0xde, 0xad, 1, 2, 3, 4, 5, 6, 7);
  const chosen = (files: Record<string, Uint8Array>): string => {
    const { main, format, others } = choose(files);
    const name = Object.entries(files).find(
      ([, bytes]) => bytes === main || bytes.every((byte, i) => byte === main[i]),
    )?.[0];
    return `${format} ${name} | ${Object.keys(others).sort()}`;
  };
  /** Whatever comes first. */
  const both = (files: Record<string, Uint8Array>): string => {
    const turned = Object.fromEntries(Object.entries(files).reverse());
    expect(chosen(turned)).toBe(chosen(files));
    return chosen(files);
  };

  it.each<[Record<string, Uint8Array>, string]>([
    [{ 'a.index': index, 'b.json': json, 'c.onnx': graph }, 'tensorflow a.index | b.json,c.onnx'],
    [{ 'b.json': json, 'c.onnx': graph }, 'tfjs b.json | c.onnx'],
    [{ 'a.index.old': index, 'b.json': json }, 'tfjs b.json | a.index.old'],
    [{ 'b.json.old': json, 'c.onnx': graph }, 'onnx c.onnx | b.json.old'],
    [{ a: index, b: json, c: graph }, 'tensorflow a | b,c'],
    [{ b: json, c: graph }, 'tfjs b | c'],
    // A name that suits counts for more than the format.
    [{ a: index, 'c.onnx': graph }, 'onnx c.onnx | a'],
    [{ 'a.bin': index, c: graph }, 'onnx c | a.bin'],
    [{ a: index, 'b.JSON': json }, 'tfjs b.JSON | a'],
    [{ a: index, 'c.PB': graph }, 'onnx c.PB | a'],
    [{ a: graph, 'b.index': index }, 'tensorflow b.index | a'],
    [{ 'c.onnx': graph, 'c.onnx.data': graph }, 'onnx c.onnx | c.onnx.data'],
    [{ 'c.onnx': graph, 'c.onnx_data': graph }, 'onnx c.onnx | c.onnx_data'],
    [{ c: graph, 'v.data-00000-of-00001': graph }, 'onnx c | v.data-00000-of-00001'],
    [{ c: graph, 'w.weights': graph }, 'onnx c | w.weights'],
    [{ c: graph, 'w.weight': graph }, 'onnx c | w.weight'],
    [{ c: graph, 'w.raw': graph }, 'onnx c | w.raw'],
    [{ c: graph, 'w.npy': graph }, 'onnx c | w.npy'],
    [{ c: graph, 'w.bin': graph }, 'onnx c | w.bin'],
    [{ c: graph, w_data: graph }, 'onnx c | w_data'],
    [{ 'deep/c.onnx': graph, 'deep/w': plain, 'else/w': plain }, 'onnx deep/c.onnx | else/w,w'],
  ])('%#: %o', (files, wanted) => {
    // The same bytes twice can't be told by them.
    const own = Object.fromEntries(
      Object.entries(files).map(([name, bytes], k) => [
        name,
        bytes === graph && k > 0 ? Uint8Array.of(0x08, 7, 0x3a, 5, 2, 2, 2, 2, k) : bytes,
      ]),
    );
    expect(both(own)).toBe(wanted);
  });

  it.each<[Record<string, Uint8Array>, string]>([
    [
      { 'a.onnx': graph, 'b.onnx': graph },
      'source: several files that describe a model; expected one, got a.onnx, b.onnx',
    ],
    [{ w_data2: graph, b: graph }, 'source: several files that describe a model; expected one, got w_data2, b'],
    [{ wdata: graph, b: graph }, 'source: several files that describe a model; expected one, got wdata, b'],
    [{ 'a.onnx.old': graph, b: graph }, 'source: several files that describe a model; expected one, got a.onnx.old, b'],
    [{ 'a.onnx': graph, './a.onnx': graph }, 'source: a file twice; expected every path once, got a.onnx, a.onnx'],
    [{ a: plain, b: plain }, 'source: no file of a known format; expected one that describes a model, got a, b'],
    [
      { a: plain, b: strToU8('{"layers":[]}') },
      'source: files beside a model of one file (rtneural); expected b alone, got a, b',
    ],
  ])('%#: %o is refused', (files, message) => {
    expect(refusal(() => choose(files))).toBe(message);
  });

  it('limits hold for what is looked at', async () => {
    const large = strToU8(JSON.stringify({ layers: Array(100).fill(0) }));
    for (const source of [large, { 'a.json': large }])
      await expect(load(source, { limits: { bytes: 100 } })).rejects.toThrow(
        /^file: too many bytes for a file of 212 bytes; expected at most 100 in all/,
      );
  });
});

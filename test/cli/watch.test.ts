import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { History } from '../../src/cli/watch/history.js';
import { createModel, type LayerTrace, type ModelSpec, type Trace } from '../../src/index.js';
import { npy } from '../importers/npy.js';
import { expectSameBits } from '../support/bits.js';
import { randomFloats, SpecBuilder, stack } from '../support/random.js';
import { bits, folder, gatewise, put, putModel, WEATHER } from './here.js';

const TIME = 40;
const spec = stack('lstm', 3, 5, 2);
const file = putModel('watched.gatewise', spec);
const x = randomFloats(TIME * 3, 3);
const rowsOf = (data: Float32Array, width: number): string[] =>
  Array.from({ length: data.length / width }, (_, t) => data.subarray(t * width, (t + 1) * width).join(','));
const text = `a,b,c\n${rowsOf(x, 3).join('\n')}\n`;
const table = put('watched.csv', text);

interface Line {
  readonly timestep: number;
  readonly layer: string;
  readonly gates?: Record<string, number[]>;
  readonly states?: Record<string, number[]>;
  readonly outputs?: Record<string, number[]>;
}

async function steps(args: readonly string[], stdin: string | Uint8Array = ''): Promise<Line[]> {
  const { code, out, err } = await gatewise(['watch', ...args, '--json'], stdin);
  expect([code, err]).toEqual([0, '']);
  const lines = out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);
  expect(lines.map(({ timestep }) => timestep)).toEqual(lines.map((_, index) => index));
  return lines;
}

/** All numbers of a gate or state, over the lines. */
const over = (lines: readonly Line[], kind: 'gates' | 'states' | 'outputs', name: string): Float32Array =>
  bits(lines.map((line) => line[kind]?.[name] ?? []));

async function traceOf(source: ModelSpec, data: Float32Array): Promise<Trace> {
  return (await createModel(source)).trace(data);
}

function expectLayer(lines: readonly Line[], { layer, gates, c, h }: LayerTrace): void {
  expect(new Set(lines.map((line) => line.layer))).toEqual(new Set([layer]));
  expect(Object.keys(lines[0]?.gates ?? {})).toEqual(Object.keys(gates));
  for (const [name, data] of Object.entries(gates)) expectSameBits(over(lines, 'gates', name), data);
  expect(Object.keys(lines[0]?.states ?? {})).toEqual(c ? ['c', 'h'] : ['h']);
  for (const [name, data] of Object.entries({ h, ...(c && { c }) })) expectSameBits(over(lines, 'states', name), data);
}

describe('watch --json: what trace has, a line a timestep', () => {
  it('the first recurrent layer, and another by its name', async () => {
    const [first, second] = (await traceOf(spec, x)).layers as [LayerTrace, LayerTrace];
    expectLayer(await steps([file, '-i', table]), first);
    expectLayer(await steps([file, '-i', table, '--layer', 'lstm1']), second);
  });

  it.each(['gru', 'rnn'] as const)('a %s, frames from the standard input', async (type) => {
    const model = stack(type, 3, 6);
    const [layer] = (await traceOf(model, x)).layers as [LayerTrace];
    const lines = await steps([putModel(`${type}.gatewise`, model), '-i', '-'], text);
    if (type === 'rnn') {
      expect(lines[0]).not.toHaveProperty('gates');
      expectSameBits(over(lines, 'states', 'h'), layer.h);
    } else expectLayer(lines, layer);
  });

  it('a layer that is no cell: its output; of a model without cells the first one', async () => {
    const { outputs } = await traceOf(spec, x);
    const lines = await steps([file, '-i', table, '--layer', 'head']);
    expectSameBits(over(lines, 'outputs', 'y'), outputs.head?.data ?? []);
    const dense = new SpecBuilder(2).dense('one', 'x', 3, 4, 'relu').dense('two', 'one', 4, 2).spec(3);
    const [line] = await steps([putModel('dense.gatewise', dense), '-i', table]);
    expect([line?.layer, line?.outputs?.y?.length]).toEqual(['one', 4]);
  });

  it('masks, which go over what comes piece by piece', async () => {
    const builder = new SpecBuilder(7);
    builder.add({ type: 'masking', name: 'mask', inputs: ['x'], maskValue: 0 }).recurrent('gru', 'a', 'mask', 3, 4);
    builder.recurrent('lstm', 'b', 'a', 4, 5);
    const masked = builder.spec(3);
    const gaps = x.map((value, index) => ([0, 4, 5, 6].includes(Math.floor(index / 3)) ? 0 : value));
    const trace = await traceOf(masked, gaps);
    const model = putModel('masked.gatewise', masked);
    const lines = await steps([model, '-i', '-', '--layer', 'b'], rowsOf(gaps, 3).join('\n'));
    expect(lines[4]?.gates?.i).toEqual(Array(5).fill('NaN'));
    expectLayer(lines, trace.layers[1] as LayerTrace);
  });

  it('arrays as a whole; a row of a batch', async () => {
    const batch = put('watched.npy', npy('<f4', [2, TIME / 2, 3], new Uint8Array(x.buffer)));
    const [, second] = [0, 1].map((row) => x.slice((row * x.length) / 2, ((row + 1) * x.length) / 2));
    const [layer] = (await traceOf(spec, second as Float32Array)).layers as [LayerTrace];
    expectLayer(await steps([file, '-i', batch, '--row', '1']), layer);
    expectLayer(await steps([file, '-i', table, '--batch', '2', '--row', '1']), layer);
  });
});

describe('watch, where nobody looks on', () => {
  it('prints the picture after the last timestep: maps, values, a line, words', async () => {
    const { code, out, err } = await gatewise(['watch', file, '-i', table]);
    expect([code, err]).toEqual([0, '']);
    const lines = out.trimEnd().split('\n');
    expect(lines[0]).toMatch(/^lstm0: lstm, 5 units, 200 parameters +timestep 39/);
    expect(lines.every((line) => line.length <= 80)).toBe(true);
    for (const name of ['i input gate', 'f forget gate', 'g candidate', 'o output gate', 'c cell state', 'h hidden'])
      expect(out).toContain(name);
    const [layer] = (await traceOf(spec, x)).layers as [LayerTrace];
    const shown = (data: Float32Array = new Float32Array()): string =>
      `${Number((data[39 * 5] as number).toPrecision(4))}`.replace('-', '−');
    expect(out).toContain(`unit 0:  i ${shown(layer.gates.i)}  f ${shown(layer.gates.f)}  g ${shown(layer.gates.g)}`);
    expect(out).toContain('Layer "lstm0" is an LSTM with 5 units.');
    // No more than text.
    expect(out).not.toMatch(/[^\P{Cc}\n]/u);
  });

  it('draws a unit of a gate as letters from low to high, a timestep each', async () => {
    // A cell whose input gate alone depends on the input: sigmoid(8 · x).
    const gate = (weights: number[]) => ({ shape: [4, 1], data: Float32Array.from(weights) });
    const single: ModelSpec = {
      inputs: [{ name: 'x', features: 1 }],
      nodes: [{ type: 'lstm', name: 'cell', inputs: ['x'], units: 1, tensors: { weightIh: 'w', weightHh: 'r' } }],
      outputs: ['cell'],
      tensors: { w: gate([8, 0, 0, 0]), r: gate([0, 0, 0, 0]) },
    };
    const { out } = await gatewise(['watch', putModel('single.gatewise', single), '-i', '-'], '-9\n9\n0\n9\n-9\n');
    const map = out.split('\n').findIndex((line) => line.startsWith('▸i input gate'));
    expect(out.split('\n')[map + 1]?.slice(0, 8)).toBe('▸ @+@ ');
  });

  it('of a long table it keeps what there is room for', async () => {
    const history = new History();
    const step = (t: number): Float32Array[] => [new Float32Array(1 << 14).fill(t), Float32Array.of(-t)];
    for (let t = 0; t < 1000; t++) history.add(step(t));
    expect([history.begin, history.end]).toEqual([1000 - 512, 1000]);
    for (const t of [1000 - 512, 700, 999]) expect(history.step(t)).toEqual(step(t));
    expectSameBits(history.columns(1, 997, 1000), [-997, -998, -999]);
    // Of all that has been, so that colours stay what they were.
    expect([...history.range(1)]).toEqual([-999, -0]);
    const { code, out } = await gatewise(['watch', file, '-i', '-'], rowsOf(randomFloats(60_000, 1), 3).join('\n'));
    expect(code).toBe(0);
    expect(out).toContain('timestep 19999');
  });
});

describe('refuses in one line', () => {
  const both = putModel('both.gatewise', new SpecBuilder(4).bidirectional('gru', 'both', 'x', 3, 4).spec(3));
  it.each<[string, readonly string[], number, string | RegExp]>([
    [
      'a model that does not stream',
      [both, '-i', table],
      1,
      /^model: cannot be watched; expected .* trace .*"both".*whole sequence/,
    ],
    [
      'no such layer',
      [file, '-i', table, '--layer', 'lstm7'],
      1,
      '--layer: no such layer; expected lstm0, lstm1, head, got "lstm7"',
    ],
    ['a row that is not there', [file, '-i', table, '--row', '1'], 1, '--row: no such row; expected 0 to 0, got 1'],
    ['a row that is none', [file, '-i', table, '--row', 'x'], 2, '--row: expected a whole number, got x'],
    ['no rate', [file, '-i', table, '--rate', '0'], 2, '--rate: expected timesteps a second, above 0, got 0'],
    ['no file', [file, '-i', join(folder, 'none.csv')], 1, /ENOENT.*none\.csv/],
    ['no model', [join(folder, 'none.onnx'), '-i', table], 1, /ENOENT.*none\.onnx|none\.onnx.*no such file/],
    ['another shape', [file, '-i', put('two.csv', '1,2\n')], 1, /two\.csv": wrong number of columns; expected 3/],
    [
      'what is no number',
      [file, '-i', put('word.csv', '1,2,3\n1,x,3\n')],
      1,
      /word\.csv", row 2, column 2: not a number/,
    ],
    ['no format', [file, '-i', put('rows.txt', '1,2,3\n')], 2, /of no known format/],
    [
      'a truncated model',
      [put('cut.gatewise', readFileSync(file).subarray(0, 300)), '-i', table],
      1,
      /^safetensors header: length beyond the file/,
    ],
    ['both on the standard input', ['-', '-i', '-'], 2, 'the model and the input both on the standard input'],
  ])('%s', async (_, args, code, words) => {
    const ended = await gatewise(['watch', ...args]);
    const said = ended.err.replace(/^gatewise: /, '').trimEnd();
    if (typeof words === 'string') expect(said).toBe(words);
    else expect(said).toMatch(words);
    expect(said).not.toContain('\n');
    expect([ended.code, ended.out]).toEqual([code, '']);
  });

  it('a state dict without a topology, as other commands do', async () => {
    const { code, err } = await gatewise(['watch', WEATHER, '-i', table]);
    expect(code).toBe(1);
    expect(err).toMatch(/^gatewise: .*\n$/);
  });
});

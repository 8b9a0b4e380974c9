import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it, vi } from 'vitest';
import { writeTogether } from '../../src/cli/output/sink.js';
import { readPyTorch } from '../../src/importers/pytorch/index.js';
import { createModel } from '../../src/index.js';
import { expectSameBits } from '../support/bits.js';
import { needs } from '../support/needs.js';
import { randomFloats } from '../support/random.js';
import { folder, gatewise, put, WEATHER } from './here.js';

const build = (...args: string[]) => gatewise(['build', WEATHER, '--assume', 'chain', ...args]);
const at = (name: string): string => join(folder, name);
const load = (name: string) => import(/* @vite-ignore */ pathToFileURL(at(name)).href);
const x = randomFloats(40, 7);

async function expected(): Promise<Float32Array> {
  const model = await createModel(readPyTorch(readFileSync(WEATHER), { assume: 'chain' }), { build: 'simd' });
  const y = model.run(x);
  model.dispose();
  return y;
}

describe('gatewise build', () => {
  it.each([
    ['one.mjs', [], ['one.d.mts', 'one.mjs']],
    ['two.mjs', ['--split'], ['two.d.mts', 'two.mjs', 'two.weights']],
    ['three.js', ['--wasm'], ['three.d.ts', 'three.js', 'three.wasm']],
  ] as const)('%s', async (name, flags, files) => {
    const { code, out, err } = await build('--out', at(name), ...flags);
    expect([code, err]).toEqual([0, '']);
    expect(out).toContain(name);
    const stem = name.split('.')[0] as string;
    expect(readdirSync(folder).filter((file) => file.startsWith(`${stem}.`))).toEqual(files);
    if (name === 'three.js') put('package.json', '{"type":"module"}');
    // What is beside it is found there.
    const model = await (await load(name)).createModel();
    expectSameBits(model.run(x), await expected());
    expect(`${model}`).toBe('Model (simd), built');
  });

  it('writes the module alone to the standard output', async () => {
    const { code, out, err } = await build('--out', '-');
    expect(code).toBe(0);
    expect(err).toMatch(/^safetensors, \d+ bytes → -, \d+ bytes\n$/);
    put('piped.mjs', out);
    expectSameBits((await load('piped.mjs')).createModelSync().run(x), await expected());
  });

  it('has what looks inside where --with asks for it', async () => {
    const { code } = await build('--out', at('inside.mjs'), '--with', 'trace, summary', '--only', 'step');
    expect(code).toBe(0);
    const model = (await load('inside.mjs')).createModelSync();
    expect(model.trace(x).layers.map(({ layer }: { layer: string }) => layer)).toEqual(['lstm_l0', 'lstm_l1']);
    expect(`${model.summary()}`).toMatch(/^layer +type +output.*\n(?:.*\n)*lstm_l1 +lstm /);
    expect('run' in model || 'graph' in model || 'layers' in model).toBe(false);
  });

  it('says what it wrote as JSON', async () => {
    const { out } = await build('--out', at('told.mjs'), '--split', '--json');
    const { files, format } = JSON.parse(out);
    expect(format).toBe('safetensors');
    expect(files.map(({ path }: { path: string }) => path)).toEqual(['told.mjs', 'told.d.mts', 'told.weights'].map(at));
    for (const { path, bytes } of files) expect(readFileSync(path).length).toBe(bytes);
  });

  it.each([
    [['--out', 'model.txt'], /--out: expected name\.mjs or name\.js, or -, got model\.txt/],
    [['--out', '-', '--split'], /--out: expected name\.mjs or name\.js, got -/],
    [['--out', 'a.mjs', '--split', '--wasm'], /--split: --wasm has the weights in a file beside already/],
    [['--out', 'a.mjs', '--build', 'fast'], /--build: no such kernels/],
    [['--out', 'a.mjs', '--only', 'step,stpe'], /--only: no such method; expected run, .*, layers, got "stpe"/],
    [
      ['--out', 'a.mjs', '--with', 'step'],
      /--with: no such method; expected trace, summary, graph, layers, got "step"/,
    ],
    [['--out', 'a.mjs', '--with', ''], /--with: no such method; expected .*, got ""/],
    [[], /required option/],
  ])('%j is a wrong use', async (args, words) => {
    const { code, err } = await build(...args);
    expect(code).toBe(2);
    expect(err).toMatch(words);
    expect(err.trim().split('\n')).toHaveLength(1);
  });

  it('leaves nothing of a model that is refused, nor where it may not write', async () => {
    const bad = put('bad.onnx', 'no model');
    const refused = await gatewise(['build', bad, '--out', at('none.mjs')]);
    expect([refused.code, refused.out]).toEqual([1, '']);
    expect((await gatewise(['build', at('absent.onnx'), '--out', at('none.mjs')])).code).toBe(1);
    const missing = await build('--out', at('no/folder/none.mjs'), '--split');
    expect([missing.code, missing.out]).toEqual([1, '']);
    expect(missing.err).toMatch(/cannot be written/);
    expect(readdirSync(folder).filter((name) => name.includes('none'))).toEqual([]);
  });

  it.each([
    ['cut', /tensor ".*": data beyond the file; expected/, (bytes: Uint8Array) => bytes.subarray(0, bytes.length / 2)],
    ['no model', /file: of no known format; expected/, () => Buffer.from('PK')],
    ['empty', /got an empty file/, () => new Uint8Array(0)],
  ] as const)('%s: one line, and no file', async (name, words, of) => {
    const file = put(`${name}.safetensors`, of(readFileSync(WEATHER)));
    const { code, out, err } = await gatewise(['build', file, '--out', at('of-that.mjs'), '--wasm']);
    expect([code, out]).toEqual([1, '']);
    expect(err).toMatch(/^gatewise: .*\n$/);
    expect(err).toMatch(words);
    expect(readdirSync(folder).filter((file) => file.startsWith('of-that'))).toEqual([]);
  });

  it(
    'leaves nothing where there is no room for one of them',
    needs(existsSync('/dev/full'), 'no /dev/full'),
    async () => {
      symlinkSync('/dev/full', at('full.weights'));
      const { code, err } = await build('--out', at('full.mjs'), '--split');
      expect(code).toBe(1);
      expect(err).toBe(
        `gatewise: file ${JSON.stringify(at('full.weights'))}: cannot be written; ENOSPC: no space left on device, write\n`,
      );
      expect(readdirSync(folder).filter((name) => name.startsWith('full.'))).toEqual(['full.weights']);
    },
  );

  it('a signal leaves them as they were, and no part of any', async () => {
    const files = ['signal.mjs', 'signal.d.mts', 'signal.weights'].map((name) => put(name, `old ${name}`));
    const exit = vi.spyOn(process, 'exit').mockImplementation(() => undefined as never);
    // When the last is written, the others have been.
    const last = {
      path: files[2] as string,
      get data() {
        expect(readdirSync(folder).filter((name) => name.endsWith('.part'))).toHaveLength(2);
        process.emit('SIGINT', 'SIGINT');
        expect(readdirSync(folder).filter((name) => name.endsWith('.part'))).toEqual([]);
        return 'new';
      },
    };
    const whole = [...files.slice(0, 2).map((path) => ({ path, data: 'new' })), last];
    // The process would have ended; this one goes on, and finds its parts gone.
    await expect(writeTogether(whole, undefined as never)).rejects.toThrow(/cannot be written/);
    expect(exit).toHaveBeenCalledWith(130);
    exit.mockRestore();
    expect(readdirSync(folder).filter((name) => name.endsWith('.part'))).toEqual([]);
    expect(process.listenerCount('SIGINT')).toBe(0);
  });

  it('leaves files as they were where one of them cannot be written', async () => {
    await build('--out', at('kept.mjs'), '--split');
    const before = readFileSync(at('kept.mjs'), 'utf8');
    // A folder of the name that the weights are to have.
    rmSync(at('kept.weights'));
    mkdirSync(at('kept.weights'));
    const { code, err } = await build('--out', at('kept.mjs'), '--split', '--build', 'simd');
    expect(code).toBe(1);
    expect(err).toMatch(/cannot be written/);
    expect(readFileSync(at('kept.mjs'), 'utf8')).toBe(before);
    expect(readdirSync(folder).filter((name) => name.endsWith('.part'))).toEqual([]);
  });
});
